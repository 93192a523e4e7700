//! What the middle of the screen shows and asks at a stage.

use crate::ceremony::known::character::Cards;
use crate::ceremony::machine::farewell::{Farewell, Heard};
use crate::ceremony::machine::input::{ChoiceId, TickId};
use crate::ceremony::machine::recovery::Recovery;
use crate::ceremony::machine::{Asking, Machine, Mode};
use crate::ceremony::steps::{Answer, Question, Stage, StageKind, Step};
use crate::ceremony::view::sentences::Sentences;
use crate::ceremony::view::values::surveyed;
use crate::ceremony::view::{Asks, Body, OptionView, TickView};
use crate::names::ItemName;
use crate::record::FoundDkek;
use crate::script::words;
use crate::terms::{CustodianNumber, DkekShareNumber, Holder, Person, Quorum, Serial};

impl Machine {
    pub(super) fn body(&self, sentences: &Sentences<'_>) -> Body {
        if let Some(ending) = self.known().progress.ended {
            if let (Some(Farewell { heard: Heard::Types, .. }), Mode::Asking(asking)) = (&self.farewell, &self.mode) {
                return self.types_digest(asking, sentences);
            }
            return self.ended(ending, sentences);
        }
        if let Some(interlude) = &self.interlude {
            return self.between(interlude, sentences);
        }
        let Some(stage) = self.stage() else { return Body::Read { text: Vec::new() } };
        match &self.mode {
            Mode::Asking(asking) => self.asking(stage, asking, sentences),
            Mode::Working { act, progress, since, waiting } => Body::Working {
                text: match waiting {
                    None => sentences.stage(stage.name),
                    Some(fault) => {
                        let (happened, truth) = sentences.fault(fault);
                        happened.into_iter().chain(truth).chain([words::GOES_ON_BY_ITSELF.to_owned()]).collect()
                    }
                },
                progress: *progress,
                seconds: u32::try_from(self.now.saturating_sub(*since) / 1000).unwrap_or(u32::MAX),
                may_stop: act.may_be_stopped(),
            },
            Mode::Faulted { fault, choices, .. } => {
                let (happened, truth) = sentences.fault(fault);
                let option = |choice: &Recovery| {
                    OptionView::open(ChoiceId::Recovery(*choice), self.choice_text(*choice, sentences.step))
                };
                let choices = choices.iter().map(option).collect();
                Body::Fault { happened, truth, choices }
            }
        }
    }

    fn asking(&self, stage: &Stage, asking: &Asking, sentences: &Sentences<'_>) -> Body {
        let text = sentences.stage(stage.name);
        let ticked = |id: TickId| asking.ticks.iter().any(|(known, ticked)| *known == id && *ticked);
        let tick = |id, text| TickView { id, text, ticked: ticked(id) };
        match stage.kind {
            StageKind::Read | StageKind::SignOut | StageKind::Do(_) | StageKind::States(_) | StageKind::Deviates(_) => {
                Body::Read { text }
            }
            StageKind::Tick => {
                let items = sentences.items(stage.name).into_iter().map(|(item, text)| tick(TickId::Item(item), text));
                Body::Tick { text, items: items.collect(), enough: asking.all_ticked() }
            }
            StageKind::RollCall(attendance) => {
                let called = self.known().called().into_iter();
                let line = |called| self.known().called_line(&called);
                let items = called.map(|called| tick(TickId::Person(called.person), line(called))).collect();
                Body::Tick { text, items, enough: self.enough(attendance, asking) }
            }
            StageKind::PickKeys => {
                let keys = surveyed(&self.known().keys.surveyed).into_iter();
                let items = keys.map(|(reference, line)| tick(TickId::Key(reference), line)).collect();
                Body::Tick { text, items, enough: !asking.picked().is_empty() }
            }
            StageKind::Choose(question) => Body::Choose {
                text,
                options: match question {
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
                    | Question::RightDevice
                    | Question::UnusableKeys
                    | Question::Missing => sentences
                        .items(stage.name)
                        .into_iter()
                        .map(|(item, text)| OptionView::open(ChoiceId::Item(item), text))
                        .collect(),
                    Question::PinChange => self.pin_changes(sentences.items(stage.name)),
                    Question::Device => {
                        let device =
                            |serial: &Serial| OptionView::open(ChoiceId::Device(serial.clone()), serial.as_str());
                        self.known().devices.seen.iter().map(device).collect()
                    }
                    Question::Dkek => self.known().restored.dkeks.iter().map(dkek_option).collect(),
                    Question::Sitter(_) => self.sitters(sentences),
                },
                asks: Asks::Step(question),
                may_leave: false,
            },
            StageKind::HandOver => self.form(sentences.hand_over(), asking, sentences, false, false),
            StageKind::Form(_) => self.form(text, asking, sentences, false, false),
            StageKind::FromCard(_) | StageKind::Confirm(_) => self.form(text, asking, sentences, false, true),
            StageKind::Danger(_) => self.form(text, asking, sentences, true, false),
            StageKind::Reveal { card, note } => {
                self.reveal(asking, card, (text, sentences.stage(note)), sentences.step)
            }
            StageKind::RevealPin { pin, note } => self.reveal_pin(asking, pin, (text, sentences.stage(note))),
        }
    }

    /// What can be done to a PIN; what cannot is closed, and says why.
    fn pin_changes(&self, items: Vec<(ItemName, String)>) -> Vec<OptionView> {
        let why = |item| match Question::PinChange.answer(item) {
            Some(Answer::PinChange(change)) => self.known().why_closed(change),
            Some(_) | None => None,
        };
        let option = |(item, text): (ItemName, String)| match why(item) {
            Some(closed) => {
                OptionView { id: ChoiceId::Item(item), text: format!("{text}{}", closed.words()), closed: true }
            }
            None => OptionView::open(ChoiceId::Item(item), text),
        };
        items.into_iter().map(option).collect()
    }

    /// The custodians who may take this step's seat; anyone who sat at another has given their share.
    fn sitters(&self, sentences: &Sentences<'_>) -> Vec<OptionView> {
        let (known, step) = (self.known(), sentences.step);
        let option = |number: CustodianNumber| {
            let name = known.plan.custodian(step.share, number);
            let elsewhere = known.seats.seated.iter().any(|(seat, who)| *who == number && Some(*seat) != step.seat());
            let absent = known.is_absent(Person::Holder(Holder { share: step.share, custodian: Some(number) }));
            let note = match (elsewhere, absent) {
                (true, _) => words::HAS_GIVEN.to_owned(),
                (false, true) => words::IS_ABSENT.to_owned(),
                (false, false) => self.bag_of(step.share, number),
            };
            OptionView { id: ChoiceId::Custodian(number), text: format!("{name}{note}"), closed: elsewhere || absent }
        };
        known.plan.quorum(step.share).into_iter().flat_map(Quorum::numbers).map(option).collect()
    }
}

impl Machine {
    /// The bag that a card dealt earlier must be in, behind its custodian's name.
    fn bag_of(&self, share: DkekShareNumber, custodian: CustodianNumber) -> String {
        let known = self.known();
        match (known.cards(), known.bags.numbers.get(&Holder { share, custodian: Some(custodian) })) {
            (Cards::Earlier, Some(bag)) => words::InBag { bag }.to_string(),
            (Cards::Earlier, None) => words::NO_BAG_ON_RECORD.to_owned(),
            (Cards::Dealt | Cards::Changed | Cards::Replaced | Cards::None, _) => String::new(),
        }
    }

    /// What a way to continue is called on the screen.
    fn choice_text(&self, choice: Recovery, step: &Step) -> String {
        let text = match choice {
            Recovery::SeatAgain(seat) => {
                let sitter = self.known().seats.sitter(seat);
                let name = sitter.map_or("", |sitter| self.known().plan.custodian(step.share, sitter));
                return words::ChoiceSeatAgain { name, seat }.to_string();
            }
            Recovery::TryAgain => words::CHOICE_TRY_AGAIN,
            Recovery::LookAgain => words::CHOICE_LOOK_AGAIN,
            Recovery::TypeAgain => words::CHOICE_TYPE_AGAIN,
            Recovery::FromStart => words::CHOICE_FROM_START,
            Recovery::LogIn => words::CHOICE_LOG_IN,
            Recovery::TypePin => words::CHOICE_TYPE_PIN,
            Recovery::SeatsAgain => words::CHOICE_SEATS_AGAIN,
            Recovery::AnotherCustodian => words::CHOICE_ANOTHER_CUSTODIAN,
            Recovery::PinsAgain => words::CHOICE_PINS_AGAIN,
            Recovery::LeaveHidden => words::CHOICE_LEAVE_HIDDEN,
            Recovery::WithoutProof => words::CHOICE_WITHOUT_PROOF,
            Recovery::NotConfirmed => words::CHOICE_NOT_CONFIRMED,
            Recovery::LeaveOut => words::CHOICE_LEAVE_OUT,
            Recovery::AnotherDevice => words::CHOICE_ANOTHER_DEVICE,
            Recovery::DeviceAgain if self.was_to_erase() => words::CHOICE_READ_DEVICE_AGAIN,
            Recovery::DeviceAgain => words::CHOICE_DEVICE_AGAIN,
            Recovery::WithoutDevice => words::CHOICE_WITHOUT_DEVICE,
            Recovery::AnotherMedium => words::CHOICE_ANOTHER_MEDIUM,
            Recovery::WithoutMedium => words::CHOICE_WITHOUT_MEDIUM,
            Recovery::OtherChange => words::CHOICE_OTHER_CHANGE,
            Recovery::WithoutSignature => words::CHOICE_WITHOUT_SIGNATURE,
            Recovery::Stop => words::CHOICE_STOP,
        };
        text.to_owned()
    }
}

/// A DKEK with as many of its keys as fit; the text above has them all, with their files.
fn dkek_option(dkek: &FoundDkek) -> OptionView {
    const NAMED: usize = 3;
    let mut labels: Vec<&str> = dkek.keys.iter().take(NAMED).map(|(label, _)| label.as_str()).collect();
    labels.extend((dkek.keys.len() > NAMED).then_some("…"));
    let text = words::DkekOption { found: dkek.kcv, keys: dkek.keys.len(), names: labels.join(", ") };
    OptionView::open(ChoiceId::Dkek(dkek.kcv), text.to_string())
}

impl OptionView {
    /// An option that can be chosen.
    pub fn open(id: ChoiceId, text: impl Into<String>) -> Self {
        Self { id, text: text.into(), closed: false }
    }
}
