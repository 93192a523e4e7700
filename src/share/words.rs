//! A strong share as words: three header words, its body, and three check words.
//!
//! Bits run from the highest on, cut into words of eleven. Header: kind 3 bits, set id 22, M-1 4, number-1 4. The body
//! is padded with zero bits to a whole word.

use zeroize::Zeroizing;

use crate::secret::WipingBytes;
use crate::wordlists::{Found, LONGEST_WORD, find, word};

use super::check_symbols::{OF_WORDS, Verdict};
use super::{Kind, SetId, StrongShare};

/// The number of bits in a word.
const BITS: usize = 11;
const LOWEST: u16 = (1 << BITS) - 1;
/// The number of header words, which say what the share is.
const HEADER: usize = 3;
/// The most words in a share; a longer text is read only one word beyond that.
const MOST: usize = 33;

impl Kind {
    /// The number of words in a share of this kind: 33 or 16.
    pub const fn words(self) -> u8 {
        match self {
            Self::Password => 33,
            Self::SoPin => 16,
        }
    }
}

/// What is known about a share before it is typed.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The kind of secret its set holds.
    pub kind: Kind,
    /// The number of its set, if known.
    pub set: Option<u32>,
    /// M of its set, if known.
    pub threshold: Option<u8>,
    /// Its own number, if only one share will do.
    pub number: Option<u8>,
    /// The numbers of the shares already given.
    pub taken: &'a [u8],
}

/// The state of words being typed. Places count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordsReading {
    /// Nothing yet.
    Empty,
    /// Fine so far.
    Typing {
        /// The number of finished words.
        done: u8,
        /// The number of words expected.
        of: u8,
    },
    /// Neither a word of the list nor the beginning of one.
    Unknown {
        /// Which.
        place: u8,
    },
    /// This word (one of the first three) does not match the known set or its threshold.
    OtherSet {
        /// Which.
        place: u8,
    },
    /// A share of this set, but not the one with the requested number.
    OtherNumber {
        /// The number in its third word.
        number: u8,
    },
    /// The share with this number was given already.
    Taken {
        /// The number.
        number: u8,
    },
    /// A share of another kind of secret, according to its first word.
    OtherKind,
    /// This one word is wrong; [`suggestion`] has the right one.
    Wrong {
        /// Which.
        place: u8,
    },
    /// This word and the next are swapped.
    Swapped {
        /// The first of the two.
        place: u8,
    },
    /// More words are wrong than can be located, or the check words are right but the words are not a share.
    Several,
    /// More words than the share has.
    TooMany,
    /// A share that matches what is expected.
    Complete,
}

/// Why words cannot be read as a share. Says where the fault is, never what the right word is. Places count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordsError {
    /// No share has this many words.
    Count {
        /// The number of words; 34 means any number above 33.
        given: u8,
    },
    /// Not a word of the list.
    Unknown {
        /// Which.
        place: u8,
    },
    /// One word is wrong.
    Wrong {
        /// Which.
        place: u8,
    },
    /// This word and the next are swapped.
    Swapped {
        /// The first of the two.
        place: u8,
    },
    /// More words are wrong than can be located.
    Several,
    /// The check words are right, but the words are not a share: an unknown kind, the wrong length for its kind, a
    /// threshold of 1, or padding bits that are not zero.
    NoShare,
}

/// The words of a share, lower case, separated by single spaces. The share must pass [`StrongShare::check`].
pub fn write_words(share: &StrongShare) -> WipingBytes {
    let count = usize::from(share.kind.words());
    let mut symbols = Zeroizing::new(Vec::with_capacity(count));
    symbols.extend(header_words(share.kind, share.set.get(), share.threshold, share.number));
    let mut bits = Zeroizing::new(0_u32);
    let mut held = 0;
    let padding = [0];
    // one byte more than the body: the padding of its last word
    for byte in share.body.expose().iter().chain(&padding) {
        *bits = *bits << 8 | u32::from(*byte);
        held += 8;
        if held >= BITS && symbols.len() < count - OF_WORDS.checks() {
            held -= BITS;
            symbols.push(low_word(*bits >> held));
        }
    }
    let checks = OF_WORDS.encode(&symbols);
    let mut text = WipingBytes::with_capacity(count * (LONGEST_WORD + 1));
    for symbol in symbols.iter().chain(checks.iter()) {
        if !text.is_empty() {
            // cannot fail: there is room for all words
            let _ = text.push(b' ');
        }
        let _ = text.extend(word(*symbol).unwrap_or_default().as_bytes());
    }
    text
}

/// Reads the words of a share: any white space between them, upper or lower case; four letters are enough.
pub fn read_words(text: &[u8]) -> Result<StrongShare, WordsError> {
    let mut symbols = Zeroizing::new(Vec::with_capacity(MOST + 1));
    for (place, token) in (1..).zip(tokens(text).take(MOST + 1)) {
        let Found::Word(index) = find(token) else { return Err(WordsError::Unknown { place }) };
        symbols.push(index);
    }
    if ![Kind::Password, Kind::SoPin].iter().any(|kind| usize::from(kind.words()) == symbols.len()) {
        return Err(WordsError::Count { given: number_of(symbols.len()) });
    }
    match OF_WORDS.locate(&symbols) {
        Verdict::Right => share_of(&symbols).ok_or(WordsError::NoShare),
        Verdict::One { place, .. } => Err(WordsError::Wrong { place: number_of(place + 1) }),
        Verdict::Swapped { place } => Err(WordsError::Swapped { place: number_of(place + 1) }),
        Verdict::Several => Err(WordsError::Several),
    }
}

/// What is wrong or missing in words while they are being typed.
///
/// A word is finished when something follows it; the last word of the share also as soon as it is a word of the list.
/// Once all words are present, the check words take precedence: one wrong header word is reported as a wrong word, not
/// as a share of another set.
pub fn check_words(text: &[u8], expected: &Expected) -> WordsReading {
    let of = expected.kind.words();
    let mut symbols = Zeroizing::new(Vec::with_capacity(usize::from(of)));
    let mut too_many = false;
    let mut tokens = tokens(text).peekable();
    if tokens.peek().is_none() {
        return WordsReading::Empty;
    }
    for place in 1.. {
        let Some(token) = tokens.next() else { break };
        if place > of {
            too_many = true;
            break;
        }
        let being_typed = tokens.peek().is_none() && ends_in_a_word(text);
        match find(token) {
            Found::Word(_) if being_typed && place < of => (),
            Found::Word(index) => symbols.push(index),
            Found::Unfinished if being_typed => (),
            Found::Unfinished | Found::None => return WordsReading::Unknown { place },
        }
    }
    let header = header_fault(&symbols, expected);
    if too_many {
        return header.unwrap_or(WordsReading::TooMany);
    }
    if symbols.len() < usize::from(of) {
        return header.unwrap_or(WordsReading::Typing { done: number_of(symbols.len()), of });
    }
    match OF_WORDS.locate(&symbols) {
        Verdict::One { place, .. } => WordsReading::Wrong { place: number_of(place + 1) },
        Verdict::Swapped { place } => WordsReading::Swapped { place: number_of(place + 1) },
        Verdict::Several => header.unwrap_or(WordsReading::Several),
        Verdict::Right => match (header, share_of(&symbols)) {
            (Some(fault), _) => fault,
            (None, None) => WordsReading::Several,
            (None, Some(_)) => WordsReading::Complete,
        },
    }
}

/// The correction, where exactly one word is wrong or not in the list: the word that belongs at the place named by
/// [`WordsReading::Wrong`] or [`WordsReading::Unknown`]. As secret as the share.
pub fn suggestion(text: &[u8]) -> Option<WipingBytes> {
    let mut symbols = Zeroizing::new(Vec::with_capacity(MOST + 1));
    let mut gap = None;
    let mut tokens = tokens(text).take(MOST + 1).peekable();
    while let Some(token) = tokens.next() {
        let being_typed = tokens.peek().is_none() && ends_in_a_word(text);
        match find(token) {
            Found::Word(index) => symbols.push(index),
            Found::Unfinished if being_typed => return None,
            Found::Unfinished | Found::None if gap.is_some() => return None,
            Found::Unfinished | Found::None => {
                gap = Some(symbols.len());
                symbols.push(0);
            }
        }
    }
    if ![Kind::Password, Kind::SoPin].iter().any(|kind| usize::from(kind.words()) == symbols.len()) {
        return None;
    }
    let right = match (OF_WORDS.locate(&symbols), gap) {
        (Verdict::One { right, .. }, None) => right,
        (Verdict::One { place, right }, Some(gap)) if place == gap => right,
        // the 0 put into the gap happens to be right
        (Verdict::Right, Some(_)) => Zeroizing::new(0),
        _ => return None,
    };
    word(*right).map(|word| WipingBytes::from_slice(word.as_bytes()))
}

/// The parts of a text between white space.
fn tokens(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|token| !token.is_empty())
}

fn ends_in_a_word(text: &[u8]) -> bool {
    text.last().is_some_and(|last| !last.is_ascii_whitespace())
}

fn header_words(kind: Kind, set: u32, threshold: u8, number: u8) -> [u16; HEADER] {
    let people = u32::from(threshold.wrapping_sub(1) & 0xf) << 4 | u32::from(number.wrapping_sub(1) & 0xf);
    // kind and the highest eight bits of the set; the next eleven; its last three, M-1 and number-1
    [low_word(u32::from(kind.code()) << 8 | set >> 14), low_word(set >> 3), low_word(set << 8 | people)]
}

/// How the header words typed so far contradict what is expected.
fn header_fault(symbols: &[u16], expected: &Expected) -> Option<WordsReading> {
    let first = *symbols.first()?;
    if first >> 8 != u16::from(expected.kind.code()) {
        // An error in the first word is likelier than a card of another kind, so wait for all three words before saying
        // so.
        let [code, _] = (first & LOWEST).to_be_bytes();
        let other = Kind::of_code(code).is_some() && symbols.len() >= HEADER;
        return match (other, symbols.len() >= HEADER || expected.set.is_some()) {
            (true, _) => Some(WordsReading::OtherKind),
            (false, true) => Some(WordsReading::OtherSet { place: 1 }),
            (false, false) => None,
        };
    }
    let of_set = expected.set.map(|set| header_words(expected.kind, set, 1, 1));
    // only the first three bits of the third word belong to the set
    for ((place, symbol), mask) in (1..).zip(symbols).zip([LOWEST, LOWEST, LOWEST << 8 & LOWEST]) {
        let right = of_set.and_then(|words| words.get(usize::from(place) - 1).copied());
        if right.is_some_and(|right| (right ^ symbol) & mask != 0) {
            return Some(WordsReading::OtherSet { place });
        }
    }
    let third = *symbols.get(HEADER - 1)?;
    let (threshold, number) = people(third);
    if expected.threshold.is_some_and(|right| right != threshold) {
        return Some(WordsReading::OtherSet { place: number_of(HEADER) });
    }
    if expected.number.is_some_and(|right| right != number) {
        return Some(WordsReading::OtherNumber { number });
    }
    expected.taken.contains(&number).then_some(WordsReading::Taken { number })
}

/// M and the share's number, from the third word.
fn people(third: u16) -> (u8, u8) {
    let [_, low] = third.to_be_bytes();
    ((low >> 4) + 1, (low & 0xf) + 1)
}

/// The share in words whose check words are right; `None` when it is not a share that we know.
fn share_of(symbols: &[u16]) -> Option<StrongShare> {
    let [first, second, third, rest @ ..] = symbols else { return None };
    let kind = Kind::of_code((first >> 8).try_into().ok()?)?;
    let set = u32::from(first & 0xff) << 14 | u32::from(*second) << 3 | u32::from(*third) >> 8;
    let (threshold, number) = people(*third);
    if symbols.len() != usize::from(kind.words()) {
        return None;
    }
    let (words, _) = rest.split_at_checked(rest.len().checked_sub(OF_WORDS.checks())?)?;
    let mut body = WipingBytes::with_capacity(kind.body_length());
    let mut bits = Zeroizing::new(0_u32);
    let mut held = 0;
    for symbol in words {
        *bits = *bits << BITS | u32::from(*symbol);
        held += BITS;
        while held >= 8 && body.len() < kind.body_length() {
            held -= 8;
            let [.., byte] = (*bits >> held).to_be_bytes();
            body.push(byte).ok()?;
        }
    }
    let padding = *bits & ((1 << held) - 1);
    let share = StrongShare { set: SetId::new(set)?, kind, threshold, number, body };
    (padding == 0 && share.check().is_ok()).then_some(share)
}

#[allow(clippy::cast_possible_truncation, reason = "the mask leaves eleven bits")]
const fn low_word(bits: u32) -> u16 {
    bits as u16 & LOWEST
}

/// A count or place in words, of which there are never more than 34.
fn number_of(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}
