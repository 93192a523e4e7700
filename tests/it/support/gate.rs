//! A card that does not begin a command before the test has seen that the program waits for it.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex};

use hsm_ceremony::card::transport::{Readers, Response, Transport, TransportError};
use hsm_ceremony::secret::WipingBytes;

/// The instruction bytes that are let through; the others of `held` wait.
#[derive(Clone)]
pub struct Gate {
    held: &'static [u8],
    open: Arc<(Mutex<BTreeSet<u8>>, Condvar)>,
}

impl Gate {
    /// Commands with these instruction bytes and data wait.
    pub fn holding(held: &'static [u8]) -> Self {
        Self { held, open: Arc::default() }
    }

    /// From now on, this instruction is let through.
    pub fn open(&self, instruction: u8) {
        self.open.0.lock().unwrap().insert(instruction);
        self.open.1.notify_all();
    }

    /// Puts it before readers.
    pub fn readers(&self, inner: Box<dyn Readers>) -> Box<dyn Readers> {
        Box::new(Gated { inner, gate: self.clone() })
    }
}

struct Gated<T> {
    inner: T,
    gate: Gate,
}

impl Readers for Gated<Box<dyn Readers>> {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.inner.occupied()
    }

    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(Gated { inner: self.inner.connect(reader)?, gate: self.gate.clone() }))
    }
}

impl Transport for Gated<Box<dyn Transport>> {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        let wire = command.expose();
        // IMPORT DKEK SHARE without data only asks for the state.
        let status = wire[1] == 0x52 && wire.len() <= 5;
        if self.gate.held.contains(&wire[1]) && !status {
            let (open, changed) = &*self.gate.open;
            drop(changed.wait_while(open.lock().unwrap(), |open| !open.contains(&wire[1])).unwrap());
        }
        self.inner.transmit(command)
    }

    fn largest_command(&self) -> usize {
        self.inner.largest_command()
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.inner.reconnect()
    }
}
