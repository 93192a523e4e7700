//! `ceremony softcard`: serves a software card to a virtual reader, for training with other programs.

use crate::faults::{self, Fault};
use std::fs;
use std::io::{self, ErrorKind};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use zeroize::Zeroizing;

use super::{Exit, explain, print_all};
use crate::script::words;
use crate::softcard::{SoftCard, StateError, vpcd};

/// The pause between two attempts to connect to the reader.
const PATIENCE: Duration = Duration::from_millis(200);
/// The largest state file that is read, in bytes: more than a full card has.
const LARGEST_STATE: u64 = 16 << 20;

/// The options of `ceremony softcard`.
pub(super) struct SoftcardOptions {
    /// Where vpcd listens: HOST:PORT.
    pub address: String,
    /// The file that keeps the card's state.
    pub state: Option<PathBuf>,
    /// The serial of a new card.
    pub serial: Option<String>,
}

/// Serves the card until a signal ends it. If the reader goes away, waits for it to come back.
pub(super) fn serve(options: &SoftcardOptions) -> Exit {
    match run(options) {
        Ok(exit) => exit,
        Err(fault) => explain(&[fault]),
    }
}

fn run(options: &SoftcardOptions) -> Result<Exit, Fault> {
    let wrong_address = |why: String| Fault::from(faults::SoftcardAddress { address: &options.address, why });
    let addresses = options.address.to_socket_addrs().map_err(|error| wrong_address(error.to_string()))?;
    let addresses: Vec<_> = addresses.collect();
    let mut card = card(options)?;
    if let Some(file) = &options.state {
        card.save(file).map_err(|error| unwritten(file, &error))?;
    }
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&stop)).map_err(|error| wrong_address(error.to_string()))?;
    }

    let say = |line: &str| print_all([line]);
    let (serial, address) = (card.serial().to_owned(), &options.address);
    say(&words::SoftcardNoHsm { serial }.to_string());
    match &options.state {
        Some(file) => say(&words::SoftcardKept { file: file.display() }.to_string()),
        None => say(words::SOFTCARD_NOT_KEPT),
    };
    let mut waiting = false;
    while !stop.load(Ordering::Relaxed) {
        if let Ok(reader) = TcpStream::connect(&*addresses) {
            waiting = false;
            say(&words::SoftcardInserted { address }.to_string());
            let served = vpcd::serve(reader, &mut card, options.state.as_deref(), &stop);
            if let (Err(vpcd::ServeError::State(error)), Some(file)) = (served, &options.state) {
                return Err(unwritten(file, &error));
            }
        } else if !waiting {
            say(&words::SoftcardWaiting { address }.to_string());
            waiting = true;
        }
        thread::sleep(PATIENCE);
    }
    Ok(say(words::SOFTCARD_ENDED))
}

fn unwritten(file: &Path, error: &io::Error) -> Fault {
    Fault::from(faults::FileWrite { file: file.display(), why: error })
}

/// The card from its state file, or a new one.
fn card(options: &SoftcardOptions) -> Result<SoftCard, Fault> {
    let kept = options.state.as_deref().map(kept).transpose()?.flatten();
    match (kept, &options.serial) {
        (Some(card), Some(serial)) if card.serial() != serial => {
            Err(Fault::from(faults::SoftcardOtherSerial { found: card.serial(), expected: serial }))
        }
        (Some(card), _) => Ok(card),
        (None, serial) => {
            let serial =
                serial.clone().or_else(SoftCard::random_serial).ok_or_else(|| Fault::from(faults::RandomFailed))?;
            SoftCard::new(&serial).ok_or_else(|| Fault::from(faults::SoftcardSerial { serial }))
        }
    }
}

/// The card in a state file; `None` if the file does not exist yet.
fn kept(file: &Path) -> Result<Option<SoftCard>, Fault> {
    let unreadable = |error: io::Error| Fault::from(faults::FileRead { file: file.display(), why: error });
    let broken = |field: &str| Fault::from(faults::SoftcardState { file: file.display(), field });
    match fs::metadata(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
        Ok(data) if data.len() > LARGEST_STATE => return Err(broken("format")),
        Ok(_) => {}
    }
    let text = Zeroizing::new(fs::read(file).map_err(unreadable)?);
    let card = SoftCard::from_text(&text).map_err(|error| match error {
        StateError::OtherFormat => broken("format"),
        StateError::Field(field) => broken(field),
    })?;
    Ok(Some(card))
}
