//! The chapters of the handbook on what can fail.

use std::fmt::Write as _;

use super::Book;
use crate::names::{FaultKind, FaultName};
use crate::paper::steps::angle;
use crate::script::{self, FaultTexts, chapters, words};

impl Book<'_> {
    /// Every fault, by the name that is in the record.
    pub(super) fn faults(&mut self) {
        for name in of(FaultSection::Screens) {
            self.fault(name);
        }
        self.heading(3, words::PAPER_RECORD);
        for name in of(FaultSection::Record) {
            self.fault(name);
        }
        for (title, chapter, section) in [
            (words::PAPER_TYPING, chapters::NOTES_WHILE_TYPING, FaultSection::BesideAField),
            (words::PAPER_PLAN, chapters::NOTES_PLAN, FaultSection::Plan),
        ] {
            self.heading(3, title);
            self.paragraphs(chapter);
            for name in of(section) {
                let happened = script::fault(name).happened.join(" ");
                let _ = writeln!(self.out, "- `{}`: {}", name.word(), angle(&happened));
            }
            self.out.push('\n');
        }
    }

    fn fault(&mut self, name: FaultName) {
        let FaultTexts { happened, truth } = script::fault(name);
        let _ = writeln!(self.out, "**`{}`** {}\n", name.word(), angle(&happened.join(" ")));
        if !truth.is_empty() {
            let _ = writeln!(self.out, "> {}\n", angle(&truth.join(" ")));
        }
    }
}

/// Where the handbook lists a fault.
#[derive(PartialEq, Eq, Clone, Copy)]
enum FaultSection {
    Screens,
    Record,
    BesideAField,
    Plan,
}

const fn section(kind: FaultKind) -> FaultSection {
    match kind {
        FaultKind::Card | FaultKind::Files | FaultKind::Program | FaultKind::Shares => FaultSection::Screens,
        FaultKind::Record => FaultSection::Record,
        FaultKind::Fields => FaultSection::BesideAField,
        FaultKind::Plan => FaultSection::Plan,
    }
}

fn of(wanted: FaultSection) -> impl Iterator<Item = FaultName> {
    FaultName::ALL.into_iter().filter(move |name| section(name.kind()) == wanted)
}
