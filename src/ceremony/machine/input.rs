//! People's input at a front end. Nothing here carries a secret: keys go into the vault's buffers.

use crate::ceremony::known::roll_call::Person;
use crate::ceremony::machine::recovery::Recovery;
use crate::names::{CeremonyKind, FieldName, ItemName};
use crate::terms::{CustodianNumber, Kcv, KeyReference, Serial};

/// People's input at a front end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Enter: continue.
    GoOn,
    /// Tick or untick.
    Tick(TickId),
    /// Choose an option.
    Chose(ChoiceId),
    /// The owner asks to see the share.
    Show,
    /// Any key while the share is shown: hide it at once, and continue.
    Hide,
    /// The terminal was resized: hide the share, and nothing else.
    Cover,
    /// The vault's buffer for the field of this name changed.
    Edited(FieldName),
    /// Esc: leave a question that does not have to be answered.
    Leave,
    /// Ctrl-D: record a deviation, a break or a substitute.
    Deviation,
    /// Somebody stands in for a person of the roll call (asks who).
    StandIn(Person),
    /// How was a person of the roll call identified? (asks)
    Identify(Person),
    /// Ctrl-C: stop? (asks first)
    Stop,
    /// Leave the last screen.
    Close,
}

/// What can be ticked, identified by what it is: never by its place on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TickId {
    /// An item of the script.
    Item(ItemName),
    /// Somebody who is called.
    Person(Person),
    /// A key on a device.
    Key(KeyReference),
}

/// What can be chosen, identified by what it is: never by its place on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChoiceId {
    /// An item of the script.
    Item(ItemName),
    /// A custodian, to sit down.
    Custodian(CustodianNumber),
    /// Somebody who is replaced, comes or leaves.
    Person(Person),
    /// A device.
    Device(Serial),
    /// A DKEK, by its key check value.
    Dkek(Kcv),
    /// A way to continue after a failure.
    Recovery(Recovery),
    /// A ceremony, in the menu.
    Ceremony(CeremonyKind),
    /// What becomes of a sitting whose program ended.
    OpenSitting(OpenSittingChoice),
    /// What is done about a line of the record that cannot be written.
    Unwritten(UnwrittenChoice),
}

/// What is done about a line of the record that cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnwrittenChoice {
    /// It is written again.
    Again,
    /// The record goes on in another place.
    Move,
    /// The sitting ends without a seal; this is asked twice.
    Stop,
    /// People do not stop after all.
    Back,
}

/// What becomes of a sitting whose program ended before its ceremony did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OpenSittingChoice {
    /// It goes on.
    GoOn,
    /// It is stopped: its record says why, and is sealed.
    Close,
    /// It stays as it is.
    Leave,
}
