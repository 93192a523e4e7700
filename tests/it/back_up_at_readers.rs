//! A device that people set up with OpenSC's tools alone is backed up by the wizard, and what comes out restores with the
//! wizard and with OpenSC's tools.

use crate::support::{PIN, Table, Written, at_readers, private_key};
use hsm_ceremony::app::{Environment, FrontEnd, FrontError, Setup, Sitting};
use hsm_ceremony::autopilot::Autopilot;
use hsm_ceremony::ceremony::{Body, CardView, FieldState, Input, View};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Ending, Manifest};
use hsm_ceremony::share::{PasswordShare, SharePrime, combine, read_id, read_value};
use hsm_ceremony::terms::KeyReference;
use hsm_ceremony::vault::Vault;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Type for pkcs11-tool, id, label, and whether an X.509 certificate is stored beside it.
pub const KEYS: [(&str, &str, &str, bool); 3] = [
    ("rsa:2048", "10", "rsa-root", true),
    ("EC:prime256v1", "11", "p256-issuing", true),
    ("EC:brainpoolP256r1", "12", "brainpool-root", false),
];

/// An autopilot whose custodians bring what sc-hsm-tool showed them, one after the other, and whose device has the PIN that
/// was set there. Whoever gets a new card here notes it as it is typed into sc-hsm-tool.
pub struct Custodians {
    autopilot: Autopilot,
    bring: Vec<Written>,
    /// The new cards.
    pub cards: Vec<Written>,
    /// Which of them types at the seat with this number.
    seats: Vec<String>,
    pin: bool,
}

impl Custodians {
    pub fn new(bring: &[&Written], pin: bool) -> Self {
        let autopilot = Autopilot::new(Box::new(std::io::stderr()));
        let bring = bring.iter().map(|written| (*written).clone()).collect();
        Self { autopilot, bring, cards: Vec::new(), seats: Vec::new(), pin }
    }

    fn text(&mut self, view: &View, kind: &FieldKind) -> Option<String> {
        let mut card = || {
            let number = &view.header.number;
            if !self.seats.contains(number) {
                self.seats.push(number.clone());
            }
            // Later seats are those of people with new cards.
            self.bring.get(self.seats.iter().position(|seat| seat == number).unwrap()).cloned()
        };
        match kind {
            FieldKind::Prime { .. } => Some(card()?.prime),
            FieldKind::ShareId { .. } => Some(card()?.id),
            FieldKind::ShareValue => Some(card()?.value),
            FieldKind::UserPin if self.pin => Some(PIN.to_owned()),
            _ => None,
        }
    }
}

impl FrontEnd for Custodians {
    fn show(&mut self, view: &View, vault: &Vault) -> Result<(), FrontError> {
        if let Body::Reveal { shown: true, card: CardView::Numbers { prime, id, value, .. }, .. } = &view.body {
            let value = String::from_utf8(vault.lend(*value).unwrap().to_vec()).unwrap();
            self.cards.push(Written { prime: prime.clone(), id: id.clone(), value });
            self.cards.dedup();
        }
        self.autopilot.show(view, vault)
    }

    fn next(&mut self, view: &View, vault: &mut Vault, wait: Duration) -> Result<Option<Input>, FrontError> {
        if let Body::Form { fields, .. } = &view.body {
            for field in fields.iter().filter(|field| field.state == FieldState::Empty) {
                let Some(text) = self.text(view, &field.kind) else { continue };
                let typing = vault.typing(field.name);
                typing.clear();
                text.bytes().for_each(|byte| typing.push(byte).unwrap());
                return Ok(Some(Input::Edited(field.name)));
            }
        }
        FrontEnd::next(&mut self.autopilot, view, vault, wait)
    }

    fn wipe(&mut self) -> Result<(), FrontError> {
        self.autopilot.wipe()
    }

    fn pause(&self) -> Duration {
        FrontEnd::pause(&self.autopilot)
    }
}

pub fn run(setup: Setup, front: &mut dyn FrontEnd) {
    let Setup { ceremony, plan, plan_text, context } = setup;
    let mut sitting = Sitting::begin(ceremony, plan, &plan_text, context).unwrap();
    assert_eq!(sitting.run(front).unwrap().progress.ended, Some(Ending::Complete));
}

/// 2 of 4 shares. In one of 128 sets the password begins with a zero byte, and the tool's own import then drops it (the
/// protocol reference on DKEK shares, section 4): such a set is made again.
pub fn shares_that_the_tool_takes_back(table: &Table) -> Vec<Written> {
    loop {
        let shares = table.create_share("theirs/dkek.pbe", 2, 4);
        let typed = |written: &Written| PasswordShare {
            prime: SharePrime::parse(written.prime.as_bytes()).unwrap(),
            id: read_id(written.id.as_bytes()).unwrap(),
            value: read_value(written.value.as_bytes(), true).ok().unwrap(),
        };
        let two = [typed(&shares[0]), typed(&shares[1])];
        let secret = combine(&two.each_ref(), 2).ok().unwrap();
        if secret.expose()[0] != 0 {
            return shares;
        }
        fs::remove_file(table.file("theirs/dkek.pbe")).unwrap();
    }
}

/// A certificate for a key of the device, issued by an authority of this test, and stored beside the key.
pub fn certify(table: &Table, id: &str, label: &str) {
    let (public, certificate) = (format!("{label}.pem"), format!("{label}.cert.der"));
    let subject = format!("/CN={label}");
    let issue = ["x509", "-new", "-force_pubkey", &public, "-key", "ca.key", "-subj", &subject, "-days", "30"];
    table.run("openssl", &[&issue[..], &["-outform", "DER", "-out", &certificate]].concat());
    let store = ["-l", "--pin", PIN, "--write-object", &certificate, "--type", "cert", "--id", id, "--label", label];
    table.run("pkcs11-tool", &store);
}

pub fn copied(from: &Path, table: &Table, names: &[&str]) {
    for name in names {
        fs::copy(from.join(name), table.file(Path::new(name).file_name().unwrap().to_str().unwrap())).unwrap();
    }
}

/// A device with a DKEK under 2 of 4 shares, and with keys and certificates: everything by OpenSC's tools. Its shares, and the
/// key check value.
pub fn set_up(table: &Table) -> (Vec<Written>, String) {
    fs::create_dir(table.file("theirs")).unwrap();
    let shares = shares_that_the_tool_takes_back(table);
    table.initialise("1");
    let check_value = table.import_share("theirs/dkek.pbe", &[shares[0].clone(), shares[2].clone()]);
    table.run("openssl", &["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ca.key"]);
    for (key_type, id, label, certified) in KEYS {
        table.generate(key_type, id, label);
        table.public_key(id, &format!("{label}.pem"));
        if certified {
            certify(table, id, label);
        }
    }
    (shares, check_value)
}

#[test]
fn what_opensc_made_is_backed_up_here_and_restores_with_either() {
    at_readers("back_up_at_readers::what_opensc_made_is_backed_up_here_and_restores_with_either", |table| {
        let first = table.insert(0, "REH0000001");
        let (shares, check_value) = set_up(table);
        let before = table.run("pkcs15-tool", &["-D"]);

        let (text, records) = (include_str!("../../assets/plan.example.json"), table.file("records"));
        let (plan, environment) = (Plan::parse(text).unwrap(), Environment::VirtualReaders);
        let given = Some((plan, text.to_owned()));
        let setup =
            Setup::from_backup(CeremonyKind::BackUp, &table.file("theirs"), given, &records, environment).unwrap();
        let folder = setup.folder();
        run(setup, &mut Custodians::new(&[&shares[3], &shares[1]], true));
        assert_eq!(table.run("pkcs15-tool", &["-D"]), before, "nothing on the device was changed");

        let manifest = Manifest::parse(&fs::read_to_string(folder.join("manifest.json")).unwrap()).unwrap();
        assert_eq!((manifest.kcv.to_string(), manifest.shares_elsewhere), (check_value.clone(), true));
        let labels: Vec<_> = manifest.keys.iter().map(|key| key.label.to_string()).collect();
        assert_eq!(labels, KEYS.map(|(_, _, label, _)| label));
        for (_, _, label, certified) in KEYS {
            let file = |name: &str| fs::read_to_string(folder.join(format!("keys/{label}.{name}")));
            let public = fs::read_to_string(table.file(&format!("{label}.pem"))).unwrap();
            assert_eq!(file("pub.pem").unwrap().trim(), public.trim(), "{label}");
            assert_eq!(file("cert.pem").is_ok(), certified, "{label}");
        }
        let said = table.run(env!("CARGO_BIN_EXE_ceremony"), &["verify", folder.to_str().unwrap()]);
        assert!(said.contains("Each file is there and has its recorded digest"), "{said}");
        assert!(first.end().success());
        table.wait_for(0, false);

        // OpenSC's tools restore it to a second card.
        copied(&folder, table, &["dkek-1.pbe"]);
        let second = table.insert(0, "REH0000002");
        table.initialise("1");
        assert_eq!(table.import_share("dkek-1.pbe", &[shares[1].clone(), shares[0].clone()]), check_value);
        for (reference, (key_type, id, label, certified)) in (10..).zip(KEYS) {
            let wrapped = format!("{label}.wrapped");
            copied(&folder, table, &[&format!("keys/{wrapped}")]);
            table.unwrap(&reference.to_string(), &wrapped);
            table.sign_and_verify(key_type, id, &format!("{label}.pem"));
            if certified {
                table.run("pkcs15-tool", &["--read-certificate", id, "--output", "again.pem"]);
                let again = fs::read_to_string(table.file("again.pem")).unwrap();
                let kept = fs::read_to_string(folder.join(format!("keys/{label}.cert.pem"))).unwrap();
                assert_eq!(again.trim(), kept.trim(), "{label}");
            }
        }
        let restored = table.run("pkcs15-tool", &["-D"]);
        for (_, _, label, _) in KEYS {
            assert_eq!(private_key(&restored, label), private_key(&before, label));
        }
        assert!(second.end().success());
        table.wait_for(0, false);

        // So does the wizard, to a third.
        let third = table.insert(0, "REH0000003");
        let setup = Setup::from_backup(CeremonyKind::Restore, &folder, None, &records, environment).unwrap();
        run(setup, &mut Custodians::new(&[&shares[2], &shares[3]], false));
        let references: Vec<_> = table.device(0).keys().unwrap().into_iter().map(|key| key.reference).collect();
        // Where the plan names a key, to its place there.
        assert_eq!(references, [2, 3, 10].map(KeyReference::least));
        drop(third);
    });
}
