//! Conditions in which people have their devices, and which a ceremony never brings about.
//!
//! Source: the protocol reference, sections 1.2, 1.3, 2.2, 2.3, 2.16, 3 and 10.

use super::{Answer, SoftCard, done};
use crate::card::status::Status;
use serde_json::{Value, json};

/// The condition of a card; by default one of the JCOP 3 generation in perfect order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// The application is out of use for ever: SELECT answers 6285.
    pub terminated: bool,
    /// A transport PIN waits for its change: 6984 until then.
    pub transport_pin: bool,
    /// Chained commands are refused with 6884, as a genuine card may do.
    pub refuses_blocks: bool,
    /// Major and minor version. Below 2.0 the card says nothing about its options, its platform and its SO-PIN; below
    /// 3.0 it has no RSA keys above 2048 bits.
    pub version: [u8; 2],
    /// Public keys that log in instead of the user PIN.
    pub public_keys: Option<PublicKeys>,
    /// How many keys and files fit besides its certificates; `None`: as many as there are numbers.
    pub room: Option<u16>,
}

/// Public key authentication, m of n.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKeys {
    /// How many public keys there are to be.
    pub total: u8,
    /// How many of them are not registered yet.
    pub missing: u8,
    /// How many have to log in.
    pub required: u8,
}

impl Default for Condition {
    fn default() -> Self {
        Self {
            terminated: false,
            transport_pin: false,
            refuses_blocks: false,
            version: [3, 5],
            public_keys: None,
            room: None,
        }
    }
}

impl Condition {
    /// Whether it is of the generation that reports only its version.
    pub(super) const fn is_first_generation(&self) -> bool {
        let [major, _] = self.version;
        major < 2
    }

    /// Whether it has RSA keys of this length.
    pub(super) const fn has_rsa(&self, bits: u32) -> bool {
        let [major, _] = self.version;
        major >= 3 || bits <= 2048
    }

    /// Why the user PIN is of no use now; a genuine card's answer under public key authentication is not known.
    pub(super) fn bars_user_pin(&self) -> Option<Status> {
        if self.transport_pin {
            return Some(Status::NotUsable);
        }
        self.public_keys.map(|_| Status::ConditionNotMet)
    }

    /// What INITIALIZE leaves of it.
    pub(super) const fn after_initialisation(self) -> Self {
        Self { transport_pin: false, public_keys: None, ..self }
    }

    /// For a state file; `None` in perfect order.
    pub(super) fn to_json(self) -> Option<Value> {
        if self == Self::default() {
            return None;
        }
        let Self { terminated, transport_pin, refuses_blocks, version, public_keys, room } = self;
        Some(json!({
            "terminated": terminated,
            "transport_pin": transport_pin,
            "refuses_blocks": refuses_blocks,
            "version": version,
            "public_keys": public_keys.map(|keys| [keys.total, keys.missing, keys.required]),
            "room": room,
        }))
    }

    pub(super) fn from_json(value: &Value) -> Option<Self> {
        let flag = |name: &str| value.get(name)?.as_bool();
        let read = |name: &str| Some(value.get(name)?.clone());
        let public_keys: Option<[u8; 3]> = serde_json::from_value(read("public_keys")?).ok()?;
        Some(Self {
            terminated: flag("terminated")?,
            transport_pin: flag("transport_pin")?,
            refuses_blocks: flag("refuses_blocks")?,
            version: serde_json::from_value(read("version")?).ok()?,
            public_keys: public_keys.map(|[total, missing, required]| PublicKeys { total, missing, required }),
            room: serde_json::from_value(read("room")?).ok()?,
        })
    }
}

impl SoftCard {
    /// MANAGE PUBLIC KEY AUTHENTICATION, of which this card has only the status; 6D00 where it is not set up.
    pub(super) fn public_key_status(&self) -> Result<Answer, Status> {
        let PublicKeys { total, missing, required } = self.condition.public_keys.ok_or(Status::UnknownInstruction)?;
        done(vec![total, missing, required, 0])
    }

    /// 6A84 when nothing more fits.
    pub(super) fn room_for_one_more(&self) -> Result<(), Status> {
        // One of the files is the card's own certificate.
        let held = self.state.keys.len() + self.state.files.len().saturating_sub(1);
        match self.condition.room {
            Some(room) if held >= usize::from(room) => Err(Status::NoRoom),
            Some(_) | None => Ok(()),
        }
    }
}
