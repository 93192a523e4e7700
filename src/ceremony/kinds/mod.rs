//! The ceremonies: one file each, one line each in the list below.

mod add_keys;
mod back_up;
mod drill;
mod establish;
mod fleet;
mod import;
mod inspect;
mod pins;
mod re_key;
mod re_split;
mod restore;
mod retire;

use crate::ceremony::known::character::Character;
use crate::ceremony::steps::Step;
use crate::names::CeremonyKind;
use crate::plan::Plan;

/// One ceremony.
pub struct Ceremony {
    /// What distinguishes it.
    pub character: Character,
    /// Its steps for a plan.
    pub steps: fn(&Plan) -> Vec<Step>,
}

macro_rules! ceremonies {
    ($($kind:ident in $file:ident),+ $(,)?) => {
        /// All ceremonies, in the order of help, menu and handbook.
        pub static CEREMONIES: &[&Ceremony] = &[$(&$file::CEREMONY),+];

        impl Ceremony {
            /// The ceremony of this kind.
            pub const fn of(kind: CeremonyKind) -> &'static Self {
                match kind {
                    $(CeremonyKind::$kind => &$file::CEREMONY,)+
                }
            }
        }
    };
}

impl Ceremony {
    /// The ceremony of this kind as a plan wants it: a re-key by which the old keys are carried over is another list of steps.
    pub const fn by(kind: CeremonyKind, plan: &Plan) -> &'static Self {
        match (kind, plan.carry_keys) {
            (CeremonyKind::ReKey, true) => &re_key::CARRYING,
            (
                CeremonyKind::ReKey
                | CeremonyKind::Establish
                | CeremonyKind::Restore
                | CeremonyKind::BackUp
                | CeremonyKind::Drill
                | CeremonyKind::AddKeys
                | CeremonyKind::Import
                | CeremonyKind::ReSplit
                | CeremonyKind::Retire
                | CeremonyKind::Pins
                | CeremonyKind::Fleet
                | CeremonyKind::Inspect,
                _,
            ) => Self::of(kind),
        }
    }
}

ceremonies! {
    Establish in establish,
    Restore in restore,
    BackUp in back_up,
    Fleet in fleet,
    Drill in drill,
    AddKeys in add_keys,
    Import in import,
    ReSplit in re_split,
    Retire in retire,
    Pins in pins,
    ReKey in re_key,
    Inspect in inspect,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_that_of_its_own_ceremony() {
        assert_eq!(CEREMONIES.len(), CeremonyKind::ALL.len());
        for kind in CeremonyKind::ALL {
            let character = &Ceremony::of(kind).character;
            assert_eq!((character.kind, character.text.name), (kind, kind.word()));
        }
    }
}
