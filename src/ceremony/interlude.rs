//! Questions in between, at any step: stop? a deviation, a break, somebody who stands in.

use super::field::{Field, FieldCheck, FieldKind};
use super::machine::{Machine, Mode, Request};
use super::people::People;
use crate::record::{Ending, Entry, Remark};
use crate::terms::{CustodianNumber, DkekShareNumber};

/// The word that stops a ceremony.
pub const STOP_WORD: &str = "ABORT";

/// A question in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Interlude {
    /// Stop?
    Stop,
    /// Stop? The word is typed.
    StopTyped,
    /// Deviation, break or substitute?
    Menu,
    /// A note; `None` while it is not complete.
    Note(Option<String>),
    /// A break.
    Break,
    /// Who is replaced?
    Who,
    /// By whom? `None` while the name is not complete.
    Name(CustodianNumber, Option<String>),
}

impl Interlude {
    /// The field it asks for, if any.
    pub(super) fn field(&self) -> Option<Field> {
        let (name, kind) = match self {
            Self::Stop | Self::StopTyped => ("stop-word", FieldKind::Word(STOP_WORD)),
            Self::Note(_) => ("note", FieldKind::Line),
            Self::Name(..) => ("substitute", FieldKind::Line),
            Self::Menu | Self::Break | Self::Who => return None,
        };
        Some(Field { name, kind, keep: None })
    }

    /// What was typed so far was checked.
    pub(super) fn checked(&mut self, check: &FieldCheck, open: Option<String>) {
        let text = open.filter(|text| *check == FieldCheck::Good && !text.trim().is_empty());
        match self {
            Self::Stop | Self::StopTyped => {
                *self = if *check == FieldCheck::Good { Self::StopTyped } else { Self::Stop }
            }
            Self::Note(note) => *note = text,
            Self::Name(_, name) => *name = text,
            Self::Menu | Self::Break | Self::Who => {}
        }
    }
}

impl Machine {
    pub(super) fn ask_between(&mut self, interlude: Interlude) {
        self.hide();
        // While the clerk works, only stopping is offered; while a device is being erased, not even that: the record must say
        // what became of it.
        if let Mode::Working { act, .. } = &self.mode
            && (interlude != Interlude::Stop || !act.may_be_stopped())
        {
            return;
        }
        if interlude == Interlude::Stop {
            self.request(Request::SetAside(true));
        } else {
            // Somebody else may take the keyboard: what was half typed is wiped, and the stage asks again afterwards.
            self.request(Request::ForgetTyped);
            self.ask_anew();
        }
        self.between = FieldCheck::Empty;
        self.interlude = Some(interlude);
    }

    /// One person holds one share.
    pub(super) fn is_custodian(&self, name: &str) -> bool {
        let same = |other: &String| other.trim().to_lowercase() == name.trim().to_lowercase();
        self.state.plan.guards().any(same)
    }

    /// The DKEK share whose custodians can be replaced now: the one of this step, or the first that has custodians.
    pub(super) fn set_at_hand(&self) -> Option<DkekShareNumber> {
        let here = self.step().map(|step| step.share).filter(|share| self.state.plan.quorum(*share).is_some());
        here.or_else(|| self.state.plan.first_quorum())
    }

    fn back(&mut self) {
        self.request(Request::ForgetTyped);
        self.request(Request::SetAside(false));
    }

    fn ask_next(&mut self, interlude: Interlude) {
        self.request(Request::ForgetTyped);
        self.between = FieldCheck::Empty;
        self.interlude = Some(interlude);
    }

    /// One answer to a question in between.
    pub(super) fn in_between(&mut self, interlude: Interlude, people: People) {
        let step = self.number();
        match (interlude, people) {
            (Interlude::Break, People::GoOn) => {
                self.emit(Entry::Remarked { step, remark: Remark::BreakEnded, text: String::new() });
                self.back();
            }
            (Interlude::Break, People::Stop) => {
                self.emit(Entry::Remarked { step, remark: Remark::BreakEnded, text: String::new() });
                self.ask_next(Interlude::Stop);
            }
            (Interlude::Break, _) => self.interlude = Some(Interlude::Break),
            (Interlude::Menu | Interlude::Who | Interlude::Note(_) | Interlude::Name(..), People::Stop) => {
                self.ask_next(Interlude::Stop);
            }
            (_, People::Leave) | (Interlude::Menu, People::Chose(3..)) => self.back(),
            (Interlude::StopTyped, People::GoOn) => {
                self.request(Request::ForgetAll);
                self.request(Request::WipeScreen);
                self.emit(Entry::Sealed { ending: Ending::Aborted, deviations: self.state.deviations });
            }
            (Interlude::Menu, People::Chose(0)) => self.ask_next(Interlude::Note(None)),
            (Interlude::Menu, People::Chose(1)) => {
                self.emit(Entry::Remarked { step, remark: Remark::BreakBegan, text: String::new() });
                self.ask_next(Interlude::Break);
            }
            (Interlude::Menu, People::Chose(2)) => self.ask_next(Interlude::Who),
            (Interlude::Who, People::Chose(place)) => {
                let number = u8::try_from(place + 1).ok().and_then(CustodianNumber::new);
                let quorum = self.set_at_hand().and_then(|share| self.state.plan.quorum(share));
                match number.filter(|number| quorum.is_some_and(|quorum| number.get() <= quorum.custodians())) {
                    Some(custodian) => self.ask_next(Interlude::Name(custodian, None)),
                    None => self.back(),
                }
            }
            (Interlude::Note(Some(text)), People::GoOn) => {
                self.emit(Entry::Remarked { step, remark: Remark::Deviation, text: text.trim().to_owned() });
                self.back();
            }
            (Interlude::Name(custodian, Some(name)), People::GoOn) if !self.is_custodian(&name) => {
                if let Some(share) = self.set_at_hand() {
                    self.emit(Entry::Substituted { step, share, custodian, name: name.trim().to_owned() });
                }
                self.back();
            }
            (same, _) => self.interlude = Some(same),
        }
    }
}
