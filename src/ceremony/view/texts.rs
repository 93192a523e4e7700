//! Where the sentences of a step, a field or a ceremony are found.

use crate::ceremony::steps::{Actor, Stage, Step};
use crate::fields::Field;
use crate::names::{FieldName, StageName, StepName};
use crate::record::CeremonyKind;
use crate::script::{self, CeremonyText, FieldText, StageTexts, StepTexts, ceremonies};
use crate::terms::{CustodianNumber, Seat};

/// The texts of a ceremony.
pub const fn of_ceremony(ceremony: CeremonyKind) -> &'static CeremonyText {
    match ceremony {
        CeremonyKind::Establish => &ceremonies::ESTABLISH,
        CeremonyKind::Restore => &ceremonies::RESTORE,
        CeremonyKind::Inspect => &ceremonies::INSPECT,
    }
}

/// Whether a ceremony deals cards, which a mistake in it can make worthless.
pub const fn deals_cards(ceremony: CeremonyKind) -> bool {
    match ceremony {
        CeremonyKind::Establish => true,
        CeremonyKind::Restore | CeremonyKind::Inspect => false,
    }
}

/// The sentences of a step.
pub fn of_step(step: &Step) -> Option<&'static StepTexts> {
    StepName::from_word(step.id).map(script::step)
}

/// The sentences of a stage of a step.
pub fn of_stage(step: &Step, stage: &Stage) -> Option<&'static StageTexts> {
    of_step(step)?.stage(StageName::from_word(stage.name)?)
}

/// Label and hint of a field.
pub fn of_field(field: &Field) -> Option<&'static FieldText> {
    FieldName::from_word(field.name).map(script::field)
}

impl Step {
    /// The seat of whoever acts, where any custodian may sit.
    pub const fn seat(&self) -> Option<Seat> {
        match self.actor {
            Actor::Seat(seat) => Some(seat),
            Actor::Administrator
            | Actor::Custodian(_)
            | Actor::SoPinHolder
            | Actor::PinHolder
            | Actor::PasswordHolder => None,
        }
    }

    /// The custodian who acts, where it is their turn.
    pub const fn custodian(&self) -> Option<CustodianNumber> {
        match self.actor {
            Actor::Custodian(custodian) => Some(custodian),
            Actor::Administrator | Actor::Seat(_) | Actor::SoPinHolder | Actor::PinHolder | Actor::PasswordHolder => {
                None
            }
        }
    }
}
