//! A form and its fields.

use crate::ceremony::machine::{Asking, Machine};
use crate::ceremony::view::sentences::Sentences;
use crate::ceremony::view::{Body, FieldState, FieldView, texts};
use crate::faults::{Fault, FaultName};
use crate::fields::{Field, FieldCheck, FieldKind};
use crate::script::{FieldText, fill, words};

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
        for (place, check) in asking.checks.iter().enumerate() {
            if let (FieldCheck::Wrong(fault), Some(place)) = (check, place.checked_sub(1))
                && fault.name == FaultName::CheckBytesValue
                && let Some(value) = fields.get_mut(place)
            {
                // Check bytes that do not fit find the slip in the value before them: it is marked where it is.
                value.wrong_at = number_of(fault, "in_group");
                value.note = value.wrong_at.map(|group| words::FieldValueLook { in_group: group }.to_string());
            }
        }
        Body::Form { text, fields, irreversible, may_leave, may_deviate: true }
    }

    pub(super) fn field(&self, field: &Field, check: &FieldCheck, sentences: &Sentences<'_>) -> FieldView {
        let values = self.label_values(&field.kind);
        let (label, hint) =
            texts::of_field(field).map_or(Default::default(), |FieldText { label, hint }| (*label, *hint));
        let (state, wrong_at, note) = match check {
            FieldCheck::Empty => (FieldState::Empty, None, None),
            FieldCheck::Good => (FieldState::Good, None, None),
            FieldCheck::Strength { bits } => (FieldState::Good, None, Some(words::FieldStrength { bits }.to_string())),
            FieldCheck::Typing { done, all } => {
                (FieldState::Typing(words::FieldTyping { done, all }.to_string()), None, None)
            }
            FieldCheck::Wrong(fault) => (FieldState::Wrong(sentences.fault(fault).0.join(" ")), place_of(fault), None),
        };
        FieldView {
            label: fill(label, &values),
            hint: fill(hint, &values),
            masked: field.kind.is_secret(),
            kind: field.kind.clone(),
            state,
            wrong_at,
            note,
        }
    }

    /// What stands in the label and hint of a field.
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
            | FieldKind::Line => Vec::new(),
        }
    }
}

/// Which word or group a fault is about.
fn place_of(fault: &Fault) -> Option<u8> {
    number_of(fault, "place").or_else(|| number_of(fault, "group"))
}

fn number_of(fault: &Fault, name: &str) -> Option<u8> {
    fault.values.iter().find(|(key, _)| *key == name).and_then(|(_, value)| value.parse().ok())
}
