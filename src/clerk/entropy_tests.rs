//! The promise that any one good source suffices: each alone varies everything that is drawn.

use std::ops::ControlFlow;

use super::deal;
use super::derive::News;
use super::{dice, entropy};
use crate::dkek::{Rounds, derive, open};
use crate::plan::Custody;
use crate::record::Fact;
use crate::secret::WipingBytes;
use crate::share::{PasswordShare, SharePrime, combine, combine_strong, read_value, read_words};
use crate::terms::{CustodianNumber, DkekShareNumber, Handle, Purpose, Quorum, Scheme};
use crate::vault::Vault;

/// Everything random of a ceremony with two DKEK shares, the first as numbers and the second as words, and an SO-PIN.
#[derive(Debug, PartialEq, Eq)]
struct Drawn {
    values: Vec<(&'static str, Vec<u8>)>,
}

fn custodian(number: u8) -> CustodianNumber {
    CustodianNumber::new(number).unwrap()
}

/// What comes of these sources: device, host, dice.
fn drawn(sources: [&WipingBytes; 3]) -> Drawn {
    let mut vault = Vault::new();
    vault.keep(Handle::GeneratorSeed, entropy::mix(&sources).unwrap());
    let quorum = Quorum::new(2, 3).unwrap();
    let guarded = |scheme| Custody::Quorum { custodians: Vec::new(), quorum, scheme };
    let custody = [guarded(Scheme::ScHsmTool), guarded(Scheme::Words)];
    let rounds = Rounds(1);
    let begun = deal::begin(&custody, Some(quorum), rounds, false, &mut vault).unwrap();
    let set_of = |number: u8| {
        let found = begun.facts.iter().find_map(|fact| match fact {
            Fact::Dealt { share, set, .. } if share.get() == number => Some(set.clone()),
            _ => None,
        });
        found.unwrap()
    };

    let prime = SharePrime::parse(set_of(1).as_bytes()).unwrap();
    let numbers = [1, 2].map(|id| {
        let text = vault.lend(Handle::DealtShare(Purpose::FIRST, custodian(id))).unwrap();
        PasswordShare { prime, id, value: read_value(text, true).unwrap() }
    });
    let password = WipingBytes::from_slice(combine(&[&numbers[0], &numbers[1]], 2).unwrap().expose());
    let [one, two] = [&numbers[0], &numbers[1]].map(|share| u128::from(u64::from_be_bytes(*share.value.expose())));
    let modulus = u128::from(prime.get());
    let coefficient = (two + modulus - one) % modulus;

    let words = |purpose| {
        let shares =
            [1, 2].map(|id| read_words(vault.lend(Handle::DealtShare(purpose, custodian(id))).unwrap()).unwrap());
        (combine_strong(&[&shares[0], &shares[1]]).unwrap(), shares[0].body.expose().to_vec(), shares[0].set.get())
    };
    let (secret, body, set) = words(Purpose::DkekShare(DkekShareNumber::new(2).unwrap()));
    let (so_pin, so_pin_body, _) = words(Purpose::SoPin);
    let mut values = vec![
        ("password", password.expose().to_vec()),
        ("coefficient", coefficient.to_be_bytes().to_vec()),
        ("prime", prime.get().to_be_bytes().to_vec()),
        ("secret of the words", secret.expose().to_vec()),
        ("body of a share as words", body),
        ("set of the words", set.to_be_bytes().to_vec()),
        ("SO-PIN", so_pin.expose().to_vec()),
        ("body of a share of the SO-PIN", so_pin_body),
    ];
    let passwords = [password, crate::share::password_of(&secret)];
    for ((number, job), password) in begun.sealing.iter().zip(&passwords) {
        let file = loop {
            if let Some(News::Done(file)) = job.newest().unwrap() {
                break file;
            }
            std::thread::yield_now();
        };
        let key = derive(password.expose(), file.salt(), rounds, &mut |_| ControlFlow::Continue(())).unwrap();
        let share = open(&file, &key).unwrap();
        let names = if number.get() == 1 { ["salt 1", "DKEK share 1"] } else { ["salt 2", "DKEK share 2"] };
        values.push((names[0], file.salt().to_vec()));
        values.push((names[1], share.expose().to_vec()));
    }
    Drawn { values }
}

#[test]
fn any_one_source_alone_varies_everything_that_is_drawn() {
    let zeros = WipingBytes::zeros(entropy::SOURCE_BYTES);
    let bytes = |seed: u8| {
        let all: Vec<u8> = (0..64_u8).map(|place| place.wrapping_mul(29).wrapping_add(seed)).collect();
        WipingBytes::from_slice(&all)
    };
    let throws = |text: &[u8]| dice::source(&WipingBytes::from_slice(text), 50).unwrap();
    // The second text differs from the first in two throws.
    let dice = [
        throws(b"35264163524461253146521364253161452631425361624513"),
        throws(b"3526416352 4461253146 5213642531 6145263142 5361624531"),
    ];
    let (device, host) = ([bytes(1), bytes(2)], [bytes(3), bytes(4)]);
    let fixed = drawn([&zeros, &zeros, &zeros]);
    assert_eq!(fixed, drawn([&zeros, &zeros, &zeros]), "nothing is drawn from anywhere else");
    for (name, [one, other]) in [
        ("device", device.each_ref().map(|source| drawn([source, &zeros, &zeros]))),
        ("host", host.each_ref().map(|source| drawn([&zeros, source, &zeros]))),
        ("dice", dice.each_ref().map(|source| drawn([&zeros, &zeros, source]))),
    ] {
        for pair in [[&fixed, &one], [&fixed, &other], [&one, &other]] {
            for ((what, value), (_, then)) in pair[0].values.iter().zip(&pair[1].values) {
                assert_ne!(value, then, "the {what} does not come from the {name}");
            }
        }
        assert_eq!(one.values.len(), 12);
    }
}
