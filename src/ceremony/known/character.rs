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
    /// A plan, and the folder of an earlier backup.
    PlanAndBackup,
    /// The folder of an earlier backup, and a plan that names new keys.
    NewKeysAndBackup,
}

/// Whose shares open the backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cards {
    /// They are dealt in this ceremony: a mistake during it can make them worthless.
    Dealt,
    /// They were dealt earlier, and every holder knows that they have one.
    Earlier,
    /// Those that were dealt earlier open the DKEK, and then new ones are dealt for it.
    Changed,
    /// Those that were dealt earlier open the old DKEK, and new ones are dealt for a new one, under which the old keys are
    /// wrapped anew.
    Replaced,
    /// None are used.
    None,
}

/// Where its keys come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySource {
    /// The plan, or the folder of the backup: they are known before the first step.
    Known,
    /// The folder of a backup, which is read in the first step: its keys are carried over.
    Folder,
    /// The plan: they are new, on a device whose other keys it does not name.
    New,
    /// Files outside any device, which the plan names: they come to a device whose other keys it does not name.
    Files,
    /// A device that holds them: people choose on the day, and only then are their steps unrolled.
    Device,
}

/// What it does to devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceUse {
    /// It erases them, and they get their PINs and keys.
    Provisions,
    /// The same with several devices, which get the same DKEK and are all alike.
    Fleet,
    /// It leaves everything on them as it is.
    Keeps,
    /// It adds keys to what is on them.
    Adds,
    /// It erases one that was in use, for good.
    Retires,
    /// No device takes part.
    None,
    /// It changes one of their PINs, and nothing else.
    ChangesPins,
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
    /// Only when it is asked for by name, after the ceremony that deals its cards: only the same run knows them.
    ByNameAfterDealing,
}

impl Cards {
    /// Whether cards are dealt, which need blanks, bags and the plan of new custodians.
    pub const fn are_dealt(self) -> bool {
        match self {
            Self::Dealt | Self::Changed | Self::Replaced => true,
            Self::Earlier | Self::None => false,
        }
    }

    /// Whether cards that were dealt earlier come out of their bags.
    pub const fn come_from_before(self) -> bool {
        match self {
            Self::Earlier | Self::Changed | Self::Replaced => true,
            Self::Dealt | Self::None => false,
        }
    }
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
    /// Where its keys come from.
    pub keys: KeySource,
    /// What it does to devices.
    pub devices: DeviceUse,
    /// How `rehearse --auto` runs it.
    pub unattended: Unattended,
}

impl Character {
    /// Whether a finished folder of it is a backup that can be restored.
    pub const fn makes_a_backup(&self) -> bool {
        match (self.cards, self.keys) {
            (Cards::Dealt | Cards::Changed | Cards::Replaced, _)
            | (
                Cards::Earlier | Cards::None,
                KeySource::Device | KeySource::Folder | KeySource::New | KeySource::Files,
            ) => true,
            (Cards::Earlier | Cards::None, KeySource::Known) => false,
        }
    }
}
