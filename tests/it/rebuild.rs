//! The appendix of CEREMONY.md: a stranger with the cards, the share file, python3 and openssl recovers the secret
//! without any part of this program.

mod beside;

use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::process::{Command, Stdio};

use chacha20::ChaCha20Rng;
use hsm_ceremony::dkek::{DkekShare, Rounds, derive, seal};
use hsm_ceremony::secret::Secret;
use hsm_ceremony::share::{
    Dealt, Kind, StrongDealt, check_bytes, deal, deal_strong, draw_secret, password_of, write_check, write_value,
    write_words,
};
use hsm_ceremony::terms::{Purpose, Quorum};
use rand_core::SeedableRng;
use tempfile::TempDir;

use crate::ceremonies::{Cards, Day, Guard, dkek_share, established};

/// What a reader has.
const BOOK: &str = include_str!("../../CEREMONY.md");

/// So few that a test does not wait.
const ROUNDS: u32 = 20;

/// The DKEK share in the share files made here.
const SHARE: [u8; 32] = [0x5a; 32];

/// A folder with the book and the script that was extracted from it.
pub struct Stranger {
    folder: TempDir,
}

/// How the script ended, and its output on both streams.
pub struct Ended {
    code: i32,
    printed: String,
    said: String,
}

impl Ended {
    pub fn has(&self, line: &str) {
        assert_eq!(self.code, 0, "{}{}", self.printed, self.said);
        assert!(self.printed.lines().any(|printed| printed == line), "no {line:?} in {}", self.printed);
    }

    /// Refused with these words, without printing a key check value or a share.
    fn refused(&self, words: &str) {
        assert_eq!(self.code, 1, "{}{}", self.printed, self.said);
        assert!(self.said.contains(words), "no {words:?} in {}", self.said);
        assert!(!self.said.contains("Traceback"), "{}", self.said);
        assert!(!self.printed.contains("Key check") && !self.printed.contains("DKEK share:"), "{}", self.printed);
    }
}

impl Stranger {
    #[allow(clippy::new_without_default, reason = "nobody wants one by default")]
    /// Extracts the script from the book with the command that the book names.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("CEREMONY.md"), BOOK).unwrap();
        let command = BOOK.lines().find(|line| line.starts_with("sed ") && line.ends_with("> rebuild.py")).unwrap();
        assert!(Command::new("sh").args(["-c", command]).current_dir(folder.path()).status().unwrap().success());
        Self { folder }
    }

    /// Puts a share file into the folder.
    pub fn file(&self, name: &str, bytes: &[u8]) {
        fs::write(self.folder.path().join(name), bytes).unwrap();
    }

    /// Types the cards as the book says.
    pub fn types(&self, cards: &[String], arguments: &[&str]) -> Ended {
        let mut child = Command::new("python3")
            .arg("rebuild.py")
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("python3 can be started");
        let typed = cards.join("\n") + "\n\n";
        // a script that refuses its arguments does not read
        let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ended { code: output.status.code().unwrap(), printed: text(output.stdout), said: text(output.stderr) }
    }

    /// The same with a share file of few rounds.
    fn opens(&self, cards: &[String], name: &str, more: &[&str]) -> Ended {
        let rounds = format!("--rounds={ROUNDS}");
        self.types(cards, &[&[name, &rounds][..], more].concat())
    }
}

fn generator(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

fn quorum(threshold: u8, custodians: u8) -> Quorum {
    Quorum::new(threshold, custodians).unwrap()
}

fn share() -> DkekShare {
    DkekShare::new(Secret::init(|place: &mut [u8; 32]| *place = SHARE))
}

fn sealed(password: &[u8]) -> [u8; 64] {
    let salt = *b"saltsalt";
    let key = derive(password, salt, Rounds(ROUNDS), &mut |_| ControlFlow::Continue(())).unwrap();
    seal(&share(), &key, salt).to_bytes()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

/// The cards of a set of numbers, from the first custodian to the last; the prime is separate.
fn cards_of_numbers(dealt: &Dealt, with_check: bool) -> (String, Vec<String>) {
    let card = |share: &hsm_ceremony::share::PasswordShare| {
        let check = if with_check { text(write_check(&check_bytes(share)).expose()) } else { String::new() };
        format!("{} {} {check}", share.id, text(write_value(&share.value).expose()))
    };
    (hex(&dealt.shares[0].prime.get().to_be_bytes()), dealt.shares.iter().map(card).collect())
}

/// The cards of a set of words.
fn cards_of_words(dealt: &StrongDealt) -> Vec<String> {
    dealt.shares.iter().map(|share| text(write_words(share).expose())).collect()
}

/// A card with a different digit in the second group of the value.
fn with_a_wrong_digit(card: &str) -> String {
    let place = card.find(':').unwrap() + 1;
    let other = if card[place..].starts_with('0') { "1" } else { "0" };
    format!("{}{other}{}", &card[..place], &card[place + 1..])
}

/// A card with another word of the same card in this place, from 1.
fn with_a_wrong_word(card: &str, place: usize) -> String {
    let mut words: Vec<&str> = card.split(' ').collect();
    words[place - 1] = words.iter().find(|word| **word != words[place - 1]).unwrap();
    words.join(" ")
}

#[test]
fn a_reader_finds_one_script_of_less_than_a_hundred_lines() {
    let (_, rest) = BOOK.split_once("\n```python\n").unwrap();
    let (script, rest) = rest.split_once("\n```\n").unwrap();
    assert!(!rest.contains("\n```python"), "only one");
    assert!(script.lines().count() < 100, "{} lines", script.lines().count());
    let stranger = Stranger::new();
    assert_eq!(fs::read_to_string(stranger.folder.path().join("rebuild.py")).unwrap().trim_end(), script);
    stranger.types(&[], &[]).refused("There are no cards");
}

#[test]
fn numbers_of_every_quorum_open_the_share_file() {
    let stranger = Stranger::new();
    for (seed, (threshold, custodians)) in (1..).zip([(2, 2), (2, 4), (3, 5), (5, 12), (16, 16)]) {
        let dealt = deal(quorum(threshold, custodians), &mut generator(seed)).unwrap();
        stranger.file("dkek-1.pbe", &sealed(dealt.password.expose()));
        for with_check in [false, true] {
            let (prime, mut cards) = cards_of_numbers(&dealt, with_check);
            // the last ones: their ids have two digits if there are enough; and in no particular order
            cards.drain(..usize::from(custodians - threshold));
            cards.reverse();
            cards.insert(0, prime);
            let ended = stranger.opens(&cards, "dkek-1.pbe", &["--show-share"]);
            ended.has(&format!("Password in hexadecimal, if it opens the file: {}", hex(dealt.password.expose())));
            ended.has(&format!("Key check value: {}", share().kcv()));
            ended.has(&format!("DKEK share: {}", hex(&SHARE)));
            let ended = stranger.opens(&cards, "dkek-1.pbe", &[]);
            ended.has(&format!("Key check value: {}", share().kcv()));
            assert!(!ended.printed.contains("DKEK share"), "it was not asked for: {}", ended.printed);
        }
    }
}

#[test]
fn a_secret_that_starts_with_zeros_opens_as_either_program_wrote_it() {
    let stranger = Stranger::new();
    let (prime, slope) = (0xcff2_6ccf_aff0_1d63_u64, 0x0123_4567_89ab_cdef_u64);
    for secret in [0x00a1_b2c3_d4e5_f607_u64, 0x0000_0000_0000_00f7] {
        let value = |id: u64| (u128::from(secret) + u128::from(slope) * u128::from(id)) % u128::from(prime);
        let card = |id: u64| format!("{id} {:016x}", value(id));
        let cards = [hex(&prime.to_be_bytes()), card(3), card(11)];
        let whole = secret.to_be_bytes();
        let stripped: Vec<u8> = whole.iter().copied().skip_while(|byte| *byte == 0).collect();
        for password in [&whole[..], &stripped] {
            stranger.file("dkek-1.pbe", &sealed(password));
            stranger.opens(&cards, "dkek-1.pbe", &[]).has(&format!("Key check value: {}", share().kcv()));
        }
    }
}

#[test]
fn cards_and_file_of_the_real_sc_hsm_tool_open_with_all_rounds() {
    let stranger = Stranger::new();
    let sets: serde_json::Value = serde_json::from_str(include_str!("../vectors/password-shares.json")).unwrap();
    let bytes = |value: &serde_json::Value| base16ct::lower::decode_vec(value.as_str().unwrap()).unwrap();
    let sets = sets.as_array().unwrap();
    for (place, set) in sets.iter().enumerate() {
        let threshold = usize::try_from(set["threshold"].as_u64().unwrap()).unwrap();
        let shares = set["shares"].as_array().unwrap();
        let card = |share: &serde_json::Value| {
            format!("{} {}", share["id_displayed"].as_str().unwrap(), share["value_displayed"].as_str().unwrap())
        };
        let mut cards: Vec<String> = shares.iter().rev().take(threshold).map(card).collect();
        cards.insert(0, set["prime"].as_str().unwrap().to_owned());
        let password = set["secret_password_hex"].as_str().unwrap();
        let password = format!("Password in hexadecimal, if it opens the file: {password}");
        stranger.types(&cards, &[]).has(&password);
        if place + 1 == sets.len() {
            stranger.file("tool.pbe", &bytes(&set["pbe_file"]));
            let ended = stranger.types(&cards, &["tool.pbe", "--show-share"]);
            ended.has(&password);
            ended.has(&format!("DKEK share: {}", set["dkek_share"].as_str().unwrap()));
        }
    }
}

#[test]
fn words_of_every_quorum_open_the_share_file() {
    let stranger = Stranger::new();
    for (seed, (threshold, custodians)) in (1..).zip([(2, 2), (2, 3), (3, 5), (5, 12), (16, 16)]) {
        let mut rng = generator(seed);
        let secret = draw_secret(Kind::Password, &mut rng);
        let dealt = deal_strong(Kind::Password, &secret, quorum(threshold, custodians), &mut rng).unwrap();
        stranger.file("dkek-2.pbe", &sealed(password_of(&secret).expose()));
        let mut cards = cards_of_words(&dealt);
        cards.drain(..usize::from(custodians - threshold));
        cards.reverse();
        let ended = stranger.opens(&cards, "dkek-2.pbe", &["--show-share"]);
        ended.has(&format!("Password, for sc-hsm-tool --import-dkek-share dkek-2.pbe: {}", hex(secret.expose())));
        ended.has(&format!("Key check value: {}", share().kcv()));
        ended.has(&format!("DKEK share: {}", hex(&SHARE)));
        // four letters of each are enough, in upper or lower case
        let four =
            |card: &String| card.split(' ').map(|word| &word[..word.len().min(4)]).collect::<Vec<_>>().join("  ");
        let short: Vec<String> = cards.iter().map(four).map(|card| card.to_uppercase()).collect();
        let ended = stranger.opens(&short, "dkek-2.pbe", &[]);
        ended.has(&format!("Key check value: {}", share().kcv()));
        assert!(!ended.printed.contains("DKEK share"), "it was not asked for: {}", ended.printed);
    }
}

#[test]
fn words_of_an_so_pin_give_its_digits() {
    let stranger = Stranger::new();
    for (seed, (threshold, custodians)) in (1..).zip([(2, 3), (3, 16)]) {
        let mut rng = generator(seed);
        let secret = draw_secret(Kind::SoPin, &mut rng);
        let dealt = deal_strong(Kind::SoPin, &secret, quorum(threshold, custodians), &mut rng).unwrap();
        let mut cards = cards_of_words(&dealt);
        cards.drain(..usize::from(custodians - threshold));
        stranger.types(&cards, &[]).has(&format!("SO-PIN: {}", hex(secret.expose())));
        cards.pop();
        let ended = stranger.types(&cards, &[]);
        ended.refused(&format!("fewer than {threshold}"));
        assert_eq!(ended.printed, "");
    }
}

#[test]
fn a_wrong_word_is_named_and_too_few_or_mixed_cards_give_nothing() {
    let stranger = Stranger::new();
    let mut rng = generator(9);
    let secret = draw_secret(Kind::Password, &mut rng);
    let cards = cards_of_words(&deal_strong(Kind::Password, &secret, quorum(3, 5), &mut rng).unwrap());
    let others = cards_of_words(&deal_strong(Kind::Password, &secret, quorum(3, 5), &mut rng).unwrap());
    stranger.file("dkek-1.pbe", &sealed(password_of(&secret).expose()));
    let nothing = |cards: &[String], said: &[&str]| {
        let ended = stranger.opens(cards, "dkek-1.pbe", &["--show-share"]);
        for words in said.iter().chain(&["fewer than 3"]) {
            ended.refused(words);
        }
        assert_eq!(ended.printed, "", "no password of wrong cards");
    };
    for place in [1, 2, 3, 4, 17, 30, 31, 33] {
        let wrong = with_a_wrong_word(&cards[1], place);
        let named = format!("number {place} of 33 is wrong");
        nothing(&[cards[0].clone(), wrong.clone(), cards[4].clone()], &[&named]);
        // typed again as it is on the card, it is accepted
        let again = [cards[0].clone(), wrong, cards[1].clone(), cards[4].clone()];
        stranger.opens(&again, "dkek-1.pbe", &[]).has(&format!("Key check value: {}", share().kcv()));
    }
    let twice = with_a_wrong_word(&with_a_wrong_word(&cards[1], 8), 21);
    nothing(&[cards[0].clone(), twice, cards[4].clone()], &["more than one is wrong"]);
    nothing(&[cards[0].clone(), cards[1].clone(), others[4].clone()], &["from another set"]);
    nothing(&[cards[0].clone(), cards[1].clone(), cards[1].clone()], &[]);
    nothing(&[cards[0].clone(), cards[1].clone(), cards[2].replacen(' ', " x", 1)], &["is not in list"]);
    nothing(&[cards[0].clone(), cards[1].clone(), "a b c".into()], &["Not accepted"]);
}

#[test]
fn a_wrong_value_is_named_by_its_check_bytes_and_never_opens_the_file() {
    let stranger = Stranger::new();
    let dealt = deal(quorum(2, 11), &mut generator(5)).unwrap();
    stranger.file("dkek-1.pbe", &sealed(dealt.password.expose()));
    let (prime, cards) = cards_of_numbers(&dealt, true);
    let (_, plain) = cards_of_numbers(&dealt, false);
    let typed = |first: &str, second: &str| [prime.clone(), first.to_owned(), second.to_owned()];
    stranger
        .opens(&typed(&cards[0], &cards[10]), "dkek-1.pbe", &[])
        .has(&format!("Key check value: {}", share().kcv()));
    // the prime has 8 groups and the id one: the second group of the value is the eleventh
    let ended = stranger.opens(&typed(&cards[0], &with_a_wrong_digit(&cards[10])), "dkek-1.pbe", &[]);
    ended.refused("number 11 of 19 is wrong");
    let wrong_prime = |prime: &str| [prime.to_owned(), plain[0].clone(), plain[2].clone()];
    for wrong in [
        wrong_prime(&prime.replacen(char::is_alphabetic, "0", 1)),
        wrong_prime("fffffffffffffffe"),
        wrong_prime(&format!("{prime}00")),
        wrong_prime(&prime[..14]),
        typed(&plain[0], &with_a_wrong_digit(&plain[10])),
        typed(&plain[0], &plain[10].replacen("11", "10", 1)),
        typed(&plain[0], &plain[0]),
        typed(&plain[0], "11 no:ne"),
        typed(&plain[0], "eleven 00:11:22:33:44:55:66:77"),
    ] {
        stranger.opens(&wrong, "dkek-1.pbe", &["--show-share"]).refused("do not open this file");
    }
    stranger.file("short.pbe", b"Salted__");
    stranger.opens(&typed(&cards[0], &cards[10]), "short.pbe", &[]).refused("do not open this file");
}

/// What is typed from cards of a set that the wizard showed: those of these custodians, as they were shown.
pub fn typed_from(cards: &Cards, of: Purpose, custodians: &[u8]) -> Vec<String> {
    let noted = custodians.iter().map(|number| (number, &cards[&(of, *number)]));
    let mut typed: Vec<String> = noted
        .clone()
        .map(|(number, card)| match &card.check {
            Some(check) => format!("{number} {} {check}", card.text),
            None => card.text.clone(),
        })
        .collect();
    if let Some(prime) = noted.clone().next().and_then(|(_, card)| card.prime.clone()) {
        typed.insert(0, prime);
    }
    typed
}

#[test]
fn what_the_wizard_makes_opens_from_its_cards_and_gives_the_so_pin_of_the_device() {
    let stranger = Stranger::new();
    let rounds = "--rounds=1000";
    let one = Day::of(&[Guard::Words(2, 3)]).so_pin_under_quorum();
    let three = Day::of(&[Guard::Numbers(2, 12), Guard::Words(3, 5), Guard::Password]).so_pin_under_quorum();
    for (plan, comes) in [(one, vec![(1, vec![3, 1])]), (three, vec![(1, vec![12, 10]), (2, vec![4, 2, 5])])] {
        let made = established(&plan.prove_restore(true).text());
        let mut so_pin = None;
        for (number, custodians) in comes {
            let name = format!("dkek-{number}.pbe");
            stranger.file(&name, &fs::read(made.folder.join(&name)).unwrap());
            let kcv = made.manifest.dkek_shares[usize::from(number) - 1].kcv.unwrap();
            let ended = stranger.types(&typed_from(&made.cards, dkek_share(number), &custodians), &[&name, rounds]);
            ended.has(&format!("Key check value: {kcv}"));
            // The SO-PIN belongs to those who guard the first set.
            if so_pin.is_none() {
                let ended = stranger.types(&typed_from(&made.cards, Purpose::SoPin, &custodians), &[]);
                so_pin = ended.printed.lines().find_map(|line| line.strip_prefix("SO-PIN: ")).map(str::to_owned);
            }
        }
        assert_eq!(made.so_pins, [so_pin.clone().unwrap(), so_pin.unwrap()], "the SO-PIN of both devices");
    }
}
