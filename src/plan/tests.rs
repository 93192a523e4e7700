//! Valid and invalid plans.

use super::*;
use crate::faults::FaultName;
use crate::names::PlanField;
use crate::terms::Person;
use serde_json::Value;

const EXAMPLE: &str = include_str!("../../assets/plan.example.json");

#[test]
fn the_example_is_the_scenario_of_the_manual() {
    let plan = Plan::parse(EXAMPLE).unwrap();
    assert_eq!(plan.dkek_shares.iter().map(Custody::word).collect::<Vec<_>>(), ["2-of-4 sc-hsm-tool"]);
    assert_eq!((plan.dice, plan.so_pin_under_quorum), (0, false));
    let key = &plan.keys[0];
    assert_eq!((key.key_type.to_string().as_str(), key.id.as_bytes()), ("rsa:2048", &[0x10][..]));
    assert_eq!((key.reference.get(), key.restore_to.get()), (1, 10));
}

#[test]
fn all_faults_are_reported_at_once() {
    let text = EXAMPLE
        .replace("\"threshold\": 2", "\"threshold\": 9")
        .replace("\"rsa:2048\"", "\"rsa:1000\"")
        .replace("\"Grace Hopper\"", "\"ada lovelace\"")
        .replace("\"off\"", "\"maybe\"")
        .replace("\"witnesses\"", "\"wittnesses\"");
    let names: Vec<_> = Plan::parse(&text).unwrap_err().into_iter().map(|fault| fault.name.word()).collect();
    for name in ["quorum-range", "key-type-unknown", "plan-person-twice", "plan-pin-reset", "plan-field-misspelt"] {
        assert!(names.contains(&name), "{name} missing in {names:?}");
    }
}

#[test]
fn every_truncation_and_every_wrong_type_is_a_fault_and_never_a_panic() {
    for end in 0..EXAMPLE.trim_end().len() {
        assert!(!Plan::parse(&EXAMPLE[..end]).unwrap_err().is_empty());
    }
    for wrong in ["null", "7", "-1", "[]", "{}", "\"\"", "1e400", "\"\\u0000\""] {
        let value: Value = serde_json::from_str(EXAMPLE).unwrap();
        for key in value.as_object().unwrap().keys().filter(|key| !["auditors", "witnesses"].contains(&key.as_str())) {
            let Ok(replacement) = serde_json::from_str::<Value>(wrong) else { continue };
            let mut changed = value.clone();
            changed[key] = replacement;
            assert!(Plan::parse(&changed.to_string()).is_err(), "{key} = {wrong}");
        }
    }
    assert!(Plan::parse(&" ".repeat(Plan::LARGEST + 1)).is_err());
}

#[test]
fn a_field_may_be_left_out_where_its_row_names_a_default_and_nowhere_else() {
    /// The object or list that a field is in.
    fn around<'a>(plan: &'a mut Value, path: &str) -> Option<&'a mut Value> {
        let Some((parents, _)) = path.rsplit_once('.') else { return Some(plan) };
        parents.split('.').try_fold(plan, |value, part| match part.strip_suffix("[]") {
            Some(list) => value.get_mut(list)?.as_array_mut()?.iter_mut().next_back(),
            None => value.get_mut(part),
        })
    }
    let words = with_shares(r#"[{"custodians": ["A", "B"], "threshold": 2, "scheme": "words"}]"#);
    let full = include_str!("../../assets/plan.full.json");
    let full = full.replace(r#""so_pin": "quorum","#, r#""so_pin": "holder", "so_pin_holder": "Barbara Liskov","#);
    let plans = [EXAMPLE, &full, &words];
    // Other fields can take the place of these.
    let instead = [PlanField::DkekShares, PlanField::DkekSharesPasswordHolder].map(PlanField::path);
    for row in crate::script::PLAN_FIELDS.iter().filter(|row| !instead.contains(&row.path)) {
        let mut left_out = false;
        for text in plans {
            let mut plan: Value = serde_json::from_str(text).unwrap();
            if !row.path.starts_with("people") {
                // They are named for roles that are left out here.
                plan.as_object_mut().unwrap().remove("people");
            }
            let Some(Value::Object(around)) = around(&mut plan, row.path) else { continue };
            if around.remove(row.path.rsplit('.').next().unwrap()).is_none() {
                continue;
            }
            left_out = true;
            let faults = Plan::parse(&plan.to_string()).err();
            assert_eq!(faults.is_none(), row.default.is_some(), "{}: {faults:?}", row.path);
        }
        assert!(left_out || row.default.is_some(), "no plan has {}", row.path);
    }
}

#[test]
fn a_field_without_a_row_is_refused_wherever_it_is() {
    let refused = |text: &str| {
        let faults = Plan::parse(text).unwrap_err();
        let [fault] = faults.as_slice() else { panic!("{faults:?}") };
        let values: Vec<&str> = fault.values.iter().map(|(_, value)| value.as_str()).collect();
        format!("{}: {}", fault.name, values.join(" -> "))
    };
    let with = |field: &str| refused(&EXAMPLE.replacen('{', &format!("{{{field},"), 1));
    assert_eq!(with(r#""comment": 1"#), "plan-field-unknown: comment");
    assert_eq!(with(r#""device.so_pin": "holder""#), "plan-field-unknown: device.so_pin");
    assert_eq!(with(r#""label": 1"#), "plan-field-elsewhere: label -> keys[].label");
    assert_eq!(with(r#""Witneses": []"#), "plan-field-misspelt: Witneses -> witnesses");
    let inside = |before: &str, field: &str| refused(&EXAMPLE.replace(before, &format!("{field}, {before}")));
    assert_eq!(inside("\"pin_reset\"", "\"dice\": 0"), "plan-field-elsewhere: device.dice -> dice");
    assert_eq!(inside("\"label\"", "\"title\": 0"), "plan-field-elsewhere: keys[1].title -> title");
    let shares = r#"[{"custodians": ["A", "B"], "threshold": 2, "dice": 0}]"#;
    assert_eq!(refused(&with_shares(shares)), "plan-field-elsewhere: dkek_shares[1].dice -> dice");
    let shares = r#"[{"custodians": ["A", "B"], "threshold": 2}, {"password_holder": "C", "scheme": "words"}]"#;
    assert_eq!(refused(&with_shares(shares)), "plan-password-or-quorum: dkek_shares[2].scheme");
}

fn names_of(text: &str) -> Vec<&'static str> {
    Plan::parse(text).unwrap_err().into_iter().map(|fault| fault.name.word()).collect()
}

/// The example with these DKEK shares instead of its one quorum.
fn with_shares(shares: &str) -> String {
    let mut plan: Value = serde_json::from_str(EXAMPLE).unwrap();
    let map = plan.as_object_mut().unwrap();
    map.remove("custodians");
    map.remove("threshold");
    map.insert("dkek_shares".to_owned(), serde_json::from_str(shares).unwrap());
    plan.to_string()
}

#[test]
fn each_of_several_dkek_shares_has_its_own_people() {
    let text = with_shares(
        r#"[{"custodians": ["A", "B", "C"], "threshold": 2, "scheme": "words"}, {"password_holder": "D"},
            {"custodians": ["E", "F"], "threshold": 2}]"#,
    );
    let plan = Plan::parse(&text).unwrap();
    assert_eq!(
        plan.dkek_shares.iter().map(Custody::word).collect::<Vec<_>>(),
        ["2-of-3 words", "password", "2-of-2 sc-hsm-tool"]
    );
    let second = DkekShareNumber::new(2).unwrap();
    assert_eq!((plan.holder(second), plan.quorum(second)), ("D", None));

    let twice = r#"[{"custodians": ["A", "B"], "threshold": 2}, {"password_holder": "b"}]"#;
    assert_eq!(names_of(&with_shares(twice)), ["plan-two-shares"]);
    let one = Plan::parse(&with_shares(r#"[{"password_holder": "A"}]"#)).unwrap();
    assert_eq!(one.check_new().unwrap_err().name.word(), "plan-one-password", "it only restores");
    assert!(plan.check_new().is_ok() && Plan::parse(&format!("\u{feff}{text}")).is_ok_and(|marked| marked == plan));
    assert_eq!(names_of(&with_shares("[]")), ["plan-dkek-shares"]);
    let nine = format!("[{}]", [r#"{"password_holder": "A"}"#; 9].join(","));
    assert_eq!(names_of(&with_shares(&nine)), ["plan-dkek-shares"]);
    let both = with_shares(r#"[{"custodians": ["A", "B"], "threshold": 2}]"#).replacen('{', r#"{"threshold": 2,"#, 1);
    assert_eq!(names_of(&both), ["plan-quorum-twice"]);
    assert_eq!(
        names_of(&with_shares(r#"[{"custodians": ["A", "B"], "threshold": 2, "scheme": "x"}]"#)),
        ["plan-scheme"]
    );
}

#[test]
fn a_new_so_pin_is_drawn_and_a_new_user_pin_typed_unless_the_plan_says_otherwise() {
    let plan = Plan::parse(EXAMPLE).unwrap();
    assert_eq!((plan.new_so_pin, plan.new_user_pin), (NewPin::Drawn, NewPin::Typed));
    let with = |fields: &str| EXAMPLE.replace("\"so_pin_holder\"", &format!("{fields}, \"so_pin_holder\""));
    let other = Plan::parse(&with(r#""new_so_pin": "typed", "new_user_pin": "drawn""#)).unwrap();
    assert_eq!((other.new_so_pin, other.new_user_pin), (NewPin::Typed, NewPin::Drawn));
    for wrong in ["\"dice\"", "true", "\"Drawn\"", "null"] {
        assert_eq!(names_of(&with(&format!("\"new_so_pin\": {wrong}"))), ["plan-new-pin"], "{wrong}");
        assert_eq!(names_of(&with(&format!("\"new_user_pin\": {wrong}"))), ["plan-new-pin"], "{wrong}");
    }
}

#[test]
fn dice_and_the_so_pin_have_their_rules() {
    for (throws, right) in [("0", true), ("50", true), ("250", true), ("49", false), ("251", false), ("-1", false)] {
        let text = EXAMPLE.replacen('{', &format!("{{\"dice\": {throws},"), 1);
        assert_eq!(Plan::parse(&text).is_ok(), right, "{throws}");
    }
    let quorum = EXAMPLE.replace("\"so_pin_holder\": \"Barbara Liskov\"", "\"so_pin\": \"quorum\"");
    let plan = Plan::parse(&quorum).unwrap();
    assert_eq!((plan.so_pin_share(), plan.so_pin_holder), (Some(DkekShareNumber::FIRST), plan.administrator));
    assert_eq!(names_of(&quorum.replace("\"quorum\"", "\"nobody\"")), ["plan-field-missing", "plan-so-pin"]);
    let passwords = with_shares(r#"[{"password_holder": "A"}, {"password_holder": "B"}]"#);
    let text = passwords.replace("\"pin_reset\"", "\"so_pin\": \"quorum\", \"pin_reset\"");
    assert_eq!(names_of(&text), ["plan-so-pin-nobody"]);
}

#[test]
fn names_that_look_alike_are_one_person() {
    for other in ["ada  lovelace", "AdaLovelace", "Ad\u{430} Lovelace", "ADA L0VELACE"] {
        let text = EXAMPLE.replace("Grace Hopper", other);
        assert_eq!(names_of(&text), ["plan-person-twice"], "{other}");
        assert!(other == "ada lovelace" || Plan::parse_kept(&text).is_ok(), "a backup of an earlier day still opens");
    }
}

#[test]
fn what_nobody_sees_is_refused_in_every_text_and_named() {
    let fields = [
        ("Example Root CA", "title"),
        ("Katherine Johnson", "administrator"),
        ("Margaret Hamilton", "auditors[1]"),
        ("Alan Turing", "custodians[3]"),
        ("Barbara Liskov", "device.so_pin_holder"),
        ("Donald Knuth", "device.pin_holder"),
    ];
    for (text, field) in fields {
        for (hidden, code) in
            [('\u{202e}', "U+202E"), ('\u{2069}', "U+2069"), ('\u{200b}', "U+200B"), ('\u{feff}', "U+FEFF")]
        {
            let plan = EXAMPLE.replacen(text, &text.replacen(' ', &format!(" {hidden}"), 1), 1);
            let faults = Plan::parse(&plan).unwrap_err();
            let [fault] = faults.as_slice() else { panic!("{field}: {faults:?}") };
            assert_eq!(fault.name, FaultName::PlanInvisible);
            let values: Vec<&str> = fault.values.iter().map(|(_, value)| value.as_str()).collect();
            assert_eq!(values, [field, code]);
            assert!(Plan::parse_kept(&plan).is_ok(), "a backup of an earlier day still opens");
        }
    }
}

#[test]
fn one_person_in_roles_that_check_each_other_is_named_and_the_plan_can_be_used() {
    let clashes = |text: &str| {
        let clashes = Plan::parse(text).unwrap().clashes();
        clashes.into_iter().map(|clash| clash.roles.map(|role| role.to_string()).join(", ")).collect::<Vec<_>>()
    };
    assert!(clashes(EXAMPLE).is_empty());
    assert!(
        clashes(include_str!("../../assets/plan.full.json")).is_empty(),
        "the administrator only types the old SO-PIN"
    );
    for (former, name, roles) in [
        ("Margaret Hamilton", "ADA LOVELACE", "custodian 1.1, auditor 1"),
        ("Katherine Johnson", "Alan  Turing", "administrator, custodian 1.3"),
        ("Katherine Johnson", "Margaret Hamilton", "administrator, auditor 1"),
        ("Barbara Liskov", "D\u{43e}nald Knuth", "so-pin-holder, pin-holder"),
    ] {
        assert_eq!(clashes(&EXAMPLE.replace(former, name)), [roles], "{name}");
    }
    // These do not check each other.
    assert!(clashes(&EXAMPLE.replace("Barbara Liskov", "Katherine Johnson")).is_empty());
    assert!(clashes(&EXAMPLE.replace("\"witnesses\": []", "\"witnesses\": [\"Ada Lovelace\"]")).is_empty());
}

#[test]
fn a_stand_in_takes_one_role_and_the_old_so_pin_goes_with_the_administrator() {
    let people = |text: &str| Plan::parse(text).unwrap();
    let mut plan = people(include_str!("../../assets/plan.full.json"));
    plan.replace(Person::Administrator, "Niels Bohr");
    assert_eq!((plan.administrator.as_str(), plan.so_pin_holder.as_str()), ("Niels Bohr", "Niels Bohr"));
    let mut plan = people(EXAMPLE);
    for person in plan.people() {
        let before = plan.clone();
        plan.replace(person, "Niels Bohr");
        let changed = plan.people().into_iter().filter(|other| plan.name_of(*other) != before.name_of(*other));
        assert_eq!(changed.collect::<Vec<_>>(), [person]);
        plan = before;
    }
    assert_eq!(plan.checking(Person::Auditor(1), "grace hopper").len(), 1);
    assert!(plan.checking(Person::Auditor(1), "Margaret Hamilton").is_empty(), "nobody checks their own role");
}
