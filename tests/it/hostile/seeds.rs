//! Every check on what others made (`tests/vectors`) and on the same with random slips. The seeds are left in `target/tmp/hostile`,
//! where `make fuzz` takes them.

use std::fs;
use std::path::{Path, PathBuf};

use hsm_ceremony::dkek::WrappedKeyFile;
use hsm_ceremony::key_file::throw_away;
use hsm_ceremony::secret::WipingBytes;
use hsm_ceremony::share::{Kind, SetId, StrongShare, write_words};
use hsm_ceremony::softcard::SoftCard;
use serde_json::Value;

use super::card::hex;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A check and what it begins with.
struct Target {
    name: &'static str,
    check: fn(&[u8]),
    seeds: Vec<Vec<u8>>,
    /// How many slips each seed gets in `make test`.
    slips: u32,
}

fn files(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let (mut found, mut places) = (Vec::new(), vec![Path::new(ROOT).join(folder)]);
    while let Some(place) = places.pop() {
        for entry in fs::read_dir(&place).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                places.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                found.push((path, bytes));
            }
        }
    }
    found.sort();
    found
}

fn ending(end: &str) -> Vec<Vec<u8>> {
    let vectors = files("tests/vectors").into_iter();
    vectors.filter(|(path, _)| path.to_string_lossy().ends_with(end)).map(|(_, bytes)| bytes).collect()
}

/// What openssl wrote, and what a rehearsal makes.
fn key_files() -> Vec<Vec<u8>> {
    let made = throw_away().unwrap().into_bytes();
    files("tests/vectors/key-files").into_iter().map(|(_, bytes)| bytes).chain([made]).collect()
}

fn json(name: &str) -> Vec<Value> {
    serde_json::from_slice(&fs::read(Path::new(ROOT).join("tests/vectors").join(name)).unwrap()).unwrap()
}

fn of(name: &str, field: &str) -> Vec<Vec<u8>> {
    json(name).iter().filter(|entry| entry[field].is_string()).map(|entry| hex(&entry[field])).collect()
}

/// The exchanges of a golden trace.
fn traces() -> Vec<Vec<(Vec<u8>, Vec<u8>)>> {
    let traces = files("tests/vectors/apdu-traces").into_iter();
    let read = |bytes: Vec<u8>| -> Vec<(Vec<u8>, Vec<u8>)> {
        let exchanges: Vec<Value> = serde_json::from_slice(&bytes).unwrap();
        exchanges.iter().map(|one| (hex(&one["command"]), hex(&one["response"]))).collect()
    };
    traces.map(|(_, bytes)| read(bytes)).collect()
}

fn number_shares() -> Vec<Vec<u8>> {
    let lines = |set: &Value| {
        let shares = set["shares"].as_array().unwrap().iter();
        let line = |share: &Value| format!("\n{},{},4c:40", share["id"], share["value_displayed"].as_str().unwrap());
        format!("{}{}", set["prime"].as_str().unwrap(), shares.map(line).collect::<String>()).into_bytes()
    };
    json("password-shares.json").iter().map(lines).collect()
}

fn word_shares() -> Vec<Vec<u8>> {
    let share = |kind: Kind, number| {
        let body = WipingBytes::from_slice(&vec![7; kind.body_length()]);
        StrongShare { set: SetId::new(77).unwrap(), kind, threshold: 2, number, body }
    };
    let written = |kind| [1, 2].map(|number| write_words(&share(kind, number)).expose().to_vec()).join(&b'\n');
    let slip = [&[0, 4, 1, 2, 0, 9, 9, 9, 2, 1][..], &[5; 50]].concat();
    vec![written(Kind::Password), written(Kind::SoPin), slip]
}

fn share_files() -> Vec<Vec<u8>> {
    let with_password =
        |password: &[u8], file: &[u8]| [&[u8::try_from(password.len()).unwrap()][..], password, file].concat();
    let made =
        json("pbe.json").into_iter().map(|one| with_password(&hex(&one["password_hex"]), &hex(&one["pbe_file"])));
    let kept = [ending(".pbe"), ending(".b64")].concat().into_iter().map(|file| with_password(b"x", &file));
    made.chain(kept).collect()
}

fn records() -> Vec<Vec<u8>> {
    let records = ending(".jsonl");
    let entries: Vec<Vec<u8>> = records.iter().map(|record| [b"\n", record.as_slice()].concat()).collect();
    [records, entries].concat()
}

fn scripts() -> Vec<Vec<u8>> {
    let kind = |path: &Path| match path.parent().and_then(Path::file_name).and_then(|folder| folder.to_str()) {
        Some("faults") => 1,
        Some("steps") => 2,
        Some("ceremonies") => 3,
        _ => 0,
    };
    files("assets/script").into_iter().map(|(path, text)| [&[kind(&path)][..], &text].concat()).collect()
}

/// One with the commands of a trace, each with its length before it; making RSA keys is too slow.
fn sessions() -> Vec<Vec<u8>> {
    let with_length = |command: &Vec<u8>| {
        let [high, low] = u16::try_from(command.len()).unwrap().to_be_bytes();
        [&[0xFF, high, low][..], command].concat()
    };
    let session = |trace: Vec<(Vec<u8>, Vec<u8>)>| trace.iter().flat_map(|(command, _)| with_length(command)).collect();
    let sessions: Vec<Vec<u8>> = traces().into_iter().map(session).collect();
    [0, 1].iter().flat_map(|which| sessions.iter().map(move |session| [&[*which][..], session].concat())).collect()
}

/// What a device answered, after each thing that can be done with it.
fn answers() -> Vec<Vec<u8>> {
    let with_length = |answer: &Vec<u8>| [&u16::try_from(answer.len()).unwrap().to_be_bytes()[..], answer].concat();
    let all: Vec<Vec<u8>> =
        traces().into_iter().map(|trace| trace.iter().flat_map(|(_, answer)| with_length(answer)).collect()).collect();
    (0..16).flat_map(|what| all.iter().step_by(7).map(move |one| [&[what, what / 2][..], one].concat())).collect()
}

/// Days on which everybody is attentive, and one thing happens at some time.
fn days() -> Vec<Vec<u8>> {
    let happens =
        [(7, 1), (9, 20), (9, 12), (11, 10), (12, 1), (12, 2), (14, 40), (14, 250), (15, 0), (15, 6), (15, 9)];
    let day = |(at, (what, which)): (usize, &(u8, u8))| {
        let which_day = u8::try_from(at % 32).unwrap();
        let sooner = u8::try_from((7 + 23 * at) % 130).unwrap();
        vec![which_day, 0, sooner, *what, *which, 0, 255, 0, 255, 0, 90]
    };
    let days = happens.iter().cycle().take(22).enumerate().map(day);
    // The device says 6982 when somebody logs in who was logged in: the SO-PIN's holder waits.
    days.chain([vec![0, 0, 7, 0, 59, 15, 7, 0, 59, 15, 1]]).collect()
}

fn targets() -> Vec<Target> {
    let wrapped = [ending(".bin"), of("wrapped-keys.json", "wrap_file"), of("wrapped-keys.json", "blob")].concat();
    let parts: Vec<WrappedKeyFile> = wrapped.iter().filter_map(|file| WrappedKeyFile::parse(file).ok()).collect();
    let described: Vec<Vec<u8>> = parts.iter().filter_map(|file| file.description.clone()).collect();
    let beside: Vec<Vec<u8>> = parts.iter().filter_map(|file| file.certificate.clone()).collect();
    let certificates =
        [of("cvc-chains.json", "hex"), beside.clone(), ending(".pem"), ending("-certificates.bin")].concat();
    let plans = files("assets").into_iter().filter(|(path, _)| path.to_string_lossy().contains("plan."));
    let plans = plans.map(|(_, text)| text).chain(ending("plan.json")).collect();
    let cards = ending("card-state.json")
        .into_iter()
        .chain(["REH0000001"].map(|serial| SoftCard::new(serial).unwrap().to_json().to_string().into_bytes()));
    let keys =
        ["four lamps\r", "\x1b[A\x1bOB\x1b[3~\x1b[[A\x1b", "\x1b[200~pasted\x1b[201~x", "Zo\u{eb} \u{5c71}\u{202e}"];
    let target = |name, check, slips, seeds| Target { name, check, seeds, slips };
    vec![
        target("numbers", super::numbers::check, 100, number_shares()),
        target("words", super::words::check, 200, word_shares()),
        target("share_file", super::share_file::check, 50, share_files()),
        target("wrapped_key", super::wrapped_key::check, 30, wrapped),
        target("key_file", super::key_file::check, 20, key_files()),
        target("certificates", super::certificates::check, 10, certificates.clone()),
        target("beside", super::beside::check, 10, beside),
        target("tlv", super::tlv::check, 20, certificates),
        target("description", super::description::check, 50, described),
        target("device", super::device::check, 5, answers()),
        target("plan", super::plan::check, 3, plans),
        target("manifest", super::manifest::check, 20, ending("manifest.json")),
        target("script", super::script::check, 5, scripts()),
        target("record", super::record::check, 1, records()),
        target("keyboard", super::keyboard::check, 500, keys.map(|text| text.as_bytes().to_vec()).to_vec()),
        target("card", super::card::check, 2, sessions()),
        target("card_file", super::card_file::check, 20, cards.collect()),
        target("machine", super::machine::check, 1, days()),
    ]
}

/// Slips that are the same in every run.
struct Slips(u64);

impl Slips {
    fn next(&mut self, below: usize) -> usize {
        // xorshift64: any sequence will do.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % below.max(1)
    }

    fn slip(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.next(3) {
            let at = self.next(bytes.len());
            match self.next(5) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at.min(bytes.len()), [0, 0x80, 0xFF, b'"', b'{'][self.next(5)]),
                2 => drop(bytes.splice(at..(at + 3).min(bytes.len()), [])),
                _ if !bytes.is_empty() => bytes[at] ^= 1 << self.next(8),
                _ => {}
            }
        }
        bytes
    }
}

fn run(name: &str) {
    let target = targets().into_iter().find(|target| target.name == name).unwrap();
    let corpus = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile").join(name);
    fs::create_dir_all(&corpus).unwrap();
    let mut slips = Slips(0x9E37_79B9_7F4A_7C15);
    assert!(!target.seeds.is_empty());
    for (number, seed) in target.seeds.iter().enumerate() {
        fs::write(corpus.join(format!("seed-{number:03}")), seed).unwrap();
        (target.check)(seed);
        for _ in 0..target.slips {
            (target.check)(&slips.slip(seed));
        }
    }
}

/// One test a target, so that they run beside each other.
macro_rules! hold {
    ($($test:ident: $name:literal,)*) => {
        $(#[test]
        fn $test() {
            run($name);
        })*

        #[test]
        fn every_check_is_a_test_and_a_fuzz_target() {
            let names: Vec<&str> = targets().iter().map(|target| target.name).collect();
            assert_eq!(names, [$($name),*]);
            let manifest = fs::read_to_string(Path::new(ROOT).join("fuzz/Cargo.toml")).unwrap();
            for name in names {
                assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
                let code = fs::read_to_string(Path::new(ROOT).join(format!("fuzz/targets/{name}.rs"))).unwrap();
                assert!(code.contains(&format!("hostile::{name}::check(data)")), "{name}");
            }
        }
    };
}

hold! {
    shares_as_numbers: "numbers",
    shares_as_words: "words",
    share_files_of_any_form: "share_file",
    wrapped_keys: "wrapped_key",
    files_of_private_keys: "key_file",
    certificates_and_public_keys: "certificates",
    what_lies_beside_a_key: "beside",
    objects_in_objects: "tlv",
    descriptions_of_keys: "description",
    answers_of_a_device: "device",
    plans: "plan",
    manifests: "manifest",
    files_of_the_script: "script",
    records_of_ceremonies: "record",
    bytes_of_a_keyboard: "keyboard",
    commands_to_a_card: "card",
    files_of_cards: "card_file",
    events_of_a_day: "machine",
}
