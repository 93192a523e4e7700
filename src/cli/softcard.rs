//! `ceremony softcard`: the software card at a virtual reader, for training with other programs.

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

use super::{Exit, explain, print_all};
use crate::script::{Script, fill};
use crate::softcard::{SoftCard, StateError, vpcd};

/// How often a reader that is not there is looked for.
const PATIENCE: Duration = Duration::from_millis(200);
/// More than a full card's state file has.
const LARGEST_STATE: u64 = 16 << 20;

/// What `ceremony softcard` was told.
pub(super) struct Wishes {
    /// Where vpcd listens: HOST:PORT.
    pub address: String,
    /// The file that follows the card's state.
    pub state: Option<PathBuf>,
    /// The serial of a new card.
    pub serial: Option<String>,
}

/// Serves the card until a signal ends it. A reader that goes is waited for.
pub(super) fn serve(wishes: &Wishes, script: &Script) -> Exit {
    match run(wishes, script) {
        Ok(exit) => exit,
        Err(fault) => explain(script, &[fault]),
    }
}

fn run(wishes: &Wishes, script: &Script) -> Result<Exit, Fault> {
    let wrong_address = |why: String| Fault::from(faults::SoftcardAddress { address: &wishes.address, why });
    let addresses = wishes.address.to_socket_addrs().map_err(|error| wrong_address(error.to_string()))?;
    let addresses: Vec<_> = addresses.collect();
    let mut card = card(wishes)?;
    if let Some(file) = &wishes.state {
        card.save(file).map_err(|error| unwritten(file, &error))?;
    }
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&stop)).map_err(|error| wrong_address(error.to_string()))?;
    }

    let values = [
        ("serial", card.serial().to_owned()),
        ("address", wishes.address.clone()),
        ("file", wishes.state.as_deref().unwrap_or(Path::new("")).display().to_string()),
    ];
    let say = |word: &str| print_all([fill(script.word(word), &values).as_str()]);
    say("softcard-no-hsm");
    say(if wishes.state.is_some() { "softcard-kept" } else { "softcard-not-kept" });
    let mut waiting = false;
    while !stop.load(Ordering::Relaxed) {
        if let Ok(reader) = TcpStream::connect(&*addresses) {
            waiting = false;
            say("softcard-inserted");
            let served = vpcd::serve(reader, &mut card, wishes.state.as_deref(), &stop);
            if let (Err(vpcd::ServeError::State(error)), Some(file)) = (served, &wishes.state) {
                return Err(unwritten(file, &error));
            }
        } else if !waiting {
            say("softcard-waiting");
            waiting = true;
        }
        thread::sleep(PATIENCE);
    }
    Ok(say("softcard-ended"))
}

fn unwritten(file: &Path, error: &io::Error) -> Fault {
    Fault::from(faults::FileWrite { file: file.display(), why: error })
}

/// The card from its state file, or a new one.
fn card(wishes: &Wishes) -> Result<SoftCard, Fault> {
    let kept = wishes.state.as_deref().map(kept).transpose()?.flatten();
    match (kept, &wishes.serial) {
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

/// The card in a state file; `None` where the file is not there yet.
fn kept(file: &Path) -> Result<Option<SoftCard>, Fault> {
    let unreadable = |error: io::Error| Fault::from(faults::FileRead { file: file.display(), why: error });
    let broken = |field: &str| Fault::from(faults::SoftcardState { file: file.display(), field });
    match fs::metadata(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
        Ok(data) if data.len() > LARGEST_STATE => return Err(broken("format")),
        Ok(_) => {}
    }
    let text = fs::read(file).map_err(unreadable)?;
    let value = serde_json::from_slice(&text).map_err(|_| broken("format"))?;
    let card = SoftCard::from_json(&value).map_err(|error| match error {
        StateError::OtherFormat => broken("format"),
        StateError::Field(field) => broken(field),
    })?;
    Ok(Some(card))
}
