//! What standards ask of such a ceremony, where it is answered, and what only people can answer.
//!
//! Sources: CA/Browser Forum Baseline Requirements 5.4.1 and 6.1.1.1, `WebTrust` for Certification Authorities 4.1, ETSI EN
//! 319 411-1 clause 6.5.1, PCI PIN Security Requirements 3.1 (control objectives 2, 3 and 6). Each is put in our words.

use super::{Told, text};
use crate::paper::day::table;
use crate::paper::document::{Cell, Room, Sheet};
use crate::record::{Entry, Fact};
use crate::script::{chapters, words};

/// Separates the columns of a row in the script.
const COLUMN: &str = " | ";

impl Told<'_> {
    pub(super) fn standards(&self) -> Sheet {
        let learned =
            |is: fn(&Fact) -> bool| self.lines(move |entry| matches!(entry, Entry::Learned { fact, .. } if is(fact)));
        let rows = chapters::ReportStandards {
            done: self.lines(|entry| matches!(entry, Entry::Done { .. })),
            people: learned(|fact| matches!(fact, Fact::Present { .. } | Fact::Absent { .. } | Fact::Arrived { .. })),
            room: learned(|fact| matches!(fact, Fact::Room { .. })),
            devices: learned(|fact| matches!(fact, Fact::Device { .. })),
            settings: learned(|fact| matches!(fact, Fact::Settings { .. })),
            seeded: learned(|fact| matches!(fact, Fact::Seeded { .. })),
            dealt: learned(|fact| matches!(fact, Fact::Dealt { .. } | Fact::UnderPassword { .. })),
            made: learned(|fact| matches!(fact, Fact::Made { .. } | Fact::Imported(_))),
            opened: learned(|fact| matches!(fact, Fact::Opened { .. })),
            kcv: learned(|fact| matches!(fact, Fact::Loaded { .. } | Fact::Joined { .. } | Fact::Compared { .. })),
            bagged: learned(|fact| matches!(fact, Fact::Bagged { .. })),
            wiped: learned(|fact| matches!(fact, Fact::VaultEmpty)),
            restored: learned(|fact| matches!(fact, Fact::Unwrapped { .. } | Fact::Proven { .. })),
            sealed: self.lines(|entry| matches!(entry, Entry::Sealed { .. })),
        };
        let row = |row: &String| -> Vec<Cell> { row.split(COLUMN).map(text).collect() };
        let heads = [
            (words::REPORT_STANDARD, 20),
            (words::REPORT_ASKS, 24),
            (words::REPORT_ANSWERED, 30),
            (words::REPORT_ONLY_PEOPLE, 26),
        ];
        let rows = rows.paragraphs().iter().map(row).collect();
        Sheet::new(words::REPORT_STANDARDS).saying(chapters::REPORT_STANDARDS_HEAD).with(table(
            &heads,
            rows,
            Room::Text,
        ))
    }
}
