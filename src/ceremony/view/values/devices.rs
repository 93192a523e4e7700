//! Values about devices.

use crate::ceremony::known::Known;
use crate::ceremony::known::devices::FoundDevice;
use crate::ceremony::steps::Step;
use crate::ceremony::view::values::planned;
use crate::record::{HeldKey, InBackup, KeyDomain, PinCondition, PinName, StoredKey, WithoutDkek};
use crate::script::words;
use crate::terms::{Kcv, KeyId};

/// Every device that has the application is a SmartCard-HSM; newer ones report what it runs on.
pub fn model(device: &FoundDevice) -> String {
    match device.platform.as_deref() {
        Some("jcop") => words::MODEL_JCOP.to_owned(),
        Some("demo") => words::MODEL_DEMO.to_owned(),
        Some(platform) => words::ModelOther { platform }.to_string(),
        None => words::MODEL_NOT_TOLD.to_owned(),
    }
}

/// That a device was found; after another look, whether it is still the same one.
pub fn found(known: &Known, step: &Step) -> String {
    match known.devices.serial(step.role).filter(|_| known.devices.same_again) {
        Some(serial) => words::SameDeviceFound { serial }.to_string(),
        None => planned::found(step.role).to_owned(),
    }
}

/// Whether it was initialised before, and what it is called.
pub fn condition(device: &FoundDevice) -> String {
    let state = if device.initialised { words::DEVICE_INITIALISED } else { words::DEVICE_FRESH };
    match device.token_label.as_deref() {
        Some(label) => words::DeviceCalled { state, label }.to_string(),
        None => state.to_owned(),
    }
}

/// Tries left of the user PIN.
pub fn user_tries(known: &Known, step: &Step, device: &FoundDevice) -> String {
    let left = known.devices.tries_left(step.role, PinName::User).or(device.user_pin_tries);
    tries(left, device.user_pin.as_ref())
}

/// Tries left of the SO-PIN.
pub fn so_tries(known: &Known, step: &Step, device: &FoundDevice) -> String {
    let left = known.devices.tries_left(step.role, PinName::So).or(device.so_pin_tries);
    tries(left, device.so_pin.as_ref())
}

fn tries(left: Option<u8>, otherwise: Option<&PinCondition>) -> String {
    match (left, otherwise) {
        (Some(0), _) => words::TRIES_BLOCKED.to_owned(),
        (Some(left), _) => left.to_string(),
        (None, Some(PinCondition::Transport)) => words::TRIES_TRANSPORT.to_owned(),
        (None, Some(PinCondition::NotTold(status))) => words::TriesNotTold { status }.to_string(),
        (None, Some(PinCondition::NotSet) | None) => words::TRIES_UNSET.to_owned(),
    }
}

/// What it holds besides keys.
pub fn other_objects(device: &FoundDevice) -> String {
    let named = |names: &[String]| names.join(", ");
    match (device.certificates.as_slice(), device.data_objects.as_slice()) {
        ([], []) => words::NO_OBJECTS.to_owned(),
        (certificates, []) => words::CertificatesHeld { names: named(certificates) }.to_string(),
        ([], data) => words::DataHeld { names: named(data) }.to_string(),
        (certificates, data) => words::ObjectsHeld { certificates: named(certificates), data: named(data) }.to_string(),
    }
}

/// Which SO-PIN the device has, if known.
pub fn so_pin_hint(known: &Known, step: &Step) -> String {
    let chosen = known.plan.so_pin_share().is_none();
    if chosen && known.devices.so_pin_of_today.contains(&step.role) {
        words::SoPinIsOfToday { holder: &known.plan.so_pin_holder }.to_string()
    } else if known.devices.initialised.contains(&step.role) {
        words::SO_PIN_IS_UNCERTAIN.to_owned()
    } else {
        words::SO_PIN_IS_OLDER.to_owned()
    }
}

/// The state of its DKEK. With shares outstanding, a KCV means nothing and is not shown.
pub fn dkek_state(known: &Known, step: &Step) -> Option<String> {
    let own = dkek_of_domain_0(known, step)?;
    if known.devices.domains.is_empty() {
        return Some(own);
    }
    let lines = known.devices.domains.iter().map(|domain| {
        let KeyDomain { number, shares, outstanding, kcv } = domain;
        let state = match (*shares, *outstanding, *kcv) {
            (None, _, Some(found)) => words::DomainExchange { found }.to_string(),
            (None, _, None) => words::DOMAIN_EXCHANGE_HIDDEN.to_owned(),
            (Some(shares), outstanding, kcv) => dkek_of(shares, outstanding, kcv),
        };
        format!("  {}", words::KeyDomainLine { number, state })
    });
    let lines: Vec<String> = std::iter::once(own).chain(lines).chain([words::DOMAINS_MEAN.to_owned()]).collect();
    Some(lines.join("\n"))
}

/// The state of a DKEK that is made of shares.
fn dkek_of(shares: u8, outstanding: u8, kcv: Option<Kcv>) -> String {
    match (shares, outstanding, kcv) {
        (0, 0, _) => words::DKEK_OWN.to_owned(),
        (shares, 0, Some(found)) => words::DkekComplete { shares, found }.to_string(),
        (shares, 0, None) => words::DkekHidden { shares }.to_string(),
        (shares, outstanding, _) => {
            words::DkekPending { present: shares.saturating_sub(outstanding), shares }.to_string()
        }
    }
}

fn dkek_of_domain_0(known: &Known, step: &Step) -> Option<String> {
    let fresh = || known.devices.get(step.role).is_some_and(|device| !device.initialised);
    Some(match known.devices.dkek? {
        (None, ..) if fresh() => words::DKEK_FRESH.to_owned(),
        (None, ..) if known.devices.without_dkek.is_some() => match &known.devices.without_dkek {
            Some(WithoutDkek::NotTold(status)) => words::DkekNotTold { status }.to_string(),
            Some(WithoutDkek::OtherDomain) | None => words::DKEK_OTHER_DOMAIN.to_owned(),
        },
        (None, ..) => words::DKEK_NONE.to_owned(),
        (Some(shares), outstanding, kcv) => dkek_of(shares, outstanding, kcv),
    })
}

/// The keys on a device that will be erased, one per line: which they are, and whether they are in the backup.
pub fn held_keys(known: &Known, step: &Step) -> Option<String> {
    let row = |reference: &str, label: &str, where_else: &str| format!("  {reference:<9}  {label:<25}  {where_else}");
    let heading = row(words::COLUMN_REFERENCE, words::COLUMN_LABEL, words::COLUMN_BACKUP);
    let lines = known.devices.held.get(&step.role)?.iter().map(|held| {
        let standing = match held.backup {
            InBackup::Yes => words::HELD_IN_BACKUP,
            InBackup::Perhaps => words::HELD_PERHAPS,
            InBackup::No => words::HELD_NOWHERE,
        };
        let line = row(&held.key.reference.to_string(), held.key.label.as_deref().unwrap_or("-"), standing);
        std::iter::once(line).chain(attributes(&held.key)).collect::<Vec<_>>().join("\n")
    });
    Some(std::iter::once(heading).chain(lines).collect::<Vec<_>>().join("\n"))
}

fn held<'a>(known: &'a Known, step: &Step) -> impl Iterator<Item = &'a HeldKey> {
    known.devices.held.get(&step.role).into_iter().flatten()
}

/// Why a device counts as one that the backup came from.
pub fn same_as_backup(known: &Known, step: &Step) -> &'static str {
    if known.is_original(step.role) {
        words::SAME_SERIAL
    } else if known.devices.same_dkek.contains(&step.role) {
        words::SAME_DKEK
    } else if held(known, step).any(|key| key.backup == InBackup::Yes) {
        words::SAME_KEYS
    } else {
        words::SAME_KEYS_PERHAPS
    }
}

/// The keys that a device listed, one per line.
pub fn key_table(keys: &[StoredKey]) -> String {
    if keys.is_empty() {
        return format!("  {}", words::NO_KEYS);
    }
    let longest = keys.iter().filter_map(|key| key.key_type.as_ref()).map(|kind| kind.chars().count()).max();
    let width = longest.unwrap_or(0).max(9);
    let row = |reference: &str, id: &str, kind: &str, label: &str| {
        format!("  {reference:<9}  {id:<10}  {kind:<width$}  {label}")
    };
    let heading = row(words::COLUMN_REFERENCE, words::COLUMN_ID, words::COLUMN_TYPE, words::COLUMN_LABEL);
    let lines = keys.iter().map(|key| {
        let id = key.id.as_ref().map_or_else(|| "-".to_owned(), KeyId::in_column);
        let (kind, label) = (key.key_type.as_deref().unwrap_or("-"), key.label.as_deref().unwrap_or("-"));
        let line = row(&key.reference.to_string(), &id, kind, label);
        let long = key.id.as_ref().filter(|id| id.in_column() != id.to_string());
        let long = long.map(|long| format!("{:13}{}", "", long.shown()));
        [line].into_iter().chain(long).chain(attributes(key)).collect::<Vec<_>>().join("\n")
    });
    std::iter::once(heading).chain(lines).collect::<Vec<_>>().join("\n")
}

/// What a device says about a key besides, on a line of its own.
fn attributes(key: &StoredKey) -> Option<String> {
    let domain = key.domain.map(|number| words::KeyInDomain { number }.to_string());
    let uses = key.uses_left.map(|left| match left {
        0 => words::USES_SPENT.to_owned(),
        left => words::UsesLeft { left }.to_string(),
    });
    let described = key.label.is_some() || key.id.is_some();
    let bare = (!described).then(|| words::KEY_UNDESCRIBED.to_owned());
    let said: Vec<String> = bare.into_iter().chain(domain).chain(uses).collect();
    (!said.is_empty()).then(|| format!("{:13}{}", "", said.join("; ")))
}
