//! Where the sentences of a field or a ceremony are found.

use crate::fields::Field;
use crate::names::FieldName;
use crate::record::CeremonyKind;
use crate::script::{self, CeremonyText, FieldText, ceremonies};

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
