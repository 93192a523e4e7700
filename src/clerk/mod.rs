//! The clerk performs what a step asks for and reports the outcome. In a ceremony only the clerk touches cards, files
//! and clocks; secrets move between the vault and the worker that needs them.

pub mod acts;
mod as_fault;
mod entropy;
#[cfg(test)]
mod entropy_tests;
mod files;
mod keys_on_device;
mod manifest_draft;
mod opening;
mod outcome;
mod pins;
mod relearn;
mod sealing;
mod source;
mod words;
mod workers;
mod wrapped_keys;

pub use acts::{Act, ActName, Aftermath};
pub use outcome::Outcome;
pub use relearn::Before;
pub use source::Source;
pub use workers::devices::{CardInserter, CardMover};

use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use crate::card::transport::Readers;
use crate::clerk::acts::{Begun, Look};
use crate::clerk::manifest_draft::ManifestDraft;
use crate::clerk::opening::Opening;
use crate::clerk::sealing::Sealing;
use crate::clerk::workers::card::CardWorker;
use crate::dkek::Rounds;
use crate::faults::{self, Fault};
use crate::folder::{Folder, names};
use crate::record::{BackedUpKey, Fact};
use crate::terms::{Day, KeyLabel};
use crate::vault::Vault;

/// How long to wait before looking again for something that is missing.
const PAUSE: Duration = Duration::from_millis(300);

/// What a clerk works with.
pub struct Context {
    /// The folder of this sitting.
    pub folder: Folder,
    /// What is restored from, in a restore.
    pub source: Option<Source>,
    /// Where devices are found.
    pub readers: Box<dyn Readers>,
    /// Inserts software cards into readers, in a rehearsal.
    pub inserter: Option<CardInserter>,
    /// Lets their states follow a sitting whose folder moves.
    pub mover: Option<CardMover>,
    /// Rounds of the key derivation.
    pub rounds: Rounds,
    /// A rehearsal.
    pub rehearsal: bool,
    /// Whether a rehearsal opens share files that are not marked as a rehearsal's: those made with other tools for
    /// training, on cards in virtual readers. Never on the built-in cards, whose state is stored unencrypted.
    pub training_files: bool,
    /// What the ceremony is for.
    pub title: String,
    /// The day on which it is held.
    pub today: Day,
}

/// What the clerk is waiting for.
enum Pending {
    Nothing,
    Ready(Outcome),
    /// The card worker, and how to look again if something is missing.
    Card(Option<Look>),
    Sealing,
    Opening(Opening),
    Copying(Receiver<Result<Vec<Fact>, Fault>>),
}

/// The clerk.
pub struct Clerk {
    folder: Folder,
    source: Option<Source>,
    card_worker: CardWorker,
    mover: Option<CardMover>,
    rounds: Rounds,
    rehearsal: bool,
    training_files: bool,
    title: String,
    today: Day,
    sealing: Sealing,
    manifest: ManifestDraft,
    began: Instant,
    pending: Pending,
}

impl Clerk {
    /// A clerk that has not started any work.
    pub fn new(context: Context) -> Self {
        Self {
            folder: context.folder,
            source: context.source,
            card_worker: CardWorker::start(context.readers, context.inserter),
            mover: context.mover,
            rounds: context.rounds,
            rehearsal: context.rehearsal,
            training_files: context.training_files,
            title: context.title,
            today: context.today,
            sealing: Sealing::default(),
            manifest: ManifestDraft::default(),
            began: Instant::now(),
            pending: Pending::Nothing,
        }
    }

    /// From now on, files go into this folder: that of the same sitting in another place.
    ///
    /// # Errors
    /// The states of software cards cannot be written there.
    pub fn move_to(&mut self, folder: &Folder) -> Result<(), Fault> {
        if let Some(mover) = &mut self.mover {
            mover(folder)?;
        }
        self.folder = folder.clone();
        Ok(())
    }

    /// Starts an act. Its outcome comes from [`Clerk::poll`].
    pub fn begin(&mut self, act: Act, vault: &mut Vault) {
        self.began = Instant::now();
        let begun = act.perform(self, vault).and_then(|begun| self.wait_for(begun));
        self.pending = begun.unwrap_or_else(|fault| Pending::Ready(Outcome::Failed(fault)));
    }

    fn wait_for(&self, begun: Begun) -> Result<Pending, Fault> {
        Ok(match begun {
            Begun::Done(facts) => Pending::Ready(Outcome::Done(facts)),
            Begun::OnCard(job) => {
                self.card_worker.begin(job)?;
                Pending::Card(None)
            }
            Begun::Looking(look) => {
                self.card_worker.begin(look(Duration::ZERO))?;
                Pending::Card(Some(look))
            }
            Begun::Sealing => Pending::Sealing,
            Begun::Opening(opening) => Pending::Opening(opening),
            Begun::Copying(worker) => Pending::Copying(worker),
        })
    }

    /// Stops everything and drops all secrets that workers hold.
    pub fn stop(&mut self) {
        self.sealing.stop();
        self.pending = Pending::Nothing;
        self.card_worker.stop();
    }

    /// How long the act in progress has been running; `None` if there is none.
    pub fn busy_for(&self) -> Option<Duration> {
        match self.pending {
            Pending::Nothing => None,
            Pending::Ready(_) | Pending::Card(_) | Pending::Sealing | Pending::Opening(_) | Pending::Copying(_) => {
                Some(self.began.elapsed())
            }
        }
    }

    /// The outcome of the act in progress; `None`: nothing new.
    pub fn poll(&mut self, vault: &mut Vault) -> Option<Outcome> {
        let mut outcome = match &mut self.pending {
            Pending::Nothing => None,
            Pending::Ready(outcome) => Some(outcome.clone()),
            Pending::Card(look) => poll_card(&self.card_worker, look.as_ref(), vault),
            Pending::Sealing => self.sealing.poll(self.rounds),
            Pending::Opening(opening) => opening.poll(vault),
            Pending::Copying(worker) => match worker.try_recv() {
                Ok(result) => Some(result.into()),
                Err(TryRecvError::Empty) => None,
                Err(TryRecvError::Disconnected) => Some(Outcome::Failed(Fault::from(faults::WorkerGone))),
            },
        }?;
        if let Outcome::Done(facts) = &outcome
            && let Err(fault) = facts.iter().try_for_each(|fact| self.manifest.note(&self.folder, fact))
        {
            outcome = Outcome::Failed(fault);
        }
        match outcome {
            Outcome::Done(_) | Outcome::Failed(_) => self.pending = Pending::Nothing,
            Outcome::Progress { .. } | Outcome::Waiting(_) => {}
        }
        Some(outcome)
    }

    fn source(&self) -> Result<&Source, Fault> {
        self.source.as_ref().ok_or_else(|| Fault::from(faults::SourceMissing { folder: "-" }))
    }

    /// A key that is backed up, and the folder with its files: this sitting's own, if it has backed it up, or else the source's.
    fn backed_up(&self, label: &KeyLabel) -> Result<(&Folder, BackedUpKey), Fault> {
        let own = self.manifest.keys.iter().map(|key| (&self.folder, key));
        let earlier = self.source.iter().flat_map(Source::all_backups);
        let found = own.chain(earlier).find(|(_, key)| key.label == *label).map(|(folder, key)| (folder, key.clone()));
        found.ok_or_else(|| Fault::from(faults::SourceFileMissing { file: names::wrapped_key(label) }))
    }
}

/// The card worker's report; the secrets that it returns go into the vault.
fn poll_card(card_worker: &CardWorker, look: Option<&Look>, vault: &mut Vault) -> Option<Outcome> {
    let reply = card_worker.poll()?;
    for (handle, secret) in reply.back {
        vault.keep(handle, secret);
    }
    Some(match (reply.result, look) {
        // What is missing may be inserted at any moment: look again until it is there or people stop.
        (Err(fault), Some(look)) if fault.name.may_come_back() && card_worker.begin(look(PAUSE)).is_ok() => {
            Outcome::Waiting(fault)
        }
        (result, _) => result.into(),
    })
}
