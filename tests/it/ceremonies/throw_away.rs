//! What a throw-away key cannot prove, and what is known against a device's version: both are on screens and in the record.

use std::path::Path;

use hsm_ceremony::card::transport::{Readers, Response, Transport, TransportError};
use hsm_ceremony::ceremony::{Body, Input};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::FieldName;
use hsm_ceremony::record::{Fact, KeyOfCertificate};
use hsm_ceremony::secret::{TypedText, WipingBytes};
use hsm_ceremony::softcard::SoftCard;
use hsm_ceremony::terms::Advisory;
use serde_json::{Value, json};

use super::misanswering::{Misanswer, Misanswering, When, Wrong};
use super::mistakes::plan;
use super::rig::{Front, Rig, Turn};

fn state() -> Value {
    SoftCard::new("REH0000001").unwrap().to_json()
}

fn establish_on(card: &Value, records: &Path) -> Rig {
    Rig::establish_on(SoftCard::from_json(card).ok().unwrap(), &plan(), records, |readers| readers)
}

fn outcomes(rig: &Rig) -> Vec<KeyOfCertificate> {
    let proven = |fact: &&Fact| if let Fact::ThrowAwayKey(proven) = fact { Some(proven.outcome) } else { None };
    rig.facts().iter().filter_map(proven).collect()
}

/// Types the word and a reason where the program asks for them, and keeps the texts of screens.
fn decides(front: &mut Front<'_>, screens: &mut Vec<String>) -> Turn {
    match &front.view.body {
        Body::Choose { text, .. } if front.step() == "device" => screens.push(text.join(" ")),
        Body::Read { text, .. } if front.step() == "load" => screens.push(text.join(" ")),
        Body::Form { fields, .. } if fields.iter().any(|field| field.kind == FieldKind::Word("NOT GENUINE")) => {
            let empty = |name| front.vault.typed(name).is_none_or(TypedText::is_empty);
            return match (empty(FieldName::Override), empty(FieldName::Reason)) {
                (true, _) => front.types(FieldName::Override, "NOT GENUINE"),
                (false, true) => front.types(FieldName::Reason, "It is a sample."),
                (false, false) => Turn::Do(Input::GoOn),
            };
        }
        _ => {}
    }
    Turn::Autopilot
}

#[test]
fn what_is_known_against_a_version_is_shown_when_such_a_device_is_found() {
    for (version, advisory, said) in [
        ([3, 1], Advisory::WrapOf31, "ATTENTION: version 3.1 wraps keys"),
        ([3, 3], Advisory::RestoreOf33, "ATTENTION: somebody reported that a key wrapped on version 3.3"),
    ] {
        let mut card = state();
        card["condition"] = json!({
            "terminated": false, "transport_pin": false, "refuses_blocks": false, "version": version,
            "public_keys": null, "room": null,
        });
        let records = tempfile::tempdir().unwrap();
        let mut rig = establish_on(&card, records.path());
        let mut screens = Vec::new();
        rig.play(|front| decides(front, &mut screens));
        assert!(rig.complete(), "{:?}", rig.failed());
        assert!(screens[0].contains(said) && screens[0].contains("https://"), "{}", screens[0]);
        let known = |fact: &&Fact| matches!(fact, Fact::Device { advisories, .. } if *advisories == [advisory]);
        assert_eq!(rig.facts().iter().filter(|fact| known(fact)).count(), 1, "the other device is of another version");
        assert!(screens.iter().skip(1).all(|screen| !screen.contains("ATTENTION")));
    }
}

#[test]
fn a_certificate_with_a_key_of_an_unknown_kind_proves_nothing_and_the_screen_says_so() {
    let mut card = state();
    // The first algorithm in the file is that of the device's own key.
    let whole =
        card["files"]["2f02"].as_str().unwrap().replacen("060a04007f00070202020203", "060a04007f000702020202ff", 1);
    card["files"]["2f02"] = whole.into();
    let records = tempfile::tempdir().unwrap();
    let mut rig = establish_on(&card, records.path());
    let mut screens = Vec::new();
    rig.play(|front| decides(front, &mut screens));
    assert!(rig.complete(), "{:?}", rig.failed());
    assert_eq!(outcomes(&rig)[0], KeyOfCertificate::CannotCheck);
    assert!(
        screens.iter().any(|screen| screen.contains("whether the device has its key cannot be checked")),
        "{screens:?}"
    );
    let made = |fact: &&Fact| matches!(fact, Fact::Made { attested: false, .. });
    assert_eq!(rig.facts().iter().filter(|fact| made(fact)).count(), 1, "nobody says that its keys are attested");
}

/// A card that refuses to generate the first key after it was initialised.
struct Refusing<T>(T, bool);

impl Readers for Refusing<Box<dyn Readers>> {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.0.occupied()
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(Refusing(self.0.connect(reader)?, self.1)))
    }
}

impl Transport for Refusing<Box<dyn Transport>> {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        self.1 |= command.expose().starts_with(&[0x80, 0x50]);
        if self.1 && command.expose().starts_with(&[0x00, 0x46]) {
            self.1 = false;
            return Response::new(WipingBytes::from_slice(&[0x6A, 0x81])).ok_or(TransportError::Garbled);
        }
        self.0.transmit(command)
    }
    fn largest_command(&self) -> usize {
        self.0.largest_command()
    }
    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.0.reconnect()
    }
}

#[test]
fn a_device_that_refuses_the_throw_away_key_is_not_proven_and_a_genuine_one_may_not_refuse_it() {
    for genuine in [false, true] {
        let mut card = state();
        if !genuine {
            let whole = card["files"]["2f02"].as_str().unwrap().to_owned();
            card["files"]["2f02"] = whole[..whole.rfind("7f2181").unwrap()].into();
        }
        let records = tempfile::tempdir().unwrap();
        let card = SoftCard::from_json(&card).ok().unwrap();
        let refusing = |readers| -> Box<dyn Readers> { Box::new(Refusing(readers, false)) };
        let mut rig = Rig::establish_on(card, &plan(), records.path(), refusing);
        let mut screens = Vec::new();
        rig.play(|front| decides(front, &mut screens));
        assert!(rig.complete(), "{:?}", rig.failed());
        // It was refused once: whoever tries again has the key.
        assert_eq!(rig.failed().first().copied(), genuine.then_some("card-refused"));
        let expected = if genuine { KeyOfCertificate::Held } else { KeyOfCertificate::NotGenerated };
        assert_eq!(outcomes(&rig)[0], expected);
        let said = screens.iter().any(|screen| screen.contains("NOT PROVEN, as it generated no throw-away key"));
        assert_eq!(said, !genuine, "{screens:?}");
    }
}

#[test]
fn a_throw_away_key_that_nobody_was_logged_in_to_delete_is_deleted_after_the_next_login() {
    let establish = |bad: &Misanswering| {
        let records = tempfile::tempdir().unwrap();
        let mut rig = Rig::establish_with(&plan(), records.path(), |readers| bad.readers(readers));
        rig.play(|_| Turn::Autopilot);
        assert!(rig.complete(), "{:?}", rig.failed());
        (rig.failed().iter().map(|fault| (*fault).to_owned()).collect::<Vec<_>>(), outcomes(&rig))
    };
    let usual = Misanswering::never();
    establish(&usual);
    let sent = usual.seen.lock().unwrap().sent.clone();
    let generated = sent.iter().position(|command| command.starts_with(&[0x00, 0x46])).unwrap();
    let deleted =
        sent.iter().skip(generated).position(|command| command.starts_with(&[0x00, 0xE4])).unwrap() + generated;
    for (place, carried_out) in [(generated, true), (deleted, false)] {
        let lost = Misanswer { wrong: Wrong::Status(0x6982), carried_out };
        let (failed, outcomes) = establish(&Misanswering::new(When::Once(place + 1), lost));
        assert_eq!(failed, ["card-login-lost"], "at {place}");
        assert_eq!(outcomes[0], KeyOfCertificate::Held);
    }
}
