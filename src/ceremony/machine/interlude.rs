//! Questions in between, at any step: stop? a deviation, a break, a substitute.

use crate::ceremony::known::Known;
pub(in crate::ceremony) use crate::ceremony::machine::identify::Newcomer;
use crate::ceremony::machine::identify::{IDENTIFIED_BY, Waived};
use crate::ceremony::machine::input::{ChoiceId, Input};
use crate::ceremony::machine::{Machine, Mode, Request, after_break};
use crate::fields::{Field, FieldCheck, FieldKind};
use crate::names::{FieldName, ItemName};
use crate::record::{Ending, Entry, Remark};
use crate::terms::Person;

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
    /// After a break: are room, machine and bags as they were?
    AfterBreak,
    /// Who confirms it.
    Confirms(Confirmation),
    /// Who is replaced?
    Who,
    /// Who has come?
    Arrives,
    /// Who leaves?
    Goes,
    /// Whoever acts now is absent: who does?
    Absent(Person),
    /// By whom? `None` while the name is incomplete.
    Name(Person, Option<String>),
    /// Why? `None` while the reason is incomplete.
    Why(Change, Option<String>),
    /// Who decided it? `None` while the name is incomplete. The reason is known.
    Decides(Change, String, Option<String>),
    /// How was this person identified?
    Identifies(Newcomer),
    /// In which way? `None` while it is incomplete.
    IdentifiedBy(Newcomer, Option<String>),
    /// They could not be: who decided to go on, and why?
    NotIdentified(Newcomer, Waived),
}

/// How far the confirmation after a break has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::ceremony) struct Confirmation {
    /// Whether anything has changed.
    pub changed: bool,
    /// Whether the administrator has signed.
    pub signed: bool,
    /// Who confirms it with them; `None` while the name is incomplete.
    pub by: Option<String>,
    /// What has changed; `None` while it is incomplete.
    pub what: Option<String>,
}

/// A change among the people that has a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ceremony) enum Change {
    /// Somebody of this name stands in.
    StandsIn(Person, String),
    /// An auditor leaves.
    Leaves(Person),
}

impl Change {
    /// The names of those whom it is about.
    pub(in crate::ceremony) fn about(&self, known: &Known) -> Vec<String> {
        match self {
            Self::StandsIn(person, name) => vec![known.plan.name_of(*person).to_owned(), name.clone()],
            Self::Leaves(person) => vec![known.plan.name_of(*person).to_owned()],
        }
    }
}

/// What the menu in between offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Offer {
    Note,
    Break,
    Substitute,
    Arrives,
    Goes,
    Back,
}

/// The items of the menu, by their names in the script.
const MENU: [(ItemName, Offer); 6] = [
    (ItemName::Deviation, Offer::Note),
    (ItemName::Break, Offer::Break),
    (ItemName::Substitute, Offer::Substitute),
    (ItemName::Arrived, Offer::Arrives),
    (ItemName::Gone, Offer::Goes),
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
    AfterBreak,
    Confirms,
    Who,
    Arrives,
    Goes,
    Absent,
    Name,
    Why,
    Decides,
    Identifies,
    IdentifiedBy,
    NotIdentified,
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
            Self::AfterBreak => Asked::AfterBreak,
            Self::Confirms(_) => Asked::Confirms,
            Self::Who => Asked::Who,
            Self::Arrives => Asked::Arrives,
            Self::Goes => Asked::Goes,
            Self::Absent(_) => Asked::Absent,
            Self::Name(..) => Asked::Name,
            Self::Why(..) => Asked::Why,
            Self::Decides(..) => Asked::Decides,
            Self::Identifies(_) => Asked::Identifies,
            Self::IdentifiedBy(..) => Asked::IdentifiedBy,
            Self::NotIdentified(..) => Asked::NotIdentified,
        }
    }

    /// The fields it asks for.
    pub(in crate::ceremony) fn fields(&self, known: &Known) -> Vec<Field> {
        match self {
            Self::Stop { .. } => vec![
                Field::new(FieldName::StopWord, FieldKind::Word(STOP_WORD)),
                Field::new(FieldName::Reason, FieldKind::Reason),
            ],
            Self::Note(_) => vec![Field::new(FieldName::Note, FieldKind::Reason)],
            Self::Name(..) => vec![Field::new(FieldName::Substitute, FieldKind::Line)],
            Self::Why(..) => vec![Field::new(FieldName::Reason, FieldKind::Reason)],
            Self::Decides(change, ..) => vec![known.who_decides(change.about(known))],
            Self::Confirms(confirmation) => after_break::fields(known, confirmation.changed),
            Self::IdentifiedBy(..) => vec![IDENTIFIED_BY],
            Self::NotIdentified(newcomer, _) => Waived::fields(newcomer, known),
            Self::Menu
            | Self::Break
            | Self::AfterBreak
            | Self::Who
            | Self::Arrives
            | Self::Goes
            | Self::Absent(_)
            | Self::Identifies(_) => Vec::new(),
        }
    }

    /// The text typed so far into a field was checked.
    pub(in crate::ceremony) fn checked(&mut self, field: FieldName, check: &FieldCheck, open: Option<String>) {
        let text = open.filter(|text| *check == FieldCheck::Good && !text.trim().is_empty());
        match self {
            Self::Stop { reason, .. } if field == FieldName::Reason => *reason = text,
            Self::Stop { typed, .. } => *typed = *check == FieldCheck::Good,
            Self::Note(note) => *note = text,
            Self::Name(_, typed) | Self::Why(_, typed) | Self::Decides(_, _, typed) | Self::IdentifiedBy(_, typed) => {
                *typed = text;
            }
            Self::NotIdentified(_, waived) => waived.checked(field, text),
            Self::Confirms(confirmation) => confirmation.checked(field, check, text),
            Self::Menu
            | Self::Break
            | Self::AfterBreak
            | Self::Who
            | Self::Arrives
            | Self::Goes
            | Self::Absent(_)
            | Self::Identifies(_) => {}
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

    pub(super) fn back(&mut self) {
        self.request(Request::ForgetTyped);
        self.request(Request::SetAside(false));
        if self.known.progress.not_confirmed {
            self.ask_next(Interlude::AfterBreak);
        } else if self.waits_to_go_on {
            self.start_again();
        } else {
            self.calls_who_acts();
        }
    }

    pub(super) fn ask_next(&mut self, interlude: Interlude) {
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
                self.ask_next(Interlude::AfterBreak);
            }
            (Interlude::Break, Input::Stop) => {
                self.emit(Entry::Remarked { step, remark: Remark::BreakEnded, text: String::new() });
                self.ask_next(Interlude::STOP);
            }
            (Interlude::Break, _) => self.interlude = Some(Interlude::Break),
            (Interlude::AfterBreak, input) => self.after_break(&input),
            (Interlude::Confirms(confirmation), input) => self.confirms(confirmation, &input),
            (Interlude::Identifies(newcomer), input) => self.identifies(newcomer, &input),
            (Interlude::IdentifiedBy(newcomer, typed), input) => self.identified_by(newcomer, typed, &input),
            (Interlude::NotIdentified(newcomer, waived), input) => self.not_identified(newcomer, waived, &input),
            (
                Interlude::Menu
                | Interlude::Who
                | Interlude::Arrives
                | Interlude::Goes
                | Interlude::Absent(_)
                | Interlude::Note(_)
                | Interlude::Name(..)
                | Interlude::Why(..)
                | Interlude::Decides(..),
                Input::Stop,
            ) => self.ask_next(Interlude::STOP),
            (_, Input::Leave)
            | (Interlude::Who | Interlude::Arrives | Interlude::Goes, Input::Chose(ChoiceId::Item(NOBODY))) => {
                self.back();
            }
            (Interlude::Stop { typed: true, reason: Some(text) }, Input::GoOn) => {
                self.request(Request::ForgetAll);
                self.request(Request::WipeScreen);
                self.emit(Entry::Remarked { step, remark: Remark::Stopped, text: text.trim().to_owned() });
                self.seal(Ending::Aborted);
            }
            (Interlude::Menu, Input::Chose(ChoiceId::Item(item))) => {
                match MENU.iter().find(|(name, _)| *name == item).map(|(_, offer)| offer) {
                    Some(Offer::Note) => self.ask_next(Interlude::Note(None)),
                    Some(Offer::Break) if self.may_break().is_err() => self.interlude = Some(Interlude::Menu),
                    Some(Offer::Break) => {
                        self.emit(Entry::Remarked { step, remark: Remark::BreakBegan, text: String::new() });
                        self.ask_next(Interlude::Break);
                    }
                    Some(Offer::Substitute) => self.ask_next(Interlude::Who),
                    Some(Offer::Arrives) => self.ask_next(Interlude::Arrives),
                    Some(Offer::Goes) => self.ask_next(Interlude::Goes),
                    Some(Offer::Back) => self.back(),
                    None => self.interlude = Some(Interlude::Menu),
                }
            }
            (Interlude::Who, Input::Chose(ChoiceId::Person(person)))
            | (Interlude::Absent(person), Input::Chose(ChoiceId::Item(ItemName::Substitute)))
                if self.replaceable().contains(&person) =>
            {
                self.ask_next(Interlude::Name(person, None));
            }
            (Interlude::Arrives, Input::Chose(ChoiceId::Person(person))) if self.known.is_absent(person) => {
                self.comes(person);
            }
            (Interlude::Goes, Input::Chose(ChoiceId::Person(person))) if self.may_go().contains(&person) => {
                self.goes(person);
            }
            (Interlude::Absent(person), Input::Chose(ChoiceId::Item(ItemName::Arrived))) => self.comes(person),
            (Interlude::Note(Some(text)), Input::GoOn) => {
                self.emit(Entry::Remarked { step, remark: Remark::Deviation, text: text.trim().to_owned() });
                self.back();
            }
            (Interlude::Name(person, Some(name)), Input::GoOn) if !self.known.cannot_stand_in(person, &name) => {
                self.ask_next(Interlude::Why(Change::StandsIn(person, name.trim().to_owned()), None));
            }
            (Interlude::Why(change, Some(reason)), Input::GoOn) => {
                let reason = reason.trim().to_owned();
                if Self::needs_a_decision(&change) {
                    self.ask_next(Interlude::Decides(change, reason, None));
                } else {
                    self.settles(change, reason, None);
                }
            }
            (Interlude::Decides(change, reason, Some(name)), Input::GoOn) => {
                let name = self.known.decider(&name, &change.about(&self.known));
                self.settles(change, reason, Some(name));
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
        for stage in [StageName::Who, StageName::Arrives, StageName::Goes] {
            assert_eq!(items(stage), [NOBODY].into());
        }
        assert_eq!(
            items(StageName::Identifies),
            [ItemName::AsPlanned, ItemName::InThisWay, ItemName::NotIdentified].into()
        );
        assert_eq!(items(StageName::AfterBreak), [ItemName::Unchanged, ItemName::Changed].into());
        assert_eq!(items(StageName::Absent), [ItemName::Substitute, ItemName::Arrived].into());
    }
}
