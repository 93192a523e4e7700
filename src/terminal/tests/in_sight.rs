//! Where people type a word that decides something, or a reason, all of it is in sight on the smallest screen.

use super::*;
use crate::ceremony::{Event, Machine, ViewContext};
use crate::clerk::{Act, Outcome};
use crate::names::{CeremonyKind, ItemName};
use crate::paper::walk;
use crate::plan::Plan;
use crate::record::{Ending, Entry, Fact, Remark};
use crate::terms::{HostFinding, Kcv, Number, Severity};

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
    machine.begin(began(kind));
    machine
}

fn began(kind: CeremonyKind) -> Entry {
    Entry::Began {
        ceremony: kind,
        title: String::new(),
        custody: Vec::new(),
        program: String::new(),
        program_sha256: None,
        plan_sha256: crate::terms::Digest([0; 32]),
        script_sha256: crate::terms::Digest([0; 32]),
        short_derivation: false,
        files: Vec::new(),
    }
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

/// Everything that a screen says, read to its end at 80×24, without spaces.
fn read_whole(view: &View) -> (String, usize) {
    let mut terminal = TestTerminal::new();
    let (mut read, mut screens) = (String::new(), 0);
    loop {
        let lines = terminal.draw(view);
        assert!(lines.iter().all(|line| line.width() <= 80 && !line.contains('…')), "{lines:#?}");
        read.extend(lines.iter().flat_map(|line| line.split_whitespace()));
        screens += 1;
        if !has(&lines, "more below") || screens > 9 {
            return (read, screens);
        }
        terminal.act(view, b"\x1b[6~");
    }
}

#[test]
fn nothing_is_cut_on_the_last_screens_and_the_digest_is_on_the_first_of_them() {
    let digest = "  aaaa bbbb cccc dddd eeee ffff 0000 1111\n  2222 3333 4444 5555 6666 7777 8888 9999";
    let folder = "/home/administrator/key-ceremonies/ceremony-records/2026-11-27-0641-REHEARSAL-establish";
    let around = ViewContext { digest: digest.to_owned(), folder: folder.to_owned(), ..walk::around() };
    let plan = || Plan::parse(include_str!("../../../assets/plan.example.json")).unwrap();
    let step = Number { section: 1, step: 1 };
    let remark = |remark| Entry::Remarked { step, remark, text: "the lights went out".to_owned() };
    for (kind, ending, before) in [
        (CeremonyKind::Establish, Ending::Complete, vec![]),
        (CeremonyKind::Establish, Ending::Complete, vec![remark(Remark::Deviation)]),
        (CeremonyKind::Establish, Ending::Aborted, vec![remark(Remark::Stopped)]),
        (CeremonyKind::Restore, Ending::Complete, vec![]),
        (CeremonyKind::Restore, Ending::Aborted, vec![remark(Remark::Stopped)]),
        (CeremonyKind::Inspect, Ending::Complete, vec![]),
    ] {
        let deviations = u16::try_from(before.len()).unwrap();
        let sealed = Entry::Sealed { ending, deviations, deviated: Vec::new(), bags: Vec::new() };
        let entries = [vec![began(kind)], before, vec![sealed]].concat();
        let machine = Machine::resume(kind, plan(), true, &entries).unwrap();
        let view = machine.view(&around);
        let Body::Ended { text, .. } = &view.body else { panic!("{view:?}") };
        let (read, screens) = read_whole(&view);
        for paragraph in text {
            let whole: String = paragraph.split_whitespace().collect();
            assert!(read.contains(&whole) || screens > 1, "{paragraph}: {read}");
        }
        let first: String = TestTerminal::new().draw(&view).join(" ").split_whitespace().collect();
        assert!(first.contains("9999"), "the digest is in sight at once: {first}");
    }
}
