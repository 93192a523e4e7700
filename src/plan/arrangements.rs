//! What is arranged for the day besides people, quorums, device and keys: approval, room, material, times. All of it is
//! optional: what a plan leaves out or blank is written by hand on the day.

use std::collections::BTreeMap;

use super::Plan;
use super::minutes::usual_minutes;
use crate::names::StepName;
use crate::terms::{Digest, KeyLabel, Person, Serial, alike};

/// A text of a plan; `None`: left blank, to be written by hand.
pub type Blank = Option<String>;

/// Who approved the ceremony.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Who.
    pub by: String,
    /// Under which reference: a decision, a ticket, a letter.
    pub reference: Blank,
    /// On which day, as `2026-11-27`.
    pub date: Blank,
}

/// What a device is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceUse {
    /// Generates the keys.
    Original,
    /// Gets them back, when the restore is proven or the original is lost.
    Replacement,
    /// Takes the place of a device that fails.
    Spare,
    /// A further device of a fleet.
    Fleet,
}

impl DeviceUse {
    /// The word of the plan file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Replacement => "replacement",
            Self::Spare => "spare",
            Self::Fleet => "fleet",
        }
    }

    /// The one with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Original, Self::Replacement, Self::Spare, Self::Fleet].into_iter().find(|one| one.word() == word)
    }
}

/// A device that is brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedDevice {
    /// What it is there for.
    pub role: DeviceUse,
    /// Its serial; `None`: left blank, to be written by hand.
    pub serial: Option<Serial>,
    /// Whether a further device of a fleet gets the keys of the first.
    pub copy_keys: bool,
}

/// What is arranged for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonArranged {
    /// Who; somebody who has a role in the plan.
    pub name: String,
    /// How they are identified, for example by which document.
    pub identified_by: Blank,
    /// Where they keep what they hold: the card with their share, a password, a PIN.
    pub keeps_at: Blank,
}

/// What is arranged for the day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arrangements {
    /// Who approved the ceremony.
    pub approval: Option<Approval>,
    /// Where it is held.
    pub place: Blank,
    /// Under which reference it is filmed.
    pub video_reference: Blank,
    /// What is collected as evidence.
    pub evidence: Vec<String>,
    /// SHA-256 of the image from which the machine is started.
    pub live_image: Option<Digest>,
    /// What everybody acknowledges before it begins, a sentence each.
    pub duties: Vec<String>,
    /// The key that signs the record when it is sealed; none: people sign the report by hand.
    pub sign_record: Option<KeyLabel>,
    /// The label of the device as a PKCS#11 token: what it is called is compared with it, and initialising writes it.
    pub token_label: Blank,
    /// The devices that are brought.
    pub devices: Vec<PlannedDevice>,
    /// The card readers, by name or serial.
    pub readers: Vec<Blank>,
    /// The numbers of the tamper-evident bags.
    pub bags: Vec<Blank>,
    /// The media to which the folder is copied, by label or serial.
    pub media: Vec<Blank>,
    /// The numbers of the envelopes for PINs.
    pub envelopes: Vec<Blank>,
    /// The minutes that the plan expects for a step, where they are not the usual ones.
    pub minutes: BTreeMap<StepName, u8>,
    /// What is arranged for people, in the order of the file.
    pub people: Vec<PersonArranged>,
}

impl Plan {
    /// How many minutes a step is expected to take: the plan's, or the usual ones.
    pub fn minutes(&self, step: StepName) -> u8 {
        self.arrangements.minutes.get(&step).copied().unwrap_or_else(|| usual_minutes(step))
    }

    /// What is arranged for whoever has a role; `None` if nothing is.
    pub fn arranged_for(&self, person: Person) -> Option<&PersonArranged> {
        let name = self.name_of(person);
        self.arrangements.people.iter().find(|arranged| alike(&arranged.name, name))
    }

    /// How whoever has a role is identified, if the plan says so.
    pub fn identified_by(&self, person: Person) -> Option<&str> {
        self.arranged_for(person).and_then(|arranged| arranged.identified_by.as_deref())
    }

    /// Where whoever has a role keeps what they hold, if the plan says so.
    pub fn keeps_at(&self, person: Person) -> Option<&str> {
        self.arranged_for(person).and_then(|arranged| arranged.keeps_at.as_deref())
    }

    /// The devices of one use, in the order of the file.
    pub fn devices_for(&self, role: DeviceUse) -> impl Iterator<Item = &PlannedDevice> {
        self.arrangements.devices.iter().filter(move |device| device.role == role)
    }
}
