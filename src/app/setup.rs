//! What a ceremony runs on: a new folder, and real readers or software cards whose state is kept beside it.

use crate::faults::{self, Fault};
use std::fs;
use std::path::{Path, PathBuf};

use super::ROUNDS;
use super::clock::today;
use super::hand::{Hand, card_hands, kept_in};
use super::resume::OpenSitting;
use super::throw_away_key::throw_away_key;
use crate::card::PcscReaders;
use crate::card::transport::Readers;
use crate::ceremony::{Cards, Ceremony, Character, DeviceUse, KeySource};
use crate::clerk::{CardInserter, CardMover, Context, Source};
use crate::folder::{Folder, names};
use crate::plan::{Plan, PlannedKey, one_more_key};
use crate::record::CeremonyKind;
use crate::softcard::{Rack, SoftCard};
use crate::terms::Serial;

/// With what a ceremony is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// A rehearsal on software cards in this process.
    SoftwareCards,
    /// A rehearsal through the real readers, on software cards in virtual ones.
    VirtualReaders,
    /// The real thing.
    Real,
}

/// Where a ceremony's folder is.
#[derive(Clone, Copy)]
pub enum Place<'a> {
    /// A new one, under these records.
    NewUnder(&'a Path),
    /// That of a sitting that goes on.
    Of(&'a OpenSitting),
}

impl Place<'_> {
    fn records(&self) -> &Path {
        match self {
            Self::NewUnder(records) => records,
            Self::Of(open) => open.folder.path().parent().unwrap_or(Path::new("")),
        }
    }
}

impl<'a> From<&'a Path> for Place<'a> {
    fn from(records: &'a Path) -> Self {
        Self::NewUnder(records)
    }
}

impl<'a> From<&'a PathBuf> for Place<'a> {
    fn from(records: &'a PathBuf) -> Self {
        Self::NewUnder(records)
    }
}

/// A ceremony that is about to begin.
pub struct Setup {
    /// Which ceremony.
    pub ceremony: CeremonyKind,
    /// Its plan.
    pub plan: Plan,
    /// The plan's file as it was read.
    pub plan_text: String,
    /// What its clerk works with.
    pub context: Context,
}

impl Setup {
    /// A ceremony that starts from a plan.
    ///
    /// # Errors
    /// If its folder cannot be created, or the plan is only for what was made elsewhere.
    pub fn by_plan<'a>(
        ceremony: CeremonyKind,
        plan: Plan,
        plan_text: String,
        place: impl Into<Place<'a>>,
        environment: Environment,
    ) -> Result<Self, Fault> {
        fits_its_files(ceremony, &plan)?;
        match Ceremony::of(ceremony).character.cards {
            Cards::Dealt => plan.check_new()?,
            Cards::Earlier | Cards::Changed | Cards::Replaced | Cards::None => {}
        }
        let fleet = match Ceremony::of(ceremony).character.devices {
            DeviceUse::Fleet => true,
            DeviceUse::Provisions
            | DeviceUse::Keeps
            | DeviceUse::Adds
            | DeviceUse::Retires
            | DeviceUse::ChangesPins
            | DeviceUse::None => false,
        };
        if fleet && environment == Environment::Real && !plan.names_a_fleet() {
            return Err(Fault::from(faults::FleetNotPlanned));
        }
        Self::new(ceremony, plan, plan_text, None, place.into(), environment)
    }

    /// A ceremony that starts from an earlier backup: the folder of a sitting, or a folder of files made elsewhere, for
    /// which a plan names the people and the quorum.
    ///
    /// # Errors
    /// If the folder holds no usable backup, or the new folder cannot be created.
    pub fn from_backup<'a>(
        ceremony: CeremonyKind,
        from: &Path,
        plan: Option<(Plan, String)>,
        place: impl Into<Place<'a>>,
        environment: Environment,
    ) -> Result<Self, Fault> {
        Self::from_backups(ceremony, (from, &[]), plan, place, environment)
    }

    /// The same with further folders of ours, whose keys are under the same DKEK.
    ///
    /// # Errors
    /// If a folder holds no usable backup, or the new folder cannot be created.
    pub fn from_backups<'a>(
        ceremony: CeremonyKind,
        (from, others): (&Path, &[PathBuf]),
        plan: Option<(Plan, String)>,
        place: impl Into<Place<'a>>,
        environment: Environment,
    ) -> Result<Self, Fault> {
        let given = plan.as_ref().map(|(plan, _)| plan);
        given.map_or(Ok(()), |given| fits_its_files(ceremony, given))?;
        let source = match Ceremony::of(ceremony).character.keys {
            KeySource::Known | KeySource::Folder => Source::open(from, given)?,
            // Whatever keys lie there, those on the device are meant.
            KeySource::Device | KeySource::New | KeySource::Files => Source::open_share_files(from, given)?,
        };
        let source = match Ceremony::of(ceremony).character.devices {
            DeviceUse::Retires => source.with_others(others)?,
            DeviceUse::Provisions
            | DeviceUse::Fleet
            | DeviceUse::Keeps
            | DeviceUse::Adds
            | DeviceUse::ChangesPins
            | DeviceUse::None => source,
        };
        let kept = source.folder.read(names::PLAN).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let plan_text = match (source.is_foreign(), plan) {
            (true, Some((_, text))) => text,
            _ => kept?,
        };
        let plan = source.plan.clone();
        Self::new(ceremony, plan, plan_text, Some(source), place.into(), environment)
    }

    /// A ceremony that gives the DKEK of an earlier backup new custodians, those of the plan, or replaces that DKEK by a new one. Who guarded it before is in the
    /// folder of the backup or, for files made elsewhere, in the plan of `before`.
    ///
    /// # Errors
    /// If the folder holds no usable backup, the plan is not one for it, or the new folder cannot be created.
    pub fn by_change<'a>(
        ceremony: CeremonyKind,
        from: &Path,
        (plan, plan_text): (Plan, String),
        before: Option<&Plan>,
        place: impl Into<Place<'a>>,
        environment: Environment,
    ) -> Result<Self, Fault> {
        let (plan, source) = after(ceremony, from, plan, before)?;
        Self::new(ceremony, plan, plan_text, Some(source), place.into(), environment)
    }

    /// A ceremony that adds the keys of a plan to a device whose DKEK is that of an earlier backup. In a rehearsal there may be
    /// no plan: then one more key is added.
    ///
    /// # Errors
    /// If the folder holds no usable share files, the plan has other custodians or a key of the folder, or the new folder cannot be
    /// created.
    pub fn by_addition<'a>(
        ceremony: CeremonyKind,
        from: &Path,
        plan: Option<(Plan, String)>,
        place: impl Into<Place<'a>>,
        environment: Environment,
    ) -> Result<Self, Fault> {
        let place = place.into();
        let ours = from.join(names::MANIFEST).exists();
        let source = Source::open_share_files(from, plan.as_ref().map(|(plan, _)| plan).filter(|_| !ours))?;
        let (plan, text) = if let Some(given) = plan {
            given
        } else {
            let kept = source.folder.read(names::PLAN)?;
            let file = match Ceremony::of(ceremony).character.keys {
                KeySource::Files => Some(throw_away_key(place.records())?),
                KeySource::Known | KeySource::Folder | KeySource::New | KeySource::Device => None,
            };
            let (key, text) = one_more_key(&String::from_utf8_lossy(&kept), &source.plan.keys, file.as_deref())
                .ok_or_else(|| Fault::from(faults::PlanNotObject))?;
            (Plan { keys: vec![key], ..source.plan.clone() }, text)
        };
        fits_its_files(ceremony, &plan)?;
        if plan.dkek_shares != source.plan.dkek_shares {
            return Err(Fault::from(faults::AddKeysOtherCustodians { folder: from.display() }));
        }
        if let Some(key) = plan.keys.iter().find(|key| source.keys.iter().any(|known| known.label == key.label)) {
            return Err(Fault::from(faults::AddKeysKnownKey { label: &key.label, folder: from.display() }));
        }
        Self::new(ceremony, plan, text, Some(source), place, environment)
    }

    fn new(
        ceremony: CeremonyKind,
        plan: Plan,
        plan_text: String,
        source: Option<Source>,
        place: Place<'_>,
        environment: Environment,
    ) -> Result<Self, Fault> {
        let rehearsal = environment != Environment::Real;
        let records = place.records();
        let Character { cards, devices, .. } = Ceremony::by(ceremony, &plan).character;
        let of_the_source = |source: &Source| kept_card(source).or_else(|| kept_elsewhere(source.device()?, records));
        let kept = match devices {
            // The old device is erased last.
            DeviceUse::Provisions if cards == Cards::Replaced => source.as_ref().and_then(of_the_source),
            DeviceUse::Provisions | DeviceUse::Fleet | DeviceUse::None => None,
            DeviceUse::Keeps | DeviceUse::Adds | DeviceUse::Retires => source.as_ref().and_then(of_the_source),
            DeviceUse::ChangesPins => kept_device(records),
        };
        let (folder, hand) = match place {
            Place::NewUnder(records) => (new_folder(records, ceremony, rehearsal)?, Hand::begin(kept)),
            Place::Of(open) => (open.folder.clone(), Hand::of(open, kept)),
        };
        let (readers, hands): (Box<dyn Readers>, Option<(CardInserter, CardMover)>) = match environment {
            Environment::SoftwareCards => {
                let rack = Rack::new(2);
                let hands = card_hands(&rack, folder.path().join(names::SOFTWARE_CARDS), hand)?;
                (Box::new(rack), Some(hands))
            }
            Environment::VirtualReaders | Environment::Real => (Box::new(PcscReaders::new()), None),
        };
        let (inserter, mover) = hands.unzip();
        let title = plan.title.clone();
        let context = Context {
            folder,
            source,
            readers,
            inserter,
            mover,
            rounds: ROUNDS,
            rehearsal,
            training_files: environment == Environment::VirtualReaders,
            title,
            today: today(),
        };
        Ok(Self { ceremony, plan, plan_text, context })
    }

    /// Its folder.
    pub fn folder(&self) -> PathBuf {
        self.context.folder.path().to_owned()
    }
}

/// Whether a plan names files of keys where, and only where, keys are imported.
///
/// # Errors
/// A file is missing, or there is one too many.
pub fn fits_its_files(ceremony: CeremonyKind, plan: &Plan) -> Result<(), Fault> {
    plan.check_files(match Ceremony::of(ceremony).character.keys {
        KeySource::Files => true,
        KeySource::Known | KeySource::Folder | KeySource::New | KeySource::Device => false,
    })
}

/// The plan of new custodians with those who guarded the DKEK of a backup before, and with the keys of that backup.
///
/// # Errors
/// The folder holds no usable backup, or the plan is not one for it.
pub fn plan_after(ceremony: CeremonyKind, from: &Path, plan: Plan, before: Option<&Plan>) -> Result<Plan, Fault> {
    after(ceremony, from, plan, before).map(|(plan, _)| plan)
}

fn after(ceremony: CeremonyKind, from: &Path, plan: Plan, before: Option<&Plan>) -> Result<(Plan, Source), Fault> {
    plan.check_new()?;
    fits_its_files(ceremony, &plan)?;
    let (same_dkek, carries_keys) = match Ceremony::by(ceremony, &plan).character.cards {
        Cards::Changed => (true, true),
        Cards::Replaced => (false, true),
        Cards::Dealt | Cards::Earlier | Cards::None => (false, false),
    };
    match (plan.so_pin_under_quorum, same_dkek, carries_keys) {
        (true, true, _) => return Err(Fault::from(faults::PlanSoPinInReSplit)),
        (true, false, true) => return Err(Fault::from(faults::PlanSoPinInCarrying)),
        (true, false, false) | (false, ..) => {}
    }
    if before.is_none() && from.is_dir() && !from.join(names::MANIFEST).exists() {
        return Err(Fault::from(faults::SourceNeedsOldPlan { folder: from.display() }));
    }
    let source = Source::open(from, before)?;
    if !carries_keys {
        return Ok((plan, source));
    }
    let (found, planned) = (source.plan.dkek_shares.len(), plan.dkek_shares.len());
    if same_dkek && found != planned {
        return Err(Fault::from(faults::OtherNumberOfShares { found, planned }));
    }
    // Where a key comes back to is offered anew on the day; the record of the folder knows where it is.
    let carried = |key: &PlannedKey| PlannedKey { restore_to: key.reference, ..key.clone() };
    let (before, keys) = (source.plan.dkek_shares.clone(), source.plan.keys.iter().map(carried).collect());
    Ok((Plan { before, keys, ..plan }, source))
}

/// `REHEARSAL-2026-11-23-establish-3fa9`, or without the mark; retries if the name is taken.
fn new_folder(records: &Path, ceremony: CeremonyKind, rehearsal: bool) -> Result<Folder, Fault> {
    let day = today().to_string();
    let mut last = Fault::from(faults::RandomFailed);
    for _ in 0..8 {
        let mut tail = [0; 2];
        getrandom::fill(&mut tail).map_err(|_| Fault::from(faults::RandomFailed))?;
        let tail = base16ct::lower::encode_string(&tail);
        match Folder::create(records, &names::sitting(rehearsal, &day, ceremony.word(), &tail)) {
            Ok(folder) => return Ok(folder),
            Err(fault) => last = fault,
        }
    }
    Err(last)
}

/// The software card whose keys are to be backed up, as the sitting that made them kept it.
fn kept_card(source: &Source) -> Option<SoftCard> {
    kept_in(source.folder.path(), source.device()?)
}

/// The same card as another sitting kept it last: a re-split has none.
fn kept_elsewhere(serial: &Serial, records: &Path) -> Option<SoftCard> {
    backups(records).iter().find_map(|folder| kept_in(folder, serial))
}

/// The software card of the newest rehearsal that made a backup with a device: a device in use, for a ceremony that needs one.
pub fn kept_device(records: &Path) -> Option<SoftCard> {
    backups(records).iter().find_map(|folder| kept_card(&Source::open(folder, None).ok()?))
}

/// The newest folder of a rehearsal that holds a whole backup: its manifest is there.
pub fn latest_backup(records: &Path) -> Option<PathBuf> {
    backups(records).into_iter().next()
}

/// All of them, the newest first.
fn backups(records: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(records).into_iter().flatten();
    let folders = entries.flatten().map(|entry| entry.path()).filter(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        names::is_rehearsal(&name) && path.join(names::MANIFEST).exists()
    });
    let mut folders: Vec<PathBuf> = folders.collect();
    folders.sort_by_cached_key(|path| path.join(names::MANIFEST).metadata().and_then(|data| data.modified()).ok());
    folders.reverse();
    folders
}
