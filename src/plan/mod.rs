//! The plan: people, quorums, device and keys of one ceremony. All its faults are reported at once.

mod added;
mod arrangements;
mod concerns;
mod custody;
mod fleet;
mod located;
mod mended;
mod minutes;
mod names;
mod nearest;
mod places;
mod read;
mod read_arrangements;
mod reader;
mod roles;
#[cfg(test)]
mod tests;

pub use added::one_more_key;
pub use arrangements::{Approval, Arrangements, Blank, DeviceUse, PersonArranged, PlannedDevice};
pub use concerns::Concern;
pub use custody::Custody;
pub use fleet::FleetDevice;
pub use located::{Located, place_of};
pub use places::Place;
pub use roles::Clash;

use std::borrow::Cow;

use crate::faults::{self, Fault};
use crate::terms::{CustodianNumber, DkekShareNumber, Drill, KeyId, KeyLabel, KeyReference, KeyType, Quorum, Scheme};

/// What the SO-PIN may do to the user PIN (option bits 0001 and 0020 of INITIALIZE DEVICE).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinReset {
    /// Nothing: a blocked user PIN stays blocked.
    Off,
    /// Unblock it; the PIN itself does not change.
    Unblock,
    /// Set a new one: whoever knows the SO-PIN can take the keys.
    Set,
}

impl PinReset {
    /// The word of the plan file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Unblock => "unblock",
            Self::Set => "set",
        }
    }

    /// The one with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Off, Self::Unblock, Self::Set].into_iter().find(|reset| reset.word() == word)
    }
}

/// How a new PIN is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewPin {
    /// The program draws it, and shows it to its holder alone.
    Drawn,
    /// Its holder chooses and types it.
    Typed,
}

impl NewPin {
    /// The word of the plan file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Drawn => "drawn",
            Self::Typed => "typed",
        }
    }

    /// The one with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Drawn, Self::Typed].into_iter().find(|new| new.word() == word)
    }
}

/// One key that the ceremony generates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedKey {
    /// Its label.
    pub label: KeyLabel,
    /// Its PKCS#11 id.
    pub id: KeyId,
    /// Its type.
    pub key_type: KeyType,
    /// Where it is generated.
    pub reference: KeyReference,
    /// Where it is restored to on a replacement.
    pub restore_to: KeyReference,
    /// The path of the file whose private key it is; none: the device generates it.
    pub file: Option<String>,
}

/// Who, how many, which device, which keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What the ceremony is for, for example `Example Root CA`.
    pub title: String,
    /// Leads the ceremony, and sits at the keyboard between turns.
    pub administrator: String,
    /// Follow the script and initial the steps.
    pub auditors: Vec<String>,
    /// Watch, and can say afterwards what happened.
    pub witnesses: Vec<String>,
    /// Who guards each DKEK share, 1 to 8 of them.
    pub dkek_shares: Vec<Custody>,
    /// Who guarded them before, where a ceremony changes that. No field of the plan file: the folder of the backup says it.
    pub before: Vec<Custody>,
    /// How many throws of dice also seed the generator; 0: none.
    pub dice: u16,
    /// Holds the SO-PIN. If it is under a quorum, types the one that the device had before.
    pub so_pin_holder: String,
    /// Whether the SO-PIN is drawn and split among the custodians of [`Plan::so_pin_share`].
    pub so_pin_under_quorum: bool,
    /// How a new SO-PIN that one person holds is made.
    pub new_so_pin: NewPin,
    /// How a new user PIN is made.
    pub new_user_pin: NewPin,
    /// Holds the user PIN.
    pub pin_holder: String,
    /// Wrong tries before the user PIN is blocked, 1..=10.
    pub user_pin_tries: u8,
    /// What the SO-PIN may do to the user PIN.
    pub pin_reset: PinReset,
    /// The keys, in the order in which they are generated.
    pub keys: Vec<PlannedKey>,
    /// Whether *establish* itself proves the restore on a second device.
    pub prove_restore: bool,
    /// Whether *re-key* wraps the old keys anew under the new DKEK: an override, for they stay as exposed as they were.
    pub carry_keys: bool,
    /// How far the drills of its backup go, unless people choose otherwise on the day.
    pub drill: Drill,
    /// How many months lie between two drills, 1..=120.
    pub drill_months: u8,
    /// What is arranged for the day around all this.
    pub arrangements: Arrangements,
}

impl Plan {
    /// The largest plan file that is read, in bytes.
    pub const LARGEST: usize = 64 * 1024;

    /// Reads the text of a plan file.
    ///
    /// # Errors
    /// All its faults, at least one.
    pub fn parse(text: &str) -> Result<Self, Vec<Fault>> {
        Self::read(text, names::Names::New)
    }

    /// Reads the text of a plan that an earlier sitting accepted: its names are taken as they are, so that a rule made
    /// later never stands between people and their keys.
    ///
    /// # Errors
    /// All its faults, at least one.
    pub fn parse_kept(text: &str) -> Result<Self, Vec<Fault>> {
        Self::read(text, names::Names::Kept)
    }

    /// Reads the text of a plan file as [`Plan::parse`] does.
    ///
    /// # Errors
    /// All its faults, each with its place, in the order of the text.
    pub fn check(text: &str) -> Result<Self, Vec<Located>> {
        located::read(text, names::Names::New)
    }

    fn read(text: &str, names: names::Names) -> Result<Self, Vec<Fault>> {
        located::read(text, names).map_err(|faults| faults.into_iter().map(|located| located.fault).collect())
    }

    /// Whether something new may be made by it. One password of one person is only for what was made elsewhere.
    ///
    /// # Errors
    /// It may not.
    pub fn check_new(&self) -> Result<(), Fault> {
        match self.dkek_shares.as_slice() {
            [Custody::Password { .. }] => Err(Fault::from(faults::PlanOnePassword)),
            _ => Ok(()),
        }
    }

    /// Whether it names a file for each key, if keys are imported, and for none otherwise.
    ///
    /// # Errors
    /// It does not.
    pub fn check_files(&self, imports: bool) -> Result<(), Fault> {
        match self.keys.iter().find(|key| key.file.is_some() != imports) {
            Some(PlannedKey { label, .. }) if imports => Err(Fault::from(faults::ImportWithoutFile { label })),
            Some(PlannedKey { label, .. }) => Err(Fault::from(faults::KeyFileNotImported { label })),
            None => Ok(()),
        }
    }

    /// The same plan with those who guarded the DKEK shares before; as long as nobody has said who they were, as if they were
    /// the same people.
    pub fn of_those_before(&self) -> Cow<'_, Self> {
        if self.before.is_empty() {
            return Cow::Borrowed(self);
        }
        Cow::Owned(Self { dkek_shares: self.before.clone(), ..self.clone() })
    }

    /// The numbers of the DKEK shares.
    pub fn numbers(&self) -> impl Iterator<Item = DkekShareNumber> + use<> {
        DkekShareNumber::up_to(self.dkek_shares.len())
    }

    /// Who guards a DKEK share.
    pub fn custody(&self, share: DkekShareNumber) -> Option<&Custody> {
        self.dkek_shares.get(share.index())
    }

    /// M of N of a DKEK share; `None` if one person holds its password.
    pub fn quorum(&self, share: DkekShareNumber) -> Option<Quorum> {
        self.custody(share).and_then(Custody::quorum)
    }

    /// How a DKEK share's password is split; `None` if one person holds it.
    pub fn scheme(&self, share: DkekShareNumber) -> Option<Scheme> {
        self.custody(share).and_then(Custody::scheme)
    }

    /// The first DKEK share that a quorum guards.
    pub fn first_quorum(&self) -> Option<DkekShareNumber> {
        self.numbers().find(|share| self.quorum(*share).is_some())
    }

    /// The DKEK share whose custodians also share the SO-PIN, if the plan says so.
    pub fn so_pin_share(&self) -> Option<DkekShareNumber> {
        self.first_quorum().filter(|_| self.so_pin_under_quorum)
    }

    /// A custodian's name, by number.
    pub fn custodian(&self, share: DkekShareNumber, number: CustodianNumber) -> &str {
        let names = self.custody(share).map_or(&[][..], Custody::custodians);
        names.get(number.index()).map_or("", String::as_str)
    }

    /// Somebody takes the place of a custodian or, without a number, of the person who holds the password.
    pub fn substitute(&mut self, share: DkekShareNumber, number: Option<CustodianNumber>, name: &str) {
        let place = match (self.dkek_shares.get_mut(share.index()), number) {
            (Some(Custody::Quorum { custodians, .. }), Some(number)) => custodians.get_mut(number.index()),
            (Some(Custody::Password { holder }), None) => Some(holder),
            (Some(Custody::Quorum { .. }), None) | (Some(Custody::Password { .. }), Some(_)) | (None, _) => None,
        };
        if let Some(place) = place {
            name.clone_into(place);
        }
    }

    /// Everybody who has a part of a DKEK share.
    pub fn guards(&self) -> impl Iterator<Item = &String> {
        self.dkek_shares.iter().flat_map(Custody::people)
    }

    /// Who holds the password of a DKEK share; empty if a quorum guards it.
    pub fn holder(&self, share: DkekShareNumber) -> &str {
        match self.custody(share) {
            Some(Custody::Password { holder }) => holder,
            Some(Custody::Quorum { .. }) | None => "",
        }
    }
}
