//! The cover: which ceremony, when and where, how it ended, and the digests that everything rests on.

use super::{Told, grouped, text};
use crate::ceremony::{finding, role};
use crate::paper::document::{Block, Cell, Sheet};
use crate::record::{Ending, Entry, Fact, Line, Part};
use crate::script::{chapters, words};

impl Told<'_> {
    pub(super) fn cover(&self) -> Sheet {
        let proof = self.proof;
        let mut facts: Vec<(String, Cell)> = Vec::new();
        let mut add = |label: &str, value: Cell| facts.push((label.to_owned(), value));
        add(words::PRINT_TITLE, text(self.title()));
        let mode = if proof.rehearsal { words::PRINT_MODE_REHEARSAL } else { words::PRINT_MODE_REAL };
        add(words::PRINT_MODE, text(mode));
        add(
            words::REPORT_ENDED,
            text(match proof.sealed {
                Some((Ending::Complete, deviations)) => words::ReportComplete { deviations }.to_string(),
                Some((Ending::Aborted, deviations)) => words::ReportAborted { deviations }.to_string(),
                None => words::ReportNotSealed { lines: proof.mark.line }.to_string(),
            }),
        );
        let on_the_wall = |line: Option<&Line>| line.map(moment).unwrap_or_default();
        add(words::REPORT_BEGAN, text(on_the_wall(proof.lines.first())));
        add(words::REPORT_LAST_LINE, text(on_the_wall(proof.lines.last())));
        if let Some(plan) = self.plan {
            let arranged = &plan.arrangements;
            let known = |text: &Option<String>| Cell::known(text.as_deref());
            add(words::PRINT_PLACE, known(&arranged.place));
            if let Some(approval) = &arranged.approval {
                add(words::PRINT_APPROVED, text(&approval.by));
                add(words::PRINT_APPROVAL, known(&approval.reference));
                add(words::PRINT_APPROVAL_DATE, known(&approval.date));
            }
            add(words::PRINT_VIDEO, known(&arranged.video_reference));
        }
        for line in &proof.lines {
            if let Entry::Began { custody, .. } = &line.entry {
                add(words::PRINT_QUORUM, text(custody.join(", ")));
            }
        }
        for (_, fact) in self.facts() {
            if let Fact::From { folder, record_sha256, .. } = fact {
                add(words::REPORT_FROM, text(folder));
                add(words::REPORT_FROM_DIGEST, text(record_sha256.as_ref().map(grouped).unwrap_or_default()));
            }
        }
        let digest = (words::REPORT_RECORD_DIGEST.to_owned(), text(grouped(&proof.mark.digest)));
        let aloud = (words::REPORT_RECORD_WORDS.to_owned(), text(proof.mark.digest.in_words().join(" ")));
        let (head, digests) = (facts, self.digests());
        let mut sheet = Sheet { heading: None, blocks: vec![Block::Facts(head)] };
        sheet.blocks.push(Block::Heading(words::REPORT_DIGESTS.to_owned()));
        sheet.blocks.push(Block::Facts([digest, aloud].into_iter().chain(digests).collect()));
        let notes = self.notes();
        let sheet = sheet.saying(chapters::REPORT_COVER).saying(&notes);
        let findings = self.room();
        if findings.is_empty() { sheet } else { sheet.with(Block::Facts(findings)) }
    }

    /// The digests that the first line has.
    fn digests(&self) -> Vec<(String, Cell)> {
        let mut facts = Vec::new();
        let mut add = |label: &str, value: String| facts.push((label.to_owned(), text(value)));
        for line in &self.proof.lines {
            let Entry::Began { program, program_sha256, plan_sha256, script_sha256, .. } = &line.entry else {
                continue;
            };
            add(words::PRINT_PLAN_DIGEST, grouped(plan_sha256));
            add(words::PRINT_SCRIPT_DIGEST, grouped(script_sha256));
            add(words::PRINT_PROGRAM, words::ReportProgram { version: program }.to_string());
            add(words::REPORT_PROGRAM_DIGEST, program_sha256.as_ref().map(grouped).unwrap_or_default());
        }
        if let Some(live) = self.plan.and_then(|plan| plan.arrangements.live_image) {
            add(words::PRINT_LIVE_DIGEST, grouped(&live));
        }
        facts
    }

    /// What a reader must know before the rest.
    fn notes(&self) -> Vec<String> {
        let proof = self.proof;
        let mut notes = Vec::new();
        let began = proof.lines.first().map(|line| &line.entry);
        if matches!(began, Some(Entry::Began { short_derivation: true, .. })) {
            notes.push(words::REPORT_SHORT.to_owned());
        }
        let [names, remarks, bags] = [Part::Names, Part::Notes, Part::Bags].map(|part| proof.withheld(part));
        if names + remarks + bags > 0 {
            notes.push(words::VerifyWithheld { names, notes: remarks, bags }.to_string());
        }
        if self.steps.is_empty() {
            notes.push(words::REPORT_NO_TITLES.to_owned());
        }
        if let Some(plan) = self.plan {
            notes.extend(plan.clashes().into_iter().map(|clash| {
                let [one, other] = clash.roles.map(|person| role(plan, person));
                words::PrintClash { name: clash.name, one, other }.to_string()
            }));
        }
        notes
    }

    /// What was found against the machine and the room.
    fn room(&self) -> Vec<(String, Cell)> {
        let mut facts = Vec::new();
        for (line, fact) in self.facts() {
            let Fact::Room { findings } = fact else { continue };
            let found: Vec<String> = findings.iter().map(|(found, detail)| finding(found, detail)).collect();
            let found = if found.is_empty() { words::ROOM_FIT.to_owned() } else { found.join(" ") };
            facts.push((words::ReportRoom { line: line.line }.to_string(), text(found)));
        }
        facts
    }
}

/// The date and time of a line, on the wall if it says so.
fn moment(line: &Line) -> String {
    let utc = &line.utc;
    match &line.around {
        Some(around) => {
            let zone = around.zone.as_deref().unwrap_or_default();
            words::ReportMoment { utc, local: &around.local, zone }.to_string().trim_end().to_owned()
        }
        None => words::ReportUtc { utc }.to_string(),
    }
}
