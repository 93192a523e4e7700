//! Inspect looks at whatever is in the reader, and changes nothing.

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::card::{Device, Initialise, PinReset};
use hsm_ceremony::ceremony::{Body, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::ItemName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Ending, Entry, Fact};
use hsm_ceremony::secret::{Secret, SoPin, TypedText, UserPin};
use hsm_ceremony::softcard::{Faults, Rack, SoftCard};
use hsm_ceremony::terms::{Curve, KeyId, KeyLabel, KeyReference, KeyType};
use serde_json::Value;

use super::rig::{Front, Rig, Turn, plan_text, used_card};

/// The user PIN that the autopilot types.
const USER_PIN: &str = "27182818";

fn typed(text: &str) -> TypedText {
    let mut typed = TypedText::new();
    text.bytes().for_each(|byte| typed.push(byte).unwrap());
    typed
}

/// A card with this many DKEK shares (`None`: without a DKEK), some of them imported, and a key with a description.
fn provisioned(shares: Option<u8>, imported: u8, faults: Faults) -> SoftCard {
    let rack = Rack::new(1);
    rack.insert(0, SoftCard::new("REH0000042").unwrap());
    let mut readers: Box<dyn hsm_ceremony::card::transport::Readers> = Box::new(rack.clone());
    let mut device = Device::open(readers.connect(&Rack::name(0)).unwrap()).unwrap();
    let so_pin = SoPin::from_typed(&typed("3537363231383830")).ok().unwrap();
    let user_pin = UserPin::from_typed(&typed(USER_PIN)).ok().unwrap();
    let settings = Initialise {
        so_pin: &so_pin,
        user_pin: &user_pin,
        user_pin_tries: 5,
        dkek_shares: shares,
        pin_reset: PinReset::Off,
    };
    device.initialise(&settings).unwrap();
    device.verify_user_pin(&user_pin).unwrap();
    for share in 0..imported {
        device.import_dkek_share(&Secret::init(|bytes: &mut [u8; 32]| bytes.fill(share + 1))).unwrap();
    }
    if shares.is_none_or(|shares| shares == imported) {
        let (at, kind) = (KeyReference::new(7).unwrap(), KeyType::Ec(Curve::P384));
        device.generate(at, kind).unwrap();
        let (label, id) = (KeyLabel::new("issuing").unwrap(), KeyId::parse("10").unwrap());
        device.describe(at, &hsm_ceremony::card::KeyDescription::new(&label, &id, at, kind)).unwrap();
    }
    let mut card = rack.remove(0).unwrap();
    card.faults = faults;
    card
}

struct Seen {
    rig: Rig,
    screens: Vec<String>,
    before: Value,
    after: Value,
}

fn inspected(card: SoftCard) -> Seen {
    let (records, rack) = (tempfile::tempdir().unwrap(), Rack::new(1));
    let before = card.to_json();
    rack.insert(0, card);
    let text = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
    let plan = Plan::parse(&text).unwrap();
    let setup = Setup::by_plan(CeremonyKind::Inspect, plan, text, records.path(), Environment::SoftwareCards).unwrap();
    let mut rig = Rig::held(setup, Box::new(rack.clone()));
    let mut screens = Vec::new();
    rig.play(|front| {
        screens.push(format!("{:?}", front.view.body));
        Turn::Autopilot
    });
    assert!(rig.vault.is_empty() && matches!(rig.entries.last(), Some(Entry::Sealed { ending: Ending::Complete, .. })));
    let after = rack.remove(0).unwrap().to_json();
    Seen { rig, screens, before, after }
}

impl Seen {
    /// Nothing failed, and the card is unchanged, including its tries.
    fn unchanged(self) -> Self {
        assert!(self.rig.faults.is_empty(), "{:?}", self.rig.faults);
        assert_eq!(self.before, self.after);
        self
    }

    /// Shares, outstanding and KCV as they were read, in order.
    fn dkek(&self) -> Vec<(Option<u8>, u8, bool)> {
        let state = |fact: &&Fact| matches!(fact, Fact::DkekState { .. });
        let read = self.rig.facts().into_iter().filter(state).map(|fact| match fact {
            Fact::DkekState { shares, outstanding, kcv, .. } => (*shares, *outstanding, kcv.is_some()),
            _ => unreachable!(),
        });
        read.collect()
    }

    fn logged_in(&self) -> bool {
        self.rig.facts().iter().any(|fact| matches!(fact, Fact::LoggedIn { .. }))
    }

    /// Whether a screen shows this.
    fn shows(&self, what: &str) -> bool {
        self.screens.iter().any(|screen| screen.contains(what))
    }
}

/// The KCV of a card whose shares are all imported, as people read it.
fn kcv(seen: &Seen) -> String {
    let found = seen.rig.facts().into_iter().find_map(|fact| match fact {
        Fact::DkekState { kcv, .. } => *kcv,
        _ => None,
    });
    found.unwrap().to_string()
}

#[test]
fn a_genuine_card_shows_everything_without_a_login() {
    let seen = inspected(provisioned(Some(2), 2, Faults::default())).unchanged();
    assert_eq!(seen.dkek(), [(Some(2), 0, true)]);
    assert!(!seen.logged_in());
    for what in ["REH0000042", "SmartCard-HSM on JCOP", "issuing", "EC secp384r1", kcv(&seen).as_str()] {
        assert!(seen.shows(what), "{what}");
    }
    let device = seen.rig.facts().into_iter().find_map(|fact| match fact {
        Fact::Device { user_pin_tries, so_pin_tries, initialised, keys, platform, .. } => {
            Some((*user_pin_tries, *so_pin_tries, *initialised, *keys, platform.clone()))
        }
        _ => None,
    });
    assert_eq!(device, Some((Some(5), Some(15), true, 1, Some("jcop".to_owned()))));
}

#[test]
fn a_card_that_hides_its_kcv_shows_it_after_a_login() {
    let seen = inspected(provisioned(Some(1), 1, Faults::PICO)).unchanged();
    assert_eq!(seen.dkek(), [(Some(1), 0, false), (Some(1), 0, true)]);
    assert!(seen.logged_in() && seen.shows(&kcv(&seen)));
    assert!(!seen.shows("00:00:00:00") && !seen.shows("0000000000000000"), "zeros are no KCV");
    let genuine = inspected(provisioned(Some(1), 1, Faults::default()));
    assert_eq!(kcv(&genuine), kcv(&seen));
}

#[test]
fn a_card_with_shares_missing_has_no_kcv_and_nobody_logs_in_for_it() {
    for (imported, outstanding) in [(0, 3), (2, 1)] {
        for faults in [Faults::default(), Faults::PICO] {
            let seen = inspected(provisioned(Some(3), imported, faults)).unchanged();
            assert_eq!(seen.dkek(), [(Some(3), outstanding, false)]);
            assert!(!seen.logged_in());
        }
    }
}

#[test]
fn a_card_without_dkek_and_one_that_was_never_initialised() {
    let seen = inspected(provisioned(None, 0, Faults::default())).unchanged();
    assert_eq!(seen.dkek(), [(None, 0, false)]);
    assert!(!seen.logged_in() && seen.shows("issuing"));
    let used = inspected(used_card("REH0000043", Faults::PICO)).unchanged();
    assert_eq!(used.dkek(), [(None, 0, false)]);

    let fresh = inspected(SoftCard::new("REH0000044").unwrap()).unchanged();
    assert!(fresh.shows("REH0000044") && !fresh.logged_in());
    let listed = fresh.rig.facts().into_iter().any(|fact| matches!(fact, Fact::Listed { keys, .. } if keys.is_empty()));
    assert!(listed);
}

/// *Inspect* of a card that hides its KCV, with people who act on their own.
fn hidden(card: SoftCard, people: impl FnMut(&mut Front<'_>) -> Turn) -> (Rig, Value) {
    let (records, rack) = (tempfile::tempdir().unwrap(), Rack::new(1));
    rack.insert(0, card);
    let text = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
    let plan = Plan::parse(&text).unwrap();
    let setup = Setup::by_plan(CeremonyKind::Inspect, plan, text, records.path(), Environment::SoftwareCards).unwrap();
    let mut rig = Rig::held(setup, Box::new(rack.clone()));
    rig.play(people);
    assert!(rig.complete(), "{:?}", rig.failed());
    (rig, rack.remove(0).unwrap().to_json())
}

fn is_user_pin(kind: &FieldKind) -> bool {
    *kind == FieldKind::UserPin
}

#[test]
fn a_wrong_pin_costs_the_one_try_it_is_said_to_cost() {
    let mut mistaken = false;
    let (rig, _) = hidden(provisioned(Some(1), 1, Faults::PICO), |front| match front.empty(is_user_pin) {
        Some(place) if !mistaken => {
            mistaken = true;
            front.types(place, "11111111")
        }
        _ => Turn::Autopilot,
    });
    assert_eq!((rig.failed(), rig.value("pin-wrong", "left").as_str()), (vec!["pin-wrong"], "4"));
}

#[test]
fn people_without_a_pin_see_everything_but_the_hidden_kcv() {
    let card = provisioned(Some(1), 1, Faults::PICO);
    let before = card.to_json();
    let (mut asked, mut listed) = (0, false);
    let (rig, after) = hidden(card, |front| {
        listed |= format!("{:?}", front.view.body).contains("issuing");
        assert!(front.empty(is_user_pin).is_none(), "nobody is asked for a PIN");
        match &front.view.body {
            Body::Choose { options, .. } if front.step() != "inspect-device" => {
                assert!(listed && options.len() == 2, "the keys were shown before: {options:?}");
                asked += 1;
                front.item(ItemName::LeaveHidden)
            }
            _ => Turn::Autopilot,
        }
    });
    assert_eq!((asked, before), (1, after));
    assert!(rig.failed().is_empty());
    let log_in = |entry: &&Fact| matches!(entry, Fact::KcvAsked { log_in: false, .. });
    assert!(rig.facts().iter().any(log_in), "that it was left hidden is in the record");
}

#[test]
fn a_blocked_pin_leaves_the_kcv_hidden_and_nobody_in_a_loop() {
    let mut state = provisioned(Some(1), 1, Faults::PICO).to_json();
    state["pins"]["user"]["left"] = 0.into();
    let (rig, _) = hidden(SoftCard::from_json(&state).ok().unwrap(), |front| {
        if front.fault() == Some("pin-blocked") {
            assert_eq!(front.machine.choices(), [Recovery::LeaveHidden, Recovery::Stop], "there is nothing to erase");
        }
        Turn::Autopilot
    });
    assert_eq!(rig.failed(), ["pin-blocked"]);
}

#[test]
fn people_who_leave_the_kcv_hidden_after_the_last_try_are_not_asked_for_another() {
    let mut state = provisioned(Some(1), 1, Faults::PICO).to_json();
    state["pins"]["user"]["left"] = 1.into();
    let (mut wrong, mut last_tries) = (false, 0);
    let (rig, _) = hidden(SoftCard::from_json(&state).ok().unwrap(), |front| {
        if front.fault().is_some() {
            return front.goes_on_with(Recovery::LeaveHidden);
        }
        last_tries += usize::from(front.empty(|kind| *kind == FieldKind::Word("LAST TRY")).is_some());
        match front.empty(|kind| *kind == FieldKind::UserPin) {
            Some(place) if !wrong => {
                wrong = true;
                front.types(place, "11223344")
            }
            _ => Turn::Autopilot,
        }
    });
    assert_eq!((rig.failed(), last_tries), (vec!["pin-blocked"], 1));
}

#[test]
fn a_device_in_the_record_of_an_earlier_build_has_no_model_and_is_read() {
    let earlier = r#"{"fact":"device","role":"original","serial":"REH0000042","version":"3.5","user_pin_tries":3,
        "so_pin_tries":15,"initialised":true,"keys":0}"#;
    let read: Fact = serde_json::from_str(earlier).unwrap();
    assert!(matches!(&read, Fact::Device { platform: None, keys: 0, .. }));
    assert_eq!(serde_json::to_value(&read).unwrap(), serde_json::from_str::<Value>(earlier).unwrap());
}
