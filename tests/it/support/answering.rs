//! A card that answers some commands as other devices do.

use hsm_ceremony::card::transport::{Readers, Response, Transport, TransportError};
use hsm_ceremony::secret::WipingBytes;

/// The beginning of a command and the whole answer to it, in hexadecimal.
pub type Answers = &'static [(&'static str, &'static str)];

/// The beginning of SELECT for the application.
pub const SELECT: &str = "00A40400";
/// VERIFY of the user PIN without data.
pub const USER: &str = "00200081";
/// The same of the SO-PIN.
pub const SO: &str = "00200088";
/// IMPORT DKEK SHARE without a share.
const DKEK: &str = "8052000000";

/// States in which people have their devices, reported in public trackers: what distinguishes each, and what *inspect* says.
pub const STATES: &[(&str, Answers, &str)] = &[
    ("a transport PIN", &[(USER, "6984")], "a transport PIN is set and must be changed first"),
    ("public-key authentication", &[(USER, "6985")], "user PIN: not told (status word 6985)"),
    ("a blocked SO-PIN", &[(SO, "6983")], "SO-PIN: 0, it is blocked"),
    (
        "no DKEK in key domain 0",
        &[(DKEK, "6A88"), ("80520001", "01009BC1E1BECFFA55669000")],
        "Key domain 1: 1 of 1 DKEK shares, KCV 9BC1E1BECFFA5566",
    ),
    ("no answer about its DKEK", &[(DKEK, "6985")], "the device does not tell (status word 6985)"),
    ("no DKEK, in other words", &[(DKEK, "6B00")], "the device does not tell (status word 6B00)"),
    (
        "version 1.2",
        &[(SELECT, "6F07820178850201029000"), (SO, "6A86"), (USER, "63C3")],
        "SO-PIN: not told (status word 6A86)",
    ),
    ("a DKEK of its own", &[(DKEK, "00009BC1E1BECFFA55669000")], "its backups open on this device alone"),
];

/// The answer to a command, if it is one of these.
pub fn answer(answers: Answers, command: &[u8]) -> Option<Vec<u8>> {
    let command = base16ct::upper::encode_string(command);
    let (_, answer) = answers.iter().find(|(begins, _)| command.starts_with(begins))?;
    Some(base16ct::mixed::decode_vec(answer).unwrap())
}

/// Readers whose cards answer so, after they have done what they were asked to: a card whose application is not
/// selected answers nothing else.
pub struct Answering<T> {
    inner: T,
    answers: Answers,
}

impl Answering<Box<dyn Readers>> {
    /// Wraps readers.
    pub fn readers(inner: Box<dyn Readers>, answers: Answers) -> Box<dyn Readers> {
        Box::new(Self { inner, answers })
    }
}

impl Readers for Answering<Box<dyn Readers>> {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.inner.occupied()
    }

    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(Answering { inner: self.inner.connect(reader)?, answers: self.answers }))
    }
}

impl Transport for Answering<Box<dyn Transport>> {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        let own = self.inner.transmit(command)?;
        let other = answer(self.answers, command.expose());
        Ok(other.map_or(own, |bytes| Response::new(WipingBytes::from_slice(&bytes)).unwrap()))
    }

    fn largest_command(&self) -> usize {
        self.inner.largest_command()
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.inner.reconnect()
    }
}
