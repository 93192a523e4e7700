//! What the autopilot knows by heart.

use super::{NEXT_SO_PIN, NEXT_USER_PIN, PASSWORD, PUBLISHED_SO_PIN, SO_PIN, USER_PIN};
use crate::fields::FieldKind;
use crate::terms::THROW_AWAY_PASSWORD;

/// What is typed from memory.
pub(super) const fn known(kind: &FieldKind) -> Option<&'static [u8]> {
    match kind {
        FieldKind::UserPin | FieldKind::NewUserPin { .. } => Some(USER_PIN),
        FieldKind::NextUserPin { .. } => Some(NEXT_USER_PIN),
        FieldKind::NextSoPin => Some(NEXT_SO_PIN),
        FieldKind::SoPin { chosen_here: false } => Some(PUBLISHED_SO_PIN),
        FieldKind::SoPin { chosen_here: true } | FieldKind::NewSoPin => Some(SO_PIN),
        FieldKind::NewPassword | FieldKind::Password => Some(PASSWORD),
        FieldKind::KeyFilePassword => Some(THROW_AWAY_PASSWORD.as_bytes()),
        _ => None,
    }
}
