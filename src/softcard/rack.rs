//! Software readers: named slots, empty or with a card, and the transport to a card in a slot.

use super::{SoftCard, text};
use crate::card::transport::{Readers, Response, Transport, TransportError};
use crate::secret::{WipingBytes, wiping_stack};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zeroize::Zeroize;

/// Header, 65,535 bytes of data and extended Lc and Le: the largest command there is.
const LARGEST_COMMAND: usize = 65_544;

/// A card in a slot, and the file that keeps its state.
struct Occupant {
    card: SoftCard,
    file: Option<PathBuf>,
}

/// One reader. `turns` counts insertions and removals, so that a transport notices that its card was removed.
#[derive(Default)]
struct Slot {
    occupant: Option<Occupant>,
    turns: u64,
}

type SharedSlot = Arc<Mutex<Slot>>;

fn lock(slot: &SharedSlot) -> MutexGuard<'_, Slot> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Software readers "Software reader 1" and so on. Clones share the same readers: one can be given to a worker while
/// another inserts and removes cards.
#[derive(Clone)]
pub struct Rack {
    slots: Vec<SharedSlot>,
    largest_command: usize,
}

impl Rack {
    /// This many empty readers.
    pub fn new(readers: usize) -> Self {
        Self { slots: (0..readers).map(|_| SharedSlot::default()).collect(), largest_command: LARGEST_COMMAND }
    }

    /// The name of a reader, counted from 0 (the names count from 1).
    pub fn name(slot: usize) -> String {
        format!("Software reader {}", slot + 1)
    }

    /// Commands larger than this do not pass through readers connected from now on: [`TransportError::NoReader`].
    pub fn set_largest_command(&mut self, bytes: usize) {
        self.largest_command = bytes;
    }

    /// Inserts a card into a reader; returns the card it replaces. If the slot does not exist, the inserted card is
    /// returned.
    pub fn insert(&self, slot: usize, card: SoftCard) -> Option<SoftCard> {
        self.exchange(slot, Some(Occupant { card, file: None }))
    }

    /// Like [`Rack::insert`], and keeps the card's state in `file`: it is written now and after every command that
    /// changes the card, atomically, readable only by its owner.
    pub fn insert_with_file(&self, slot: usize, card: SoftCard, file: &Path) -> io::Result<Option<SoftCard>> {
        write_state(&card, file)?;
        Ok(self.exchange(slot, Some(Occupant { card, file: Some(file.to_owned()) })))
    }

    /// From now on, the cards that keep their state in files keep it in this folder; it is written there now.
    ///
    /// # Errors
    /// One cannot be written: those before it are kept there already.
    pub fn keep_in(&self, folder: &Path) -> io::Result<()> {
        for slot in &self.slots {
            let mut slot = lock(slot);
            let Some(Occupant { card, file: Some(file) }) = &mut slot.occupant else { continue };
            let there = folder.join(file.file_name().ok_or(io::ErrorKind::InvalidInput)?);
            write_state(card, &there)?;
            *file = there;
        }
        Ok(())
    }

    /// Removes the card from a reader.
    pub fn remove(&self, slot: usize) -> Option<SoftCard> {
        self.exchange(slot, None)
    }

    /// Looks at the card in a reader without removing it.
    pub fn with_card<T>(&self, slot: usize, look: impl FnOnce(&SoftCard) -> T) -> Option<T> {
        lock(self.slots.get(slot)?).occupant.as_ref().map(|occupant| look(&occupant.card))
    }

    fn exchange(&self, slot: usize, new: Option<Occupant>) -> Option<SoftCard> {
        let Some(slot) = self.slots.get(slot) else { return new.map(|occupant| occupant.card) };
        let mut slot = lock(slot);
        slot.turns += 1;
        let mut card = std::mem::replace(&mut slot.occupant, new)?.card;
        card.reset();
        Some(card)
    }
}

impl Readers for Rack {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        let occupied = |(index, slot)| lock(slot).occupant.is_some().then(|| Self::name(index));
        Ok(self.slots.iter().enumerate().filter_map(occupied).collect())
    }

    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        let (_, slot) = (self.slots.iter().enumerate())
            .find(|(index, _)| Self::name(*index) == reader)
            .ok_or(TransportError::NoReader)?;
        let mut transport = InProcess { slot: slot.clone(), turn: 0, largest_command: self.largest_command };
        transport.reconnect()?;
        Ok(Box::new(transport))
    }
}

/// The transport to a card in this process.
pub struct InProcess {
    slot: SharedSlot,
    turn: u64,
    largest_command: usize,
}

impl InProcess {
    /// A transport to its own card, in its own reader.
    pub fn new(card: SoftCard) -> Self {
        let slot = Slot { occupant: Some(Occupant { card, file: None }), turns: 0 };
        Self { slot: Arc::new(Mutex::new(slot)), turn: 0, largest_command: LARGEST_COMMAND }
    }

    /// Commands larger than this do not pass: [`TransportError::NoReader`].
    #[must_use]
    pub fn with_largest_command(mut self, bytes: usize) -> Self {
        self.largest_command = bytes;
        self
    }

    /// A copy of the card as it is now; `None` if it was removed.
    pub fn card(&self) -> Option<SoftCard> {
        lock(&self.slot).occupant.as_ref().map(|occupant| occupant.card.clone())
    }
}

impl Transport for InProcess {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        let mut slot = lock(&self.slot);
        if slot.turns != self.turn {
            return Err(TransportError::NoCard);
        }
        let Occupant { card, file } = slot.occupant.as_mut().ok_or(TransportError::NoCard)?;
        if command.len() > self.largest_command {
            return Err(TransportError::NoReader);
        }
        let before = card.state.clone();
        let answer = match perform(card, file.as_deref(), command.expose()) {
            Ok(answer) => answer,
            // What its file does not say has not happened: the host would remember what the next program cannot know.
            Err(error) => {
                card.state = before;
                return Err(TransportError::NotKept(error.kind()));
            }
        };
        Response::new(answer).ok_or(TransportError::Garbled)
    }

    fn largest_command(&self) -> usize {
        self.largest_command
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        let mut slot = lock(&self.slot);
        slot.occupant.as_mut().ok_or(TransportError::NoCard)?.card.reset();
        self.turn = slot.turns;
        Ok(())
    }
}

/// Performs a command. If it changes the card, the file is written before the answer is returned.
pub(super) fn perform(card: &mut SoftCard, file: Option<&Path>, command: &[u8]) -> io::Result<WipingBytes> {
    // What the command and the comparisons leave there is of PINs and keys.
    wiping_stack(|| {
        let before = file.map(|file| (file, card.state.clone()));
        let answer = wiping(card.execute(command));
        match before {
            Some((file, before)) if before != card.state => write_state(card, file)?,
            _ => {}
        }
        Ok(answer)
    })
}

/// Writes a state file atomically: to a new file beside it, synced, then renamed over it.
pub(super) fn write_state(card: &SoftCard, file: &Path) -> io::Result<()> {
    let text = text::of(card)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = file.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    temporary.push(".new");
    let temporary = folder.join(temporary);
    let _left_over = fs::remove_file(&temporary);
    let write = || {
        let mut output = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
        output.write_all(text.expose())?;
        output.sync_all()
    };
    // What is half written takes room on a full disk.
    write().inspect_err(|_| drop(fs::remove_file(&temporary)))?;
    fs::rename(&temporary, file)?;
    File::open(folder)?.sync_all()
}

/// Moves an answer into a buffer that is wiped.
fn wiping(mut answer: Vec<u8>) -> WipingBytes {
    let bytes = WipingBytes::from_slice(&answer);
    answer.zeroize();
    bytes
}

#[cfg(test)]
mod tests {
    use super::super::{CutOff, tests};
    use super::*;
    use crate::card::status::Status;
    use std::os::unix::fs::PermissionsExt;

    fn card(serial: &str) -> SoftCard {
        SoftCard::new(serial).unwrap()
    }

    fn send(transport: &mut dyn Transport, command: &str) -> Result<Status, TransportError> {
        transport.transmit(&WipingBytes::from_slice(&tests::hex(command))).map(|response| response.status())
    }

    #[test]
    fn cards_come_and_go() {
        let rack = Rack::new(2);
        let mut readers = rack.clone();
        assert_eq!(readers.occupied(), Ok(vec![]));
        assert!(rack.insert(1, card("REH0000001")).is_none());
        assert_eq!(readers.occupied(), Ok(vec!["Software reader 2".to_owned()]));
        assert_eq!(readers.connect("Software reader 1").err(), Some(TransportError::NoCard));
        assert_eq!(readers.connect("Software reader 3").err(), Some(TransportError::NoReader));

        let mut transport = readers.connect("Software reader 2").unwrap();
        assert_eq!(send(&mut *transport, tests::SELECT), Ok(Status::Done));
        let first = rack.remove(1).unwrap();
        assert_eq!(send(&mut *transport, "00200081"), Err(TransportError::NoCard));
        assert_eq!(transport.reconnect(), Err(TransportError::NoCard));
        rack.insert(1, card("REH0000002"));
        assert_eq!(send(&mut *transport, "00200081"), Err(TransportError::NoCard), "another card, unnoticed");
        assert_eq!(transport.reconnect(), Ok(()));
        assert_eq!(send(&mut *transport, "00200081"), Ok(Status::UnknownClass), "a new session");
        let second = rack.insert(1, first).unwrap();
        assert_eq!(second.serial(), "REH0000002");
        assert_eq!(rack.with_card(1, |card| card.serial().to_owned()), Some("REH0000001".to_owned()));
        assert_eq!(rack.insert(5, second).unwrap().serial(), "REH0000002", "no such slot");
    }

    #[test]
    fn a_small_reader_does_not_pass_large_commands() {
        let mut transport = InProcess::new(card("REH0000001")).with_largest_command(20);
        assert_eq!(transport.largest_command(), 20);
        assert_eq!(send(&mut transport, tests::SELECT), Ok(Status::Done));
        assert_eq!(send(&mut transport, &tests::initialise("920101")), Err(TransportError::NoReader));
        assert_eq!(send(&mut transport, "00200081"), Ok(Status::ReferenceNotFound));
        assert_eq!(InProcess::new(card("REH0000001")).largest_command(), 65_544);
    }

    #[test]
    fn the_file_follows_the_card() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("REHEARSAL-card-1.json");
        let on_disk = || {
            let text = fs::read(&file).unwrap();
            SoftCard::from_json(&serde_json::from_slice(&text).unwrap()).ok().unwrap()
        };
        let rack = Rack::new(1);
        rack.insert_with_file(0, card("REH0000001"), &file).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let mut transport = rack.clone().connect("Software reader 1").unwrap();
        for command in [tests::SELECT, &tests::initialise("920101"), "0020008106313131313131"] {
            send(&mut *transport, command).unwrap();
            let state = rack.with_card(0, |card| card.state.clone()).unwrap();
            assert!(on_disk().state == state, "after {command}");
        }
        assert_eq!(on_disk().state.pins.unwrap().user.left, 2);

        // A command that changes nothing writes nothing.
        fs::remove_file(&file).unwrap();
        assert_eq!(send(&mut *transport, "00200081"), Ok(Status::TriesLeft(2)));
        assert!(!file.exists());
        // If the file cannot be written, nothing was done.
        let before = rack.with_card(0, |card| card.state.clone()).unwrap();
        folder.close().unwrap();
        assert_eq!(send(&mut *transport, tests::VERIFY), Err(TransportError::NotKept(io::ErrorKind::NotFound)));
        assert!(rack.with_card(0, |card| card.state == before).unwrap());
    }

    #[test]
    fn the_files_go_where_the_sitting_goes() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let rack = Rack::new(1);
        rack.insert_with_file(0, card("REH0000001"), &folder.path().join("card.json")).unwrap();
        rack.keep_in(other.path()).unwrap();
        let mut transport = rack.clone().connect("Software reader 1").unwrap();
        for command in [tests::SELECT, &tests::initialise("920101")] {
            send(&mut *transport, command).unwrap();
        }
        let on_disk = |folder: &Path| {
            let text = fs::read(folder.join("card.json")).unwrap();
            SoftCard::from_json(&serde_json::from_slice(&text).unwrap()).ok().unwrap().state
        };
        let state = rack.with_card(0, |card| card.state.clone()).unwrap();
        assert!(on_disk(other.path()) == state && on_disk(folder.path()) != state);
    }

    #[test]
    fn a_cut_takes_the_command_or_the_answer() {
        for (cut, shares_in) in [(CutOff::before(4), false), (CutOff::after(4), true)] {
            let rack = Rack::new(1);
            rack.insert(0, card("REH0000001"));
            let mut readers = cut.readers(Box::new(rack.clone()));
            let mut transport = readers.connect("Software reader 1").unwrap();
            send(&mut *transport, tests::SELECT).unwrap();
            send(&mut *transport, &tests::initialise("920101")).unwrap();
            send(&mut *transport, tests::VERIFY).unwrap();
            let share = format!("8052000020{}00", "11".repeat(32));
            assert_eq!(send(&mut *transport, &share), Err(TransportError::CutOff));
            assert_eq!(send(&mut *transport, &share), Err(TransportError::NoCard));
            assert_eq!(cut.sent(), 4);
            let outstanding = rack.with_card(0, |card| card.state.dkek.as_ref().unwrap().outstanding).unwrap();
            assert_eq!(outstanding == 0, shares_in);

            transport.reconnect().unwrap();
            assert_eq!(send(&mut *transport, "00200081"), Ok(Status::UnknownClass), "logged out by the loss of power");
            send(&mut *transport, tests::SELECT).unwrap();
            assert_eq!(send(&mut *transport, "00200081"), Ok(Status::TriesLeft(3)));
            let again = send(&mut *transport, &share);
            assert_eq!(again, Ok(if shares_in { Status::NotAllowed } else { Status::Done }));
        }
    }
}
