use super::*;
use crate::names::{CeremonyKind, FaultName, StepName};
use crate::plan::Plan;
use crate::script;
use crate::terms::{CustodianNumber, Digest, DkekShareNumber, Quorum};
use unicode_width::UnicodeWidthStr;

const RENEW: &str = "renew it: cargo run --locked -- handbook > CEREMONY.md";

fn printed(threshold: u8, custodians: u8, kind: CeremonyKind) -> (Plan, String) {
    let plan = super::walk::plan(threshold, custodians, true);
    let text = days_script(kind, &plan, &Digest([7; 32]));
    (plan, text)
}

#[test]
fn the_handbook_is_printed_from_the_script() {
    let printed = handbook();
    let committed = include_str!("../../CEREMONY.md");
    for (number, (left, right)) in (1..).zip(printed.lines().zip(committed.lines())) {
        assert_eq!(left, right, "CEREMONY.md differs in line {number}; {RENEW}");
    }
    assert_eq!(printed.lines().count(), committed.lines().count(), "CEREMONY.md has another length; {RENEW}");
}

#[test]
fn the_handbook_has_every_fault_and_every_step_and_no_open_brace() {
    let book = handbook();
    let (before, rest) = book.split_once("```python\n").unwrap();
    let (program, after) = rest.split_once("\n```\n").unwrap();
    assert!(program.starts_with("import ") && !before.contains('{') && !after.contains('{'));
    assert!(!book.contains("paper-") && !book.contains("role-original") && !book.contains("field-serial"));
    for name in FaultName::ALL {
        assert!(book.contains(&format!("`{name}`")), "{name}");
    }
    for name in StepName::ALL.into_iter().filter(|name| ![StepName::InBetween, StepName::Ended].contains(name)) {
        let title = script::step(name).title.split('{').next().unwrap();
        assert!(book.contains(title), "{name:?}");
    }
    for law in ["Cannot be undone.", "What no program can promise", "sc-hsm-tool --import-dkek-share", "A for 10"] {
        assert!(book.contains(law), "{law}");
    }
}

#[test]
fn the_days_script_fits_the_page_and_has_every_step_once() {
    for (threshold, custodians) in [(2, 4), (3, 3), (16, 16)] {
        for kind in [CeremonyKind::Establish, CeremonyKind::Restore] {
            let (plan, text) = printed(threshold, custodians, kind);
            for line in text.replace('\u{c}', "").lines() {
                assert!(line.width() <= 78, "{line}");
                assert!(!line.contains('{') && !line.contains("print-") && !line.contains("card-"), "{line}");
            }
            let machine = crate::ceremony::Machine::new(kind, plan.clone(), false);
            for step in machine.steps() {
                let head = format!("{} ", step.number);
                let count = text
                    .split(['\n', '\u{c}'])
                    .filter(|line| line.starts_with(&head) && line.contains("Initials"))
                    .count();
                assert_eq!(count, 1, "{kind:?} {head}");
            }
            assert_eq!(text.contains("CUSTODIAN 1 OF"), kind == CeremonyKind::Establish);
            assert!(text.split('\u{c}').all(|page| page.lines().count() <= 62), "a page is too long");
        }
    }
}

#[test]
fn each_custodian_has_a_card_with_the_id_for_both_programs() {
    let (plan, text) = printed(3, 12, CeremonyKind::Establish);
    let pages: Vec<&str> = text.split('\u{c}').collect();
    // The holders of the PINs have sheets for each of the two devices, after the cards.
    let (cards, sheets) = pages[pages.len() - 16..].split_at(12);
    assert!(sheets[0].contains("SO-PIN SHEET") && sheets[0].contains(&plan.so_pin_holder));
    assert!(sheets[1].contains("USER PIN SHEET") && sheets[1].contains(&plan.pin_holder));
    let first = DkekShareNumber::FIRST;
    for (number, card) in plan.quorum(first).unwrap().numbers().zip(cards) {
        assert!(card.contains(&format!("CUSTODIAN {number} OF 12")) && card.contains(plan.custodian(first, number)));
        assert!(card.contains(&format!("[ {number} ]")));
        assert_eq!(card.matches("|    |:|    |").count(), 4 + 4 + 1, "8 boxes twice, and 2 for the check bytes");
        assert_eq!(card.contains("type A into sc-hsm-tool"), number.get() == 10);
        assert!(card.contains("--pwd-shares-total 3"));
        assert!(card.lines().all(|line| line.width() == 78), "a frame without gaps");
    }
}

#[test]
fn paper_names_the_plan_and_the_script_it_was_printed_from() {
    let (_, text) = printed(2, 4, CeremonyKind::Establish);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for digest in [Digest([7; 32]), Digest(script::digest())] {
        assert!(flat.contains(&digest.in_groups()[..8].join(" ")));
    }
}

/// A card of every kind, for the only DKEK share and for the last of eight, with the longest names and numbers of any plan.
fn every_card() -> Vec<String> {
    let (title, holder) = ("T".repeat(60), "H".repeat(40));
    let (custodian, quorum) = (CustodianNumber::new(16).unwrap(), Quorum::new(16, 16).unwrap());
    let kinds = [
        Holding::Numbers { custodian, quorum },
        Holding::Words { custodian, quorum },
        Holding::SoPin { custodian, quorum },
        Holding::Password,
        Holding::WholeSoPin,
        Holding::UserPin { tries: 10 },
    ];
    let card = |(holding, shares)| CardOf {
        title: &title,
        holder: &holder,
        holding,
        dkek_share: DkekShareNumber::new(shares).unwrap(),
        dkek_shares: shares,
    };
    let all: Vec<CardOf> = [1, 8].into_iter().flat_map(|shares| kinds.map(|kind| card((kind, shares)))).collect();
    cards_text(&all).split('\u{c}').map(str::to_owned).collect()
}

#[test]
fn every_card_is_one_page_that_says_whose_it_is_and_how_to_use_it() {
    let cards = every_card();
    assert_eq!(cards.len(), 12);
    for card in &cards {
        assert!(card.lines().all(|line| line.width() == 78), "a frame without gaps: {card}");
        assert!(card.lines().count() <= 60, "{} lines", card.lines().count());
        assert!(card.contains(&"T".repeat(60)) && card.contains(&"H".repeat(40)), "{card}");
        for said in ["With the program: ", "Without it: ", "SECRET.", "Date ____", "Bag ____", "[ ] rehearsal"] {
            assert!(card.contains(said), "{said} is missing: {card}");
        }
        assert!(!card.contains('{') && !card.contains("card-"), "{card}");
    }
    for (card, several) in [(&cards[0], false), (&cards[1], false), (&cards[6], true), (&cards[7], true)] {
        assert!(card.contains("CUSTODIAN 16 OF 16") && card.contains("KCV ____"));
        assert_eq!(card.contains("DKEK SHARE 8 OF 8"), several);
        assert_eq!(card.contains("dkek-8.pbe"), several);
        assert_eq!(card.contains("dkek-1.pbe"), !several);
    }
    for card in [&cards[2], &cards[8]] {
        assert!(card.contains("CUSTODIAN 16 OF 16 · SO-PIN") && card.contains("Device ____") && !card.contains(".pbe"));
    }
    for (card, title, room) in [(&cards[4], "SO-PIN SHEET", 16), (&cards[5], "USER PIN SHEET", 15)] {
        assert!(card.contains(title) && card.contains("Device ____") && !card.contains(".pbe"));
        let places = card.lines().find(|line| line.contains("PIN   _ _")).map(|line| line.matches('_').count());
        assert_eq!(places, Some(room), "a place for every digit: {card}");
    }
}

#[test]
fn a_card_for_words_has_a_numbered_box_for_every_word() {
    let cards = every_card();
    let boxes = |card: &str| {
        let number = |part: &str| part.trim().parse::<u8>().ok();
        let parts = card.lines().flat_map(|line| line.split('|'));
        let mut numbers: Vec<u8> = parts.filter_map(number).collect();
        numbers.sort_unstable();
        numbers
    };
    assert_eq!(boxes(&cards[1]), (1..=33).collect::<Vec<_>>());
    assert_eq!(boxes(&cards[2]), (1..=16).collect::<Vec<_>>());
    for (card, check) in [(&cards[1], "31, 32 and 33"), (&cards[2], "14, 15 and 16")] {
        assert!(card.contains(&format!("{check} are check words")) && card.contains("Set  _______ _______ "), "{card}");
    }
}
