//! The readers and the connected devices. Only the card worker has them.

use std::collections::BTreeMap;

use crate::card::transport::{Readers, ShortOnly, TransportError};
use crate::card::{CardError, Contents, Device, Operation, Status};
use crate::clerk::as_fault;
use crate::faults::{self, Fault};
use crate::folder::Folder;
use crate::terms::{DeviceRole, HostFinding, Serial};

/// Inserts the device for a role into a reader, where the program can do so: in a rehearsal it holds the software
/// cards.
pub type CardInserter = Box<dyn FnMut(DeviceRole) -> Result<(), Fault> + Send>;

/// Lets the software cards keep their states in this folder of a sitting, from now on.
pub type CardMover = Box<dyn FnMut(&Folder) -> Result<(), Fault> + Send>;

/// A connected device and its reader.
struct Connected {
    reader: String,
    device: Device,
}

impl Connected {
    fn is(&self, serial: &Serial) -> bool {
        self.device.serial() == serial
    }
}

/// A reader that failed this often in a row at an extended length does not support any, whatever it claims: once may be
/// a loose plug.
const FAILED_LISTS: u8 = 2;

/// The readers and the connected devices.
pub struct Devices {
    readers: Box<dyn Readers>,
    inserter: Option<CardInserter>,
    connected: Vec<Connected>,
    /// How often in a row a reader failed at the first command with an extended length, which is that of a list.
    failed_lists: BTreeMap<String, u8>,
    /// Readers that held something but gave no device at the last look, and why.
    troubles: Vec<(String, CardError)>,
}

impl Devices {
    /// Nothing is connected yet.
    pub fn new(readers: Box<dyn Readers>, inserter: Option<CardInserter>) -> Self {
        Self { readers, inserter, connected: Vec::new(), failed_lists: BTreeMap::new(), troubles: Vec::new() }
    }

    /// The connected device with this serial. If it is not connected, reconnects to every reader, and every login is
    /// lost.
    fn device(&mut self, serial: &Serial) -> Result<&mut Device, Fault> {
        if !self.is_connected(serial) {
            self.connect_all()?;
        }
        if !self.is_connected(serial) {
            let seen = || self.serials().join(", ");
            return Err(self.missing(|| Fault::from(faults::SerialDiffers { seen: seen(), expected: serial })));
        }
        let found = self.connected.iter_mut().find(|one| one.is(serial));
        found.map(|one| &mut one.device).ok_or_else(|| Fault::from(faults::NoDevice))
    }

    fn is_connected(&self, serial: &Serial) -> bool {
        self.connected.iter().any(|one| one.is(serial))
    }

    /// The devices that could be the one for a role: none of these, and none that was given up. One of the last resort
    /// only if there is no other, and no reader failed that may have another.
    ///
    /// # Errors
    /// There is none.
    pub fn find(
        &mut self,
        role: DeviceRole,
        not: &[Serial],
        given_up: &[Serial],
        last_resort: &[Serial],
    ) -> Result<Vec<Serial>, Fault> {
        if let Some(inserter) = &mut self.inserter {
            inserter(role)?;
        }
        self.connect_all()?;
        let fits = self
            .connected
            .iter()
            .map(|one| one.device.serial())
            .filter(|serial| !not.contains(serial) && !given_up.contains(serial));
        let (last, mut fits): (Vec<Serial>, Vec<Serial>) =
            fits.cloned().partition(|serial| last_resort.contains(serial));
        if fits.is_empty() && self.failed().is_none() {
            fits = last;
        }
        if fits.is_empty() {
            let still_in = self.connected.iter().all(|one| given_up.contains(one.device.serial()));
            // Of a device that was given up, nobody says that keys were generated on it.
            let excluded =
                self.serials().into_iter().filter(|one| still_in || !given_up.iter().any(|up| up.as_str() == one));
            let serial = excluded.collect::<Vec<_>>().join(", ");
            return Err(self.missing(|| {
                if still_in {
                    Fault::from(faults::DeviceGivenUp { serial })
                } else {
                    Fault::from(faults::DeviceExcluded { serial })
                }
            }));
        }
        Ok(fits)
    }

    /// The device that people picked for a role, and no other.
    ///
    /// # Errors
    /// It is missing.
    pub fn find_picked(&mut self, role: DeviceRole, picked: &Serial) -> Result<Vec<Serial>, Fault> {
        let found = self.find(role, &[], &[], &[])?;
        if found.contains(picked) {
            return Ok(vec![picked.clone()]);
        }
        let seen = || self.serials().join(", ");
        Err(self.missing(|| Fault::from(faults::SerialDiffers { seen: seen(), expected: picked })))
    }

    /// A reader that failed, and why; it may hold a device.
    fn failed(&self) -> Option<&(String, CardError)> {
        self.troubles.iter().find(|(_, error)| !is_foreign(error))
    }

    /// Why the device being looked for is missing: it may be the one in a reader that failed. `unfit` names the devices
    /// that were found, if there was no other obstacle.
    fn missing(&self, unfit: impl FnOnce() -> Fault) -> Fault {
        match (self.failed(), self.connected.is_empty()) {
            (Some((reader, error)), true) => as_fault::card(error, reader),
            (Some((reader, error)), false) => Fault::from(faults::ReaderFailed {
                reader,
                why: as_fault::card(error, reader).name.word(),
                seen: self.serials().join(", "),
            }),
            (None, false) => unfit(),
            (None, true) if self.troubles.is_empty() => Fault::from(faults::NoDevice),
            (None, true) => {
                let readers: Vec<&str> = self.troubles.iter().map(|(reader, _)| reader.as_str()).collect();
                let answers: Vec<String> = self.troubles.iter().map(|(_, error)| answer(error)).collect();
                Fault::from(faults::CardForeign { reader: readers.join(", "), answer: answers.join(", ") })
            }
        }
    }

    /// What stands against reaching any device: the service of the readers, or a reader. Nothing is asked for where the
    /// program has cards of its own.
    pub fn obstacle(&mut self) -> Option<HostFinding> {
        if self.inserter.is_some() {
            return None;
        }
        match self.readers.occupied() {
            Err(TransportError::NoService) => Some(HostFinding::NoReaderService),
            Err(TransportError::NoReader) => Some(HostFinding::NoReader),
            // What else may be in the way is found, and named, when the device is looked for.
            Err(
                TransportError::NoCard
                | TransportError::CutOff
                | TransportError::Busy
                | TransportError::Garbled
                | TransportError::TooLarge
                | TransportError::NotKept(_),
            )
            | Ok(_) => None,
        }
    }

    /// Releases every device: the next job reconnects, and nobody is logged in.
    pub fn let_go(&mut self) {
        self.connected.clear();
    }

    /// Does something with one device. A device that has vanished is released.
    ///
    /// # Errors
    /// The device is missing, or did not do it.
    pub fn with<T>(
        &mut self,
        serial: &Serial,
        work: impl FnOnce(&mut Device) -> Result<T, CardError>,
    ) -> Result<T, Fault> {
        self.with_own_faults(serial, work, |_| None)
    }

    /// The same, for work that has faults of its own for some errors.
    ///
    /// # Errors
    /// The device is missing, or did not do it.
    pub fn with_own_faults<T>(
        &mut self,
        serial: &Serial,
        work: impl FnOnce(&mut Device) -> Result<T, CardError>,
        own: impl FnOnce(&CardError) -> Option<Fault>,
    ) -> Result<T, Fault> {
        work(self.device(serial)?).map_err(|error| {
            let fault = self.lost(serial, &error);
            own(&error).unwrap_or(fault)
        })
    }

    /// Names an error, and releases a device that no longer answers.
    fn lost(&mut self, serial: &Serial, error: &CardError) -> Fault {
        let reader = self.reader_of(serial).unwrap_or_default().to_owned();
        match error {
            CardError::Transport(TransportError::TooLarge) => {
                // What looked like a small reader may have been a loose plug: the next attempt uses its full length
                // again.
                if self.failed_lists.remove(&reader).is_some() {
                    self.let_go();
                }
                return as_fault::reader_too_small(&reader);
            }
            CardError::Transport(TransportError::NoCard) => {
                self.connected.retain(|one| !one.is(serial));
                return self.was_out(&reader);
            }
            // Where the disk failed, the card is there, and whoever was logged in still is.
            CardError::Transport(TransportError::NotKept(_))
            | CardError::Refused { .. }
            | CardError::Malformed { .. } => {}
            CardError::Transport(_) | CardError::OtherDevice { .. } => self.connected.retain(|one| !one.is(serial)),
        }
        as_fault::card(error, &reader)
    }

    /// The connection says only that a device was out, or that its reader was reset. Whether something is in the reader
    /// now is asked now.
    fn was_out(&mut self, reader: &str) -> Fault {
        match self.readers.occupied() {
            Ok(occupied) if occupied.iter().any(|name| name == reader) => Fault::from(faults::CardWasOut { reader }),
            Ok(_) => Fault::from(faults::CardNoCard { reader }),
            Err(error) => as_fault::card(&CardError::Transport(error), reader),
        }
    }

    /// What is on a device to which nobody is logged in yet. This is the first command with an extended length: a
    /// reader that fails at it again after a reconnection gets only short ones from then on.
    ///
    /// # Errors
    /// The device is missing, or does not list them.
    pub fn first_list(&mut self, serial: &Serial) -> Result<Contents, Fault> {
        let listed = self.device(serial)?.contents();
        let reader = self.reader_of(serial).unwrap_or_default().to_owned();
        let failed = listed.as_ref().is_err_and(may_be_too_long);
        let listed = listed.map_err(|error| self.lost(serial, &error));
        if failed {
            let failed = self.failed_lists.entry(reader).or_default();
            *failed = failed.saturating_add(1);
        } else if !self.is_short_only(&reader) {
            self.failed_lists.remove(&reader);
        }
        listed
    }

    fn is_short_only(&self, reader: &str) -> bool {
        self.failed_lists.get(reader).is_some_and(|failed| *failed >= FAILED_LISTS)
    }

    /// The name of the reader that a device is in.
    pub fn reader_of(&self, serial: &Serial) -> Option<&str> {
        self.connected.iter().find(|one| one.is(serial)).map(|one| one.reader.as_str())
    }

    fn serials(&self) -> Vec<String> {
        self.connected.iter().map(|one| one.device.serial().to_string()).collect()
    }

    /// Reconnects to every reader that holds a card; all connected devices are released, and nobody is logged in. A
    /// reader that gives no device does no harm: it is remembered for when a device is missing.
    fn connect_all(&mut self) -> Result<(), Fault> {
        let names = self.readers.occupied().map_err(|error| as_fault::card(&CardError::Transport(error), ""))?;
        self.connected.clear();
        self.troubles.clear();
        for reader in names {
            let transport = self.readers.connect(&reader).map_err(CardError::Transport);
            let short_only = self.is_short_only(&reader);
            let transport = transport.map(|whole| if short_only { Box::new(ShortOnly(whole)) } else { whole });
            match transport.and_then(Device::open) {
                Ok(device) => self.connected.push(Connected { reader, device }),
                Err(error) => self.troubles.push((reader, error)),
            }
        }
        Ok(())
    }
}

/// Whether a card turned out not to be a SmartCard-HSM: it does not know the application, or has a different one under
/// that name.
fn is_foreign(error: &CardError) -> bool {
    match error {
        CardError::Refused { operation, status } => *operation == Operation::Select && *status != Status::Terminated,
        CardError::Malformed { operation, .. } => *operation == Operation::Select,
        CardError::Transport(_) | CardError::OtherDevice { .. } => false,
    }
}

/// What such a card answered: its status word, and how what followed it begins.
fn answer(error: &CardError) -> String {
    match error {
        CardError::Refused { status, .. } => status.to_string(),
        CardError::Malformed { heard: Some(heard), .. } => format!("{} {}", heard.status, heard.begins_in_hex()),
        CardError::Malformed { heard: None, .. } | CardError::Transport(_) | CardError::OtherDevice { .. } => {
            "-".to_owned()
        }
    }
}

/// Whether an error may mean that a reader does not support an extended length, though it claims to.
const fn may_be_too_long(error: &CardError) -> bool {
    match error {
        CardError::Transport(TransportError::CutOff | TransportError::Garbled) => true,
        CardError::Transport(
            TransportError::NoCard
            | TransportError::NoReader
            | TransportError::NoService
            | TransportError::Busy
            | TransportError::TooLarge
            | TransportError::NotKept(_),
        )
        | CardError::Refused { .. }
        | CardError::Malformed { .. }
        | CardError::OtherDevice { .. } => false,
    }
}
