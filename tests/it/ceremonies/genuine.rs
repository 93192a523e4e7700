//! Genuine devices: what their certificates prove is on the screen and in the record, to go on with another is a typed
//! decision, and no key is backed up that the device does not vouch for.

use std::path::Path;

use hsm_ceremony::ceremony::{Body, Input, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::FieldName;
use hsm_ceremony::record::{self, Entry, Fact, Remark};
use hsm_ceremony::softcard::SoftCard;
use hsm_ceremony::terms::{DeviceRole, Genuineness};
use serde_json::Value;

use super::mistakes::{plan, stopped};
use super::rig::{Front, Rig, Turn};

const ROOT: &str = "ZZSRCAREH00001";

fn state(serial: &str) -> Value {
    SoftCard::new(serial).unwrap().to_json()
}

/// A card with other certificates.
fn with_certificates(serial: &str, certificates: &Value) -> SoftCard {
    let mut state = state(serial);
    state["files"]["2f02"] = certificates.clone();
    SoftCard::from_json(&state).ok().unwrap()
}

/// The only certificate of a card that issued it itself, as other makes have it.
fn without_issuer(serial: &str) -> SoftCard {
    let whole = state(serial)["files"]["2f02"].as_str().unwrap().to_owned();
    let second = whole.rfind("7f2181").unwrap();
    with_certificates(serial, &whole[..second].into())
}

fn asks(front: &Front<'_>) -> bool {
    let Body::Form { fields, .. } = &front.view.body else { return false };
    fields.iter().any(|field| field.kind == FieldKind::Word("NOT GENUINE"))
}

fn found(rig: &Rig, role: DeviceRole) -> Option<Genuineness> {
    rig.facts().into_iter().rev().find_map(|fact| match fact {
        Fact::Device { role: of, genuineness, .. } if *of == role => genuineness.clone(),
        _ => None,
    })
}

/// The screen that shows the device, as one text.
fn shown(front: &Front<'_>) -> Option<String> {
    match &front.view.body {
        Body::Choose { text, .. } if front.step() == "device" => Some(text.join(" ")),
        _ => None,
    }
}

fn establish_on(card: SoftCard, records: &Path) -> Rig {
    Rig::establish_on(card, &plan(), records, |readers| readers)
}

#[test]
fn in_a_rehearsal_the_software_card_is_accepted_and_its_keys_are_attested() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan(), records.path());
    let mut screens = Vec::new();
    rig.play(|front| {
        assert!(!asks(front));
        screens.extend(shown(front));
        Turn::Autopilot
    });
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    assert!(
        screens.iter().any(|screen| screen.contains("a software card, which only a rehearsal takes")),
        "{screens:?}"
    );
    for role in [DeviceRole::Original, DeviceRole::Replacement] {
        if let Some(found) = found(&rig, role) {
            assert_eq!(found, Genuineness::Software { root: ROOT.to_owned() });
        }
    }
    let made: Vec<bool> = rig
        .facts()
        .into_iter()
        .filter_map(|fact| if let Fact::Made { attested, .. } = fact { Some(*attested) } else { None })
        .collect();
    assert_eq!(made, [true]);
    assert!(record::verify(rig.lines.as_bytes()).is_ok());
}

#[test]
fn a_device_that_is_not_proven_genuine_needs_the_word_and_a_reason_or_is_changed() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = establish_on(without_issuer("REH0000001"), records.path());
    let (mut asked, mut left, mut screens) = (0, 0, Vec::new());
    rig.play(|front| {
        screens.extend(shown(front));
        if !asks(front) {
            return Turn::Autopilot;
        }
        asked += 1;
        let Body::Form { may_leave, text, .. } = &front.view.body else { panic!("a form") };
        assert!(*may_leave && text.join(" ").contains("the certificate of its issuer"), "{text:?}");
        match asked {
            // Whoever leaves it is where a device is inserted and found.
            1 => {
                left += 1;
                Turn::Do(Input::Leave)
            }
            // Neither half of it will do.
            3 => front.types(FieldName::NotGenuine, "NOT GENUINE"),
            5 => front.types(FieldName::Reason, "It is the only spare of this make."),
            _ => Turn::Do(Input::GoOn),
        }
    });
    assert!(rig.complete() && left == 1, "{:?}", rig.faults);
    let issuer = "ZZDICAREH00001".to_owned();
    assert_eq!(found(&rig, DeviceRole::Original), Some(Genuineness::IssuerMissing { issuer }));
    assert!(screens.iter().any(|screen| screen.contains("NOT PROVEN")), "{screens:?}");
    let decided = |fact: &Fact| matches!(fact, Fact::Decided { word } if word == "NOT GENUINE");
    assert_eq!(rig.facts().iter().filter(|fact| decided(fact)).count(), 1);
    let reason = |entry: &Entry| matches!(entry, Entry::Remarked { remark: Remark::Deviation, text, .. } if text == "It is the only spare of this make.");
    assert_eq!(rig.entries.iter().filter(|entry| reason(entry)).count(), 1);
    // Its keys are attested all the same, by the certificate that it has.
    assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Made { attested: true, .. })));
}

/// People stop at the first fault; returns it.
fn until_it_fails(rig: &mut Rig) -> Vec<String> {
    rig.play(|front| match front.fault() {
        Some(_) => front.goes_on_with(Recovery::Stop),
        None => Turn::Autopilot,
    });
    rig.failed().into_iter().map(str::to_owned).collect()
}

#[test]
fn a_copied_certificate_is_unmasked_before_anything_is_backed_up() {
    for (claims, fault) in [(false, "key-of-other-device"), (true, "key-not-attested")] {
        let records = tempfile::tempdir().unwrap();
        // Genuine to look at: its certificates are those of another card.
        let others = state("REH0000002");
        let mut card = state("REH0000001");
        card["files"]["2f02"] = others["files"]["2f02"].clone();
        if claims {
            // It calls itself like the other, too, in what it signs.
            card["serial"] = others["serial"].clone();
        }
        let mut rig = establish_on(SoftCard::from_json(&card).ok().unwrap(), records.path());
        assert_eq!(until_it_fails(&mut rig), [fault]);
        stopped(&rig, &[fault]);
        assert_eq!(found(&rig, DeviceRole::Original), Some(Genuineness::Software { root: ROOT.to_owned() }));
        let keys = |fact: &&Fact| matches!(fact, Fact::Made { .. } | Fact::BackedUp { .. });
        assert!(!rig.facts().iter().any(|fact| keys(fact)), "{fault}");
    }
}
