//! What a ceremony of these tests starts from: a plan, and a card with a past.

use std::path::Path;

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::card::transport::Readers;
use hsm_ceremony::card::{Device, Initialise, PinAnswer, PinReset};
use hsm_ceremony::faults::Fault;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Moment};
use hsm_ceremony::secret::{SoPin, TypedText, UserPin};
use hsm_ceremony::softcard::{Faults, Rack, SoftCard};
use hsm_ceremony::terms::{Curve, KeyReference, KeyType};

/// A plan with M of N and these keys (`type` and `restore_to`).
pub fn plan_text(threshold: u8, custodians: u8, keys: &[(&str, u8)], prove_restore: bool) -> String {
    let people: Vec<String> = (1..=custodians).map(|number| format!("\"Custodian {number:02}\"")).collect();
    let keys: Vec<String> = keys
        .iter()
        .enumerate()
        .map(|(place, (kind, to))| {
            let id = format!("{:02x}", 0x10 + place);
            format!("{{\"label\":\"key-{place}\",\"type\":\"{kind}\",\"id\":\"{id}\",\"restore_to\":{to}}}")
        })
        .collect();
    format!(
        r#"{{"plan":1,"title":"Test","administrator":"Admin","custodians":[{}],"threshold":{threshold},
        "device":{{"so_pin_holder":"So","new_so_pin":"typed","pin_holder":"Pin","user_pin_tries":3}},"keys":[{}],"prove_restore":{prove_restore}}}"#,
        people.join(","),
        keys.join(",")
    )
}

/// A card that a vendor or an earlier owner initialised: with the published SO-PIN, some user PIN and a key.
pub fn used_card(serial: &str, faults: Faults) -> SoftCard {
    let typed = |text: &str| {
        let mut typed = TypedText::new();
        text.bytes().for_each(|byte| typed.push(byte).unwrap());
        typed
    };
    let rack = Rack::new(1);
    rack.insert(0, SoftCard::new(serial).unwrap());
    let mut device = Device::open(rack.clone().connect(&Rack::name(0)).unwrap()).unwrap();
    let (so_pin, user_pin) = (
        SoPin::from_typed(&typed("3537363231383830")).ok().unwrap(),
        UserPin::from_typed(&typed("648219")).ok().unwrap(),
    );
    let settings = Initialise {
        so_pin: &so_pin,
        user_pin: &user_pin,
        user_pin_tries: 3,
        dkek_shares: None,
        pin_reset: PinReset::Off,
    };
    assert_eq!(device.initialise(&settings).unwrap(), PinAnswer::Accepted);
    assert_eq!(device.verify_user_pin(&user_pin).unwrap(), PinAnswer::Accepted);
    device.generate(KeyReference::new(1).unwrap(), KeyType::Ec(Curve::P256)).unwrap();
    let mut card = rack.remove(0).unwrap();
    card.faults = faults;
    card
}

/// A rehearsed *restore* from files made elsewhere.
pub fn foreign_setup(from: &Path, plan: &str, records: &Path) -> Result<Setup, Fault> {
    let parsed = Plan::parse(plan).unwrap();
    Setup::from_backup(
        CeremonyKind::Restore,
        from,
        Some((parsed, plan.to_owned())),
        records,
        Environment::SoftwareCards,
    )
}

/// The same rehearsal with one card in one reader, and nobody who changes it.
pub fn on(mut rehearsal: Setup, card: SoftCard) -> Setup {
    let rack = Rack::new(1);
    rack.insert(0, card);
    rehearsal.context.readers = Box::new(rack);
    rehearsal.context.inserter = None;
    rehearsal
}

/// The same second of every day, and this many milliseconds since the ceremony began.
pub fn moment(since_start_ms: u64) -> Moment {
    let (utc, local) = ("2026-11-23T00:00:00Z".into(), "2026-11-23T01:00:00+01:00".into());
    Moment { utc, local, zone: None, since_start_ms }
}
