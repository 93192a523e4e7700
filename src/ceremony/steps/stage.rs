//! What one stage of a step asks or does.

use crate::ceremony::known::Known;
use crate::ceremony::known::roll_call::Attendance;
use crate::ceremony::steps::{Condition, Question, Step, hand_over};
use crate::clerk::Act;
use crate::fields::Field;
use crate::names::StageName;
use crate::record::{Deviation, Fact, PinName};
use crate::terms::Purpose;

/// Builds the fields of a form.
pub type Fields = fn(&Known, &Step) -> Vec<Field>;

/// Builds an act from what is known when its turn comes; `None` if something it needs is not known.
pub type MakeAct = fn(&Known, &Step) -> Option<Act>;

/// What one stage asks or does.
#[derive(Debug, Clone, Copy)]
pub enum StageKind {
    /// Somebody else takes the keyboard: they type something that is theirs.
    HandOver,
    /// Read, then Enter.
    Read,
    /// Tick every item.
    Tick,
    /// Tick every person in the plan who is present.
    RollCall(Attendance),
    /// Everybody who is here signs out: read, then Enter; it is in the record.
    SignOut,
    /// Tick the keys that are backed up; all of them are ticked at first.
    PickKeys,
    /// Choose.
    Choose(Question),
    /// Fill in.
    Form(Fields),
    /// Fill in what is on one's card. Esc leaves: anyone who sat down by mistake stands up again, and anyone reading
    /// back a new card sees the share again.
    FromCard(Fields),
    /// Repeats a decision, which people confirm by typing a word. Esc leads back to the start of the step, to decide anew.
    Confirm(Fields),
    /// Fill in before something irreversible.
    Danger(Fields),
    /// A card of this step's custodian, for their eyes alone.
    Reveal {
        /// Which of their cards.
        card: Purpose,
        /// The text beside it while it is shown.
        note: StageName,
    },
    /// A drawn PIN, for the eyes of its holder alone.
    RevealPin {
        /// Which PIN.
        pin: PinName,
        /// The text beside it while it is shown.
        note: StageName,
    },
    /// The clerk's turn.
    Do(MakeAct),
    /// Something is stated: read, then Enter; it is in the record.
    States(fn() -> Fact),
    /// The script itself deviates from the ideal: read, then Enter; it is recorded.
    Deviates(Deviation),
}

impl StageKind {
    /// Builds the fields, if there are any.
    pub const fn fields(self) -> Option<Fields> {
        match self {
            Self::Form(fields) | Self::FromCard(fields) | Self::Confirm(fields) | Self::Danger(fields) => Some(fields),
            Self::HandOver => Some(hand_over::fields),
            Self::Read
            | Self::Tick
            | Self::RollCall(_)
            | Self::PickKeys
            | Self::SignOut
            | Self::Choose(_)
            | Self::Reveal { .. }
            | Self::RevealPin { .. }
            | Self::Do(_)
            | Self::States(_)
            | Self::Deviates(_) => None,
        }
    }

    /// Whether something new is typed, which can be typed again after a failure.
    pub const fn asks_for_text(self) -> bool {
        match self {
            Self::Form(_) | Self::FromCard(_) | Self::Danger(_) => true,
            Self::HandOver
            | Self::Read
            | Self::Tick
            | Self::RollCall(_)
            | Self::PickKeys
            | Self::SignOut
            | Self::Choose(_)
            | Self::Confirm(_)
            | Self::Reveal { .. }
            | Self::RevealPin { .. }
            | Self::Do(_)
            | Self::States(_)
            | Self::Deviates(_) => false,
        }
    }

    /// Whether what follows cannot be undone.
    pub const fn is_irreversible(self) -> bool {
        match self {
            Self::Danger(_) => true,
            Self::HandOver
            | Self::Read
            | Self::Tick
            | Self::RollCall(_)
            | Self::PickKeys
            | Self::SignOut
            | Self::Choose(_)
            | Self::Form(_)
            | Self::FromCard(_)
            | Self::Confirm(_)
            | Self::Reveal { .. }
            | Self::RevealPin { .. }
            | Self::Do(_)
            | Self::States(_)
            | Self::Deviates(_) => false,
        }
    }
}

/// One stage of a step.
#[derive(Debug, Clone, Copy)]
pub struct Stage {
    /// Its name in the step's script.
    pub name: StageName,
    /// What it asks or does.
    pub kind: StageKind,
    /// Whether it is due.
    pub when: Condition,
}
