//! What is known about a ceremony: exactly what its record says, nothing else. Every change comes from an entry.

pub mod bags;
pub mod character;
pub mod custodians;
pub(in crate::ceremony) mod deviations;
pub mod devices;
pub mod doubt;
pub mod drilled;
pub mod holders;
pub mod host;
pub mod identified;
pub mod keys;
pub mod learn;
pub mod media;
pub mod people;
pub mod pins;
pub mod progress;
pub mod restored;
pub mod resumed;
pub mod roll_call;
pub mod seats;
pub mod shares;
pub mod signing;
pub mod token_label;

use crate::ceremony::known::bags::Bags;
use crate::ceremony::known::character::{Character, DeviceUse};
use crate::ceremony::known::devices::Devices;
use crate::ceremony::known::doubt::Doubt;
use crate::ceremony::known::drilled::Drilled;
use crate::ceremony::known::host::Host;
use crate::ceremony::known::keys::Keys;
use crate::ceremony::known::media::Media;
use crate::ceremony::known::people::People;
use crate::ceremony::known::pins::Pins;
use crate::ceremony::known::progress::Progress;
use crate::ceremony::known::restored::Restored;
use crate::ceremony::known::seats::Seats;
use crate::ceremony::known::shares::Shares;
use crate::ceremony::known::signing::Signing;
use crate::plan::{Custody, Plan};
use crate::terms::Digest;

/// What is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Which ceremony.
    pub ceremony: &'static Character,
    /// Whether it is a rehearsal.
    pub rehearsal: bool,
    /// Its plan, with the names of any substitutes.
    pub plan: Plan,
    /// Who will guard the DKEK shares, while those who guarded them before still act: [`Plan::dkek_shares`] are theirs until
    /// then.
    pub coming: Option<Vec<Custody>>,
    /// SHA-256 of the plan's file; `None`: before the first entry.
    pub plan_sha256: Option<Digest>,
    /// How far it has got.
    pub progress: Progress,
    /// Who may know which share, and who is absent.
    pub people: People,
    /// This machine and terminal.
    pub host: Host,
    /// The devices.
    pub devices: Devices,
    /// What is done to a PIN.
    pub pins: Pins,
    /// What nobody knows, because an answer was lost.
    pub doubt: Doubt,
    /// The DKEK shares, their sets and the DKEK.
    pub shares: Shares,
    /// Who sat where, and what they gave.
    pub seats: Seats,
    /// The bags of cards and of passwords on paper.
    pub bags: Bags,
    /// The keys.
    pub keys: Keys,
    /// The backup being restored.
    pub restored: Restored,
    /// The drill.
    pub drilled: Drilled,
    /// Which key signs the record.
    pub signing: Signing,
    /// The copies of the folder.
    pub media: Media,
    /// The files that were written, in order: name and digest.
    pub written: Vec<(String, Digest)>,
}

impl Known {
    /// What is known before the first entry.
    pub fn new(ceremony: &'static Character, plan: Plan, rehearsal: bool) -> Self {
        let plan = match ceremony.devices {
            DeviceUse::Fleet => plan.with_equal_places(),
            DeviceUse::Provisions
            | DeviceUse::Keeps
            | DeviceUse::Adds
            | DeviceUse::Retires
            | DeviceUse::ChangesPins
            | DeviceUse::None => plan,
        };
        Self {
            ceremony,
            rehearsal,
            progress: Progress::default(),
            people: People::new(ceremony.cards, &plan),
            host: Host::default(),
            devices: Devices::default(),
            pins: Pins::default(),
            doubt: Doubt::default(),
            shares: Shares::default(),
            seats: Seats::default(),
            bags: Bags::default(),
            keys: Keys::default(),
            restored: Restored::default(),
            drilled: Drilled::default(),
            signing: Signing::default(),
            media: Media::default(),
            written: Vec::new(),
            plan_sha256: None,
            coming: None,
            plan,
        }
    }
}
