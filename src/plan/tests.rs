//! Plans, right and wrong.

use super::*;
use crate::names::PlanField;
use crate::script::{PLAN_FIELDS, plan_field};

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
fn all_faults_are_said_at_once() {
    let text = EXAMPLE
        .replace("\"threshold\": 2", "\"threshold\": 9")
        .replace("\"rsa:2048\"", "\"rsa:1000\"")
        .replace("\"Grace Hopper\"", "\"ada lovelace\"")
        .replace("\"off\"", "\"maybe\"")
        .replace("\"witnesses\"", "\"wittnesses\"");
    let names: Vec<_> = Plan::parse(&text).unwrap_err().into_iter().map(|fault| fault.name.word()).collect();
    for name in ["quorum-range", "key-type-unknown", "plan-person-twice", "plan-pin-reset", "plan-field-unknown"] {
        assert!(names.contains(&name), "{name} missing in {names:?}");
    }
}

#[test]
fn every_truncation_and_every_wrong_type_is_a_fault_and_no_panic() {
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
fn several_dkek_shares_have_each_their_own_people() {
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
    assert_eq!(names_of(&with_shares(r#"[{"password_holder": "A"}]"#)), ["plan-one-password"]);
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
fn dice_and_the_so_pin_have_their_rules() {
    for (throws, right) in [("0", true), ("50", true), ("250", true), ("49", false), ("251", false), ("-1", false)] {
        let text = EXAMPLE.replacen('{', &format!("{{\"dice\": {throws},"), 1);
        assert_eq!(Plan::parse(&text).is_ok(), right, "{throws}");
    }
    let quorum = EXAMPLE.replace("\"so_pin_holder\": \"Barbara Liskov\"", "\"so_pin\": \"quorum\"");
    let plan = Plan::parse(&quorum).unwrap();
    assert_eq!((plan.so_pin_share(), plan.so_pin_holder), (Some(DkekShareNumber::FIRST), plan.administrator));
    assert_eq!(names_of(&quorum.replace("\"quorum\"", "\"nobody\"")), ["plan-so-pin", "plan-field-missing"]);
    let passwords = with_shares(r#"[{"password_holder": "A"}, {"password_holder": "B"}]"#);
    let text = passwords.replace("\"pin_reset\"", "\"so_pin\": \"quorum\", \"pin_reset\"");
    assert_eq!(names_of(&text), ["plan-so-pin-nobody"]);
}

/// Takes a field out of a plan: everywhere, if it is one of a list.
fn without(plan: &mut Value, path: &str) {
    match path.split_once('.') {
        None => drop(plan.as_object_mut().unwrap().remove(path)),
        Some((list, rest)) if list.ends_with("[]") => {
            let items = plan[list.trim_end_matches("[]")].as_array_mut().unwrap();
            items.iter_mut().for_each(|item| without(item, rest));
        }
        Some((object, rest)) => without(&mut plan[object], rest),
    }
}

#[test]
fn a_field_may_be_left_out_when_the_handbook_names_a_default() {
    let shares = r#"[{"custodians": ["A", "B"], "threshold": 2}, {"password_holder": "C"}]"#;
    for field in PLAN_FIELDS {
        let mut plan: Value = serde_json::from_str(EXAMPLE).unwrap();
        if field == PlanField::DkekSharesPasswordHolder {
            plan = serde_json::from_str(&with_shares(shares)).unwrap();
        }
        without(&mut plan, field.word());
        let (default, read) = (plan_field(field).default, Plan::parse(&plan.to_string()));
        assert_eq!(read.is_ok(), default.is_some(), "{}: {read:?}", field.word());
    }
}

#[test]
fn an_empty_device_lacks_what_every_device_must_have() {
    let mut plan: Value = serde_json::from_str(EXAMPLE).unwrap();
    plan["device"] = Value::Object(serde_json::Map::new());
    assert_eq!(names_of(&plan.to_string()), ["plan-field-missing"; 3]);
}
