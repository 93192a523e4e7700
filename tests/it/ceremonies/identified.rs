//! How people are identified: as the plan says, in another way, or not at all; at the roll call and later.

use hsm_ceremony::ceremony::{Body, ChoiceId, Input, Machine, OptionView, TickId, TickView};
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::paper::{markdown, report};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, DeviationName, Entry, Fact, Identified, Part, disclose, verify};
use hsm_ceremony::terms::Person;

use super::rig::{Front, Rig, Turn, plan_text};

/// Of some people the plan says how they are identified.
fn plan() -> String {
    let people = r#""people":[{"name":"Admin","identified_by":"employee card"},
        {"name":"Custodian 01","identified_by":"passport"},{"name":"Custodian 02","identified_by":"passport"}]"#;
    let plan = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
    plan.replacen("\"plan\":1,", &format!("\"plan\":1,{people},"), 1)
}

fn said(rig: &Rig) -> Vec<Identified> {
    let of = |fact: &Fact| if let Fact::Identified { people } = fact { people.clone() } else { Vec::new() };
    rig.facts().into_iter().flat_map(of).collect()
}

fn line<'a>(items: &'a [TickView], name: &str) -> &'a TickView {
    items.iter().find(|item| item.text.starts_with(name)).unwrap()
}

/// Answers the questions about somebody's identity with what they showed, or with why it goes on without.
fn shows(front: &mut Front<'_>, proof: Option<&str>) -> Turn {
    match &front.view.body {
        Body::Choose { .. } => front.item(if proof.is_some() { ItemName::InThisWay } else { ItemName::NotIdentified }),
        Body::Form { fields, .. } => {
            let open = fields.iter().find(|field| !field.state.is_good()).map(|field| field.name);
            match open {
                Some(FieldName::IdentifiedBy) => front.types(FieldName::IdentifiedBy, proof.unwrap()),
                Some(FieldName::DecidedBy) => front.types(FieldName::DecidedBy, "Admin"),
                Some(FieldName::Reason) => front.types(FieldName::Reason, "the passport is at the embassy"),
                _ => Turn::Do(Input::GoOn),
            }
        }
        body => panic!("no question about an identity: {body:?}"),
    }
}

#[test]
fn a_tick_says_as_planned_and_another_way_or_none_is_recorded_by_name() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan(), records.path());
    let parsed = Plan::parse(&plan()).unwrap();
    let (mut lines, mut asked, mut screens) = (Vec::new(), 0, Vec::new());
    rig.play(|front| {
        let resumed = Machine::resume(CeremonyKind::Establish, parsed.clone(), true, front.entries).unwrap();
        assert_eq!(resumed.known(), front.machine.known(), "after {:?}", front.entries.last());
        if front.step() != "roll-call" {
            return Turn::Autopilot;
        }
        match &front.view.body {
            Body::Tick { items, .. } => {
                if asked == 0 {
                    lines = items.iter().map(|item| item.text.clone()).collect();
                }
                let (card, none) = ("Custodian 01", "Custodian 02");
                let done = front.machine.known().people.identities.len();
                if let Some(name) = [card, none].into_iter().nth(done) {
                    asked = done + 1;
                    let TickId::Person(person) = line(items, name).id else { panic!("a person") };
                    return Turn::Do(Input::Identify(person));
                }
                assert!(line(items, card).text.ends_with(" · driving licence"), "{items:?}");
                assert!(line(items, none).text.ends_with(" · not identified"), "{items:?}");
                Turn::Autopilot
            }
            Body::Form { text, fields, .. } if fields.len() == 1 && asked == 2 && text[0].starts_with("The plan") => {
                screens.push(text.join(" "));
                Turn::Autopilot
            }
            Body::Choose { options, .. } => {
                let offers = |item| options.iter().any(|option| option.id == ChoiceId::Item(item));
                assert!(offers(ItemName::AsPlanned) && offers(ItemName::InThisWay) && offers(ItemName::NotIdentified));
                shows(front, (asked == 1).then_some("driving licence"))
            }
            _ => shows(front, (asked == 1).then_some("driving licence")),
        }
    });
    assert!(rig.complete());
    assert!(line_of(&lines, "Custodian 01").ends_with(" · passport"), "{lines:?}");
    assert_eq!(line_of(&lines, "So"), "So · SO-PIN holder", "{lines:?}");
    // Who is asked about together: everybody of whom neither plan nor people have said it, once.
    let asked_together = screens.first().expect("a screen for the others");
    assert!(asked_together.contains("identified: Custodian 03, So, Pin."), "{asked_together}");
    let said = said(&rig);
    let of = |name: &str| said.iter().filter(|one| one.name == name).collect::<Vec<_>>();
    let [card] = of("Custodian 01")[..] else { panic!("{said:?}") };
    assert_eq!((card.by.as_str(), card.instead_of.as_deref()), ("driving licence", Some("passport")));
    assert!(of("Custodian 02").is_empty(), "{said:?}");
    let [admin] = of("Admin")[..] else { panic!("{said:?}") };
    assert_eq!((admin.person, admin.by.as_str(), &admin.instead_of), (Person::Administrator, "employee card", &None));
    assert_eq!(of("Custodian 03")[0].by, "passport");
    let Some(Entry::Sealed { deviated, .. }) = rig.entries.last() else { panic!("not sealed") };
    let [deviation] = &deviated[..] else { panic!("{deviated:?}") };
    assert_eq!(
        (deviation.name, &deviation.people[..]),
        (DeviationName::NotIdentified, &["Custodian 02".to_owned()][..])
    );
    assert_eq!(deviation.decided_by.as_deref(), Some("Admin"));
    assert_eq!(deviation.reason.as_deref(), Some("the passport is at the embassy"));
    // The report says it of everybody, and a copy for an outsider says nothing of it.
    let proof = verify(rig.lines.as_bytes()).unwrap();
    let text = markdown(&report(&proof, Some(&parsed))).split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["driving licence", "could not be identified", "employee card", "the passport is at the embassy"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let copy = disclose(rig.lines.as_bytes(), &[Part::Notes]).unwrap();
    assert!(verify(copy.as_bytes()).is_ok() && !copy.contains("driving licence") && !copy.contains("embassy"));
}

fn line_of<'a>(lines: &'a [String], name: &str) -> &'a str {
    lines.iter().find(|line| line.starts_with(&format!("{name} ·"))).unwrap()
}

#[test]
fn whoever_comes_late_or_stands_in_is_identified_before_they_act_and_once() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan(), records.path());
    // The PIN holder comes late, leaves, and comes again; somebody stands in for the first custodian.
    let (mut done, mut questions) = (0, Vec::new());
    rig.play(|front| {
        if let Some(turn) = front.decides() {
            return turn;
        }
        if front.step() == "roll-call" {
            return match &front.view.body {
                Body::Tick { items, .. } => {
                    let open = items.iter().find(|item| !item.ticked && !item.text.starts_with("Pin"));
                    Turn::Do(open.map_or(Input::GoOn, |item| Input::Tick(item.id)))
                }
                _ => Turn::Autopilot,
            };
        }
        match &front.view.body {
            Body::Choose { text, .. } if text[0].starts_with("How was") => {
                questions.push(text[0].clone());
                shows(front, Some("known to everybody"))
            }
            Body::Form { fields, .. } if fields[0].name == FieldName::IdentifiedBy => {
                shows(front, Some("known to everybody"))
            }
            Body::Form { fields, .. } if fields[0].name == FieldName::Substitute => {
                if fields[0].state.is_good() {
                    Turn::Do(Input::GoOn)
                } else {
                    front.types(FieldName::Substitute, "Vera")
                }
            }
            Body::Choose { text, options, .. } if done < 8 && options.iter().any(is_menu) => {
                assert!(text[0].starts_with("What happened?"));
                done += 1;
                front.item([ItemName::Arrived, ItemName::Gone, ItemName::Arrived, ItemName::Substitute][done / 2])
            }
            Body::Choose { options, .. } if done % 2 == 1 && options.iter().any(is_person) => {
                done += 1;
                let wanted = if done == 8 { "Custodian 01" } else { "Pin" };
                let person = options.iter().find(|option| option.text.starts_with(wanted)).unwrap();
                Turn::Do(Input::Chose(person.id.clone()))
            }
            Body::Read { .. } if done < 8 && done % 2 == 0 && !front.machine.known().people.since.is_empty() => {
                Turn::Do(Input::Deviation)
            }
            _ => Turn::Autopilot,
        }
    });
    assert!(rig.complete(), "{:?}", rig.entries.last());
    let about = |name: &str| format!("How was {name} identified? The record says it, with who is here and since when.");
    assert_eq!(questions, [about("Pin"), about("Vera")], "once each, and nobody else");
    let place = |found: &dyn Fn(&Entry) -> bool| rig.entries.iter().position(found).unwrap();
    let identified = |name: &'static str| {
        move |entry: &Entry| {
            matches!(entry, Entry::Learned { fact: Fact::Identified { people }, .. }
                if people.iter().any(|one| one.name == name && one.by == "known to everybody"))
        }
    };
    let arrived = place(&|entry| matches!(entry, Entry::Learned { fact: Fact::Arrived { .. }, .. }));
    let replaced = place(&|entry| matches!(entry, Entry::Substituted { .. }));
    assert!(place(&identified("Pin")) < arrived && place(&identified("Vera")) < replaced);

    // The report has a row for whoever took a place, and says of each only how they themselves were identified.
    let proof = hsm_ceremony::record::verify(rig.lines.as_bytes()).unwrap();
    let [(_, report), ..] = hsm_ceremony::paper::reports(&hsm_ceremony::folder::Folder::open(&rig.folder), &proof);
    let report = report.split_whitespace().collect::<Vec<_>>().join(" ");
    let row = |role: &str, name: &str| {
        let from = report.find(&format!("Role: {role} · Name: {name} ")).unwrap_or_else(|| panic!("{name}: {report}"));
        report[from..].split(" - ").next().unwrap().to_owned()
    };
    let (former, vera, pin) =
        (row("custodian 1", "Custodian 01"), row("custodian 1", "Vera"), row("PIN holder", "Pin"));
    for late in [&vera, &pin] {
        assert!(late.contains("Identified by: known to everybody") && !late.contains("not seen"), "{late}");
    }
    assert!(!former.contains("known to everybody") && !former.contains("not seen"), "{former}");
}

fn is_menu(option: &OptionView) -> bool {
    option.id == ChoiceId::Item(ItemName::Break)
}

fn is_person(option: &OptionView) -> bool {
    matches!(option.id, ChoiceId::Person(_))
}
