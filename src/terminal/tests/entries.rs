//! Text typed into fields of all other kinds: dice, passwords, and any keys anywhere.

use proptest::prelude::*;

use super::cards::words_kind;
use super::*;

#[test]
fn dice_are_shown_in_rows_of_fifty_and_nothing_else_is_accepted() {
    let state = FieldState::Typing("7 of 250".to_owned());
    let view = view(form(vec![field(FieldName::Dice, FieldKind::Dice { throws: 250 }, state)]));
    let mut terminal = TestTerminal::new();
    assert_eq!(terminal.act(&view, b"12345 61"), vec![Input::Edited(FieldName::Dice); 7], "a space is no throw");
    assert_eq!(terminal.typed(FieldName::Dice), b"1234561");
    let lines = terminal.draw(&view);
    assert!(has(&lines, "▸   1 ••••• ••___ _____") && has(&lines, "    201 _____ _____"), "{lines:#?}");
    assert!(has(&lines, "7 of 250"));
    for key in [&b"0"[..], b"7", b"a"] {
        assert_eq!(terminal.act(&view, key), []);
        assert!(has(&terminal.draw(&view), "A die shows 1 to 6"));
    }
    terminal.press(Key::Ctrl(b't'), &view);
    assert!(has(&terminal.draw(&view), "12345 61___"));
    terminal.act(&view, &[b'3'; 243]);
    assert_eq!(terminal.act(&view, b"3"), []);
    let (lines, cursor) = terminal.draw_whole(&view);
    assert!(has(&lines, "The field is full") && terminal.typed(FieldName::Dice).len() == 250, "{lines:#?}");
    assert!(lines.iter().all(|line| line.width() <= 80) && cursor.is_some());
    assert_eq!(terminal.act(&view, b"\x7f"), [Input::Edited(FieldName::Dice)]);
    assert_eq!(terminal.typed(FieldName::Dice).len(), 249);
}

#[test]
fn a_new_password_says_how_strong_it_is() {
    let note = Some("about 120 bits at best".to_owned());
    let password = FieldView { note, ..field(FieldName::NewPassword, FieldKind::NewPassword, FieldState::Good) };
    let view = view(form(vec![password, field(AGAIN, FieldKind::Again(FieldName::NewPassword), FieldState::Good)]));
    let mut terminal = TestTerminal::new();
    terminal.act(&view, b"correct horse battery? staple");
    assert_eq!(
        terminal.typed(FieldName::NewPassword),
        b"correct horse battery? staple",
        "spaces and signs are characters of a password"
    );
    let lines = terminal.draw(&view);
    assert!(has(&lines, "✓ about 120 bits at best") && has(&lines, "✓ ok"), "{lines:#?}");
    assert!(has(&lines, &"•".repeat(29)) && !has(&lines, "horse"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn survives_any_keys_in_all_kinds_of_fields_and_shows_nothing(
        keys in prop::collection::vec(prop::sample::select(vec![
            Key::Char(b'q'), Key::Char(b'j'), Key::Char(b'z'), Key::Char(b' '), Key::Char(b'6'), Key::Char(b'?'),
            Key::Backspace, Key::Enter, Key::Tab, Key::BackTab, Key::Up, Key::Down, Key::Left, Key::Right, Key::Home,
            Key::End, Key::PageUp, Key::PageDown, Key::Ctrl(b'n'), Key::Ctrl(b'u'), Key::Paste, Key::Unreadable,
        ]), 0..60),
        wrong_at in prop::option::of(0_u8..40),
    ) {
        let wrong = || FieldState::Wrong("No.".to_owned());
        let kinds = vec![
            (WORDS, words_kind(33)),
            (CHECK, FieldKind::CheckBytes { optional: true, prime: None, of: None }),
            (FieldName::Dice, FieldKind::Dice { throws: 50 }),
            (FieldName::NewPassword, FieldKind::NewPassword),
            (FieldName::Password, words_kind(16)),
        ];
        let fields = kinds.into_iter().map(|(name, kind)| FieldView { wrong_at, ..field(name, kind, wrong()) }).collect();
        let view = view(form(fields));
        let mut terminal = TestTerminal::new();
        let empty = terminal.draw(&view).join("\n");
        for key in keys {
            terminal.press(key, &view);
            if terminal.state.cover.is_some() {
                continue;
            }
            let (lines, _) = terminal.draw_whole(&view);
            for line in &lines {
                prop_assert!(line.width() <= 80);
                prop_assert!(!line.contains(['q', 'j', 'z']), "typed in clear: {}", line);
            }
        }
        prop_assert!(!empty.contains(['q', 'j', 'z']), "the test can tell");
    }
}
