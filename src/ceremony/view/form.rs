//! A form and its fields.

use crate::ceremony::machine::{Asking, Machine};
use crate::ceremony::view::sentences::Sentences;
use crate::ceremony::view::{Body, FieldState, FieldView};
use crate::fields::{Field, FieldCheck, FieldKind};
use crate::script::{self, FieldText, fill, words};

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
        let mut fields: Vec<FieldView> = fields.map(|(field, check)| self.field(field, check, sentences)).collect();
        for check in &asking.checks {
            if let FieldCheck::Wrong { marks: Some((name, group)), .. } = check
                && let Some(other) = fields.iter_mut().find(|field| field.name == *name)
            {
                // Check bytes that do not match locate the slip in another field: it is marked there.
                other.wrong_at = Some(*group);
                other.note = Some(words::FieldValueLook { in_group: group }.to_string());
            }
        }
        Body::Form { text, fields, irreversible, may_leave, may_deviate: true }
    }

    pub(super) fn field(&self, field: &Field, check: &FieldCheck, sentences: &Sentences<'_>) -> FieldView {
        let values = self.label_values(&field.kind);
        let FieldText { label, hint } = script::field(field.name);
        let (state, wrong_at, note) = match check {
            FieldCheck::Empty => (FieldState::Empty, None, None),
            FieldCheck::Good => (FieldState::Good, None, None),
            FieldCheck::Strength { bits } => (FieldState::Good, None, Some(words::FieldStrength { bits }.to_string())),
            FieldCheck::Typing { done, all } => {
                (FieldState::Typing(words::FieldTyping { done, all }.to_string()), None, None)
            }
            FieldCheck::Wrong { fault, at, .. } => (FieldState::Wrong(sentences.fault(fault).0.join(" ")), *at, None),
        };
        FieldView {
            name: field.name,
            label: fill(label, &values),
            hint: fill(hint, &values),
            masked: field.kind.is_secret(),
            kind: field.kind.clone(),
            state,
            wrong_at,
            note,
        }
    }

    /// The values in the label and hint of a field.
    fn label_values(&self, kind: &FieldKind) -> Vec<(&'static str, String)> {
        match kind {
            FieldKind::KeyReference { planned, .. } => vec![("planned", planned.to_string())],
            FieldKind::Word(word) => vec![("word", (*word).to_owned())],
            FieldKind::ShareWords { card, expected, .. } => {
                let set = self.known().shares.set(*card).filter(|_| expected.set.is_some());
                vec![("of_set", set.map(|set| words::OfSet { set }.to_string()).unwrap_or_default())]
            }
            FieldKind::Prime { .. }
            | FieldKind::ShareId { .. }
            | FieldKind::ShareValue
            | FieldKind::CheckBytes { .. }
            | FieldKind::Dice { .. }
            | FieldKind::NewPassword
            | FieldKind::Password
            | FieldKind::UserPin
            | FieldKind::NewUserPin { .. }
            | FieldKind::SoPin { .. }
            | FieldKind::NewSoPin
            | FieldKind::Again(_)
            | FieldKind::Serial(_)
            | FieldKind::Line { .. } => Vec::new(),
        }
    }
}
