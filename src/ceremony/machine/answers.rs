//! What people answer to what a stage asks.

use crate::ceremony::machine::input::Input;
use crate::ceremony::machine::interlude::Interlude;
use crate::ceremony::machine::{Asking, Machine, Mode, REVEAL_SECONDS, Request};
use crate::ceremony::steps::{Actor, Question, StageKind, Step};
use crate::faults::{self, Fault};
use crate::fields::{Field, FieldCheck, FieldKind};
use crate::names::FieldName;
use crate::record::{Entry, Fact, Loss, Remark};
use crate::terms::{CustodianNumber, DeviceRole, DkekShareNumber, KeyReference};

impl Machine {
    pub(in crate::ceremony) fn input(&mut self, input: Input) {
        match input {
            Input::Stop => self.ask_between(Interlude::Stop),
            Input::Deviation => self.ask_between(Interlude::Menu),
            other => match &self.mode {
                Mode::Asking(_) => self.answer(other),
                Mode::Faulted { choices, .. } => {
                    if let (Input::Chose(choice), choices) = (other, choices.clone())
                        && let Some(recovery) = choices.get(choice)
                    {
                        self.recover(*recovery);
                    }
                }
                Mode::Working { .. } => {}
            },
        }
    }

    fn answer(&mut self, input: Input) {
        let Some(stage) = self.stage().copied() else { return };
        let Mode::Asking(asking) = &mut self.mode else { return };
        match (stage.kind, input) {
            (StageKind::Read, Input::GoOn) => self.next_stage(),
            (StageKind::Deviates(deviation), Input::GoOn) => {
                self.emit(Entry::Deviates { step: self.number(), name: deviation.word().to_owned() });
                self.next_stage();
            }
            (StageKind::Tick | StageKind::RollCall, Input::Tick(place)) => {
                if let Some(tick) = asking.ticks.get_mut(place) {
                    *tick = !*tick;
                }
            }
            (StageKind::Tick, Input::GoOn) if asking.ticks.iter().all(|tick| *tick) => self.next_stage(),
            (StageKind::RollCall, Input::GoOn) => {
                let ticks = asking.ticks.clone();
                if self.enough(&ticks) {
                    self.note_who_is_here(&ticks);
                    self.next_stage();
                }
            }
            (StageKind::Choose(question), Input::Chose(place)) => self.choose(question, place),
            (StageKind::Form(_) | StageKind::FromCard(_) | StageKind::Danger(_), Input::GoOn) => self.submit(),
            (StageKind::FromCard(_), Input::Leave) => self.enter_stage(0),
            (StageKind::Reveal { card, .. }, Input::Show) => {
                asking.shown_at = Some(self.now);
                asking.seen = true;
                if let Some(custodian) = self.step().and_then(Step::custodian) {
                    self.emit(Entry::Revealed { step: self.number(), card, custodian });
                }
            }
            (StageKind::Reveal { .. }, Input::Hide) => self.hide(),
            (StageKind::Reveal { .. }, Input::GoOn) if asking.seen => {
                self.hide();
                self.next_stage();
            }
            _ => {}
        }
    }

    pub(in crate::ceremony) fn next_stage(&mut self) {
        self.enter_stage(self.stage + 1);
    }

    fn choose(&mut self, question: Question, place: usize) {
        let fact = match question {
            Question::Loss => {
                [Loss::Broken, Loss::Lost, Loss::Stolen].get(place).map(|loss| Fact::Lost { loss: *loss })
            }
            Question::Device => {
                let role = self.step().map_or(DeviceRole::Original, |step| step.role);
                self.known.devices.seen.get(place).map(|serial| Fact::Picked { role, serial: serial.clone() })
            }
            Question::CurrentSoPin => {
                let role = self.step().map_or(DeviceRole::Original, |step| step.role);
                (place < 2).then_some(Fact::CurrentSoPin { role, on_cards: place == 1 })
            }
            Question::HiddenKcv => {
                let role = self.step().map_or(DeviceRole::Original, |step| step.role);
                (place < 2).then_some(Fact::KcvAsked { role, log_in: place == 0 })
            }
            Question::Sitter(seat) => {
                let custodian = u8::try_from(place + 1).ok().and_then(CustodianNumber::new);
                let share = self.step().map_or(DkekShareNumber::FIRST, |step| step.share);
                let quorum = self.known.plan.quorum(share);
                let free = |number: &CustodianNumber| {
                    quorum.is_some_and(|quorum| number.get() <= quorum.custodians())
                        && !self.known.seats.seated.iter().any(|(taken, who)| who == number && *taken != seat)
                };
                custodian.filter(free).map(|custodian| Fact::Seated { share, seat, custodian })
            }
        };
        if let Some(fact) = fact {
            self.emit(Entry::Learned { step: self.number(), fact });
            self.next_stage();
        }
    }

    fn submit(&mut self) {
        let Mode::Asking(asking) = &self.mode else { return };
        if !asking.checks.iter().all(FieldCheck::is_good) {
            return;
        }
        let (fields, open) = (asking.fields.clone(), asking.open.clone());
        for (field, text) in fields.iter().zip(&open) {
            if let Some(handle) = field.keep {
                self.request(Request::Keep(field.name, handle));
            }
            if let (FieldName::Reason, Some(reason)) = (field.name, &text) {
                let text = reason.trim().to_owned();
                self.emit(Entry::Remarked { step: self.number(), remark: Remark::Deviation, text });
            }
            if let Some(fact) = self.fact_of(field, text.as_deref()) {
                self.emit(Entry::Learned { step: self.number(), fact });
            }
        }
        self.next_stage();
    }

    /// What an open field says for the record.
    fn fact_of(&self, field: &Field, text: Option<&str>) -> Option<Fact> {
        let step = self.step()?;
        match (&field.kind, step.actor) {
            (FieldKind::Line { .. }, Actor::Custodian(custodian)) => {
                let bag = text?.trim();
                (!bag.is_empty()).then(|| Fact::Bagged { share: step.share, custodian, bag: bag.to_owned() })
            }
            (FieldKind::Word(word), _) => Some(Fact::Decided { word: (*word).to_owned() }),
            (FieldKind::KeyReference { planned, .. }, _) => {
                let number = text.filter(|text| !text.is_empty()).map_or(Some(*planned), |text| text.parse().ok())?;
                let reference = KeyReference::new(number)?;
                Some(Fact::Wanted { label: step.key.clone()?, reference })
            }
            _ => None,
        }
    }

    pub(in crate::ceremony) fn checked(&mut self, field: FieldName, check: FieldCheck, open: Option<String>) {
        if let Some(interlude) = &mut self.interlude {
            interlude.checked(&check, open);
            let taken = match interlude {
                Interlude::Name(place, Some(name)) => self.known.has_another_share(name, *place),
                _ => false,
            };
            self.between = match check {
                _ if taken => {
                    FieldCheck::Wrong { fault: Fault::from(faults::SubstituteHasAShare), at: None, marks: None }
                }
                check => check,
            };
            return;
        }
        let Mode::Asking(asking) = &mut self.mode else { return };
        let Some(at) = asking.fields.iter().position(|asked| asked.name == field) else { return };
        if let Some(place) = asking.checks.get_mut(at) {
            *place = check;
        }
        if let Some(place) = asking.open.get_mut(at) {
            *place = open;
        }
    }

    pub(in crate::ceremony) fn hide(&mut self) {
        if let Mode::Asking(asking) = &mut self.mode
            && asking.shown_at.take().is_some()
        {
            self.request(Request::WipeScreen);
        }
    }

    pub(in crate::ceremony) fn hide_when_due(&mut self) {
        let now = self.now;
        if let Mode::Asking(Asking { shown_at: Some(at), .. }) = &self.mode
            && now.saturating_sub(*at) >= REVEAL_SECONDS
        {
            self.hide();
        }
    }
}
