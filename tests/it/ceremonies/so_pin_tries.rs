//! What INITIALIZE may cost: an SO-PIN try is lost only if people were told, and an older initialisation is never taken
//! for today's.

use std::path::Path;
use std::sync::{Arc, Mutex};

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::card::transport::{Readers, Response, Transport, TransportError};
use hsm_ceremony::card::{Device, Initialise, PinAnswer, PinReset};
use hsm_ceremony::ceremony::{Ceremony, Known, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Entry, Fact, Peculiar};
use hsm_ceremony::secret::{SoPin, TypedText, UserPin, WipingBytes};
use hsm_ceremony::softcard::{CutOff, Faults, Rack, SoftCard};
use hsm_ceremony::terms::{DeviceRole, Number, Serial};
use serde_json::Value;

use super::mistakes::{goes_on, plan};
use super::rig::{Front, Rig, Turn, used_card};

const INITIALIZE: [u8; 2] = [0x80, 0x50];
const WRONG: &str = "1111111111111111";

fn initialised(rig: &Rig) -> usize {
    rig.log.lock().unwrap().iter().filter(|command| command.starts_with(&INITIALIZE)).count()
}

/// *Establish* on this card, with something between the program and its readers.
fn establish(
    card: SoftCard,
    records: &Path,
    between: impl FnOnce(Box<dyn Readers>) -> Box<dyn Readers>,
) -> (Rig, Rack) {
    let rack = Rack::new(1);
    rack.insert(0, card);
    let mut setup = Setup::by_plan(
        CeremonyKind::Establish,
        Plan::parse(&plan()).unwrap(),
        plan(),
        records,
        Environment::SoftwareCards,
    )
    .unwrap();
    setup.context.readers = Box::new(rack.clone());
    setup.context.inserter = None;
    (Rig::in_hands(setup, between), rack)
}

fn tries(rack: &Rack) -> Value {
    rack.with_card(0, |card| card.to_json()["pins"]["so"]["left"].clone()).unwrap()
}

/// A used card with this many SO-PIN tries left.
fn so_tries(left: u8) -> SoftCard {
    let mut state = used_card("REH0000077", Faults::default()).to_json();
    state["pins"]["so"]["left"] = left.into();
    SoftCard::from_json(&state).ok().unwrap()
}

/// Types this as the current SO-PIN when it is asked for the first time.
fn types_first(front: &mut Front<'_>, typed: &mut bool, text: &str) -> Option<Turn> {
    let place = front.empty(|kind| matches!(kind, FieldKind::SoPin { .. }))?;
    (!std::mem::replace(typed, true)).then(|| front.types(place, text))
}

/// A device that refuses INITIALIZE with a status word of its own: for every wrong SO-PIN, or for the first INITIALIZE
/// whatever it says.
pub struct Refusing<T> {
    pub inner: T,
    pub word: u16,
    pub first: Option<Arc<Mutex<bool>>>,
}

impl Transport for Refusing<Box<dyn Transport>> {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        let refusal = Response::new(WipingBytes::from_slice(&self.word.to_be_bytes())).unwrap();
        let initialises = command.expose().starts_with(&INITIALIZE);
        if let Some(first) = self.first.as_ref().filter(|_| initialises)
            && std::mem::replace(&mut *first.lock().unwrap(), false)
        {
            return Ok(refusal);
        }
        let answer = self.inner.transmit(command)?;
        let is_wrong = u16::from(answer.status()) & 0xFFF0 == 0x63C0;
        Ok(if initialises && is_wrong { refusal } else { answer })
    }
    fn largest_command(&self) -> usize {
        self.inner.largest_command()
    }
    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.inner.reconnect()
    }
}

impl Readers for Refusing<Box<dyn Readers>> {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.inner.occupied()
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        let inner = self.inner.connect(reader)?;
        Ok(Box::new(Refusing { inner, word: self.word, first: self.first.clone() }))
    }
}

#[test]
fn a_wrong_so_pin_is_reported_whatever_status_word_the_device_uses() {
    for word in [0x6300, 0x6982, 0x6984, 0x6A80] {
        let records = tempfile::tempdir().unwrap();
        let between = |inner| Box::new(Refusing { inner, word, first: None }) as Box<dyn Readers>;
        let (mut rig, rack) = establish(so_tries(15), records.path(), between);
        let mut typed = false;
        rig.play(|front| {
            if front.fault() == Some("so-pin-wrong") {
                return front.goes_on_with(Recovery::PinsAgain);
            }
            types_first(front, &mut typed, WRONG).unwrap_or(Turn::Autopilot)
        });
        goes_on(&rig, &["so-pin-wrong"]);
        assert_eq!(rig.value("so-pin-wrong", "left"), "14", "{word:04X}");
        assert_eq!(tries(&rack), 15, "the right one puts the counter back");
    }
}

#[test]
fn a_refusal_that_costs_no_try_is_not_called_a_wrong_so_pin() {
    for word in [0x6982, 0x6985, 0x6A80] {
        let records = tempfile::tempdir().unwrap();
        let first = Some(Arc::new(Mutex::new(true)));
        let between = |inner| Box::new(Refusing { inner, word, first }) as Box<dyn Readers>;
        let (mut rig, _) = establish(so_tries(15), records.path(), between);
        rig.play(|front| match front.fault() {
            Some(_) => front.goes_on_with(Recovery::TryAgain),
            None => Turn::Autopilot,
        });
        goes_on(&rig, &["initialise-refused"]);
        assert_eq!(rig.value("initialise-refused", "status"), format!("{word:04X}"));
    }
}

/// The number of the first INITIALIZE among all commands.
fn place_of_initialize(card: SoftCard) -> usize {
    let records = tempfile::tempdir().unwrap();
    let (mut rig, _) = establish(card, records.path(), |readers| readers);
    rig.run(|_| {});
    let log = rig.log.lock().unwrap();
    log.iter().position(|command| command.starts_with(&INITIALIZE)).unwrap() + 1
}

#[test]
fn after_a_cut_a_wrong_so_pin_is_not_sent_again_before_people_know_of_the_lost_try() {
    for left in [15, 2] {
        let records = tempfile::tempdir().unwrap();
        let cut = CutOff::after(place_of_initialize(so_tries(left)));
        let (mut rig, rack) = establish(so_tries(left), records.path(), |readers| cut.readers(readers));
        let (mut typed, mut last_try) = (false, 0);
        rig.play(|front| {
            match front.fault() {
                Some("so-pin-wrong") => {
                    assert_eq!(tries(&rack), left - 1);
                    return front.goes_on_with(Recovery::PinsAgain);
                }
                Some(_) => return front.goes_on_with(Recovery::TryAgain),
                None => {}
            }
            last_try += usize::from(front.empty(|kind| *kind == FieldKind::Word("LAST TRY")).is_some());
            types_first(front, &mut typed, WRONG).unwrap_or(Turn::Autopilot)
        });
        goes_on(&rig, &["card-cut-off", "so-pin-wrong"]);
        assert_eq!(rig.value("so-pin-wrong", "left"), (left - 1).to_string());
        assert_eq!(last_try, usize::from(left == 2), "the last try is a decision");
        assert_eq!((initialised(&rig), tries(&rack)), (2, 15.into()), "once wrong, once right");
    }
}

#[test]
fn the_last_try_that_never_arrived_is_not_called_wrong() {
    let records = tempfile::tempdir().unwrap();
    let cut = CutOff::before(place_of_initialize(so_tries(1)));
    let (mut rig, rack) = establish(so_tries(1), records.path(), |readers| cut.readers(readers));
    let mut last_try = 0;
    rig.play(|front| {
        last_try += usize::from(front.empty(|kind| *kind == FieldKind::Word("LAST TRY")).is_some());
        match front.fault() {
            Some(_) => front.goes_on_with(Recovery::TryAgain),
            None => Turn::Autopilot,
        }
    });
    // The counter shows that it did not arrive: what was decided is sent, and nobody is told that a right SO-PIN is
    // wrong.
    goes_on(&rig, &["card-cut-off"]);
    assert_eq!((last_try, initialised(&rig), tries(&rack)), (1, 1, 15.into()));
}

#[test]
fn the_so_pin_of_today_is_asked_for_only_where_the_device_is_known_to_have_it() {
    let step = Number { section: 6, step: 1 };
    let role = DeviceRole::Original;
    let device = |initialised| Fact::Device {
        role,
        serial: Serial::new("REH0000077").unwrap(),
        version: "3.5".into(),
        platform: None,
        user_pin_tries: None,
        user_pin: None,
        so_pin_tries: Some(15),
        so_pin: None,
        initialised,
        keys: 0,
        certificates: Vec::new(),
        data_objects: Vec::new(),
        reader: None,
        certified_by: None,
        genuineness: None,
        advisories: Vec::new(),
        token_label: None,
        peculiar: Peculiar::default(),
    };
    let done = || Fact::Initialised { role, serial: Serial::new("REH0000077").unwrap(), dkek_shares: 1 };
    for (facts, of_today) in [
        (vec![device(false), done()], true),
        (vec![device(true), done()], false),
        (vec![device(true), done(), Fact::SoPinChanged { role }], true),
    ] {
        let mut known =
            Known::new(&Ceremony::of(CeremonyKind::Establish).character, Plan::parse(&plan()).unwrap(), true);
        for fact in facts {
            known.learn(&Entry::Learned { step, fact });
        }
        assert_eq!(known.devices.so_pin_of_today.contains(&role), of_today);
    }
}

/// A card that was initialised yesterday for one DKEK share, with the user PIN that people choose today.
fn yesterday(user_pin_tries: u8, pin_reset: PinReset) -> SoftCard {
    let typed = |text: &str| {
        let mut typed = TypedText::new();
        text.bytes().for_each(|byte| typed.push(byte).unwrap());
        typed
    };
    let rack = Rack::new(1);
    rack.insert(0, SoftCard::new("REH0000088").unwrap());
    let mut device = Device::open(rack.clone().connect(&Rack::name(0)).unwrap()).unwrap();
    let so_pin = SoPin::from_typed(&typed("3537363231383830")).ok().unwrap();
    let user_pin = UserPin::from_typed(&typed("27182818")).ok().unwrap();
    let settings = Initialise { so_pin: &so_pin, user_pin: &user_pin, user_pin_tries, dkek_shares: Some(1), pin_reset };
    assert_eq!(device.initialise(&settings), Ok(PinAnswer::Accepted));
    rack.remove(0).unwrap()
}

#[test]
fn after_a_cut_an_older_initialisation_with_the_same_pin_is_not_taken_for_todays() {
    for (card, times) in [
        (yesterday(3, PinReset::Off), 0),
        (yesterday(4, PinReset::Off), 1),
        (yesterday(3, PinReset::Set), 1),
        (yesterday(3, PinReset::Unblock), 1),
    ] {
        let records = tempfile::tempdir().unwrap();
        let cut = CutOff::before(place_of_initialize(card.clone()));
        let (mut rig, rack) = establish(card, records.path(), |readers| cut.readers(readers));
        rig.run(|_| {});
        goes_on(&rig, &["card-cut-off"]);
        // A card in exactly the state that the plan wants needs no further initialisation.
        assert_eq!(initialised(&rig), times);
        let pins = rack.with_card(0, |card| card.to_json()["pins"].clone()).unwrap();
        assert_eq!((&pins["user"]["limit"], &pins["options"]), (&3.into(), &0.into()), "as the plan says");
        assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Initialised { .. })));
    }
}

#[test]
fn an_interruption_on_one_device_does_not_concern_the_next() {
    let found = |serial: &str| {
        let fact = Fact::Device {
            role: DeviceRole::Original,
            serial: Serial::new(serial).unwrap(),
            version: "3.5".into(),
            platform: None,
            user_pin_tries: None,
            user_pin: None,
            so_pin_tries: None,
            so_pin: None,
            initialised: false,
            keys: 0,
            certificates: Vec::new(),
            data_objects: Vec::new(),
            reader: None,
            certified_by: None,
            genuineness: None,
            advisories: Vec::new(),
            token_label: None,
            peculiar: Peculiar::default(),
        };
        Entry::Learned { step: Number { section: 1, step: 1 }, fact }
    };
    for act in ["initialise", "make-key"] {
        let mut known =
            Known::new(&Ceremony::of(CeremonyKind::Establish).character, Plan::parse(&plan()).unwrap(), true);
        known.learn(&found("REH0000001"));
        let step = Number { section: 1, step: 1 };
        known.learn(&Entry::Failed { step, act: act.into(), fault: "card-cut-off".into(), values: Vec::new() });
        known.learn(&found("REH0000001"));
        assert!(known.doubt.cut || known.doubt.again, "the same one may have done it");
        known.learn(&found("REH0000002"));
        assert!(!known.doubt.cut && !known.doubt.again);
    }
}
