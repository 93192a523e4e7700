//! The promise that any one good source suffices: each source alone changes everything that is drawn.

use std::ops::ControlFlow;

use crate::clerk::acts::{Deal, DealtDkek};
use crate::clerk::entropy;
use crate::clerk::workers::kdf::News;
use crate::dkek::{Rounds, derive, open};
use crate::faults::{self, Fault};
use crate::plan::Custody;
use crate::record::Fact;
use crate::secret::WipingBytes;
use crate::share::{PasswordShare, SharePrime, combine, combine_strong, read_value, read_words};
use crate::terms::{CustodianNumber, DkekShareNumber, Handle, Purpose, Quorum, Scheme, Serial};
use crate::vault::Vault;

/// All the random values of a ceremony with two DKEK shares, the first as numbers and the second as words, and an
/// SO-PIN.
#[derive(Debug, PartialEq, Eq)]
struct Drawn {
    values: Vec<(&'static str, Vec<u8>)>,
}

fn custodian(number: u8) -> CustodianNumber {
    CustodianNumber::new(number).unwrap()
}

/// What device and host can have contributed: plausible bytes, different for each number.
fn bytes(number: u8) -> WipingBytes {
    let all: Vec<u8> = (0..64_u8).map(|place| place.wrapping_mul(29).wrapping_add(number)).collect();
    WipingBytes::from_slice(&all)
}

/// Fifty throws; the second and the third differ from the first in two of them.
const THROWS: [&[u8]; 3] = [
    b"35264163524461253146521364253161452631425361624513",
    b"3526416352 4461253146 5213642531 6145263142 5361624531",
    b"53264163524461253146521364253161452631425361624513",
];

/// The seed and the names of its sources, as the clerk makes them from these contributions.
fn seed(device: u8, host: u8, thrown: Option<&[u8]>) -> Result<(WipingBytes, Vec<String>), Fault> {
    let serial = Serial::new("REH0000001").unwrap();
    let thrown = thrown.map(WipingBytes::from_slice);
    entropy::seed(Some((&serial, &bytes(device))), &bytes(host), thrown.as_ref().map(|throws| (throws, 50)))
}

/// What is drawn from these contributions of device and host, and these throws.
fn drawn(device: u8, host: u8, throws: &[u8]) -> Drawn {
    let mut vault = Vault::new();
    vault.keep(Handle::GeneratorSeed, seed(device, host, Some(throws)).unwrap().0);
    let quorum = Quorum::new(2, 3).unwrap();
    let guarded = |scheme| Custody::Quorum { custodians: Vec::new(), quorum, scheme };
    let dkek_shares = vec![guarded(Scheme::ScHsmTool), guarded(Scheme::Words)];
    let rounds = Rounds(1);
    let dealt =
        Deal { dkek_shares, dkek: DealtDkek::New, so_pin: Some(quorum) }.draw(rounds, false, &mut vault).unwrap();
    let set_of = |number: u8| {
        let found = dealt.facts.iter().find_map(|fact| match fact {
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
    for ((number, job), password) in dealt.sealing.iter().zip(&passwords) {
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
fn any_one_source_alone_changes_everything_that_is_drawn() {
    let fixed = drawn(1, 2, THROWS[0]);
    assert_eq!(fixed, drawn(1, 2, THROWS[0]), "nothing is drawn from anywhere else");
    for (name, [one, other]) in [
        ("device", [3, 4].map(|device| drawn(device, 2, THROWS[0]))),
        ("host", [3, 4].map(|host| drawn(1, host, THROWS[0]))),
        ("dice", [THROWS[1], THROWS[2]].map(|throws| drawn(1, 2, throws))),
    ] {
        for pair in [[&fixed, &one], [&fixed, &other], [&one, &other]] {
            for ((what, value), (_, then)) in pair[0].values.iter().zip(&pair[1].values) {
                assert_ne!(value, then, "the {what} does not come from the {name}");
            }
        }
        assert_eq!(one.values.len(), 12);
    }
}

#[test]
fn the_sources_that_are_named_are_those_that_the_seed_comes_from() {
    let names = |thrown| seed(1, 2, thrown).unwrap().1;
    assert_eq!(names(None), ["device REH0000001", "this computer"]);
    assert_eq!(names(Some(THROWS[0])), ["device REH0000001", "this computer", "50 throws of dice"]);
    let seeds = [
        seed(1, 2, None),
        seed(3, 2, None),
        seed(1, 3, None),
        seed(2, 1, None),
        seed(1, 2, Some(THROWS[0])),
        seed(1, 2, Some(THROWS[1])),
    ];
    let seeds = seeds.map(|seed| seed.unwrap().0);
    for (place, one) in seeds.iter().enumerate() {
        assert!(seeds[..place].iter().all(|other| !one.same(other)), "seed {place}: each source has its own place");
    }
}

#[test]
fn no_source_makes_up_for_a_bad_one() {
    let serial = Serial::new("REH0000001").unwrap();
    let (good, still) = (bytes(1), WipingBytes::zeros(entropy::SOURCE_BYTES));
    for (device, host) in [(&good, &still), (&still, &good)] {
        assert_eq!(entropy::seed(Some((&serial, device)), host, None).err(), Some(Fault::from(faults::RandomFailed)));
    }
    for throws in [&THROWS[0][..49], &[b'1'; 50]] {
        assert!(seed(1, 2, Some(throws)).is_err());
    }
}
