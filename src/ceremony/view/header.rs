//! The top lines of the screen, and the list of steps.

use std::cmp::Ordering;

use crate::ceremony::machine::Machine;
use crate::ceremony::steps::Step;
use crate::ceremony::view::sentences::Sentences;
use crate::ceremony::view::{Header, StepLine, StepState, ViewContext};
use crate::script::{self, words};

impl Machine {
    pub(super) fn header(&self, context: &ViewContext) -> Header {
        let known = self.known();
        let (title, act) = match self.step().filter(|_| known.progress.ended.is_none()) {
            Some(step) => self.titles(step, context),
            None => (words::ENDED_TITLE.to_owned(), words::ENDED_ACT.to_owned()),
        };
        Header {
            ceremony: format!("{} · {}", known.ceremony.text.heading, known.plan.title),
            rehearsal: context.rehearsal,
            shortened: context.shortened,
            number: self.number().to_string(),
            title,
            act,
            screen: self.screen_of_step(),
            mark: context.mark.clone(),
        }
    }

    fn titles(&self, step: &Step, context: &ViewContext) -> (String, String) {
        let sentences = Sentences { machine: self, step, context };
        let texts = script::step(step.id);
        let nobody_yet = step.seat().is_some_and(|seat| self.known().seats.sitter(seat).is_none());
        let before_name = texts.title.rsplit_once(" · ").filter(|_| nobody_yet);
        let title = before_name.map_or(texts.title, |(seat, _)| seat);
        (sentences.fill(title), sentences.fill(texts.act))
    }

    pub(super) fn step_lines(&self, context: &ViewContext) -> Vec<StepLine> {
        let progress = &self.known().progress;
        let line = |(place, step): (usize, &Step)| StepLine {
            number: step.number.to_string(),
            title: self.titles(step, context).0,
            state: match place.cmp(&progress.cursor) {
                Ordering::Less if progress.not_needed.contains(&step.number) => StepState::NotNeeded,
                Ordering::Less => StepState::Done,
                Ordering::Equal => StepState::Current,
                Ordering::Greater if step.may_be_left_out() => StepState::IfNeeded,
                Ordering::Greater => StepState::Ahead,
            },
            irreversible: step.is_irreversible(),
        };
        self.steps().iter().enumerate().map(line).collect()
    }
}
