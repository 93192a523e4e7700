//! Share files being made: workers encrypt the DKEK shares while people copy their cards.

use std::collections::BTreeMap;

use crate::clerk::Outcome;
use crate::clerk::workers::kdf::{Job, News};
use crate::dkek::{Rounds, ShareFile};
use crate::faults::{self, Fault};
use crate::record::Fact;
use crate::terms::DkekShareNumber;

/// A DKEK share being encrypted: rounds done and in total.
struct UnderWay {
    share: DkekShareNumber,
    job: Job<ShareFile>,
    progress: (u64, u64),
}

/// The share files being made, and those that are made but not yet written.
#[derive(Default)]
pub struct Sealing {
    count: usize,
    under_way: Vec<UnderWay>,
    made: BTreeMap<DkekShareNumber, ShareFile>,
}

impl Sealing {
    /// Takes the jobs that encrypt these DKEK shares.
    pub fn begin(&mut self, jobs: Vec<(DkekShareNumber, Job<ShareFile>)>) {
        self.count = jobs.len();
        self.under_way = jobs.into_iter().map(|(share, job)| UnderWay { share, job, progress: (0, 1) }).collect();
    }

    /// Cancels what is in progress.
    pub fn stop(&mut self) {
        self.under_way.clear();
    }

    /// Whether every share file is made.
    pub fn is_done(&self) -> bool {
        self.count > 0 && self.made.len() == self.count
    }

    /// A finished share file.
    pub fn file(&self, share: DkekShareNumber) -> Option<&ShareFile> {
        self.made.get(&share)
    }

    /// A share file has been written: it is no longer kept here.
    pub fn forget(&mut self, share: DkekShareNumber) {
        self.made.remove(&share);
    }

    /// The progress; `None`: nothing new.
    pub fn poll(&mut self, rounds: Rounds) -> Option<Outcome> {
        if self.under_way.is_empty() {
            return Some(Outcome::Failed(Fault::from(faults::WorkerGone)));
        }
        let mut news = false;
        for mut one in std::mem::take(&mut self.under_way) {
            match one.job.newest() {
                Err(()) => {
                    self.under_way.clear();
                    return Some(Outcome::Failed(Fault::from(faults::WorkerGone)));
                }
                Ok(Some(News::Done(file))) => {
                    self.made.insert(one.share, file);
                    news = true;
                    continue;
                }
                Ok(Some(News::Progress(done, total))) => {
                    one.progress = (done, total);
                    news = true;
                }
                Ok(None) => {}
            }
            self.under_way.push(one);
        }
        // The slowest one determines how long it takes.
        match self.under_way.iter().map(|one| one.progress).min_by_key(|(done, _)| *done) {
            None => Some(Outcome::Done(vec![Fact::Enciphered { rounds: rounds.0 }])),
            Some((done, total)) => news.then_some(Outcome::Progress { done, total }),
        }
    }
}
