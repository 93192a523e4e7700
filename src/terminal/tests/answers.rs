//! What keys do.

use super::*;
use crate::ceremony::Notice;

#[test]
fn a_share_is_shown_and_hidden_by_keys() {
    let mut terminal = TestTerminal::new();
    let (fresh, shown, again) = (view(reveal(false, false)), view(reveal(true, true)), view(reveal(false, true)));
    assert_eq!(terminal.act(&fresh, b"\rsy1 "), [Input::Show], "nothing but Space shows it");
    for key in [&b"\r"[..], b" ", b"h", b"x", b"\x7f", b"\x1b[A", b"\x1b[200~x\x1b[201~"] {
        assert_eq!(terminal.act(&shown, key), [Input::Hide]);
    }
    assert_eq!(terminal.act(&again, b" \r"), [Input::Show, Input::GoOn]);
    assert_eq!(terminal.act(&shown, b"\x04"), [Input::Deviation]);
}

#[test]
fn a_different_screen_is_told_from_the_same_one() {
    let mut terminal = TestTerminal::new();
    for body in every_body() {
        terminal.state = ScreenState::default();
        assert!(terminal.state.meet(&view(body.clone())));
        assert!(!terminal.state.meet(&view(body.clone())));
        let mut elsewhere = view(body);
        elsewhere.header.number = "4.3".to_owned();
        assert!(terminal.state.meet(&elsewhere), "the same at another step");
    }
    terminal.state.meet(&view(reveal(true, true)));
    assert!(terminal.state.meet(&view(reveal(false, true))), "hidden is another screen than shown");
    // a change on the same screen is no reason to discard keys
    terminal.state.meet(&two_pins(FieldState::Empty, FieldState::Empty));
    assert!(!terminal.state.meet(&two_pins(FieldState::Good, FieldState::Empty)));
    terminal.state.meet(&view(Body::Working { text: vec![], progress: None, seconds: 1, may_stop: true }));
    assert!(!terminal.state.meet(&view(Body::Working {
        text: vec![],
        progress: Some((1, 2)),
        seconds: 2,
        may_stop: true
    })));
    // the same kind at the same step with a different text is a different screen
    terminal.state.meet(&view(Body::Read { text: texts(&["One"]) }));
    assert!(terminal.state.meet(&view(Body::Read { text: texts(&["Two"]) })));
}

#[test]
fn typing_past_the_end_of_a_field_does_not_go_into_it() {
    let id = || FieldKind::ShareId { share: DkekShareNumber::FIRST, taken: vec![] };
    let view = view(form(vec![
        field(FieldName::Prime, FieldKind::Prime { expected: None }, FieldState::Empty),
        field(FieldName::ShareId, id(), FieldState::Empty),
        field(FieldName::SoPin, FieldKind::SoPin { chosen_here: false }, FieldState::Empty),
    ]));
    let mut terminal = TestTerminal::new();
    terminal.act(&view, b"e7:60:53:46:66:29:3f:d1 :d1");
    assert!(
        terminal.typed(FieldName::Prime).starts_with(b"e7:60:53:46:66:29:3f:d1")
            && !terminal.typed(FieldName::Prime).ends_with(b"1d1")
    );
    assert!(
        has(&terminal.draw(&view), "The field is full"),
        "the share value is not drawn in clear in the wrong field"
    );
    terminal.act(&view, b"\t123:4:\t01234567012345678");
    let lengths = [FieldName::ShareId, FieldName::SoPin].map(|name| terminal.typed(name).len());
    assert_eq!(lengths, [3, 17], "one digit too many of a PIN is named before it costs a try");
}

#[test]
fn only_a_focused_item_is_ticked() {
    let people = ["Ada", "Grace", "Alan"];
    let people_with = |ticked: [bool; 3]| {
        let list: Vec<_> = people.iter().copied().zip(ticked).collect();
        view(Body::Tick { text: texts(&["Tick."]), items: items(&list), enough: false })
    };
    let mut terminal = TestTerminal::new();
    terminal.draw(&people_with([true, true, false]));
    terminal.act(&people_with([true, true, false]), b"\x1b[A\x1b[A");
    assert_eq!(terminal.act(&people_with([true, true, false]), b" "), [tick(0)], "the marked one");
    assert_eq!(terminal.act(&people_with([true, true, false]), b"\r"), [], "Enter ticks nobody");
    assert_eq!(terminal.act(&people_with([true, true, false]), b" "), [tick(2)], "the open one, which Enter marked");
}

#[test]
fn enter_at_an_open_box_says_which_one_is_open_and_what_ticks_it() {
    for (enough, said) in
        [(false, "Space ticks it. Enter goes on once all"), (true, "Space ticks it. G goes on without")]
    {
        let people = view(Body::Tick {
            text: texts(&["Tick."]),
            items: items(&[("Ada", true), ("Grace", false), ("Alan", false)]),
            enough,
        });
        let mut terminal = TestTerminal::new();
        terminal.act(&people, b"\x1b[B");
        assert_eq!(terminal.act(&people, b"\r"), [], "Enter ticks nobody and goes nowhere");
        let lines = terminal.draw(&people);
        assert!(has(&lines, "▸ [ ] Grace") && has(&lines, "This box is still open") && has(&lines, said), "{lines:#?}");
        assert_eq!(terminal.act(&people, b" "), [tick(1)]);
    }
}

#[test]
fn enter_leads_to_the_group_that_the_check_bytes_mark() {
    let value = FieldView {
        wrong_at: Some(3),
        ..field(FieldName::ShareValue, FieldKind::ShareValue, FieldState::Complete(String::new()))
    };
    let check = FieldKind::CheckBytes { optional: false, prime: None, of: None };
    let wrong = || FieldState::Wrong("Group 3 of the value is most likely wrong.".to_owned());
    let marked = view(form(vec![value.clone(), field(CHECK, check.clone(), wrong())]));
    let mut terminal = TestTerminal::new();
    assert_eq!(terminal.act(&marked, b"\r"), [], "the cursor is in the check bytes");
    let lines = terminal.draw(&marked);
    assert!(has(&lines, "compare the marked group") && !has(&lines, "This field is not right"), "{lines:#?}");
    assert_eq!(terminal.state.focus, 0, "where the group is marked");
    // Nothing is marked: the check bytes themselves are wrong.
    let own = view(form(vec![FieldView { wrong_at: None, ..value }, field(CHECK, check, wrong())]));
    let mut terminal = TestTerminal::new();
    terminal.act(&own, b"\r");
    assert!(has(&terminal.draw(&own), "This field is not right yet") && terminal.state.focus == 1);
}

#[test]
fn what_must_be_wiped_is_known() {
    let terminal = TestTerminal::new();
    for body in every_body() {
        let secret = match &body {
            Body::Reveal { shown, .. } => *shown,
            Body::Form { fields, .. } => fields.iter().any(|field| field.masked),
            _ => false,
        };
        assert_eq!(terminal.state.exposure(&view(body), terminal.now).is_some(), secret);
    }
}

#[test]
fn a_long_text_is_read_to_its_end_before_enter_continues() {
    let mut terminal = TestTerminal::new();
    let view = view(every_body().remove(1));
    let lines = terminal.draw(&view);
    assert!(has(&lines, "Paragraph 1,") && has(&lines, "more below") && has(&lines, "Enter read on"));
    let done = terminal.act(&view, b"\r\r\r\r\r");
    assert_eq!(done, [Input::GoOn], "77 lines, 17 fit, 16 further each time: four times on, then go on");
    let lines = terminal.draw(&view);
    assert!(has(&lines, "Paragraph 39,") && has(&lines, "more above") && has(&lines, "Enter go on"));
    terminal.act(&view, b"\x1b[5~\x1b[5~\x1b[5~\x1b[5~\x1b[5~");
    let lines = terminal.draw(&view);
    assert!(has(&lines, "Paragraph 1,") && has(&lines, "Enter go on"), "read once is read");
}

#[test]
fn options_are_chosen_by_digit_or_arrow_and_closed_ones_never() {
    let view = view(Body::Choose {
        text: vec![],
        options: options(&[("Ada", true), ("Grace", false), ("José", true), ("Linus", false)]),
        asks: Asks::Between,
        may_leave: false,
    });
    let mut terminal = TestTerminal::new();
    let lines = terminal.draw(&view);
    assert!(has(&lines, "▸ 2  Grace") && has(&lines, "·  Ada") && !has(&lines, "1  Ada"), "{lines:?}");
    assert_eq!(terminal.act(&view, b"13957"), [], "closed or not there");
    assert_eq!(terminal.act(&view, b"4\r"), [chose(3), chose(1)]);
    assert_eq!(terminal.act(&view, b"\x1b[B\r\x1b[B\r\x1b[A\x1b[A\r"), [3, 1, 1].map(chose));

    let names: Vec<(String, bool)> = (1..=16).map(|number| (format!("Custodian {number}"), number == 1)).collect();
    let many = names.iter().map(|(name, closed)| (name.as_str(), *closed)).collect::<Vec<_>>();
    let view =
        self::view(Body::Choose { text: vec![], options: options(&many), asks: Asks::Between, may_leave: false });
    assert_eq!(terminal.act(&view, b"2"), [], "with more than nine a digit is ambiguous");
    assert!(!has(&terminal.draw(&view), "1-9"));
    assert_eq!(terminal.act(&view, b"\x1b[A\r"), [chose(15)]);
}

#[test]
fn an_option_off_the_screen_is_not_chosen() {
    let text: Vec<String> = (1..30).map(|number| format!("Line {number}")).collect();
    let view = view(Body::Fault { happened: text, truth: vec![], choices: options(&[("Try again", false)]) });
    let mut terminal = TestTerminal::new();
    assert_eq!(terminal.act(&view, b"1"), [], "the end was not read");
    assert!(has(&terminal.draw(&view), "Enter read on"));
    let lines = terminal.draw(&view);
    assert!(!has(&lines, "Try again"), "{lines:?}");
    assert_eq!(terminal.act(&view, b"\r\r\r\r"), [chose(0)], "three times on, then chosen");
}

#[test]
fn items_are_ticked_one_by_one_and_then_enter_continues() {
    let with = |one, two| ticks(one, two, one && two);
    let mut terminal = TestTerminal::new();
    assert!(has(&terminal.draw(&with(false, false)), "Space tick"));
    assert_eq!(terminal.act(&with(false, false), b"\r "), [tick(0)]);
    assert!(has(&terminal.draw(&with(false, false)), "▸ [ ] One"), "the mark stays until the tick has been taken");
    let lines = terminal.draw(&with(true, false));
    assert!(has(&lines, "  [✓] One") && has(&lines, "▸ [ ] Two"), "{lines:?}");
    assert_eq!(terminal.act(&with(true, false), b" "), [tick(1)]);
    assert!(has(&terminal.draw(&with(true, true)), "Enter go on    Space untick"));
    assert_eq!(terminal.act(&with(true, true), b"\x1b[A \r"), [tick(0), Input::GoOn]);
}

fn ticks(one: bool, two: bool, enough: bool) -> View {
    view(Body::Tick { text: vec![], items: items(&[("One", one), ("Two", two)]), enough })
}

#[test]
fn where_some_ticks_are_enough_a_key_of_its_own_continues() {
    let mut terminal = TestTerminal::new();
    assert_eq!(terminal.act(&ticks(false, false, false), b"g"), [], "too few");
    let lines = terminal.draw(&ticks(true, false, true));
    assert!(has(&lines, "Space tick    S stand-in    G go on without the rest"), "{lines:?}");
    assert_eq!(terminal.act(&ticks(true, false, true), b"\rgG"), [Input::GoOn, Input::GoOn]);
    assert_eq!(terminal.act(&ticks(true, true, true), b"g\r"), [Input::GoOn], "nobody is left out: Enter goes on");
}

#[test]
fn typed_keys_go_to_the_vault_and_the_machine_learns_only_the_field() {
    let mut terminal = TestTerminal::new();
    let view = two_pins(FieldState::Empty, FieldState::Empty);
    assert_eq!(terminal.act(&view, b"64?821\x7f"), vec![Input::Edited(PIN); 7]);
    assert_eq!(terminal.typed(PIN), b"64?82");
    let lines = terminal.draw(&view);
    assert!(has(&lines, "▸ •••••__________") && !has(&lines, "64?82"), "{lines:?}");
    assert_eq!(terminal.act(&view, b"\x15"), [Input::Edited(PIN)]);
    assert_eq!(terminal.typed(PIN), b"");
    assert_eq!(terminal.act(&view, b"\x7f"), [], "nothing to remove");
}

#[test]
fn pasted_and_foreign_text_is_refused_with_a_hint() {
    let mut terminal = TestTerminal::new();
    let view = two_pins(FieldState::Empty, FieldState::Empty);
    assert_eq!(terminal.act(&view, b"\x1b[200~648219\r\x1b[201~"), []);
    assert!(has(&terminal.draw(&view), "Pasting is refused"));
    assert_eq!(terminal.act(&view, "ä".as_bytes()), []);
    assert!(has(&terminal.draw(&view), "Only plain letters"));
    assert_eq!(
        terminal.act(&view, b"12\r"),
        [Input::Edited(PIN), Input::Edited(PIN)],
        "Enter does not go on without it"
    );
    assert!(has(&terminal.draw(&view), "one was left out"), "and what follows does not hide it");
    assert_eq!(terminal.act(&view, b"\x15"), [Input::Edited(PIN)]);
    assert!(!has(&terminal.draw(&view), "one was left out"));
    assert_eq!(terminal.act(&view, b"1"), [Input::Edited(PIN)]);
    assert!(!has(&terminal.draw(&view), "Only plain letters"), "the hint goes with the next key");
    assert_eq!(terminal.typed(PIN), b"1");
    terminal.act(&view, &[b'2'; 400]);
    assert!(has(&terminal.draw(&view), "The field is full"));
}

#[test]
fn typed_text_is_shown_for_five_seconds_and_only_the_field_that_was_asked_for() {
    let mut terminal = TestTerminal::new();
    let view = two_pins(FieldState::Good, FieldState::Empty);
    for digit in b"648219" {
        terminal.vault.typing(PIN).push(*digit).unwrap();
        terminal.vault.typing(AGAIN).push(*digit).unwrap();
    }
    assert!(!has(&terminal.draw(&view), "648219"));
    terminal.press(Key::Ctrl(b't'), &view);
    let clear = terminal.state.exposure(&view, terminal.now);
    assert_eq!(terminal.draw(&view).iter().filter(|line| line.contains("648219")).count(), 1);
    terminal.now += screen_state::UNMASKED_FOR;
    assert!(!has(&terminal.draw(&view), "648219"), "the time is over");
    assert_ne!(terminal.state.exposure(&view, terminal.now), clear, "so that the screen is wiped");
    terminal.press(Key::Ctrl(b't'), &view);
    terminal.press(Key::Tab, &view);
    assert!(!has(&terminal.draw(&view), "648219"), "another field has the focus");
}

#[test]
fn enter_leads_to_what_is_not_good_and_then_continues() {
    let mut terminal = TestTerminal::new();
    let (typing, wrong) = (FieldState::Typing("1 of 6".to_owned()), FieldState::Wrong("Not equal.".to_owned()));
    assert_eq!(terminal.act(&two_pins(typing, FieldState::Empty), b"\r"), []);
    assert_eq!(terminal.state.focus, 0);
    assert!(has(&terminal.draw(&two_pins(FieldState::Empty, FieldState::Empty)), "not complete yet"));
    let view = two_pins(FieldState::Good, wrong);
    assert_eq!(terminal.act(&view, b"\r\r"), []);
    assert_eq!(terminal.state.focus, 1);
    let lines = terminal.draw(&view);
    assert!(has(&lines, "✗ Not equal.") && has(&lines, "✓ ok"), "{lines:?}");
    let good = two_pins(FieldState::Good, FieldState::Good);
    assert!(has(&terminal.draw(&good), "Enter go on"));
    assert_eq!(terminal.act(&good, b"\t\r\r"), [Input::GoOn], "from the first field to the last, then on");
}

#[test]
fn the_planned_reference_is_filled_in_once() {
    let kind = || FieldKind::KeyReference { taken: vec![], planned: 12 };
    let view = view(form(vec![
        field(FieldName::KeyReference, kind(), FieldState::Empty),
        field(FieldName::Bag, kind(), FieldState::Empty),
    ]));
    let mut terminal = TestTerminal::new();
    assert_eq!(terminal.act(&view, b""), [Input::Edited(FieldName::Bag), Input::Edited(FieldName::KeyReference)]);
    assert_eq!(terminal.typed(FieldName::KeyReference), b"12");
    terminal.act(&view, b"\x15");
    terminal.act(&view, b"");
    assert_eq!(terminal.typed(FieldName::KeyReference), b"", "cleared stays cleared");
}

#[test]
fn the_first_character_replaces_what_was_filled_in() {
    let view = view(form(vec![field(
        FieldName::KeyReference,
        FieldKind::KeyReference { taken: vec![], planned: 10 },
        FieldState::Empty,
    )]));
    for (keys, text) in [(&b"300"[..], &b"300"[..]), (b"\x7f2", b"12"), (b"3\x7f4", b"4")] {
        let mut terminal = TestTerminal::new();
        terminal.act(&view, b"");
        terminal.act(&view, keys);
        assert_eq!(terminal.typed(FieldName::KeyReference), text);
    }
}

#[test]
fn stop_works_everywhere_and_deviation_everywhere_but_in_between() {
    for body in every_body() {
        let asks = matches!(&body, Body::Form { may_deviate: false, .. } | Body::Choose { may_leave: true, .. });
        let works = matches!(&body, Body::Working { .. });
        let ended = matches!(&body, Body::Ended { .. });
        let view = view(body);
        let mut terminal = TestTerminal::new();
        let done: Vec<Input> = terminal.act(&view, b"\x03\x04");
        // a question asked in between already uses that key itself
        let expected = match (ended, asks || works) {
            (true, _) => vec![],
            (false, true) => vec![Input::Stop],
            (false, false) => vec![Input::Stop, Input::Deviation],
        };
        assert_eq!(done, expected, "{:?}", view.body);
        terminal.draw(&view);
        let left = terminal.press(Key::Escape, &view);
        let shown = matches!(&view.body, Body::Reveal { shown: true, .. });
        assert_eq!(left, asks.then_some(Input::Leave).or(shown.then_some(Input::Hide)));
    }
}

#[test]
fn the_help_lists_the_keys_and_answers_to_nothing_else() {
    let mut terminal = TestTerminal { height: 40, ..TestTerminal::new() };
    let view = view(Body::Read { text: texts(&["Read this."]) });
    assert_eq!(terminal.act(&view, b"?"), []);
    let lines = terminal.draw(&view);
    assert!(has(&lines, "Keys that work on this screen") && has(&lines, "What stays private"), "{lines:?}");
    assert!(has(&lines, "   Enter             Go on") && !has(&lines, "Read this."), "{lines:?}");
    assert_eq!(terminal.act(&view, b"\x03"), [], "Ctrl-C is no key of the help");
    assert_eq!(terminal.act(&view, b"\r"), [], "Enter closes the help and does not go on");
    assert!(has(&terminal.draw(&view), "Read this."));
    assert_eq!(terminal.act(&view, b"\r"), [Input::GoOn]);
    // where text is typed, a question mark is text
    let pins = two_pins(FieldState::Empty, FieldState::Empty);
    assert_eq!(terminal.act(&pins, b"?"), [Input::Edited(PIN)]);
}

#[test]
fn without_a_terminal_nothing_is_taken_over() {
    if !(rustix::termios::isatty(rustix::stdio::stdin()) && rustix::termios::isatty(rustix::stdio::stdout())) {
        assert!(matches!(Terminal::enter(), Err(TerminalError::NotATerminal)));
    }
}

#[test]
fn what_decides_is_in_the_footer_only_once_it_works() {
    for body in every_body() {
        let (early, later) = (View { takes_decisions: false, ..view(body.clone()) }, view(body));
        let mut terminal = TestTerminal::new();
        let (before, after) = (terminal.draw(&early), terminal.draw(&later));
        assert_eq!(before[..22], after[..22], "nothing else moves");
        for word in ["go on", "show it to me", "Space tick", "choose", "leave"] {
            assert!(!has(&before[22..], word) || matches!(later.body, Body::Form { .. }), "{word}: {before:?}");
        }
    }
}

#[test]
fn a_key_that_did_nothing_is_said_so() {
    let ignored = View { notice: Some(Notice::PressOnce), ..view(reveal(false, false)) };
    assert!(has(&TestTerminal::new().draw(&ignored), "Press the key once."));
}
