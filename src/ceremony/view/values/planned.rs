//! Values that the plan alone determines.

use crate::ceremony::steps::Step;
use crate::plan::{Custody, PinReset, Plan};
use crate::script::words;
use crate::terms::{DeviceRole, DkekShareNumber, Further, Quorum, Scheme};

/// This step's quorum; the first if the step is not about any.
pub fn quorum(plan: &Plan, step: &Step, of: fn(Quorum) -> u8) -> String {
    let first = || plan.first_quorum().and_then(|share| plan.quorum(share));
    plan.quorum(step.share).or_else(first).map(|quorum| of(quorum).to_string()).unwrap_or_default()
}

/// The number of seats needed at this step: on paper, as many as it takes to reach its seat.
pub fn seats_needed(plan: &Plan, step: &Step) -> Option<String> {
    let threshold = plan.quorum(step.share).map_or(0, Quorum::threshold);
    step.seat().map(|seat| seat.0.max(threshold).to_string())
}

/// Who guards the backup.
pub fn guards(plan: &Plan) -> &'static str {
    if plan.first_quorum().is_some() { words::GUARDS_QUORUM } else { words::GUARDS_PASSWORDS }
}

/// Who guards the SO-PIN.
pub fn so_pin_custody(plan: &Plan) -> &'static str {
    if plan.so_pin_share().is_some() { words::SO_PIN_UNDER_QUORUM } else { words::SO_PIN_HELD }
}

/// What a custodian has of this step's DKEK share.
pub fn the_cards(plan: &Plan, step: &Step) -> &'static str {
    if plan.so_pin_share() == Some(step.share) { words::BOTH_CARDS } else { words::ONE_CARD }
}

/// Which DKEK share a step is about, if there are several: precedes its title.
pub fn of_share(plan: &Plan, share: DkekShareNumber) -> String {
    if plan.dkek_shares.len() < 2 { String::new() } else { words::OfShare { share }.to_string() }
}

/// Who guards what, one DKEK share per line.
pub fn custody(plan: &Plan) -> String {
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
pub fn schemes(plan: &Plan) -> String {
    let used = |scheme| plan.dkek_shares.iter().any(|share| share.scheme() == scheme);
    let sentences = [
        (Some(Scheme::ScHsmTool), words::SCHEME_NUMBERS),
        (Some(Scheme::Words), words::SCHEME_WORDS),
        (None, words::SCHEME_PASSWORD),
    ];
    let sentences = sentences.into_iter().filter(|(scheme, _)| used(*scheme)).map(|(_, sentence)| sentence);
    sentences.collect::<Vec<_>>().join("\n")
}

/// What the SO-PIN may do to the user PIN.
pub const fn pin_reset(reset: PinReset) -> &'static str {
    match reset {
        PinReset::Off => words::PIN_RESET_OFF,
        PinReset::Unblock => words::PIN_RESET_UNBLOCK,
        PinReset::Set => words::PIN_RESET_SET,
    }
}

/// What is said above a device that was found.
pub const fn found(role: DeviceRole) -> &'static str {
    match role {
        DeviceRole::Original | DeviceRole::Further(_) => words::ONE_DEVICE_FOUND,
        DeviceRole::Replacement => words::REPLACEMENT_FOUND,
    }
}

/// The role of a device here.
pub const fn role(role: DeviceRole) -> &'static str {
    match role {
        DeviceRole::Original => words::ROLE_ORIGINAL,
        DeviceRole::Replacement => words::ROLE_REPLACEMENT,
        DeviceRole::Further(Further::Second) => words::ROLE_SECOND,
        DeviceRole::Further(Further::Third) => words::ROLE_THIRD,
        DeviceRole::Further(Further::Fourth) => words::ROLE_FOURTH,
        DeviceRole::Further(Further::Fifth) => words::ROLE_FIFTH,
        DeviceRole::Further(Further::Sixth) => words::ROLE_SIXTH,
        DeviceRole::Further(Further::Seventh) => words::ROLE_SEVENTH,
        DeviceRole::Further(Further::Eighth) => words::ROLE_EIGHTH,
    }
}
