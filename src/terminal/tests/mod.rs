//! A terminal for tests, without a real one.

mod answers;
mod cards;
mod correcting;
mod entries;
mod in_sight;
mod looks;
mod looks_back;
mod many_keys;

use std::collections::VecDeque;

use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use unicode_width::UnicodeWidthStr;

use super::keyboard::Key;
use super::keyboard::tests::Pieces;
use super::*;
use crate::ceremony::{
    Asks, Body, CardView, ChoiceId, FieldState, FieldView, Header, OptionView, Person, Shown, SoFar, StepLine,
    StepState, TickId, TickView,
};
use crate::fields::{ExpectedWords, FieldKind};
use crate::names::FieldName;
use crate::secret::WipingBytes;
use crate::terms::{CustodianNumber, DkekShareNumber, Handle, Purpose, Serial};

/// Fields that many tests type into.
const PIN: FieldName = FieldName::UserPin;
const AGAIN: FieldName = FieldName::Again;
const WORDS: FieldName = FieldName::ShareWords;
const CHECK: FieldName = FieldName::CheckBytes;

/// A share value that appears nowhere else.
const VALUE: &str = "a3:0f:77:c1:5e:90:12:bb";

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

fn view(body: Body) -> View {
    let step = |number: &str, state, irreversible| StepLine {
        number: number.to_owned(),
        title: "Custodian 2 of 4 · Grace Hopper, who has a long title".to_owned(),
        state,
        irreversible,
    };
    View {
        header: Header {
            ceremony: "ESTABLISH · Example Root CA".to_owned(),
            rehearsal: true,
            shortened: true,
            number: "4.2".to_owned(),
            title: "Custodian 2 of 4 · Grace Hopper".to_owned(),
            act: "reveal a share".to_owned(),
            screen: None,
            mark: "07·3fa9".to_owned(),
        },
        body,
        device: None,
        steps: vec![
            step("4.1", StepState::Done, false),
            step("4.2", StepState::Current, false),
            step("4.3", StepState::Ahead, true),
            step("4.10", StepState::IfNeeded, false),
        ],
        so_far: Some(so_far()),
        takes_decisions: true,
        notice: None,
    }
}

/// A KCV, which everybody may see.
const KCV: &str = "0f77 2c15 e901 22bb";

fn so_far() -> SoFar {
    let shown = |label: &str, value: &str| Shown { label: label.to_owned(), value: value.to_owned() };
    SoFar {
        results: vec![shown("Device", "REH0000001"), shown("Key check value (KCV)", KCV)],
        digest: "  aaaa bbbb\n  cccc dddd".to_owned(),
    }
}

/// The choice behind the option at this place.
fn choice(place: u8) -> ChoiceId {
    ChoiceId::Custodian(CustodianNumber::new(place + 1).unwrap())
}

fn chose(place: u8) -> Input {
    Input::Chose(choice(place))
}

fn tick(place: u8) -> Input {
    Input::Tick(TickId::Person(Person::Auditor(place)))
}

fn items(list: &[(&str, bool)]) -> Vec<TickView> {
    let item = |(place, (text, ticked)): (u8, &(&str, bool))| TickView {
        id: TickId::Person(Person::Auditor(place)),
        text: (*text).to_owned(),
        ticked: *ticked,
    };
    (0..).zip(list).map(item).collect()
}

fn options(list: &[(&str, bool)]) -> Vec<OptionView> {
    let option = |(place, (text, closed)): (u8, &(&str, bool))| OptionView {
        id: choice(place),
        text: (*text).to_owned(),
        closed: *closed,
    };
    (0..).zip(list).map(option).collect()
}

fn field(name: FieldName, kind: FieldKind, state: FieldState) -> FieldView {
    let masked = kind.is_secret();
    let hint = "as on the card".to_owned();
    let label = name.word().to_owned();
    FieldView { name, label, hint, masked, kind, state, wrong_at: None, note: None }
}

fn form(fields: Vec<FieldView>) -> Body {
    Body::Form { text: texts(&["Type it."]), fields, irreversible: false, may_leave: false, may_deviate: true }
}

fn two_pins(first: FieldState, second: FieldState) -> View {
    view(form(vec![field(PIN, FieldKind::UserPin, first), field(AGAIN, FieldKind::Again(PIN), second)]))
}

fn custodian() -> CustodianNumber {
    CustodianNumber::new(2).unwrap()
}

fn reveal(shown: bool, seen: bool) -> Body {
    Body::Reveal {
        before: texts(&["Grace, come to the terminal."]),
        during: texts(&["Write each group into its box."]),
        owner: "Grace Hopper".to_owned(),
        custodian: Some(custodian()),
        card: CardView::Numbers {
            purpose: Purpose::FIRST,
            prime: "c1:0f:52:9a:77:e0:3b:15".to_owned(),
            id: "2".to_owned(),
            value: Handle::DealtShare(Purpose::FIRST, custodian()),
            check: Handle::DealtCheck(DkekShareNumber::FIRST, custodian()),
            labels: ["Prime", "Share ID", "Share value", "Check bytes"].map(str::to_owned),
        },
        shown,
        seconds_left: 118,
        seen,
    }
}

fn every_body() -> Vec<Body> {
    let long = (1..40).map(|number| format!("Paragraph {number}, “long” …")).collect();
    vec![
        Body::Read { text: texts(&["Read this.", "  kept   as it is"]) },
        Body::Read { text: long },
        Body::Tick { text: texts(&["Tick."]), items: items(&[("One", true), ("Two", false)]), enough: false },
        Body::Choose {
            text: texts(&["Choose."]),
            options: options(&[("Ada", false), ("Grace, gone", true)]),
            asks: Asks::Between,
            may_leave: false,
        },
        Body::Choose {
            text: texts(&["What happened?"]),
            options: options(&[("A deviation", false), ("Nothing", false)]),
            asks: Asks::Between,
            may_leave: true,
        },
        form(vec![
            field(
                FieldName::Prime,
                FieldKind::Prime { expected: None },
                FieldState::Typing("3 of 8 groups".to_owned()),
            ),
            field(
                FieldName::ShareValue,
                FieldKind::ShareValue,
                FieldState::Wrong("Group 3 has a letter too many. ".repeat(4)),
            ),
            field(FieldName::NewSoPin, FieldKind::NewSoPin, FieldState::Good),
        ]),
        Body::Form {
            text: texts(&["This cannot be undone."]),
            fields: vec![field(
                FieldName::Serial,
                FieldKind::Serial(Serial::new("DENK0200074").unwrap()),
                FieldState::Empty,
            )],
            irreversible: true,
            may_leave: true,
            may_deviate: false,
        },
        reveal(false, false),
        reveal(false, true),
        reveal(true, true),
        Body::Working { text: texts(&["Deriving."]), progress: Some((42, 100)), seconds: 12, may_stop: true },
        Body::Working { text: texts(&["Generating."]), progress: None, seconds: 75, may_stop: true },
        Body::Fault {
            happened: texts(&["The reader is gone."]),
            truth: texts(&["Nothing was changed."]),
            choices: options(&[("Try again", false)]),
        },
        Body::Ended { text: texts(&["The record is sealed."]), confirms: false },
        form(vec![FieldView {
            wrong_at: Some(3),
            ..field(WORDS, cards::words_kind(33), FieldState::Wrong("No.".to_owned()))
        }]),
        form(vec![
            field(CHECK, FieldKind::CheckBytes { optional: true, prime: None, of: None }, FieldState::Empty),
            field(WORDS, cards::words_kind(16), FieldState::Empty),
            field(FieldName::Dice, FieldKind::Dice { throws: 250 }, FieldState::Typing("0 of 250".to_owned())),
            field(FieldName::NewPassword, FieldKind::NewPassword, FieldState::Empty),
        ]),
    ]
}

/// A window with its state and a vault.
struct TestTerminal {
    state: ScreenState,
    vault: Vault,
    theme: Theme,
    width: u16,
    height: u16,
    now: Instant,
}

impl TestTerminal {
    fn new() -> Self {
        let mut vault = Vault::new();
        vault.keep(Handle::DealtShare(Purpose::FIRST, custodian()), WipingBytes::from_slice(VALUE.as_bytes()));
        vault.keep(Handle::DealtCheck(DkekShareNumber::FIRST, custodian()), WipingBytes::from_slice(b"d4:1e"));
        Self { state: ScreenState::default(), vault, theme: Theme::FULL, width: 80, height: 24, now: Instant::now() }
    }

    fn paint(&mut self, view: &View) -> (Buffer, Option<Position>) {
        self.state.meet(view);
        let mut buffer = Buffer::empty(Rect::new(0, 0, self.width, self.height));
        let context = DrawContext { theme: self.theme, vault: &self.vault, now: self.now };
        let cursor = screens::draw(&mut buffer, view, &mut self.state, &context);
        (buffer, cursor)
    }

    fn draw_whole(&mut self, view: &View) -> (Vec<String>, Option<Position>) {
        let (buffer, cursor) = self.paint(view);
        (text_of(&buffer), cursor)
    }

    fn buffer(&mut self, view: &View) -> Buffer {
        self.paint(view).0
    }

    fn draw(&mut self, view: &View) -> Vec<String> {
        self.draw_whole(view).0
    }

    fn press(&mut self, key: Key, view: &View) -> Option<Input> {
        self.state.press(key, view, &mut self.vault, self.now)
    }

    /// Draws, feeds these bytes as typed, draws after each key; returns everything the machine would be told.
    fn act(&mut self, view: &View, bytes: &[u8]) -> Vec<Input> {
        self.draw(view);
        let mut keyboard = Keyboard::new(Pieces(VecDeque::from([(!bytes.is_empty()).then(|| bytes.to_vec())])));
        let mut done = Vec::new();
        for _ in 0..bytes.len() + 4 {
            done.extend(self.state.next(&mut keyboard, view, &mut self.vault, Duration::ZERO).unwrap());
            self.draw(view);
        }
        done
    }

    fn typed(&self, field: FieldName) -> &[u8] {
        self.vault.typed(field).map_or(&[], |text| text.expose())
    }
}

fn text_of(buffer: &Buffer) -> Vec<String> {
    let line = |y| (buffer.area.left()..buffer.area.right()).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (buffer.area.top()..buffer.area.bottom()).map(|y| line(y).trim_end().to_owned()).collect()
}

fn has(lines: &[String], what: &str) -> bool {
    lines.iter().any(|line| line.contains(what))
}
