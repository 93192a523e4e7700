//! Check symbols: Reed–Solomon over GF(2^m), so that a writing or typing error is detected and located.
//!
//! A text is a polynomial whose coefficients are its symbols, highest power first. Check symbols at its end make it
//! zero at alpha^0, alpha^1, …, with alpha = 2. Multiplication uses shifts rather than tables, which a secret would
//! index.

use zeroize::Zeroizing;

/// One code: the field and how many check symbols it adds.
pub(super) struct Code {
    /// m: the number of bits in a symbol.
    bits: u32,
    /// The primitive polynomial of the field, including its highest power.
    polynomial: u16,
    /// The number of check symbols.
    checks: usize,
}

/// Two check bytes: one wrong byte is located, two are detected.
pub(super) const OF_BYTES: Code = Code { bits: 8, polynomial: 0x11d, checks: 2 };

/// Three check words of 11 bits: one wrong word is located, two are detected and never mistaken for one.
pub(super) const OF_WORDS: Code = Code { bits: 11, polynomial: 0x805, checks: 3 };

/// What the check symbols say about a text. Places count from 0. No `Debug`: the right symbol is part of a secret.
pub(super) enum Verdict {
    /// Nothing is wrong.
    Right,
    /// One symbol is wrong.
    One {
        /// Which.
        place: usize,
        /// What it should be.
        right: Zeroizing<u16>,
    },
    /// Two neighbouring symbols are swapped.
    Swapped {
        /// The first of them.
        place: usize,
    },
    /// More errors than can be located.
    Several,
}

impl Code {
    /// The number of check symbols this code adds.
    pub(super) const fn checks(&self) -> usize {
        self.checks
    }

    /// The check symbols of a message.
    pub(super) fn encode(&self, message: &[u16]) -> Zeroizing<Vec<u16>> {
        let generator = self.generator();
        let mut remainder = Zeroizing::new(vec![0; self.checks]);
        for symbol in message {
            let lead = Zeroizing::new(symbol ^ remainder.first().copied().unwrap_or(0));
            remainder.rotate_left(1);
            if let Some(last) = remainder.last_mut() {
                *last = 0;
            }
            for (place, coefficient) in remainder.iter_mut().zip(&generator) {
                *place ^= self.multiply(*lead, *coefficient);
            }
        }
        remainder
    }

    /// Whether nothing is wrong with `symbols`, message and check symbols together.
    pub(super) fn fits(&self, symbols: &[u16]) -> bool {
        self.syndromes(symbols).iter().all(|syndrome| *syndrome == 0)
    }

    /// What is wrong with `symbols`, message and check symbols together.
    pub(super) fn locate(&self, symbols: &[u16]) -> Verdict {
        let syndromes = self.syndromes(symbols);
        if syndromes.iter().all(|syndrome| *syndrome == 0) {
            return Verdict::Right;
        }
        // an error e at power p contributes e·alpha^(jp) to syndrome j; swapped neighbours contribute two such terms,
        // with their difference as the error
        let error = Zeroizing::new(syndromes.first().copied().unwrap_or(0));
        let mut swapped = None;
        let mut swaps = 0;
        let powers = std::iter::successors(Some(1), |power| Some(self.multiply(*power, 2)));
        // the last symbol has power 0
        let mut next: Option<&u16> = None;
        for ((place, symbol), power) in symbols.iter().enumerate().rev().zip(powers) {
            if *error != 0 && self.is_made_by(&syndromes, *error, &[power]) {
                return Verdict::One { place, right: Zeroizing::new(symbol ^ *error) };
            }
            if let Some(next) = next {
                let difference = Zeroizing::new(symbol ^ next);
                // `power` is this symbol's; its neighbour's is one lower
                if *difference != 0 && self.is_made_by(&syndromes, *difference, &[power, self.halve(power)]) {
                    swapped = Some(place);
                    swaps += 1;
                }
            }
            next = Some(symbol);
        }
        match swapped {
            Some(place) if swaps == 1 => Verdict::Swapped { place },
            _ => Verdict::Several,
        }
    }

    /// Whether the same `error` at each of the `positions` (alpha to their power) produces exactly these syndromes.
    fn is_made_by(&self, syndromes: &[u16], error: u16, positions: &[u16]) -> bool {
        let mut parts: Zeroizing<Vec<u16>> = Zeroizing::new(vec![error; positions.len()]);
        syndromes.iter().all(|syndrome| {
            let sum = Zeroizing::new(parts.iter().fold(0, |sum, part| sum ^ part));
            for (part, position) in parts.iter_mut().zip(positions) {
                *part = self.multiply(*part, *position);
            }
            *sum == *syndrome
        })
    }

    /// The text's polynomial evaluated at alpha^0, alpha^1, …
    fn syndromes(&self, symbols: &[u16]) -> Zeroizing<Vec<u16>> {
        let mut syndromes = Zeroizing::new(Vec::with_capacity(self.checks));
        let mut point = 1;
        for _ in 0..self.checks {
            let mut sum = Zeroizing::new(0);
            for symbol in symbols {
                *sum = self.multiply(*sum, point) ^ symbol;
            }
            syndromes.push(*sum);
            point = self.multiply(point, 2);
        }
        syndromes
    }

    /// (x - alpha^0)(x - alpha^1)… without its highest coefficient, which is 1; highest power first.
    fn generator(&self) -> Vec<u16> {
        let mut generator = vec![1];
        let mut root = 1;
        for _ in 0..self.checks {
            let lower: Vec<u16> = generator.iter().map(|coefficient| self.multiply(*coefficient, root)).collect();
            generator.push(0);
            for (place, part) in generator.iter_mut().skip(1).zip(lower) {
                *place ^= part;
            }
            root = self.multiply(root, 2);
        }
        generator.split_off(1)
    }

    /// Shift and add: the same steps whatever the operands.
    fn multiply(&self, one: u16, other: u16) -> u16 {
        let mut product = 0;
        for bit in (0..self.bits).rev() {
            let carry = product >> (self.bits - 1) & 1;
            product = (product << 1) ^ (carry * self.polynomial);
            product ^= (other >> bit & 1) * one;
        }
        product
    }

    /// Divides by alpha.
    const fn halve(&self, number: u16) -> u16 {
        (number ^ ((number & 1) * self.polynomial)) >> 1
    }
}

#[cfg(test)]
mod tests {
    use chacha20::ChaCha20Rng;
    use rand_core::{Rng, SeedableRng};

    use super::*;

    /// A random valid text of `length` symbols, including check symbols.
    fn text(code: &Code, length: usize, rng: &mut ChaCha20Rng) -> Vec<u16> {
        let mut text: Vec<u16> = (0..length - code.checks).map(|_| symbol(code, rng)).collect();
        let checks = code.encode(&text);
        text.extend(checks.iter());
        text
    }

    fn symbol(code: &Code, rng: &mut ChaCha20Rng) -> u16 {
        u16::try_from(rng.next_u32() & ((1 << code.bits) - 1)).unwrap()
    }

    #[test]
    fn two_generates_both_fields() {
        for code in [OF_BYTES, OF_WORDS] {
            let mut seen = vec![false; 1 << code.bits];
            let mut power = 1;
            for _ in 1..1_usize << code.bits {
                assert!(!std::mem::replace(&mut seen[usize::from(power)], true));
                assert_eq!(code.halve(code.multiply(power, 2)), power);
                power = code.multiply(power, 2);
            }
            assert_eq!(power, 1);
        }
        // from the tables of `sharks`: the same field
        assert_eq!(OF_BYTES.multiply(0x80, 2), 0x1d);
        assert_eq!(OF_BYTES.multiply(0x8e, 2), 1);
    }

    #[test]
    fn a_text_worked_out_on_paper() {
        // generator of two: (x+1)(x+2) = x² + 3x + 2; the message 1 means x²
        assert_eq!(*OF_BYTES.encode(&[1]), [3, 2]);
        assert_eq!(*OF_BYTES.encode(&[0, 0, 1]), [3, 2]);
        // x·x² = 3x² + 2x = (3·3 + 2)x + 3·2, where 3·3 = 5 and 5 + 2 = 7
        assert_eq!(*OF_BYTES.encode(&[1, 0]), [7, 6]);
        // (x+1)(x+2)(x+4) = x³ + 7x² + 14x + 8
        assert_eq!(*OF_WORDS.encode(&[1]), [7, 14, 8]);
    }

    #[test]
    fn every_single_error_is_located_and_corrected() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        for (code, length) in [(OF_BYTES, 19), (OF_WORDS, 16), (OF_WORDS, 33)] {
            let right = text(&code, length, &mut rng);
            assert!(matches!(code.locate(&right), Verdict::Right));
            for place in 0..length {
                for wrong in (0..1 << code.bits).filter(|wrong| *wrong != right[place]) {
                    let mut text = right.clone();
                    text[place] = wrong;
                    let Verdict::One { place: found, right: symbol } = code.locate(&text) else {
                        panic!("{wrong} at {place} is not located")
                    };
                    assert_eq!((found, *symbol), (place, right[place]));
                }
            }
        }
    }

    #[test]
    fn double_errors_are_detected_and_in_words_never_mistaken_for_one() {
        let mut rng = ChaCha20Rng::from_seed([2; 32]);
        for (code, length) in [(OF_BYTES, 19), (OF_WORDS, 16), (OF_WORDS, 33)] {
            let right = text(&code, length, &mut rng);
            for one in 0..length {
                for other in 0..one {
                    for _ in 0..20 {
                        let mut text = right.clone();
                        text[one] = symbol(&code, &mut rng);
                        text[other] = symbol(&code, &mut rng);
                        if text[one] == right[one] || text[other] == right[other] {
                            continue;
                        }
                        let verdict = code.locate(&text);
                        assert!(!matches!(verdict, Verdict::Right));
                        assert!(code.checks == 2 || !matches!(verdict, Verdict::One { .. }));
                    }
                }
            }
        }
    }

    #[test]
    fn swapped_neighbours_are_located() {
        let mut rng = ChaCha20Rng::from_seed([3; 32]);
        for (code, length, least) in [(OF_BYTES, 19, 90), (OF_WORDS, 33, 100)] {
            let (mut told, mut all) = (0, 0);
            for _ in 0..50 {
                let right = text(&code, length, &mut rng);
                for first in 0..length - 1 {
                    let mut text = right.clone();
                    text.swap(first, first + 1);
                    if text == right {
                        continue;
                    }
                    all += 1;
                    match code.locate(&text) {
                        Verdict::Swapped { place } => {
                            assert_eq!(place, first);
                            told += 1;
                        }
                        Verdict::Several => (),
                        Verdict::Right | Verdict::One { .. } => panic!("a swap at {first} is taken for something else"),
                    }
                }
            }
            assert!(told * 100 >= all * least, "{told} of {all}");
        }
    }

    #[test]
    fn texts_of_any_length_are_judged() {
        for code in [OF_BYTES, OF_WORDS] {
            assert!(matches!(code.locate(&[]), Verdict::Right));
            assert_eq!(*code.encode(&[]), vec![0; code.checks()]);
            assert!(matches!(code.locate(&[5]), Verdict::One { place: 0, .. }));
        }
    }
}
