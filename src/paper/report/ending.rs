//! What went otherwise than the script says, what was destroyed, and who agrees.

use super::{Told, clock, first_drill, grouped, said, text};
use crate::ceremony::Ceremony;
use crate::paper::day::table;
use crate::paper::document::{Block, Cell, Room, Sheet};
use crate::record::{Deviated, DeviationName, Entry, Fact, Remark};
use crate::script::{chapters, words};
use crate::terms::Day;

/// Rows for what was destroyed.
const DESTROYED: usize = 6;

/// Rows for deviations that only the paper has.
const ONLY_ON_PAPER: usize = 3;

/// Rows for people who sign without being in the plan.
const GUESTS: usize = 2;

impl Told<'_> {
    /// Every deviation, and every failure with what people chose.
    pub(super) fn deviations(&self) -> Sheet {
        let deviated = self.deviated();
        let mut sheet = Sheet::new(words::REPORT_DEVIATIONS).saying(chapters::REPORT_DEVIATIONS);
        if deviated.is_empty() {
            sheet.blocks.push(Block::Text(words::REPORT_NO_DEVIATIONS.to_owned()));
        }
        let heads = [
            (words::PRINT_EXCEPTION_NUMBER, 6),
            (words::PRINT_STEP_NUMBER, 20),
            (words::PRINT_EXPECTED, 20),
            (words::PRINT_HAPPENED, 24),
            (words::PRINT_DECIDED, 16),
            (words::PRINT_DECIDED_BY, 14),
        ];
        let row = |(number, deviated): (usize, &Deviated)| {
            let name = in_words(deviated.name).to_owned();
            let about = deviated.happened.iter().cloned();
            let people = (!deviated.people.is_empty()).then(|| deviated.people.join(", "));
            let instead = deviated.instead_of.as_ref().map(|former| words::ReportInstead { former }.to_string());
            let happened: Vec<String> = [name].into_iter().chain(about).chain(people).chain(instead).collect();
            vec![
                text(number.to_string()),
                text(self.step(deviated.step)),
                said(deviated.expected.as_deref()),
                text(happened.join(": ")),
                said(deviated.reason.as_deref()),
                said(deviated.decided_by.as_deref()),
            ]
        };
        if !deviated.is_empty() {
            sheet.blocks.push(table(&heads, (1..).zip(&deviated).map(row).collect(), Room::Text));
        }
        let blank = |_| heads.iter().map(|_| Cell::Blank).collect();
        sheet.blocks.push(Block::Heading(words::REPORT_ONLY_ON_PAPER.to_owned()));
        sheet.blocks.push(table(&heads, (0..ONLY_ON_PAPER).map(blank).collect(), Room::Paragraph));
        let failures = self.failures();
        if !failures.is_empty() {
            let heads = [
                (words::REPORT_TIME_HEAD, 16),
                (words::PRINT_STEP_NUMBER, 26),
                (words::REPORT_FAILED, 34),
                (words::REPORT_CHOSEN_HEAD, 24),
            ];
            sheet.blocks.push(Block::Heading(words::REPORT_FAILURES.to_owned()));
            sheet.blocks.push(table(&heads, failures, Room::Text));
        }
        sheet
    }

    /// As the last line has them; where it has only their number, what the lines before it say.
    fn deviated(&self) -> Vec<Deviated> {
        let mut found = Vec::new();
        for line in &self.proof.lines {
            match &line.entry {
                Entry::Sealed { deviated, .. } if !deviated.is_empty() => return deviated.clone(),
                Entry::Remarked { step, remark: Remark::Deviation, text } => {
                    found.push(Deviated::new(*step, DeviationName::Noted).happened(text));
                }
                Entry::Deviates { step, name } => {
                    found.push(Deviated::new(*step, DeviationName::of_script(name)).happened(name));
                }
                _ => {}
            }
        }
        found
    }

    fn failures(&self) -> Vec<Vec<Cell>> {
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        for line in &self.proof.lines {
            let when = words::ReportTimeLine { time: clock(line), line: line.line }.to_string();
            match &line.entry {
                Entry::Failed { step, act, fault, .. } => {
                    let what = format!("{act}: {fault}");
                    rows.push(vec![text(when), text(self.step(*step)), text(what), text("")]);
                }
                Entry::Recovered { step, choice, to } => {
                    let chosen = words::ReportChosen { choice, to }.to_string();
                    rows.push(vec![text(when), text(self.step(*step)), text(""), text(chosen)]);
                }
                _ => {}
            }
        }
        rows
    }

    /// What the record says about wiping and erasing, and room for what people destroyed.
    pub(super) fn destruction(&self) -> Sheet {
        let mut facts = Vec::new();
        for (line, fact) in self.facts() {
            let said = match fact {
                Fact::Enciphered { .. } => words::REPORT_WIPED.to_owned(),
                Fact::VaultEmpty => words::REPORT_VAULT_EMPTY.to_owned(),
                Fact::KeyFiles { all_destroyed: true } => words::REPORT_KEY_FILES_DESTROYED.to_owned(),
                Fact::KeyFiles { all_destroyed: false } => words::REPORT_KEY_FILES_REMAIN.to_owned(),
                Fact::OldCards { all_destroyed: true } => words::REPORT_OLD_CARDS_DESTROYED.to_owned(),
                Fact::OldCards { all_destroyed: false } => words::REPORT_OLD_CARDS_REMAIN.to_owned(),
                Fact::Held { keys, .. } => {
                    let named: Vec<String> = keys
                        .iter()
                        .map(|held| held.key.label.clone().unwrap_or_else(|| held.key.reference.to_string()))
                        .collect();
                    words::ReportErases { keys: named.join(", ") }.to_string()
                }
                Fact::Initialised { serial, .. } => words::ReportErased { serial }.to_string(),
                _ => continue,
            };
            facts.push((words::ReportLine { line: line.line }.to_string(), text(said)));
        }
        let heads = [
            (words::REPORT_DESTROYED_WHAT, 30),
            (words::REPORT_DESTROYED_HOW, 20),
            (words::PRINT_TIME, 12),
            (words::REPORT_DESTROYED_BY, 19),
            (words::REPORT_DESTROYED_WITNESS, 19),
        ];
        let rows = (0..DESTROYED).map(|_| heads.iter().map(|_| Cell::Blank).collect()).collect();
        let mut sheet = Sheet::new(words::REPORT_DESTRUCTION).saying(chapters::REPORT_DESTRUCTION);
        if !facts.is_empty() {
            sheet.blocks.push(Block::Facts(facts));
        }
        sheet.with(Block::Heading(words::REPORT_BY_PEOPLE.to_owned())).with(table(&heads, rows, Room::Signature))
    }

    /// When the next drill is: as the record says or, for a new backup, as its plan does.
    fn next_drill(&self) -> Option<Day> {
        let recorded = self.facts().find_map(|(_, fact)| match fact {
            Fact::NextDrill { day, .. } => Some(*day),
            _ => None,
        });
        let made = Ceremony::of(self.proof.ceremony).character.makes_a_backup();
        recorded.or_else(|| self.plan.filter(|_| made).and_then(|plan| first_drill(self.proof, plan)))
    }

    /// Who agrees with this report, and when the next drill is.
    pub(super) fn signatures(&self) -> Sheet {
        let agrees = || Cell::Boxes([words::PRINT_AGREE, words::PRINT_DISAGREE].map(str::to_owned).to_vec());
        let row = |role: String, name: Option<&str>| vec![text(role), Cell::known(name), agrees(), Cell::Blank];
        let called = self.plan.into_iter().flat_map(|plan| plan.people().into_iter().map(move |person| (plan, person)));
        // Whoever did not come has seen nothing to agree with. Before the roll call, nobody knows who came.
        let somebody = self.facts().any(|(_, fact)| matches!(fact, Fact::Present { .. }));
        let came = called.filter(|(plan, person)| !somebody || self.came(plan.name_of(*person)).is_some());
        let mut rows: Vec<Vec<Cell>> =
            came.map(|(plan, person)| row(self.role(person), Some(plan.name_of(person)))).collect();
        if self.plan.is_none() {
            for (_, fact) in self.facts() {
                if let Fact::Present { people } = fact {
                    rows.extend(people.iter().map(|person| row(String::new(), Some(person))));
                }
            }
        }
        for line in &self.proof.lines {
            match &line.entry {
                Entry::Substituted { name, .. } | Entry::StoodIn { name, .. } => {
                    rows.push(row(words::REPORT_STAND_IN.to_owned(), Some(name)));
                }
                _ => {}
            }
        }
        rows.extend((0..GUESTS).map(|_| row(words::PRINT_GUESTS.to_owned(), None)));
        let heads =
            [(words::PRINT_ROLE, 20), (words::PRINT_NAME, 25), (words::PRINT_AGREES, 25), (words::PRINT_SIGNATURE, 30)];
        let mut sheet = Sheet::new(words::PRINT_SIGNATURES).saying(chapters::REPORT_SIGNATURES);
        sheet.blocks.push(Block::Facts(vec![
            (words::REPORT_RECORD_DIGEST.to_owned(), text(grouped(&self.proof.mark.digest))),
            (words::REPORT_DRILL.to_owned(), Cell::known(self.next_drill().map(|day| day.to_string()).as_deref())),
            (words::REPORT_DRILL_BY.to_owned(), Cell::Blank),
        ]));
        let evidence = self.plan.map(|plan| plan.arrangements.evidence.clone()).unwrap_or_default();
        if !evidence.is_empty() {
            sheet.blocks.extend([Block::Heading(words::PRINT_EVIDENCE.to_owned()), Block::Ticks(evidence)]);
        }
        sheet.with(table(&heads, rows, Room::Signature))
    }
}

/// A deviation in words.
const fn in_words(name: DeviationName) -> &'static str {
    match name {
        DeviationName::Noted => words::REPORT_DEVIATION_NOTED,
        DeviationName::StoodIn => words::REPORT_DEVIATION_STOOD_IN,
        DeviationName::WithoutSomebody => words::REPORT_DEVIATION_WITHOUT,
        DeviationName::NotIdentified => words::REPORT_DEVIATION_NOT_IDENTIFIED,
        DeviationName::WrongShare => words::REPORT_DEVIATION_WRONG_SHARE,
        DeviationName::PinBlocked => words::REPORT_DEVIATION_PIN,
        DeviationName::SoPinBlocked => words::REPORT_DEVIATION_SO_PIN,
        DeviationName::ErasedAgain => words::REPORT_DEVIATION_ERASED_AGAIN,
        DeviationName::OtherSettings => words::REPORT_DEVIATION_SETTINGS,
        DeviationName::OtherTokenLabel => words::REPORT_DEVIATION_TOKEN_LABEL,
        DeviationName::KeyImported => words::REPORT_DEVIATION_KEY_IMPORTED,
        DeviationName::KeyFilesRemain => words::REPORT_DEVIATION_KEY_FILES_REMAIN,
        DeviationName::NotGenuine => words::REPORT_DEVIATION_NOT_GENUINE,
        DeviationName::KeyNotProven => words::REPORT_DEVIATION_NOT_PROVEN,
        DeviationName::ChangedInBreak => words::REPORT_DEVIATION_CHANGED_IN_BREAK,
        DeviationName::KcvNotConfirmed => words::REPORT_DEVIATION_NOT_CONFIRMED,
        DeviationName::FingerprintsNotConfirmed => words::REPORT_DEVIATION_FINGERPRINTS,
        DeviationName::KeyLeftOut => words::REPORT_DEVIATION_LEFT_OUT,
        DeviationName::CopyLeftOut => words::REPORT_DEVIATION_WITHOUT_MEDIUM,
        DeviationName::DeviceLeftOut => words::REPORT_DEVIATION_WITHOUT_DEVICE,
        DeviationName::RecordNotSigned => words::REPORT_DEVIATION_NOT_SIGNED,
        DeviationName::Resumed => words::REPORT_DEVIATION_RESUMED,
        DeviationName::SourceRecordNotSealed => words::REPORT_DEVIATION_NOT_SEALED,
        DeviationName::WrappedKeysNotReadable => words::REPORT_DEVIATION_NOT_READABLE,
        DeviationName::WrappedKeysLeftOut => words::REPORT_DEVIATION_WRAPPED_LEFT_OUT,
        DeviationName::SharesNotProven => words::REPORT_DEVIATION_SHARES_NOT_PROVEN,
        DeviationName::OldSharesStillYieldKeys => words::REPORT_DEVIATION_KEYS_CARRIED,
        DeviationName::OfAnotherScript => words::REPORT_DEVIATION_OTHER_SCRIPT,
    }
}
