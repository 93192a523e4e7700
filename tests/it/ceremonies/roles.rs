//! Every role is present, absent or taken by somebody else, and nobody absent is asked to act.

use hsm_ceremony::ceremony::{Body, ChoiceId, FieldState, Holder, Input, Machine, Person, TickId};
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Entry, Fact, Keyboard, Line, verify};
use hsm_ceremony::terms::{CustodianNumber, Seat};

use super::mistakes::goes_on;
use super::plans::share;
use super::rig::{Front, Rig, Turn, plan_text};

fn plan() -> String {
    let plan = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
    plan.replace("\"administrator\":\"Admin\"", "\"administrator\":\"Admin\",\"auditors\":[\"Auditor\"]")
}

fn custodian(number: u8) -> Person {
    Person::Holder(Holder { share: share(1), custodian: CustodianNumber::new(number) })
}

/// Ticks everybody but these, and goes on.
fn all_but(front: &Front<'_>, absent: &[Person]) -> Turn {
    let Body::Tick { items, enough, .. } = &front.view.body else { return Turn::Autopilot };
    let is_absent = |id| absent.iter().any(|person| id == TickId::Person(*person));
    let open = items.iter().find(|item| !item.ticked && !is_absent(item.id));
    assert!(open.is_some() || *enough, "{:?}", front.view.body);
    Turn::Do(open.map_or(Input::GoOn, |open| Input::Tick(open.id)))
}

/// What people do, one after the other.
enum Say<'a> {
    /// Ctrl-D.
    Menu,
    Item(ItemName),
    Person(Person),
    /// S at the roll call.
    StandIn(Person),
    Types(FieldName, &'a str),
    Enter,
}

/// The names and reasons of a stand-in.
fn stands_in<'a>(name: &'a str, decides: &'a str) -> Vec<Say<'a>> {
    vec![
        Say::Types(FieldName::Substitute, name),
        Say::Enter,
        Say::Types(FieldName::Reason, "ill today"),
        Say::Enter,
        Say::Types(FieldName::DecidedBy, decides),
        Say::Enter,
    ]
}

/// Does the next of these things, once `here` holds or they have begun.
struct Script<'a> {
    says: std::vec::IntoIter<Say<'a>>,
    begun: bool,
    seen: Vec<String>,
}

impl<'a> Script<'a> {
    fn new(says: Vec<Say<'a>>) -> Self {
        Self { says: says.into_iter(), begun: false, seen: Vec::new() }
    }

    fn next(&mut self, front: &mut Front<'_>, here: bool) -> Option<Turn> {
        if !self.begun && !here {
            return None;
        }
        self.begun = true;
        let say = self.says.next()?;
        self.seen.push(format!("{:?}", front.view.body));
        Some(match say {
            Say::Menu => Turn::Do(Input::Deviation),
            Say::Item(item) => front.item(item),
            Say::Person(person) => {
                let Body::Choose { options, .. } = &front.view.body else { panic!("{:?}", front.view.body) };
                let id = ChoiceId::Person(person);
                assert!(options.iter().any(|option| option.id == id && !option.closed), "{person:?}: {options:?}");
                Turn::Do(Input::Chose(id))
            }
            Say::StandIn(person) => Turn::Do(Input::StandIn(person)),
            Say::Types(field, text) => {
                let Body::Form { fields, .. } = &front.view.body else { panic!("{:?}", front.view.body) };
                assert_eq!(fields[0].name, field, "{:?}", front.view.body);
                front.types(field, text)
            }
            Say::Enter => Turn::Do(Input::GoOn),
        })
    }

    fn done(&self) -> bool {
        self.begun && self.says.len() == 0
    }
}

/// The machine that a record leads to is the live one, whoever came and went.
fn resumes(front: &Front<'_>, kind: CeremonyKind, plan: &str) {
    let resumed = Machine::resume(kind, Plan::parse(plan).unwrap(), true, front.entries).unwrap();
    assert_eq!(resumed.known(), front.machine.known(), "after {:?}", front.entries.last());
}

fn stood_in(rig: &Rig) -> Vec<(String, &str, &str, Option<&str>)> {
    let stood_in = |entry| match entry {
        &Entry::StoodIn { person, ref name, ref former, ref decided_by, ref reason, .. } => {
            assert_eq!(reason, "ill today");
            Some((person.to_string(), name.as_str(), former.as_str(), decided_by.as_deref()))
        }
        _ => None,
    };
    rig.entries.iter().filter_map(stood_in).collect()
}

/// Who ended the steps, as the lines of the record say.
fn by(rig: &Rig) -> Vec<String> {
    let by = |line: Line| match (line.entry, line.around?.keyboard) {
        (Entry::Done { .. }, Keyboard::Person(person, name)) => Some(format!("{name} · {person}")),
        _ => None,
    };
    verify(rig.lines.as_bytes()).unwrap().lines.into_iter().filter_map(by).collect()
}

#[test]
fn establish_needs_the_administrator_and_every_custodian_and_decides_about_a_missing_auditor() {
    let records = tempfile::tempdir().unwrap();
    let plan = plan();
    let mut rig = Rig::establish(&plan, records.path());
    let mut missing = Vec::new();
    rig.play(|front| {
        resumes(front, CeremonyKind::Establish, &plan);
        match &front.view.body {
            Body::Tick { items, enough, .. } if front.step() == "roll-call" => {
                let open = items.iter().filter(|item| !item.ticked).count();
                missing.push((open, *enough));
                assert_eq!(*enough, open <= 3, "administrator and custodians are called first: {items:?}");
                all_but(front, &[Person::SoPinHolder, Person::PinHolder, Person::Auditor(1)])
            }
            Body::Form { fields, .. } if fields[0].name == FieldName::DecidedBy => {
                match fields.iter().find(|field| field.state == FieldState::Empty).map(|field| field.name) {
                    Some(FieldName::DecidedBy) => front.types(FieldName::DecidedBy, "Custodian 01"),
                    Some(name) => front.types(name, "flight cancelled"),
                    None => Turn::Do(Input::GoOn),
                }
            }
            _ => front.arrives().unwrap_or(Turn::Autopilot),
        }
    });
    goes_on(&rig, &[]);
    assert!(missing.contains(&(3, true)) && missing.contains(&(4, false)));
    let without = rig.facts().into_iter().find_map(|fact| match fact {
        Fact::Without { people, decided_by, reason } => Some((people.join(", "), decided_by.as_str(), reason.as_str())),
        _ => None,
    });
    assert_eq!(without, Some(("Auditor · auditor".to_owned(), "Custodian 01", "flight cancelled")));
    assert_eq!(rig.machine.known().progress.deviations, 1);
}

#[test]
fn an_absent_holder_of_a_pin_is_not_called_and_somebody_else_does_it() {
    let records = tempfile::tempdir().unwrap();
    let plan = plan();
    let mut rig = Rig::establish(&plan, records.path());
    let mut says = vec![Say::Item(ItemName::Substitute)];
    says.extend(stands_in("Bob", "Admin"));
    // Whoever stands in for the second PIN holder would check their own PIN.
    let mut second = vec![Say::Item(ItemName::Substitute)];
    second.extend(stands_in("B0B", "Admin"));
    let (mut first, mut second) = (Script::new(says), Script::new(second));
    rig.play(|front| {
        resumes(front, CeremonyKind::Establish, &plan);
        if front.step() == "roll-call" {
            return all_but(front, &[Person::SoPinHolder, Person::PinHolder]);
        }
        let asked = front.arrives().is_some();
        let so_pin = front.step() == "so-pin";
        if let (Body::Form { text, .. }, false) = (&front.view.body, asked) {
            for absent in ["So, it is your turn", "Pin, it is your turn"] {
                assert!(!text.join(" ").contains(absent), "{text:?}");
            }
        }
        let turn = first.next(front, asked && so_pin);
        turn.or_else(|| second.next(front, asked && !so_pin)).unwrap_or(Turn::Autopilot)
    });
    goes_on(&rig, &[]);
    assert!(first.done() && second.done());
    assert!(second.seen.iter().any(|screen| screen.contains("check nobody") && screen.contains("SO-PIN holder")));
    let expected = [
        ("so-pin-holder".to_owned(), "Bob", "So", Some("Admin")),
        ("pin-holder".to_owned(), "B0B", "Pin", Some("Admin")),
    ];
    assert_eq!(stood_in(&rig), expected);
    assert!(
        by(&rig).contains(&"Bob · so-pin-holder".to_owned()) && !by(&rig).iter().any(|by| by.starts_with("So ·")),
        "{:?}",
        by(&rig)
    );
    assert_eq!(rig.machine.known().progress.deviations, 2);
}

#[test]
fn a_missing_administrator_is_replaced_at_the_roll_call_by_a_decision() {
    let records = tempfile::tempdir().unwrap();
    let plan = plan();
    let mut rig = Rig::establish(&plan, records.path());
    let mut says = vec![Say::Enter, Say::StandIn(Person::Administrator)];
    says.extend(stands_in("Niels Bohr", "Auditor"));
    let mut script = Script::new(says);
    rig.play(|front| {
        resumes(front, CeremonyKind::Establish, &plan);
        if let (Body::Tick { items, enough, .. }, "roll-call", false) = (&front.view.body, front.step(), script.begun) {
            let open = items.iter().find(|item| !item.ticked && item.id != TickId::Person(Person::Administrator));
            if let Some(open) = open {
                return Turn::Do(Input::Tick(open.id));
            }
            assert!(!*enough, "nobody leads");
            return script.next(front, true).unwrap();
        }
        script.next(front, false).unwrap_or(Turn::Autopilot)
    });
    goes_on(&rig, &[]);
    assert_eq!(stood_in(&rig), [("administrator".to_owned(), "Niels Bohr", "Admin", Some("Auditor"))]);
    assert_eq!(by(&rig).last().map(String::as_str), Some("Niels Bohr · administrator"));
}

#[test]
fn a_custodian_who_leaves_before_the_turn_gets_no_share_and_an_auditor_who_leaves_is_a_decision() {
    let records = tempfile::tempdir().unwrap();
    let plan = plan();
    let mut rig = Rig::establish(&plan, records.path());
    let mut says = vec![
        Say::Menu,
        Say::Item(ItemName::Gone),
        Say::Person(custodian(2)),
        Say::Types(FieldName::Reason, "feels ill"),
        Say::Enter,
        Say::Menu,
        Say::Item(ItemName::Gone),
        Say::Person(Person::Auditor(1)),
        Say::Types(FieldName::Reason, "last train"),
        Say::Enter,
        Say::Types(FieldName::DecidedBy, "Admin"),
        Say::Enter,
    ];
    let mut turn = vec![Say::Item(ItemName::Substitute)];
    turn.extend(stands_in("Bob", "Admin"));
    let (mut leaves, mut turn) = (Script::new(std::mem::take(&mut says)), Script::new(turn));
    rig.play(|front| {
        resumes(front, CeremonyKind::Establish, &plan);
        let asked = front.arrives().is_some();
        // While the clerk works, only stopping is offered.
        let before = front.step() == "entropy" && matches!(front.view.body, Body::Read { .. });
        leaves.next(front, before).or_else(|| turn.next(front, asked)).unwrap_or(Turn::Autopilot)
    });
    goes_on(&rig, &[]);
    assert!(leaves.done() && turn.done());
    let substituted = rig.entries.iter().find_map(|entry| match entry {
        Entry::Substituted { name, former, former_knows, reason, .. } => {
            Some((name.as_str(), former.as_deref(), former_knows.clone(), reason.as_deref()))
        }
        _ => None,
    });
    assert_eq!(substituted, Some(("Bob", Some("Custodian 02"), None, Some("ill today"))));
    assert!(
        by(&rig).contains(&"Bob · custodian 1.2".to_owned()) && !by(&rig).iter().any(|by| by.contains("Custodian 02"))
    );
    let gone = rig.facts().into_iter().filter(|fact| matches!(fact, Fact::Gone { .. } | Fact::Without { .. })).count();
    assert_eq!((gone, rig.machine.known().progress.deviations), (3, 2));
}

#[test]
fn an_absent_custodian_cannot_be_chosen_for_a_seat_until_they_have_come() {
    let records = tempfile::tempdir().unwrap();
    let text = plan();
    let mut first = Rig::establish(&text, records.path());
    first.run(|_| {});
    let mut rig = Rig::restore(records.path()).with_papers_of(first);
    let comes = vec![Say::Menu, Say::Item(ItemName::Arrived), Say::Person(custodian(3))];
    let (mut comes, mut closed, mut refused) = (Script::new(comes), Vec::new(), false);
    rig.play(|front| {
        resumes(front, CeremonyKind::Restore, &text);
        if front.step() == "roll-call" {
            return all_but(front, &[custodian(3)]);
        }
        let seat = front.machine.step().is_some_and(|step| step.seat() == Some(Seat(1)));
        if let (Body::Choose { options, .. }, true) = (&front.view.body, seat && !comes.begun) {
            closed = options.iter().filter(|option| option.closed).map(|option| option.text.clone()).collect();
            if !refused {
                refused = true;
                return front.pick(2);
            }
        }
        comes.next(front, seat).unwrap_or(Turn::Autopilot)
    });
    goes_on(&rig, &[]);
    assert!(matches!(closed.as_slice(), [one] if one.starts_with("Custodian 03 · absent")), "{closed:?}");
    let sat = rig.facts().into_iter().find_map(|fact| match fact {
        Fact::Seated { seat: Seat(1), custodian, .. } => Some(custodian.get()),
        _ => None,
    });
    assert_eq!(sat, Some(3), "the last who is free comes: only now is that the third");
}

#[test]
fn whoever_leaves_a_seat_halfway_makes_room_for_another_custodian() {
    let records = tempfile::tempdir().unwrap();
    let text = plan();
    let mut first = Rig::establish(&text, records.path());
    first.run(|_| {});
    let mut rig = Rig::restore(records.path()).with_papers_of(first);
    let mut goes = Script::new(vec![
        Say::Menu,
        Say::Item(ItemName::Gone),
        Say::Person(custodian(3)),
        Say::Types(FieldName::Reason, "last train"),
        Say::Enter,
    ]);
    rig.play(|front| {
        resumes(front, CeremonyKind::Restore, &text);
        let typing = matches!(front.view.body, Body::Form { .. });
        let seat = front.machine.step().is_some_and(|step| step.seat() == Some(Seat(1)));
        goes.next(front, seat && typing).unwrap_or(Turn::Autopilot)
    });
    goes_on(&rig, &[]);
    let sat: Vec<u8> = rig
        .facts()
        .into_iter()
        .filter_map(|fact| match fact {
            Fact::Seated { seat: Seat(1), custodian, .. } => Some(custodian.get()),
            _ => None,
        })
        .collect();
    assert_eq!(sat, [3, 2]);
}

#[test]
fn a_stand_in_with_a_role_that_checks_the_new_one_is_named_and_decided_upon() {
    let records = tempfile::tempdir().unwrap();
    let text = plan();
    let mut rig = Rig::establish(&text, records.path());
    let mut says = vec![Say::StandIn(custodian(1))];
    says.extend(stands_in("ADM1N", "Auditor"));
    let mut script = Script::new(says);
    rig.play(|front| {
        resumes(front, CeremonyKind::Establish, &text);
        let here = front.step() == "roll-call";
        script.next(front, here).unwrap_or(Turn::Autopilot)
    });
    goes_on(&rig, &[]);
    assert!(
        script.seen.iter().any(|screen| screen.contains("check nobody") && screen.contains("ceremony administrator"))
    );
    let decided = rig.entries.iter().find_map(|entry| match entry {
        Entry::Substituted { decided_by, .. } => decided_by.as_deref(),
        _ => None,
    });
    assert_eq!(decided, Some("Auditor"));
}

#[test]
fn a_plan_in_which_somebody_checks_themselves_is_named_on_the_screen_and_runs() {
    for (text, said) in [(plan(), false), (plan().replace("\"Auditor\"", "\"custodian  02\""), true)] {
        let records = tempfile::tempdir().unwrap();
        let mut rig = Rig::establish(&text, records.path());
        let mut shown = false;
        rig.play(|front| {
            shown |= matches!(&front.view.body, Body::Read { text } if text.join(" ").contains("Custodian 02: custodian 2, auditor"));
            Turn::Autopilot
        });
        goes_on(&rig, &[]);
        assert_eq!(shown, said);
    }
}
