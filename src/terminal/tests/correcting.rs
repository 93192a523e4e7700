//! Text corrected in the middle, and characters beyond ASCII.

use proptest::prelude::*;

use super::*;

const LEFT: &[u8] = b"\x1b[D";
const RIGHT: &[u8] = b"\x1b[C";
const HOME: &[u8] = b"\x1b[H";
const END: &[u8] = b"\x1b[F";
const DELETE: &[u8] = b"\x1b[3~";

fn one(name: FieldName, kind: FieldKind) -> View {
    view(form(vec![field(name, kind, FieldState::Empty)]))
}

fn value() -> View {
    one(FieldName::ShareValue, FieldKind::ShareValue)
}

/// Presses all these keys in a new field; returns what is in it then, and the terminal.
fn typed_into(view: &View, keys: &[&[u8]]) -> (String, TestTerminal) {
    let mut terminal = TestTerminal::new();
    for bytes in keys {
        terminal.act(view, bytes);
    }
    let Body::Form { fields, .. } = &view.body else { panic!() };
    let text = String::from_utf8(terminal.typed(fields[0].name).to_vec()).unwrap();
    (text, terminal)
}

#[test]
fn a_group_in_the_middle_of_a_value_is_deleted_and_typed_again() {
    for typed in [&b"a30f77c15e9012bb"[..], b"a3:0f:77:c1:5e:90:12:bb", b"a3 0f 77 c1 5e90 12 : bb"] {
        let (text, mut terminal) = typed_into(&value(), &[typed, HOME, RIGHT, RIGHT, DELETE]);
        assert_eq!(text, "a3:0f:c1:5e:90:12:bb");
        let (lines, cursor) = terminal.draw_whole(&value());
        assert!(has(&lines, "▸ ••:••:••:••:••:••:••:__"), "{lines:#?}");
        assert_eq!(cursor.map(|at| at.x), Some(5 + 6), "before the third group");
        terminal.act(&value(), b"7");
        assert!(has(&terminal.draw(&value()), "▸ ••:••:•:••:••:••:••:••"), "the groups after it stay together");
        terminal.act(&value(), b"7");
        assert_eq!(terminal.typed(FieldName::ShareValue), VALUE.as_bytes());
        assert!(!has(&terminal.draw(&value()), "77"), "nothing is shown");
        terminal.press(Key::Ctrl(b't'), &value());
        assert!(has(&terminal.draw(&value()), VALUE));
    }
}

#[test]
fn a_group_that_was_left_out_goes_in_anywhere() {
    let whole: Vec<&str> = VALUE.split(':').collect();
    for missing in 0..8 {
        let rest: Vec<&str> = (0..8).filter(|group| *group != missing).map(|group| whole[group]).collect();
        for separator in ["", ":", " "] {
            let (rest, rights) = (rest.join(separator), vec![RIGHT; missing]);
            let keys = [vec![rest.as_bytes(), HOME], rights, vec![whole[missing].as_bytes()]].concat();
            let digits = |text: &str| text.replace([':', ' '], "");
            assert_eq!(digits(&typed_into(&value(), &keys).0), digits(VALUE), "{missing}");
        }
    }
}

#[test]
fn backspace_goes_on_into_the_group_before() {
    let steps: [(&[u8], &str); 7] = [
        (b"", "a3:0f:77"),
        (b"\x7f", "a3:0:77"),
        (b"\x7f", "a3:77"),
        (b"\x7f", "a:77"),
        (b"4", "a4:77"),
        (END, "a4:77"),
        (b"\x7f", "a4:7"),
    ];
    let mut keys: Vec<&[u8]> = vec![b"a30f77", LEFT];
    for (key, expected) in steps {
        keys.push(key);
        assert_eq!(typed_into(&value(), &keys).0, expected);
    }
    assert_eq!(typed_into(&value(), &[b"a30f", HOME, b"\x7f"]).0, "a3:0f", "nothing is before the first");
    assert_eq!(typed_into(&value(), &[b"a30f77", LEFT, DELETE, DELETE]).0, "a3:0f", "nothing is after the last");
}

#[test]
fn pins_and_throws_are_corrected_too() {
    let pin = one(PIN, FieldKind::UserPin);
    assert_eq!(typed_into(&pin, &[b"64829", LEFT, b"1"]).0, "648219");
    assert_eq!(typed_into(&pin, &[b"6482719", LEFT, LEFT, LEFT, DELETE]).0, "648219");
    assert_eq!(typed_into(&pin, &[b"648x19", LEFT, LEFT, b"\x7f2"]).0, "648219");
    let so_pin = one(FieldName::NewSoPin, FieldKind::NewSoPin);
    let (text, mut terminal) = typed_into(&so_pin, &[b"9a41c07be6d25f38", LEFT, LEFT, DELETE]);
    assert_eq!(text, "9a41c07b5f38");
    let (lines, cursor) = terminal.draw_whole(&so_pin);
    assert!(has(&lines, "▸ •••• •••• •••• ____") && cursor.is_some_and(|at| at.x == 5 + 10), "{lines:#?} {cursor:?}");
    let dice = one(FieldName::Dice, FieldKind::Dice { throws: 50 });
    let (text, mut terminal) = typed_into(&dice, &[b"111112222233333", LEFT, LEFT, DELETE, b"44444"]);
    assert_eq!(text, "111114444433333");
    let cursor = terminal.draw_whole(&dice).1;
    assert_eq!(cursor.map(|at| at.x), Some(3 + 6 + 12), "before the eleventh throw");
    // the field that repeats another looks like it, and is corrected like it
    let again = view(form(vec![
        field(FieldName::NewSoPin, FieldKind::NewSoPin, FieldState::Good),
        field(AGAIN, FieldKind::Again(FieldName::NewSoPin), FieldState::Empty),
    ]));
    let mut terminal = TestTerminal::new();
    terminal.act(&again, b"9a41c07be6d2");
    terminal.act(&again, &[LEFT, b"5f38"].concat());
    assert_eq!(terminal.typed(AGAIN), b"9a41c07b5f38e6d2");
}

#[test]
fn delete_removes_the_word_under_the_cursor() {
    let words = one(WORDS, cards::words_kind(16));
    let (text, mut terminal) = typed_into(&words, &[b"zone abandon able ", HOME, DELETE]);
    assert_eq!(text, "abandon able ");
    terminal.act(&words, b"act ");
    assert_eq!(terminal.typed(WORDS), b"act abandon able ");
}

#[test]
fn names_are_typed_and_drawn_as_they_are_written() {
    let name = one(FieldName::Substitute, FieldKind::Line);
    for (written, plain) in
        [("Jürgen Groß", "Jurgen Gross"), ("Nguye\u{302}\u{303}n Thi\u{323}", "Nguyen Thi"), ("山田 太郎", "?? ??")]
    {
        let (text, mut terminal) = typed_into(&name, &[written.as_bytes()]);
        assert_eq!(text, written);
        let (buffer, cursor) = terminal.paint(&name);
        let row = 7;
        // a wide character hides the cell after it
        let drawn: String = (5..79).map(|x| buffer[(x, row)].symbol().to_owned()).collect();
        let shown = drawn.trim_end_matches(['_', ' ']).replace(' ', "");
        assert_eq!(shown, written.replace(' ', ""), "{drawn}");
        assert_eq!(cursor.map(|at| usize::from(at.x)), Some(5 + written.width()), "{written}");
        terminal.theme = Theme::LEAST;
        let lines = terminal.draw(&name);
        assert!(has(&lines, &format!("> {plain}_")) && lines.join("").is_ascii(), "{lines:#?}");
    }
    assert_eq!(typed_into(&name, &["Jrgen".as_bytes(), HOME, RIGHT, "ü".as_bytes()]).0, "Jürgen");
    assert_eq!(typed_into(&name, &["Jü".as_bytes(), b"\x7f\x7f", b"o"]).0, "o");
    assert_eq!(typed_into(&name, &["u\u{308}b".as_bytes(), HOME, RIGHT, b"x", HOME, DELETE]).0, "xb");
}

#[test]
fn a_whole_pin_is_in_sight_whatever_stands_beside_it() {
    let wrong = FieldState::Wrong("Not what was shown: check your typing, then the paper. Esc shows it.".into());
    for state in [wrong, FieldState::Empty, FieldState::Good] {
        let pin = view(form(vec![field(FieldName::NewSoPin, FieldKind::NewSoPin, state)]));
        let mut terminal = TestTerminal::new();
        terminal.act(&pin, b"4dec735ac6c3fbef");
        for keys in [&b""[..], HOME, END] {
            terminal.act(&pin, keys);
            let (lines, _) = terminal.draw_whole(&pin);
            assert!(has(&lines, "•••• •••• •••• ••••"), "{lines:#?}");
        }
    }
}

#[test]
fn a_wide_line_stays_in_its_field() {
    let full = FieldState::Wrong("This line is full.".into());
    let name = view(form(vec![field(FieldName::Note, FieldKind::Line, full)]));
    let mut terminal = TestTerminal::new();
    terminal.act(&name, "鍵".repeat(101).as_bytes());
    assert_eq!(terminal.typed(FieldName::Note).len(), 303);
    for keys in [&b""[..], LEFT, HOME, RIGHT] {
        terminal.act(&name, keys);
        let (lines, cursor) = terminal.draw_whole(&name);
        assert!(has(&lines, "✗ This line is full.") && cursor.is_some_and(|at| at.x < 79), "{lines:#?}");
    }
}

#[test]
fn what_cannot_be_seen_or_read_is_refused_with_a_sentence_that_stays() {
    let name = one(FieldName::Substitute, FieldKind::Line);
    for (bytes, said) in [
        ("\u{202e}".as_bytes(), "cannot be seen"),
        ("\u{200b}".as_bytes(), "cannot be seen"),
        ("\u{9b}".as_bytes(), "cannot be seen"),
        (b"\xfc", "is no character"),
    ] {
        let (text, mut terminal) = typed_into(&name, &[b"Ada", bytes, b"m"]);
        assert_eq!(text, "Adam");
        assert!(has(&terminal.draw(&name), said), "{said}");
        assert_eq!(terminal.act(&name, b"\r"), [], "Enter does not go on without it");
        assert!(has(&terminal.draw(&name), said), "{said}");
        terminal.act(&name, b"\x15");
        assert!(!has(&terminal.draw(&name), said));
    }
    let (text, mut terminal) = typed_into(&name, &["\u{301}".as_bytes()]);
    assert!(text.is_empty() && has(&terminal.draw(&name), "needs a letter before it"));
    // A digit that is missing makes another number.
    let reference = one(FieldName::KeyReference, FieldKind::KeyReference { taken: vec![], planned: 7 });
    let (text, mut terminal) = typed_into(&reference, &[b"1234"]);
    assert_eq!(text, "123");
    assert!(has(&terminal.draw(&reference), "One character too many"));
    assert_eq!(terminal.act(&reference, b"\r"), [], "Enter does not go on with another number");
    assert!(has(&terminal.draw(&reference), "One character too many"));
    terminal.act(&reference, b"\x15");
    assert!(!has(&terminal.draw(&reference), "One character too many"));
    let reference = one(FieldName::KeyReference, FieldKind::KeyReference { taken: vec![], planned: 7 });
    let (text, mut terminal) = typed_into(&reference, &["１".as_bytes()]);
    assert_eq!(text, "7");
    assert!(has(&terminal.draw(&reference), "Only plain letters"), "a number has plain digits");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_is_pressed_a_text_stays_whole_and_in_its_place(
        keys in prop::collection::vec(prop::sample::select(vec![
            Key::Char(b'a'), Key::Char(b'7'), Key::Char(b':'), Key::Char(b' '), Key::NonAscii('ü'), Key::NonAscii('鍵'),
            Key::NonAscii('\u{301}'), Key::Left, Key::Right, Key::Home, Key::End, Key::Delete, Key::Backspace,
        ]), 0..80),
        kind in prop::sample::select(vec![
            FieldKind::ShareValue, FieldKind::NewSoPin, FieldKind::UserPin, FieldKind::Bag { taken: vec![] },
        ]),
    ) {
        let view = one(FieldName::Note, kind);
        let mut terminal = TestTerminal::new();
        let (mut before, mut changed) = (Vec::new(), 0);
        for key in keys {
            let told = terminal.press(key, &view);
            let now = terminal.typed(FieldName::Note).to_vec();
            prop_assert!(told.is_some() || before == now, "the machine is told of every change");
            changed += usize::from(before != now);
            let letters = |text: &[u8]| text.iter().filter(|byte| !matches!(byte, b':' | b' ')).count();
            match key {
                Key::Left | Key::Right | Key::Home | Key::End => prop_assert_eq!(letters(&before), letters(&now)),
                _ => {}
            }
            let (lines, cursor) = terminal.draw_whole(&view);
            prop_assert!(std::str::from_utf8(&now).is_ok() && cursor.is_some_and(|at| at.x < 80));
            prop_assert!(lines.iter().all(|line| line.width() <= 80), "{:#?}", lines);
            before = now;
        }
        prop_assert!(changed > 0 || before.is_empty());
    }
}
