use std::collections::VecDeque;

use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use unicode_width::UnicodeWidthStr;

use super::keyboard::Key;
use super::keyboard::tests::Pieces;
use super::*;
use crate::ceremony::{FieldKind, FieldState, FieldView, Header, OptionView, StepLine, StepState};
use crate::secret::WipingBytes;
use crate::terms::{CustodianNumber, Handle, Serial};

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
            mark: "07·3fa9".to_owned(),
        },
        body,
        steps: vec![
            step("4.1", StepState::Done, false),
            step("4.2", StepState::Current, false),
            step("4.3", StepState::Ahead, true),
            step("4.10", StepState::IfNeeded, false),
        ],
    }
}

fn options(list: &[(&str, bool)]) -> Vec<OptionView> {
    list.iter().map(|(text, closed)| OptionView { text: (*text).to_owned(), closed: *closed }).collect()
}

fn field(label: &str, kind: FieldKind, state: FieldState) -> FieldView {
    let masked = kind.is_secret();
    FieldView { label: label.to_owned(), hint: "as on the card".to_owned(), masked, kind, state }
}

fn form(fields: Vec<FieldView>) -> Body {
    Body::Form { text: texts(&["Type it."]), fields, irreversible: false, may_leave: false }
}

fn two_pins(first: FieldState, second: FieldState) -> View {
    view(form(vec![field("PIN", FieldKind::UserPin, first), field("Again", FieldKind::Again(0), second)]))
}

fn custodian() -> CustodianNumber {
    CustodianNumber::new(2).unwrap()
}

fn reveal(shown: bool, seen: bool) -> Body {
    Body::Reveal {
        before: texts(&["Grace, come to the terminal."]),
        during: texts(&["Write each group into its box."]),
        owner: "Grace Hopper".to_owned(),
        custodian: custodian(),
        prime: "c1:0f:52:9a:77:e0:3b:15".to_owned(),
        id: "2".to_owned(),
        value: Handle::DealtShare(custodian()),
        labels: ["Prime", "Share ID", "Share value"].map(str::to_owned),
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
        Body::Tick { text: texts(&["Tick."]), items: vec![("One".to_owned(), true), ("Two".to_owned(), false)] },
        Body::Choose { text: texts(&["Choose."]), options: options(&[("Ada", false), ("Grace, gone", true)]) },
        form(vec![
            field("Prime", FieldKind::Prime { expected: None }, FieldState::Typing("3 of 8 groups".to_owned())),
            field("Value", FieldKind::ShareValue, FieldState::Wrong("Group 3 has a letter too many. ".repeat(4))),
            field("SO-PIN", FieldKind::NewSoPin, FieldState::Good),
        ]),
        Body::Form {
            text: texts(&["This cannot be undone."]),
            fields: vec![field("Serial", FieldKind::Serial(Serial::new("DENK0200074").unwrap()), FieldState::Empty)],
            irreversible: true,
            may_leave: true,
        },
        reveal(false, false),
        reveal(false, true),
        reveal(true, true),
        Body::Working { text: texts(&["Deriving."]), progress: Some((42, 100)), seconds: 12 },
        Body::Working { text: texts(&["Generating."]), progress: None, seconds: 75 },
        Body::Fault {
            happened: texts(&["The reader is gone."]),
            truth: texts(&["Nothing was changed."]),
            choices: options(&[("Try again", false)]),
        },
        Body::Ended { text: texts(&["The record is sealed."]) },
    ]
}

/// A window with a desk and a vault.
struct Bench {
    desk: Desk,
    vault: Vault,
    script: Script,
    theme: Theme,
    width: u16,
    height: u16,
    now: Instant,
}

impl Bench {
    fn new() -> Self {
        let mut vault = Vault::new();
        vault.keep(Handle::DealtShare(custodian()), WipingBytes::from_slice(VALUE.as_bytes()));
        Self {
            desk: Desk::default(),
            vault,
            script: Script::load().unwrap(),
            theme: Theme::FULL,
            width: 80,
            height: 24,
            now: Instant::now(),
        }
    }

    fn draw_whole(&mut self, view: &View) -> (Vec<String>, Option<Position>) {
        self.desk.meet(view);
        let mut buffer = Buffer::empty(Rect::new(0, 0, self.width, self.height));
        let paint = Paint { theme: self.theme, script: &self.script, vault: &self.vault, now: self.now };
        let cursor = screens::draw(&mut buffer, view, &mut self.desk, &paint);
        let lines = (0..self.height)
            .map(|y| {
                let line: String = (0..self.width).map(|x| buffer[(x, y)].symbol()).collect();
                line.trim_end().to_owned()
            })
            .collect();
        (lines, cursor)
    }

    fn draw(&mut self, view: &View) -> Vec<String> {
        self.draw_whole(view).0
    }

    fn press(&mut self, key: Key, view: &View) -> Option<People> {
        self.desk.press(key, view, &mut self.vault, self.now)
    }

    /// Draws, takes these bytes from the keyboard, draws after each key; gives everything the machine would be told.
    fn act(&mut self, view: &View, bytes: &[u8]) -> Vec<People> {
        self.draw(view);
        let mut keyboard = Keyboard::new(Pieces(VecDeque::from([(!bytes.is_empty()).then(|| bytes.to_vec())])));
        let mut done = Vec::new();
        for _ in 0..bytes.len() + 4 {
            done.extend(self.desk.next(&mut keyboard, view, &mut self.vault, Duration::ZERO).unwrap());
            self.draw(view);
        }
        done
    }

    fn typed(&self, field: u8) -> &[u8] {
        self.vault.typed(field).map_or(&[], |text| text.expose())
    }
}

fn has(lines: &[String], what: &str) -> bool {
    lines.iter().any(|line| line.contains(what))
}

#[test]
fn the_mock_of_the_house() {
    let lines = Bench::new().draw(&View {
        header: Header { shortened: false, ..view(reveal(false, false)).header },
        ..view(reveal(false, false))
    });
    assert_eq!(lines[0], " ceremony   ESTABLISH · Example Root CA                              REHEARSAL");
    assert_eq!(lines[1], format!(" {}", "─".repeat(78)));
    assert_eq!(lines[2], " Step 4.2   Custodian 2 of 4 · Grace Hopper                 Act: reveal a share");
    assert_eq!(lines[4], "   Grace, come to the terminal.");
    assert_eq!(lines[22], format!(" {}", "─".repeat(78)));
    assert_eq!(lines[23], " Enter show my share    ? help    Ctrl-D deviation    Ctrl-C stop       07·3fa9");
}

#[test]
fn every_screen_carries_what_it_must_and_is_never_too_wide() {
    for theme in [Theme::FULL, Theme::LEAST] {
        for (width, height) in [(80, 24), (120, 40), (200, 60)] {
            for body in every_body() {
                let view = view(body);
                let mut bench = Bench { theme, width, height, ..Bench::new() };
                let lines = bench.draw(&view);
                let all = lines.join("\n");
                assert!(lines[0].ends_with("SHORT DERIVATION   REHEARSAL"), "{all}");
                assert!(lines[0].contains("ESTABLISH") && lines[2].contains("Step 4.2"), "{all}");
                assert!(lines[2].ends_with("Act: reveal a share"), "{all}");
                assert!(lines.last().unwrap().ends_with("3fa9"), "{all}");
                assert!(lines.iter().all(|line| line.width() <= usize::from(width)), "{all}");
                assert!(theme == Theme::FULL || all.is_ascii(), "{all}");
                let shown = matches!(view.body, Body::Reveal { shown: true, .. });
                assert_eq!(all.contains("a3 : 0f : 77 : c1 : 5e : 90 : 12 : bb"), shown, "{all}");
                assert!(!has(&lines, "foot-") && !has(&lines, "help-") && !has(&lines, "hint-"), "{all}");
            }
        }
    }
}

#[test]
fn a_window_that_is_too_small_shows_nothing_else() {
    for (width, height) in [(79, 24), (80, 23), (79, 23), (20, 5), (1, 1)] {
        for body in every_body() {
            let view = view(body);
            let mut bench = Bench { width, height, ..Bench::new() };
            let lines = bench.draw(&view);
            if width > 40 {
                assert!(lines[1].contains(&format!("{width}×{height}")) && lines[1].contains("80×24"), "{lines:?}");
            }
            assert!(!has(&lines, "Grace") && !has(&lines, "a3") && !has(&lines, "Prime"), "{lines:?}");
            assert_eq!(bench.press(Key::Enter, &view), None, "no blind Enter");
            assert_eq!(bench.press(Key::Char(b'1'), &view), None, "no blind choice");
            assert_eq!(bench.press(Key::Ctrl(b'c'), &view), Some(People::Stop));
        }
    }
}

#[test]
fn only_the_owners_things_are_on_a_screen_that_shows_a_share() {
    let mut bench = Bench { width: 120, height: 40, ..Bench::new() };
    let lines = bench.draw(&view(reveal(true, true)));
    assert!(has(&lines, "c1 : 0f : 52") && has(&lines, "1    2    3    4    5    6    7    8"));
    assert!(has(&lines, "hides by itself in 1 min 58 s") && has(&lines, "Write each group"));
    assert!(!has(&lines, "4.10") && !has(&lines, "come to the terminal"), "no step list, no call: {lines:?}");
    assert!(lines[39].starts_with(" Any key hides it"));
}

#[test]
fn a_share_is_shown_and_hidden_by_keys() {
    let mut bench = Bench::new();
    let (fresh, shown, again) = (view(reveal(false, false)), view(reveal(true, true)), view(reveal(false, true)));
    assert_eq!(bench.act(&fresh, b"s\r"), [People::Show]);
    for key in [&b"\r"[..], b" ", b"h", b"x", b"\x7f", b"\x1b[200~x\x1b[201~"] {
        assert_eq!(bench.act(&shown, key), [People::Hide]);
    }
    assert_eq!(bench.act(&again, b" s\r"), [People::Show, People::Show, People::GoOn]);
    assert_eq!(bench.act(&shown, b"\x04"), [People::Deviation]);
}

#[test]
fn another_screen_is_recognised_and_the_same_one_too() {
    let mut bench = Bench::new();
    for body in every_body() {
        bench.desk = Desk::default();
        assert!(bench.desk.meet(&view(body.clone())));
        assert!(!bench.desk.meet(&view(body.clone())));
        let mut elsewhere = view(body);
        elsewhere.header.number = "4.3".to_owned();
        assert!(bench.desk.meet(&elsewhere), "the same at another step");
    }
    bench.desk.meet(&view(reveal(true, true)));
    assert!(bench.desk.meet(&view(reveal(false, true))), "a second Enter after the one that hides does not go on");
    // what changes on one and the same screen is no reason to throw keys away
    bench.desk.meet(&two_pins(FieldState::Empty, FieldState::Empty));
    assert!(!bench.desk.meet(&two_pins(FieldState::Good, FieldState::Empty)));
    bench.desk.meet(&view(Body::Working { text: vec![], progress: None, seconds: 1 }));
    assert!(!bench.desk.meet(&view(Body::Working { text: vec![], progress: Some((1, 2)), seconds: 2 })));
    // the same kind at the same step with another text is another screen
    bench.desk.meet(&view(Body::Read { text: texts(&["One"]) }));
    assert!(bench.desk.meet(&view(Body::Read { text: texts(&["Two"]) })));
}

#[test]
fn what_must_be_wiped_is_known() {
    let bench = Bench::new();
    for body in every_body() {
        let secret = match &body {
            Body::Reveal { shown, .. } => *shown,
            Body::Form { fields, .. } => fields.iter().any(|field| field.masked),
            _ => false,
        };
        assert_eq!(bench.desk.exposure(&view(body), bench.now).is_some(), secret);
    }
}

#[test]
fn a_long_text_is_read_to_its_end_before_enter_goes_on() {
    let mut bench = Bench::new();
    let view = view(every_body().remove(1));
    let lines = bench.draw(&view);
    assert!(has(&lines, "Paragraph 1,") && has(&lines, "more below") && has(&lines, "Enter read on"));
    let done = bench.act(&view, b"\r\r\r\r\r");
    assert_eq!(done, [People::GoOn], "77 lines, 17 fit, 16 further each time: four times on, then go on");
    let lines = bench.draw(&view);
    assert!(has(&lines, "Paragraph 39,") && has(&lines, "more above") && has(&lines, "Enter go on"));
    bench.act(&view, b"\x1b[5~\x1b[5~\x1b[5~\x1b[5~\x1b[5~");
    let lines = bench.draw(&view);
    assert!(has(&lines, "Paragraph 1,") && has(&lines, "Enter go on"), "read once is read");
}

#[test]
fn options_are_chosen_by_digit_or_arrow_and_closed_ones_never() {
    let view = view(Body::Choose {
        text: vec![],
        options: options(&[("Ada", true), ("Grace", false), ("José", true), ("Linus", false)]),
    });
    let mut bench = Bench::new();
    let lines = bench.draw(&view);
    assert!(has(&lines, "▸ 2  Grace") && has(&lines, "·  Ada") && !has(&lines, "1  Ada"), "{lines:?}");
    assert_eq!(bench.act(&view, b"13957"), [], "closed or not there");
    assert_eq!(bench.act(&view, b"4\r"), [People::Chose(3), People::Chose(1)]);
    assert_eq!(bench.act(&view, b"\x1b[B\r\x1b[B\r\x1b[A\x1b[A\r"), [3, 1, 1].map(People::Chose));

    let names: Vec<(String, bool)> = (1..=16).map(|number| (format!("Custodian {number}"), number == 1)).collect();
    let many = names.iter().map(|(name, closed)| (name.as_str(), *closed)).collect::<Vec<_>>();
    let view = self::view(Body::Choose { text: vec![], options: options(&many) });
    assert_eq!(bench.act(&view, b"2"), [], "with more than nine a digit is ambiguous");
    assert!(!has(&bench.draw(&view), "1-9"));
    assert_eq!(bench.act(&view, b"\x1b[A\r"), [People::Chose(15)]);
}

#[test]
fn nothing_is_chosen_that_was_not_on_the_screen() {
    let text: Vec<String> = (1..30).map(|number| format!("Line {number}")).collect();
    let view = view(Body::Fault { happened: text, truth: vec![], choices: options(&[("Try again", false)]) });
    let mut bench = Bench::new();
    assert_eq!(bench.act(&view, b"1"), [], "the end was not read");
    assert!(has(&bench.draw(&view), "Enter read on"));
    let lines = bench.draw(&view);
    assert!(!has(&lines, "Try again"), "{lines:?}");
    assert_eq!(bench.act(&view, b"\r\r\r\r"), [People::Chose(0)], "three times on, then chosen");
}

#[test]
fn items_are_ticked_one_by_one_and_then_enter_goes_on() {
    let with =
        |one, two| view(Body::Tick { text: vec![], items: vec![("One".to_owned(), one), ("Two".to_owned(), two)] });
    let mut bench = Bench::new();
    assert_eq!(bench.act(&with(false, false), b"\r"), [People::Tick(0)]);
    let lines = bench.draw(&with(true, false));
    assert!(has(&lines, "  [✓] One") && has(&lines, "▸ [ ] Two"), "{lines:?}");
    assert_eq!(bench.act(&with(true, false), b"\r"), [People::Tick(1)]);
    assert!(has(&bench.draw(&with(true, true)), "Enter go on    Space untick"));
    assert_eq!(bench.act(&with(true, true), b"\x1b[A \r"), [People::Tick(0), People::GoOn]);
}

#[test]
fn typed_keys_go_into_the_vault_and_only_their_place_to_the_machine() {
    let mut bench = Bench::new();
    let view = two_pins(FieldState::Empty, FieldState::Empty);
    assert_eq!(bench.act(&view, b"64?821\x7f"), vec![People::Edited(0); 7]);
    assert_eq!(bench.typed(0), b"64?82");
    let lines = bench.draw(&view);
    assert!(has(&lines, "▸ •••••__________") && !has(&lines, "64?82"), "{lines:?}");
    assert_eq!(bench.act(&view, b"\x15"), [People::Edited(0)]);
    assert_eq!(bench.typed(0), b"");
    assert_eq!(bench.act(&view, b"\x7f"), [], "nothing to remove");
}

#[test]
fn pasted_and_foreign_text_is_refused_with_a_hint() {
    let mut bench = Bench::new();
    let view = two_pins(FieldState::Empty, FieldState::Empty);
    assert_eq!(bench.act(&view, b"\x1b[200~648219\r\x1b[201~"), []);
    assert!(has(&bench.draw(&view), "Pasting is refused"));
    assert_eq!(bench.act(&view, "ä".as_bytes()), []);
    assert!(has(&bench.draw(&view), "Only plain letters"));
    assert_eq!(bench.act(&view, b"1"), [People::Edited(0)]);
    assert!(!has(&bench.draw(&view), "Only plain letters"), "the hint goes with the next key");
    assert_eq!(bench.typed(0), b"1");
    bench.act(&view, &[b'2'; 200]);
    assert!(has(&bench.draw(&view), "The field is full."));
}

#[test]
fn typed_text_is_shown_for_five_seconds_and_only_the_field_that_was_asked_for() {
    let mut bench = Bench::new();
    let view = two_pins(FieldState::Good, FieldState::Empty);
    for digit in b"648219" {
        bench.vault.typing(0).push(*digit).unwrap();
        bench.vault.typing(1).push(*digit).unwrap();
    }
    assert!(!has(&bench.draw(&view), "648219"));
    bench.press(Key::Ctrl(b't'), &view);
    let clear = bench.desk.exposure(&view, bench.now);
    assert_eq!(bench.draw(&view).iter().filter(|line| line.contains("648219")).count(), 1);
    bench.now += desk::UNMASKED_FOR;
    assert!(!has(&bench.draw(&view), "648219"), "the time is over");
    assert_ne!(bench.desk.exposure(&view, bench.now), clear, "so that the screen is wiped");
    bench.press(Key::Ctrl(b't'), &view);
    bench.press(Key::Tab, &view);
    assert!(!has(&bench.draw(&view), "648219"), "another field has the focus");
}

#[test]
fn enter_leads_to_what_is_not_good_and_then_on() {
    let mut bench = Bench::new();
    let (typing, wrong) = (FieldState::Typing("1 of 6".to_owned()), FieldState::Wrong("Not equal.".to_owned()));
    assert_eq!(bench.act(&two_pins(typing, FieldState::Empty), b"\r"), []);
    assert_eq!(bench.desk.focus, 0);
    assert!(has(&bench.draw(&two_pins(FieldState::Empty, FieldState::Empty)), "not complete yet"));
    let view = two_pins(FieldState::Good, wrong);
    assert_eq!(bench.act(&view, b"\r\r"), []);
    assert_eq!(bench.desk.focus, 1);
    let lines = bench.draw(&view);
    assert!(has(&lines, "✗ Not equal.") && has(&lines, "✓ ok"), "{lines:?}");
    let good = two_pins(FieldState::Good, FieldState::Good);
    assert!(has(&bench.draw(&good), "Enter go on"));
    assert_eq!(bench.act(&good, b"\t\r\r"), [People::GoOn], "from the first field to the last, then on");
}

#[test]
fn values_stand_in_groups_however_they_are_typed() {
    let view = view(form(vec![field("Value", FieldKind::ShareValue, FieldState::Empty)]));
    for (typed, masked, clear, cursor) in [
        (&b""[..], "__:__:__:__:__:__:__:__", "__:__:__:__:__:__:__:__", 0),
        (b"a30f7", "••:••:•_:__:__:__:__:__", "a3:0f:7_:__:__:__:__:__", 7),
        (b"a3:0f:7", "••:••:•_:__:__:__:__:__", "a3:0f:7_:__:__:__:__:__", 7),
        (b"a3 0f", "••:••:__:__:__:__:__:__", "a3:0f:__:__:__:__:__:__", 6),
        (b"a30f77c15e9012bb", "••:••:••:••:••:••:••:••", "a3:0f:77:c1:5e:90:12:bb", 23),
    ] {
        let mut bench = Bench::new();
        bench.act(&view, typed);
        let (lines, at) = bench.draw_whole(&view);
        assert!(lines.iter().any(|line| line.trim_end() == format!("   ▸ {masked}")), "{masked}: {lines:?}");
        assert_eq!(at.map(|at| at.x), Some(5 + cursor), "the cursor after {masked}");
        assert!(has(&lines, "     1  2  3  4  5  6  7  8"));
        bench.press(Key::Ctrl(b't'), &view);
        assert!(has(&bench.draw(&view), &format!("▸ {clear}")));
    }
}

#[test]
fn a_long_line_shows_its_end() {
    let view = view(form(vec![field("What", FieldKind::Line, FieldState::Good)]));
    let mut bench = Bench::new();
    bench.act(&view, format!("{}the end", "x".repeat(100)).as_bytes());
    let (lines, cursor) = bench.draw_whole(&view);
    assert!(has(&lines, "xxthe end") && cursor.is_some_and(|cursor| cursor.x < 77), "{lines:?} {cursor:?}");
}

#[test]
fn the_planned_reference_is_filled_in_once() {
    let kind = || FieldKind::KeyReference { taken: vec![], planned: 12 };
    let view =
        view(form(vec![field("Reference", kind(), FieldState::Empty), field("Other", kind(), FieldState::Empty)]));
    let mut bench = Bench::new();
    assert_eq!(bench.act(&view, b""), [People::Edited(1), People::Edited(0)]);
    assert_eq!(bench.typed(0), b"12");
    bench.act(&view, b"\x15");
    bench.act(&view, b"");
    assert_eq!(bench.typed(0), b"", "cleared stays cleared");
}

#[test]
fn stop_and_deviation_work_everywhere_but_in_their_own_questions() {
    for body in every_body() {
        let asks = matches!(&body, Body::Form { may_leave: true, .. });
        let ended = matches!(&body, Body::Ended { .. });
        let view = view(body);
        let mut bench = Bench::new();
        let done: Vec<People> = bench.act(&view, b"\x03\x04");
        let expected = if asks || ended { vec![] } else { vec![People::Stop, People::Deviation] };
        assert_eq!(done, expected, "{:?}", view.body);
        bench.draw(&view);
        let left = bench.press(Key::Escape, &view);
        let shown = matches!(&view.body, Body::Reveal { shown: true, .. });
        assert_eq!(left, asks.then_some(People::Leave).or(shown.then_some(People::Hide)));
    }
}

#[test]
fn the_help_lists_the_keys_and_answers_to_nothing_else() {
    let mut bench = Bench { height: 40, ..Bench::new() };
    let view = view(Body::Read { text: texts(&["Read this."]) });
    assert_eq!(bench.act(&view, b"?"), []);
    let lines = bench.draw(&view);
    assert!(has(&lines, "Keys that work on this screen") && has(&lines, "What stays private"), "{lines:?}");
    assert!(has(&lines, "   Enter             Go on") && !has(&lines, "Read this."), "{lines:?}");
    assert_eq!(bench.act(&view, b"\x03"), [], "Ctrl-C is no key of the help");
    assert_eq!(bench.act(&view, b"\r"), [], "Enter closes the help and does not go on");
    assert!(has(&bench.draw(&view), "Read this."));
    assert_eq!(bench.act(&view, b"\r"), [People::GoOn]);
    // where text is typed, a question mark is text
    let pins = two_pins(FieldState::Empty, FieldState::Empty);
    assert_eq!(bench.act(&pins, b"?"), [People::Edited(0)]);
}

#[test]
fn what_cannot_be_undone_stands_in_a_double_frame() {
    for (theme, corner, wall) in
        [(Theme::FULL, "╔═ THIS CANNOT BE UNDONE ═", "║"), (Theme::LEAST, "#= THIS CANNOT BE UNDONE =", "#")]
    {
        let mut bench = Bench { theme, ..Bench::new() };
        let lines = bench.draw(&view(every_body().remove(5)));
        assert!(lines[3].contains(corner), "{lines:?}");
        assert!(lines[5].starts_with(&format!(" {wall} ")) && lines[5].ends_with(wall), "{lines:?}");
    }
}

#[test]
fn the_step_list_stands_beside_wide_screens() {
    let lines = Bench { width: 120, height: 40, ..Bench::new() }.draw(&view(every_body().remove(0)));
    assert!(lines[4].contains("│ ✓   4.1  Custodian 2 of 4"), "{lines:?}");
    assert!(lines[5].contains("│ ▸   4.2 ") && lines[6].contains("│   ! 4.3 "), "{lines:?}");
    assert!(lines[7].contains("4.10 Custodian") && lines[7].ends_with("… (if needed)"), "{lines:?}");
    assert!(!has(&Bench::new().draw(&view(every_body().remove(0))), "4.10"));
}

#[test]
fn progress_says_how_long() {
    let mut bench = Bench::new();
    let lines = bench.draw(&view(every_body().remove(9)));
    assert!(has(&lines, " 42 %") && has(&lines, "at work for 12 s, about 16 s left"), "{lines:?}");
    for progress in [Some((0, 0)), Some((5, 0)), Some((u64::MAX, 1)), Some((u64::MAX, u64::MAX)), Some((0, u64::MAX))] {
        let view = view(Body::Working { text: vec![], progress, seconds: u32::MAX });
        assert!(has(&bench.draw(&view), "at work for"), "{progress:?}");
    }
}

#[test]
fn every_word_that_is_asked_for_is_in_the_script() {
    let script = Script::load().unwrap();
    let sources = [
        include_str!("mod.rs"),
        include_str!("desk.rs"),
        include_str!("parts.rs"),
        include_str!("screens/mod.rs"),
        include_str!("screens/fault.rs"),
        include_str!("screens/form.rs"),
        include_str!("screens/help.rs"),
        include_str!("screens/reveal.rs"),
        include_str!("screens/working.rs"),
    ];
    let mut found = 0;
    for source in sources {
        for name in source.split('"').skip(1).step_by(2) {
            let ours = ["stamp-", "hint-", "reveal-", "working-", "fault-", "help-", "field-", "frame-", "more-"];
            if ours.iter().any(|start| name.starts_with(start)) || ["program", "step", "act", "panic"].contains(&name) {
                found += 1;
                assert!(script.word(name) != name || name == "act", "no word for {name}");
            }
        }
    }
    assert!(found > 20, "the test reads the sources");
}

#[test]
fn without_a_terminal_nothing_is_taken_over() {
    let script = Script::load().unwrap();
    if !(rustix::termios::isatty(rustix::stdio::stdin()) && rustix::termios::isatty(rustix::stdio::stdout())) {
        assert!(matches!(Terminal::enter(&script), Err(TerminalError::NotATerminal)));
    }
}
