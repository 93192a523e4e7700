//! Readers at which one command of a ceremony is answered wrongly, or every one of its kind from then on.

use std::sync::{Arc, Mutex};

use hsm_ceremony::card::transport::{Readers, Response, Transport, TransportError};
use hsm_ceremony::secret::WipingBytes;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The card is pulled out, and back when somebody connects again.
    Removed,
    /// This status word.
    Status(u16),
    /// 9000 and nothing else.
    Empty,
    /// Not one byte.
    NoBytes,
    /// Half of the answer, and its status word.
    Truncated,
    /// Other bytes, as many, and 9000.
    Garbage,
    /// The reader gives up waiting; the card stays connected.
    Late,
}

/// One wrong answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misanswer {
    pub wrong: Wrong,
    /// The card does what it was asked to all the same.
    pub carried_out: bool,
}

impl Misanswer {
    /// All there are.
    pub fn all() -> Vec<Self> {
        let words = [0x6F00, 0x6982, 0x6985, 0x63C1, 0x6983, 0x6A84].map(Wrong::Status);
        let others = [Wrong::Removed, Wrong::Empty, Wrong::NoBytes, Wrong::Truncated, Wrong::Garbage, Wrong::Late];
        let all = words.into_iter().chain(others);
        all.flat_map(|wrong| [false, true].map(|carried_out| Self { wrong, carried_out }))
            // Half of an answer is of one that was given.
            .filter(|one| one.carried_out || one.wrong != Wrong::Truncated)
            .collect()
    }
}

/// Which command is answered wrongly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    Never,
    /// The n-th of all, from 1.
    Once(usize),
    /// All of this kind.
    Always(Kind),
}

/// What distinguishes a command from another: its first bytes, and whether it has data.
pub type Kind = (Vec<u8>, bool);

/// The kind of a command.
pub fn kind(command: &[u8]) -> Kind {
    let bytes = match command.get(1) {
        // A file of one sort is written like another; PINs and files of another sort are not.
        Some(0xD7 | 0x2C | 0x52) => 3,
        Some(0x20 | 0x24) => 4,
        _ => 2,
    };
    (command.iter().take(bytes).copied().collect(), command.len() > 5)
}

/// What was sent, and how the card answered PINs.
#[derive(Default)]
pub struct Seen {
    /// Every command, also those that never reached a card.
    pub sent: Vec<Vec<u8>>,
    /// Places in `sent` of PINs that a card found wrong, or that were sent to a blocked one.
    pub wrong_pins: Vec<usize>,
    /// How many commands were answered wrongly.
    pub misanswered: usize,
}

/// Cards that answer wrongly; clones are about the same ones.
#[derive(Clone)]
pub struct Misanswering {
    when: When,
    what: Misanswer,
    pub seen: Arc<Mutex<Seen>>,
}

impl Misanswering {
    pub fn never() -> Self {
        Self::new(When::Never, Misanswer { wrong: Wrong::Removed, carried_out: false })
    }

    pub fn new(when: When, what: Misanswer) -> Self {
        Self { when, what, seen: Arc::default() }
    }

    /// Whether it never gets better.
    pub fn is_for_ever(&self) -> bool {
        matches!(self.when, When::Always(_))
    }

    /// Wraps readers.
    pub fn readers(&self, inner: Box<dyn Readers>) -> Box<dyn Readers> {
        Box::new(BadReaders(inner, self.clone()))
    }
}

struct BadReaders(Box<dyn Readers>, Misanswering);

impl Readers for BadReaders {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.0.occupied()
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(BadCard { inner: self.0.connect(reader)?, plan: self.1.clone(), gone: false }))
    }
}

struct BadCard {
    inner: Box<dyn Transport>,
    plan: Misanswering,
    gone: bool,
}

impl BadCard {
    /// What the card does, and whether it found a PIN wrong.
    fn carry_out(&mut self, command: &WipingBytes, place: usize) -> Result<Response, TransportError> {
        let answer = self.inner.transmit(command)?;
        let bytes = command.expose();
        let presents_a_pin = matches!(bytes.get(1), Some(0x20 | 0x24 | 0x2C)) && bytes.len() > 5;
        let word = u16::from(answer.status());
        let found_wrong = word == 0x6983 || (0x63C0..=0x63CF).contains(&word);
        if found_wrong && (presents_a_pin || bytes.starts_with(&[0x80, 0x50])) {
            self.plan.seen.lock().unwrap().wrong_pins.push(place);
        }
        Ok(answer)
    }
}

/// Bytes that mean nothing, the same each time.
fn garbage(length: usize, seed: usize) -> Vec<u8> {
    let mut number = u32::try_from(seed).unwrap() ^ 0x9E37_79B9;
    let next = || {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (number >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn response(data: &[u8], word: u16) -> Result<Response, TransportError> {
    let bytes = [data, &word.to_be_bytes()].concat();
    Response::new(WipingBytes::from_slice(&bytes)).ok_or(TransportError::Garbled)
}

impl Transport for BadCard {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        if self.gone {
            return Err(TransportError::NoCard);
        }
        let (place, due) = {
            let mut seen = self.plan.seen.lock().unwrap();
            seen.sent.push(command.expose().to_vec());
            let place = seen.sent.len();
            let due = match &self.plan.when {
                When::Never => false,
                When::Once(at) => place == *at,
                When::Always(of) => kind(command.expose()) == *of,
            };
            seen.misanswered += usize::from(due);
            (place, due)
        };
        if !due {
            return self.carry_out(command, place);
        }
        let Misanswer { wrong, carried_out } = self.plan.what;
        let own = if carried_out { Some(self.carry_out(command, place)?) } else { None };
        let length = own.as_ref().map_or(24, |own| own.data().len());
        match wrong {
            Wrong::Removed => {
                self.gone = true;
                Err(TransportError::CutOff)
            }
            Wrong::Status(word) => response(&[], word),
            Wrong::Empty => response(&[], 0x9000),
            Wrong::NoBytes => Err(TransportError::Garbled),
            Wrong::Truncated => {
                let own = own.as_ref().ok_or(TransportError::Garbled)?;
                let half = own.data().get(..length / 2).unwrap_or_default();
                if length == 0 { Err(TransportError::Garbled) } else { response(half, u16::from(own.status())) }
            }
            Wrong::Garbage => response(&garbage(length.max(7), place), 0x9000),
            Wrong::Late => Err(TransportError::CutOff),
        }
    }
    fn largest_command(&self) -> usize {
        self.inner.largest_command()
    }
    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.inner.reconnect()?;
        self.gone = false;
        Ok(())
    }
    fn answer_to_reset(&self) -> Option<Vec<u8>> {
        self.inner.answer_to_reset()
    }
}
