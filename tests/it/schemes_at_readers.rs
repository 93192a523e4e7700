//! What the wizard makes with several DKEK shares, at real readers and with other people's tools.

use crate::ceremonies::{Cards, Day, Guard, dkek_share, note};
use crate::rebuild::{Stranger, typed_from};
use crate::support::{PIN, Table, Written, after, at_readers, binary, talk};
use hsm_ceremony::app::{Environment, FrontEnd, FrontError, Setup, Sitting};
use hsm_ceremony::autopilot::Autopilot;
use hsm_ceremony::ceremony::{Input, View};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Ending, Manifest};
use hsm_ceremony::share::{combine_strong, password_of, read_words};
use hsm_ceremony::vault::Vault;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The SO-PIN that manuals publish.
const SO_PIN: &str = "3537363231383830";

/// The password of the autopilot.
pub const PASSWORD: &str = "four custodians hold this rehearsal";

/// An autopilot that keeps its custodians' cards, written as each screen says.
struct Custodians {
    autopilot: Autopilot,
    cards: Cards,
}

impl FrontEnd for Custodians {
    fn show(&mut self, view: &View, vault: &Vault) -> Result<(), FrontError> {
        note(&mut self.cards, view, vault);
        self.autopilot.show(view, vault)
    }

    fn next(&mut self, view: &View, vault: &mut Vault, wait: Duration) -> Result<Option<Input>, FrontError> {
        FrontEnd::next(&mut self.autopilot, view, vault, wait)
    }

    fn wipe(&mut self) -> Result<(), FrontError> {
        self.autopilot.wipe()
    }

    fn pause(&self) -> Duration {
        FrontEnd::pause(&self.autopilot)
    }
}

/// A complete *establish* by the wizard on software cards, with all rounds: its folder, and the custodians' cards.
pub fn established(text: String, records: &Path) -> (PathBuf, Cards) {
    let plan = Plan::parse(&text).unwrap();
    let setup = Setup::by_plan(CeremonyKind::Establish, plan, text, records, Environment::SoftwareCards).unwrap();
    let folder = setup.folder();
    let Setup { ceremony, plan, plan_text, context } = setup;
    let mut sitting = Sitting::begin(ceremony, plan, &plan_text, context).unwrap();
    let mut front = Custodians { autopilot: Autopilot::new(Box::new(std::io::stderr())), cards: Cards::new() };
    assert_eq!(sitting.run(&mut front).unwrap().progress.ended, Some(Ending::Complete));
    (folder, front.cards)
}

/// The password that the words of these custodians give back: 64 hexadecimal digits.
fn password_from_words(cards: &Cards, custodians: [u8; 2]) -> String {
    let shares = custodians.map(|number| read_words(cards[&(dkek_share(1), number)].text.as_bytes()).ok().unwrap());
    let secret = combine_strong(&[&shares[0], &shares[1]]).unwrap();
    String::from_utf8(password_of(&secret).expose().to_vec()).unwrap()
}

/// `--import-dkek-share` with a password; returns the tool's output.
fn import(table: &Table, slot: &str, file: &str, password: &str) -> String {
    let said = table.run("sc-hsm-tool", &["--reader", slot, "--import-dkek-share", file, "--password", password]);
    assert!(said.contains("DKEK share imported"), "{said}");
    said
}

/// `--import-dkek-share` with shares typed in a terminal; returns the tool's output.
fn type_numbers(table: &Table, file: &str, shares: &[Written]) -> String {
    let total = shares.len().to_string();
    let mut answers = vec![("Please enter prime", shares[0].prime.as_str())];
    for share in shares {
        answers.extend([
            ("Press <enter> to enter share", ""),
            ("Please enter share ID", share.id.as_str()),
            ("Please enter share value", share.value.as_str()),
        ]);
    }
    let arguments = ["--reader", "0", "--import-dkek-share", file, "--pwd-shares-total", &total];
    let (screen, ok) = talk(&table.file(""), "sc-hsm-tool", &arguments, &answers, "");
    assert!(ok && screen.contains("DKEK share imported"), "{screen}");
    screen
}

/// The binary with a short derivation. The second process, which has a different home, finds what the first has built.
fn short_binary() -> PathBuf {
    if std::env::var_os("CEREMONY_TEST_TABLE").is_none() {
        return binary::short().to_owned();
    }
    let profile = binary::delivered().parent().and_then(Path::file_name).unwrap();
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("short-derivation").join(profile).join("ceremony")
}

#[test]
fn sc_hsm_tool_imports_share_files_of_words_numbers_and_a_password() {
    at_readers("schemes_at_readers::sc_hsm_tool_imports_share_files_of_words_numbers_and_a_password", |table| {
        let day = Day::of(&[Guard::Words(2, 3), Guard::Numbers(2, 12), Guard::Password]);
        let (folder, cards) = established(day.text(), &table.file("records"));
        let manifest = Manifest::parse(&fs::read_to_string(folder.join("manifest.json")).unwrap()).unwrap();
        for name in ["dkek-1.pbe", "dkek-2.pbe", "dkek-3.pbe", "keys/key-0.wrapped", "keys/key-0.pub.pem"] {
            fs::copy(folder.join(name), table.file(name.rsplit('/').next().unwrap())).unwrap();
        }
        let kcv = |number: usize| manifest.dkek_shares[number - 1].kcv.unwrap().to_string();
        let words = password_from_words(&cards, [3, 2]);
        assert_eq!(words.len(), 64);

        // Words alone: the DKEK share that they guard is the whole DKEK of a device that waits for one.
        let alone = table.insert(0, "REH0000001");
        table.initialise("1");
        let said = import(table, "0", "dkek-1.pbe", &words);
        assert_eq!(after(&said, "DKEK key check value"), Some(kcv(1).as_str()), "{said}");
        assert!(alone.end().success());
        table.wait_for(0, false);

        // All three: words and a password as they are, numbers typed in a terminal.
        let card = table.insert(0, "REH0000002");
        table.initialise("3");
        let said = import(table, "0", "dkek-1.pbe", &words);
        assert!(said.contains("2 share(s) still missing"), "{said}");
        let written = |number: u8, id: &str| {
            let noted = &cards[&(dkek_share(2), number)];
            Written { prime: noted.prime.clone().unwrap(), id: id.to_owned(), value: noted.text.clone() }
        };
        let said = type_numbers(table, "dkek-2.pbe", &[written(12, "C"), written(4, "4")]);
        assert!(said.contains("1 share(s) still missing"), "{said}");
        let said = import(table, "0", "dkek-3.pbe", PASSWORD);
        assert_eq!(after(&said, "DKEK key check value"), Some(manifest.kcv.to_string().as_str()), "{said}");
        table.unwrap("20", "key-0.wrapped");
        table.sign_and_verify("EC:secp256r1", "10", "key-0.pub.pem");
        drop(card);

        // A stranger without any of these tools: the script in the book, with all rounds.
        let stranger = Stranger::new();
        stranger.file("dkek-1.pbe", &fs::read(table.file("dkek-1.pbe")).unwrap());
        let ended = stranger.types(&typed_from(&cards, dkek_share(1), &[1, 3]), &["dkek-1.pbe"]);
        ended.has(&format!("Password, for sc-hsm-tool --import-dkek-share dkek-1.pbe: {words}"));
        ended.has(&format!("Key check value: {}", kcv(1)));
    });
}

#[test]
fn the_program_rehearses_the_full_plan_by_itself_at_real_readers() {
    // Built before the readers exist.
    let binary = short_binary();
    at_readers("schemes_at_readers::the_program_rehearses_the_full_plan_by_itself_at_real_readers", |table| {
        let plan = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/plan.full.json");
        let cards = [table.insert(0, "REH0000001"), table.insert(1, "REH0000002")];
        let rehearse = ["rehearse", "--auto", "--pcsc", "--plan", plan, "--records", "records"];
        let said = table.run(binary.to_str().unwrap(), &rehearse);
        for serial in ["REH0000001", "REH0000002"] {
            assert!(said.contains(&format!("initialised: {serial}")), "{said}");
        }
        // Both devices have the DKEK of three shares, and both keys.
        for slot in ["0", "1"] {
            let status = table.run("sc-hsm-tool", &["--reader", slot]);
            assert!(status.contains("DKEK shares") && status.contains(": 3"), "{status}");
            assert!(after(&status, "DKEK key check value").is_some(), "{status}");
        }
        assert_eq!((table.device(0).keys().unwrap().len(), table.device(1).keys().unwrap().len()), (2, 2));
        // Nobody can use the published SO-PIN any more.
        let (_, said) =
            table.try_run("sc-hsm-tool", &["--reader", "0", "--initialize", "--so-pin", SO_PIN, "--pin", PIN]);
        assert!(!said.is_empty());
        assert_eq!(table.device(0).keys().unwrap().len(), 2, "nothing was erased: {said}");
        drop(cards);
    });
}
