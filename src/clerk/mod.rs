//! The clerk performs what a step asks for and answers with an outcome. It alone touches cards, files and clocks of a
//! ceremony; secrets travel by move between the vault and the worker that needs them.

pub mod acts;
mod as_fault;
mod entropy;
#[cfg(test)]
mod entropy_tests;
mod finding;
mod notes;
pub mod source;
pub mod workers;

pub use source::{Source, compare_files};
pub use workers::card::Hands;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::card::transport::Readers;
use crate::ceremony::{Act, Outcome};
use crate::clerk::acts::provision::{Pins, Target};
use crate::clerk::acts::shares::{Given, Opening, Taking};
use crate::clerk::acts::{deal, keys, provision, shares};
use crate::clerk::finding::{Finding, MISSING};
use crate::clerk::notes::Notes;
use crate::clerk::workers::card::{Bench, Reply, Worker};
use crate::clerk::workers::kdf::{Job, News, OpenedFile, Try};
use crate::dkek::{Rounds, ShareFile};
use crate::faults::{self, Fault};
use crate::folder::Folder;
use crate::host;
use crate::plan::{Custody, PlannedKey};
use crate::record::{BackedUpKey, Fact};
use crate::secret::WipingBytes;
use crate::terms::{DkekShareNumber, Handle, KeyLabel, Scheme};
use crate::vault::Vault;

/// The name of a share file in a folder.
pub fn share_file_name(share: DkekShareNumber) -> String {
    format!("dkek-{share}.pbe")
}

/// The name of the manifest in a folder.
pub const MANIFEST: &str = "manifest.json";

/// What a clerk works with.
pub struct Office {
    /// The folder of this sitting.
    pub folder: Folder,
    /// What is restored from, where this is a restore.
    pub source: Option<Source>,
    /// Where devices are found.
    pub readers: Box<dyn Readers>,
    /// Puts software cards into readers, in a rehearsal.
    pub hands: Option<Hands>,
    /// Rounds of the key derivation.
    pub rounds: Rounds,
    /// A rehearsal.
    pub rehearsal: bool,
    /// Whether a rehearsal opens share files that do not say that they are a rehearsal's: those made with other tools for
    /// training, on cards in virtual readers. Never on the built-in cards, whose state is written in clear.
    pub training_files: bool,
    /// What the ceremony is for.
    pub title: String,
}

/// What the clerk is waiting for.
enum Pending {
    Nothing,
    Card,
    Sealing,
    Opening { job: Job<OpenedFile>, opening: Opening },
    Ready(Outcome),
}

/// The clerk.
pub struct Clerk {
    folder: Folder,
    source: Option<Source>,
    worker: Worker,
    rounds: Rounds,
    rehearsal: bool,
    training_files: bool,
    title: String,
    sealing: Vec<(DkekShareNumber, Job<ShareFile>, (u64, u64))>,
    sealed: BTreeMap<DkekShareNumber, ShareFile>,
    notes: Notes,
    backing_up: Option<PlannedKey>,
    began: Instant,
    finding: Option<Finding>,
    pending: Pending,
}

impl Clerk {
    /// Takes up work.
    pub fn new(office: Office) -> Self {
        Self {
            folder: office.folder,
            source: office.source,
            worker: Worker::start(office.readers, office.hands),
            rounds: office.rounds,
            rehearsal: office.rehearsal,
            training_files: office.training_files,
            title: office.title,
            sealing: Vec::new(),
            sealed: BTreeMap::new(),
            notes: Notes::default(),
            backing_up: None,
            began: Instant::now(),
            finding: None,
            pending: Pending::Nothing,
        }
    }

    /// Begins an act. Its outcome comes from [`Clerk::poll`].
    pub fn begin(&mut self, act: Act, vault: &mut Vault) {
        self.began = Instant::now();
        self.finding = match &act {
            Act::FindDevice { role, not, picked } => {
                Some(Finding { role: *role, not: not.clone(), picked: picked.clone(), rehearsal: self.rehearsal })
            }
            _ => None,
        };
        if let Act::BackUp { key, .. } = &act {
            self.backing_up = Some(key.clone());
        }
        self.pending = match self.start(act, vault) {
            Ok(pending) => pending,
            Err(fault) => Pending::Ready(Outcome::Failed(fault)),
        };
    }

    /// Stops everything and lets go of all secrets that workers hold.
    pub fn stop(&mut self) {
        self.sealing.clear();
        self.pending = Pending::Nothing;
        self.worker.stop();
    }

    /// How long the act under way has been going on; none: none is.
    pub fn busy_for(&self) -> Option<Duration> {
        (!matches!(self.pending, Pending::Nothing)).then(|| self.began.elapsed())
    }

    /// What has become of the act under way; `None`: nothing new.
    pub fn poll(&mut self, vault: &mut Vault) -> Option<Outcome> {
        let outcome = match &mut self.pending {
            Pending::Nothing => None,
            Pending::Ready(outcome) => Some(outcome.clone()),
            Pending::Card => self.worker.poll().map(|reply| {
                for (handle, secret) in reply.back {
                    vault.keep(handle, secret);
                }
                match (reply.result, &self.finding) {
                    // What is missing may be put in at any moment: look again, until it is there or people stop.
                    (Err(fault), Some(job))
                        if MISSING.contains(&fault.name.word()) && self.worker.begin(job.again()).is_ok() =>
                    {
                        Outcome::Waiting(fault)
                    }
                    (result, _) => outcome_of(result),
                }
            }),
            Pending::Sealing => self.poll_sealing(),
            Pending::Opening { job, opening } => match job.newest() {
                Err(()) => Some(Outcome::Failed(Fault::from(faults::WorkerGone))),
                Ok(None) => None,
                Ok(Some(News::Progress(done, total))) => Some(Outcome::Progress { done, total }),
                Ok(Some(News::Done(opened))) => Some(outcome_of(shares::opened(opened.found, opening, vault))),
            },
        };
        let outcome = match outcome {
            Some(Outcome::Done(facts)) => match facts.iter().try_for_each(|fact| self.note(fact)) {
                Ok(()) => Some(Outcome::Done(facts)),
                Err(fault) => Some(Outcome::Failed(fault)),
            },
            other => other,
        };
        if matches!(outcome, Some(Outcome::Done(_) | Outcome::Failed(_))) {
            self.pending = Pending::Nothing;
        }
        outcome
    }

    fn start(&mut self, act: Act, vault: &mut Vault) -> Result<Pending, Fault> {
        let done = |facts| Ok(Pending::Ready(Outcome::Done(facts)));
        match act {
            Act::ExamineRoom => done(vec![Fact::Room { findings: examine_room() }]),
            Act::ReadFolder => done(self.source()?.facts(self.rehearsal)?),
            Act::Deal { dkek_shares, so_pin } => {
                let begun = deal::begin(&dkek_shares, so_pin, self.rounds, self.rehearsal, vault)?;
                self.notes.custody = dkek_shares.iter().map(Custody::word).collect();
                self.sealing = begun.sealing.into_iter().map(|(share, job)| (share, job, (0, 1))).collect();
                done(begun.facts)
            }
            Act::CompareShare { card, custodian, scheme, set } => {
                done(deal::compare(card, custodian, scheme, &set, vault)?)
            }
            Act::FinishSealing if self.all_sealed() => done(Vec::new()),
            Act::FinishSealing => Ok(Pending::Sealing),
            Act::ProveVaultEmpty => prove_empty(vault).map(|facts| Pending::Ready(Outcome::Done(facts))),
            Act::WriteShareFile { share } => done(self.write_share_file(share)?),
            Act::TakeShare { card, seat, scheme, set, threshold, foreign } => {
                let taking = Taking { card, seat, scheme, set: set.as_deref(), threshold, foreign };
                done(shares::take(&taking, vault)?)
            }
            Act::RebuildSoPin { seats } => done(shares::rebuild_so_pin(&seats, vault)?),
            Act::JoinDkek { shares, kcv } => done(shares::join(shares, kcv, vault)?),
            Act::OpenShareFile { share, seats, threshold, scheme, set, kcv, foreign } => {
                let given = Given { seats: &seats, share, scheme, set: &set, threshold, foreign };
                let tries = shares::tries(&given, vault)?;
                let seats = seats.into_iter().map(|(seat, _)| seat).collect();
                let otherwise = match scheme {
                    Scheme::ScHsmTool => Fault::from(faults::SharesDoNotOpen),
                    Scheme::Words => Fault::from(faults::WordsDoNotOpen),
                };
                self.open(tries, Opening { share, seats, kcv, otherwise }, foreign)
            }
            Act::OpenWithPassword { share, kcv, foreign } => {
                let typed =
                    vault.typed(crate::names::FieldName::Password).map(|text| WipingBytes::from_slice(text.expose()));
                vault.forget_typed();
                let password = typed.ok_or_else(|| Fault::from(faults::TypedMissing))?;
                let tries = vec![Try { password, agreeing: Vec::new(), defects: Vec::new() }];
                let opening =
                    Opening { share, seats: Vec::new(), kcv, otherwise: Fault::from(faults::PasswordDoesNotOpen) };
                self.open(tries, opening, foreign)
            }
            Act::WriteManifest { keys } => done(self.write_manifest(&keys)?),
            Act::CloseFolder => {
                self.worker.let_go();
                done(Vec::new())
            }
            card_act => self.start_card(card_act, vault),
        }
    }

    fn start_card(&self, act: Act, vault: &mut Vault) -> Result<Pending, Fault> {
        let folder = self.folder.clone();
        let from = self.from();
        let job: crate::clerk::workers::card::Job = match act {
            Act::FindDevice { role, not, picked } => {
                let finding = Finding { role, not, picked, rehearsal: self.rehearsal };
                plain(move |bench| finding.look(bench))
            }
            Act::ReadDkek { role, serial } => plain(move |bench| provision::read_dkek(bench, role, &serial)),
            Act::ListKeys { role, serial } => plain(move |bench| keys::list(bench, role, &serial)),
            Act::MixEntropy { serial, dice } => {
                let thrown = match dice {
                    0 => None,
                    wanted => Some((give(vault, Handle::Dice, faults::RandomFailed)?, wanted)),
                };
                Box::new(move |bench| provision::mix_entropy(bench, &serial, thrown))
            }
            Act::ReadTries { role, serial, pin } => {
                plain(move |bench| provision::read_tries(bench, role, &serial, pin))
            }
            Act::Initialise {
                role,
                serial,
                initialised,
                so_pin_tries,
                user_pin_tries,
                pin_reset,
                dkek_shares,
                same_so_pin,
                cut,
            } => {
                let target = Target {
                    role,
                    serial,
                    initialised,
                    so_pin_tries,
                    user_pin_tries,
                    pin_reset,
                    dkek_shares,
                    same_so_pin,
                    cut,
                };
                let pins = Pins {
                    current: vault.give(Handle::SoPin),
                    new: give(vault, Handle::NewSoPin, faults::PinsMissing)?,
                    user: give(vault, Handle::UserPin, faults::PinsMissing)?,
                };
                Box::new(move |bench| provision::initialise(bench, &target, pins))
            }
            Act::ChangeSoPin { role, serial, cut } => {
                let pins = (
                    give(vault, Handle::SoPin, faults::PinsMissing)?,
                    give(vault, Handle::NewSoPin, faults::PinsMissing)?,
                );
                Box::new(move |bench| provision::change_so_pin(bench, role, &serial, cut, pins))
            }
            Act::LogIn { role, serial } => {
                let pin = give(vault, Handle::UserPin, faults::PinsMissing)?;
                plain(move |bench| provision::log_in(bench, role, &serial, &pin))
            }
            Act::LoadDkek { role, serial, kcv } => {
                let dkek = give(vault, Handle::Dkek, faults::DkekMissing)?;
                Box::new(move |bench| provision::load_dkek(bench, role, &serial, kcv, dkek))
            }
            Act::MakeKey { key, serial, again } => plain(move |bench| keys::make(bench, &folder, &key, &serial, again)),
            Act::TakeInventory { role, serial, expected } => {
                let wanted = keys::expected(self.source.as_ref(), &expected);
                plain(move |bench| keys::inventory(bench, role, &serial, &wanted))
            }
            Act::BackUp { key, serial, kcv } => {
                let dkek = give(vault, Handle::Dkek, faults::DkekMissing)?;
                Box::new(move |bench| keys::back_up(bench, &folder, &key, &serial, kcv, dkek))
            }
            Act::VerifyBackup { label, kcv } => {
                let key = self.backed_up(&label)?;
                let content = keys::unchanged(&from, &key.wrapped, key.wrapped_sha256)?;
                let dkek = give(vault, Handle::Dkek, faults::DkekMissing)?;
                let result = keys::verify(&key.wrapped, &content, kcv, &dkek);
                vault.keep(Handle::Dkek, dkek);
                result?;
                return Ok(Pending::Ready(Outcome::Done(vec![Fact::Verified { label }])));
            }
            Act::RestoreKey { label, to, serial, again } => {
                let key = self.backed_up(&label)?;
                plain(move |bench| keys::restore(bench, &from, &key, to, &serial, again))
            }
            Act::ProveKey { label, at, serial, .. } => {
                let key = self.backed_up(&label)?;
                plain(move |bench| keys::prove(bench, &folder, &from, &key, at, &serial))
            }
            _ => return Err(Fault::from(faults::StepNotPossible)),
        };
        self.worker.begin(job)?;
        Ok(Pending::Card)
    }

    fn source(&self) -> Result<&Source, Fault> {
        self.source.as_ref().ok_or_else(|| Fault::from(faults::SourceMissing { folder: "-" }))
    }

    /// The folder that wrapped keys are read from: the source's, or this sitting's own.
    fn from(&self) -> Folder {
        self.source.as_ref().map_or_else(|| self.folder.clone(), |source| source.folder.clone())
    }

    fn backed_up(&self, label: &KeyLabel) -> Result<BackedUpKey, Fault> {
        let keys = self.source.as_ref().map_or(&self.notes.keys, |source| &source.keys);
        let found = keys.iter().find(|key| key.label == *label).cloned();
        found.ok_or_else(|| Fault::from(faults::SourceFileMissing { file: keys::wrapped_name(label) }))
    }

    /// Remembers what the manifest will say.
    fn note(&mut self, fact: &Fact) -> Result<(), Fault> {
        self.notes.note(fact);
        match fact {
            Fact::BackedUp { file, sha256, .. } => match self.backing_up.take() {
                Some(key) => self.notes.note_backup(&self.folder, &key, file, *sha256),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// Writes the manifest. Every planned key must be in it, and every share file as it was written, or it is no backup.
    fn write_manifest(&mut self, keys: &[PlannedKey]) -> Result<Vec<Fact>, Fault> {
        for share in self.notes.share_files.keys() {
            self.own_share_file(*share)?;
        }
        let manifest = self.notes.manifest(&self.title, self.rehearsal, self.rounds, keys);
        let text = manifest.ok_or_else(|| Fault::from(faults::StepNotPossible))?.to_text()?;
        let written = keys::write_once(&self.folder, MANIFEST, text.as_bytes())?;
        Ok(vec![Fact::Written { file: written.name, bytes: written.bytes, sha256: written.sha256 }])
    }
}

fn plain(
    work: impl FnOnce(&mut Bench) -> Result<Vec<Fact>, Fault> + Send + 'static,
) -> crate::clerk::workers::card::Job {
    Box::new(move |bench| Reply::plain(work(bench)))
}

fn outcome_of(result: Result<Vec<Fact>, Fault>) -> Outcome {
    match result {
        Ok(facts) => Outcome::Done(facts),
        Err(fault) => Outcome::Failed(fault),
    }
}

fn give(vault: &mut Vault, handle: Handle, otherwise: impl Into<Fault>) -> Result<WipingBytes, Fault> {
    vault.give(handle).ok_or_else(|| otherwise.into())
}

fn prove_empty(vault: &Vault) -> Result<Vec<Fact>, Fault> {
    let held = vault.holds();
    if held.is_empty() {
        return Ok(vec![Fact::VaultEmpty]);
    }
    let names: Vec<String> = held.iter().map(|handle| format!("{handle:?}")).collect();
    Err(Fault::from(faults::VaultNotEmpty { held: names.join(", ") }))
}

fn examine_room() -> Vec<(String, String)> {
    let named = |finding: &host::Finding| (format!("room-{}", finding.name()), finding.what());
    host::examine().iter().map(named).collect()
}
