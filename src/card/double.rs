//! A test double: replays recorded command and response pairs, and refuses anything else.

use super::status::Status;
use super::transport::{Response, Transport, TransportError};
use crate::secret::{SoPin, TypedText, UserPin, WipingBytes};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// Bytes of hexadecimal text.
pub fn hex(text: &str) -> Vec<u8> {
    base16ct::mixed::decode_vec(text).unwrap()
}

/// Uppercase hexadecimal text.
pub fn hex_of(bytes: &[u8]) -> String {
    base16ct::upper::encode_string(bytes)
}

/// A user PIN, as if typed.
pub fn user_pin(text: &str) -> UserPin {
    UserPin::from_typed(&typed(text)).ok().unwrap()
}

/// An SO-PIN, as if typed.
pub fn so_pin(text: &str) -> SoPin {
    SoPin::from_typed(&typed(text)).ok().unwrap()
}

fn typed(text: &str) -> TypedText {
    let mut typed = TypedText::new();
    text.bytes().for_each(|byte| typed.push(byte).unwrap());
    typed
}

/// A file of the golden vectors.
pub fn vector(name: &str) -> serde_json::Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The recorded exchanges of one run of a tool.
pub fn trace(name: &str) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let trace = vector(&format!("apdu-traces/{name}.json"));
    trace.as_array().unwrap().iter().map(|e| (text(&e["command"]), text(&e["response"]))).collect()
}

/// The names of all traces.
pub fn trace_names() -> Vec<String> {
    let index = vector("apdu-traces-index.json");
    index.as_object().unwrap().keys().cloned().collect()
}

/// The first recorded exchange whose command begins with `start`.
pub fn recorded(name: &str, start: &str) -> (String, String) {
    trace(name).into_iter().find(|(command, _)| command.starts_with(start)).unwrap()
}

/// Every authenticated request in the traces, as returned by key generation or read from a file; each once.
pub fn recorded_requests() -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = Vec::new();
    let mut open: Option<Vec<u8>> = None;
    for name in trace_names() {
        for (command, response) in trace(&name) {
            let mut answer = hex(&response);
            answer.truncate(answer.len() - 2);
            if command.starts_with("0046") && !answer.is_empty() {
                found.push(answer);
            } else if command.starts_with("00A4000002CE") {
                open = Some(Vec::new());
            } else if let Some(file) = open.as_mut().filter(|_| command.starts_with("00B10000")) {
                file.extend_from_slice(&answer);
            } else if let Some(file) = open.take().filter(|file| file.first() == Some(&0x67)) {
                found.push(file);
            }
        }
        open = None;
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|request| seen.insert(request.clone()));
    found
}

/// The bytes of one certificate file of the golden chains.
pub fn chain(name: &str) -> Vec<u8> {
    let chains = vector("cvc-chains.json");
    let chain = chains.as_array().unwrap().iter().find(|chain| chain["name"] == name).unwrap();
    hex(chain["hex"].as_str().unwrap())
}

type Pairs = Arc<Mutex<VecDeque<(Vec<u8>, Result<Vec<u8>, TransportError>)>>>;

/// Replays exchanges in order; clones share what is left to replay.
#[derive(Clone)]
pub struct Script {
    pairs: Pairs,
    largest: usize,
}

impl Script {
    /// Commands and their responses (data and status word), in hexadecimal.
    pub fn new<C: AsRef<str>, R: AsRef<str>>(pairs: &[(C, R)]) -> Self {
        let script = Self { pairs: Arc::default(), largest: 65_544 };
        script.then(pairs);
        script
    }

    /// Appends exchanges.
    pub fn then<C: AsRef<str>, R: AsRef<str>>(&self, pairs: &[(C, R)]) {
        let pairs = pairs.iter().map(|(c, r)| (hex(c.as_ref()), Ok(hex(r.as_ref()))));
        self.pairs.lock().unwrap().extend(pairs);
    }

    /// Appends a command that gets no answer.
    pub fn then_fails(&self, command: &str, error: TransportError) {
        self.pairs.lock().unwrap().push_back((hex(command), Err(error)));
    }

    /// Limits the size of commands.
    pub fn largest(mut self, largest: usize) -> Self {
        self.largest = largest;
        self
    }

    /// Asserts that every exchange was replayed.
    pub fn assert_done(&self) {
        let left: Vec<_> = self.pairs.lock().unwrap().iter().map(|(command, _)| hex_of(command)).collect();
        assert!(left.is_empty(), "never asked: {left:?}");
    }
}

impl Transport for Script {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        assert!(command.len() <= self.largest, "larger than the transport carries");
        let next = self.pairs.lock().unwrap().pop_front();
        let Some((expected, answer)) = next else { panic!("not recorded: {}", hex_of(command.expose())) };
        assert_eq!(hex_of(command.expose()), hex_of(&expected));
        answer.map(|bytes| Response::new(WipingBytes::from_slice(&bytes)).unwrap())
    }

    fn largest_command(&self) -> usize {
        self.largest
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        Ok(())
    }
}

/// Answers every command with the same bytes and `status`.
pub struct Stubborn {
    /// The data of every answer.
    pub data: Vec<u8>,
    /// The status word of every answer.
    pub status: Status,
}

impl Transport for Stubborn {
    fn transmit(&mut self, _: &WipingBytes) -> Result<Response, TransportError> {
        let mut bytes = self.data.clone();
        bytes.extend_from_slice(&u16::from(self.status).to_be_bytes());
        Ok(Response::new(WipingBytes::from_slice(&bytes)).unwrap())
    }

    fn largest_command(&self) -> usize {
        1232
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        Ok(())
    }
}
