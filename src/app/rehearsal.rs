//! What a rehearsal is made of: a marked folder and software cards whose state is kept beside it.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::ROUNDS;
use crate::clerk::{Folder, Hands, Office, Source};
use crate::plan::Plan;
use crate::record::CeremonyKind;
use crate::softcard::{Rack, SoftCard};
use crate::terms::{DeviceRole, Fault};

/// The mark of every folder of a rehearsal.
const MARK: &str = "REHEARSAL-";

/// A rehearsal that is about to begin.
pub struct Rehearsal {
    /// Which ceremony.
    pub ceremony: CeremonyKind,
    /// Its plan.
    pub plan: Plan,
    /// The plan's file as it was read.
    pub plan_text: String,
    /// What its clerk works with.
    pub office: Office,
}

impl Rehearsal {
    /// Rehearses *establish* by a plan.
    pub fn establish(plan: Plan, plan_text: String, records: &Path) -> Result<Self, Fault> {
        let folder = new_folder(records, CeremonyKind::Establish)?;
        let office = office(folder, None, &plan)?;
        Ok(Self { ceremony: CeremonyKind::Establish, plan, plan_text, office })
    }

    /// Rehearses *restore* from what a rehearsed *establish* left in its folder.
    pub fn restore(from: &Path, records: &Path) -> Result<Self, Fault> {
        let source = Source::open(from)?;
        let plan = source.plan.clone();
        let bytes = source.folder.read("plan.json")?;
        let plan_text = String::from_utf8_lossy(&bytes).into_owned();
        let folder = new_folder(records, CeremonyKind::Restore)?;
        let office = office(folder, Some(source), &plan)?;
        Ok(Self { ceremony: CeremonyKind::Restore, plan, plan_text, office })
    }

    /// Its folder.
    pub fn folder(&self) -> PathBuf {
        self.office.folder.path().to_owned()
    }
}

fn office(folder: Folder, source: Option<Source>, plan: &Plan) -> Result<Office, Fault> {
    let rack = Rack::new(2);
    let hands = hands(rack.clone(), folder.path().join("cards"))?;
    Ok(Office {
        folder,
        source,
        readers: Box::new(rack),
        hands: Some(hands),
        rounds: ROUNDS,
        rehearsal: true,
        title: plan.title.clone(),
    })
}

/// `REHEARSAL-2026-11-23-establish-3fa9`; tries again where the name is taken.
fn new_folder(records: &Path, ceremony: CeremonyKind) -> Result<Folder, Fault> {
    let day = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let mut last = Fault::new("random-failed");
    for _ in 0..8 {
        let mut tail = [0; 2];
        getrandom::fill(&mut tail).map_err(|_| Fault::new("random-failed"))?;
        let tail = base16ct::lower::encode_string(&tail);
        match Folder::create(records, &format!("{MARK}{day}-{}-{tail}", ceremony.word())) {
            Ok(folder) => return Ok(folder),
            Err(fault) => last = fault,
        }
    }
    Err(last)
}

/// Puts a fresh software card for a role into a reader when it is looked for; an earlier card of the sitting is taken out.
fn hands(rack: Rack, cards: PathBuf) -> Result<Hands, Fault> {
    let fault = |error: &io::Error| Fault::new("file-write").with("file", "cards").with("why", error);
    fs::DirBuilder::new().mode(0o700).create(&cards).map_err(|error| fault(&error))?;
    let mut inserted: Option<DeviceRole> = None;
    Ok(Box::new(move |role| {
        if inserted == Some(role) {
            return;
        }
        let card = SoftCard::random_serial().and_then(|serial| SoftCard::new(&serial));
        let Some(card) = card else { return };
        let file = cards.join(format!("REHEARSAL-card-{}.json", card.serial()));
        // Where the card cannot be inserted, no device is found, and the screen says so.
        if rack.insert_with_file(0, card, &file).is_ok() {
            inserted = Some(role);
        }
    }))
}

/// The newest folder of a rehearsed *establish* that was carried to its end.
pub fn latest_establish(records: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(records).ok()?;
    let folders = entries.flatten().map(|entry| entry.path()).filter(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.starts_with(MARK) && name.contains("-establish-") && path.join(crate::clerk::MANIFEST).exists()
    });
    folders.max_by_key(|path| path.join(crate::clerk::MANIFEST).metadata().and_then(|data| data.modified()).ok())
}
