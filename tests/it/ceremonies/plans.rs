//! Plans with several DKEK shares, and what people have on their cards after such a day.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use hsm_ceremony::ceremony::{Body, CardView, View};
use hsm_ceremony::record::Manifest;
use hsm_ceremony::terms::{DkekShareNumber, Purpose};
use hsm_ceremony::vault::Vault;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::rig::Rig;

/// The plan that has everything.
pub const FULL: &str = include_str!("../../../assets/plan.full.json");

/// Who guards a DKEK share.
#[derive(Debug, Clone, Copy)]
pub enum Guard {
    /// M of N custodians with words.
    Words(u8, u8),
    /// M of N custodians with sc-hsm-tool's numbers.
    Numbers(u8, u8),
    /// One person with a password.
    Password,
}

/// A plan to be modified before it is written.
pub struct Day(pub Value);

impl Day {
    /// These people guard the DKEK shares; one key, no dice, the SO-PIN known to its holder.
    pub fn of(guards: &[Guard]) -> Self {
        let share = |(number, guard): (usize, &Guard)| {
            let people =
                |count: u8| -> Vec<String> { (1..=count).map(|who| format!("Guard {number}.{who}")).collect() };
            match guard {
                Guard::Words(m, n) => json!({ "custodians": people(*n), "threshold": m, "scheme": "words" }),
                Guard::Numbers(m, n) => json!({ "custodians": people(*n), "threshold": m, "scheme": "sc-hsm-tool" }),
                Guard::Password => json!({ "password_holder": format!("Guard {number}") }),
            }
        };
        Self(json!({
            "plan": 1, "title": "Test", "administrator": "Admin",
            "dkek_shares": (1..).zip(guards).map(share).collect::<Vec<_>>(),
            "device": { "so_pin_holder": "So", "new_so_pin": "typed", "pin_holder": "Pin", "user_pin_tries": 3 },
            "keys": [{ "label": "key-0", "type": "EC:secp256r1", "id": "10", "restore_to": 10 }],
        }))
    }

    /// The plan with everything, with keys that are generated quickly.
    pub fn full() -> Self {
        let mut plan: Value = serde_json::from_str(FULL).unwrap();
        plan["keys"][0]["type"] = "EC:secp256r1".into();
        plan["keys"][1]["type"] = "EC:secp256k1".into();
        Self(plan)
    }

    pub fn dice(mut self, throws: u16) -> Self {
        self.0["dice"] = throws.into();
        self
    }

    /// The SO-PIN is drawn and split.
    pub fn so_pin_under_quorum(mut self) -> Self {
        self.0["device"] = json!({ "so_pin": "quorum", "pin_holder": "Pin", "user_pin_tries": 3 });
        self
    }

    pub fn prove_restore(mut self, prove: bool) -> Self {
        self.0["prove_restore"] = prove.into();
        self
    }

    /// A re-key by it carries the old keys over.
    pub fn carrying_keys(mut self) -> Self {
        self.0["carry_keys"] = true.into();
        self.0["devices"] = json!([{ "role": "spare" }]);
        self
    }

    pub fn pin_reset(mut self, word: &str) -> Self {
        self.0["device"]["pin_reset"] = word.into();
        self
    }

    pub fn text(&self) -> String {
        self.0.to_string()
    }
}

pub fn share(number: u8) -> DkekShareNumber {
    DkekShareNumber::new(number).unwrap()
}

pub fn dkek_share(number: u8) -> Purpose {
    Purpose::DkekShare(share(number))
}

/// What is on one card, as its custodian read it from the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    pub prime: Option<String>,
    /// The value, or the words.
    pub text: String,
    pub check: Option<String>,
}

/// Every card of a day, by what it is a share of and its number.
pub type Cards = BTreeMap<(Purpose, u8), Noted>;

/// Notes the share on the screen, if one is shown.
pub fn note(cards: &mut Cards, view: &View, vault: &Vault) {
    let Body::Reveal { shown: true, custodian: Some(custodian), card, .. } = &view.body else { return };
    let text = |handle| String::from_utf8(vault.lend(handle).unwrap().to_vec()).unwrap();
    let (purpose, noted) = match card {
        CardView::Numbers { purpose, prime, id, value, check, .. } => {
            assert_eq!(id.split(' ').next(), Some(custodian.to_string().as_str()));
            (*purpose, Noted { prime: Some(prime.clone()), text: text(*value), check: Some(text(*check)) })
        }
        CardView::Words { purpose, words, count, .. } => {
            let text = text(*words);
            assert_eq!(text.split(' ').count(), usize::from(*count));
            (*purpose, Noted { prime: None, text, check: None })
        }
        CardView::Pin { .. } => return,
    };
    cards.insert((purpose, custodian.get()), noted);
}

/// What a finished *establish* leaves on paper and in its folder, and the SO-PIN of its devices, in hexadecimal.
pub struct Established {
    _records: TempDir,
    pub folder: PathBuf,
    pub cards: Cards,
    pub so_pins: Vec<String>,
    pub manifest: Manifest,
}

/// Holds *establish* with a plan, with the rig's small number of rounds.
pub fn established(plan: &str) -> Established {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(plan, records.path());
    let mut cards = Cards::new();
    rig.run(|sight| note(&mut cards, sight.view, sight.vault));
    assert!(rig.complete() && rig.faults.is_empty());
    let so_pin = |file: std::io::Result<fs::DirEntry>| {
        let state: Value = serde_json::from_slice(&fs::read(file.unwrap().path()).unwrap()).unwrap();
        state["pins"]["so"]["value"].as_str().unwrap().to_owned()
    };
    let so_pins = fs::read_dir(rig.folder.join("cards")).unwrap().map(so_pin).collect();
    Established { folder: rig.folder.clone(), manifest: rig.manifest(), _records: records, cards, so_pins }
}
