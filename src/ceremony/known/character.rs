//! What distinguishes one ceremony from the others, other than its list of steps.

use crate::names::CeremonyKind;
use crate::script::CeremonyText;

/// What a ceremony starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// A plan.
    Plan,
    /// A plan, if there is one: nothing on a device is changed.
    PlanIfAny,
    /// The folder of an earlier backup; a plan only if that was made elsewhere.
    Backup,
}

/// Whose shares open the backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cards {
    /// They are dealt in this ceremony: a mistake during it can make them worthless.
    Dealt,
    /// They were dealt earlier, and every holder knows that they have one.
    Earlier,
    /// None are used.
    None,
}

/// How `rehearse --auto` runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unattended {
    /// Always.
    Always,
    /// Only when it is asked for by name.
    ByName,
    /// Always, after the others: it needs cards that only the same run knows.
    AfterOthers,
}

/// What distinguishes a ceremony.
#[derive(Debug, PartialEq, Eq)]
pub struct Character {
    /// Which one.
    pub kind: CeremonyKind,
    /// Its texts.
    pub text: &'static CeremonyText,
    /// What it starts from.
    pub needs: Needs,
    /// Whose shares open the backup.
    pub cards: Cards,
    /// How `rehearse --auto` runs it.
    pub unattended: Unattended,
}
