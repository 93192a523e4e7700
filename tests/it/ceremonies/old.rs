//! Sets and folders as sc-hsm-tool leaves them, and the people who bring its cards.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use hsm_ceremony::ceremony::{Actor, Asks, Body, Question};
use hsm_ceremony::dkek::{DkekShare, Rounds, derive, seal};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::secret::Secret;
use hsm_ceremony::share::SharePrime;
use serde_json::Value;

use super::rig::{Front, Turn};

/// A file of golden data.
pub fn golden(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file);
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The golden entry of this name.
pub fn entry(file: &str, name: &str) -> Value {
    golden(file).into_iter().find(|entry| entry["name"] == name).unwrap()
}

pub fn hex(value: &Value) -> Vec<u8> {
    base16ct::mixed::decode_vec(value.as_str().unwrap()).unwrap()
}

/// What is on one card.
#[derive(Clone)]
pub struct Card {
    pub prime: String,
    pub id: String,
    pub value: String,
}

/// The cards of a set, and the password they yield.
pub struct Set {
    pub cards: Vec<Card>,
    pub password: Vec<u8>,
}

impl Set {
    /// A set that sc-hsm-tool dealt.
    pub fn golden(name: &str) -> Self {
        let set = entry("password-shares.json", name);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let prime = text(&set["prime"]);
        let cards = set["shares"].as_array().unwrap().iter().map(|share| Card {
            prime: prime.clone(),
            id: text(&share["id_displayed"]),
            value: text(&share["value_displayed"]),
        });
        Self { cards: cards.collect(), password: hex(&set["secret_password_hex"]) }
    }

    /// A set with this prime and polynomial: the first coefficient is the secret, which is typed as eight bytes and
    /// sealed as it was drawn.
    pub fn of(prime: u64, secret: u64, others: &[u64], count: u8) -> Self {
        let modulus = u128::from(prime);
        let value = |id: u8| {
            let mut sum = 0;
            for coefficient in others.iter().rev().chain([&secret]) {
                sum = (sum * u128::from(id) + u128::from(*coefficient)) % modulus;
            }
            u64::try_from(sum).unwrap()
        };
        let cards = (1..=count).map(|id| Card { prime: groups(prime), id: id.to_string(), value: groups(value(id)) });
        Self { cards: cards.collect(), password: secret.to_be_bytes().to_vec() }
    }
}

/// Eight groups.
pub fn groups(number: u64) -> String {
    number.to_be_bytes().map(|byte| format!("{byte:02x}")).join(":")
}

/// The smallest prime above a number.
pub fn prime_above(number: u64) -> u64 {
    (number..u64::MAX).find(|number| SharePrime::new(*number).is_ok()).unwrap()
}

/// Seals a DKEK share under a password, as `--create-dkek-share` does.
pub fn seal_share(place: &Path, share: &[u8], password: &[u8]) {
    let salt = *b"old tool";
    let key = derive(password, salt, Rounds(1000), &mut |_| ControlFlow::Continue(())).unwrap();
    let share = DkekShare::new(Secret::from_slice(share).unwrap());
    fs::write(place.join("dkek-share.pbe"), seal(&share, &key, salt).to_bytes()).unwrap();
}

/// Puts the golden wrapped keys of these names into a folder; returns their DKEK.
pub fn wrapped_keys(place: &Path, names: &[&str]) -> Vec<u8> {
    let mut dkek = Vec::new();
    for name in names {
        let key = entry("wrapped-keys.json", name);
        fs::write(place.join(format!("wrap-{name}.bin")), hex(&key["wrap_file"])).unwrap();
        dkek = hex(&key["dkek"]);
    }
    dkek
}

/// Custodians with cards of an old set; they come in this order, one after the other.
pub struct Custodians {
    pub cards: Vec<Card>,
    pub order: Vec<usize>,
}

impl Custodians {
    pub fn new(set: &Set, order: &[usize]) -> Self {
        Self { cards: set.cards.clone(), order: order.to_vec() }
    }

    /// Answers what is asked at a seat.
    pub fn answer(&mut self, front: &mut Front<'_>) -> Turn {
        if matches!(front.view.body, Body::Choose { asks: Asks::Step(Question::Sitter(_)), .. }) {
            return front.pick(self.order.remove(0));
        }
        let Some(Actor::Seat(seat)) = front.machine.step().map(|step| step.actor) else { return Turn::Autopilot };
        let Some(sitter) = front.machine.known().seats.sitter(seat) else { return Turn::Autopilot };
        let card = self.cards[sitter.index()].clone();
        if let Some(place) = front.empty(|kind| matches!(kind, FieldKind::Prime { .. })) {
            return front.types(place, &card.prime);
        }
        if let Some(place) = front.empty(|kind| matches!(kind, FieldKind::ShareId { .. })) {
            return front.types(place, &card.id);
        }
        match front.empty(|kind| *kind == FieldKind::ShareValue) {
            Some(place) => front.types(place, &card.value),
            None => Turn::Autopilot,
        }
    }
}
