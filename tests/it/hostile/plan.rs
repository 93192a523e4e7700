//! Plan files. Whatever is accepted can be printed and unrolled for every ceremony.

use hsm_ceremony::ceremony::Machine;
use hsm_ceremony::paper::{days_script, html, markdown};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::CeremonyKind;
use hsm_ceremony::terms::{Digest, can_be_seen};

pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = Plan::parse_kept(text);
    match Plan::check(text) {
        Ok(plan) => {
            assert!(Plan::parse(text).is_ok_and(|again| again == plan), "both ways read the same");
            let _ = (plan.concerns(), plan.check_new());
            printed(&plan);
            numbered(&plan);
        }
        Err(faults) => {
            let lines = text.split('\n').count();
            assert!(!faults.is_empty() && faults.iter().all(|located| (1..=lines).contains(&located.place.line)));
            assert!(faults.is_sorted_by_key(|located| located.place), "in the order of the text");
            assert!(Plan::parse(text).is_err());
        }
    }
}

fn printed(plan: &Plan) {
    for kind in CeremonyKind::ALL {
        let script = days_script(kind, plan, &Digest([7; 32]));
        for page in [markdown(&script), html(&script)] {
            let hidden = page
                .chars()
                .find(|character| !can_be_seen(*character) && !matches!(character, '\n' | '\u{c}' | '\u{a0}'));
            assert_eq!(hidden, None, "on the paper of {kind:?}");
            assert!(!page.contains("<script"), "nothing in a plan becomes a part of the page");
        }
    }
}

/// Law: every step has a number, and they ascend.
fn numbered(plan: &Plan) {
    for kind in CeremonyKind::ALL {
        let machine = Machine::new(kind, plan.clone(), true);
        assert!(!machine.steps().is_empty());
        assert!(machine.steps().is_sorted_by(|one, next| one.number < next.number), "the steps of {kind:?}");
    }
}
