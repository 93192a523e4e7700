//! How the ceremonies of one run of the program ended, and what to do next.

use std::path::{Path, PathBuf};

use super::Exit;
use super::say::{complain, explain};
use crate::app::Sitting;
use crate::ceremony::{Cards, Ceremony};
use crate::faults::Fault;
use crate::folder::names;
use crate::record::CeremonyKind;
use crate::script::words;
use crate::terms::Digest;

/// How the ceremonies of one run of the program ended, and their folders: the last one of each kind.
#[derive(Default)]
pub struct Ends(Vec<Ended>);

/// How one ceremony ended.
struct Ended {
    kind: CeremonyKind,
    exit: Exit,
    folder: PathBuf,
    /// The digest of its record, as it was read aloud.
    digest: Digest,
}

impl Ends {
    /// Notes one.
    pub fn note(&mut self, kind: CeremonyKind, exit: Exit, folder: &Path, digest: Digest) {
        self.0.retain(|ended| ended.kind != kind);
        self.0.push(Ended { kind, exit, folder: folder.to_owned(), digest });
    }

    /// The worst exit code.
    pub fn exit(&self) -> Exit {
        self.0.iter().map(|ended| ended.exit).max().unwrap_or(Exit::Done)
    }

    /// Whether keys were made and nothing was restored yet.
    pub fn made_something(&self) -> bool {
        let cards = |kind: CeremonyKind| Ceremony::of(kind).character.cards;
        let ended = |which| self.0.iter().any(|one| cards(one.kind) == which && one.exit != Exit::Aborted);
        ended(Cards::Dealt) && !ended(Cards::Earlier)
    }

    /// Every folder that was made, and what to do next with it.
    pub fn lines(&self, rehearsal: bool) -> Vec<String> {
        let mut lines = Vec::new();
        for Ended { kind, exit, folder, digest } in &self.0 {
            let (ceremony, folder) = (kind.word(), folder.display());
            lines.push(match exit {
                Exit::Done => words::LastDone { ceremony, folder }.to_string(),
                Exit::Deviations => words::LastDeviations { ceremony, folder }.to_string(),
                Exit::Aborted | Exit::Usage | Exit::Fault => words::LastAborted { ceremony, folder }.to_string(),
            });
            lines.push(words::LastDigest { digest: digest.in_groups().join(" ") }.to_string());
            lines.push(words::LastDigestWords { words: digest.in_words().join(" ") }.to_string());
        }
        let ended = |one: &&Ended| matches!(one.exit, Exit::Done | Exit::Deviations);
        let whole = |one: &&Ended| Ceremony::of(one.kind).character.makes_a_backup() && ended(one);
        for report in self.0.iter().map(|one| one.folder.join(names::REPORT_HTML)).filter(|file| file.exists()) {
            lines.push(words::NextReport { file: report.display() }.to_string());
        }
        for one in self.0.iter().filter(ended) {
            lines.push(words::NextVerify { folder: one.folder.display() }.to_string());
        }
        if let Some(Ended { folder: made, .. }) = self.0.iter().rfind(whole) {
            let (folder, cards) = (made.display(), made.join(names::BLANK_CARDS));
            // Whoever has just restored knows how.
            if self.0.len() == 1 {
                lines.push(if rehearsal {
                    words::NextRehearseRestore { folder: &folder }.to_string()
                } else {
                    words::NextRestore { folder: &folder }.to_string()
                });
            }
            if cards.exists() {
                lines.push(words::NextCards { file: cards.display() }.to_string());
            }
        }
        lines
    }
}

/// What could not be done after the record was sealed. The ceremony is whole without it, and its exit code stays.
pub struct Unfinished {
    folder: PathBuf,
    report: Option<Fault>,
    signature: Option<Fault>,
    copies: Vec<Fault>,
}

impl Unfinished {
    /// What a sitting could not do.
    pub fn of(sitting: &Sitting) -> Self {
        Self {
            folder: sitting.folder().to_owned(),
            report: sitting.without_report().cloned(),
            signature: sitting.not_signed().cloned(),
            copies: sitting.not_copied().to_vec(),
        }
    }

    /// Says it.
    pub fn explain(&self) {
        let folder = self.folder.display();
        if let Some(fault) = &self.report {
            explain(std::slice::from_ref(fault));
            complain(&words::ReportNotWritten { folder: &folder }.to_string());
        }
        if let Some(fault) = &self.signature {
            explain(std::slice::from_ref(fault));
            complain(&words::RecordNotSigned { folder: &folder }.to_string());
        }
        if !self.copies.is_empty() {
            explain(&self.copies);
            complain(&words::CopiesNotWhole { folder: &folder }.to_string());
        }
    }
}
