//! What people choose in step 1.1 of a restore: one of several DKEKs, and what becomes of wrapped keys that are not those
//! of the manifest.

use std::fs;
use std::path::{Path, PathBuf};

use hsm_ceremony::ceremony::{Asks, Body, ChoiceId, Input, Machine, Question, Recovery};
use hsm_ceremony::names::ItemName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Ending, Entry, Fact, FoundInstead, verify};
use hsm_ceremony::terms::Kcv;
use tempfile::TempDir;

use super::mistakes::{goes_on, stopped};
use super::old::{Custodians, Set, seal_share, wrapped_keys};
use super::rig::{Front, Rig, Turn, plan_text};

/// A folder with keys of two DKEKs, each with the share file of people of its own.
struct Mixed {
    place: TempDir,
    plan: String,
    first: Set,
    second: Set,
}

/// The DKEK of this many keys.
const OF_TWO: usize = 2;
const OF_THREE: usize = 3;

impl Mixed {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let (first, second) = (Set::golden("2-of-3"), Set::golden("2-of-4"));
        let dkek = wrapped_keys(place.path(), &["ec-prime256v1", "ec-brainpoolP256r1"]);
        seal_share(place.path(), &dkek, &first.password);
        fs::rename(place.path().join("dkek-share.pbe"), place.path().join("2019.pbe")).unwrap();
        let dkek = wrapped_keys(place.path(), &["ec-secp384r1", "ec-secp256k1", "ec-secp521r1"]);
        seal_share(place.path(), &dkek, &second.password);
        Self { place, plan: plan_text(2, 3, &[("EC:secp256r1", 10)], false), first, second }
    }

    fn rig(&self, records: &Path) -> Rig {
        Rig::foreign(self.place.path(), &self.plan, records).unwrap()
    }
}

/// The DKEKs on the screen, if it asks which of them: the text, and each option with what it says.
fn asked(front: &Front<'_>) -> Option<(String, Vec<(Kcv, String)>)> {
    let Body::Choose { text, options, asks: Asks::Step(Question::Dkek), .. } = &front.view.body else { return None };
    let dkek = |id: &ChoiceId| if let ChoiceId::Dkek(kcv) = id { *kcv } else { panic!("{id:?}") };
    Some((text.join("\n"), options.iter().map(|option| (dkek(&option.id), option.text.clone())).collect()))
}

/// The DKEK of so many keys, among those that the record names.
fn of_keys(entries: &[Entry], keys: usize) -> Kcv {
    let several = entries.iter().find_map(|entry| match entry {
        Entry::Learned { fact: Fact::SeveralDkeks { dkeks }, .. } => Some(dkeks),
        _ => None,
    });
    several.unwrap().iter().find(|dkek| dkek.keys.len() == keys).unwrap().kcv
}

fn resumed_is_the_same(front: &Front<'_>) {
    let plan = front.machine.known().plan.clone();
    let resumed = Machine::resume(CeremonyKind::Restore, plan, true, front.entries).unwrap();
    assert_eq!(resumed.known(), front.machine.known(), "after {:?}", front.entries.last());
    assert_eq!(resumed.number(), front.machine.number());
}

#[test]
fn of_several_dkeks_in_one_folder_people_choose_one_and_only_its_keys_come_back() {
    let mixed = Mixed::new();
    for (keys, set) in [(OF_TWO, &mixed.first), (OF_THREE, &mixed.second)] {
        let records = tempfile::tempdir().unwrap();
        let mut rig = mixed.rig(records.path());
        let mut people = Custodians::new(set, &[2, 0]);
        let (mut text, mut offered, mut read) = (String::new(), Vec::new(), String::new());
        rig.play(|front| {
            resumed_is_the_same(front);
            if let Some(now) = asked(front) {
                (text, offered) = now;
                return Turn::Do(Input::Chose(ChoiceId::Dkek(of_keys(front.entries, keys))));
            }
            if let ("source", Body::Read { text }) = (front.step(), &front.view.body) {
                read += &text.join("\n");
            }
            people.answer(front)
        });
        goes_on(&rig, &[]);
        // Each is named by its KCV, with all its keys and their files.
        for name in ["ec-prime256v1", "ec-brainpoolP256r1", "ec-secp384r1", "ec-secp256k1", "ec-secp521r1"] {
            assert!(text.contains(&format!("  wrap-{name}.bin")), "{text}");
        }
        assert_eq!(offered.len(), 2);
        assert!(offered.iter().all(|(kcv, says)| text.contains(&kcv.to_string()) && says.contains(&kcv.to_string())));
        // From then on, the others are no part of this sitting.
        let chosen = of_keys(&rig.entries, keys);
        assert!(rig.facts().contains(&&Fact::DkekChosen { kcv: chosen }), "it is in the record");
        assert!(read.contains(&chosen.to_string()), "{read}");
        let other = if keys == OF_TWO { "secp384r1" } else { "prime256v1" };
        assert!(!read.contains(other), "{read}");
        let proven = rig.facts().iter().filter(|fact| matches!(fact, Fact::Proven { .. })).count();
        let mut listed = rig.facts().into_iter().filter_map(|fact| match fact {
            Fact::Listed { keys, .. } => Some(keys.len()),
            _ => None,
        });
        assert_eq!((proven, listed.next_back()), (keys, Some(keys)));
        assert!(matches!(rig.entries.last(), Some(Entry::Sealed { ending: Ending::Complete, deviations: 0, .. })));
        let lines = verify(rig.lines.as_bytes()).unwrap().lines;
        assert_eq!(lines.into_iter().map(|line| line.entry).collect::<Vec<_>>(), rig.entries);
    }
}

#[test]
fn the_people_of_another_dkek_than_the_chosen_one_are_told_so() {
    let (mixed, records) = (Mixed::new(), tempfile::tempdir().unwrap());
    let mut rig = mixed.rig(records.path());
    let mut people = Custodians::new(&mixed.first, &[0, 1]);
    rig.play(|front| {
        if asked(front).is_some() {
            return Turn::Do(Input::Chose(ChoiceId::Dkek(of_keys(front.entries, OF_THREE))));
        }
        if front.fault().is_some() { front.goes_on_with(Recovery::Stop) } else { people.answer(front) }
    });
    stopped(&rig, &["kcv-differs"]);
    assert_eq!(rig.value("kcv-differs", "expected"), of_keys(&rig.entries, OF_THREE).to_string());
}

#[test]
fn a_dkek_that_is_not_in_the_folder_cannot_be_chosen() {
    let (mixed, records) = (Mixed::new(), tempfile::tempdir().unwrap());
    let mut rig = mixed.rig(records.path());
    let mut tried = 0;
    rig.play(|front| {
        if asked(front).is_none() {
            return Turn::Autopilot;
        }
        tried += 1;
        Turn::Do(if tried < 3 { Input::Chose(ChoiceId::Dkek(Kcv([7; 8]))) } else { Input::Stop })
    });
    stopped(&rig, &[]);
    assert_eq!(tried, 3, "it is asked again");
    assert!(!rig.facts().iter().any(|fact| matches!(fact, Fact::DkekChosen { .. })));
}

#[test]
fn a_share_file_for_every_dkek_share_of_the_plan_must_be_there_among_several_dkeks_too() {
    let (mixed, records) = (Mixed::new(), tempfile::tempdir().unwrap());
    for file in ["2019.pbe", "dkek-share.pbe"] {
        fs::remove_file(mixed.place.path().join(file)).unwrap();
        let opens = Rig::foreign(mixed.place.path(), &mixed.plan, records.path()).is_ok();
        assert_eq!(opens, file == "2019.pbe", "without {file}");
    }
}

/// A finished *establish* with three keys, and the *restore* from it.
fn ours(records: &Path) -> (Rig, PathBuf) {
    let text = plan_text(2, 3, &[("EC:secp256r1", 10), ("EC:secp256k1", 11), ("EC:secp384r1", 12)], false);
    let mut first = Rig::establish(&text, records);
    first.run(|_| {});
    assert!(first.complete());
    let folder = first.folder.clone();
    (Rig::restore(records).with_papers_of(first), folder)
}

fn unusable_keys(front: &Front<'_>) -> Option<String> {
    match &front.view.body {
        Body::Choose { text, asks: Asks::Step(Question::UnusableKeys), .. } => Some(text.join("\n")),
        _ => None,
    }
}

type Damage = fn(&Path);

/// What may have become of a file, and what a screen says about it.
const DAMAGES: [(&str, Damage); 3] = [
    (": it is missing", |path| fs::remove_file(path).unwrap()),
    (": SHA-256 ", |path| {
        let mut content = fs::read(path).unwrap();
        content[40] ^= 1;
        fs::write(path, content).unwrap();
    }),
    (": it cannot be read (", |path| {
        fs::remove_file(path).unwrap();
        fs::create_dir(path).unwrap();
    }),
];

#[test]
fn a_wrapped_key_that_is_not_the_one_of_the_manifest_is_named_at_once_and_the_others_come_back() {
    for (what, damage) in DAMAGES {
        let records = tempfile::tempdir().unwrap();
        let (mut rig, folder) = ours(records.path());
        damage(&folder.join("keys/key-1.wrapped"));
        let (mut named, mut left_out) = (String::new(), Vec::new());
        rig.play(|front| {
            resumed_is_the_same(front);
            if let Some(text) = unusable_keys(front) {
                named = text;
                return front.item(ItemName::LeaveOut);
            }
            if let Body::Read { text } = &front.view.body {
                let said = text.join(" ");
                assert!(!said.contains("The folder is complete"), "it is not");
                if said.contains("left out") && !left_out.contains(&said) {
                    left_out.push(said);
                }
            }
            Turn::Autopilot
        });
        goes_on(&rig, &[]);
        assert!(named.contains(&format!("keys/key-1.wrapped{what}")) && !named.contains("key-0"), "{named}");
        assert_eq!(left_out.iter().filter(|said| said.contains("key-1")).count(), 3, "at every step: {left_out:?}");
        assert_eq!(rig.machine.known().progress.deviates, ["wrapped-keys-left-out"]);
        assert!(matches!(rig.entries.last(), Some(Entry::Sealed { deviations: 1, .. })));
        let mut proven: Vec<&str> = rig.facts().into_iter().filter_map(proven).collect();
        proven.sort_unstable();
        assert_eq!(proven, ["key-0", "key-2"]);
    }
}

fn proven(fact: &Fact) -> Option<&str> {
    if let Fact::Proven { label, .. } = fact { Some(label.as_str()) } else { None }
}

#[test]
fn a_good_copy_that_is_brought_at_once_restores_the_key() {
    let records = tempfile::tempdir().unwrap();
    let (mut rig, folder) = ours(records.path());
    let file = folder.join("keys/key-2.wrapped");
    let good = fs::read(&file).unwrap();
    fs::write(&file, "not a key").unwrap();
    let mut asked = 0;
    rig.play(|front| {
        resumed_is_the_same(front);
        if unusable_keys(front).is_none() {
            return Turn::Autopilot;
        }
        asked += 1;
        // A look at the same file says the same.
        if asked == 2 {
            fs::write(&file, &good).unwrap();
        }
        front.item(ItemName::LookAgain)
    });
    goes_on(&rig, &[]);
    assert_eq!((asked, rig.facts().into_iter().filter_map(proven).count()), (2, 3));
    assert!(matches!(rig.entries.last(), Some(Entry::Sealed { deviations: 0, .. })));
    let mut digests = rig.facts().into_iter().filter_map(|fact| match fact {
        Fact::WrappedKeysUnusable { keys } => Some((keys[0].1.expected, keys[0].1.found.clone())),
        _ => None,
    });
    let (expected, found) = digests.next_back().unwrap();
    assert!(matches!(found, FoundInstead::Changed(digest) if digest != expected), "both are in the record");
}

#[test]
fn if_no_wrapped_key_can_be_used_all_are_named_and_nothing_else_is_asked() {
    let records = tempfile::tempdir().unwrap();
    let (mut rig, folder) = ours(records.path());
    for ((_, damage), key) in DAMAGES.into_iter().zip(0..) {
        damage(&folder.join(format!("keys/key-{key}.wrapped")));
    }
    rig.play(|front| match front.fault() {
        Some(_) => {
            assert_eq!(front.step(), "source");
            front.goes_on_with(Recovery::Stop)
        }
        None => Turn::Autopilot,
    });
    stopped(&rig, &["source-no-key-usable"]);
    let files = rig.value("source-no-key-usable", "files");
    assert_eq!(files, "keys/key-0.wrapped, keys/key-1.wrapped, keys/key-2.wrapped");
}

#[test]
fn what_differs_in_a_public_key_file_is_named_too() {
    for (what, damage) in DAMAGES {
        let records = tempfile::tempdir().unwrap();
        let (mut rig, folder) = ours(records.path());
        damage(&folder.join("keys/key-0.pub.pem"));
        damage(&folder.join("keys/key-1.wrapped"));
        let mut named = String::new();
        rig.play(|front| {
            resumed_is_the_same(front);
            if let ("source", Body::Read { text }) = (front.step(), &front.view.body) {
                named += &text.join("\n");
            }
            if front.fault().is_some() { front.goes_on_with(Recovery::WithoutProof) } else { Turn::Autopilot }
        });
        assert!(rig.complete(), "{:?}", rig.failed());
        assert!(named.contains(&format!("keys/key-0.pub.pem{what}")), "{named}");
        assert!(!named.contains("key-1.wrapped"), "that was asked, not only said: {named}");
        assert_eq!(rig.facts().into_iter().filter_map(proven).collect::<Vec<_>>(), ["key-2"]);
        assert!(matches!(rig.entries.last(), Some(Entry::Sealed { deviations: 2, .. })));
    }
}

#[test]
fn a_record_from_before_says_only_which_public_key_files_could_not_be_used() {
    let plan = Plan::parse(&plan_text(2, 3, &[("EC:secp256r1", 10)], false)).unwrap();
    let fact = r#"{"fact":"public-keys-unusable","files":["keys/key-0.pub.pem"]}"#;
    let fact: Fact = serde_json::from_str(fact).unwrap();
    assert_eq!(
        serde_json::to_string(&fact).unwrap(),
        r#"{"fact":"public-keys-unusable","files":["keys/key-0.pub.pem"]}"#
    );
    let step = hsm_ceremony::terms::Number { section: 1, step: 1 };
    assert!(Machine::resume(CeremonyKind::Restore, plan, true, &[Entry::Learned { step, fact }]).is_some());
}
