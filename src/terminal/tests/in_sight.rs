//! Where people type a word that decides something, or a reason, all of it is in sight on the smallest screen.

use super::*;
use crate::ceremony::{Event, Machine};
use crate::clerk::{Act, Outcome};
use crate::names::{CeremonyKind, ItemName};
use crate::paper::walk;
use crate::plan::Plan;
use crate::record::{Entry, Fact};
use crate::terms::{HostFinding, Kcv, Severity};

/// Whether people decide something here by typing.
fn decides_by_typing(body: &Body) -> bool {
    let Body::Form { fields, .. } = body else { return false };
    fields.iter().any(|field| matches!(field.kind, FieldKind::Word(_) | FieldKind::Serial(_) | FieldKind::Reason))
}

/// Draws a form at 80×24 with everything wrong in it that can be; returns its labels.
fn in_sight(view: &View) -> Vec<String> {
    let mut view = view.clone();
    let Body::Form { fields, .. } = &mut view.body else { panic!("no form: {view:?}") };
    for field in fields.iter_mut() {
        field.state = FieldState::Wrong("Say why, in a few words: others read it later.".to_owned());
    }
    let labels: Vec<String> = fields.iter().map(|field| field.label.clone()).collect();
    let mut terminal = TestTerminal::new();
    let lines = terminal.draw(&view);
    assert!(!terminal.state.scrolls(), "{lines:#?}");
    assert!(!has(&lines, "more below") && !has(&lines, "more above"), "{lines:#?}");
    for label in &labels {
        assert!(has(&lines, label), "{label}: {lines:#?}");
    }
    labels
}

#[test]
fn every_decision_that_is_typed_is_in_sight() {
    let mut seen = std::collections::BTreeSet::new();
    for plan in [walk::plan(2, 4, true), walk::plan(3, 3, false), walk::full_plan()] {
        for (kind, initialised) in CeremonyKind::ALL.into_iter().flat_map(|kind| [(kind, true), (kind, false)]) {
            walk::walk(kind, &plan, initialised, |view| {
                // The list of eight DKEK shares is longer than a screen.
                let long = view.header.number == "1.1" && plan.dkek_shares.len() == 8;
                if decides_by_typing(&view.body) && !long {
                    seen.extend(in_sight(view));
                }
            });
        }
    }
    for label in ["Decision", "Reason", "Serial", "Every custodian is needed", "What became of it"] {
        assert!(seen.contains(label), "{label} was seen: {seen:?}");
    }
}

/// A person who looks first, and presses once.
fn decide(machine: &mut Machine, input: Input) {
    let now = machine.now();
    for event in [Event::Time(now + 1000), Event::Input(input), Event::Time(now + 2000)] {
        machine.handle(event);
    }
}

fn begun(kind: CeremonyKind, rehearsal: bool) -> Machine {
    let plan = Plan::parse(include_str!("../../../assets/plan.example.json")).unwrap();
    let mut machine = Machine::new(kind, plan, rehearsal);
    machine.begin(Entry::Began {
        ceremony: kind,
        title: String::new(),
        custody: Vec::new(),
        program: String::new(),
        plan_sha256: crate::terms::Digest([0; 32]),
        script_sha256: crate::terms::Digest([0; 32]),
        short_derivation: false,
    });
    machine
}

#[test]
fn an_override_is_in_sight_whatever_was_found() {
    let mut machine = begun(CeremonyKind::Establish, false);
    let findings: Vec<_> = HostFinding::ALL.iter().map(|finding| (finding.clone(), "some detail".to_owned())).collect();
    assert!(findings.iter().filter(|(finding, _)| finding.severity() == Severity::Unfit).count() > 5);
    for _ in 0..100 {
        while let Some(request) = machine.poll() {
            if let crate::ceremony::Request::Perform(Act::ExamineRoom(_)) = request {
                let facts = vec![Fact::Room { findings: findings.clone() }];
                machine.handle(Event::Outcome(Outcome::Done(facts)));
            }
        }
        let view = machine.view(&walk::around());
        match &view.body {
            Body::Form { .. } => {
                assert_eq!(in_sight(&view), ["Decision", "Reason"]);
                return;
            }
            Body::Choose { .. } => decide(&mut machine, Input::Chose(ChoiceId::Item(ItemName::GoOn))),
            Body::Tick { items, .. } => {
                for item in items {
                    decide(&mut machine, Input::Tick(item.id));
                }
                decide(&mut machine, Input::GoOn);
            }
            _ => decide(&mut machine, Input::GoOn),
        }
    }
    panic!("it never asks");
}

#[test]
fn every_question_in_between_is_in_sight() {
    for (kind, knows) in [(CeremonyKind::Establish, false), (CeremonyKind::Restore, true)] {
        let at = || {
            let mut machine = begun(kind, true);
            if knows {
                machine.handle(Event::Outcome(Outcome::Done(vec![Fact::From {
                    folder: "folder".to_owned(),
                    title: String::new(),
                    kcv: Some(Kcv([0; 8])),
                    dkek_shares: Vec::new(),
                    so_pin_set: None,
                    serial: None,
                    record_sha256: Some(crate::terms::Digest([0; 32])),
                    shares_elsewhere: false,
                }])));
            }
            machine
        };
        let mut machine = at();
        decide(&mut machine, Input::Stop);
        assert_eq!(in_sight(&machine.view(&walk::around())), ["Stop the ceremony", "Reason"]);
        let mut machine = at();
        decide(&mut machine, Input::Deviation);
        decide(&mut machine, Input::Chose(ChoiceId::Item(ItemName::Deviation)));
        assert_eq!(in_sight(&machine.view(&walk::around())), ["What happened"]);
        let mut machine = at();
        decide(&mut machine, Input::Deviation);
        decide(&mut machine, Input::Chose(ChoiceId::Item(ItemName::Substitute)));
        let Body::Choose { options, .. } = machine.view(&walk::around()).body else { panic!("nobody to replace") };
        decide(&mut machine, Input::Chose(options[0].id.clone()));
        let view = machine.view(&walk::around());
        assert_eq!(in_sight(&view), ["Name"]);
        let Body::Form { text, .. } = view.body else { unreachable!() };
        assert_eq!(text.join(" ").contains("may know it"), knows);
    }
}
