//! What people did at a front end. Nothing here carries a secret: keys go into the vault's buffers.

use crate::names::FieldName;

/// What people did at a front end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Enter: go on.
    GoOn,
    /// Tick or untick the item at this place.
    Tick(usize),
    /// Choose the option at this place.
    Chose(usize),
    /// The owner asks to see the share.
    Show,
    /// Hide at once: a key, or the terminal changed its size.
    Hide,
    /// The vault's buffer of the field of this name changed.
    Edited(FieldName),
    /// Esc: leave a question that does not have to be answered.
    Leave,
    /// Ctrl-D: note a deviation, a break or a substitute.
    Deviation,
    /// Ctrl-C: stop? (asks first)
    Stop,
}
