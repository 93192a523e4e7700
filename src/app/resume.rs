//! A sitting whose program ended before its ceremony did, and how it goes on.

use std::fs;
use std::path::{Path, PathBuf};

use super::program;
use crate::bundle::examine;
use crate::ceremony::{Cards, KeySource, Known, Machine, Resumption};
use crate::clerk::{Before, Clerk, Context};
use crate::faults::{self, Fault};
use crate::folder::{Folder, RecordFile, names};
use crate::plan::{Custody, Plan};
use crate::record::{CeremonyKind, Chain, Entry, Fact, Proof, SetAside, verify_to_the_cut};
use crate::script;
use crate::terms::{DeviceRole, Digest, DkekShareNumber, Purpose, Serial};

/// A sitting whose record is not sealed.
pub struct OpenSitting {
    /// Its folder.
    pub folder: Folder,
    /// Which ceremony.
    pub ceremony: CeremonyKind,
    /// Whether it is a rehearsal.
    pub rehearsal: bool,
    /// Whether it runs on software cards in the program.
    pub on_software_cards: bool,
    /// Whether its key derivation has fewer rounds than the real one.
    pub shortened: bool,
    /// Its plan, as it was read that day.
    pub plan_text: String,
    /// What its record proves, up to a line that was being written when the program ended.
    pub proof: Proof,
    /// How many bytes of the record that is.
    intact: usize,
}

/// What goes on.
pub struct Restarted {
    /// The machine, which has nothing to do yet.
    pub machine: Machine,
    /// The clerk.
    pub clerk: Clerk,
    /// The open end of the record.
    pub chain: Chain,
    /// Its file.
    pub record: RecordFile,
    /// The entry that it goes on with.
    pub resumed: Entry,
}

impl OpenSitting {
    /// Reads one.
    ///
    /// # Errors
    /// It is sealed, its record is damaged, its plan was changed, or another version of the program began it.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let folder = Folder::open(path);
        let shown = path.display();
        let text = folder.read(names::RECORD)?;
        let proof = verify_to_the_cut(&text)?;
        let intact = text.split_inclusive(|byte| *byte == b'\n').take(proof.lines.len()).map(<[u8]>::len).sum();
        let (Some(Entry::Began { plan_sha256, script_sha256, short_derivation, .. }), None, true) =
            (proof.lines.first().map(|line| &line.entry), proof.sealed, proof.withheld.is_empty())
        else {
            return Err(Fault::from(faults::NothingToResume { folder: shown }));
        };
        // Reports are written after the seal: a record that was cut off later is damaged, not open.
        if [names::REPORT, names::REPORT_HTML, names::REPORT_SUMS].into_iter().any(|report| folder.has(report)) {
            return Err(Fault::from(faults::NothingToResume { folder: shown }));
        }
        let plan = folder.unchanged(names::PLAN, *plan_sha256)?;
        if *script_sha256 != Digest(script::digest()) {
            return Err(Fault::from(faults::ResumeOtherProgram { folder: shown }));
        }
        Ok(Self {
            ceremony: proof.ceremony,
            rehearsal: proof.rehearsal,
            on_software_cards: proof.rehearsal && folder.has(names::SOFTWARE_CARDS),
            shortened: *short_derivation,
            plan_text: String::from_utf8(plan).map_err(|_| Fault::from(faults::PlanNotText))?,
            folder,
            intact,
            proof,
        })
    }

    /// All below a folder of records, the newest first: their records are there, and not sealed.
    pub fn all(records: &Path) -> Vec<Self> {
        let entries = fs::read_dir(records).into_iter().flatten().flatten();
        let mut open: Vec<Self> = entries.filter_map(|entry| Self::read(&entry.path()).ok()).collect();
        // The record counts in seconds; of two in the same second, the file system knows which is newer.
        open.sort_by_cached_key(|one| {
            let written = fs::metadata(one.folder.path().join(names::RECORD)).and_then(|data| data.modified()).ok();
            (one.proof.lines.last().map(|line| line.utc.clone()), written)
        });
        open.reverse();
        open
    }

    /// What happened in it.
    pub fn entries(&self) -> Vec<Entry> {
        self.proof.lines.iter().map(|line| line.entry.clone()).collect()
    }

    /// Milliseconds of the ceremony so far.
    pub(super) fn so_far(&self) -> u64 {
        self.proof.lines.last().and_then(|line| line.around.as_ref()).map_or(0, |around| around.since_start_ms)
    }

    /// The folder that it restores from or is about; none: it has not said yet, or there is none.
    pub fn source(&self) -> Option<PathBuf> {
        let name = self.facts().find_map(|fact| match fact {
            Fact::From { folder, .. } => Some(folder),
            _ => None,
        })?;
        Some(self.folder.path().parent()?.join(name))
    }

    /// The device that was found last for each role.
    pub(super) fn devices(&self) -> Vec<(DeviceRole, Serial)> {
        let mut found: Vec<(DeviceRole, Serial)> = Vec::new();
        for fact in self.facts() {
            if let Fact::Device { role, serial, .. } = fact {
                found.retain(|(known, _)| known != role);
                found.push((*role, serial.clone()));
            }
        }
        found
    }

    fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.proof.lines.iter().filter_map(|line| match &line.entry {
            Entry::Learned { fact, .. } => Some(fact),
            _ => None,
        })
    }

    /// The machine that its record leads to.
    ///
    /// # Errors
    /// The record names a way to continue that this version does not know.
    pub fn machine(&self, plan: Plan) -> Result<Machine, Fault> {
        Machine::resume(self.ceremony, plan, self.rehearsal, &self.entries())
            .ok_or_else(|| Fault::from(faults::ResumeOtherProgram { folder: self.folder.path().display() }))
    }

    /// Makes it ready to go on: what was being written when the program ended is set aside, and so is what is void.
    ///
    /// # Errors
    /// A file cannot be read or set aside.
    pub fn restart(&self, plan: Plan, context: Context) -> Result<Restarted, Fault> {
        let machine = self.machine(plan)?;
        let (entries, resumption) = (self.entries(), machine.resumption());
        let mut set_aside = Vec::new();
        if let Some(torn) = self.folder.cut_record(self.intact)? {
            set_aside.push(SetAside { file: names::RECORD.to_owned(), now: torn.name, sha256: torn.sha256 });
        }
        // What the record does not name was being written, or was written and not recorded: it is made again.
        let mut gone = examine(&self.folder, &self.proof).unnamed;
        gone.retain(|file| !set_aside.iter().any(|moved: &SetAside| moved.now == *file));
        gone.extend(resumption.made_again.iter().filter(|file| self.folder.has(file)).cloned());
        gone.extend(void_files(machine.known(), &resumption, &self.folder));
        gone.sort();
        gone.dedup();
        for file in gone {
            let moved = self.folder.set_aside(&file)?;
            set_aside.push(SetAside { file, now: moved.name, sha256: moved.sha256 });
        }
        let Resumption { stood, to, again, done, void, made_again: _ } = resumption;
        let resumed = Entry::Resumed {
            step: stood,
            to,
            again,
            done: done.into_iter().map(|stage| stage.word().to_owned()).collect(),
            void,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            program_sha256: program::digest(),
            set_aside,
        };
        let mut clerk = Clerk::new(context);
        let until_now: Vec<Entry> = entries.into_iter().chain([resumed.clone()]).collect();
        clerk.relearn(&before(machine.known()), &until_now)?;
        Ok(Restarted {
            machine,
            clerk,
            chain: Chain::after(self.proof.mark, self.rehearsal),
            record: RecordFile::go_on(&self.folder)?,
            resumed,
        })
    }
}

/// The files that are void with the cards.
fn void_files(known: &Known, resumption: &Resumption, folder: &Folder) -> Vec<String> {
    if !resumption.void {
        return Vec::new();
    }
    let shares = DkekShareNumber::up_to(known.plan_of_the_list().dkek_shares.len()).map(names::share_file);
    // Where the DKEK is another one the next time, so are the wrapped keys under it.
    let under_it = known.written.iter().map(|(file, _)| file.clone()).filter(|file| match known.ceremony.cards {
        Cards::Replaced => file.starts_with(names::KEYS),
        Cards::Dealt | Cards::Earlier | Cards::Changed | Cards::None => false,
    });
    shares.chain(under_it).filter(|file| folder.has(file)).collect()
}

fn before(known: &Known) -> Before {
    let plan = known.plan_of_the_list();
    let share = |number: DkekShareNumber| {
        (number, known.shares.set(Purpose::DkekShare(number)).map(str::to_owned), known.shares.kcv(number))
    };
    Before {
        custody: plan.dkek_shares.iter().map(Custody::word).collect(),
        shares: plan.numbers().map(share).collect(),
        so_pin_set: known.shares.set(Purpose::SoPin).map(str::to_owned),
        dkek: known.shares.dkek_kcv,
        chosen: known.restored.chosen,
        keys: known.plan.keys.clone(),
        copies_share_files: match (known.ceremony.cards, known.ceremony.keys) {
            (Cards::Dealt | Cards::Changed | Cards::Replaced, _) => false,
            (
                Cards::Earlier | Cards::None,
                KeySource::Known | KeySource::Folder | KeySource::Device | KeySource::New | KeySource::Files,
            ) => true,
        },
    }
}
