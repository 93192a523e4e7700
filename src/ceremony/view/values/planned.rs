//! What the placeholders in the script's sentences stand for as far as the plan alone tells: on screens and on paper.

use crate::ceremony::steps::Step;
use crate::names::ValueName as Name;
use crate::plan::{Custody, PinReset, Plan};
use crate::script::words;
use crate::terms::{DeviceRole, DkekShareNumber, KeyType, Quorum, Scheme};

/// What a placeholder in the sentences of a step stands for; none: only the day knows.
pub fn planned(plan: &Plan, step: &Step, name: Name) -> Option<String> {
    let quorum = || plan.quorum(step.share).or_else(|| plan.first_quorum().and_then(|share| plan.quorum(share)));
    let key = || plan.keys.iter().find(|key| Some(&key.label) == step.key.as_ref());
    match name {
        Name::Title => Some(plan.title.clone()),
        Name::Administrator => Some(plan.administrator.clone()),
        Name::SoPinHolder => Some(plan.so_pin_holder.clone()),
        Name::PinHolder => Some(plan.pin_holder.clone()),
        Name::Holder => Some(plan.holder(step.share).to_owned()),
        Name::Threshold => Some(quorum().map(|quorum| quorum.threshold().to_string()).unwrap_or_default()),
        Name::Custodians => Some(quorum().map(|quorum| quorum.custodians().to_string()).unwrap_or_default()),
        Name::TriesPlanned => Some(plan.user_pin_tries.to_string()),
        Name::Dice => Some(plan.dice.to_string()),
        Name::Shares => Some(plan.dkek_shares.len().to_string()),
        Name::Share => Some(step.share.to_string()),
        Name::OfShare => Some(of_share(plan, step.share)),
        Name::Custody => Some(custody(plan)),
        Name::Scheme => Some(schemes(plan)),
        Name::PinReset => Some(pin_reset(plan.pin_reset).to_owned()),
        Name::Guards => {
            Some(if plan.first_quorum().is_some() { words::GUARDS_QUORUM } else { words::GUARDS_PASSWORDS }.to_owned())
        }
        Name::SoPinCustody => {
            Some(if plan.so_pin_share().is_some() { words::SO_PIN_UNDER_QUORUM } else { words::SO_PIN_HELD }.to_owned())
        }
        Name::Role => Some(role(step.role).to_owned()),
        Name::KeysPlanned => {
            let keys = plan.keys.iter();
            let keys = keys.map(|key| format!("  {}  {}  id {}", key.label, key_name(key.key_type), key.id));
            Some(keys.collect::<Vec<_>>().join("\n"))
        }
        Name::Label => key().map(|key| key.label.to_string()),
        Name::KeyType => key().map(|key| key_name(key.key_type)),
        Name::KeyId => key().map(|key| key.id.to_string()),
        Name::Reference => key().map(|key| key.reference.to_string()),
        Name::RestoreTo => key().map(|key| key.restore_to.to_string()),
        Name::Custodian => step.custodian().map(|number| number.to_string()),
        Name::Name => step.custodian().map(|number| plan.custodian(step.share, number).to_owned()),
        Name::Seat => step.seat().map(|seat| seat.to_string()),
        Name::SeatsNeeded => {
            let threshold = plan.quorum(step.share).map_or(0, Quorum::threshold);
            step.seat().map(|seat| seat.0.max(threshold).to_string())
        }

        Name::CardsFate
        | Name::Changed
        | Name::Damaged
        | Name::Defects
        | Name::Deviations
        | Name::DeviceState
        | Name::Digest
        | Name::DkekState
        | Name::File
        | Name::Folder
        | Name::Former
        | Name::Kcv
        | Name::Keep
        | Name::KeysHeld
        | Name::Listed
        | Name::Model
        | Name::OpenedFile
        | Name::PassedOver
        | Name::Prime
        | Name::Proof
        | Name::PublicSha256
        | Name::Room
        | Name::Serial
        | Name::Sets
        | Name::Sha256
        | Name::SoPinHint
        | Name::SoTries
        | Name::SourceFolder
        | Name::SourceLines
        | Name::SourceRecord
        | Name::SourceSerial
        | Name::Sources
        | Name::StillNeeded
        | Name::UserTries
        | Name::Version
        | Name::WrongSeats => None,
    }
}

/// Which DKEK share a step is about, where there are several: goes before its title.
fn of_share(plan: &Plan, share: DkekShareNumber) -> String {
    if plan.dkek_shares.len() < 2 { String::new() } else { words::OfShare { share }.to_string() }
}

/// Who guards what, one DKEK share a line.
fn custody(plan: &Plan) -> String {
    let line = |(number, custody): (DkekShareNumber, &Custody)| {
        let share = of_share(plan, number);
        match custody {
            Custody::Quorum { quorum, scheme, .. } => {
                let carried = match scheme {
                    Scheme::ScHsmTool => words::CARRIED_NUMBERS,
                    Scheme::Words => words::CARRIED_WORDS,
                };
                let (threshold, custodians) = (quorum.threshold(), quorum.custodians());
                format!("  {share}{}", words::CustodyQuorum { threshold, custodians, carried })
            }
            Custody::Password { holder } => format!("  {share}{}", words::CustodyPassword { holder }),
        }
    };
    plan.numbers().zip(&plan.dkek_shares).map(line).collect::<Vec<_>>().join("\n")
}

/// The planned schemes, each in two sentences.
fn schemes(plan: &Plan) -> String {
    let used = |scheme| plan.dkek_shares.iter().any(|share| share.scheme() == scheme);
    let sentences = [
        (Some(Scheme::ScHsmTool), words::SCHEME_NUMBERS),
        (Some(Scheme::Words), words::SCHEME_WORDS),
        (None, words::SCHEME_PASSWORD),
    ];
    let sentences = sentences.into_iter().filter(|(scheme, _)| used(*scheme)).map(|(_, sentence)| sentence);
    sentences.collect::<Vec<_>>().join("\n")
}

const fn pin_reset(reset: PinReset) -> &'static str {
    match reset {
        PinReset::Off => words::PIN_RESET_OFF,
        PinReset::Unblock => words::PIN_RESET_UNBLOCK,
        PinReset::Set => words::PIN_RESET_SET,
    }
}

const fn role(role: DeviceRole) -> &'static str {
    match role {
        DeviceRole::Original => words::ROLE_ORIGINAL,
        DeviceRole::Replacement => words::ROLE_REPLACEMENT,
    }
}

/// A key type as people say it: `RSA-2048`, `EC secp256r1`.
pub fn key_name(key_type: KeyType) -> String {
    match key_type {
        KeyType::Rsa(bits) => format!("RSA-{bits}"),
        KeyType::Ec(curve) => format!("EC {}", curve.name()),
    }
}
