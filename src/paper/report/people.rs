//! Who was there in which role, when they came and left, and who took whose place.

use super::{Told, clock, said, text};
use crate::paper::day::table;
use crate::paper::document::{Block, Cell, Room, Sheet};
use crate::record::{Entry, Fact, Identified, Line, Remark};
use crate::script::{chapters, words};
use crate::terms::{Holder, Person, alike};

/// The people of a change, as the table has them.
struct Change<'a> {
    what: &'a str,
    who: String,
    former: Option<&'a str>,
    why: Option<&'a str>,
    by: Option<&'a str>,
}

impl<'a> Change<'a> {
    fn new(what: &'a str, who: impl Into<String>) -> Self {
        Self { what, who: who.into(), former: None, why: None, by: None }
    }
}

impl Told<'_> {
    pub(super) fn people(&self) -> Sheet {
        let mut sheet = Sheet::new(words::PRINT_PEOPLE).saying(chapters::REPORT_PEOPLE);
        sheet.blocks.push(match self.plan {
            Some(_) => self.roles(),
            None => Block::Facts(self.roll_call()),
        });
        let changes: Vec<Vec<Cell>> = self.proof.lines.iter().flat_map(|line| self.changes(line)).collect();
        if changes.is_empty() {
            return sheet.saying([words::REPORT_NO_CHANGES]);
        }
        let heads = [
            (words::REPORT_TIME_HEAD, 13),
            (words::REPORT_WHAT, 16),
            (words::REPORT_WHO, 24),
            (words::REPORT_INSTEAD_OF, 15),
            (words::REPORT_WHY, 20),
            (words::PRINT_DECIDED_BY, 14),
        ];
        sheet.with(Block::Heading(words::REPORT_CHANGES.to_owned())).with(table(&heads, changes, Room::Text))
    }

    /// Everyone in the plan, and behind each whoever took their place.
    fn roles(&self) -> Block {
        let heads = [
            (words::PRINT_ROLE, 20),
            (words::PRINT_NAME, 24),
            (words::PRINT_IDENTIFIED, 22),
            (words::PRINT_CAME, 12),
            (words::PRINT_LEFT, 12),
        ];
        let plan = self.plan;
        let row = |plan: &crate::plan::Plan, person: Person, name: &str, planned: bool| {
            let planned = planned.then(|| plan.identified_by(person)).flatten();
            vec![
                text(self.role(person)),
                text(name),
                self.identified(planned, name),
                text(self.came(name).unwrap_or_else(|| words::REPORT_NOT_PRESENT.to_owned())),
                text(self.left(name)),
            ]
        };
        let mut rows = Vec::new();
        for (plan, person) in plan.into_iter().flat_map(|plan| plan.people().into_iter().map(move |one| (plan, one))) {
            rows.push(row(plan, person, plan.name_of(person), true));
            rows.extend(self.stand_ins(person).into_iter().map(|name| row(plan, person, name, false)));
        }
        table(&heads, rows, Room::Text)
    }

    /// Who took the place of this person, one after the other.
    fn stand_ins(&self, who: Person) -> Vec<&str> {
        self.proof
            .lines
            .iter()
            .filter_map(|line| stands_in(line).filter(|(person, _)| *person == who))
            .map(|(_, name)| name)
            .collect()
    }

    /// How somebody was identified; what the plan asked for, where the record says nothing of anybody, as earlier builds.
    fn identified(&self, planned: Option<&str>, name: &str) -> Cell {
        let mut said = None;
        let mut of_anybody = false;
        for (_, fact) in self.facts() {
            match fact {
                Fact::Identified { people } => {
                    of_anybody = true;
                    let this = people.iter().rev().find(|one| alike(&one.name, name));
                    said = this.map(|one| one.by.as_str()).or(said);
                }
                Fact::NotIdentified { name: other, .. } => {
                    of_anybody = true;
                    if alike(other, name) {
                        said = Some(words::REPORT_NOT_IDENTIFIED);
                    }
                }
                _ => {}
            }
        }
        match (said, of_anybody) {
            (Some(by), _) => text(by),
            (None, true) => text(words::REPORT_IDENTITY_NONE),
            (None, false) => Cell::known(planned),
        }
    }

    /// The people of the roll call, as the record has them.
    fn roll_call(&self) -> Vec<(String, Cell)> {
        let mut called = Vec::new();
        for (line, fact) in self.facts() {
            if let Fact::Present { people } = fact {
                called.extend(people.iter().map(|person| (clock(line), text(person))));
            }
        }
        called
    }

    /// When somebody was there first: at the roll call, when they arrived, or when they took a place after it.
    pub(super) fn came(&self, name: &str) -> Option<String> {
        let came = |line: &&Line| match &line.entry {
            Entry::Learned { fact: Fact::Present { people }, .. } => people.iter().any(|text| is_of(text, name)),
            Entry::Learned { fact: Fact::Arrived { name: other, .. }, .. } => alike(other, name),
            _ => false,
        };
        let takes_place = |line: &&Line| stands_in(line).is_some_and(|(_, other)| alike(other, name));
        let lines = &self.proof.lines;
        lines.iter().find(came).or_else(|| lines.iter().find(takes_place)).map(clock)
    }

    /// When they left for the last time, or signed out at the end; earlier builds had no sign-out.
    fn left(&self, name: &str) -> String {
        let mut left = String::new();
        for (line, fact) in self.facts() {
            match fact {
                Fact::Gone { name: other, .. } if alike(other, name) => left = clock(line),
                Fact::Arrived { name: other, .. } if alike(other, name) => left.clear(),
                Fact::SignedOut { people } if people.iter().any(|text| is_of(text, name)) => left = clock(line),
                _ => {}
            }
        }
        left
    }

    /// What a line says about who is there, a row each.
    fn changes(&self, line: &Line) -> Vec<Vec<Cell>> {
        let as_role = |person: Person, name: &str| format!("{name} ({})", self.role(person));
        let changes = match &line.entry {
            Entry::Learned { fact, .. } => match fact {
                Fact::Absent { people } => vec![Change::new(words::REPORT_ABSENT, people.join(", "))],
                Fact::AfterBreak { administrator, confirmed_by, changed } => {
                    let what =
                        if changed.is_some() { words::REPORT_BREAK_CHANGED } else { words::REPORT_BREAK_UNCHANGED };
                    vec![Change {
                        why: changed.as_deref(),
                        ..Change::new(what, format!("{administrator}, {confirmed_by}"))
                    }]
                }
                Fact::SignedOut { people } => vec![Change::new(words::REPORT_SIGNED_OUT, people.join(", "))],
                Fact::Arrived { person, name } => vec![Change::new(words::REPORT_ARRIVED, as_role(*person, name))],
                Fact::Gone { person, name, reason } => {
                    vec![Change { why: reason.as_deref(), ..Change::new(words::REPORT_GONE, as_role(*person, name)) }]
                }
                Fact::Identified { people } => {
                    let other = people.iter().filter(|one| one.instead_of.is_some());
                    let change = |one: &Identified| {
                        let who = format!("{}: {}", as_role(one.person, &one.name), one.by);
                        Change::new(words::REPORT_IDENTIFIED, who)
                    };
                    other.map(change).collect()
                }
                Fact::NotIdentified { person, name, decided_by, reason } => vec![Change {
                    why: Some(reason),
                    by: Some(decided_by),
                    ..Change::new(words::REPORT_NOT_IDENTIFIED, as_role(*person, name))
                }],
                Fact::Without { people, decided_by, reason } => vec![Change {
                    why: Some(reason),
                    by: Some(decided_by),
                    ..Change::new(words::REPORT_WITHOUT, people.join(", "))
                }],
                Fact::Formers { people } => people
                    .iter()
                    .map(|former| {
                        let person = Person::Holder(Holder { share: former.share, custodian: former.custodian });
                        Change::new(words::REPORT_FORMER, as_role(person, &former.name))
                    })
                    .collect(),
                _ => Vec::new(),
            },
            Entry::Substituted { share, custodian, name, former_knows, former, reason, decided_by, .. } => {
                let person = Person::Holder(Holder { share: *share, custodian: *custodian });
                let former = former.as_deref().or(former_knows.as_deref());
                let what = if former_knows.is_some() { words::REPORT_REPLACES_KNOWS } else { words::REPORT_REPLACES };
                vec![Change {
                    former,
                    why: reason.as_deref(),
                    by: decided_by.as_deref(),
                    ..Change::new(what, as_role(person, name))
                }]
            }
            Entry::StoodIn { person, name, former, reason, decided_by, .. } => vec![Change {
                former: Some(former),
                why: Some(reason),
                by: decided_by.as_deref(),
                ..Change::new(words::REPORT_REPLACES, as_role(*person, name))
            }],
            Entry::Remarked { remark: Remark::BreakBegan, text, .. } => {
                vec![Change { why: Some(text), ..Change::new(words::REPORT_BREAK, String::new()) }]
            }
            Entry::Remarked { remark: Remark::BreakEnded, text, .. } => {
                vec![Change { why: Some(text), ..Change::new(words::REPORT_BREAK_ENDED, String::new()) }]
            }
            _ => Vec::new(),
        };
        let row = |change: Change<'_>| {
            let when = words::ReportTimeLine { time: clock(line), line: line.line }.to_string();
            vec![
                text(when),
                text(change.what),
                text(change.who),
                said(change.former),
                said(change.why),
                said(change.by),
            ]
        };
        changes.into_iter().map(row).collect()
    }
}

/// Who takes a place in this line, and whose role it is.
fn stands_in(line: &Line) -> Option<(Person, &str)> {
    match &line.entry {
        Entry::Substituted { share, custodian, name, .. } => {
            Some((Person::Holder(Holder { share: *share, custodian: *custodian }), name))
        }
        Entry::StoodIn { person, name, .. } => Some((*person, name)),
        _ => None,
    }
}

/// Whether `name · role` is of this person.
fn is_of(text: &str, name: &str) -> bool {
    alike(text.split(" · ").next().unwrap_or_default(), name)
}
