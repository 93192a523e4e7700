//! What is restored from: a finished sitting with manifest and record, or files made elsewhere.

mod beside;
mod differing;
pub mod foreign;
pub(in crate::clerk) mod found;

use std::path::Path;

use crate::bundle;
use crate::clerk::source::beside::{Before, Beside};
use crate::faults::{self, Fault};
use crate::folder::{Folder, names};
use crate::plan::{Custody, Plan};
use crate::record::{
    BackedUpDkekShare, BackedUpKey, Entry, Fact, Former, FoundDkek, FoundKey, KnownShare, RecordedBag,
    verify_to_the_cut,
};
use crate::terms::{Digest, DkekShareNumber, Kcv, KeyLabel, Purpose, Serial};

/// What is restored from.
pub struct Source {
    /// Its folder.
    pub folder: Folder,
    /// Its plan; for files made elsewhere, people and quorum come from the given plan, and the keys are those found.
    pub plan: Plan,
    /// The keys, of every DKEK in the folder.
    pub keys: Vec<BackedUpKey>,
    pub(in crate::clerk) title: String,
    /// Names the DKEK: of several, the one that was chosen; none: there is nothing but share files made elsewhere.
    pub(in crate::clerk) kcv: Option<Kcv>,
    pub(in crate::clerk) so_pin_set: Option<String>,
    /// The devices that the keys were generated on, if known.
    pub(in crate::clerk) devices: Vec<Serial>,
    /// The share files with their digests; for a sitting of ours, in the order of the DKEK shares.
    pub(in crate::clerk) share_files: Vec<(KnownShare, Digest)>,
    pub(in crate::clerk) standing: Standing,
    /// Whether the shares were made elsewhere, even if the folder has a record of ours.
    pub(in crate::clerk) shares_elsewhere: bool,
    /// Further folders with keys under the same DKEK.
    others: Vec<Beside>,
    /// The folder that it names as the one before.
    before: Option<Before>,
}

/// What vouches for the files.
pub(in crate::clerk) enum Standing {
    /// A record of ours: whether it is a rehearsal's, its last digest, its number of lines if it was never sealed, who
    /// may know a share that now belongs to somebody else, the bags of cards and passwords, and the folder and the sets of the
    /// cards that were dealt before.
    Recorded {
        rehearsal: bool,
        digest: Digest,
        not_sealed: Option<u32>,
        formers: Vec<Former>,
        bags: Vec<RecordedBag>,
        before: Option<(String, Vec<Option<String>>)>,
    },
    /// Nothing: they were made elsewhere. The files that were passed over, those that start like a wrapped key but are not
    /// one, those that are copies of others, the keys as they were found, and the DKEKs they are under.
    Elsewhere {
        passed_over: Vec<String>,
        damaged: Vec<String>,
        copies: Vec<(String, String)>,
        keys: Vec<FoundKey>,
        dkeks: Vec<DkekInFolder>,
    },
}

/// A DKEK that wrapped keys of the folder are under.
pub(in crate::clerk) struct DkekInFolder {
    pub found: FoundDkek,
    /// The devices that its keys were generated on, if known.
    pub devices: Vec<Serial>,
}

impl Source {
    /// Opens a folder. Without a manifest its files are taken to be made elsewhere, and then `plan` must name people
    /// and quorum; a folder of ours has its own plan and accepts no other.
    ///
    /// # Errors
    /// It is missing, broken or unfinished, or the plan does not fit it.
    pub fn open(path: &Path, plan: Option<&Plan>) -> Result<Self, Fault> {
        let folder = Folder::open(path);
        match plan {
            plan if folder.has(names::MANIFEST) => Self::open_ours(folder, plan),
            Some(plan) => foreign::open(folder, plan),
            None if path.is_dir() => Err(Fault::from(faults::SourceNeedsPlan { folder: path.display() })),
            None => Err(Fault::from(faults::SourceMissing { folder: path.display() })),
        }
    }

    /// Opens a folder whose share files guard the DKEK of a device that is backed up: a folder of ours, or share files made
    /// elsewhere, which may lie there alone.
    ///
    /// # Errors
    /// It is missing, broken or unfinished, or the plan does not fit it.
    pub fn open_share_files(path: &Path, plan: Option<&Plan>) -> Result<Self, Fault> {
        match plan {
            Some(plan) if path.is_dir() && !path.join(names::MANIFEST).exists() => {
                foreign::share_files(Folder::open(path), plan)
            }
            plan => Self::open(path, plan),
        }
    }

    /// The folder of a finished *establish* or *back-up*: its record is intact and names every file, and its manifest and plan can
    /// be read.
    fn open_ours(folder: Folder, given: Option<&Plan>) -> Result<Self, Fault> {
        let manifest = bundle::manifest(&folder)?;
        let mut plan = Plan::parse_kept(&String::from_utf8_lossy(&folder.read(names::PLAN)?))
            .map_err(|faults| faults.into_iter().next().unwrap_or_else(|| Fault::from(faults::PlanNotObject)))?;
        let proof = verify_to_the_cut(&folder.read(names::RECORD)?)?;
        if !proof.withheld.is_empty() {
            return Err(Fault::from(faults::SourceDisclosed));
        }
        let custody: Vec<String> = plan.dkek_shares.iter().map(Custody::word).collect();
        bundle::agrees(&folder, &proof, &manifest, &custody)?;
        if given.is_some_and(|given| *given != plan) {
            return Err(Fault::from(faults::SourceOtherPlan { folder: folder.path().display() }));
        }
        // Anyone who took somebody's place that day has that card.
        let (mut formers, mut bags) = (Vec::new(), Vec::new());
        let written = plan.clone();
        let (mut earlier, mut before) = (None, None);
        for line in &proof.lines {
            match &line.entry {
                Entry::Learned { fact: Fact::From { folder, dkek_shares, .. }, .. } => {
                    let sets = dkek_shares.iter().map(|share| share.set.clone()).collect();
                    earlier = Some((folder.clone(), sets));
                }
                Entry::Learned { fact: Fact::SetTyped { card: Purpose::DkekShare(share), set }, .. } => {
                    let sets: Option<&mut Vec<Option<String>>> = earlier.as_mut().map(|(_, sets)| sets);
                    if let Some(unknown) = sets.and_then(|sets| sets.get_mut(share.index())) {
                        *unknown = Some(set.clone());
                    }
                }
                Entry::Learned { fact: Fact::NewCustodians, .. } => before = earlier.take(),
                _ => {}
            }
            if let Entry::Learned { fact: Fact::NewCustodians, .. } = &line.entry {
                // Whoever took a place before that had a card of the old set.
                (plan, formers, bags) = (written.clone(), Vec::new(), Vec::new());
            }
            if let Entry::Learned { fact: Fact::Bagged { share, custodian, bag }, .. } = &line.entry {
                // The last one counts.
                bags.retain(|known: &RecordedBag| (known.share, known.custodian) != (*share, *custodian));
                bags.push(RecordedBag { share: *share, custodian: *custodian, bag: bag.clone() });
            }
            if let Entry::Substituted { share, custodian, name, former_knows, .. } = &line.entry {
                plan.substitute(*share, *custodian, name);
                let former = |name: &String| Former { share: *share, custodian: *custodian, name: name.clone() };
                formers.extend(former_knows.as_ref().map(former));
            }
        }
        // A key that was left out that day was never backed up, and what a back-up found on a device is not in its plan.
        plan.keys = foreign::planned(&manifest.keys, &plan)?;
        let not_sealed = proof.sealed.is_none().then_some(proof.mark.line);
        let standing = Standing::Recorded {
            rehearsal: manifest.rehearsal,
            digest: proof.mark.digest,
            not_sealed,
            formers,
            bags,
            before,
        };
        Ok(Self {
            folder,
            plan,
            keys: manifest.keys,
            title: manifest.title,
            kcv: Some(manifest.kcv),
            so_pin_set: manifest.so_pin_set,
            devices: vec![manifest.serial],
            share_files: manifest.dkek_shares.into_iter().map(known).collect(),
            standing,
            shares_elsewhere: manifest.shares_elsewhere,
            others: Vec::new(),
            before: Before::of(&proof),
        })
    }

    /// The device that the keys were generated on, or backed up from, if known.
    pub fn device(&self) -> Option<&Serial> {
        self.devices.first()
    }

    /// Whether the files were made elsewhere.
    pub const fn is_foreign(&self) -> bool {
        match self.standing {
            Standing::Recorded { .. } => false,
            Standing::Elsewhere { .. } => true,
        }
    }

    /// The keys under the DKEK that is restored.
    pub fn keys_of_today(&self) -> impl Iterator<Item = &BackedUpKey> {
        self.keys.iter().filter(|key| self.is_of_today(&key.label))
    }

    fn is_of_today(&self, label: &KeyLabel) -> bool {
        match &self.standing {
            Standing::Recorded { .. } => true,
            Standing::Elsewhere { dkeks, .. } => {
                let chosen = dkeks.iter().filter(|dkek| Some(dkek.found.kcv) == self.kcv);
                chosen.flat_map(|dkek| &dkek.found.keys).any(|(known, _)| known == label)
            }
        }
    }

    /// The DKEKs that people have to choose from; empty if there is only one.
    pub fn several_dkeks(&self) -> Vec<FoundDkek> {
        match &self.standing {
            Standing::Elsewhere { dkeks, .. } if dkeks.len() > 1 => {
                dkeks.iter().map(|dkek| dkek.found.clone()).collect()
            }
            Standing::Recorded { .. } | Standing::Elsewhere { .. } => Vec::new(),
        }
    }

    /// Restores the keys under this DKEK from now on, one of several.
    pub fn choose(&mut self, kcv: Kcv) {
        if let Standing::Elsewhere { dkeks, .. } = &self.standing
            && let Some(chosen) = dkeks.iter().find(|dkek| dkek.found.kcv == kcv)
        {
            self.kcv = Some(kcv);
            self.devices.clone_from(&chosen.devices);
        }
    }

    /// What the record says about it, after every file has been compared with its digest.
    ///
    /// # Errors
    /// A share file is missing or was changed, no wrapped key is left that was not, or it is a rehearsal's in a real
    /// ceremony or the reverse.
    pub fn facts(&self, rehearsal: bool) -> Result<Vec<Fact>, Fault> {
        match self.standing {
            Standing::Recorded { rehearsal: was_one, .. } if was_one != rehearsal => {
                return Err(Fault::from(faults::SourceRehearsalDiffers));
            }
            Standing::Recorded { .. } | Standing::Elsewhere { .. } => {}
        }
        for (share, sha256) in &self.share_files {
            self.folder.unchanged(&share.file, *sha256)?;
        }
        let differing = self.differing()?;
        let (record_sha256, more): (_, Vec<Fact>) = match &self.standing {
            Standing::Recorded { digest, not_sealed, formers, bags, before, .. } => {
                let formers = (!formers.is_empty()).then(|| Fact::Formers { people: formers.clone() });
                let not_sealed = not_sealed.map(|lines| Fact::NotSealed { lines });
                let bags = (!bags.is_empty()).then(|| Fact::BagsOnRecord { bags: bags.clone() });
                let before = before.clone().map(|(folder, sets)| Fact::SetsBefore { folder, sets });
                (Some(*digest), formers.into_iter().chain(not_sealed).chain(bags).chain(before).collect())
            }
            Standing::Elsewhere { passed_over, damaged, copies, keys, .. } => {
                let found = Fact::FoundElsewhere {
                    devices: self.devices.clone(),
                    passed_over: passed_over.clone(),
                    damaged: damaged.clone(),
                    copies: copies.clone(),
                    keys: keys.iter().filter(|key| self.is_of_today(&key.label)).cloned().collect(),
                };
                (None, vec![found])
            }
        };
        let from = Fact::From {
            folder: self.folder.name(),
            title: self.title.clone(),
            kcv: self.kcv,
            dkek_shares: self.share_files.iter().map(|(share, _)| share.clone()).collect(),
            so_pin_set: self.so_pin_set.clone(),
            serial: self.devices.first().cloned(),
            record_sha256,
            shares_elsewhere: self.shares_elsewhere && !self.is_foreign(),
        };
        Ok([from].into_iter().chain(more).chain(differing).chain(self.facts_of_others()).collect())
    }

    /// The share files that may contain a DKEK share, unchanged, the likeliest first. With files made elsewhere nothing
    /// says which is which: any except those already `opened`.
    ///
    /// # Errors
    /// One is missing or was changed.
    pub fn share_files(&self, share: DkekShareNumber, opened: &[String]) -> Result<Vec<(String, Vec<u8>)>, Fault> {
        let file = |(known, sha256): &(KnownShare, Digest)| {
            Ok((known.file.clone(), self.folder.unchanged(&known.file, *sha256)?))
        };
        if !self.shares_elsewhere {
            return self.share_files.get(share.index()).into_iter().map(file).collect();
        }
        let (first, others): (Vec<_>, Vec<_>) = (0..).zip(&self.share_files).partition(|(at, _)| *at == share.index());
        let all = first.into_iter().chain(others).map(|(_, known)| known);
        all.filter(|(known, _)| !opened.contains(&known.file)).map(file).collect()
    }
}

fn known(share: BackedUpDkekShare) -> (KnownShare, Digest) {
    let known = KnownShare { file: share.share_file, set: share.set, kcv: share.kcv };
    (known, share.share_file_sha256)
}
