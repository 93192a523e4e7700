//! Throws of dice as people type them: counted, and checked for bias as they come in.

use crate::faults::{self, Fault};
use crate::fields::FieldCheck;
use crate::secret::{TypedText, WipingBytes};

/// Faces of a die.
const FACES: u8 = 6;

/// With fewer throws, bias is not assessed.
const FEW: usize = 30;

/// With fair dice, a chi-square value above this (five degrees of freedom) occurs once in 100,000 times.
const MOST_CHI_SQUARE: f64 = 31.0;

/// With fair dice, the same face this often in a row occurs about once in 50,000 ceremonies of 250 throws.
const LONGEST_RUN: usize = 10;

/// Input that repeats a pattern of at most this length from the beginning was not thrown.
const LONGEST_PATTERN: usize = 12;

/// The state of typed throws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Throws {
    /// This many so far.
    Typing(usize),
    /// All of them, and they look like throws.
    Good,
    /// Wrong.
    Wrong {
        /// What is wrong.
        fault: Fault,
        /// Which throw it is, from 1.
        at: Option<u8>,
    },
}

/// The state of the throws in a field.
pub(super) fn check(text: &TypedText, wanted: u16) -> FieldCheck {
    let wanted = usize::from(wanted);
    match look(text.expose(), wanted) {
        _ if text.is_empty() => FieldCheck::Empty,
        Throws::Typing(done) => FieldCheck::typing(done, wanted),
        Throws::Good => FieldCheck::Good,
        Throws::Wrong { fault, at } => FieldCheck::Wrong { fault, at, marks: None },
    }
}

/// Checks typed throws; spaces do not matter.
pub fn look(text: &[u8], wanted: usize) -> Throws {
    let mut faces = WipingBytes::with_capacity(text.len());
    for (place, character) in (1..).zip(text.iter().filter(|character| **character != b' ')) {
        if !(b'1'..b'1' + FACES).contains(character) {
            let fault = Fault::from(faults::DiceNotAFace { place });
            return Throws::Wrong { fault, at: u8::try_from(place).ok() };
        }
        // never more than the text
        let _ = faces.push(character - b'1');
    }
    let thrown = faces.expose();
    if thrown.len() > wanted {
        return Throws::Wrong { fault: Fault::from(faults::DiceTooMany { throws: wanted }), at: None };
    }
    if thrown.len() >= FEW
        && let Some(fault) = biased(thrown)
    {
        return Throws::Wrong { fault, at: None };
    }
    if thrown.len() < wanted { Throws::Typing(thrown.len()) } else { Throws::Good }
}

/// What no fair dice would show.
fn biased(faces: &[u8]) -> Option<Fault> {
    let mut counts = [0_u16; FACES as usize];
    let (mut run, mut longest, mut before) = (0, 0, None);
    for face in faces {
        if let Some(count) = counts.get_mut(usize::from(*face)) {
            *count += 1;
        }
        run = if before == Some(*face) { run + 1 } else { 1 };
        longest = longest.max(run);
        before = Some(*face);
    }
    let expected = f64::from(u16::try_from(faces.len()).unwrap_or(u16::MAX)) / f64::from(FACES);
    let chi_square: f64 = counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
    if chi_square > MOST_CHI_SQUARE {
        return Some(Fault::from(faults::DiceUneven));
    }
    if longest >= LONGEST_RUN {
        return Some(Fault::from(faults::DiceRun { run: longest }));
    }
    let repeats = |length: usize| faces.iter().zip(faces.iter().skip(length)).all(|(one, other)| one == other);
    (1..=LONGEST_PATTERN).any(repeats).then(|| Fault::from(faults::DicePattern))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::{Rng, SeedableRng};

    fn name(throws: &Throws) -> &'static str {
        match throws {
            Throws::Wrong { fault, .. } => fault.name.word(),
            Throws::Good => "good",
            Throws::Typing(_) => "typing",
        }
    }

    #[test]
    fn fair_dice_pass() {
        let mut random = chacha20::ChaCha20Rng::seed_from_u64(7);
        for _ in 0..2000 {
            let faces: Vec<u8> = (0..100)
                .map(|_| {
                    loop {
                        let byte = (random.next_u32() & 7) as u8;
                        if byte < FACES {
                            return b'1' + byte;
                        }
                    }
                })
                .collect();
            assert_eq!(look(&faces, 100), Throws::Good);
            assert_eq!(look(&faces[..40], 100), Throws::Typing(40));
        }
    }

    #[test]
    fn input_that_nobody_threw_is_refused() {
        let repeated = |pattern: &str| pattern.repeat(100 / pattern.len() + 1)[..100].to_owned();
        for (text, fault) in [
            (repeated("1"), "dice-uneven"),
            (repeated("123456"), "dice-pattern"),
            (repeated("112233445566"), "dice-pattern"),
            (repeated("12"), "dice-uneven"),
            (format!("{}{}", "66666666664", repeated("135246")[..89].to_owned()), "dice-run"),
            ("1234567".to_owned(), "dice-not-a-face"),
            ("12a".to_owned(), "dice-not-a-face"),
            ("3".repeat(101), "dice-too-many"),
        ] {
            assert_eq!(name(&look(text.as_bytes(), 100)), fault, "{text}");
        }
        assert_eq!(look(b"1 23 4", 100), Throws::Typing(4));
    }
}
