//! Cards and the fields they are typed into: words in a grid, check bytes.

use super::*;
use crate::wordlists;

/// This many words, far apart in the list, so that none is part of another.
fn some_words(count: u16) -> Vec<&'static str> {
    (0..count).map(|place| wordlists::word(place * 61 + 7).unwrap()).collect()
}

fn words_handle() -> Handle {
    Handle::DealtShare(Purpose::SoPin, custodian())
}

fn words_card(count: u8) -> Body {
    let Body::Reveal { before, owner, custodian, shown, seconds_left, seen, .. } = reveal(true, true) else { panic!() };
    let card = CardView::Words {
        purpose: Purpose::SoPin,
        words: words_handle(),
        count,
        heading: "Set 2b1 f3c · any 2 of 4 shares · share 3".to_owned(),
    };
    let during = texts(&["Copy every word into its numbered place; compare it with the card.", "Any key hides it."]);
    Body::Reveal { before, during, owner, custodian, card, shown, seconds_left, seen }
}

#[test]
fn a_drawn_pin_is_shown_in_fours_to_its_holder_alone() {
    let Body::Reveal { before, during, .. } = reveal(true, true) else { panic!() };
    let pin = |shown, seen| {
        let card = CardView::Pin { digits: Handle::NewSoPin, label: "SO-PIN".to_owned() };
        let (owner, before, during) = ("Barbara Liskov".to_owned(), before.clone(), during.clone());
        view(Body::Reveal { before, during, owner, custodian: None, card, shown, seconds_left: 118, seen })
    };
    for theme in [Theme::FULL, Theme::LEAST] {
        let mut terminal = TestTerminal { theme, ..TestTerminal::new() };
        terminal.vault.keep(Handle::NewSoPin, WipingBytes::from_slice(b"9a41c07be6d25f38"));
        let lines = terminal.draw(&pin(true, true));
        assert!(has(&lines, "SO-PIN   9a41 c07b e6d2 5f38") && has(&lines, "Barbara Liskov"), "{lines:#?}");
        assert!(has(&lines, "hides by itself in 1 min 58 s"));
        for hidden in [pin(false, false), pin(false, true)] {
            let lines = terminal.draw(&hidden);
            assert!(!has(&lines, "9a41") && !has(&lines, "5f38"), "{lines:#?}");
        }
    }
}

pub fn words_kind(words: u8) -> FieldKind {
    let expected = ExpectedWords { set: None, threshold: None, number: None, taken: vec![] };
    FieldKind::ShareWords { card: Purpose::FIRST, words, expected }
}

fn words_form(words: u8, state: FieldState, wrong_at: Option<u8>) -> View {
    view(form(vec![FieldView { wrong_at, ..field(WORDS, words_kind(words), state) }]))
}

fn typing() -> FieldState {
    FieldState::Typing("some".to_owned())
}

/// Whether the word follows its number.
fn stands(lines: &[String], number: usize, mark: &str, word: &str) -> bool {
    has(lines, &format!("{number:>3}{mark}{word}"))
}

#[test]
fn a_card_of_words_fits_the_smallest_window_numbered_downwards() {
    for (count, theme) in [(33, Theme::FULL), (33, Theme::LEAST), (16, Theme::FULL), (16, Theme::LEAST)] {
        for (width, height) in [(80, 24), (132, 50)] {
            let words = some_words(u16::from(count));
            let mut terminal = TestTerminal { theme, width, height, ..TestTerminal::new() };
            terminal.vault.keep(words_handle(), WipingBytes::from_slice(words.join(" ").as_bytes()));
            let lines = terminal.draw(&view(words_card(count)));
            for (number, word) in (1..).zip(&words) {
                let mark = if number + 3 > usize::from(count) { "=  " } else { "   " };
                assert!(stands(&lines, number, mark, word), "{number} {word}: {lines:#?}");
            }
            assert!(lines.iter().all(|line| line.width() <= usize::from(width)));
            assert!(theme == Theme::FULL || lines.join("").is_ascii());
            assert!(has(&lines, "Grace Hopper") && has(&lines, "hides by itself in 1 min 58 s"));
            assert!(has(&lines, "Set 2b1 f3c") && has(&lines, "= check words"), "{lines:#?}");
            assert!(has(&lines, "Copy every word") && has(&lines, "Any key hides it."), "{lines:#?}");
            assert!(!has(&lines, "more below"), "nothing to scroll: {lines:#?}");
            let rows = if count == 33 { 11 } else { 8 };
            let first = lines.iter().find(|line| line.contains(words[0])).unwrap();
            assert!(first.contains(words[rows]), "the next column begins with number {}: {first}", rows + 1);
        }
    }
}

#[test]
fn the_check_bytes_are_below_the_value_and_say_who_asks_for_them() {
    let lines = TestTerminal::new().draw(&view(reveal(true, true)));
    let row = |what: &str| lines.iter().position(|line| line.contains(what)).unwrap();
    assert!(row("Share value") < row("Check bytes"));
    assert!(
        lines[row("Check bytes")].contains("d4 : 1e")
            && lines[row("Check bytes")].ends_with("this program asks for them")
    );
    assert!(!has(&lines, "more below"), "{lines:#?}");
}

#[test]
fn typed_words_are_dots_of_one_length_until_their_owner_asks() {
    let words = some_words(33);
    let mut terminal = TestTerminal::new();
    let view = words_form(33, FieldState::Good, None);
    terminal.act(&view, words.join(" ").as_bytes());
    assert_eq!(terminal.typed(WORDS), words.join(" ").as_bytes());
    let lines = terminal.draw(&view);
    for (number, word) in (1..=32).zip(&words) {
        let mark = if number > 30 { "=  " } else { "   " };
        assert!(!has(&lines, word), "{word}: {lines:#?}");
        assert!(stands(&lines, number, mark, "•••• ") || number > 22 && stands(&lines, number, mark, "••••"));
    }
    assert!(has(&lines, "✓ ok") && !has(&lines, "more below"), "{lines:#?}");
    terminal.press(Key::Ctrl(b't'), &view);
    let lines = terminal.draw(&view);
    for (number, word) in (1..=30).zip(&words) {
        assert!(stands(&lines, number, "   ", word), "{number} {word}: {lines:#?}");
    }
    terminal.now += screen_state::UNMASKED_FOR;
    assert!(words.iter().all(|word| !has(&terminal.draw(&view), word)), "the time is over");
}

#[test]
fn the_word_being_typed_shows_its_state() {
    let mut terminal = TestTerminal::new();
    let view = words_form(16, typing(), None);
    for (keys, looks) in [
        (&b""[..], "▸ 1   ____"),
        (b"ab", "▸ 1   ••\u{20}"),
        (b"an", "▸ 1 ✓ ••••"),
        (b"d", "▸ 1 ✓ •••••"),
        (b"x", "▸ 1 ✗ ••••••"),
        (b"\x7f\x7f ", "▸ 2   ____"),
        (b"zoo", "▸ 2 ✓ •••"),
    ] {
        terminal.act(&view, keys);
        let (lines, cursor) = terminal.draw_whole(&view);
        assert!(has(&lines, looks), "{looks}: {lines:#?}");
        assert_eq!(cursor.map(|at| at.x), Some(9 + u16::try_from(looks.matches('•').count()).unwrap()));
    }
    assert_eq!(terminal.typed(WORDS), b"abandon zoo");
    let lines = TestTerminal { theme: Theme::LEAST, ..terminal }.draw(&view);
    assert!(has(&lines, "> 2 + ***") && has(&lines, "  1   **** "), "{lines:#?}");
}

#[test]
fn enter_completes_the_last_word_and_continues() {
    let mut terminal = TestTerminal::new();
    let good = words_form(16, FieldState::Good, None);
    terminal.act(&good, b"act act act act act act act act act act act act act act act aban");
    assert_eq!(terminal.act(&good, b"\r"), [Input::Edited(WORDS), Input::GoOn], "one Enter for both");
    assert!(terminal.typed(WORDS).ends_with(b"act abandon"));
    let mut terminal = TestTerminal::new();
    let view = words_form(16, typing(), None);
    terminal.act(&view, b"aban");
    assert_eq!(terminal.act(&view, b"\r"), [Input::Edited(WORDS)]);
    assert!(has(&terminal.draw(&view), "not complete yet"));
    // leaving the field does the same
    let two = self::view(form(vec![
        field(WORDS, words_kind(16), typing()),
        field(CHECK, FieldKind::CheckBytes { optional: true, prime: None, of: None }, FieldState::Good),
    ]));
    let mut terminal = TestTerminal::new();
    terminal.act(&two, b"act aban");
    assert_eq!(terminal.act(&two, b"\t"), [Input::Edited(WORDS)]);
    assert_eq!((terminal.typed(WORDS), terminal.state.focus), (&b"act abandon"[..], 1));
}

#[test]
fn arrows_go_from_word_to_word_and_tab_from_field_to_field() {
    let two = view(form(vec![
        field(WORDS, words_kind(33), typing()),
        field(FieldName::Password, words_kind(33), FieldState::Empty),
    ]));
    let mut terminal = TestTerminal { height: 50, ..TestTerminal::new() };
    let words = some_words(33);
    terminal.act(&two, words.join(" ").as_bytes());
    for (keys, number) in [
        (&b"\x1b[A"[..], 32),
        (b"\x1b[D", 21),
        (b"\x1b[C\x1b[C", 32),
        (b"\x1b[H", 1),
        (b"\x1b[B", 2),
        (b"\x1b[C", 13),
        (b"\x1b[F", 33),
        (b"\x1b[B\x1b[B", 33),
    ] {
        terminal.act(&two, keys);
        let lines = terminal.draw(&two);
        assert!(has(&lines, &format!("▸{number:>2}")), "{number}: {lines:#?}");
        assert_eq!(terminal.state.focus, 0);
    }
    // the focused word is replaced, the others stay
    terminal.act(&two, b"\x1b[H\x1b[Bzone ");
    let mut expected = words.clone();
    expected[1] = "zone";
    assert_eq!(terminal.typed(WORDS), expected.join(" ").as_bytes());
    terminal.act(&two, b"\t");
    assert_eq!(terminal.state.focus, 1);
    assert_eq!(terminal.act(&two, b"aban "), vec![Input::Edited(FieldName::Password); 5]);
    assert_eq!(terminal.typed(FieldName::Password), b"abandon ");
    assert_eq!(terminal.act(&two, b"\x15"), [Input::Edited(FieldName::Password)]);
    assert_eq!((terminal.typed(WORDS).len(), terminal.typed(FieldName::Password).len()), (expected.join(" ").len(), 0));
}

#[test]
fn anything_but_a_letter_is_refused_among_words() {
    let mut terminal = TestTerminal::new();
    let view = words_form(16, typing(), None);
    terminal.act(&view, b"act ");
    for key in [&b"7"[..], b":", b"-"] {
        assert_eq!(terminal.act(&view, key), []);
        assert!(has(&terminal.draw(&view), "letters only"));
    }
    assert_eq!(terminal.act(&view, b" "), [], "a second space");
    assert_eq!(terminal.act(&view, b"abandonx"), vec![Input::Edited(WORDS); 8]);
    assert_eq!(terminal.act(&view, b"y"), []);
    assert!(has(&terminal.draw(&view), "more than 8 letters"));
    assert_eq!(terminal.typed(WORDS), b"act abandonx");
    terminal.act(&view, b"?");
    let lines = terminal.draw(&view);
    assert!(has(&lines, "Four letters are enough"), "{lines:#?}");
    terminal.act(&view, b"?");
    assert!(has(&terminal.draw(&view), "? help"));
}

#[test]
fn a_wrong_word_is_marked_at_its_place() {
    let words = some_words(33);
    for (theme, sign) in [(Theme::FULL, "✗"), (Theme::LEAST, "!")] {
        let mut terminal = TestTerminal { theme, ..TestTerminal::new() };
        let view = words_form(33, FieldState::Wrong("Word 14 is wrong.".to_owned()), Some(14));
        terminal.act(&view, words.join(" ").as_bytes());
        let buffer = terminal.buffer(&view);
        let lines = text_of(&buffer);
        assert!(stands(&lines, 14, &format!(" {sign} "), ""), "{lines:#?}");
        assert_eq!(lines.iter().filter(|line| line.contains(sign)).count(), 2, "there and in the note: {lines:#?}");
        let y = lines.iter().position(|line| line.contains(&format!("14 {sign}"))).unwrap();
        let cell = &buffer[(3 + 24 + 6, u16::try_from(y).unwrap())];
        assert_eq!((cell.fg, cell.modifier), (theme.bad().fg.unwrap_or_default(), theme.bad().add_modifier));
    }
}

#[test]
fn a_word_is_not_called_wrong_while_somebody_types_it() {
    let words = some_words(16);
    let mut terminal = TestTerminal::new();
    let good = words_form(16, FieldState::Good, None);
    terminal.act(&good, words.join(" ").as_bytes());
    terminal.act(&good, b"\x1b[H\x1b[Bz");
    let view = words_form(16, FieldState::Wrong("Word 2 is no word.".to_owned()), Some(2));
    let lines = terminal.draw(&view);
    assert!(has(&lines, "typing word 2") && !has(&lines, "✗"), "{lines:#?}");
    terminal.act(&view, b"zz");
    assert!(has(&terminal.draw(&view), "✗ Word 2 is no word."), "no word begins like this");
    terminal.act(&view, b"\x7f\x7f\x1b[B");
    assert!(has(&terminal.draw(&view), "✗ Word 2 is no word."), "it was left");
}

#[test]
fn a_word_is_suggested_to_its_owner_only_while_unmasked() {
    let words = some_words(33);
    let mut terminal = TestTerminal::new();
    let view = words_form(33, FieldState::Wrong("Word 14 is wrong.".to_owned()), Some(14));
    terminal.act(&view, words.join(" ").as_bytes());
    assert!(!has(&terminal.draw(&view), "your card may say"));
    terminal.vault.keep(Handle::Suggestion(WORDS), WipingBytes::from_slice(b"zone"));
    let lines = terminal.draw(&view);
    assert!(has(&lines, "Ctrl-T shows what your card may say") && !has(&lines, "zone"), "{lines:#?}");
    assert!(!has(&lines, "more below"), "{lines:#?}");
    terminal.press(Key::Ctrl(b't'), &view);
    let lines = terminal.draw(&view);
    assert!(has(&lines, "Word 14: your card may say zone") && !has(&lines, "Ctrl-T shows what"), "{lines:#?}");
    terminal.now += screen_state::UNMASKED_FOR;
    assert!(!has(&terminal.draw(&view), "zone"), "the time is over");
    // not beside any other field
    let two = self::view(form(vec![
        field(FieldName::Note, FieldKind::Bag { taken: vec![] }, FieldState::Good),
        FieldView { wrong_at: Some(14), ..field(WORDS, words_kind(33), FieldState::Wrong("Wrong.".to_owned())) },
    ]));
    let mut terminal = TestTerminal { height: 50, vault: terminal.vault, ..TestTerminal::new() };
    terminal.vault.keep(Handle::Suggestion(WORDS), WipingBytes::from_slice(b"zone"));
    terminal.draw(&two);
    terminal.press(Key::BackTab, &two);
    terminal.press(Key::Ctrl(b't'), &two);
    assert!(!has(&terminal.draw(&two), "card may say"), "the focus is on the other field");
}

#[test]
fn check_bytes_are_two_groups_and_the_wrong_one_is_marked() {
    let kind = FieldKind::CheckBytes { optional: true, prime: None, of: None };
    let mut terminal = TestTerminal::new();
    let empty = view(form(vec![field(CHECK, kind.clone(), FieldState::Good)]));
    assert!(has(&terminal.draw(&empty), "▸ __:__ "));
    terminal.act(&empty, b"d41");
    let lines = terminal.draw(&empty);
    assert!(has(&lines, "▸ ••:•_ ") && lines.iter().any(|line| line.trim() == "1  2"), "{lines:#?}");
    let wrong = FieldState::Wrong("Group 2 is wrong.".to_owned());
    let wrong = view(form(vec![FieldView { wrong_at: Some(2), ..field(CHECK, kind, wrong) }]));
    terminal.act(&wrong, b"e");
    let lines = terminal.draw(&wrong);
    assert!(lines.iter().any(|line| line.trim() == "1  2✗"), "{lines:#?}");
    // of a value too, even when the focus is elsewhere
    let wrong = FieldState::Wrong("Group 3 is wrong.".to_owned());
    let value = FieldView { wrong_at: Some(3), ..field(FieldName::ShareValue, FieldKind::ShareValue, wrong) };
    let lines = TestTerminal { theme: Theme::LEAST, ..TestTerminal::new() }.draw(&view(form(vec![value])));
    assert!(lines.iter().any(|line| line.trim() == "1  2  3! 4  5  6  7  8"), "{lines:#?}");
}

#[test]
fn another_card_of_the_same_custodian_is_another_screen() {
    let mut terminal = TestTerminal::new();
    terminal.state.meet(&view(reveal(true, true)));
    assert!(terminal.state.meet(&view(words_card(16))));
    let words = |card| {
        let mut view = words_form(16, FieldState::Empty, None);
        let Body::Form { fields, .. } = &mut view.body else { panic!() };
        let FieldKind::ShareWords { card: place, .. } = &mut fields[0].kind else { panic!() };
        *place = card;
        view
    };
    terminal.state.meet(&words(Purpose::FIRST));
    assert!(terminal.state.meet(&words(Purpose::SoPin)));
}

#[test]
fn enter_leads_to_the_wrong_word() {
    let words = some_words(33);
    let mut terminal = TestTerminal::new();
    let view = words_form(33, FieldState::Wrong("Word 14 is wrong.".to_owned()), Some(14));
    terminal.act(&view, words.join(" ").as_bytes());
    assert_eq!(terminal.act(&view, b"\r"), []);
    let lines = terminal.draw(&view);
    assert!(has(&lines, "▸14 ✗ ••••") && has(&lines, "Type the marked word again"), "{lines:#?}");
    terminal.act(&view, b"zone ");
    let mut expected = words;
    expected[13] = "zone";
    assert_eq!(terminal.typed(WORDS), expected.join(" ").as_bytes());
}

#[test]
fn beside_the_step_list_there_is_room_for_all_columns() {
    let words = some_words(33);
    let mut terminal = TestTerminal { width: 110, height: 30, ..TestTerminal::new() };
    let view = words_form(33, FieldState::Good, None);
    terminal.act(&view, words.join(" ").as_bytes());
    terminal.press(Key::Ctrl(b't'), &view);
    let lines = terminal.draw(&view);
    assert!(words.iter().all(|word| has(&lines, word)) && has(&lines, "4.10"), "{lines:#?}");
}
