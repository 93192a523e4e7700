//! Serves a card over the socket of vpcd, pcscd's virtual reader, so that any PC/SC program finds it.
//!
//! Every message is a two-byte length (big-endian) and that many bytes. From the reader, a single byte means 00 power
//! off, 01 power on, 02 reset, 04 "send the ATR"; anything longer is a command APDU. Only the last two are answered.

use super::SoftCard;
use super::rack::perform;
use crate::secret::WipingBytes;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The answer to reset of a card of the JCOP 3 generation (the protocol reference, section 1.1).
const ANSWER_TO_RESET: [u8; 24] = [
    0x3B, 0xDE, 0x18, 0xFF, 0x81, 0x91, 0xFE, 0x1F, 0xC3, 0x80, 0x31, 0x81, 0x54, 0x48, 0x53, 0x4D, 0x31, 0x73, 0x80,
    0x21, 0x40, 0x81, 0x07, 0x1C,
];

/// How soon a request to stop is noticed.
const PATIENCE: Duration = Duration::from_millis(200);

/// Why serving ended.
#[derive(Debug)]
pub enum ServeError {
    /// The connection broke. The card is in the state after its last answer.
    Connection(io::Error),
    /// The state file could not be written: the last command was performed, but is neither saved nor answered.
    State(io::Error),
}

/// Serves until the reader disconnects or `stop` is set. The card is powered off before and after. With a file, every
/// change is written there atomically before the answer is sent.
pub fn serve(
    mut reader: TcpStream,
    card: &mut SoftCard,
    file: Option<&Path>,
    stop: &AtomicBool,
) -> Result<(), ServeError> {
    reader.set_read_timeout(Some(PATIENCE)).and_then(|()| reader.set_nodelay(true)).map_err(ServeError::Connection)?;
    card.reset();
    let result = serve_commands(&mut reader, card, file, stop);
    card.reset();
    result
}

fn serve_commands(
    reader: &mut TcpStream,
    card: &mut SoftCard,
    file: Option<&Path>,
    stop: &AtomicBool,
) -> Result<(), ServeError> {
    while let Some(message) = receive(reader, stop).map_err(ServeError::Connection)? {
        match *message.expose() {
            [0x00..=0x02] => card.reset(),
            [0x04] => send(reader, &ANSWER_TO_RESET).map_err(ServeError::Connection)?,
            [] | [_] => {}
            _ => {
                let answer = perform(card, file, message.expose()).map_err(ServeError::State)?;
                send(reader, answer.expose()).map_err(ServeError::Connection)?;
            }
        }
    }
    Ok(())
}

/// The next message; `None` when the reader is gone or serving must stop.
fn receive(reader: &mut TcpStream, stop: &AtomicBool) -> io::Result<Option<WipingBytes>> {
    let mut length = [0; 2];
    if !fill(reader, &mut length, stop)? {
        return Ok(None);
    }
    let mut message = WipingBytes::zeros(usize::from(u16::from_be_bytes(length)));
    Ok(fill(reader, message.expose_mut(), stop)?.then_some(message))
}

/// Reads until `buffer` is full; `false` when the reader is gone or serving must stop.
fn fill(reader: &mut TcpStream, mut buffer: &mut [u8], stop: &AtomicBool) -> io::Result<bool> {
    while !buffer.is_empty() {
        if stop.load(Ordering::Relaxed) {
            return Ok(false);
        }
        // vpcd sends length and contents separately, and its system holds back the second until the first is
        // acknowledged: 40 ms for every command, unless acknowledged at once. If that cannot be set, everything is just
        // slower.
        let _ = rustix::net::sockopt::set_tcp_quickack(&*reader, true);
        match reader.read(buffer) {
            Ok(0) => return Ok(false),
            Ok(count) => buffer = buffer.get_mut(count..).unwrap_or_default(),
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {}
                ErrorKind::ConnectionReset => return Ok(false),
                _ => return Err(error),
            },
        }
    }
    Ok(true)
}

fn send(reader: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    let length = u16::try_from(bytes.len()).map_err(|_| ErrorKind::InvalidData)?;
    let mut message = WipingBytes::with_capacity(bytes.len() + 2);
    message.extend(&length.to_be_bytes()).and_then(|()| message.extend(bytes)).map_err(|_| ErrorKind::InvalidData)?;
    reader.write_all(message.expose())
}

#[cfg(test)]
mod tests {
    use super::super::tests;
    use super::*;
    use std::net::TcpListener;
    use std::sync::Arc;
    use std::thread::{self, JoinHandle};

    type Served = (SoftCard, Result<(), ServeError>);

    /// The reader's end of the socket, with the card served at the other end.
    fn served(file: Option<&Path>) -> (TcpStream, Arc<AtomicBool>, JoinHandle<Served>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, file) = (stop.clone(), file.map(Path::to_owned));
        let served = thread::spawn(move || {
            let mut card = SoftCard::new("REH0000001").unwrap();
            let result = serve(TcpStream::connect(address).unwrap(), &mut card, file.as_deref(), &stopped);
            (card, result)
        });
        (listener.accept().unwrap().0, stop, served)
    }

    fn say(reader: &mut TcpStream, hex: &str) {
        send(reader, &tests::hex(hex)).unwrap();
    }

    fn hear(reader: &mut TcpStream) -> Vec<u8> {
        receive(reader, &AtomicBool::new(false)).unwrap().unwrap().expose().to_vec()
    }

    #[test]
    fn speaks_the_vpcd_protocol() {
        let (mut reader, _, served) = served(None);
        say(&mut reader, "01");
        say(&mut reader, "04");
        assert_eq!(hear(&mut reader), ANSWER_TO_RESET);
        let checksum = ANSWER_TO_RESET[1..].iter().fold(0, |sum, byte| sum ^ byte);
        assert_eq!(checksum, 0);
        say(&mut reader, tests::SELECT);
        assert!(hear(&mut reader).ends_with(&[0x90, 0x00]));
        say(&mut reader, "00200081");
        assert_eq!(hear(&mut reader), [0x6A, 0x88], "never initialised");
        say(&mut reader, "02");
        say(&mut reader, "00200081");
        assert_eq!(hear(&mut reader), [0x6E, 0x00], "a reset forgets what was selected");
        say(&mut reader, "07");
        say(&mut reader, "0020");
        assert_eq!(hear(&mut reader), [0x67, 0x00]);
        drop(reader);
        assert!(served.join().unwrap().1.is_ok());
    }

    #[test]
    fn stops_on_request_even_in_the_middle_of_a_message() {
        let (mut reader, stop, served) = served(None);
        reader.write_all(&[0x00, 0x20, 0x00]).unwrap();
        stop.store(true, Ordering::Relaxed);
        assert!(served.join().unwrap().1.is_ok());
    }

    #[test]
    fn an_answer_is_sent_only_after_the_file_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("card.json");
        let (mut reader, _, served) = served(Some(&file));
        for command in [tests::SELECT, &tests::initialise("920101")] {
            say(&mut reader, command);
            assert!(hear(&mut reader).ends_with(&[0x90, 0x00]));
        }
        let text = std::fs::read(&file).unwrap();
        let kept = SoftCard::from_json(&serde_json::from_slice(&text).unwrap()).ok().unwrap();
        folder.close().unwrap();
        say(&mut reader, "0020008106313131313131");
        assert_eq!(reader.read(&mut [0; 2]).unwrap(), 0, "no answer");
        let (card, result) = served.join().unwrap();
        assert!(matches!(result, Err(ServeError::State(_))));
        assert!(kept.state.serial == card.state.serial && kept.state != card.state);
    }
}
