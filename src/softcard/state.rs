//! What a card keeps without power, and how that is written to a state file.

use super::condition::Condition;
use super::curves::Curve;
use super::cvc::{self, Device};
use super::dkek::{DKEK, Dkek};
use super::domains::Domains;
use super::fault::Faults;
use super::files::CERTIFICATES;
use super::keys::{Key, Material, number, rsa_from_primes};
use super::pins::{Guarded, Pins};
use super::{Session, SoftCard};
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// The first field of every state file, so that nobody mistakes it for more than it is.
const NOTICE: &str = "Rehearsal only: this file holds the PINs, the DKEK and the keys of a software card, unencrypted. Take \
    throw-away PINs. A software card is for training and tests; it is not an HSM.";
/// Incremented when older programs can no longer read the file.
const FORMAT: u64 = 1;

/// Why a state file cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateError {
    /// It is not a state file of a software card, or has another version.
    OtherFormat,
    /// This field is missing or invalid.
    Field(&'static str),
}

/// Everything that survives a loss of power.
#[derive(Clone, PartialEq)]
pub(super) struct State {
    pub serial: String,
    pub device_key: Key,
    /// `None`: never initialised.
    pub pins: Option<Pins>,
    /// `None`: set up without key wrapping.
    pub dkek: Option<Dkek>,
    pub domains: Domains,
    pub keys: BTreeMap<u8, Key>,
    pub files: BTreeMap<u16, Vec<u8>>,
}

impl State {
    /// The factory state; `None` for a serial that no software card may have.
    pub(super) fn fresh(serial: &str) -> Option<Self> {
        if !serial_fits(serial) {
            return None;
        }
        let Device { key, chain } = cvc::new_device(serial)?;
        Some(Self {
            serial: serial.to_owned(),
            device_key: key,
            pins: None,
            dkek: None,
            domains: Domains::default(),
            keys: BTreeMap::new(),
            files: BTreeMap::from([(CERTIFICATES, chain)]),
        })
    }
}

impl State {
    /// How the card is called in what it signs: the holder of its certificate.
    pub(super) fn device_name(&self) -> Vec<u8> {
        let certificates = self.files.get(&CERTIFICATES).map(Vec::as_slice).unwrap_or_default();
        cvc::holder(certificates).unwrap_or_else(|| cvc::device_name(&self.serial))
    }
}

/// Begins with `REH`, 8 to 11 letters and digits: OpenSC needs 8, the certificate has room for 11.
fn serial_fits(serial: &str) -> bool {
    serial.starts_with("REH")
        && (8..=11).contains(&serial.len())
        && serial.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

impl SoftCard {
    /// The whole card as JSON, keys in the clear; its first field says so. The session is not included.
    pub fn to_json(&self) -> Value {
        let state = &self.state;
        let mut faults = self.faults;
        let faults: Map<String, Value> =
            faults.named().into_iter().map(|(name, played)| (name.to_owned(), Value::Bool(*played))).collect();
        let keys: Map<String, Value> =
            state.keys.iter().map(|(number, key)| (format!("{number:02x}"), key_to_json(key))).collect();
        let files: Map<String, Value> =
            state.files.iter().map(|(fid, content)| (format!("{fid:04x}"), hex(content))).collect();
        let mut whole = json!({
            "notice": NOTICE,
            "format": FORMAT,
            "serial": state.serial,
            "device_key": key_to_json(&state.device_key),
            "pins": state.pins.as_ref().map(|pins| json!({
                "user": guarded_to_json(&pins.user),
                "so": guarded_to_json(&pins.so),
                "options": pins.options,
            })),
            "dkek": state.dkek.as_ref().map(dkek_to_json),
            "keys": keys,
            "files": files,
            "faults": faults,
        });
        // What is unusual is left out where it is not: such a file can be read by earlier versions.
        let unusual = [("condition", self.condition.to_json()), ("domains", domains_to_json(&state.domains))];
        if let Some(whole) = whole.as_object_mut() {
            whole.extend(unusual.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        }
        whole
    }

    /// A card from [`SoftCard::to_json`], as after a power loss.
    pub fn from_json(value: &Value) -> Result<Self, StateError> {
        if value.get("format").and_then(Value::as_u64) != Some(FORMAT) {
            return Err(StateError::OtherFormat);
        }
        let read = |field: &'static str| value.get(field).ok_or(StateError::Field(field));
        let serial = read("serial")?.as_str().filter(|serial| serial_fits(serial));
        let mut faults = Faults::default();
        for (name, played) in faults.named() {
            *played = value.get("faults").and_then(|faults| faults.get(name)).and_then(Value::as_bool).unwrap_or(false);
        }
        let optional = |field: &'static str| read(field).map(|value| Some(value).filter(|value| !value.is_null()));
        Ok(Self {
            state: State {
                serial: serial.ok_or(StateError::Field("serial"))?.to_owned(),
                device_key: key_from_json(read("device_key")?).ok_or(StateError::Field("device_key"))?,
                pins: optional("pins")?
                    .map(|pins| pins_from_json(pins).ok_or(StateError::Field("pins")))
                    .transpose()?,
                dkek: optional("dkek")?
                    .map(|dkek| dkek_from_json(dkek).ok_or(StateError::Field("dkek")))
                    .transpose()?,
                domains: match value.get("domains") {
                    None => Domains::default(),
                    Some(domains) => domains_from_json(domains).ok_or(StateError::Field("domains"))?,
                },
                keys: map_from_json(read("keys")?, |text| u8::from_str_radix(text, 16).ok(), key_from_json)
                    .ok_or(StateError::Field("keys"))?,
                files: map_from_json(read("files")?, |text| u16::from_str_radix(text, 16).ok(), bytes)
                    .ok_or(StateError::Field("files"))?,
            },
            session: Session::default(),
            faults,
            condition: match value.get("condition") {
                None => Condition::default(),
                Some(condition) => Condition::from_json(condition).ok_or(StateError::Field("condition"))?,
            },
        })
    }
}

fn hex(bytes: &[u8]) -> Value {
    Value::String(base16ct::lower::encode_string(bytes))
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    base16ct::lower::decode_vec(value.as_str()?).ok()
}

fn byte(value: &Value, field: &str) -> Option<u8> {
    value.get(field)?.as_u64()?.try_into().ok()
}

fn map_from_json<K: Ord, V>(
    value: &Value,
    key: impl Fn(&str) -> Option<K>,
    content: impl Fn(&Value) -> Option<V>,
) -> Option<BTreeMap<K, V>> {
    value.as_object()?.iter().map(|(name, value)| Some((key(name)?, content(value)?))).collect()
}

fn guarded_to_json(pin: &Guarded) -> Value {
    json!({ "value": hex(&pin.value), "left": pin.left, "limit": pin.limit })
}

fn guarded_from_json(value: &Value) -> Option<Guarded> {
    Some(Guarded {
        value: bytes(value.get("value")?)?.into(),
        left: byte(value, "left")?,
        limit: byte(value, "limit")?,
    })
}

fn pins_from_json(value: &Value) -> Option<Pins> {
    Some(Pins {
        user: guarded_from_json(value.get("user")?)?,
        so: guarded_from_json(value.get("so")?)?,
        options: value.get("options")?.as_u64()?.try_into().ok()?,
    })
}

fn dkek_to_json(dkek: &Dkek) -> Value {
    json!({ "shares": dkek.shares, "outstanding": dkek.outstanding, "value": hex(&dkek.value) })
}

fn domains_to_json(domains: &Domains) -> Option<Value> {
    let created: Map<String, Value> =
        domains.created.iter().map(|(number, dkek)| (format!("{number:02x}"), dkek_to_json(dkek))).collect();
    (domains.most > 0).then(|| json!({ "most": domains.most, "created": created }))
}

fn domains_from_json(value: &Value) -> Option<Domains> {
    let number = |text: &str| u8::from_str_radix(text, 16).ok();
    let created = map_from_json(value.get("created")?, number, dkek_from_json)?;
    Some(Domains { most: byte(value, "most")?, created })
}

fn dkek_from_json(value: &Value) -> Option<Dkek> {
    Some(Dkek {
        shares: byte(value, "shares")?,
        outstanding: byte(value, "outstanding")?,
        value: bytes(value.get("value")?).filter(|value| value.len() == DKEK)?.into(),
    })
}

fn key_to_json(key: &Key) -> Value {
    let allowed = hex(&key.allowed);
    let mut whole = match &key.material {
        Material::Rsa(rsa) => {
            let prime =
                |index: usize| rsa.primes().get(index).map(|prime| hex(&Zeroizing::new(number(prime.as_ref()))));
            json!({ "kind": "rsa", "p": prime(0), "q": prime(1), "e": hex(&number(rsa.e())), "allowed": allowed })
        }
        Material::Elliptic(curve, private) => {
            json!({ "kind": curve.name(), "d": hex(private), "allowed": allowed })
        }
    };
    let domain = Some(key.domain).filter(|domain| *domain > 0).map(Value::from);
    if let Some(whole) = whole.as_object_mut() {
        let unusual = [("domain", domain), ("uses", key.uses.map(Value::from))];
        whole.extend(unusual.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    whole
}

fn key_from_json(value: &Value) -> Option<Key> {
    let field = |name: &str| value.get(name).and_then(bytes);
    let kind = value.get("kind")?.as_str()?;
    let material = if kind == "rsa" {
        Material::Rsa(Box::new(rsa_from_primes(
            &Zeroizing::new(field("p")?),
            &Zeroizing::new(field("q")?),
            &field("e")?,
        )?))
    } else {
        let curve = Curve::ALL.into_iter().find(|curve| curve.name() == kind)?;
        let private = Zeroizing::new(field("d")?);
        curve.public(&private)?;
        Material::Elliptic(curve, private)
    };
    let domain = value.get("domain").map_or(Some(0), |_| byte(value, "domain"))?;
    let uses = value.get("uses").map(|uses| uses.as_u64().and_then(|uses| u32::try_from(uses).ok()));
    let uses = match uses {
        None => None,
        Some(uses) => Some(uses?),
    };
    Some(Key { domain, uses, ..Key::new(material, field("allowed")?) })
}
