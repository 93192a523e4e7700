//! The worker that owns the card: one thread, one job at a time. Secrets come and go by move.

use crate::faults::{self, Fault};
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;

use crate::card::transport::{Readers, ShortOnly, TransportError};
use crate::card::{CardError, Device, KeyEntry, Operation};
use crate::clerk::as_fault;
use crate::record::Fact;
use crate::secret::{WipingBytes, wipe_stack};
use crate::terms::{DeviceRole, Handle, Serial};

/// What a job brings back.
pub struct Reply {
    /// What it found out or brought about, or why it failed.
    pub result: Result<Vec<Fact>, Fault>,
    /// Secrets that go back into the vault.
    pub back: Vec<(Handle, WipingBytes)>,
}

impl Reply {
    /// A reply without secrets.
    pub const fn plain(result: Result<Vec<Fact>, Fault>) -> Self {
        Self { result, back: Vec::new() }
    }
}

/// What the worker is told.
enum Task {
    /// Do this and reply.
    Job(Job),
    /// Let go of every device; nobody waits for a reply.
    LetGo,
}

/// A job for the card's worker.
pub type Job = Box<dyn FnOnce(&mut Devices) -> Reply + Send>;

/// Puts the device for a role into a reader, where the program itself can: in a rehearsal it holds the software cards.
pub type CardInserter = Box<dyn FnMut(DeviceRole) + Send>;

/// A device that is connected, and its reader.
struct Connected {
    reader: String,
    device: Device,
}

impl Connected {
    fn is(&self, serial: &Serial) -> bool {
        self.device.serial() == serial
    }
}

/// A reader that failed this often in a row at an extended length carries none, whatever it claims: once may be the plug.
const FAILED_LISTS: u8 = 2;

/// The readers and the devices that are connected.
pub struct Devices {
    readers: Box<dyn Readers>,
    inserter: Option<CardInserter>,
    devices: Vec<Connected>,
    /// How often in a row a reader failed at the first command with an extended length, which is that of a list.
    failed_lists: BTreeMap<String, u8>,
    /// Readers that held something and gave no device at the last look, and why.
    troubles: Vec<(String, CardError)>,
}

impl Devices {
    /// The connected device with this serial. Where it is not connected, connects anew to every reader, and every login is
    /// lost.
    pub fn device(&mut self, serial: &Serial) -> Result<&mut Device, Fault> {
        if !self.is_connected(serial) {
            self.connect_all()?;
        }
        if !self.is_connected(serial) {
            let seen = || self.serials().join(", ");
            return Err(self.missing(|| Fault::from(faults::SerialDiffers { seen: seen(), expected: serial })));
        }
        let found = self.devices.iter_mut().find(|connected| connected.is(serial));
        found.map(|connected| &mut connected.device).ok_or_else(|| Fault::from(faults::NoDevice))
    }

    fn is_connected(&self, serial: &Serial) -> bool {
        self.devices.iter().any(|connected| connected.is(serial))
    }

    /// The devices that can be the one for a role.
    pub fn find(&mut self, role: DeviceRole, not: &[Serial]) -> Result<Vec<Serial>, Fault> {
        if let Some(inserter) = &mut self.inserter {
            inserter(role);
        }
        self.connect_all()?;
        let fits =
            self.devices.iter().map(|connected| connected.device.serial()).filter(|serial| !not.contains(serial));
        let fits: Vec<Serial> = fits.cloned().collect();
        if fits.is_empty() {
            let excluded = || Fault::from(faults::DeviceExcluded { serial: self.serials().join(", ") });
            return Err(self.missing(excluded));
        }
        Ok(fits)
    }

    /// The device that people picked for a role, and no other.
    pub fn find_picked(&mut self, role: DeviceRole, picked: &Serial) -> Result<Vec<Serial>, Fault> {
        let found = self.find(role, &[])?;
        if found.contains(picked) {
            return Ok(vec![picked.clone()]);
        }
        let seen = || self.serials().join(", ");
        Err(self.missing(|| Fault::from(faults::SerialDiffers { seen: seen(), expected: picked })))
    }

    /// Why the device that was looked for is not there: it may be the one in a reader that failed. `unfit` names the devices
    /// that were found, where nothing else was in the way.
    fn missing(&self, unfit: impl FnOnce() -> Fault) -> Fault {
        let failed = self.troubles.iter().find(|(_, error)| !is_foreign(error));
        match (failed, self.devices.is_empty()) {
            (Some((_, error)), true) => as_fault::card(error),
            (Some((reader, error)), false) => Fault::from(faults::ReaderFailed {
                reader,
                why: as_fault::card(error).name.word(),
                seen: self.serials().join(", "),
            }),
            (None, false) => unfit(),
            (None, true) if self.troubles.is_empty() => Fault::from(faults::NoDevice),
            (None, true) => {
                let readers: Vec<&str> = self.troubles.iter().map(|(reader, _)| reader.as_str()).collect();
                Fault::from(faults::CardForeign { reader: readers.join(", ") })
            }
        }
    }

    /// Lets go of every device: the next job connects anew, and nobody is logged in.
    fn let_go(&mut self) {
        self.devices.clear();
    }

    /// Does something with one device. A device that vanished is let go of.
    pub fn with<T>(
        &mut self,
        serial: &Serial,
        work: impl FnOnce(&mut Device) -> Result<T, CardError>,
    ) -> Result<T, Fault> {
        let result = work(self.device(serial)?);
        result.map_err(|error| self.lost(serial, &error))
    }

    /// Names an error, and lets go of a device that does not answer any more.
    pub fn lost(&mut self, serial: &Serial, error: &CardError) -> Fault {
        if *error == CardError::Transport(TransportError::TooLarge) {
            let reader = self.reader_of(serial).unwrap_or_default().to_owned();
            // What was taken for a small reader may have been a loose plug: the next try uses its full length again.
            if self.failed_lists.remove(&reader).is_some() {
                self.let_go();
            }
            return as_fault::reader_too_small(&reader);
        }
        if matches!(error, CardError::Transport(_) | CardError::OtherDevice { .. }) {
            self.devices.retain(|connected| !connected.is(serial));
        }
        as_fault::card(error)
    }

    /// The keys of a device to which nobody is logged in yet. This is the first command with an extended length: a reader
    /// that fails at it again after a new connection gets short ones only from then on.
    pub fn first_list(&mut self, serial: &Serial) -> Result<Vec<KeyEntry>, Fault> {
        self.device(serial)?;
        let reader = self.reader_of(serial).unwrap_or_default().to_owned();
        let result = self.with(serial, Device::keys);
        match &result {
            Err(fault) if matches!(fault.name.word(), "card-cut-off" | "card-garbled") => {
                let failed = self.failed_lists.entry(reader).or_default();
                *failed = failed.saturating_add(1);
            }
            _ if !self.is_short_only(&reader) => {
                self.failed_lists.remove(&reader);
            }
            _ => {}
        }
        result
    }

    fn is_short_only(&self, reader: &str) -> bool {
        self.failed_lists.get(reader).is_some_and(|failed| *failed >= FAILED_LISTS)
    }

    fn reader_of(&self, serial: &Serial) -> Option<&str> {
        self.devices.iter().find(|connected| connected.is(serial)).map(|connected| connected.reader.as_str())
    }

    fn serials(&self) -> Vec<String> {
        self.devices.iter().map(|connected| connected.device.serial().to_string()).collect()
    }

    /// Connects anew to every reader that holds a card; all that were connected are let go of, and nobody is logged in. A
    /// reader that gives no device does no harm: it is kept in mind for when a device is missing.
    fn connect_all(&mut self) -> Result<(), Fault> {
        let names = self.readers.occupied().map_err(|error| as_fault::card(&CardError::Transport(error)))?;
        self.devices.clear();
        self.troubles.clear();
        for reader in names {
            let transport = self.readers.connect(&reader).map_err(CardError::Transport);
            let short_only = self.is_short_only(&reader);
            let transport = transport.map(|whole| if short_only { Box::new(ShortOnly(whole)) } else { whole });
            match transport.and_then(Device::open) {
                Ok(device) => self.devices.push(Connected { reader, device }),
                Err(error) => self.troubles.push((reader, error)),
            }
        }
        Ok(())
    }
}

/// Whether a card said that it is no SmartCard-HSM: it does not know the application, or has another under that name.
const fn is_foreign(error: &CardError) -> bool {
    matches!(
        error,
        CardError::Refused { operation: Operation::Select, .. }
            | CardError::Malformed { operation: Operation::Select, .. }
    )
}

/// The near end of the worker.
pub struct CardWorker {
    jobs: Sender<Task>,
    /// None: nobody waits for a reply any more; what comes is wiped by the worker.
    replies: Option<Receiver<Reply>>,
}

impl CardWorker {
    /// Starts the worker.
    pub fn start(readers: Box<dyn Readers>, inserter: Option<CardInserter>) -> Self {
        let (jobs, inbox) = channel::<Task>();
        let (outbox, replies) = channel();
        let mut devices =
            Devices { readers, inserter, devices: Vec::new(), failed_lists: BTreeMap::new(), troubles: Vec::new() };
        // Where no thread can be had, both channels close, and the first job says that its worker is gone.
        let _ = thread::Builder::new().spawn(move || {
            while let Ok(task) = inbox.recv() {
                match task {
                    Task::Job(job) => {
                        let reply = job(&mut devices);
                        wipe_stack();
                        if outbox.send(reply).is_err() {
                            break;
                        }
                    }
                    Task::LetGo => devices.let_go(),
                }
            }
        });
        Self { jobs, replies: Some(replies) }
    }

    /// CardInserter over a job.
    pub fn begin(&self, job: Job) -> Result<(), Fault> {
        self.jobs.send(Task::Job(job)).map_err(|_| Fault::from(faults::WorkerGone))
    }

    /// Waits for no reply any more: secrets that a job under way still has are wiped when it ends.
    pub fn stop(&mut self) {
        self.replies = None;
        self.let_go();
    }

    /// Lets go of every device when the job under way has ended.
    pub fn let_go(&self) {
        // A worker that is gone holds no device.
        let _ = self.jobs.send(Task::LetGo);
    }

    /// The reply, when it is there.
    pub fn poll(&self) -> Option<Reply> {
        match self.replies.as_ref()?.try_recv() {
            Ok(reply) => Some(reply),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Reply::plain(Err(Fault::from(faults::WorkerGone)))),
        }
    }
}

// Secrets go back in it.
#[cfg(test)]
static_assertions::assert_not_impl_any!(Reply: core::fmt::Debug, core::fmt::Display, Clone, PartialEq, serde::Serialize);
