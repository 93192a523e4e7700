//! What `ceremony verify` says about the devices: what their certificates proved that day, and which keys they attested.

use crate::ceremony::{genuineness, key_of_certificate};
use crate::record::{Entry, Fact, Proof, ResetRule};
use crate::script::words;
use crate::terms::{DeviceRole, Genuineness, Serial};

/// Every device with what was last found out about it, in the order in which they were found.
fn devices(proof: &Proof) -> Vec<(&Serial, Option<&Genuineness>)> {
    let mut devices: Vec<(&Serial, Option<&Genuineness>)> = Vec::new();
    for fact in facts(proof) {
        if let Fact::Device { serial, genuineness, .. } = fact {
            devices.retain(|(known, _)| *known != serial);
            devices.push((serial, genuineness.as_ref()));
        }
    }
    devices
}

/// Every device that got the DKEK after it was initialised, and what its SO-PIN may do to the user PIN, if that was tried out.
fn initialised(proof: &Proof) -> Vec<(&Serial, Option<&'static str>)> {
    let mut devices: Vec<(DeviceRole, &Serial, Option<&'static str>, bool)> = Vec::new();
    for fact in facts(proof) {
        match fact {
            Fact::Initialised { role, serial, .. } => {
                devices.retain(|(of, ..)| of != role);
                devices.push((*role, serial, None, false));
            }
            Fact::PinRules(rules) => {
                let device = devices.iter_mut().find(|(_, serial, ..)| **serial == rules.serial);
                if let Some((_, _, tried, _)) = device {
                    *tried = rules.pin_reset.map(reset_rule);
                }
            }
            Fact::Loaded { role, .. } => {
                devices.iter_mut().filter(|(of, ..)| of == role).for_each(|(.., loaded)| *loaded = true);
            }
            _ => {}
        }
    }
    devices.into_iter().filter(|(.., loaded)| *loaded).map(|(_, serial, tried, _)| (serial, tried)).collect()
}

const fn reset_rule(rule: ResetRule) -> &'static str {
    match rule {
        ResetRule::Off => words::REPORT_RESET_OFF,
        ResetRule::Unblock => words::REPORT_RESET_UNBLOCK,
        ResetRule::Set => words::REPORT_RESET_SET,
    }
}

fn facts(proof: &Proof) -> impl Iterator<Item = &Fact> {
    proof.lines.iter().filter_map(|line| match &line.entry {
        Entry::Learned { fact, .. } => Some(fact),
        _ => None,
    })
}

/// What the program found out that day. Of records of earlier builds, nothing.
pub fn found_out(proof: &Proof) -> Vec<String> {
    let checked = devices(proof).into_iter().filter_map(|(serial, found)| Some((serial, found?)));
    let mut said: Vec<String> =
        checked.map(|(serial, found)| words::VerifyDevice { serial, said: genuineness(found) }.to_string()).collect();
    said.extend(facts(proof).filter_map(|fact| match fact {
        Fact::ThrowAwayKey(proven) => {
            let (serial, said) = (&proven.serial, key_of_certificate(proven.outcome));
            Some(words::VerifyThrowAway { serial, said }.to_string())
        }
        _ => None,
    }));
    said.extend(initialised(proof).into_iter().map(|(serial, rule)| match rule {
        Some(reset) => words::VerifyPinRules { serial, reset }.to_string(),
        None => words::VerifyNoPinRules { serial }.to_string(),
    }));
    let keys = |wanted: bool| {
        let made = facts(proof).filter_map(|fact| match fact {
            Fact::Made { label, attested, .. } if *attested == wanted => Some(label.to_string()),
            _ => None,
        });
        Some(made.collect::<Vec<_>>().join(", ")).filter(|keys| !keys.is_empty())
    };
    let imported = facts(proof).filter_map(|fact| match fact {
        Fact::Imported(key) => Some(key.label.to_string()),
        _ => None,
    });
    let imported = Some(imported.collect::<Vec<_>>().join(", ")).filter(|keys| !keys.is_empty());
    said.extend(imported.map(|keys| words::VerifyImported { keys }.to_string()));
    said.extend(facts(proof).filter_map(|fact| match fact {
        Fact::KeyFiles { all_destroyed: true } => Some(words::VERIFY_KEY_FILES_DESTROYED.to_owned()),
        Fact::KeyFiles { all_destroyed: false } => Some(words::VERIFY_KEY_FILES_REMAIN.to_owned()),
        _ => None,
    }));
    said.extend(keys(true).map(|keys| words::VerifyAttested { keys }.to_string()));
    said.extend(keys(false).map(|keys| words::VerifyNotAttested { keys }.to_string()));
    said
}

/// What nobody can check afterwards.
pub fn on_their_word(proof: &Proof) -> Option<String> {
    let devices = devices(proof);
    let checked = devices.iter().all(|(_, found)| found.is_some());
    let genuine = devices.iter().all(|(_, found)| found.is_some_and(Genuineness::is_accepted));
    let said = match (devices.is_empty(), checked, genuine) {
        (true, ..) => return None,
        (false, _, true) => words::VERIFY_WORD_PROGRAM,
        (false, true, false) => words::VERIFY_WORD_NOT_GENUINE,
        (false, false, false) => words::VERIFY_WORD_DEVICE,
    };
    Some(said.to_owned())
}
