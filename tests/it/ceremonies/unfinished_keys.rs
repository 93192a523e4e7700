//! A key that is not finished: the device is asked whether it is there, and only a key that this step may have left is
//! taken for the one of this step.

use std::sync::{Arc, Mutex};

use hsm_ceremony::card::transport::{Readers, Response, Transport, TransportError};
use hsm_ceremony::ceremony::{Body, Ceremony, ChoiceId, Known, Recovery};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Entry, Fact};
use hsm_ceremony::secret::WipingBytes;
use hsm_ceremony::terms::{DeviceRole, Number};

use super::misanswering::{Misanswer, Misanswering, When, Wrong};
use super::mistakes::{beside_a_strange_key, goes_on, plan, stopped, with_key};
use super::rig::{Rig, Turn, plan_text};

/// For a key on P-384, which takes a longer command than the throw-away key.
const GENERATE: &[u8] = &[0x00, 0x46, 0x01, 0x00, 0x00, 0x01];
const LIST: &[u8] = &[0x80, 0x58];
/// UPDATE BINARY of the description of the key at reference 1.
const DESCRIBE: &[u8] = &[0x00, 0xD7, 0xC4, 0x01];

/// What happens at the first command of a kind.
#[derive(Clone, Copy)]
enum Trouble {
    /// It is refused, and not carried out.
    Refused(&'static [u8], [u8; 2]),
    /// It is carried out, and the answer is damaged by this.
    Garbles(&'static [u8], fn(&mut [u8])),
    /// The first GENERATE is refused; somebody else sends it before the third list that follows.
    Foreign,
    /// The card vanishes at the first list after the first command with this beginning.
    LostAtTheListAfter(&'static [u8]),
}

#[derive(Default)]
struct Seen {
    done: bool,
    /// The command that was refused.
    refused: Option<Vec<u8>>,
    lists: usize,
}

struct Troubled<T>(T, Trouble, Arc<Mutex<Seen>>);

fn troubled(trouble: Trouble) -> impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers> {
    move |readers| Box::new(Troubled(readers, trouble, Arc::default()))
}

impl Readers for Troubled<Box<dyn Readers>> {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.0.occupied()
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(Troubled(self.0.connect(reader)?, self.1, Arc::clone(&self.2))))
    }
}

impl Transport for Troubled<Box<dyn Transport>> {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        let bytes = command.expose();
        let refusal = |status: [u8; 2]| Response::new(WipingBytes::from_slice(&status)).ok_or(TransportError::Garbled);
        let mut seen = self.2.lock().unwrap();
        match self.1 {
            Trouble::Refused(begins, status) if bytes.starts_with(begins) && !seen.done => {
                seen.done = true;
                return refusal(status);
            }
            Trouble::Garbles(begins, damage) if bytes.starts_with(begins) && !seen.done => {
                seen.done = true;
                let answer = self.0.transmit(command)?;
                let mut whole = [answer.data(), &[0x90, 0x00]].concat();
                damage(&mut whole);
                return Response::new(WipingBytes::from_slice(&whole)).ok_or(TransportError::Garbled);
            }
            Trouble::Foreign if bytes.starts_with(GENERATE) && !seen.done => {
                (seen.done, seen.refused) = (true, Some(bytes.to_vec()));
                return refusal([0x6F, 0x00]);
            }
            Trouble::Foreign if bytes.starts_with(LIST) && seen.refused.is_some() => {
                seen.lists += 1;
                // The first is that of the program, which asks whether the key is there.
                if seen.lists == 2
                    && let Some(refused) = seen.refused.take()
                {
                    self.0.transmit(&WipingBytes::from_slice(&refused))?;
                }
            }
            Trouble::LostAtTheListAfter(begins) if bytes.starts_with(begins) && !seen.done => seen.lists = 1,
            Trouble::LostAtTheListAfter(_) if bytes.starts_with(LIST) && seen.lists == 1 && !seen.done => {
                seen.done = true;
                return Err(TransportError::CutOff);
            }
            Trouble::Refused(..) | Trouble::Garbles(..) | Trouble::Foreign | Trouble::LostAtTheListAfter(_) => {}
        }
        drop(seen);
        self.0.transmit(command)
    }
    fn largest_command(&self) -> usize {
        self.0.largest_command()
    }
    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.0.reconnect()
    }
}

/// *Establish* with one key at such a device, where people choose what comes first; what the fault screens said.
fn establish(trouble: Trouble) -> (Rig, String, tempfile::TempDir) {
    let records = tempfile::tempdir().unwrap();
    let plan = plan_text(2, 3, &[("EC:secp384r1", 10)], false);
    let mut rig = Rig::establish_with(&plan, records.path(), troubled(trouble));
    let mut said = String::new();
    rig.play(|front| {
        if let Body::Fault { happened, truth, .. } = &front.view.body {
            said.extend(happened.iter().chain(truth).map(|line| line.clone() + "\n"));
        }
        match front.fault() {
            Some("key-reference-occupied") => front.goes_on_with(Recovery::Stop),
            _ => Turn::Autopilot,
        }
    });
    (rig, said, records)
}

#[test]
fn a_key_that_is_there_without_its_description_is_finished() {
    let (rig, said, _records) = establish(Trouble::Refused(DESCRIBE, [0x6F, 0x00]));
    goes_on(&rig, &["key-unfinished"]);
    assert!(said.contains("Key key-0 is in the device at key reference 1"), "{said}");
    assert!(said.contains("The device was asked: the key is there."), "{said}");
}

#[test]
fn a_full_device_is_called_full_and_was_asked_what_it_holds() {
    let (rig, said, _records) = establish(Trouble::Refused(GENERATE, [0x6A, 0x84]));
    goes_on(&rig, &["device-full"]);
    assert!(said.contains("it has no room left"), "{said}");
    assert!(said.contains("The device was asked: there is no key at this key reference."), "{said}");
    let (rig, said, _records) = establish(Trouble::Refused(DESCRIBE, [0x6A, 0x84]));
    goes_on(&rig, &["key-unfinished"]);
    assert!(said.contains("the device has no room left"), "{said}");
}

#[test]
fn a_key_that_appears_after_a_refusal_is_not_taken_for_ours() {
    let (rig, said, _records) = establish(Trouble::Foreign);
    stopped(&rig, &["card-refused", "key-reference-occupied"]);
    assert!(said.contains("That key was not touched"), "{said}");
}

/// Damages the signature of a request by its own key.
fn in_the_signature(request: &mut [u8]) {
    let tag = request.windows(2).position(|two| two == [0x5F, 0x37]).unwrap();
    request[tag + 16] ^= 0x01;
}

#[test]
fn a_request_that_is_not_right_says_that_a_key_is_on_the_device() {
    let (rig, said, _records) = establish(Trouble::Garbles(GENERATE, in_the_signature));
    goes_on(&rig, &["request-wrong"]);
    assert!(said.contains("The device was asked: a key is at key reference 1."), "{said}");
    let (rig, said, _records) = establish(Trouble::Garbles(GENERATE, |request| request[0] ^= 0x01));
    goes_on(&rig, &["key-unfinished"]);
    assert!(said.contains("The device was asked: the key is there."), "{said}");
}

#[test]
fn a_card_lost_before_a_key_was_made_leaves_nothing_in_doubt() {
    // The DKEK is loaded, and the next list is that of the step that makes the key.
    let (rig, said, _records) = establish(Trouble::LostAtTheListAfter(&[0x80, 0x52, 0x00, 0x00, 0x20]));
    assert_eq!(rig.failed(), ["card-lost-reading"], "{said}");
    assert!(rig.complete());
}

#[test]
fn only_a_lost_answer_or_a_key_that_is_there_leaves_doubt() {
    let plan = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
    for (act, fault, again) in [
        ("make-key", "card-cut-off", true),
        ("make-key", "card-no-card", true),
        ("make-key", "card-garbled", true),
        ("make-key", "key-unfinished", true),
        ("make-key", "request-wrong", true),
        ("make-key", "file-write", true),
        ("make-key", "worker-gone", true),
        ("make-key", "a-fault-of-another-build", true),
        ("make-key", "card-was-out", true),
        ("make-key", "card-not-responding", true),
        ("make-key", "card-no-reader", true),
        ("make-key", "card-no-service", true),
        ("make-key", "card-lost-reading", false),
        ("make-key", "card-refused", false),
        ("make-key", "card-login-lost", false),
        ("make-key", "device-full", false),
        ("make-key", "key-type-refused", false),
        ("make-key", "key-reference-occupied", false),
        ("make-key", "no-device", false),
        ("make-key", "card-foreign", false),
        ("restore-key", "card-cut-off", true),
        ("restore-key", "key-unfinished", true),
        ("restore-key", "unwrap-refused", false),
        ("restore-key", "source-file-changed", false),
        ("restore-key", "file-read", false),
    ] {
        let character = &Ceremony::of(CeremonyKind::Establish).character;
        let mut known = Known::new(character, Plan::parse(&plan).unwrap(), true);
        let step = Number { section: 7, step: 1 };
        known.learn(&Entry::Failed { step, act: act.to_owned(), fault: fault.to_owned(), values: vec![] });
        assert_eq!(known.doubt.again, again, "{act}: {fault}");
    }
}

#[test]
fn a_key_that_came_after_the_device_was_found_is_not_erased_unnamed() {
    let records = tempfile::tempdir().unwrap();
    let (rack, strange, setup) = beside_a_strange_key(records.path());
    let mut rig = Rig::held(setup, Box::new(rack.clone()));
    let mut put = false;
    rig.play(|front| {
        if !put && matches!(front.view.body, Body::Form { irreversible: true, .. }) {
            put = true;
            with_key(&rack, "07", Some(strange.clone()));
        }
        match front.fault() {
            Some("device-other-keys") => {
                assert_eq!(rack.with_card(0, |card| card.to_json()["keys"]["07"].clone()).unwrap(), strange);
                with_key(&rack, "07", None);
                front.goes_on_with(Recovery::TryAgain)
            }
            Some(_) => front.goes_on_with(Recovery::TryAgain),
            None => Turn::Autopilot,
        }
    });
    goes_on(&rig, &["card-was-out", "device-other-keys", "card-was-out"]);
    assert_eq!(rig.value("device-other-keys", "references"), "7");
    assert!(rig.machine.known().doubt.perhaps_erased.is_empty(), "nothing was sent that could have erased it");
}

#[test]
fn keys_that_a_device_did_not_list_at_first_can_be_read_and_named_without_dealing_again() {
    let records = tempfile::tempdir().unwrap();
    let (rack, strange, setup) = beside_a_strange_key(records.path());
    let mut rig = Rig::held(setup, Box::new(rack.clone()));
    let (mut put, mut offered, mut named) = (false, String::new(), false);
    rig.play(|front| {
        if !put && matches!(front.view.body, Body::Form { irreversible: true, .. }) {
            put = true;
            with_key(&rack, "07", Some(strange.clone()));
        }
        named |= !front.machine.known().devices.named_keys(DeviceRole::Original).is_empty();
        match (front.fault(), &front.view.body) {
            (Some("device-other-keys"), Body::Fault { choices, .. }) => {
                assert!(!named, "nobody has read of it yet");
                let again = ChoiceId::Recovery(Recovery::DeviceAgain);
                offered.clone_from(&choices.iter().find(|choice| choice.id == again).unwrap().text);
                front.goes_on_with(Recovery::DeviceAgain)
            }
            (Some(_), _) => front.goes_on_with(Recovery::TryAgain),
            (None, _) => Turn::Autopilot,
        }
    });
    assert_eq!(rig.failed(), ["card-was-out", "device-other-keys"]);
    assert!(rig.complete() && rig.vault.is_empty());
    assert_eq!(offered, "Read what is on this device again, then set both PINs again");
    assert!(named, "people read of it before it was erased");
    assert!(rack.with_card(0, |card| card.to_json()["keys"]["07"].is_null()).unwrap());
    let dealt = |entry: &&Entry| matches!(entry, Entry::Learned { fact: Fact::Dealt { .. }, .. });
    assert_eq!(rig.entries.iter().filter(dealt).count(), 1, "dealt once");
}

#[test]
fn what_is_read_wrongly_beside_a_key_is_named_before_it_is_backed_up() {
    let establish = |bad: &Misanswering| {
        let records = tempfile::tempdir().unwrap();
        let mut rig = Rig::establish_with(&plan(), records.path(), |readers| bad.readers(readers));
        rig.play(|_| Turn::Autopilot);
        assert!(rig.complete(), "{:?}", rig.failed());
        rig.failed().iter().map(|fault| (*fault).to_owned()).collect::<Vec<_>>()
    };
    let usual = Misanswering::never();
    establish(&usual);
    let sent = usual.seen.lock().unwrap().sent.clone();
    let wrapped = sent.iter().position(|command| command.starts_with(&[0x80, 0x72])).unwrap();
    // Description and request, piece by piece. The last piece is empty: it says that the file has ended.
    let reads = |place: &usize| matches!(sent[*place][..3], [0x00, 0xB1, 0xC4 | 0xCE]);
    let places: Vec<usize> = (wrapped + 1..sent.len()).take_while(reads).collect();
    assert!(places.len() >= 4, "{places:?}");
    let garbage = Misanswer { wrong: Wrong::Garbage, carried_out: true };
    let named: Vec<String> =
        places.into_iter().flat_map(|place| establish(&Misanswering::new(When::Once(place + 1), garbage))).collect();
    // The description, and bytes after its end; two pieces of the request. What follows a request is ignored.
    assert_eq!(named, ["card-malformed", "backup-broken", "card-malformed", "card-malformed"]);
}
