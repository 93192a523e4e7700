//! Lists that are longer than a screen of 80×24: nothing of them is left out, and people see that there is more.

use super::*;
use crate::ceremony::key_table;
use crate::record::StoredKey;
use crate::terms::{KeyId, KeyReference};

fn stored(number: u8) -> StoredKey {
    StoredKey {
        reference: KeyReference::new(number).unwrap(),
        label: Some(format!("key {number:03}")),
        id: KeyId::from_bytes(&[number; 20]),
        key_type: Some("EC brainpoolP256r1".to_owned()),
        domain: Some(1),
        uses_left: Some(1000),
    }
}

fn lines_of(keys: u8) -> Vec<String> {
    let keys: Vec<StoredKey> = (1..=keys).map(stored).collect();
    key_table(&keys).split('\n').map(str::to_owned).collect()
}

/// Pages down to the end; every row that was seen.
fn pages(terminal: &mut TestTerminal, view: &View) -> Vec<String> {
    let mut seen = Vec::new();
    for _ in 0..20 {
        let lines = terminal.draw(view);
        let more = has(&lines, "more below");
        seen.extend(lines);
        if !more {
            return seen;
        }
        assert_eq!(terminal.act(view, b"\x1b[6~"), [], "paging decides nothing");
    }
    panic!("there is always more below: {:#?}", terminal.draw(view));
}

fn all_are_seen(seen: &[String]) {
    for number in 1..=70 {
        let row = |line: &&String| line.contains("EC brainpoolP256r1") && line.contains(&format!("key {number:03}"));
        let found = seen.iter().find(row).unwrap_or_else(|| panic!("key {number} is nowhere"));
        assert!(found.trim_start().starts_with(&format!("{number} ")), "by its reference, too: {found}");
    }
    assert!(seen.iter().any(|line| line.contains("in key domain 1; uses left: 1000")));
}

#[test]
fn seventy_keys_are_all_listed_and_read_to_the_end_before_anything_goes_on() {
    let mut terminal = TestTerminal::new();
    let view = view(Body::Read { text: lines_of(70) });
    let lines = terminal.draw(&view);
    assert!(has(&lines, "more below") && has(&lines, "Enter read on"), "{lines:#?}");
    all_are_seen(&pages(&mut terminal, &view));
}

#[test]
fn seventy_keys_are_all_in_reach_above_the_words_that_erase_them() {
    let mut terminal = TestTerminal::new();
    let field = field(FieldName::EraseKeys, FieldKind::Word("ERASE THESE KEYS"), FieldState::Empty);
    let view = view(Body::Form {
        text: lines_of(70),
        fields: vec![field],
        irreversible: false,
        may_leave: true,
        may_deviate: true,
    });
    let lines = terminal.draw(&view);
    assert!(has(&lines, "more below") || has(&lines, "more above"), "{lines:#?}");
    // From the top.
    for _ in 0..16 {
        terminal.act(&view, b"\x1b[5~");
        terminal.draw(&view);
    }
    all_are_seen(&pages(&mut terminal, &view));
}

#[test]
fn many_certificates_are_all_named_above_the_choice() {
    let names: Vec<String> = (1..=150).map(|number| format!("cert-{number:03}")).collect();
    let text = vec![format!("  Also on it   certificates: {}", names.join(", "))];
    let view = view(Body::Choose {
        text,
        options: options(&[("This is the right device: go on", false), ("Another device", false)]),
        asks: Asks::Between,
        may_leave: false,
    });
    let mut terminal = TestTerminal::new();
    let drawn = terminal.draw(&view);
    assert!(has(&drawn, "more below") || has(&drawn, "more above"), "{drawn:#?}");
    for _ in 0..10 {
        terminal.act(&view, b"\x1b[5~");
        terminal.draw(&view);
    }
    let seen = pages(&mut terminal, &view).join("");
    let seen: String = seen.chars().filter(|c| !c.is_whitespace()).collect();
    assert!(names.iter().all(|name| seen.contains(name.as_str())), "{seen}");
}
