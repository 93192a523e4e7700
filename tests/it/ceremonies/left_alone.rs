//! A secret that was typed and left alone is wiped.

use hsm_ceremony::ceremony::{Body, Input, Notice};
use hsm_ceremony::names::FieldName;
use hsm_ceremony::terms::Handle;

use super::rig::{Rig, Turn, plan_text};

#[test]
fn a_share_typed_and_left_alone_for_two_minutes_is_wiped_also_behind_a_question() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan_text(2, 3, &[("EC:secp256r1", 10)], false), records.path());
    let mut wiped = 0;
    let mut turn = 0;
    let entry = Handle::Entry(FieldName::ShareValue);
    rig.play(|front| {
        let types = matches!(&front.view.body, Body::Form { fields, .. } if fields.iter().any(|field| field.name == FieldName::ShareValue));
        match turn {
            0 if types => {
                turn = 1;
                front.types(FieldName::ShareValue, "4c:40:1b")
            }
            // Most of the time passes, and a key begins it anew.
            1 => {
                turn = 2;
                Turn::Wait(119_000)
            }
            2 => {
                turn = 3;
                assert!(front.vault.holds().contains(&entry));
                front.types(FieldName::ShareValue, "4c:40:1b:e")
            }
            3 => {
                turn = 4;
                Turn::Wait(119_000)
            }
            4 => {
                turn = 5;
                assert!(front.vault.holds().contains(&entry), "two minutes after the last key, not after the first");
                if wiped == 1 { Turn::Do(Input::Stop) } else { Turn::Wait(1000) }
            }
            5 => {
                turn = 6;
                if wiped == 1 { Turn::Wait(120_000) } else { Turn::Wait(0) }
            }
            6 => {
                assert!(!front.vault.holds().contains(&entry), "{:?}", front.vault.holds());
                wiped += 1;
                turn = if wiped == 2 { 7 } else { 0 };
                assert_eq!(front.view.notice, Some(Notice::LeftAlone));
                if wiped == 2 { Turn::Do(Input::Leave) } else { Turn::Wait(0) }
            }
            _ => Turn::Autopilot,
        }
    });
    assert!(rig.complete() && wiped == 2);
}
