//! Which screen is up.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::ceremony::{Body, CardView, View};
use crate::fields::FieldKind;

/// Tells screens apart: step, kind and what is asked; not what changes while one and the same screen is up. Views
/// hold no secret, so neither does this number.
pub fn screen_id(view: &View) -> u64 {
    let mut hasher = DefaultHasher::new();
    view.header.number.hash(&mut hasher);
    view.header.title.hash(&mut hasher);
    std::mem::discriminant(&view.body).hash(&mut hasher);
    match &view.body {
        Body::Read { text } | Body::Ended { text } => text.hash(&mut hasher),
        Body::Tick { items, .. } => {
            for item in items {
                item.text.hash(&mut hasher);
            }
        }
        Body::Choose { text, options, .. } => {
            text.hash(&mut hasher);
            for option in options {
                option.text.hash(&mut hasher);
            }
        }
        Body::Fault { happened, truth, choices } => {
            (happened, truth).hash(&mut hasher);
            for choice in choices {
                choice.text.hash(&mut hasher);
            }
        }
        Body::Form { fields, irreversible, may_leave, .. } => {
            (irreversible, may_leave).hash(&mut hasher);
            for field in fields {
                field.label.hash(&mut hasher);
                // the same question for another card is another screen
                match &field.kind {
                    FieldKind::ShareWords { card, .. } => card.hash(&mut hasher),
                    FieldKind::ShareId { share, .. } => share.hash(&mut hasher),
                    _ => {}
                }
            }
        }
        Body::Reveal { owner, custodian, card, shown, .. } => {
            let (CardView::Numbers { purpose, .. } | CardView::Words { purpose, .. }) = card;
            (owner, custodian.get(), purpose, shown).hash(&mut hasher);
        }
        Body::Working { .. } => {}
    }
    hasher.finish()
}
