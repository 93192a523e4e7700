//! People's answers to what a stage asks.

use crate::ceremony::known::roll_call::Attendance;
use crate::ceremony::machine::input::{ChoiceId, Input};
use crate::ceremony::machine::interlude::{Interlude, Newcomer};
use crate::ceremony::machine::recovery::Recovery;
use crate::ceremony::machine::{Asking, Machine, Mode, REVEAL_SECONDS, Request};
use crate::ceremony::steps::{Answer, Need, Question, Stage, StageKind, Step};
use crate::faults::{self, Fault};
use crate::fields::{Field, FieldCheck, FieldKind};
use crate::names::FieldName;
use crate::record::{DepartedOutcome, Entry, Fact, PinName, Remark};
use crate::terms::{CustodianNumber, Holder, KeyReference, Person, Purpose, Seat};

/// What is shown to one person alone.
#[derive(Clone, Copy)]
enum Revealed {
    Card(Purpose),
    Pin(PinName),
}

impl Machine {
    pub(in crate::ceremony) fn input(&mut self, input: Input) {
        if self.known.progress.ended.is_some() {
            self.on_the_last_screen(&input);
            return;
        }
        match input {
            Input::Stop => self.ask_between(Interlude::STOP),
            Input::Deviation => self.ask_between(Interlude::Menu),
            Input::StandIn(person) if self.at_the_roll_call() && self.replaceable().contains(&person) => {
                self.ask_between(Interlude::Name(person, None));
            }
            Input::Identify(person) if self.at_the_roll_call() => {
                self.ask_between(Interlude::Identifies(Newcomer::Called(person)));
            }
            other => match &self.mode {
                Mode::Asking(_) => self.answer(&other),
                Mode::Faulted { choices, .. } => {
                    if let Input::Chose(ChoiceId::Recovery(recovery)) = other
                        && choices.contains(&recovery)
                    {
                        self.recover(recovery);
                    }
                }
                Mode::Working { .. } => {}
            },
        }
    }

    /// Input that a stage does not ask for changes nothing.
    fn answer(&mut self, input: &Input) {
        let Some(stage) = self.stage().copied() else { return };
        match stage.kind {
            StageKind::Read if *input == Input::GoOn => self.next_stage(),
            StageKind::States(fact) if *input == Input::GoOn => {
                self.emit(Entry::Learned { step: self.number(), fact: fact() });
                self.next_stage();
            }
            StageKind::Deviates(deviation) if *input == Input::GoOn => {
                self.emit(Entry::Deviates { step: self.number(), name: deviation.word().to_owned() });
                self.next_stage();
            }
            StageKind::SignOut if *input == Input::GoOn => {
                let people = self.known.here().into_iter().map(|called| called.text).collect();
                self.emit(Entry::Learned { step: self.number(), fact: Fact::SignedOut { people } });
                self.next_stage();
            }
            StageKind::Tick => {
                if self.tick(Attendance::Everyone, input) {
                    self.next_stage();
                }
            }
            StageKind::RollCall(attendance) => {
                if self.tick(attendance, input) {
                    self.note_who_is_here();
                    self.next_stage();
                }
            }
            StageKind::PickKeys => self.pick(input),
            StageKind::Choose(question) => self.choose(question, input),
            StageKind::FromCard(_) if *input == Input::Leave => self.enter_stage(self.shown_before()),
            StageKind::Confirm(_) if *input == Input::Leave => {
                self.enter_stage(self.step().map_or(0, Step::begins_at));
            }
            StageKind::HandOver
            | StageKind::Form(_)
            | StageKind::FromCard(_)
            | StageKind::Confirm(_)
            | StageKind::Danger(_)
                if *input == Input::GoOn =>
            {
                self.submit();
            }
            StageKind::Reveal { card, .. } => self.reveal_or_hide(Revealed::Card(card), input),
            StageKind::RevealPin { pin, .. } => self.reveal_or_hide(Revealed::Pin(pin), input),
            StageKind::HandOver
            | StageKind::Read
            | StageKind::SignOut
            | StageKind::States(_)
            | StageKind::Deviates(_)
            | StageKind::Form(_)
            | StageKind::FromCard(_)
            | StageKind::Confirm(_)
            | StageKind::Danger(_)
            | StageKind::Do(_) => {}
        }
    }

    /// The stage that showed what is typed now, or the first.
    fn shown_before(&self) -> usize {
        let stages = self.step().map(|step| step.stages.as_slice()).unwrap_or_default();
        let shows = |stage: &Stage| matches!(stage.kind, StageKind::Reveal { .. } | StageKind::RevealPin { .. });
        let begins = self.step().map_or(0, Step::begins_at);
        stages.iter().take(self.stage).rposition(shows).unwrap_or(begins)
    }

    fn reveal_or_hide(&mut self, what: Revealed, input: &Input) {
        let Mode::Asking(asking) = &mut self.mode else { return };
        match input {
            Input::Show => {
                asking.shown_at = Some(self.now);
                asking.seen = true;
                let step = self.number();
                let (custodian, role) = self.step().map(|step| (step.custodian(), step.role)).unzip();
                match (what, custodian.flatten(), role) {
                    (Revealed::Card(card), Some(custodian), _) => {
                        self.emit(Entry::Revealed { step, card, custodian });
                    }
                    (Revealed::Pin(pin), _, Some(role)) => {
                        self.emit(Entry::Learned { step, fact: Fact::PinShown { role, pin } });
                    }
                    (Revealed::Card(_) | Revealed::Pin(_), _, _) => {}
                }
            }
            Input::Cover => self.hide(),
            Input::Hide if asking.shown_at.is_some() => {
                self.hide();
                self.next_stage();
            }
            Input::GoOn if asking.seen && asking.shown_at.is_none() => self.next_stage(),
            _ => {}
        }
    }

    pub(in crate::ceremony) fn next_stage(&mut self) {
        self.enter_stage(self.stage + 1);
    }

    /// At least one key is taken.
    fn pick(&mut self, input: &Input) {
        self.tick(Attendance::Everyone, input);
        let Mode::Asking(asking) = &self.mode else { return };
        let picked = asking.picked();
        if *input != Input::GoOn || picked.is_empty() {
            return;
        }
        let keys = self.known.keys.surveyed.iter().filter(|key| picked.contains(&key.reference));
        let keys = keys.map(|key| key.label.clone()).collect();
        self.emit(Entry::Learned { step: self.number(), fact: Fact::Chosen { keys } });
        self.next_stage();
    }

    fn choose(&mut self, question: Question, input: &Input) {
        let Input::Chose(choice) = input else { return };
        let answer = if let ChoiceId::Item(item) = choice { question.answer(*item) } else { None };
        match answer {
            Some(Answer::LookAgain) => self.recover(Recovery::LookAgain),
            Some(Answer::AnotherDevice) => self.recover(Recovery::DeviceAgain),
            Some(Answer::GoOn) => {
                let role = self.step().map(|step| step.role).filter(|_| question == Question::RightDevice);
                if let Some(fact) = role.and_then(|role| self.known.goes_on_with_other_label(role)) {
                    self.emit(Entry::Learned { step: self.number(), fact });
                }
                self.next_stage();
            }
            Some(Answer::Without(deviation)) => {
                self.emit(Entry::Deviates { step: self.number(), name: deviation.word().to_owned() });
                self.next_stage();
            }
            Some(
                Answer::Loss(_)
                | Answer::OnCards(_)
                | Answer::LogIn(_)
                | Answer::Opens(_)
                | Answer::Drill(_)
                | Answer::Departed(_)
                | Answer::Cause(_)
                | Answer::OldCards(_)
                | Answer::KeyFiles(_)
                | Answer::PinChange(_),
            )
            | None => {
                if let Some(fact) = self.chosen(question, choice) {
                    self.emit(Entry::Learned { step: self.number(), fact });
                    self.next_stage();
                }
            }
        }
    }

    /// The fact that a choice adds to the record; `None` if it does not answer the question.
    fn chosen(&self, question: Question, choice: &ChoiceId) -> Option<Fact> {
        let step = self.step()?;
        let (role, share) = (step.role, step.share);
        match question {
            Question::Loss
            | Question::CurrentSoPin
            | Question::HiddenKcv
            | Question::Opening
            | Question::Drill
            | Question::OldDevice
            | Question::Departed
            | Question::Cause
            | Question::OldCards
            | Question::KeyFiles
            | Question::PinChange => {
                let ChoiceId::Item(item) = choice else { return None };
                Some(match question.answer(*item)? {
                    Answer::Loss(loss) => Fact::Lost { loss },
                    Answer::OnCards(on_cards) => Fact::CurrentSoPin { role, on_cards },
                    Answer::LogIn(log_in) => Fact::KcvAsked { role, log_in },
                    Answer::Opens(by_quorum) => Fact::Opening { by_quorum },
                    Answer::Drill(drill) => Fact::DrillChosen { drill },
                    Answer::Departed(here) => {
                        let outcome = if here { DepartedOutcome::Here } else { DepartedOutcome::NotHere };
                        Fact::DepartedShare { share, outcome }
                    }
                    Answer::Cause(cause) => Fact::CustodiansChange { cause },
                    Answer::OldCards(all_destroyed) => Fact::OldCards { all_destroyed },
                    Answer::KeyFiles(all_destroyed) => Fact::KeyFiles { all_destroyed },
                    Answer::PinChange(change) if self.known.why_closed(change).is_some() => return None,
                    Answer::PinChange(change) => Fact::PinChangeChosen { change },
                    Answer::AnotherDevice | Answer::LookAgain | Answer::GoOn | Answer::Without(_) => return None,
                })
            }
            Question::RightDevice | Question::Missing | Question::UnusableKeys => None,
            Question::Dkek => {
                let ChoiceId::Dkek(kcv) = choice else { return None };
                let found = self.known.restored.dkeks.iter().any(|dkek| dkek.kcv == *kcv);
                found.then_some(Fact::DkekChosen { kcv: *kcv })
            }
            Question::Device => {
                let ChoiceId::Device(serial) = choice else { return None };
                let seen = self.known.devices.seen.contains(serial);
                seen.then(|| Fact::Picked { role, serial: serial.clone() })
            }
            Question::Sitter(seat) => {
                let ChoiceId::Custodian(custodian) = choice else { return None };
                let of_quorum = self.known.plan.quorum(share)?.numbers().any(|number| number == *custodian);
                let elsewhere = |(taken, who): &(Seat, CustodianNumber)| who == custodian && *taken != seat;
                let person = Person::Holder(Holder { share, custodian: Some(*custodian) });
                let free = of_quorum && !self.known.is_absent(person) && !self.known.seats.seated.iter().any(elsewhere);
                free.then_some(Fact::Seated { share, seat, custodian: *custodian })
            }
        }
    }

    fn submit(&mut self) {
        let Mode::Asking(asking) = &self.mode else { return };
        if !asking.checks.iter().all(FieldCheck::is_good) {
            return;
        }
        let (fields, open) = (asking.fields.clone(), asking.open.clone());
        let line = |name: FieldName| {
            let at = fields.iter().position(|field| field.name == name)?;
            open.get(at)?.as_ref().map(|text| text.trim().to_owned())
        };
        let decided_by = line(FieldName::DecidedBy).map(|typed| self.known.decider(&typed, &[]));
        let number = self.step().and_then(|step| step.medium);
        let left_out = |step: &Step| matches!(step.need, Some(Need::DeviceLeftOut(_)));
        let device = self.step().filter(|step| left_out(step)).map(|step| step.role);
        match (&decided_by, line(FieldName::Reason), number, device) {
            (Some(decided_by), Some(reason), _, Some(role)) => {
                let (serial, decided_by) = (self.known.devices.serial(role), decided_by.clone());
                let fact = Fact::DeviceLeftOut { role, serial, decided_by, reason };
                self.emit(Entry::Learned { step: self.number(), fact });
            }
            (Some(decided_by), Some(reason), Some(number), None) => {
                self.leave_medium_out(number, decided_by.clone(), reason);
            }
            (Some(decided_by), Some(reason), None, None) => self.go_on_without_auditors(decided_by.clone(), reason),
            (None, ..) | (_, None, ..) => {}
        }
        if let (Some(number), true) = (number, fields.iter().any(|field| field.name == FieldName::Medium)) {
            let place = line(FieldName::MountedAt).or_else(|| line(FieldName::RehearsedAt));
            self.bring_medium(number, line(FieldName::Medium), place);
        }
        if let Some(by) = line(FieldName::IdentifiedBy) {
            let people = self.known.to_be_identified();
            if let Some(fact) = self.known.all_identified(&people, Some(&by)) {
                self.emit(Entry::Learned { step: self.number(), fact });
            }
        }
        for (field, text) in fields.iter().zip(&open) {
            if let Some(handle) = field.keep {
                self.request(Request::Keep(field.name, handle));
            }
            if let (FieldName::Reason, Some(reason), None) = (field.name, &text, &decided_by) {
                let text = reason.trim().to_owned();
                self.emit(Entry::Remarked { step: self.number(), remark: Remark::Deviation, text });
            }
            if let Some(fact) = self.fact_of(field, text.as_deref()) {
                self.emit(Entry::Learned { step: self.number(), fact });
            }
        }
        self.next_stage();
    }

    /// The fact that an open field adds to the record.
    fn fact_of(&self, field: &Field, text: Option<&str>) -> Option<Fact> {
        let step = self.step()?;
        match &field.kind {
            FieldKind::Bag { .. } => {
                let (bag, Holder { share, custodian }) = (text?.trim(), step.puts_away?);
                (!bag.is_empty()).then(|| Fact::Bagged { share, custodian, bag: bag.to_owned() })
            }
            FieldKind::Word(word) => Some(Fact::Decided { word: (*word).to_owned() }),
            FieldKind::KeyReference { planned, .. } => {
                let number = text.filter(|text| !text.is_empty()).map_or(Some(*planned), |text| text.parse().ok())?;
                let reference = KeyReference::new(number)?;
                Some(Fact::Wanted { label: step.key.clone()?, reference })
            }
            // Secret, for the act that follows, or nobody else's business.
            FieldKind::Line
            | FieldKind::Decider { .. }
            | FieldKind::CheckWords { .. }
            | FieldKind::Confirmer { .. }
            | FieldKind::Sign(_)
            | FieldKind::Copy(_)
            | FieldKind::Prime { .. }
            | FieldKind::ShareId { .. }
            | FieldKind::ShareValue
            | FieldKind::CheckBytes { .. }
            | FieldKind::ShareWords { .. }
            | FieldKind::Dice { .. }
            | FieldKind::NewPassword
            | FieldKind::Password
            | FieldKind::KeyFilePassword
            | FieldKind::UserPin
            | FieldKind::NewUserPin { .. }
            | FieldKind::NextUserPin { .. }
            | FieldKind::SoPin { .. }
            | FieldKind::NewSoPin
            | FieldKind::NextSoPin
            | FieldKind::DrawnSoPin
            | FieldKind::DrawnUserPin
            | FieldKind::Again(_)
            | FieldKind::Serial(_)
            // Together they are one fact.
            | FieldKind::Medium { .. }
            | FieldKind::Place { .. }
            // An entry of its own.
            | FieldKind::Reason => None,
        }
    }

    pub(in crate::ceremony) fn checked(&mut self, field: FieldName, check: FieldCheck, open: Option<String>) {
        if let Some(interlude) = &mut self.interlude {
            interlude.checked(field, &check, open);
            let taken = match interlude {
                Interlude::Name(person, Some(name)) => self.known.cannot_stand_in(*person, name),
                _ => false,
            };
            let check = match check {
                _ if taken => {
                    FieldCheck::Wrong { fault: Fault::from(faults::SubstituteHasAShare), at: None, marks: None }
                }
                check => check,
            };
            self.between.insert(field, check);
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
            && now.saturating_sub(*at) >= 1000 * u64::from(REVEAL_SECONDS)
        {
            self.hide();
        }
    }
}
