//! What sets one ceremony apart from the others, as far as it is not in its list of steps.

use crate::names::CeremonyKind;
use crate::script::CeremonyText;

/// What a ceremony begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// A plan.
    Plan,
    /// The folder of an earlier backup; a plan only where that was made elsewhere.
    Backup,
}

/// Whose shares open the backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cards {
    /// They are dealt in this ceremony: a mistake in it can make them worthless.
    Dealt,
    /// They were dealt earlier, and whoever holds one knows it.
    Earlier,
    /// None are used.
    None,
}

/// What a ceremony that went well says about an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proves {
    /// That its backup can be restored.
    Restore,
    /// Nothing.
    Nothing,
}

/// How `rehearse --auto` holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unattended {
    /// Always, in the order of the table; other custodians than before prove more, where any will do.
    Always,
    /// Only when it is asked for by name.
    ByName,
    /// Only after another in the same run: it needs cards that only that run knows.
    AfterOthers,
}

impl Unattended {
    /// Whether it is held without being asked for by name.
    pub const fn is_always(self) -> bool {
        match self {
            Self::Always | Self::AfterOthers => true,
            Self::ByName => false,
        }
    }
}

/// What sets a ceremony apart.
#[derive(Debug, PartialEq, Eq)]
pub struct Character {
    /// Which one.
    pub kind: CeremonyKind,
    /// Its texts.
    pub text: &'static CeremonyText,
    /// What it begins with.
    pub needs: Needs,
    /// Whose shares open the backup.
    pub cards: Cards,
    /// What it proves of an earlier one.
    pub proves: Proves,
    /// How `rehearse --auto` holds it.
    pub unattended: Unattended,
}
