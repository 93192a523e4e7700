//! Questions in between, at any step: stop? a deviation, a break, a substitute.

use crate::ceremony::known::character::Cards;
use crate::ceremony::known::holders::Holder;
use crate::ceremony::machine::input::{ChoiceId, Input};
use crate::ceremony::machine::{Machine, Mode, Request};
use crate::fields::{Field, FieldCheck, FieldKind};
use crate::names::{FieldName, ItemName};
use crate::record::{Ending, Entry, Remark};
use crate::terms::{DkekShareNumber, Quorum};

/// The word that stops a ceremony.
pub const STOP_WORD: &str = "ABORT";

/// A question in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ceremony) enum Interlude {
    /// Stop? The word must be typed, and why; `None` while the reason is incomplete.
    Stop {
        /// The word has been typed.
        typed: bool,
        /// Why.
        reason: Option<String>,
    },
    /// Deviation, break or substitute?
    Menu,
    /// A note; `None` while it is incomplete.
    Note(Option<String>),
    /// A break.
    Break,
    /// Who is replaced?
    Who,
    /// By whom? `None` while the name is incomplete.
    Name(Holder, Option<String>),
}

/// What the menu in between offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Offer {
    Note,
    Break,
    Substitute,
    Back,
}

/// The items of the menu, by their names in the script.
const MENU: [(ItemName, Offer); 4] = [
    (ItemName::Deviation, Offer::Note),
    (ItemName::Break, Offer::Break),
    (ItemName::Substitute, Offer::Substitute),
    (ItemName::Back, Offer::Back),
];

/// The choice besides the people who can be replaced.
const NOBODY: ItemName = ItemName::Back;

/// Which question in between it is, however far people have got with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Stop,
    Menu,
    Note,
    Break,
    Who,
    Name,
}

impl Interlude {
    /// Stop? Nothing has been typed yet.
    pub(in crate::ceremony) const STOP: Self = Self::Stop { typed: false, reason: None };

    /// Which question it is.
    pub(super) const fn asked(&self) -> Asked {
        match self {
            Self::Stop { .. } => Asked::Stop,
            Self::Menu => Asked::Menu,
            Self::Note(_) => Asked::Note,
            Self::Break => Asked::Break,
            Self::Who => Asked::Who,
            Self::Name(..) => Asked::Name,
        }
    }

    /// The fields it asks for.
    pub(in crate::ceremony) fn fields(&self) -> Vec<Field> {
        match self {
            Self::Stop { .. } => vec![
                Field::new(FieldName::StopWord, FieldKind::Word(STOP_WORD)),
                Field::new(FieldName::Reason, FieldKind::Reason),
            ],
            Self::Note(_) => vec![Field::new(FieldName::Note, FieldKind::Line { optional: false })],
            Self::Name(..) => vec![Field::new(FieldName::Substitute, FieldKind::Line { optional: false })],
            Self::Menu | Self::Break | Self::Who => Vec::new(),
        }
    }

    /// The text typed so far into a field was checked.
    pub(in crate::ceremony) fn checked(&mut self, field: FieldName, check: &FieldCheck, open: Option<String>) {
        let text = open.filter(|text| *check == FieldCheck::Good && !text.trim().is_empty());
        match self {
            Self::Stop { reason, .. } if field == FieldName::Reason => *reason = text,
            Self::Stop { typed, .. } => *typed = *check == FieldCheck::Good,
            Self::Note(note) => *note = text,
            Self::Name(_, name) => *name = text,
            Self::Menu | Self::Break | Self::Who => {}
        }
    }
}

impl Machine {
    pub(in crate::ceremony) fn ask_between(&mut self, interlude: Interlude) {
        self.hide();
        // While the clerk is working, only stopping is offered; while a device is being erased, not even that: the
        // record must say what came of it.
        if let Mode::Working { act, .. } = &self.mode
            && (interlude.asked() != Asked::Stop || !act.may_be_stopped())
        {
            return;
        }
        if interlude.asked() == Asked::Stop {
            self.request(Request::SetAside(true));
        } else {
            // Somebody else may take the keyboard: half-typed text is wiped, and the stage asks again afterwards.
            self.request(Request::ForgetTyped);
            self.ask_anew();
        }
        self.between.clear();
        self.interlude = Some(interlude);
    }

    /// Everybody who can be replaced now: at their own step, the people of a DKEK share, otherwise all. A chosen
    /// password cannot be known to anybody else.
    pub(in crate::ceremony) fn replaceable(&self) -> Vec<Holder> {
        let (plan, step) = (&self.known.plan, self.step());
        let here = step.filter(|step| step.actor.has_a_part()).map(|step| step.share);
        let people = |share: DkekShareNumber| {
            let custodians = plan.quorum(share).into_iter().flat_map(Quorum::numbers).map(Some);
            let chooses = plan.quorum(share).is_none()
                && self.known.shares.kcv(share).is_none()
                && self.known.ceremony.cards == Cards::Dealt;
            let all = custodians.chain(chooses.then_some(None));
            all.map(move |custodian| Holder { share, custodian }).collect::<Vec<_>>()
        };
        plan.numbers().filter(|share| here.is_none_or(|here| here == *share)).flat_map(people).collect()
    }

    fn back(&mut self) {
        self.request(Request::ForgetTyped);
        self.request(Request::SetAside(false));
    }

    fn ask_next(&mut self, interlude: Interlude) {
        self.request(Request::ForgetTyped);
        self.between.clear();
        self.interlude = Some(interlude);
    }

    /// One answer to a question in between.
    pub(in crate::ceremony) fn in_between(&mut self, interlude: Interlude, input: Input) {
        let step = self.number();
        match (interlude, input) {
            (Interlude::Break, Input::GoOn) => {
                self.emit(Entry::Remarked { step, remark: Remark::BreakEnded, text: String::new() });
                self.back();
            }
            (Interlude::Break, Input::Stop) => {
                self.emit(Entry::Remarked { step, remark: Remark::BreakEnded, text: String::new() });
                self.ask_next(Interlude::STOP);
            }
            (Interlude::Break, _) => self.interlude = Some(Interlude::Break),
            (Interlude::Menu | Interlude::Who | Interlude::Note(_) | Interlude::Name(..), Input::Stop) => {
                self.ask_next(Interlude::STOP);
            }
            (_, Input::Leave) | (Interlude::Who, Input::Chose(ChoiceId::Item(NOBODY))) => self.back(),
            (Interlude::Stop { typed: true, reason: Some(text) }, Input::GoOn) => {
                self.request(Request::ForgetAll);
                self.request(Request::WipeScreen);
                self.emit(Entry::Remarked { step, remark: Remark::Stopped, text: text.trim().to_owned() });
                self.emit(Entry::Sealed { ending: Ending::Aborted, deviations: self.known.progress.deviations });
            }
            (Interlude::Menu, Input::Chose(ChoiceId::Item(item))) => {
                match MENU.iter().find(|(name, _)| *name == item).map(|(_, offer)| offer) {
                    Some(Offer::Note) => self.ask_next(Interlude::Note(None)),
                    Some(Offer::Break) => {
                        self.emit(Entry::Remarked { step, remark: Remark::BreakBegan, text: String::new() });
                        self.ask_next(Interlude::Break);
                    }
                    Some(Offer::Substitute) => self.ask_next(Interlude::Who),
                    Some(Offer::Back) => self.back(),
                    None => self.interlude = Some(Interlude::Menu),
                }
            }
            (Interlude::Who, Input::Chose(ChoiceId::Holder(holder))) if self.replaceable().contains(&holder) => {
                self.ask_next(Interlude::Name(holder, None));
            }
            (Interlude::Note(Some(text)), Input::GoOn) => {
                self.emit(Entry::Remarked { step, remark: Remark::Deviation, text: text.trim().to_owned() });
                self.back();
            }
            (Interlude::Name(place, Some(name)), Input::GoOn) if !self.known.has_another_share(&name, place) => {
                let Holder { share, custodian } = place;
                let former_knows = self.known.knows_the_share(place).map(str::to_owned);
                let called = self.known.called();
                self.emit(Entry::Substituted { step, share, custodian, name: name.trim().to_owned(), former_knows });
                self.untick_who_is_new(&called);
                self.back();
            }
            (same, _) => self.interlude = Some(same),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::{StageName, StepName};
    use crate::script;

    #[test]
    fn the_script_offers_in_between_exactly_what_the_code_knows() {
        let items = |stage| {
            let items = script::step(StepName::InBetween).stage(stage).unwrap().items;
            items.iter().map(|(name, _)| *name).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(items(StageName::Menu), MENU.iter().map(|(name, _)| *name).collect());
        assert_eq!(items(StageName::Who), [NOBODY].into());
    }
}
