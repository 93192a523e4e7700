//! Readers that keep every command that goes through them.

use std::sync::{Arc, Mutex};

use hsm_ceremony::card::transport::{Readers, Response, Transport, TransportError};
use hsm_ceremony::secret::WipingBytes;

/// Every command that went to a card, in order.
pub type Log = Arc<Mutex<Vec<Vec<u8>>>>;

/// Readers, or a card in one of them, and where its commands are kept.
pub struct Listening<T>(pub T, pub Log);

impl Transport for Listening<Box<dyn Transport>> {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        self.1.lock().unwrap().push(command.expose().to_vec());
        self.0.transmit(command)
    }
    fn largest_command(&self) -> usize {
        self.0.largest_command()
    }
    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.0.reconnect()
    }
    fn answer_to_reset(&self) -> Option<Vec<u8>> {
        self.0.answer_to_reset()
    }
}

impl Readers for Listening<Box<dyn Readers>> {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.0.occupied()
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(Listening(self.0.connect(reader)?, Arc::clone(&self.1))))
    }
}
