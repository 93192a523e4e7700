//! Looking back at what everybody may see, and returning without harm.

use super::*;
use crate::script::GLOSSARY;

const LOOK: Key = Key::Ctrl(b'l');

/// A form with a PIN half typed.
fn typing() -> (TestTerminal, View) {
    let view = two_pins(FieldState::Typing("5".to_owned()), FieldState::Empty);
    let mut terminal = TestTerminal::new();
    terminal.act(&view, b"27182");
    (terminal, view)
}

#[test]
fn one_key_shows_what_everybody_has_seen_and_the_same_key_or_escape_goes_back() {
    for body in every_body() {
        let shown = matches!(body, Body::Reveal { shown: true, .. });
        for back in [LOOK, Key::Escape] {
            let view = view(body.clone());
            let mut terminal = TestTerminal::new();
            let before = terminal.draw(&view);
            let done = terminal.press(LOOK, &view);
            let lines = terminal.draw(&view);
            if shown {
                assert_eq!(done, Some(Input::Hide), "a share is hidden first");
                continue;
            }
            assert_eq!(done, None);
            assert!(has(&lines, KCV) && has(&lines, "cccc dddd") && has(&lines, "REHEARSAL"), "{lines:?}");
            assert!(has(&lines, "▸   4.2  Custodian 2 of 4"), "the steps, and where we are: {lines:?}");
            assert!(lines[23].starts_with(" Ctrl-L/Esc back"), "{}", lines[23]);
            assert_eq!(terminal.press(back, &view), None);
            assert_eq!(terminal.draw(&view), before, "nothing has changed");
        }
    }
}

#[test]
fn looking_back_loses_nothing_that_was_typed_and_shows_none_of_it() {
    let (mut terminal, view) = typing();
    terminal.press(Key::Ctrl(b't'), &view);
    assert!(has(&terminal.draw(&view), "27182"), "the owner looks at it");
    let clear = terminal.state.exposure(&view, terminal.now);
    terminal.press(LOOK, &view);
    assert_ne!(terminal.state.exposure(&view, terminal.now), clear, "the screen is wiped before the next frame");
    let lines = terminal.draw(&view);
    assert!(!has(&lines, "27182") && !has(&lines, "•"), "{lines:?}");
    for key in
        [Key::Char(b'x'), Key::Enter, Key::Char(b' '), Key::Backspace, Key::Ctrl(b'u'), Key::Ctrl(b't'), Key::Tab]
    {
        assert_eq!(terminal.press(key, &view), None, "{key:?}");
    }
    terminal.press(LOOK, &view);
    assert!(!has(&terminal.draw(&view), "27182"), "it is masked again");
    assert_eq!(terminal.typed(PIN), b"27182");
}

#[test]
fn an_escape_that_is_held_down_goes_back_once_and_no_further() {
    let fields = vec![field(PIN, FieldKind::UserPin, FieldState::Empty)];
    let view = view(Body::Form { text: vec![], fields, irreversible: false, may_leave: true, may_deviate: true });
    for cover in [LOOK, Key::Ctrl(b'l')] {
        let mut terminal = TestTerminal::new();
        terminal.draw(&view);
        terminal.press(cover, &view);
        assert_eq!(terminal.press(Key::Escape, &view), None);
        for after in [600, 30, 30, 30] {
            terminal.now += Duration::from_millis(after);
            assert_eq!(terminal.press(Key::Escape, &view), None, "still the same Escape");
        }
        terminal.now += Duration::from_secs(2);
        assert_eq!(terminal.press(Key::Escape, &view), Some(Input::Leave), "a new one");
    }
}

#[test]
fn what_does_not_fit_scrolls() {
    let mut view = view(Body::Read { text: texts(&["Read this."]) });
    let last = view.steps[3].clone();
    view.steps.extend((11..60).map(|step| StepLine { number: format!("4.{step}"), ..last.clone() }));
    let mut terminal = TestTerminal::new();
    terminal.draw(&view);
    terminal.press(LOOK, &view);
    assert!(!has(&terminal.draw(&view), "4.59") && has(&terminal.draw(&view), "more below"));
    for _ in 0..9 {
        terminal.press(Key::PageDown, &view);
        terminal.draw(&view);
    }
    assert!(has(&terminal.draw(&view), "4.59"));
    terminal.press(LOOK, &view);
    assert!(has(&terminal.draw(&view), "Read this."));
}

#[test]
fn a_menu_before_anything_has_happened_offers_no_way_back() {
    let mut view = view(every_body().remove(3));
    view.so_far = None;
    let mut terminal = TestTerminal::new();
    assert!(!has(&terminal.draw(&view), "look back"));
    assert_eq!(terminal.press(LOOK, &view), None);
    assert!(has(&terminal.draw(&view), "Ada"));
}

#[test]
fn a_step_of_several_screens_says_which_one_this_is() {
    let mut view = view(Body::Read { text: texts(&["Read this."]) });
    let mut terminal = TestTerminal::new();
    assert!(!has(&terminal.draw(&view), "screen"));
    view.header.screen = Some((2, 3));
    assert!(terminal.draw(&view)[1].ends_with("─ screen 2 of 3 ─"));
}

#[test]
fn the_help_explains_the_words_of_its_screen_and_no_others() {
    let explained = |view: &View| {
        let mut terminal = TestTerminal { height: 120, ..TestTerminal::new() };
        terminal.draw(view);
        terminal.press(Key::Char(b'?'), view);
        let lines = terminal.draw(view);
        GLOSSARY
            .iter()
            .filter(|term| has(&lines, &format!("   {:<18}{}", term.word, &term.meaning[..12])))
            .collect::<Vec<_>>()
    };
    let words = |view: &View| explained(view).iter().map(|term| term.word).collect::<Vec<_>>();
    let said = "Compare the KCV. A quorum opens the wrapped keys; the SO-PIN and the key reference are on paper.";
    let mut view = view(Body::Read { text: texts(&[said]) });
    assert_eq!(
        words(&view),
        ["Custodian", "KCV", "Key reference", "Quorum", "Share", "SO-PIN", "Wrapped key"],
        "also of the title"
    );
    view.header.act = "go on".to_owned();
    assert!(!words(&view).contains(&"Share"));
    view.header.title = "Threshold".to_owned();
    assert!(words(&view).contains(&"Threshold"));
    view.body = Body::Fault {
        happened: texts(&["The manifest is gone."]),
        truth: texts(&["No digest was compared."]),
        choices: options(&[("Insert the reader", false)]),
    };
    assert_eq!(words(&view), ["Digest", "Manifest", "Reader", "Threshold"]);
}

#[test]
fn where_a_question_mark_is_text_another_key_explains_the_screen() {
    let (mut terminal, view) = typing();
    assert_eq!(terminal.press(Key::Char(b'?'), &view), Some(Input::Edited(PIN)), "it may be part of a PIN");
    terminal.press(Key::Backspace, &view);
    for close in [Key::Ctrl(b'g'), Key::Escape] {
        assert!(has(&terminal.draw(&view), "Ctrl-G help"));
        terminal.press(Key::Ctrl(b'g'), &view);
        assert!(has(&terminal.draw(&view), "Keys that work on this screen"));
        assert_eq!(terminal.press(close, &view), None);
    }
    assert_eq!(terminal.typed(PIN), b"27182");
}
