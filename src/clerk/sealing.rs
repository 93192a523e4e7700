//! Share files in the making: workers encipher the DKEK shares while people copy their cards.

use std::collections::BTreeMap;

use crate::clerk::Outcome;
use crate::clerk::workers::kdf::{Job, News};
use crate::dkek::{Rounds, ShareFile};
use crate::faults::{self, Fault};
use crate::record::Fact;
use crate::terms::DkekShareNumber;

/// A DKEK share that is being enciphered: rounds done and in all.
struct UnderWay {
    share: DkekShareNumber,
    job: Job<ShareFile>,
    progress: (u64, u64),
}

/// The share files in the making, and those that are made and not written yet.
#[derive(Default)]
pub struct Sealing {
    count: usize,
    under_way: Vec<UnderWay>,
    made: BTreeMap<DkekShareNumber, ShareFile>,
}

impl Sealing {
    /// These are being enciphered from now on.
    pub fn begin(&mut self, jobs: Vec<(DkekShareNumber, Job<ShareFile>)>) {
        self.count = jobs.len();
        self.under_way = jobs.into_iter().map(|(share, job)| UnderWay { share, job, progress: (0, 1) }).collect();
    }

    /// Breaks off what is under way.
    pub fn stop(&mut self) {
        self.under_way.clear();
    }

    /// Whether every share file is made.
    pub fn is_done(&self) -> bool {
        self.count > 0 && self.made.len() == self.count
    }

    /// A share file that is made.
    pub fn file(&self, share: DkekShareNumber) -> Option<&ShareFile> {
        self.made.get(&share)
    }

    /// A share file is written: it is not kept here any longer.
    pub fn forget(&mut self, share: DkekShareNumber) {
        self.made.remove(&share);
    }

    /// How far they are; none: nothing new.
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
        // The one that is furthest behind says how long it takes.
        match self.under_way.iter().map(|one| one.progress).min_by_key(|(done, _)| *done) {
            None => Some(Outcome::Done(vec![Fact::Enciphered { rounds: rounds.0 }])),
            Some((done, total)) => news.then_some(Outcome::Progress { done, total }),
        }
    }
}
