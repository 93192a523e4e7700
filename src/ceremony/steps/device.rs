//! How the device of a step is found.

use crate::ceremony::known::Known;
use crate::ceremony::known::character::{Cards, DeviceUse};
use crate::ceremony::known::deviations::NOT_GENUINE;
use crate::ceremony::steps::{Actor, Condition, Question, StageKind, Step, step};
use crate::clerk::acts::DevicePurpose;
use crate::clerk::{Act, acts};
use crate::fields::{Field, FieldKind};
use crate::names::{FieldName, StageName, StepName};
use crate::plan::PlannedKey;
use crate::record::Loss;
use crate::terms::{DeviceRole, KeyType};

/// The stages that find the device of a step: it is put in, found, picked among several, and shown. Whoever sees that it is
/// the wrong one changes it and has the program look again. Its certificates are kept.
pub fn found_device(step: Step) -> Step {
    keeping_certificates(shown_device(step))
}

fn shown_device(step: Step) -> Step {
    // Whether it is genuine matters where something is entrusted to it: not where it is looked at or erased for good.
    let entrusted = !matches!(step.id, StepName::InspectDevice | StepName::RetireDevice);
    let shown = step
        .then(StageName::Insert, StageKind::Read)
        .then(StageName::Find, StageKind::Do(find))
        .then_when(Condition::Several, StageName::Which, StageKind::Choose(Question::Device))
        .then_when(Condition::Several, StageName::Find, StageKind::Do(find_picked))
        .then(StageName::Found, StageKind::Choose(Question::RightDevice));
    if entrusted {
        shown.then_when(Condition::NotGenuine, StageName::NotGenuine, StageKind::Confirm(not_genuine))
    } else {
        shown
    }
}

/// The same as in an unfit room: the word is a fact, and the reason a noted deviation.
fn not_genuine(_: &Known, _: &Step) -> Vec<Field> {
    vec![
        Field::new(FieldName::Override, FieldKind::Word(NOT_GENUINE)),
        Field::new(FieldName::Reason, FieldKind::Reason),
    ]
}

/// Last in its step: what is asked before it does not depend on it.
fn keeping_certificates(step: Step) -> Step {
    step.then(StageName::Certificates, StageKind::Do(certificates))
}

fn certificates(known: &Known, step: &Step) -> Option<Act> {
    Some(acts::KeepCertificates { serial: known.devices.serial(step.role)? }.into())
}

/// The step that finds the device for a role.
pub fn device(role: DeviceRole) -> Step {
    let id = match role {
        DeviceRole::Original => StepName::Device,
        DeviceRole::Replacement => StepName::Replacement,
        DeviceRole::Further(_) => StepName::FleetDevice,
    };
    let device = shown_device(step(id, Actor::Administrator).on(role))
        .then_when(Condition::HoldsKeys, StageName::Compare, StageKind::Do(compare_keys))
        .then_when(Condition::HoldsOtherKeys, StageName::Erases, StageKind::Confirm(erase_keys));
    keeping_certificates(match role {
        DeviceRole::Original | DeviceRole::Further(_) => device,
        DeviceRole::Replacement => device
            .then_when(Condition::HoldsBackedUpKeys, StageName::ErasesBackedUp, StageKind::Confirm(erase_keys))
            .then_when(Condition::EmptyOriginal, StageName::SameDevice, StageKind::Confirm(same_device)),
    })
}

fn compare_keys(known: &Known, step: &Step) -> Option<Act> {
    Some(acts::CompareKeys { role: step.role, serial: known.devices.serial(step.role)? }.into())
}

fn same_device(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::SameDevice, FieldKind::Word("SAME DEVICE"))]
}

fn erase_keys(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::EraseKeys, FieldKind::Word("ERASE THESE KEYS"))]
}

/// A replacement is never the device of this sitting, nor one that stays in use. A device that has lost its keys may get
/// them back, if there is no other and people say so.
#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
fn find(known: &Known, step: &Step) -> Option<Act> {
    let (mut not, mut last_resort) = (Vec::new(), Vec::new());
    if step.role == DeviceRole::Replacement {
        let originals = known.restored.from.iter().flat_map(|source| source.devices.clone());
        let erased_last = match known.ceremony.cards {
            Cards::Replaced => true,
            Cards::Dealt | Cards::Earlier | Cards::Changed | Cards::None => false,
        };
        if erased_last || known.restored.loss == Some(Loss::Nothing) {
            not.extend(originals);
        } else {
            last_resort.extend(originals);
        }
        not.extend(known.devices.serial(DeviceRole::Original));
    } else {
        // The one that has just got the keys is not the one that they are erased from.
        not.extend(known.devices.serial(DeviceRole::Replacement));
    }
    let (given_up, purpose) = (known.devices.given_up.clone(), purpose(known, step));
    let fleet = match step.role {
        DeviceRole::Original | DeviceRole::Replacement => Vec::new(),
        DeviceRole::Further(_) => known.devices.others_of_the_fleet(step.role),
    };
    Some(acts::FindDevice { role: step.role, not, given_up, fleet, last_resort, picked: None, purpose }.into())
}

fn find_picked(known: &Known, step: &Step) -> Option<Act> {
    let picked = Some(known.devices.picked.clone()?);
    let (not, given_up, fleet, last_resort) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let purpose = purpose(known, step);
    Some(acts::FindDevice { role: step.role, not, given_up, fleet, last_resort, picked, purpose }.into())
}

fn purpose(known: &Known, step: &Step) -> DevicePurpose {
    let rsa = known.keys_that_stay().filter_map(|key| match key.key_type {
        KeyType::Rsa(bits) => Some(bits),
        KeyType::RsaUnstated | KeyType::Ec(_) | KeyType::EcUnstated(_) | KeyType::Aes(_) => None,
    });
    let longest_rsa = rsa.max();
    let is_ec = |key: &PlannedKey| matches!(key.key_type, KeyType::Ec(_) | KeyType::EcUnstated(_));
    let has_ec = known.plan.keys.iter().any(is_ec);
    match known.ceremony.devices {
        DeviceUse::Keeps | DeviceUse::None => DevicePurpose::Inspection,
        DeviceUse::ChangesPins => DevicePurpose::Pins,
        // It gets no keys, but it is erased all the same.
        DeviceUse::Retires => DevicePurpose::Provisioning { longest_rsa: None, generates_ec: false },
        DeviceUse::Adds => DevicePurpose::Adding { longest_rsa, generates_ec: has_ec },
        // Another device of a fleet gets the keys only if the plan says so.
        DeviceUse::Fleet if known.plan.fleet().iter().any(|device| device.role == step.role && !device.copy_keys) => {
            DevicePurpose::Provisioning { longest_rsa: None, generates_ec: false }
        }
        DeviceUse::Provisions | DeviceUse::Fleet => {
            DevicePurpose::Provisioning { longest_rsa, generates_ec: step.id == StepName::Device && has_ec }
        }
    }
}
