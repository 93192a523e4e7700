use super::*;
use crate::plan::Plan;
use crate::record::CeremonyKind;
use crate::script::Script;
use crate::terms::Digest;
use unicode_width::UnicodeWidthStr;

const RENEW: &str = "renew it: cargo run --locked -- handbook > CEREMONY.md";

fn printed(threshold: u8, custodians: u8, kind: CeremonyKind) -> (Plan, String) {
    let plan = super::walk::plan(threshold, custodians, true);
    let text = days_script(kind, &plan, &Digest([7; 32]), &Script::load().unwrap());
    (plan, text)
}

#[test]
fn the_handbook_is_printed_from_the_script() {
    let printed = handbook(&Script::load().unwrap());
    let committed = include_str!("../../CEREMONY.md");
    for (number, (left, right)) in (1..).zip(printed.lines().zip(committed.lines())) {
        assert_eq!(left, right, "CEREMONY.md differs in line {number}; {RENEW}");
    }
    assert_eq!(printed.lines().count(), committed.lines().count(), "CEREMONY.md has another length; {RENEW}");
}

#[test]
fn the_handbook_holds_every_fault_every_step_and_no_open_brace() {
    let script = Script::load().unwrap();
    let book = handbook(&script);
    assert!(!book.contains('{'));
    assert!(!book.contains("paper-") && !book.contains("role-original") && !book.contains("field-serial"));
    for name in script.fault_names() {
        assert!(book.contains(&format!("`{name}`")), "{name}");
    }
    for (id, text) in script.steps().filter(|(id, _)| !["in-between", "ended"].contains(id)) {
        let title = text.title.split('{').next().unwrap();
        assert!(book.contains(title), "{id}");
    }
    for law in ["This cannot be undone", "What cannot be promised", "sc-hsm-tool --import-dkek-share", "A for 10"] {
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
            let script = std::rc::Rc::new(Script::load().unwrap());
            let machine = crate::ceremony::Machine::new(kind, plan.clone(), script, false);
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
fn each_custodian_has_a_card_with_the_id_as_both_programs_read_it() {
    let (plan, text) = printed(3, 12, CeremonyKind::Establish);
    let pages: Vec<&str> = text.split('\u{c}').collect();
    let cards = &pages[pages.len() - 12..];
    for (number, card) in plan.quorum.numbers().zip(cards) {
        assert!(card.contains(&format!("CUSTODIAN {number} OF 12")) && card.contains(plan.custodian(number)));
        assert!(card.contains(&format!("[ {number} ]")));
        assert_eq!(card.matches("|    |:|    |").count(), 8, "8 boxes twice");
        assert_eq!(card.contains("type A into sc-hsm-tool"), number.get() == 10);
        assert!(card.contains("--pwd-shares-total 3"));
        assert!(card.lines().all(|line| line.width() == 78), "a frame without gaps");
    }
}

#[test]
fn paper_names_the_plan_and_the_script_it_was_printed_from() {
    let (_, text) = printed(2, 4, CeremonyKind::Establish);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let script = Script::load().unwrap();
    for digest in [Digest([7; 32]), Digest(*script.digest())] {
        assert!(flat.contains(&digest.in_groups()[..8].join(" ")));
    }
}
