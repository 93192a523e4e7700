//! What is drawn.

use super::*;

#[test]
fn the_screen_looks_like_the_mock_in_the_plan() {
    let lines = TestTerminal::new().draw(&View {
        header: Header { shortened: false, ..view(reveal(false, false)).header },
        ..view(reveal(false, false))
    });
    assert_eq!(lines[0], " ceremony   ESTABLISH · Example Root CA                              REHEARSAL");
    assert_eq!(lines[1], format!(" {}", "─".repeat(78)));
    assert_eq!(lines[2], " Step 4.2   Custodian 2 of 4 · Grace Hopper                 Now: reveal a share");
    assert_eq!(lines[4], "   Grace, come to the terminal.");
    assert_eq!(lines[22], format!(" {}", "─".repeat(78)));
    assert_eq!(lines[23], " Space show it to me    ? help    Ctrl-D deviation    Ctrl-C stop       07·3fa9");
}

#[test]
fn every_screen_shows_what_it_must_and_is_never_too_wide() {
    for theme in [Theme::FULL, Theme::LEAST] {
        for (width, height) in [(80, 24), (120, 40), (200, 60)] {
            for body in every_body() {
                let view = view(body);
                let mut terminal = TestTerminal { theme, width, height, ..TestTerminal::new() };
                let lines = terminal.draw(&view);
                let all = lines.join("\n");
                assert!(lines[0].ends_with("SHORT DERIVATION   REHEARSAL"), "{all}");
                assert!(lines[0].contains("ESTABLISH") && lines[2].contains("Step 4.2"), "{all}");
                assert!(lines[2].ends_with("Now: reveal a share"), "{all}");
                assert!(lines.last().unwrap().ends_with("3fa9"), "{all}");
                assert!(lines.iter().all(|line| line.width() <= usize::from(width)), "{all}");
                assert!(theme == Theme::FULL || all.is_ascii(), "{all}");
                let shown = matches!(view.body, Body::Reveal { shown: true, .. });
                assert_eq!(all.contains("a3 : 0f : 77 : c1 : 5e : 90 : 12 : bb"), shown, "{all}");
            }
        }
    }
}

#[test]
fn a_window_that_is_too_small_shows_nothing_else() {
    for (width, height) in [(79, 24), (80, 23), (79, 23), (20, 5), (1, 1)] {
        for body in every_body() {
            let view = view(body);
            let mut terminal = TestTerminal { width, height, ..TestTerminal::new() };
            let lines = terminal.draw(&view);
            if width > 40 {
                assert!(lines[1].contains(&format!("{width}×{height}")) && lines[1].contains("80×24"), "{lines:?}");
            }
            assert!(!has(&lines, "Grace") && !has(&lines, "a3") && !has(&lines, "Prime"), "{lines:?}");
            assert_eq!(terminal.press(Key::Enter, &view), None, "no blind Enter");
            assert_eq!(terminal.press(Key::Char(b'1'), &view), None, "no blind choice");
            assert_eq!(terminal.press(Key::Ctrl(b'c'), &view), Some(Input::Stop));
        }
    }
}

#[test]
fn only_the_owners_things_are_on_a_screen_that_shows_a_share() {
    let mut terminal = TestTerminal { width: 120, height: 40, ..TestTerminal::new() };
    let lines = terminal.draw(&view(reveal(true, true)));
    assert!(has(&lines, "c1 : 0f : 52") && has(&lines, "1    2    3    4    5    6    7    8"));
    assert!(has(&lines, "hides by itself in 1 min 58 s") && has(&lines, "Write each group"));
    assert!(!has(&lines, "4.10") && !has(&lines, "come to the terminal"), "no step list, no call: {lines:?}");
    assert!(lines[39].starts_with(" Any key hides it"));
}

#[test]
fn values_are_grouped_however_they_are_typed() {
    let view = view(form(vec![field(FieldName::ShareValue, FieldKind::ShareValue, FieldState::Empty)]));
    for (typed, masked, clear, cursor) in [
        (&b""[..], "__:__:__:__:__:__:__:__", "__:__:__:__:__:__:__:__", 0),
        (b"a30f7", "••:••:•_:__:__:__:__:__", "a3:0f:7_:__:__:__:__:__", 7),
        (b"a3:0f:7", "••:••:•_:__:__:__:__:__", "a3:0f:7_:__:__:__:__:__", 7),
        (b"a3 0f", "••:••:__:__:__:__:__:__", "a3:0f:__:__:__:__:__:__", 6),
        (b"a30f77c15e9012bb", "••:••:••:••:••:••:••:••", "a3:0f:77:c1:5e:90:12:bb", 23),
    ] {
        let mut terminal = TestTerminal::new();
        terminal.act(&view, typed);
        let (lines, at) = terminal.draw_whole(&view);
        assert!(lines.iter().any(|line| line.trim_end() == format!("   ▸ {masked}")), "{masked}: {lines:?}");
        assert_eq!(at.map(|at| at.x), Some(5 + cursor), "the cursor after {masked}");
        assert!(has(&lines, "     1  2  3  4  5  6  7  8"));
        terminal.press(Key::Ctrl(b't'), &view);
        assert!(has(&terminal.draw(&view), &format!("▸ {clear}")));
    }
}

#[test]
fn a_long_line_shows_its_end() {
    let view = view(form(vec![field(FieldName::Note, FieldKind::Bag { taken: vec![] }, FieldState::Good)]));
    let mut terminal = TestTerminal::new();
    terminal.act(&view, format!("{}the end", "x".repeat(100)).as_bytes());
    let (lines, cursor) = terminal.draw_whole(&view);
    assert!(has(&lines, "xxthe end") && cursor.is_some_and(|cursor| cursor.x < 77), "{lines:?} {cursor:?}");
}

#[test]
fn what_is_wrong_with_a_long_line_is_not_covered_by_it() {
    let state = FieldState::Wrong("This line is full.".into());
    let view = view(form(vec![field(FieldName::Note, FieldKind::Bag { taken: vec![] }, state)]));
    let mut terminal = TestTerminal::new();
    terminal.act(&view, "x".repeat(101).as_bytes());
    let lines = terminal.draw(&view);
    assert!(has(&lines, &"x".repeat(59)) && has(&lines, "✗ This line is full."), "{lines:?}");
}

#[test]
fn irreversible_acts_have_a_double_frame() {
    for (theme, corner, wall) in
        [(Theme::FULL, "╔═ THIS CANNOT BE UNDONE ═", "║"), (Theme::LEAST, "#= THIS CANNOT BE UNDONE =", "#")]
    {
        let mut terminal = TestTerminal { theme, ..TestTerminal::new() };
        let lines = terminal.draw(&view(every_body().remove(6)));
        assert!(lines[3].contains(corner), "{lines:?}");
        assert!(lines[5].starts_with(&format!(" {wall} ")) && lines[5].ends_with(wall), "{lines:?}");
    }
}

#[test]
fn the_step_list_appears_beside_wide_screens() {
    let lines = TestTerminal { width: 120, height: 40, ..TestTerminal::new() }.draw(&view(every_body().remove(0)));
    assert!(lines[4].contains("│ ✓   4.1  Custodian 2 of 4"), "{lines:?}");
    assert!(lines[5].contains("│ ▸   4.2 ") && lines[6].contains("│   ! 4.3 "), "{lines:?}");
    assert!(lines[7].contains("4.10 Custodian") && lines[7].ends_with("… (if needed)"), "{lines:?}");
    assert!(!has(&TestTerminal::new().draw(&view(every_body().remove(0))), "4.10"));
}

#[test]
fn progress_says_how_long() {
    let mut terminal = TestTerminal::new();
    let lines = terminal.draw(&view(every_body().remove(10)));
    assert!(has(&lines, " 42 %") && has(&lines, "working for 12 s, about 16 s left"), "{lines:?}");
    for progress in [Some((0, 0)), Some((5, 0)), Some((u64::MAX, 1)), Some((u64::MAX, u64::MAX)), Some((0, u64::MAX))] {
        let view = view(Body::Working { text: vec![], progress, seconds: u32::MAX, may_stop: true });
        assert!(has(&terminal.draw(&view), "working for"), "{progress:?}");
    }
}

#[test]
fn the_cursor_sits_on_the_focus() {
    let cursor = |body| TestTerminal::new().draw_whole(&view(body)).1.map(|at| (at.x, at.y));
    let choose = Body::Choose {
        text: texts(&["Choose."]),
        options: options(&[("Ada", true), ("Grace", false)]),
        asks: Asks::Between,
        may_leave: false,
    };
    assert_eq!(cursor(choose), Some((3, 7)));
    assert_eq!(cursor(form(vec![field(PIN, FieldKind::UserPin, FieldState::Empty)])), Some((5, 7)));
    assert_eq!(cursor(reveal(true, true)), None);
}
