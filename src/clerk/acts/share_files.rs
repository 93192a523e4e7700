//! The share files of this sitting and of what is restored from: enciphered, written, opened.

use crate::ceremony::Outcome;
use crate::clerk::Clerk;
use crate::clerk::Pending;
use crate::clerk::acts::keys;
use crate::clerk::acts::shares::Opening;
use crate::clerk::as_fault;
use crate::clerk::share_file_name;
use crate::clerk::workers::kdf::{self, News, Try};
use crate::dkek::ShareFile;
use crate::faults::{self, Fault};
use crate::record::Fact;
use crate::terms::DkekShareNumber;

impl Clerk {
    /// Whether every share file is enciphered.
    pub(in crate::clerk) fn all_sealed(&self) -> bool {
        !self.notes.custody.is_empty() && self.sealed.len() == self.notes.custody.len()
    }

    /// How far the share files in the making are.
    pub(in crate::clerk) fn poll_sealing(&mut self) -> Option<Outcome> {
        if self.sealing.is_empty() {
            return Some(Outcome::Failed(Fault::from(faults::WorkerGone)));
        }
        let (mut news, mut still) = (false, Vec::new());
        for (share, job, mut progress) in std::mem::take(&mut self.sealing) {
            match job.newest() {
                Err(()) => return Some(Outcome::Failed(Fault::from(faults::WorkerGone))),
                Ok(Some(News::Done(file))) => {
                    self.sealed.insert(share, file);
                    news = true;
                    continue;
                }
                Ok(Some(News::Progress(done, total))) => {
                    progress = (done, total);
                    news = true;
                }
                Ok(None) => {}
            }
            still.push((share, job, progress));
        }
        self.sealing = still;
        if self.sealing.is_empty() {
            return Some(Outcome::Done(vec![Fact::Enciphered { rounds: self.rounds.0 }]));
        }
        // The one that is furthest behind says how long it takes.
        let behind = self.sealing.iter().map(|(_, _, progress)| *progress).min_by_key(|(done, _)| *done);
        behind.filter(|_| news).map(|(done, total)| Outcome::Progress { done, total })
    }

    /// Begins to try passwords on the share file of a DKEK share.
    pub(in crate::clerk) fn open(&self, tries: Vec<Try>, opening: Opening, foreign: bool) -> Result<Pending, Fault> {
        let contents = match &self.source {
            Some(source) => source.share_files(opening.share, &self.notes.opened)?,
            None => vec![(share_file_name(opening.share), self.own_share_file(opening.share)?)],
        };
        let mut files = Vec::new();
        for (name, content) in contents {
            let file = ShareFile::parse(&content).map_err(|error| as_fault::share_file(&error))?;
            match (file.is_rehearsal(), self.rehearsal) {
                (true, false) => return Err(Fault::from(faults::RehearsalArtefact { what: name })),
                (false, true) if !(foreign && self.training_files) => return Err(Fault::from(faults::RealShareFile)),
                _ => files.push((name, file)),
            }
        }
        Ok(Pending::Opening { job: kdf::begin_opening(tries, files, self.rounds), opening })
    }

    /// Writes the share file of a DKEK share, or finds it there from an earlier try.
    pub(in crate::clerk) fn write_share_file(&mut self, share: DkekShareNumber) -> Result<Vec<Fact>, Fault> {
        let sealed = self.sealed.get(&share).ok_or_else(|| Fault::from(faults::StepNotPossible))?;
        let (name, content) = (share_file_name(share), sealed.to_bytes());
        let written = if self.folder.has(&name) && self.folder.read(&name)? == content {
            self.folder.written(&name)?
        } else {
            self.folder.write_new(&name, &content)?
        };
        self.sealed.remove(&share);
        Ok(vec![Fact::Written { file: written.name, bytes: written.bytes, sha256: written.sha256 }])
    }

    /// A share file of this sitting, still the one that was written.
    pub(in crate::clerk) fn own_share_file(&self, share: DkekShareNumber) -> Result<Vec<u8>, Fault> {
        let sha256 = self.notes.share_files.get(&share).ok_or_else(|| Fault::from(faults::StepNotPossible))?;
        keys::unchanged(&self.folder, &share_file_name(share), *sha256)
    }
}
