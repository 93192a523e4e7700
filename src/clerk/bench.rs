//! The worker that owns the card: one thread, one job at a time. Secrets come and go by move.

use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;

use super::faults;
use crate::card::transport::Readers;
use crate::card::{CardError, Device};
use crate::record::Fact;
use crate::secret::{WipingBytes, wipe_stack};
use crate::terms::{DeviceRole, Fault, Handle, Serial};

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
pub type Job = Box<dyn FnOnce(&mut Bench) -> Reply + Send>;

/// Puts the device for a role into a reader, where the program itself can: in a rehearsal it holds the software cards.
pub type Hands = Box<dyn FnMut(DeviceRole) + Send>;

/// The readers and the devices that are connected.
pub struct Bench {
    readers: Box<dyn Readers>,
    hands: Option<Hands>,
    devices: Vec<Device>,
}

impl Bench {
    /// The connected device with this serial; connects to it where it is not, among all readers.
    pub fn device(&mut self, serial: &Serial) -> Result<&mut Device, Fault> {
        if !self.devices.iter().any(|device| device.serial() == serial) {
            self.connect_all()?;
        }
        let seen = self.serials().join(", ");
        let found = self.devices.iter_mut().find(|device| device.serial() == serial);
        found.ok_or_else(|| {
            let nothing = seen.is_empty();
            let fault = if nothing { Fault::new("no-device") } else { Fault::new("serial-differs").with("seen", seen) };
            fault.with("expected", serial)
        })
    }

    /// The devices that can be the one for a role.
    pub fn find(&mut self, role: DeviceRole, not: &[Serial]) -> Result<Vec<Serial>, Fault> {
        if let Some(hands) = &mut self.hands {
            hands(role);
        }
        self.connect_all()?;
        let all = self.serials();
        let fits = self.devices.iter().map(Device::serial).filter(|serial| !not.contains(serial));
        let fits: Vec<Serial> = fits.cloned().collect();
        match fits.is_empty() {
            true if all.is_empty() => Err(Fault::new("no-device")),
            true => Err(Fault::new("device-excluded").with("serial", all.join(", "))),
            false => Ok(fits),
        }
    }

    /// The device that people picked for a role, and no other.
    pub fn find_picked(&mut self, role: DeviceRole, picked: &Serial) -> Result<Vec<Serial>, Fault> {
        let found = self.find(role, &[])?;
        if found.contains(picked) {
            return Ok(vec![picked.clone()]);
        }
        Err(Fault::new("serial-differs").with("seen", self.serials().join(", ")).with("expected", picked))
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
        if matches!(error, CardError::Transport(_) | CardError::OtherDevice { .. }) {
            self.devices.retain(|device| device.serial() != serial);
        }
        faults::card(error)
    }

    fn serials(&self) -> Vec<String> {
        self.devices.iter().map(|device| device.serial().to_string()).collect()
    }

    /// Connects to every reader that holds a card. Devices that stayed connected keep their login.
    fn connect_all(&mut self) -> Result<(), Fault> {
        let names = self.readers.occupied().map_err(|error| faults::card(&CardError::Transport(error)))?;
        self.devices.clear();
        let mut first_error = None;
        for name in names {
            let device = self.readers.connect(&name).map_err(CardError::Transport).and_then(Device::open);
            match device {
                Ok(device) => self.devices.push(device),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        match first_error {
            // A reader with something else in it does no harm as long as a device is found.
            Some(error) if self.devices.is_empty() => Err(faults::card(&error)),
            _ => Ok(()),
        }
    }
}

/// The near end of the worker.
pub struct Worker {
    jobs: Sender<Task>,
    /// None: nobody waits for a reply any more; what comes is wiped by the worker.
    replies: Option<Receiver<Reply>>,
}

impl Worker {
    /// Starts the worker.
    pub fn start(readers: Box<dyn Readers>, hands: Option<Hands>) -> Self {
        let (jobs, inbox) = channel::<Task>();
        let (outbox, replies) = channel();
        let mut bench = Bench { readers, hands, devices: Vec::new() };
        // Where no thread can be had, both channels close, and the first job says that its worker is gone.
        let _ = thread::Builder::new().spawn(move || {
            while let Ok(task) = inbox.recv() {
                match task {
                    Task::Job(job) => {
                        let reply = job(&mut bench);
                        wipe_stack();
                        if outbox.send(reply).is_err() {
                            break;
                        }
                    }
                    Task::LetGo => bench.let_go(),
                }
            }
        });
        Self { jobs, replies: Some(replies) }
    }

    /// Hands over a job.
    pub fn begin(&self, job: Job) -> Result<(), Fault> {
        self.jobs.send(Task::Job(job)).map_err(|_| Fault::new("worker-gone"))
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
            Err(TryRecvError::Disconnected) => Some(Reply::plain(Err(Fault::new("worker-gone")))),
        }
    }
}

// Secrets go back in it.
#[cfg(test)]
static_assertions::assert_not_impl_any!(Reply: core::fmt::Debug, core::fmt::Display, Clone, PartialEq, serde::Serialize);
