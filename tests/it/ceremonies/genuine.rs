//! Genuine devices: what their certificates prove is on the screen and in the record, to go on with another is a typed
//! decision, and no key is backed up that the device does not vouch for.

use std::path::Path;

use hsm_ceremony::card::transport::{Readers, Response, Transport, TransportError};
use hsm_ceremony::ceremony::{Body, Input, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::FieldName;
use hsm_ceremony::record::{self, DeviationName, Entry, Fact, KeyOfCertificate, Remark, ThrowAwayKey};
use hsm_ceremony::secret::WipingBytes;
use hsm_ceremony::softcard::SoftCard;
use hsm_ceremony::terms::{DeviceRole, Genuineness};
use serde_json::Value;

use super::mistakes::{plan, stopped};
use super::rig::{Front, Rig, Turn};

const ROOT: &str = "ZZSRCAREH00001";

fn state(serial: &str) -> Value {
    SoftCard::new(serial).unwrap().to_json()
}

/// A card whose issuer's certificate is missing.
fn without_issuer(serial: &str) -> SoftCard {
    let mut state = state(serial);
    let whole = state["files"]["2f02"].as_str().unwrap().to_owned();
    let second = whole.rfind("7f2181").unwrap();
    state["files"]["2f02"] = whole[..second].into();
    SoftCard::from_json(&state).ok().unwrap()
}

/// What is in the reader passes on what another device says when it generates a key.
struct PassedOn<T>(T);

impl Readers for PassedOn<Box<dyn Readers>> {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.0.occupied()
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(PassedOn(self.0.connect(reader)?)))
    }
}

impl Transport for PassedOn<Box<dyn Transport>> {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        let answer = self.0.transmit(command)?;
        if command.expose()[..2] != [0x00, 0x46] {
            return Ok(answer);
        }
        // Recorded from another device, for a key of the same type.
        let trace = include_str!("../../vectors/apdu-traces/pkcs11-tool-keypairgen-ec-prime256v1.json");
        let trace: Vec<Value> = serde_json::from_str(trace).unwrap();
        let generated = trace.iter().find(|pair| pair["command"].as_str().unwrap().starts_with("0046")).unwrap();
        let other = base16ct::mixed::decode_vec(generated["response"].as_str().unwrap()).unwrap();
        Response::new(WipingBytes::from_slice(&other)).ok_or(TransportError::Garbled)
    }
    fn largest_command(&self) -> usize {
        self.0.largest_command()
    }
    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.0.reconnect()
    }
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

fn thrown_away(rig: &Rig) -> Vec<ThrowAwayKey> {
    let proven = |fact: &&Fact| if let Fact::ThrowAwayKey(proven) = fact { Some(proven.clone()) } else { None };
    rig.facts().iter().filter_map(proven).collect()
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
    assert!(!thrown_away(&rig).is_empty());
    for proven in thrown_away(&rig) {
        assert_eq!((proven.outcome, &proven.genuineness), (KeyOfCertificate::Held, &None));
    }
    assert!(record::verify(rig.lines.as_bytes()).is_ok());
}

#[test]
fn a_device_that_is_not_proven_genuine_needs_the_word_and_a_reason_or_is_changed() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = establish_on(without_issuer("REH0000001"), records.path());
    let (mut asked, mut left, mut screens, mut loaded) = (0, 0, Vec::new(), Vec::new());
    rig.play(|front| {
        screens.extend(shown(front));
        if let Body::Read { text, .. } = &front.view.body {
            loaded.push(text.join(" "));
        }
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
            3 => front.types(FieldName::Override, "NOT GENUINE"),
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
    let deviated = rig.entries.iter().rev().find_map(|entry| match entry {
        Entry::Sealed { deviated, .. } => Some(deviated.iter().map(|one| one.name).collect::<Vec<_>>()),
        _ => None,
    });
    assert_eq!(deviated, Some(vec![DeviationName::NotGenuine, DeviationName::Noted]));
    // Its keys are attested all the same, by the certificate that it has: the throw-away key, too.
    assert_eq!(thrown_away(&rig)[0].outcome, KeyOfCertificate::Held);
    assert!(loaded.iter().any(|screen| screen.contains("NOT PROVEN to be the maker's; the device has its key")));
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

fn it_never_got_the_dkek(rig: &Rig, fault: &str) {
    stopped(rig, &[fault]);
    assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Initialised { .. })), "{fault}");
    let shares = rig.log.lock().unwrap().iter().filter(|one| one.starts_with(&[0x80, 0x52]) && one.len() > 5).count();
    assert_eq!(shares, 0, "no DKEK share was sent: {fault}");
    assert_eq!(found(rig, DeviceRole::Original), Some(Genuineness::Software { root: ROOT.to_owned() }));
    let facts = rig.facts();
    assert!(!facts.iter().any(|fact| matches!(fact, Fact::Loaded { .. } | Fact::Made { .. })), "{fault}");
}

#[test]
fn a_copied_certificate_is_unmasked_before_the_dkek_is_loaded() {
    let records = tempfile::tempdir().unwrap();
    // Genuine to look at: its certificates are those of another card, and it calls itself as they say.
    let mut card = state("REH0000001");
    card["files"]["2f02"] = state("REH0000002")["files"]["2f02"].clone();
    let mut rig = establish_on(SoftCard::from_json(&card).ok().unwrap(), records.path());
    assert_eq!(until_it_fails(&mut rig), ["device-key-missing"]);
    it_never_got_the_dkek(&rig, "device-key-missing");
}

#[test]
fn a_device_for_which_another_vouches_is_refused_by_its_name() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish_with(&plan(), records.path(), |readers| Box::new(PassedOn(readers)));
    assert_eq!(until_it_fails(&mut rig), ["device-key-elsewhere"]);
    let named = |entry: &Entry| matches!(entry, Entry::Failed { values, .. } if format!("{values:?}").contains("ESPICOHSMTR00001"));
    assert!(rig.entries.iter().any(named));
    it_never_got_the_dkek(&rig, "device-key-elsewhere");
}

/// What is in the reader shows other certificates once it is initialised: those of a card without an issuer.
struct Changing<T>(T, bool, Vec<u8>);

impl Readers for Changing<Box<dyn Readers>> {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.0.occupied()
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(Changing(self.0.connect(reader)?, self.1, self.2.clone())))
    }
}

impl Transport for Changing<Box<dyn Transport>> {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        let answer = self.0.transmit(command)?;
        let sent = command.expose();
        self.1 |= sent.starts_with(&[0x80, 0x50]);
        if !self.1 || !sent.starts_with(&[0x00, 0xB1, 0x2F, 0x02]) {
            return Ok(answer);
        }
        let offset = usize::from(u16::from_be_bytes([sent[7], sent[8]]));
        let rest = self.2.get(offset..).unwrap_or_default();
        let bytes = [&rest[..rest.len().min(256)], &[0x90, 0x00]].concat();
        Response::new(WipingBytes::from_slice(&bytes)).ok_or(TransportError::Garbled)
    }
    fn largest_command(&self) -> usize {
        self.0.largest_command()
    }
    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.0.reconnect()
    }
}

#[test]
fn certificates_are_read_anew_once_the_device_is_initialised() {
    let records = tempfile::tempdir().unwrap();
    let genuine = state("REH0000001")["files"]["2f02"].as_str().unwrap().to_owned();
    let alone = base16ct::mixed::decode_vec(&genuine[..genuine.rfind("7f2181").unwrap()]).unwrap();
    let changing = |readers| -> Box<dyn Readers> { Box::new(Changing(readers, false, alone)) };
    let mut rig = Rig::establish_on(SoftCard::new("REH0000001").unwrap(), &plan(), records.path(), changing);
    assert_eq!(until_it_fails(&mut rig), ["certificates-changed"]);
    it_never_got_the_dkek(&rig, "certificates-changed");
}

/// A card that deletes nothing.
struct Keeping<T>(T);

impl Readers for Keeping<Box<dyn Readers>> {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.0.occupied()
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(Keeping(self.0.connect(reader)?)))
    }
}

impl Transport for Keeping<Box<dyn Transport>> {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        if command.expose().starts_with(&[0x00, 0xE4]) {
            return Response::new(WipingBytes::from_slice(&[0x90, 0x00])).ok_or(TransportError::Garbled);
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
fn a_throw_away_key_that_is_still_listed_is_named_before_the_dkek_is_loaded() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish_with(&plan(), records.path(), |readers| Box::new(Keeping(readers)));
    assert_eq!(until_it_fails(&mut rig), ["throw-away-key-stays"]);
    it_never_got_the_dkek(&rig, "throw-away-key-stays");
}
