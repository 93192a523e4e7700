//! Shares of each scheme, a thousand in the long run, copied with every single slip, and with many double ones.

use std::ops::RangeInclusive;

use chacha20::ChaCha20Rng;
use hsm_ceremony::share::{
    CheckVerdict, Expected, Kind, Part, PasswordShare, SwappedDigits, WordsError, WordsReading, check_bytes,
    check_words, deal, read_check, read_value, read_words, suggestion, verdict, write_check, write_value, write_words,
};
use hsm_ceremony::terms::Quorum;
use hsm_ceremony::wordlists::{WORDS, word};
use rand_core::{Rng, SeedableRng};

use super::strong_set;
use crate::support::torture;

/// How many shares of each scheme.
fn how_many() -> usize {
    if torture() { 1000 } else { 150 }
}

/// Pairs of slips in each share.
const PAIRS: usize = 6;

fn draw(rng: &mut ChaCha20Rng, range: RangeInclusive<u32>) -> u32 {
    range.start() + rng.next_u32() % (range.end() - range.start() + 1)
}

fn place(rng: &mut ChaCha20Rng, length: usize) -> usize {
    usize::try_from(rng.next_u32()).unwrap() % length
}

fn another_word(right: &str, rng: &mut ChaCha20Rng) -> &'static str {
    loop {
        let word = word(u16::try_from(draw(rng, 0..=u32::from(WORDS) - 1)).unwrap()).unwrap();
        if word != right {
            return word;
        }
    }
}

/// Of sixteen custodians, so that every number occurs.
fn a_quorum(rng: &mut ChaCha20Rng) -> Quorum {
    Quorum::new(u8::try_from(draw(rng, 2..=16)).unwrap(), 16).unwrap()
}

struct Words(Vec<&'static str>);

impl Words {
    fn of(text: &[u8]) -> Self {
        let text = std::str::from_utf8(text).unwrap();
        let find = |token: &str| (0..WORDS).filter_map(word).find(|word| *word == token).unwrap();
        Self(text.split(' ').map(find).collect())
    }

    fn with(&self, changes: &[(usize, &'static str)]) -> String {
        let mut words = self.0.clone();
        for (place, word) in changes {
            words[*place] = word;
        }
        words.join(" ")
    }
}

#[test]
fn every_wrong_word_is_named_and_two_are_never_taken_for_a_share() {
    let mut rng = ChaCha20Rng::from_seed([41; 32]);
    let (mut named, mut slips, mut shares) = (0, 0, 0);
    while shares < how_many() {
        let kind = if shares % 32 < 16 { Kind::Password } else { Kind::SoPin };
        let quorum = a_quorum(&mut rng);
        let (_, set) = strong_set(kind, quorum, &mut rng);
        for share in &set.shares {
            let words = Words::of(write_words(share).expose());
            let of_any_set = Expected { kind, set: None, threshold: None, number: None, taken: &[] };
            let known = Expected {
                set: Some(share.set.get()),
                threshold: Some(share.threshold),
                number: Some(share.number),
                ..of_any_set
            };
            assert_eq!(check_words(words.with(&[]).as_bytes(), &known), WordsReading::Complete);
            for (place, right) in words.0.iter().enumerate() {
                let wrong = words.with(&[(place, another_word(right, &mut rng))]);
                let place = u8::try_from(place).unwrap() + 1;
                assert!(read_words(wrong.as_bytes()).is_err());
                // expectations change from share to share, so that both occur everywhere
                let expected = if share.number % 2 == 0 { &known } else { &of_any_set };
                let reading = check_words(wrong.as_bytes(), expected);
                assert_ne!(reading, WordsReading::Complete);
                let right = suggestion(wrong.as_bytes()).is_some_and(|word| word.expose() == right.as_bytes());
                slips += 1;
                named += usize::from(reading == WordsReading::Wrong { place } && right);
            }
            for _ in 0..PAIRS {
                let one = place(&mut rng, words.0.len());
                let other = (one + 1 + place(&mut rng, words.0.len() - 1)) % words.0.len();
                let changes = [one, other].map(|place| (place, another_word(words.0[place], &mut rng)));
                let wrong = words.with(&changes);
                let error = read_words(wrong.as_bytes()).err();
                assert!(matches!(error, Some(WordsError::Several | WordsError::Swapped { .. })), "{error:?}");
                for expected in [&known, &of_any_set] {
                    let reading = check_words(wrong.as_bytes(), expected);
                    assert!(!matches!(reading, WordsReading::Complete | WordsReading::Wrong { .. }), "{reading:?}");
                }
                assert!(suggestion(wrong.as_bytes()).is_none());
            }
            shares += 1;
        }
    }
    assert!(slips >= 16 * how_many());
    println!("wrong words: {named} of {slips} are named, with the right word");
    assert!(named * 100 >= slips * 99, "{named} of {slips} wrong words are named");
}

/// A share as written on its card: 32 characters of prime and value, 4 of check bytes, and the id.
struct Card {
    digits: Vec<u8>,
    id: u8,
}

impl Card {
    fn of(share: &PasswordShare) -> Self {
        let (value, check) = (write_value(&share.value), write_check(&check_bytes(share)));
        let prime = share.prime.to_string();
        let groups = [prime.as_bytes(), value.expose(), check.expose()].concat();
        Self { digits: groups.into_iter().filter(|character| *character != b':').collect(), id: share.id }
    }

    fn judged(&self) -> CheckVerdict {
        let prime = read_value(&self.digits[..16], true).ok().unwrap();
        let value = read_value(&self.digits[16..32], true).ok().unwrap();
        let check = read_check(&self.digits[32..]).ok().unwrap();
        verdict(u64::from_be_bytes(*prime.expose()), self.id, &value, &check)
    }

    /// The verdict with a different digit at each of these places.
    fn slipped(&self, places: &[usize], rng: &mut ChaCha20Rng) -> CheckVerdict {
        let mut digits = self.digits.clone();
        for place in places {
            while digits[*place] == self.digits[*place] {
                digits[*place] = b"0123456789abcdef"[usize::try_from(draw(rng, 0..=15)).unwrap()];
            }
        }
        Self { digits, id: self.id }.judged()
    }
}

fn named(place: usize) -> CheckVerdict {
    let group = u8::try_from(place % 16 / 2).unwrap() + 1;
    match place {
        0..16 => CheckVerdict::Prime { group },
        16..32 => CheckVerdict::Value { group },
        _ => CheckVerdict::Check { group },
    }
}

#[test]
fn swapped_neighbours_of_a_value_are_named_in_all_fifteen_places() {
    let mut rng = ChaCha20Rng::from_seed([44; 32]);
    let (mut told, mut all) = ([0; 15], [0; 15]);
    for _ in 0..how_many() / 4 {
        let dealt = deal(a_quorum(&mut rng), &mut rng).ok().unwrap();
        let card = Card::of(&dealt.shares[0]);
        for first in 0..15_u8 {
            let mut digits = card.digits.clone();
            let place = 16 + usize::from(first);
            digits.swap(place, place + 1);
            if digits == card.digits {
                continue;
            }
            all[usize::from(first)] += 1;
            let verdict = Card { digits, id: card.id }.judged();
            let swapped = SwappedDigits { group: first / 2 + 1, across: first % 2 == 1 };
            assert_ne!(verdict, CheckVerdict::Right);
            told[usize::from(first)] += u32::from(verdict == CheckVerdict::Digits { part: Part::Value, swapped });
        }
    }
    println!("swapped neighbours, by place: {told:?} of {all:?} are named");
    assert!(told.iter().zip(all).all(|(told, all)| told * 100 >= all * 98), "{told:?} of {all:?}");
}

#[test]
fn every_wrong_character_of_a_password_share_is_named_and_two_are_never_taken_for_right() {
    let mut rng = ChaCha20Rng::from_seed([42; 32]);
    let (mut right, mut slips, mut shares, mut misnamed, mut pairs) = (0, 0, 0, 0, 0);
    while shares < how_many() {
        let dealt = deal(a_quorum(&mut rng), &mut rng).ok().unwrap();
        for share in &dealt.shares {
            let card = Card::of(share);
            assert_eq!(card.judged(), CheckVerdict::Right);
            for place in 0..card.digits.len() {
                let verdict = card.slipped(&[place], &mut rng);
                assert_ne!(verdict, CheckVerdict::Right);
                slips += 1;
                right += u32::from(verdict == named(place));
            }
            for id in (1..=16).filter(|id| *id != card.id) {
                let verdict = Card { digits: card.digits.clone(), id }.judged();
                assert_ne!(verdict, CheckVerdict::Right);
                slips += 1;
                right += u32::from(verdict == CheckVerdict::Id);
            }
            for _ in 0..PAIRS {
                let one = place(&mut rng, card.digits.len());
                let other = (one + 1 + place(&mut rng, card.digits.len() - 1)) % card.digits.len();
                let verdict = card.slipped(&[one, other], &mut rng);
                assert_ne!(verdict, CheckVerdict::Right);
                pairs += 1;
                let honest = [CheckVerdict::Several, named(one), named(other)].contains(&verdict);
                misnamed += usize::from(!honest);
            }
            shares += 1;
        }
    }
    println!(
        "wrong characters: {right} of {slips} are named; of pairs, {misnamed} of {pairs} are taken for one elsewhere"
    );
    assert!(right * 100 >= slips * 99, "{right} of {slips} wrong characters are named");
    // two check bytes cannot tell every pair of slips from a single one
    assert!(misnamed * 10 <= pairs, "{misnamed} of {pairs}");
}
