//! A custodian alone with their card: which screens they see. Nothing is rebuilt, nothing is kept, and there is no record.

use crate::ceremony::machine::deliberate::Deliberate;
use crate::ceremony::machine::event::Event;
use crate::ceremony::machine::input::{ChoiceId, Input};
use crate::ceremony::machine::left_alone::LEFT_ALONE;
use crate::ceremony::view::form::{field_view, with_marks};
use crate::ceremony::view::sentences::{in_words, paragraphs};
use crate::ceremony::view::values::host;
use crate::ceremony::view::{Asks, Body, FieldView, Header, Notice, OptionView, View};
use crate::fields::{ExpectedWords, Field, FieldCheck, FieldKind};
use crate::names::{FieldName, FieldValueName, ItemName, StageName, StepName, ValueName};
use crate::script::{self, fill_with, words};
use crate::terms::{DkekShareNumber, HostFinding, Purpose, Severity};

/// What is on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Card {
    /// Prime, share ID, value and check bytes.
    Numbers,
    /// The same without check bytes: a card of a set made elsewhere.
    NumbersAlone,
    /// Words.
    Words(Purpose),
}

/// Which screen is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Screen {
    /// What the program found on this machine.
    Room,
    /// The machine is unfit: a typed decision.
    Unfit,
    /// What is on the card?
    Which,
    /// It is typed.
    Typing(Card),
    /// What can be said of it; with `false`, no set has such a share.
    Result(Card, bool),
}

/// What the check asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardCheckRequest {
    /// Wipe everything that was typed, and the screen.
    Wipe,
    /// The custodian has left.
    Leave,
}

/// The check of cards, from the first screen to the last.
pub struct CardCheck {
    findings: Vec<(HostFinding, String)>,
    screen: Screen,
    fields: Vec<Field>,
    checks: Vec<FieldCheck>,
    typed_at: Option<u64>,
    left_alone: bool,
    possible: bool,
    deliberate: Deliberate,
    now: u64,
    requests: Vec<CardCheckRequest>,
}

impl CardCheck {
    /// Before the first screen; `findings` is what was found on this machine.
    pub fn new(findings: Vec<(HostFinding, String)>) -> Self {
        Self {
            findings,
            screen: Screen::Room,
            fields: Vec::new(),
            checks: Vec::new(),
            typed_at: None,
            left_alone: false,
            possible: true,
            deliberate: Deliberate::default(),
            now: 0,
            requests: Vec::new(),
        }
    }

    /// What it asks for, once.
    pub fn requests(&mut self) -> Vec<CardCheckRequest> {
        std::mem::take(&mut self.requests)
    }

    /// Whether what was typed can be a share at all, as far as that needs the values: the machine never sees them.
    pub const fn note_possible(&mut self, possible: bool) {
        self.possible = possible;
    }

    /// Takes in one event.
    pub fn handle(&mut self, event: Event) {
        match event {
            Event::Time(now) => {
                self.now = now;
                if let Some(input) = self.deliberate.ripe(now) {
                    self.act_on(&input);
                }
                if self.typed_at.is_some_and(|at| now.saturating_sub(at) >= LEFT_ALONE) {
                    self.show(self.screen);
                    self.left_alone = true;
                }
            }
            Event::Checked { field, check, .. } => {
                let at = self.fields.iter().position(|asked| asked.name == field);
                if let Some(place) = at.and_then(|at| self.checks.get_mut(at)) {
                    *place = check;
                }
                let mut fields = self.fields.iter().zip(&self.checks);
                let typed = fields.any(|(field, check)| field.kind.is_secret() && *check != field.untouched());
                self.typed_at = typed.then_some(self.now);
            }
            Event::Input(input) if input.decides() => self.deliberate.press(input, self.now),
            Event::Input(input) => self.act_on(&input),
            // No act is ever asked for.
            Event::Outcome(_) | Event::Sealed(_) | Event::DigestHeard(_) => {}
        }
    }

    fn act_on(&mut self, input: &Input) {
        match (self.screen, input) {
            (_, Input::Stop | Input::Chose(ChoiceId::Item(ItemName::LeaveCard)))
            | (Screen::Room | Screen::Which | Screen::Result(..), Input::Leave) => {
                self.requests.extend([CardCheckRequest::Wipe, CardCheckRequest::Leave]);
            }
            (Screen::Room, Input::Chose(ChoiceId::Item(ItemName::Alone))) => {
                let unfit = self.findings.iter().any(|(finding, _)| finding.severity() == Severity::Unfit);
                self.show(if unfit { Screen::Unfit } else { Screen::Which });
            }
            (Screen::Unfit, Input::GoOn) if self.is_complete() => self.show(Screen::Which),
            (Screen::Which, Input::Chose(ChoiceId::Item(item))) => {
                if let Some(card) = card_of(*item) {
                    self.show(Screen::Typing(card));
                }
            }
            (Screen::Typing(card), Input::GoOn) if self.is_complete() => {
                self.show(Screen::Result(card, self.possible));
            }
            (Screen::Result(card, false), Input::Chose(ChoiceId::Item(ItemName::TypeAgain))) => {
                self.show(Screen::Typing(card));
            }
            (Screen::Typing(_), Input::Leave)
            | (Screen::Result(_, true), Input::Chose(ChoiceId::Item(ItemName::AnotherCard))) => {
                self.show(Screen::Which);
            }
            (
                Screen::Room | Screen::Unfit | Screen::Which | Screen::Typing(_) | Screen::Result(..),
                Input::GoOn
                | Input::Tick(_)
                | Input::Chose(_)
                | Input::Show
                | Input::Hide
                | Input::Cover
                | Input::Edited(_)
                | Input::Leave
                | Input::Deviation
                | Input::StandIn(_)
                | Input::Identify(_)
                | Input::Close,
            ) => {}
        }
    }

    fn is_complete(&self) -> bool {
        self.checks.iter().all(FieldCheck::is_good)
    }

    /// The next screen begins with nothing typed.
    fn show(&mut self, screen: Screen) {
        self.screen = screen;
        self.fields = fields(screen);
        self.checks = self.fields.iter().map(Field::untouched).collect();
        (self.typed_at, self.left_alone, self.possible) = (None, false, true);
        self.deliberate = Deliberate::appeared(self.now);
        self.requests.push(CardCheckRequest::Wipe);
    }

    /// What is on the screen.
    pub fn view(&self) -> View {
        let stage = stage(self.screen);
        let texts = script::step(StepName::CheckCard).stage(stage);
        let text = texts.map(|texts| paragraphs(texts.text, |text| self.fill(text))).unwrap_or_default();
        let body = match self.screen {
            Screen::Room | Screen::Which | Screen::Result(..) => {
                let option = |(item, text): &(ItemName, &str)| OptionView::open(ChoiceId::Item(*item), *text);
                let options = texts.map(|texts| texts.items).unwrap_or_default().iter().map(option).collect();
                Body::Choose { text, options, asks: Asks::Ceremony, may_leave: true }
            }
            Screen::Unfit | Screen::Typing(_) => Body::Form {
                text,
                fields: self.field_views(),
                irreversible: false,
                may_leave: self.screen != Screen::Unfit,
                may_deviate: false,
            },
        };
        let notice = self.left_alone.then_some(Notice::LeftAlone);
        View {
            header: Header {
                ceremony: words::CHECK_CARD_CEREMONY.to_owned(),
                rehearsal: false,
                shortened: false,
                number: "0.0".to_owned(),
                title: script::step(StepName::CheckCard).title.to_owned(),
                act: script::step(StepName::CheckCard).act.to_owned(),
                screen: None,
                mark: String::new(),
            },
            body,
            device: None,
            steps: Vec::new(),
            so_far: None,
            takes_decisions: self.deliberate.stands(self.now),
            notice: self.deliberate.ignored().then_some(Notice::PressOnce).or(notice),
        }
    }

    fn field_views(&self) -> Vec<FieldView> {
        let value = |field: &Field, name: &str| match (FieldValueName::from_word(name)?, &field.kind) {
            (FieldValueName::Word, FieldKind::Word(word)) => Some((*word).to_owned()),
            (FieldValueName::OfSet, _) => Some(String::new()),
            (
                FieldValueName::Word
                | FieldValueName::Planned
                | FieldValueName::Signs
                | FieldValueName::Asked
                | FieldValueName::IfEmpty,
                _,
            ) => None,
        };
        let all = self.fields.iter().zip(&self.checks);
        let views = all.map(|(field, check)| field_view(field, check, |name| value(field, name), in_words));
        with_marks(views.collect(), &self.fields, &self.checks)
    }

    fn fill(&self, text: &str) -> String {
        let findings = |name: &str| match ValueName::from_word(name)? {
            ValueName::Room => Some(host::findings(&self.findings)),
            name => (name == ValueName::Unfit).then(|| host::unfit(&self.findings)),
        };
        fill_with(text, findings)
    }
}

const fn stage(screen: Screen) -> StageName {
    match screen {
        Screen::Room => StageName::Found,
        Screen::Unfit => StageName::Override,
        Screen::Which => StageName::Which,
        Screen::Typing(Card::Numbers) => StageName::Numbers,
        Screen::Typing(Card::NumbersAlone) => StageName::NumbersAlone,
        Screen::Typing(Card::Words(_)) => StageName::Words,
        Screen::Result(Card::Numbers, true) => StageName::NumbersHold,
        Screen::Result(Card::NumbersAlone, true) => StageName::NumbersUnchecked,
        Screen::Result(Card::Words(_), true) => StageName::WordsHold,
        Screen::Result(_, false) => StageName::Impossible,
    }
}

/// What people choose as being on their card.
const CARDS: [(ItemName, Card); 4] = [
    (ItemName::CardNumbers, Card::Numbers),
    (ItemName::CardNumbersAlone, Card::NumbersAlone),
    (ItemName::CardWords, Card::Words(Purpose::DkekShare(DkekShareNumber::FIRST))),
    (ItemName::CardSoPinWords, Card::Words(Purpose::SoPin)),
];

fn card_of(item: ItemName) -> Option<Card> {
    CARDS.into_iter().find(|(name, _)| *name == item).map(|(_, card)| card)
}

fn fields(screen: Screen) -> Vec<Field> {
    let numbers = || {
        vec![
            Field::new(FieldName::Prime, FieldKind::Prime { expected: None }),
            Field::new(FieldName::ShareId, FieldKind::ShareId { share: DkekShareNumber::FIRST, taken: Vec::new() }),
            Field::new(FieldName::ShareValue, FieldKind::ShareValue),
        ]
    };
    match screen {
        Screen::Room | Screen::Which | Screen::Result(..) => Vec::new(),
        Screen::Unfit => vec![Field::new(FieldName::Override, FieldKind::Word("OVERRIDE"))],
        Screen::Typing(Card::NumbersAlone) => numbers(),
        Screen::Typing(Card::Numbers) => {
            let check = FieldKind::CheckBytes { optional: false, prime: None, of: None };
            let mut fields = numbers();
            fields.push(Field::new(FieldName::CheckBytes, check));
            fields
        }
        Screen::Typing(Card::Words(card)) => {
            let anybody = ExpectedWords { set: None, threshold: None, number: None, taken: Vec::new() };
            vec![Field::words(card, anybody)]
        }
    }
}
