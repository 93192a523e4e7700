//! A card that answers some commands as other devices do.

use hsm_ceremony::card::transport::{Readers, Response, Transport, TransportError};
use hsm_ceremony::secret::WipingBytes;

/// The beginning of a command and the whole answer to it, in hexadecimal.
pub type Answers = &'static [(&'static str, &'static str)];

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
