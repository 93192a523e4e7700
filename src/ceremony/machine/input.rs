//! What people did at a front end. Nothing here carries a secret: keys go into the vault's buffers.

use crate::ceremony::known::holders::Holder;
use crate::ceremony::known::roll_call::Person;
use crate::ceremony::machine::recovery::Recovery;
use crate::names::{CeremonyKind, FieldName, ItemName};
use crate::terms::{CustodianNumber, Serial};

/// What people did at a front end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Enter: go on.
    GoOn,
    /// Tick or untick.
    Tick(TickId),
    /// Choose an option.
    Chose(ChoiceId),
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

/// What can be ticked, by what it is: never by its place on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TickId {
    /// An item of the script.
    Item(ItemName),
    /// Somebody who is called.
    Person(Person),
}

/// What can be chosen, by what it is: never by its place on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChoiceId {
    /// An item of the script.
    Item(ItemName),
    /// A custodian, to sit down.
    Custodian(CustodianNumber),
    /// Somebody to be replaced.
    Holder(Holder),
    /// A device.
    Device(Serial),
    /// A way on after a failure.
    Recovery(Recovery),
    /// A ceremony, in the menu.
    Ceremony(CeremonyKind),
}
