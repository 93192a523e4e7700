//! The numbered steps, with the sentences of their screens.

use std::collections::BTreeSet;

use super::Day;
use crate::ceremony::{Cards, Condition, Question, Stage, StageKind};
use crate::paper::document::{Block, Part, Sheet, StepRow, Steps};
use crate::paper::steps::{PaperStep, angle};
use crate::paper::when::when;
use crate::plan::Custody;
use crate::script::{self, words};
use crate::terms::Quorum;

/// What is asked only of sets that were not dealt in this sitting: where all cards are dealt today, it is left out.
const OF_OTHER_SETS: [Condition; 2] = [Condition::TypesPrime, Condition::KnowsOldPrime];

impl Day<'_> {
    /// Every step of the ceremony.
    pub(super) fn all_steps(&self) -> Sheet {
        let heads = [words::PRINT_STEP_NUMBER, words::PRINT_STEP, words::PRINT_INITIALS, words::PRINT_TIME];
        let mut section = 0;
        let rows = self.steps.steps.iter().map(|step| {
            let begins_section = step.step.number.section != section;
            section = step.step.number.section;
            self.row(step, begins_section)
        });
        let steps = Steps { rows: rows.collect(), heads: heads.map(str::to_owned) };
        Sheet::new(words::PRINT_STEPS).with(Block::Steps(steps))
    }

    fn row(&self, step: &PaperStep, begins_section: bool) -> StepRow {
        let (number, title, act) = (&step.number, angle(&step.title), angle(&step.act));
        let minutes = self.plan.minutes(step.step.id);
        let warnings = [
            step.if_needed.then(|| format!("{} {}", words::PRINT_BOX, words::PRINT_IF_NEEDED)),
            step.step.is_irreversible().then(|| words::PRINT_IRREVERSIBLE.to_owned()),
        ];
        // What comes again in a step says the same.
        let mut seen = BTreeSet::new();
        let stages = step.step.stages.iter().filter(|stage| seen.insert(stage.name));
        let mut parts: Vec<Part> = stages.filter_map(|stage| self.part(step, stage)).collect();
        let blanks = script::step(step.step.id).blanks.iter();
        let blanks: Vec<Block> = blanks.map(|blank| Block::Blank((*blank).to_owned())).collect();
        if !blanks.is_empty() {
            parts.push(Part { when: None, aloud: None, blocks: blanks });
        }
        StepRow {
            number: number.clone(),
            lead: vec![
                words::PrintLead { who: &step.who, act: &act, minutes }.to_string(),
                words::PrintSay { number, title: &title, act: &act }.to_string(),
            ],
            title,
            warnings: warnings.into_iter().flatten().collect(),
            parts,
            begins_section,
        }
    }

    /// A screen of a step; none, if it cannot come with this plan or says nothing.
    fn part(&self, step: &PaperStep, stage: &Stage) -> Option<Part> {
        let decided = self.decided(step, stage.when);
        if decided == Some(false) {
            return None;
        }
        let said = self.steps.text(&step.step, stage.name);
        let items = |items: &[String]| items.iter().map(|item| angle(item)).collect::<Vec<_>>();
        let mut blocks = paragraphs(&said.text);
        match stage.kind {
            StageKind::Tick => blocks.push(Block::Ticks(items(&said.items))),
            StageKind::RollCall(_) => blocks.push(Block::Ticks(self.steps.called(&step.step))),
            StageKind::PickKeys => blocks.push(Block::Ticks(vec![words::PAPER_EVERY_KEY.to_owned()])),
            StageKind::Choose(question) => match question {
                Question::Loss
                | Question::UnusableKeys
                | Question::CurrentSoPin
                | Question::HiddenKcv
                | Question::PinChange
                | Question::Opening
                | Question::Drill
                | Question::OldDevice
                | Question::Departed
                | Question::Cause
                | Question::OldCards
                | Question::KeyFiles
                | Question::RightDevice
                | Question::Missing => blocks.push(Block::Options(items(&said.items))),
                Question::Sitter(_) => {
                    blocks.push(Block::Options(self.steps.custodians(&step.step).to_vec()));
                }
                Question::Device | Question::Dkek => {}
            },
            StageKind::Reveal { note, .. } | StageKind::RevealPin { note, .. } => {
                blocks.push(Block::Text(words::PAPER_SHOWN.to_owned()));
                blocks.extend(paragraphs(&self.steps.text(&step.step, note).text));
            }
            StageKind::HandOver
            | StageKind::Read
            | StageKind::SignOut
            | StageKind::Form(_)
            | StageKind::FromCard(_)
            | StageKind::Confirm(_)
            | StageKind::Danger(_)
            | StageKind::Do(_)
            | StageKind::States(_)
            | StageKind::Deviates(_) => {}
        }
        let fields = self.steps.fields(&step.step, stage);
        if !fields.is_empty() {
            blocks.push(Block::Text(words::PaperType { fields: fields.join(" · ") }.to_string()));
        }
        let aloud = said.aloud.then(|| words::PRINT_ALOUD.to_owned());
        let hands_over = (stage.when == Condition::HandsOver).then_some(words::PRINT_WHEN_HANDS_OVER);
        let when = when(stage.when).or(hands_over).filter(|_| decided.is_none()).map(str::to_owned);
        (!blocks.is_empty()).then_some(Part { when, aloud, blocks })
    }

    /// What the plan alone decides about a condition; `None`: nothing.
    fn decided(&self, step: &PaperStep, condition: Condition) -> Option<bool> {
        if condition == Condition::HandsOver {
            step.hands_over
        } else if condition == Condition::NeedsEveryone {
            let mut quorums = self.plan.dkek_shares.iter().filter_map(Custody::quorum);
            Some(quorums.any(Quorum::needs_everyone))
        } else if condition == Condition::RolesClash {
            Some(!self.plan.clashes().is_empty())
        } else if self.character.cards == Cards::Dealt && OF_OTHER_SETS.contains(&condition) {
            Some(false)
        } else {
            None
        }
    }
}

/// Running text, and lines that are kept as they are.
fn paragraphs(text: &[String]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for line in text.iter().filter(|line| !line.trim().is_empty()) {
        match (line.starts_with("  "), blocks.last_mut()) {
            (true, Some(Block::Kept(lines))) => lines.push(angle(line)),
            (true, _) => blocks.push(Block::Kept(vec![angle(line)])),
            (false, _) => blocks.push(Block::Text(angle(line))),
        }
    }
    blocks
}
