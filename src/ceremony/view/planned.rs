//! What the placeholders in the script's sentences stand for as far as the plan alone tells: on screens and on paper.

use crate::ceremony::steps::{Actor, Step};
use crate::ceremony::view::values::Values;
use crate::plan::{Custody, PinReset, Plan};
use crate::script::words;
use crate::script::{Script, fill};
use crate::terms::{DeviceRole, DkekShareNumber, KeyType, Quorum, Scheme};

/// Values for the sentences of a step, by name.
pub fn planned(plan: &Plan, step: &Step, script: &Script) -> Values {
    let word = |name: &'static str| script.word(name).to_owned();
    let first = || plan.first_quorum().and_then(|share| plan.quorum(share));
    let quorum = plan.quorum(step.share).or_else(first);
    let number = |of: fn(Quorum) -> u8| quorum.map(|quorum| of(quorum).to_string()).unwrap_or_default();
    let mut values: Values = vec![
        ("title", plan.title.clone()),
        ("administrator", plan.administrator.clone()),
        ("so_pin_holder", plan.so_pin_holder.clone()),
        ("pin_holder", plan.pin_holder.clone()),
        ("holder", plan.holder(step.share).to_owned()),
        ("threshold", number(Quorum::threshold)),
        ("custodians", number(Quorum::custodians)),
        ("quorum", quorum.map(|quorum| quorum.to_string()).unwrap_or_default()),
        ("tries_planned", plan.user_pin_tries.to_string()),
        ("dice", plan.dice.to_string()),
        ("shares", plan.dkek_shares.len().to_string()),
        ("share", step.share.to_string()),
        ("of_share", of_share(plan, step.share, script)),
        ("custody", custody(plan, script)),
        ("scheme", scheme(plan, script)),
        (
            "pin_reset",
            word(match plan.pin_reset {
                PinReset::Off => "pin-reset-off",
                PinReset::Unblock => "pin-reset-unblock",
                PinReset::Set => "pin-reset-set",
            }),
        ),
        ("guards", word(if plan.first_quorum().is_some() { "guards-quorum" } else { "guards-passwords" })),
        ("so_pin_custody", word(if plan.so_pin_share().is_some() { "so-pin-under-quorum" } else { "so-pin-held" })),
        (
            "role",
            word(match step.role {
                DeviceRole::Original => "role-original",
                DeviceRole::Replacement => "role-replacement",
            }),
        ),
    ];
    let keys = plan.keys.iter().map(|key| format!("  {}  {}  id {}", key.label, key_name(key.key_type), key.id));
    values.push(("keys_planned", keys.collect::<Vec<_>>().join("\n")));
    if let Actor::Custodian(number) = step.actor {
        values.push(("custodian", number.to_string()));
        values.push(("name", plan.custodian(step.share, number).to_owned()));
    }
    if let Some(key) = plan.keys.iter().find(|key| Some(&key.label) == step.key.as_ref()) {
        values.push(("label", key.label.to_string()));
        values.push(("key_type", key_name(key.key_type)));
        values.push(("key_id", key.id.to_string()));
        values.push(("reference", key.reference.to_string()));
        values.push(("restore_to", key.restore_to.to_string()));
    }
    values
}

/// Which DKEK share a step is about, where there are several: goes before its title.
fn of_share(plan: &Plan, share: DkekShareNumber, script: &Script) -> String {
    if plan.dkek_shares.len() < 2 {
        return String::new();
    }
    words::OfShare { share }.to_string()
}

/// Who guards what, one DKEK share a line.
fn custody(plan: &Plan, script: &Script) -> String {
    let several = plan.dkek_shares.len() > 1;
    let line = |(number, custody): (DkekShareNumber, &Custody)| {
        let share = if several { of_share(plan, number, script) } else { String::new() };
        let values = match custody {
            Custody::Quorum { quorum, scheme, .. } => vec![
                ("threshold", quorum.threshold().to_string()),
                ("custodians", quorum.custodians().to_string()),
                ("carried", script.word(scheme_word(*scheme, "carried-numbers", "carried-words")).to_owned()),
            ],
            Custody::Password { holder } => vec![("holder", holder.clone())],
        };
        let word = if custody.quorum().is_some() { "custody-quorum" } else { "custody-password" };
        format!("  {share}{}", fill(script.word(word), &values))
    };
    plan.numbers().zip(&plan.dkek_shares).map(line).collect::<Vec<_>>().join("\n")
}

/// The planned schemes, each in two sentences.
fn scheme(plan: &Plan, script: &Script) -> String {
    let used = |scheme: Scheme| plan.dkek_shares.iter().any(|share| share.scheme() == Some(scheme));
    let numbers = used(Scheme::ScHsmTool).then(|| words::SCHEME_NUMBERS);
    let words = used(Scheme::Words).then(|| words::SCHEME_WORDS);
    let passwords = plan.dkek_shares.iter().any(|share| share.quorum().is_none()).then(|| words::SCHEME_PASSWORD);
    [numbers, words, passwords].into_iter().flatten().collect::<Vec<_>>().join("\n")
}

const fn scheme_word(scheme: Scheme, numbers: &'static str, words: &'static str) -> &'static str {
    match scheme {
        Scheme::ScHsmTool => numbers,
        Scheme::Words => words,
    }
}

/// A key type as people say it: `RSA-2048`, `EC secp256r1`.
pub fn key_name(key_type: KeyType) -> String {
    match key_type {
        KeyType::Rsa(bits) => format!("RSA-{bits}"),
        KeyType::Ec(curve) => format!("EC {}", curve.name()),
    }
}
