//! The worker that owns the card: one thread, one job at a time. Secrets are moved in and out.

use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;

use crate::card::transport::Readers;
use crate::clerk::workers::devices::{CardInserter, Devices};
use crate::faults::{self, Fault};
use crate::record::Fact;
use crate::secret::{WipingBytes, wiping_stack};
use crate::terms::Handle;

/// What a job returns.
pub struct Reply {
    /// What it found out or achieved, or why it failed.
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

/// A message to the worker.
enum Task {
    /// Do this and reply.
    Job(Job),
    /// Release every device; nobody waits for a reply.
    LetGo,
}

/// A job for the card worker.
pub type Job = Box<dyn FnOnce(&mut Devices) -> Reply + Send>;

/// The handle to the worker.
pub struct CardWorker {
    jobs: Sender<Task>,
    /// `None`: nobody waits for replies any more; the worker wipes whatever it sends.
    replies: Option<Receiver<Reply>>,
}

impl CardWorker {
    /// Starts the worker.
    pub fn start(readers: Box<dyn Readers>, inserter: Option<CardInserter>) -> Self {
        let (jobs, inbox) = channel::<Task>();
        let (outbox, replies) = channel();
        let mut devices = Devices::new(readers, inserter);
        // If no thread can be started, both channels close, and the first job reports that its worker is gone.
        let _ = thread::Builder::new().spawn(move || {
            while let Ok(task) = inbox.recv() {
                match task {
                    Task::Job(job) => {
                        let reply = wiping_stack(|| job(&mut devices));
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

    /// Hands over a job.
    ///
    /// # Errors
    /// The worker is gone.
    pub fn begin(&self, job: Job) -> Result<(), Fault> {
        self.jobs.send(Task::Job(job)).map_err(|_| Fault::from(faults::WorkerGone))
    }

    /// Stops waiting for replies: secrets still held by a job in progress are wiped when it ends.
    pub fn stop(&mut self) {
        self.replies = None;
        self.let_go();
    }

    /// Releases every device once the job in progress has ended.
    pub fn let_go(&self) {
        // A worker that is gone holds no device.
        let _ = self.jobs.send(Task::LetGo);
    }

    /// The reply, if it has arrived.
    pub fn poll(&self) -> Option<Reply> {
        match self.replies.as_ref()?.try_recv() {
            Ok(reply) => Some(reply),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Reply::plain(Err(Fault::from(faults::WorkerGone)))),
        }
    }
}

// Secrets are returned in it.
#[cfg(test)]
static_assertions::assert_not_impl_any!(Reply: core::fmt::Debug, core::fmt::Display, Clone, PartialEq, serde::Serialize);
