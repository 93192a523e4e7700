//! What the clerk knew before its program ended, as the record and the ceremony say it.

use crate::clerk::Clerk;
use crate::clerk::manifest_draft::ManifestDraft;
use crate::faults::Fault;
use crate::plan::PlannedKey;
use crate::record::{Entry, Fact};
use crate::terms::{DeviceRole, DkekShareNumber, Kcv, Serial};

/// What the ceremony knows and the facts alone do not say.
pub struct Before {
    /// Who guards each DKEK share, in the words of the record.
    pub custody: Vec<String>,
    /// The set and the KCV of each DKEK share, as far as they are known.
    pub shares: Vec<(DkekShareNumber, Option<String>, Option<Kcv>)>,
    /// The set that the SO-PIN was split into, if it is under a quorum.
    pub so_pin_set: Option<String>,
    /// Names the DKEK, if it is known.
    pub dkek: Option<Kcv>,
    /// The one that people chose, of several in the folder that is restored from.
    pub chosen: Option<Kcv>,
    /// The keys of the sitting.
    pub keys: Vec<PlannedKey>,
    /// Whether it copies share files of an earlier sitting or of another tool.
    pub copies_share_files: bool,
}

impl Clerk {
    /// Takes in what happened before.
    ///
    /// # Errors
    /// A file that the record names cannot be read.
    pub fn relearn(&mut self, before: &Before, entries: &[Entry]) -> Result<(), Fault> {
        if let (Some(chosen), Some(source)) = (before.chosen, &mut self.source) {
            source.choose(chosen);
        }
        self.manifest = self.draft(before, entries);
        for entry in entries {
            match entry {
                // The device is the same; what was dealt and made of it is not.
                Entry::Resumed { void: true, .. } => {
                    let void = std::mem::take(&mut self.manifest);
                    self.manifest = self.draft(before, entries).with_certificates_of(void);
                }
                Entry::Resumed { set_aside, .. } => {
                    for moved in set_aside {
                        self.manifest.forget(&moved.file);
                    }
                }
                Entry::Learned { fact, .. } => {
                    if let Fact::BackedUp { label, .. } = fact
                        && let Some(key) = before.keys.iter().find(|key| key.label == *label)
                    {
                        self.manifest.expect_key(key.clone());
                    }
                    self.manifest.note(&self.folder, fact)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn draft(&self, before: &Before, entries: &[Entry]) -> ManifestDraft {
        let mut draft = ManifestDraft::default();
        let elsewhere = before.copies_share_files && self.source.as_ref().is_some_and(|source| source.shares_elsewhere);
        draft.expect_earlier(before.custody.clone(), elsewhere, before.so_pin_set.clone());
        for (share, set, kcv) in &before.shares {
            draft.know_share(*share, set.clone(), *kcv);
        }
        if let (Some(kcv), Some(serial)) = (before.dkek, self.device(entries)) {
            draft.back_up_from(kcv, &serial);
        }
        draft
    }

    /// The device that the keys are on.
    fn device(&self, entries: &[Entry]) -> Option<Serial> {
        let found = entries.iter().rev().find_map(|entry| match entry {
            Entry::Learned { fact: Fact::Device { role: DeviceRole::Original, serial, .. }, .. } => Some(serial),
            _ => None,
        });
        found.or_else(|| self.source.as_ref()?.device()).cloned()
    }
}
