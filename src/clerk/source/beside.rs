//! Further folders of ours with keys under the same DKEK: those that people name, and those that lie beside a folder which names
//! them as the one before.

use std::path::{Component, Path, PathBuf};

use super::{Source, Standing};
use crate::faults::{self, Fault};
use crate::folder::Folder;
use crate::names::CeremonyKind;
use crate::plan::PlannedKey;
use crate::record::{BackedUpKey, Entry, Fact, Proof};
use crate::terms::{Digest, KeyLabel};

/// A further folder.
pub(in crate::clerk) struct Beside {
    pub folder: Folder,
    /// Its keys that no folder before it has; their labels are those of this sitting.
    pub keys: Vec<BackedUpKey>,
    digest: Digest,
}

/// The folder that a folder of ours names as the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::clerk) struct Before {
    pub folder: String,
    pub record: Option<Digest>,
    /// Keys of the same device are there, and nowhere else.
    pub has_older_keys: bool,
}

impl Before {
    /// What the record of a folder says. Where the custodians changed, all keys came along.
    pub fn of(proof: &Proof) -> Option<Self> {
        let has_older_keys = match proof.ceremony {
            CeremonyKind::AddKeys | CeremonyKind::Import => true,
            CeremonyKind::BackUp => false,
            CeremonyKind::Establish
            | CeremonyKind::Fleet
            | CeremonyKind::Restore
            | CeremonyKind::Drill
            | CeremonyKind::ReSplit
            | CeremonyKind::ReKey
            | CeremonyKind::Retire
            | CeremonyKind::Pins
            | CeremonyKind::Inspect => return None,
        };
        proof.lines.iter().find_map(|line| match &line.entry {
            Entry::Learned { fact: Fact::From { folder, record_sha256, .. }, .. } => {
                Some(Self { folder: folder.clone(), record: *record_sha256, has_older_keys })
            }
            _ => None,
        })
    }

    /// It lies beside the folder that names it, and its record is the one that was named.
    fn beside(&self, path: &Path) -> Option<Source> {
        let name = Path::new(&self.folder);
        let mut parts = name.components();
        if !matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None)) {
            return None;
        }
        let found = Source::open(&path.canonicalize().ok()?.parent()?.join(name), None).ok()?;
        (found.digest().is_some() && found.digest() == self.record).then_some(found)
    }
}

impl Source {
    /// The last digest of its record, if it has one.
    fn digest(&self) -> Option<Digest> {
        match self.standing {
            Standing::Recorded { digest, .. } => Some(digest),
            Standing::Elsewhere { .. } => None,
        }
    }

    /// Takes in further folders, and every folder before them that lies beside the one that names it.
    ///
    /// # Errors
    /// A named folder is missing, broken or unfinished, was made elsewhere, or its keys are under another DKEK.
    pub fn with_others(mut self, others: &[PathBuf]) -> Result<Self, Fault> {
        let mut before = vec![(self.folder.path().to_owned(), self.before.clone())];
        for path in others {
            let other = Self::open(path, None)?;
            self.fits(&other)?;
            before.push((path.clone(), other.before.clone()));
            self.take_in(other);
        }
        while let Some((path, named)) = before.pop() {
            // What only lies there by chance is left alone.
            if let Some(found) = named.and_then(|named| named.beside(&path)).filter(|found| self.fits(found).is_ok()) {
                let (path, named) = (found.folder.path().to_owned(), found.before.clone());
                if self.take_in(found) {
                    before.push((path, named));
                }
            }
        }
        Ok(self)
    }

    fn fits(&self, other: &Self) -> Result<(), Fault> {
        let rehearsal = |source: &Self| match source.standing {
            Standing::Recorded { rehearsal, .. } => Some(rehearsal),
            Standing::Elsewhere { .. } => None,
        };
        let folder = || other.folder.path().display();
        match (self.kcv, other.kcv) {
            (Some(expected), Some(found)) if expected != found => {
                return Err(Fault::from(faults::FolderOtherDkek { folder: folder(), found, expected }));
            }
            (Some(_), Some(_)) => {}
            (None, _) | (_, None) => return Err(Fault::from(faults::SourceNeedsPlan { folder: folder() })),
        }
        match (rehearsal(self), rehearsal(other)) {
            (Some(own), Some(others)) if own != others => Err(Fault::from(faults::SourceRehearsalDiffers)),
            (None | Some(_), None | Some(_)) => Ok(()),
        }
    }

    /// False if it is there already.
    fn take_in(&mut self, other: Self) -> bool {
        let Some(digest) = other.digest() else { return false };
        if self.digest() == Some(digest) || self.others.iter().any(|known| known.digest == digest) {
            return false;
        }
        let mut keys: Vec<BackedUpKey> = Vec::new();
        for (key, planned) in other.keys.into_iter().zip(other.plan.keys) {
            let known = || self.keys.iter().chain(self.others.iter().flat_map(|beside| &beside.keys)).chain(&keys);
            if known().any(|known| known.wrapped_sha256 == key.wrapped_sha256) {
                continue;
            }
            let taken = |label: &KeyLabel| known().any(|known| known.label == *label);
            let Some(label) = free(&key.label, taken) else { continue };
            self.plan.keys.push(PlannedKey { label: label.clone(), ..planned });
            keys.push(BackedUpKey { label, ..key });
        }
        self.others.push(Beside { folder: other.folder, keys, digest });
        true
    }

    /// Every backed-up key, with its folder.
    pub(in crate::clerk) fn all_backups(&self) -> impl Iterator<Item = (&Folder, &BackedUpKey)> {
        let own = self.keys.iter().map(|key| (&self.folder, key));
        own.chain(self.others.iter().flat_map(|beside| beside.keys.iter().map(|key| (&beside.folder, key))))
    }

    /// Those of today.
    pub(in crate::clerk) fn backups(&self) -> impl Iterator<Item = (&Folder, &BackedUpKey)> {
        let of_today = |key: &BackedUpKey| self.is_of_today(&key.label) || !self.keys.iter().any(|own| own == key);
        self.all_backups().filter(move |(_, key)| of_today(key))
    }

    /// What the record says about further folders, and about the one before that is not among them.
    pub(super) fn facts_of_others(&self) -> impl Iterator<Item = Fact> {
        let also = self.others.iter().map(|beside| Fact::AlsoFrom {
            folder: beside.folder.name(),
            record_sha256: beside.digest,
            keys: beside.keys.iter().map(|key| key.label.clone()).collect(),
        });
        let there = |before: &&Before| self.others.iter().any(|beside| Some(beside.digest) == before.record);
        let before = self.before.iter().filter(move |before| before.has_older_keys && !there(before));
        let before =
            before.map(|before| Fact::OlderKeysIn { folder: before.folder.clone(), record_sha256: before.record });
        also.chain(before)
    }
}

/// A label that no other key has: its own or, where another key has that, with a number.
fn free(label: &KeyLabel, taken: impl Fn(&KeyLabel) -> bool) -> Option<KeyLabel> {
    let short: String = label.as_str().chars().take(28).collect();
    let numbered = (2..=u8::MAX).filter_map(|number| KeyLabel::new(&format!("{short}-{number}")).ok());
    [label.clone()].into_iter().chain(numbered).find(|label| !taken(label))
}
