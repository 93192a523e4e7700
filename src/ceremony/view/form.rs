//! A form and its fields.

use crate::ceremony::machine::{Asking, Machine};
use crate::ceremony::view::sentences::Sentences;
use crate::ceremony::view::values;
use crate::ceremony::view::{Body, FieldState, FieldView};
use crate::faults::Fault;
use crate::fields::{Field, FieldCheck, FieldKind};
use crate::names::FieldValueName;
use crate::script::{self, FieldText, fill_with, words};

impl Machine {
    pub(super) fn form(
        &self,
        text: Vec<String>,
        asking: &Asking,
        sentences: &Sentences<'_>,
        irreversible: bool,
        may_leave: bool,
    ) -> Body {
        let fields = asking.fields.iter().zip(&asking.checks);
        let fields = fields.map(|(field, check)| self.field(field, check, sentences)).collect();
        let fields = with_marks(fields, &asking.fields, &asking.checks);
        Body::Form { text, fields, irreversible, may_leave, may_deviate: true }
    }

    pub(super) fn field(&self, field: &Field, check: &FieldCheck, sentences: &Sentences<'_>) -> FieldView {
        let value = |name: &str| self.field_value(FieldValueName::from_word(name)?, &field.kind);
        field_view(field, check, value, |fault| sentences.fault(fault).0.join(" "))
    }

    /// A value in the label or hint of a field; `None` if this kind of field has no such value.
    fn field_value(&self, value: FieldValueName, kind: &FieldKind) -> Option<String> {
        match (value, kind) {
            (FieldValueName::Planned, FieldKind::KeyReference { planned, .. }) => Some(planned.to_string()),
            (FieldValueName::Word, FieldKind::Word(word) | FieldKind::Copy(word)) => Some((*word).to_owned()),
            (FieldValueName::Signs, FieldKind::Sign(signs)) => Some(signs.join(" / ")),
            (FieldValueName::OfSet, FieldKind::ShareWords { card, expected, .. }) => {
                let set = self.known().shares.set(*card).filter(|_| expected.set.is_some());
                Some(set.map(|set| words::OfSet { set }.to_string()).unwrap_or_default())
            }
            (FieldValueName::Asked, FieldKind::CheckWords { places }) => Some(values::asked(*places)),
            (FieldValueName::IfEmpty, FieldKind::Medium { planned, .. }) => {
                Some(planned.as_ref().map(|_| words::MEDIUM_IF_EMPTY.to_owned()).unwrap_or_default())
            }
            (
                FieldValueName::Planned
                | FieldValueName::Word
                | FieldValueName::Signs
                | FieldValueName::OfSet
                | FieldValueName::IfEmpty
                | FieldValueName::Asked,
                _,
            ) => None,
        }
    }
}

/// A field with its label and hint, and what is said of the text in it.
pub(in crate::ceremony) fn field_view(
    field: &Field,
    check: &FieldCheck,
    value: impl Fn(&str) -> Option<String>,
    say: impl Fn(&Fault) -> String,
) -> FieldView {
    let FieldText { label, hint } = script::field(field.name);
    let (state, wrong_at, note) = match check {
        FieldCheck::Empty => (FieldState::Empty, None, None),
        FieldCheck::Complete => (FieldState::Complete(words::FIELD_COMPLETE.to_owned()), None, None),
        FieldCheck::Skipped => (FieldState::Complete(words::FIELD_SKIPPED.to_owned()), None, None),
        FieldCheck::Good => (FieldState::Good, None, None),
        FieldCheck::Strength { bits } => (FieldState::Good, None, Some(words::FieldStrength { bits }.to_string())),
        FieldCheck::Typing { done, all } => {
            (FieldState::Typing(words::FieldTyping { done, all }.to_string()), None, None)
        }
        FieldCheck::Wrong { fault, at, .. } => (FieldState::Wrong(say(fault)), *at, None),
    };
    FieldView {
        name: field.name,
        label: fill_with(label, &value),
        hint: fill_with(hint, &value),
        masked: field.kind.is_secret(),
        kind: field.kind.clone(),
        state,
        wrong_at,
        note,
    }
}

/// The fields of a form, with what some of them say about others.
pub(in crate::ceremony) fn with_marks(
    mut views: Vec<FieldView>,
    fields: &[Field],
    checks: &[FieldCheck],
) -> Vec<FieldView> {
    for (field, check) in fields.iter().zip(checks) {
        if matches!(field.kind, FieldKind::CheckBytes { .. }) {
            by_check_bytes(&mut views, check);
        }
    }
    for check in checks {
        if let FieldCheck::Wrong { marks: Some((name, group)), .. } = check
            && let Some(other) = views.iter_mut().find(|field| field.name == *name)
        {
            // Check bytes that do not match locate the slip in another field: it is marked there.
            other.wrong_at = Some(*group);
            other.note = Some(words::FieldValueLook { in_group: group }.to_string());
        }
    }
    views
}

/// What the check bytes of a form say about the fields that nothing else can judge.
fn by_check_bytes(fields: &mut [FieldView], check: &FieldCheck) {
    let complete = fields.iter_mut().filter(|field| matches!(field.state, FieldState::Complete(_)));
    for field in complete {
        match check {
            FieldCheck::Good => field.state = FieldState::Good,
            FieldCheck::Empty | FieldCheck::Typing { .. } => {
                field.state = FieldState::Complete(words::FIELD_COMPLETE_UNCHECKED.to_owned());
            }
            FieldCheck::Skipped | FieldCheck::Complete | FieldCheck::Strength { .. } | FieldCheck::Wrong { .. } => {}
        }
    }
}
