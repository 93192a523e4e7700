//! The report of a ceremony: its record for people who were not there. It says nothing that is not in the record or in the
//! plan whose digest the record has, so anybody can make it again and compare.

mod cover;
mod ending;
mod files;
mod imported;
mod inventory;
mod people;
mod registers;
mod standards;
mod timeline;

pub use files::{plan_of, reports, write_reports};

use std::collections::BTreeMap;

use super::document::{Cell, Document};
use super::steps::{PaperSteps, angle};
use crate::ceremony::{Ceremony, Person, carried, custody, role};
use crate::names::StepName;
use crate::plan::Plan;
use crate::record::{Entry, Fact, Line, Proof};
use crate::script::{self, words};
use crate::terms::{Day, Digest, KeyLabel, Number};

/// The report of a record. Without the plan, as for a record alone, it has fewer names: the plan says who had which role,
/// how long steps were expected to take and where things are kept.
pub fn report(proof: &Proof, plan: Option<&Plan>) -> Document {
    let told = Told { proof, plan, steps: steps(proof, plan) };
    let ceremony = Ceremony::of(proof.ceremony).character.text.heading;
    let digest = proof.mark.digest.in_groups().into_iter().take(4).collect::<Vec<_>>().join(" ");
    let sheets = vec![
        told.cover(),
        told.people(),
        told.timeline(),
        told.inventory(),
        told.registers(),
        told.custody(),
        told.deviations(),
        told.destruction(),
        told.standards(),
        told.signatures(),
    ];
    let title = told.title();
    Document {
        title: words::ReportHeading { ceremony }.to_string(),
        foot: words::ReportFoot { ceremony, title, digest }.to_string(),
        sheets,
    }
}

/// When the first drill of a new backup is due: counted from its last line.
pub fn first_drill(proof: &Proof, plan: &Plan) -> Option<Day> {
    let last = proof.lines.last().filter(|_| proof.sealed.is_some())?;
    Some(Day::of_time(&last.utc)?.after_months(plan.drill_months))
}

/// Whether this version of the program makes the same report from the record as the one that held the ceremony: its
/// sentences are the same.
pub fn makes_the_same_report(proof: &Proof) -> bool {
    proof.lines.first().is_some_and(|line| {
        matches!(&line.entry, Entry::Began { script_sha256, program, .. }
            if *script_sha256 == Digest(script::digest()) && program == env!("CARGO_PKG_VERSION"))
    })
}

/// A step as the script of that day has it.
struct PlannedStep {
    title: String,
    id: StepName,
}

/// What the report is made of.
struct Told<'a> {
    proof: &'a Proof,
    plan: Option<&'a Plan>,
    /// By their numbers; none where the script of that day is not the one that this program has.
    steps: BTreeMap<String, PlannedStep>,
}

/// The steps of the day. Of files made elsewhere, the plan does not name the keys, and so not all steps.
fn steps(proof: &Proof, plan: Option<&Plan>) -> BTreeMap<String, PlannedStep> {
    let facts = || proof.lines.iter().filter_map(|line| of_line(line));
    let foreign = facts().any(|(_, fact)| matches!(fact, Fact::FoundElsewhere { .. }));
    let Some(plan) = plan.filter(|_| makes_the_same_report(proof) && !foreign) else { return BTreeMap::new() };
    let mut plan = plan.clone();
    // A backup may hold fewer keys than its plan.
    let mut held: Vec<&KeyLabel> = Vec::new();
    for (_, fact) in facts() {
        match fact {
            Fact::Verified { label, .. } => held.push(label),
            Fact::Guarded { shares, keys } => {
                plan.before = shares.iter().map(custody).collect();
                plan.keys = keys.iter().map(carried).collect();
                held.extend(keys.iter().map(|key| &key.label));
            }
            Fact::WrappedKeysUnusable { keys } => held.extend(keys.iter().map(|(label, _)| label)),
            _ => {}
        }
    }
    if facts().any(|(_, fact)| matches!(fact, Fact::From { .. })) && !held.is_empty() {
        plan.keys.retain(|key| held.contains(&&key.label));
    }
    let steps = PaperSteps::new(proof.ceremony, &plan).steps.into_iter();
    steps.map(|step| (step.number, PlannedStep { title: angle(&step.title), id: step.step.id })).collect()
}

fn of_line(line: &Line) -> Option<(&Line, &Fact)> {
    if let Entry::Learned { fact, .. } = &line.entry { Some((line, fact)) } else { None }
}

impl<'a> Told<'a> {
    fn title(&self) -> &'a str {
        self.proof.lines.first().map_or("", |line| match &line.entry {
            Entry::Began { title, .. } => title,
            _ => "",
        })
    }

    /// Everything that an act found out or did, with its line.
    fn facts(&self) -> impl Iterator<Item = (&'a Line, &'a Fact)> + use<'a> {
        self.proof.lines.iter().filter_map(of_line)
    }

    /// A step's number and, if it is known, its title.
    fn step(&self, number: Number) -> String {
        let number = number.to_string();
        match self.steps.get(&number) {
            Some(step) => format!("{number} {}", step.title),
            None => number,
        }
    }

    /// A role in words; without a plan, the word of the record.
    fn role(&self, person: Person) -> String {
        self.plan.map_or_else(|| person.to_string(), |plan| role(plan, person))
    }

    /// The lines of the record that are about something: `3, 17`.
    fn lines(&self, about: impl Fn(&Entry) -> bool) -> String {
        let lines: Vec<String> =
            self.proof.lines.iter().filter(|line| about(&line.entry)).map(|line| line.line.to_string()).collect();
        match lines.as_slice() {
            [] => words::REPORT_NO_LINE.to_owned(),
            [line] => words::ReportLine { line }.to_string(),
            [first, second] => words::ReportLines { lines: format!("{first}, {second}") }.to_string(),
            [first, .., last] => words::ReportLinesFromTo { count: lines.len(), first, last }.to_string(),
        }
    }
}

/// The time of day of a line: `10:00:01`.
fn clock(line: &Line) -> String {
    line.utc.get(11..19).unwrap_or(&line.utc).to_owned()
}

/// A digest in groups of four digits.
fn grouped(digest: &Digest) -> String {
    digest.in_groups().join(" ")
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

/// What was said, or nothing: in a report, what is not known is not left to be filled in.
fn said(value: Option<&str>) -> Cell {
    Cell::Text(value.unwrap_or_default().to_owned())
}
