//! What people type, as they slip: digits swapped, names of all kinds, characters that nobody can see.

use hsm_ceremony::ceremony::{Body, FieldState, FieldView, Input};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::record::{Entry, Remark};
use hsm_ceremony::share::{PasswordShare, check_bytes, read_prime, read_value, write_check};
use hsm_ceremony::terms::{CustodianNumber, Handle, Purpose};

use super::rig::{Front, Rig, Turn, plan_text};

/// A value with two neighbouring digits swapped across two groups, and the groups.
fn swapped_across(value: &str) -> (String, usize) {
    let mut groups: Vec<Vec<char>> = value.split(':').map(|group| group.chars().collect()).collect();
    let first = (0..7).find(|first| groups[*first][1] != groups[first + 1][0]).unwrap();
    let (one, next) = (groups[first][1], groups[first + 1][0]);
    (groups[first][1], groups[first + 1][0]) = (next, one);
    (groups.iter().map(String::from_iter).collect::<Vec<_>>().join(":"), first + 1)
}

/// The fields of the form in which a custodian types a dealt share again, and whose share it is.
fn read_back(front: &Front<'_>) -> Option<(Vec<FieldView>, CustodianNumber)> {
    let Body::Form { fields, .. } = &front.view.body else { return None };
    let custodian = front.machine.step()?.custodian()?;
    fields.iter().any(|field| field.kind == FieldKind::ShareValue).then(|| (fields.clone(), custodian))
}

fn state(fields: &[FieldView], name: FieldName) -> &FieldView {
    fields.iter().find(|field| field.name == name).unwrap()
}

fn dealt(front: &Front<'_>, handle: Handle) -> String {
    String::from_utf8(front.vault.lend(handle).unwrap().to_vec()).unwrap()
}

#[test]
fn a_value_is_ok_only_when_its_check_bytes_agree_and_a_swap_across_groups_is_named() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan_text(2, 3, &[("EC:secp256r1", 10)], false), records.path());
    let mut turn = 0;
    rig.play(|front| {
        let Some((fields, custodian)) = read_back(front) else { return Turn::Autopilot };
        let value = dealt(front, Handle::DealtShare(Purpose::FIRST, custodian));
        let (swapped, group) = swapped_across(&value);
        let field = state(&fields, FieldName::ShareValue);
        match turn {
            0 => {
                turn = 1;
                front.types(FieldName::ShareValue, &swapped)
            }
            1 => {
                turn = 2;
                assert_eq!(field.state, FieldState::Complete("complete; the check bytes will tell".to_owned()));
                // the prime, where it is typed, before the check bytes can tell
                Turn::Autopilot
            }
            2 => {
                turn = 3;
                let check = front.vault.lend(Handle::DealtCheck(front.machine.step().unwrap().share, custodian));
                let check = String::from_utf8(check.unwrap().to_vec()).unwrap();
                front.types(FieldName::CheckBytes, &check)
            }
            3 => {
                turn = 4;
                let said = format!("Swapped in the value? Last digit of group {group}, first of {}.", group + 1);
                assert_eq!(state(&fields, FieldName::CheckBytes).state, FieldState::Wrong(said));
                assert_eq!((field.wrong_at.map(usize::from), field.state.is_good()), (Some(group), true));
                Turn::Do(Input::GoOn)
            }
            4 => {
                turn = 5;
                assert!(state(&fields, FieldName::CheckBytes).wrong_at.is_none(), "Enter leads nowhere");
                front.types(FieldName::ShareValue, &value)
            }
            5 => {
                turn = 6;
                assert_eq!(field.state, FieldState::Good);
                assert_eq!(state(&fields, FieldName::CheckBytes).state, FieldState::Good);
                Turn::Autopilot
            }
            _ => Turn::Autopilot,
        }
    });
    assert!(rig.complete() && turn == 6, "{:?}", rig.failed());
}

#[test]
fn a_card_with_a_swap_that_fits_its_check_bytes_is_refused_and_the_swap_is_named_without_a_digit() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan_text(2, 3, &[("EC:secp256r1", 10)], false), records.path());
    let (mut turn, mut said, mut expected, mut value) = (0, String::new(), String::new(), String::new());
    rig.play(|front| {
        if let Body::Fault { happened, .. } = &front.view.body {
            said = happened.join(" ");
            return Turn::Autopilot;
        }
        let Some((fields, custodian)) = read_back(front).filter(|_| turn < 3) else { return Turn::Autopilot };
        value = dealt(front, Handle::DealtShare(Purpose::FIRST, custodian));
        let (swapped, group) = swapped_across(&value);
        turn += 1;
        match turn {
            1 => front.types(FieldName::ShareValue, &swapped),
            // the prime, where it is typed
            2 => Turn::Autopilot,
            _ => {
                let prime = fields.iter().find_map(|field| match &field.kind {
                    FieldKind::Prime { expected } => expected.clone(),
                    FieldKind::CheckBytes { prime, .. } => prime.clone(),
                    _ => None,
                });
                let prime = read_prime(prime.unwrap().as_bytes()).ok().unwrap();
                let value = read_value(swapped.as_bytes(), true).ok().unwrap();
                let check = write_check(&check_bytes(&PasswordShare { prime, id: custodian.get(), value }));
                expected = format!("the last digit of group {group} and the first of group {} of the value", group + 1);
                front.types(FieldName::CheckBytes, std::str::from_utf8(check.expose()).unwrap())
            }
        }
    });
    assert_eq!(rig.failed(), ["share-differs"]);
    let recorded = rig.entries.iter().find_map(|entry| match entry {
        Entry::Failed { fault, values, .. } if fault == "share-differs" => Some(values.len()),
        _ => None,
    });
    assert_eq!(recorded, Some(0), "which digits are swapped says something about the share: it stays on the screen");
    assert!(!rig.lines.contains("swapped"), "{}", rig.lines);
    assert!(said.contains(&expected) && said.contains("swapped"), "{said}");
    assert!(value.split(':').all(|group| !said.split([' ', '.', ',']).any(|word| word == group)), "{said}");
}

#[test]
fn names_and_notes_are_recorded_as_they_are_written_and_hidden_characters_are_refused() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan_text(2, 3, &[("EC:secp256r1", 10)], false), records.path());
    let mut turn = 0;
    rig.play(|front| {
        if let Some(turn) = front.decides() {
            return turn;
        }
        if front.step() != "roll-call" {
            return Turn::Autopilot;
        }
        turn += 1;
        let refused = |front: &Front<'_>| assert_eq!(front.wrong(), ["line-unseen"]);
        match turn {
            1 | 9 => Turn::Do(Input::Deviation),
            2 => front.item(ItemName::Substitute),
            3 => front.pick(0),
            4 => front.types(FieldName::Substitute, "Jürgen \u{202e}ßorG"),
            5 => {
                refused(front);
                front.types(FieldName::Substitute, "Jürgen Groß")
            }
            6 | 8 | 13 => Turn::Do(Input::GoOn),
            7 => front.types(FieldName::Reason, "erkältet seit gestern"),
            10 => front.item(ItemName::Deviation),
            11 => front.types(FieldName::Note, "Frau Łęcka kam\u{200b} später"),
            12 => {
                refused(front);
                front.types(FieldName::Note, "Frau Łęcka kam später – 10 €")
            }
            _ => Turn::Autopilot,
        }
    });
    assert!(rig.complete(), "{:?}", rig.failed());
    let named = |entry: &Entry| matches!(entry, Entry::Substituted { name, .. } if name == "Jürgen Groß");
    assert!(rig.entries.iter().any(named), "{:?}", rig.entries);
    let noted = |entry: &Entry| matches!(entry, Entry::Remarked { remark: Remark::Deviation, text, .. } if text == "Frau Łęcka kam später – 10 €");
    assert!(rig.entries.iter().any(noted), "{:?}", rig.entries);
}
