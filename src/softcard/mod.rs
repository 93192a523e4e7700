//! The software SmartCard-HSM: command APDUs in, response APDUs out, with real keys, PIN counters and locks.
//!
//! It behaves like a genuine SmartCard-HSM of the JCOP 3 generation as described in the protocol reference, and was
//! written from that, not from the driver: the two share no parser. Where the reference does not know what a genuine
//! card answers, a comment at the code explains the choice. It is for rehearsals and tests: its keys are throw-away
//! keys, stored in the clear.

mod apdu_in;
mod condition;
mod curves;
mod cvc;
mod dkek;
mod domains;
pub mod fault;
mod files;
#[cfg(test)]
mod fuzz_tests;
mod generate;
mod keys;
mod pins;
mod rack;
mod random;
mod setup;
mod state;
#[cfg(test)]
mod tests;
mod text;
mod tlv;
pub mod vpcd;
mod wrap;

pub use condition::{Condition, PublicKeys};
pub use cvc::rehearsal_root_certificate;
pub use fault::{CutOff, Faults};
pub use rack::{InProcess, Rack};
pub use state::StateError;

use crate::card::status::Status;
use apdu_in::Command;
use generate::Template;
use keys::Key;
use state::State;
use zeroize::Zeroizing;

/// More data than any command of this card needs; longer chained commands are refused.
const MOST_DATA: usize = 0x8000;
/// The most bytes that one GET CHALLENGE delivers.
const MOST_RANDOM: usize = 1024;

/// What a command handler returns when it gets as far as response data.
struct Answer {
    data: Vec<u8>,
    status: Status,
}

#[allow(clippy::unnecessary_wraps, reason = "the last expression of every handler")]
fn done(data: Vec<u8>) -> Result<Answer, Status> {
    Ok(Answer { data, status: Status::Done })
}

/// What a card forgets when it loses power.
#[derive(Clone, Default)]
struct Session {
    selected: bool,
    file: Option<u16>,
    user_verified: bool,
    so_verified: bool,
    chain: Option<Chain>,
    pending: Zeroizing<Vec<u8>>,
}

/// What a key does with an algorithm number and data.
type Operation = fn(&Key, u8, &[u8]) -> Result<Vec<u8>, Status>;

/// The parts of a chained command received so far.
#[derive(Clone)]
struct Chain {
    header: [u8; 4],
    data: Zeroizing<Vec<u8>>,
}

/// A SmartCard-HSM in software. A clone is a second card with the same keys and counters.
#[derive(Clone)]
pub struct SoftCard {
    state: State,
    session: Session,
    /// Misbehaviour to simulate; none by default.
    pub faults: Faults,
    /// What is unusual about it; nothing by default.
    pub condition: Condition,
}

impl SoftCard {
    /// A factory-fresh card, never initialised, with its own device key and certificate chain. `serial` begins with
    /// `REH` and has 8 to 11 letters and digits.
    ///
    /// `None` when the serial is invalid or the system cannot provide randomness.
    pub fn new(serial: &str) -> Option<Self> {
        let (session, faults, condition) = (Session::default(), Faults::default(), Condition::default());
        Some(Self { state: State::fresh(serial)?, session, faults, condition })
    }

    /// A serial that no other software card is likely to have: REH and seven digits. `None` if the system cannot
    /// provide randomness.
    pub fn random_serial() -> Option<String> {
        let bytes = <[u8; 4]>::try_from(random::bytes(4)?).ok()?;
        Some(format!("REH{:07}", u32::from_le_bytes(bytes) % 10_000_000))
    }

    /// Writes the card's state to a file atomically, readable only by its owner.
    pub fn save(&self, file: &std::path::Path) -> std::io::Result<()> {
        rack::write_state(self, file)
    }

    /// The serial, as in the device certificate.
    pub fn serial(&self) -> &str {
        &self.state.serial
    }

    /// Power-cycles the card: the session is lost, the application must be selected again.
    pub fn reset(&mut self) {
        self.session = Session::default();
    }

    /// Performs one command APDU and returns data and status word. Accepts any bytes.
    pub fn execute(&mut self, command: &[u8]) -> Vec<u8> {
        let answer = Command::parse(command)
            .and_then(|command| self.gather(&command))
            .unwrap_or_else(|status| Answer { data: Vec::new(), status });
        let mut bytes = answer.data;
        bytes.extend(u16::from(answer.status).to_be_bytes());
        bytes
    }

    /// Reassembles chained commands and holds back what the host did not ask for.
    fn gather(&mut self, command: &Command<'_>) -> Result<Answer, Status> {
        if (command.class, command.instruction) == (0x00, 0xC0) {
            return self.get_response(command);
        }
        self.session.pending = Zeroizing::default();
        if command.chained && self.condition.refuses_blocks {
            return Err(Status::Other(0x6884));
        }
        let header = [command.class, command.instruction, command.p1, command.p2];
        let before = match self.session.chain.take() {
            Some(chain) if chain.header == header => chain.data,
            Some(_) => return Err(Status::Other(0x6883)),
            None => Zeroizing::default(),
        };
        // Joined into a new buffer: one that grew would leave a copy of a PIN behind.
        let data = Zeroizing::new([before.as_slice(), command.data].concat());
        if data.len() > MOST_DATA {
            return Err(Status::WrongLength);
        }
        if command.chained {
            self.session.chain = Some(Chain { header, data });
            return done(Vec::new());
        }
        let whole = Command { data: &data, ..*command };
        let answer = self.perform(&whole)?;
        Ok(self.hold_back(answer, command.expected.unwrap_or(0)))
    }

    fn hold_back(&mut self, mut answer: Answer, expected: usize) -> Answer {
        if answer.data.len() > expected {
            self.session.pending = answer.data.split_off(expected).into();
            answer.status = Status::MoreData(u8::try_from(self.session.pending.len()).unwrap_or(0));
        }
        answer
    }

    fn get_response(&mut self, command: &Command<'_>) -> Result<Answer, Status> {
        let pending = std::mem::take(&mut *self.session.pending);
        if pending.is_empty() {
            return Err(Status::ConditionNotMet);
        }
        let answer = Answer { data: pending, status: Status::Done };
        Ok(self.hold_back(answer, command.expected.unwrap_or(256)))
    }

    fn perform(&mut self, command: &Command<'_>) -> Result<Answer, Status> {
        if !self.session.selected && (command.class, command.instruction) != (0x00, 0xA4) {
            return Err(Status::UnknownClass);
        }
        match (command.class, command.instruction) {
            (0x00, 0xA4) => self.select(command),
            (0x00, 0x84) => Self::get_challenge(command),
            (0x00, 0x20) => self.verify(command),
            (0x00, 0x24) => self.change_reference_data(command),
            (0x00, 0x2C) => self.reset_retry_counter(command),
            (0x00, 0x46) => self.generate_key(command),
            (0x00, 0xB1) => self.read_binary(command),
            (0x00, 0xD7) => self.update_binary(command),
            (0x00, 0xE4) => self.delete(command),
            (0x80, 0x50) => self.initialize(command),
            (0x80, 0x52) => self.key_domain(command),
            (0x80, 0x54) if (command.p1, command.p2) == (0, 0) && command.data.is_empty() => self.public_key_status(),
            (0x80, 0x58) => self.enumerate(command),
            (0x80, 0x62) => self.use_key(command, Key::decipher),
            (0x80, 0x68) => self.use_key(command, Key::sign),
            (0x80, 0x72) => self.wrap_key(command),
            (0x80, 0x74) => self.unwrap_key(command),
            (0x00 | 0x80, _) => Err(Status::UnknownInstruction),
            _ => Err(Status::UnknownClass),
        }
    }

    /// Logs out and deselects the file.
    fn leave(&mut self) {
        self.session = Session { selected: self.session.selected, ..Session::default() };
    }

    fn logged_in(&self) -> Result<(), Status> {
        self.session.user_verified.then_some(()).ok_or(Status::NotLoggedIn)
    }

    fn get_challenge(command: &Command<'_>) -> Result<Answer, Status> {
        let length = command.expected.filter(|length| *length <= MOST_RANDOM).ok_or(Status::WrongLength)?;
        done(random::bytes(length).ok_or(Status::ExecutionError)?)
    }

    /// GENERATE ASYMMETRIC KEY PAIR. A reference in use is refused with 6985 (what a genuine card does is not known; a
    /// key must never be lost by mistake).
    fn generate_key(&mut self, command: &Command<'_>) -> Result<Answer, Status> {
        if command.p1 == 0 || command.p2 != 0 {
            return Err(Status::WrongParameters);
        }
        self.logged_in()?;
        let template = Template::parse(command.data)?;
        if self.state.keys.contains_key(&command.p1) {
            return Err(Status::ConditionNotMet);
        }
        if !template.rsa_bits().is_none_or(|bits| self.condition.has_rsa(bits)) {
            return Err(Status::WrongData);
        }
        if template.domain >= self.state.domains.most.max(1) {
            return Err(Status::WrongData);
        }
        self.room_for_one_more()?;
        let key = template.generate()?;
        let device_name = self.state.device_name();
        let request = cvc::request(&key, &self.state.device_key, &device_name, template.issuer_name, template.name)
            .ok_or(Status::ExecutionError)?;
        self.state.keys.insert(command.p1, key);
        if !self.faults.request_not_stored {
            self.state.files.insert(u16::from_be_bytes([files::CERTIFICATE, command.p1]), request.clone());
        }
        done(request)
    }

    fn use_key(&mut self, command: &Command<'_>, operation: Operation) -> Result<Answer, Status> {
        self.logged_in()?;
        let key = self.state.keys.get_mut(&command.p1).ok_or(Status::NotFound)?;
        if key.uses == Some(0) {
            return Err(Status::NotUsable);
        }
        let result = operation(key, command.p2, command.data)?;
        key.uses = key.uses.map(|left| left - 1);
        done(result)
    }

    /// WRAP KEY. An unknown key gives 6A88, as reported of genuine cards.
    fn wrap_key(&mut self, command: &Command<'_>) -> Result<Answer, Status> {
        if command.p2 != 0x92 || command.p1 == 0 {
            return Err(Status::WrongParameters);
        }
        self.logged_in()?;
        let key = self.state.keys.get(&command.p1);
        // Without a DKEK, nothing is said about keys.
        let keys = self.wrapping_keys(key.map_or(0, |key| key.domain))?;
        let key = key.ok_or(Status::ReferenceNotFound)?;
        key.allows_wrapping()?;
        done(wrap::wrap(key, &keys, self.faults).ok_or(Status::ExecutionError)?)
    }

    /// UNWRAP KEY, with the blob in the command or already in EF 2F10. A reference in use is refused with 6985 (a
    /// genuine card refuses, but with which status word is not known). EF 2F10 is kept.
    fn unwrap_key(&mut self, command: &Command<'_>) -> Result<Answer, Status> {
        if command.p2 != 0x93 || command.p1 == 0 {
            return Err(Status::WrongParameters);
        }
        self.logged_in()?;
        let blob = if command.data.is_empty() { self.state.files.get(&files::KEY_BLOB) } else { None };
        let blob = blob.map_or(command.data, Vec::as_slice);
        let domain = self.domain_of(blob);
        let keys = self.wrapping_keys(domain)?;
        if self.state.keys.contains_key(&command.p1) {
            return Err(Status::ConditionNotMet);
        }
        if blob.is_empty() {
            return Err(Status::NotFound);
        }
        self.room_for_one_more()?;
        let key = wrap::unwrap(blob, &keys, self.faults)?;
        self.state.keys.insert(command.p1, Key { domain, ..key });
        done(Vec::new())
    }
}
