//! The device answers wrongly at any command of any ceremony: a screen names it, no wrong PIN is sent, no try is lost,
//! and the sitting goes on to an end as good as any, or is stopped by people.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use hsm_ceremony::bundle::examine;
use hsm_ceremony::ceremony::{Asks, Body, ChoiceId, Input, OptionView, Question, Recovery};
use hsm_ceremony::folder::Folder;
use hsm_ceremony::names::ItemName;
use hsm_ceremony::record::{CeremonyKind, Ending, Entry, verify};
use hsm_ceremony::terms::Drill;
use serde_json::Value;
use tempfile::TempDir;

use super::kinds::{adding, by_change, by_plan, from_backup, importing, on_a_used_device, pins, plan, two_custodians};
use super::misanswering::{Kind, Misanswer, Misanswering, When, Wrong, kind};
use super::rig::{Front, Rig, Turn};
use super::{Day, Guard};
use crate::support::torture;

/// After so many screens of failures, people stop.
const ENOUGH: usize = 6;
/// So often people look at a screen that says what is missing, a fraction of a millisecond each, before they stop.
const STUCK: usize = 100_000;
/// The same where they know that it does not get better.
const STUCK_FOR_EVER: usize = 3000;

/// What people are told about a PIN that was not taken.
const PIN_NOT_TAKEN: [&str; 9] = [
    "user-pin-not-accepted",
    "user-pin-either",
    "so-pin-not-accepted",
    "so-pin-old-wrong",
    "so-pin-not-changed",
    "so-pin-blocked",
    "pin-wrong",
    "pin-blocked",
    "pin-change-refused",
];

/// What a sitting left on its cards.
struct Cards(Vec<Value>);

impl Cards {
    fn of(rig: &Rig) -> Self {
        if let Some(rack) = &rig.rack {
            return Self(rack.with_card(0, hsm_ceremony::softcard::SoftCard::to_json).into_iter().collect());
        }
        let files = std::fs::read_dir(rig.folder.join("cards")).into_iter().flatten();
        let read = |file: std::io::Result<std::fs::DirEntry>| {
            serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap()
        };
        Self(files.map(read).collect())
    }

    fn keys(&self) -> usize {
        self.0.iter().map(|card| card["keys"].as_object().unwrap().len()).sum()
    }

    /// Every PIN has all its tries.
    fn all_tries_left(&self) -> bool {
        let whole = |pin: &Value| pin["left"] == pin["limit"];
        self.0.iter().all(|card| card["pins"].is_null() || ["user", "so"].iter().all(|pin| whole(&card["pins"][pin])))
    }
}

fn erased(rig: &Rig) -> usize {
    rig.log.lock().unwrap().iter().filter(|command| command.starts_with(&[0x80, 0x50])).count()
}

/// What a sitting without a wrong answer is like.
struct Usual {
    commands: Vec<Vec<u8>>,
    keys: usize,
    erased: usize,
}

/// The commands of each kind, by their places.
fn kinds(commands: &[Vec<u8>]) -> Vec<(Kind, Vec<usize>)> {
    let mut places: BTreeMap<Kind, Vec<usize>> = BTreeMap::new();
    for (place, command) in commands.iter().enumerate() {
        places.entry(kind(command)).or_default().push(place + 1);
    }
    places.into_iter().collect()
}

/// People who take the first way on with this device, or the next one if that led to the same failure, until they have had
/// enough.
struct Patient {
    /// What the device says about a PIN is not so.
    lied_to: bool,
    failures: Vec<String>,
    waits: usize,
    most_waits: usize,
}

impl Patient {
    fn turn(&mut self, front: &Front<'_>) -> Turn {
        let chosen = |id: &ChoiceId| Turn::Do(Input::Chose(id.clone()));
        match &front.view.body {
            Body::Fault { choices, happened, .. } => {
                self.failures.push(happened.join(" "));
                let open = choices.iter().filter(|choice| !choice.closed).map(|choice| &choice.id);
                let stop = ChoiceId::Recovery(Recovery::Stop);
                let others = [Recovery::AnotherDevice, Recovery::WithoutDevice].map(ChoiceId::Recovery);
                let elsewhere = [&stop, &others[0], &others[1]];
                let here: Vec<&ChoiceId> = open.filter(|id| !elsewhere.contains(id)).collect();
                assert!(!here.is_empty(), "one can be chosen: {choices:?}");
                let same = self.failures.iter().rev().take_while(|one| Some(*one) == self.failures.last()).count();
                // Whoever is told that a PIN is wrong which was right before does not type it again and again.
                let guesses = self.lied_to && front.fault().is_some_and(|fault| PIN_NOT_TAKEN.contains(&fault));
                if guesses || self.failures.len() > ENOUGH {
                    chosen(&stop)
                } else {
                    chosen(here[(same - 1) % here.len()])
                }
            }
            Body::Working { .. } if front.machine.waits_for().is_some() => {
                self.waits += 1;
                if self.waits > self.most_waits { Turn::Do(Input::Stop) } else { Turn::Autopilot }
            }
            // A PIN that is said to be blocked is not changed: the device is looked for, and asked, once more.
            Body::Choose { options, asks: Asks::Step(Question::PinChange), .. } => {
                let is = |name| move |option: &&OptionView| option.id == ChoiceId::Item(name) && !option.closed;
                if options.iter().any(|option| is(ItemName::ChangeUserPin)(&option)) {
                    return Turn::Autopilot;
                }
                chosen(&options.iter().find(is(ItemName::AnotherDevice)).expect("it can be looked for").id)
            }
            _ => Turn::Autopilot,
        }
    }
}

/// One sitting in which the device answers so.
fn sitting(bad: &Misanswering, lied_to: bool, make: &impl Fn(&Path, &Misanswering) -> Rig) -> (Rig, Patient, TempDir) {
    let records = tempfile::tempdir().unwrap();
    let mut rig = make(records.path(), bad);
    let most_waits = if bad.is_for_ever() { STUCK_FOR_EVER } else { STUCK };
    let mut people = Patient { lied_to, failures: Vec::new(), waits: 0, most_waits };
    let ended = catch_unwind(AssertUnwindSafe(|| rig.play(|front| people.turn(front))));
    if let Err(panic) = ended {
        rig.entries.iter().rev().take(12).rev().for_each(|entry| println!("{entry:?}"));
        resume_unwind(panic);
    }
    (rig, people, records)
}

/// How a wrong answer relates to what the card did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// It says that it did what it did not, or tells people what is not so.
    Untrue,
    /// It says that it did not do what it did.
    Refuses,
    /// It says nothing that one could believe.
    Nothing,
}

fn says(command: &[u8], what: Misanswer) -> Says {
    let about_pins = matches!(command.get(1), Some(0x20 | 0x24 | 0x2C));
    match what.wrong {
        // Where nothing is to be answered, half of it is a status word cut in two.
        Wrong::Truncated if command.get(1) == Some(&0xD7) || about_pins => Says::Nothing,
        // To PINs these two say something.
        Wrong::Status(0x63C1 | 0x6983) if about_pins => Says::Untrue,
        Wrong::Status(_) if what.carried_out => Says::Refuses,
        Wrong::Empty | Wrong::Garbage if what.carried_out => Says::Nothing,
        Wrong::Removed | Wrong::NoBytes | Wrong::Late | Wrong::Status(_) => Says::Nothing,
        Wrong::Truncated | Wrong::Empty | Wrong::Garbage => Says::Untrue,
    }
}

/// Whether it is the change of a PIN of which the host cannot know whether it was made: then finding that out takes one
/// guess, and the right PIN gives the try back.
fn needs_a_guess(command: &[u8], what: Misanswer) -> bool {
    let changes = matches!(command.get(1), Some(0x24 | 0x2C));
    let says_done = matches!(what.wrong, Wrong::Empty | Wrong::Garbage);
    changes && what.carried_out != says_done
}

/// What holds however it went; returns how it ended.
fn in_order(rig: &Rig, bad: &Misanswering, usual: &Usual, guess: bool) -> Ending {
    assert!(rig.vault.is_empty(), "the vault is empty");
    let proof = verify(rig.lines.as_bytes()).unwrap();
    let (ending, _) = proof.sealed.expect("it is sealed");
    let seen = examine(&Folder::open(&rig.folder), &proof);
    assert!(seen.faults.is_empty() && seen.unnamed.is_empty(), "{seen:?}");
    let wrong = bad.seen.lock().unwrap().wrong_pins.len();
    assert!(wrong <= usize::from(guess), "{wrong} wrong PINs are sent: {:?}", rig.failed());
    // Where the device said that it took a PIN and did not, the guess is the next login, and people stop after it.
    let spent = guess && wrong == 1 && ending == Ending::Aborted;
    assert!(spent || Cards::of(rig).all_tries_left(), "no try is lost: {:?}", rig.failed());
    // People who type both PINs again have it erased once more, and confirm that.
    let anew =
        |entry: &&Entry| matches!(entry, Entry::Recovered { choice, .. } if choice == Recovery::PinsAgain.word());
    let most = usual.erased + rig.entries.iter().filter(anew).count();
    assert!(erased(rig) <= most, "erased {} times, not {most}: {:?}", erased(rig), rig.failed());
    ending
}

/// One sitting with one wrong answer; whether it was noticed, and whether people had to stop.
fn with_one(at: usize, what: Misanswer, usual: &Usual, make: &impl Fn(&Path, &Misanswering) -> Rig) -> (bool, bool) {
    let command = &usual.commands[at - 1];
    let bad = Misanswering::new(When::Once(at), what);
    let guess = needs_a_guess(command, what);
    let about_a_pin = matches!(command.get(1), Some(0x20 | 0x24 | 0x2C));
    let lied_to = about_a_pin && says(command, what) != Says::Nothing;
    let (rig, people, _records) = sitting(&bad, lied_to, make);
    assert_eq!(bad.seen.lock().unwrap().misanswered, 1, "it was answered wrongly");
    let named = !people.failures.is_empty() || !rig.waited.is_empty();
    let ending = in_order(&rig, &bad, usual, guess);
    match ending {
        Ending::Complete => assert_eq!(Cards::of(&rig).keys(), usual.keys, "all keys are there: {:?}", rig.failed()),
        // A device that says what is not so may stop a sitting, and people know why.
        Ending::Aborted => {
            let untrue = says(command, what) == Says::Untrue;
            assert!(named && (untrue || lied_to), "stopped: {:?}", rig.failed());
        }
    }
    (named, ending == Ending::Aborted)
}

/// The commands of a sitting without a wrong answer, and what it leaves.
fn usual(make: &impl Fn(&Path, &Misanswering) -> Rig) -> Usual {
    let counting = Misanswering::never();
    let (rig, _, _records) = sitting(&counting, false, make);
    assert!(rig.complete());
    let commands = counting.seen.lock().unwrap().sent.clone();
    let usual = Usual { commands, keys: Cards::of(&rig).keys(), erased: erased(&rig) };
    assert_eq!(in_order(&rig, &counting, &usual, false), Ending::Complete);
    usual
}

/// Runs the cases, all that belong to this run, and says afterwards which failed.
fn run<T: std::fmt::Debug>(name: &str, cases: &[T], stride: usize, case: impl Fn(&T) -> (bool, bool)) {
    let (mut ran, mut named, mut stopped, mut failed) = (0, 0, 0, Vec::new());
    for one in cases.iter().step_by(if torture() { 1 } else { stride }) {
        ran += 1;
        match catch_unwind(AssertUnwindSafe(|| case(one))) {
            Ok((was_named, was_stopped)) => {
                named += usize::from(was_named);
                stopped += usize::from(was_stopped);
            }
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map_or("", String::as_str);
                failed.push(format!("{one:?}: {}", text.chars().take(300).collect::<String>()));
            }
        }
    }
    println!("{name}: {ran} of {} cases, {named} named on a screen, {stopped} stopped by people", cases.len());
    assert!(failed.is_empty(), "{name}, {} cases:\n{}", failed.len(), failed.join("\n"));
}

fn every_misanswer(name: &str, make: impl Fn(&Path, &Misanswering) -> Rig) {
    let usual = usual(&make);
    // Each answer meets each kind of command, by turns at another of its places.
    let all = Misanswer::all();
    let of_kind = |(row, (_, places)): (usize, (Kind, Vec<usize>))| {
        let place = |number: usize| places[(number + row) % places.len()];
        all.iter().enumerate().map(|(number, what)| (place(number), *what)).collect::<Vec<_>>()
    };
    let cases: Vec<(usize, Misanswer)> = kinds(&usual.commands).into_iter().enumerate().flat_map(of_kind).collect();
    run(name, &cases, 61, |(at, what)| with_one(*at, *what, &usual, &make));
}

/// The device answers every command of a kind wrongly, for ever: people stop, or it does not matter.
fn every_misanswer_for_ever(name: &str, make: impl Fn(&Path, &Misanswering) -> Rig) {
    let usual = usual(&make);
    let answers = Misanswer::all().into_iter().filter(|what| !what.carried_out || what.wrong == Wrong::Truncated);
    let of_kind = |(of, places): (Kind, Vec<usize>)| answers.clone().map(move |what| (of.clone(), places[0], what));
    let cases: Vec<(Kind, usize, Misanswer)> = kinds(&usual.commands).into_iter().flat_map(of_kind).collect();
    run(name, &cases, 31, |(of, at, what)| {
        let bad = Misanswering::new(When::Always(of.clone()), *what);
        let guess = needs_a_guess(&usual.commands[at - 1], *what);
        let (rig, people, _records) = sitting(&bad, guess, &make);
        let named = !people.failures.is_empty() || !rig.waited.is_empty();
        let ending = in_order(&rig, &bad, &usual, guess);
        assert!(named || ending == Ending::Complete, "nobody stops for nothing");
        (named, ending == Ending::Aborted)
    });
}

#[test]
fn establish_is_stopped_where_the_device_never_answers_rightly() {
    every_misanswer_for_ever("establish, for ever", |records, bad| {
        Rig::establish_with(&plan(), records, |readers| bad.readers(readers))
    });
}

#[test]
fn establish_goes_on_after_any_wrong_answer() {
    every_misanswer("establish", |records, bad| Rig::establish_with(&plan(), records, |readers| bad.readers(readers)));
}

#[test]
fn establish_on_a_device_in_use_goes_on_after_any_wrong_answer() {
    every_misanswer("establish-used", |records, bad| on_a_used_device(records, |readers| bad.readers(readers)));
}

#[test]
fn the_fullest_establish_goes_on_after_any_wrong_answer() {
    let text = Day::full().text();
    every_misanswer("establish-full", |records, bad| {
        Rig::establish_with(&text, records, |readers| bad.readers(readers))
    });
}

#[test]
fn ceremonies_about_a_backup_go_on_after_any_wrong_answer() {
    for kind in [CeremonyKind::Restore, CeremonyKind::BackUp, CeremonyKind::Drill, CeremonyKind::Retire] {
        every_misanswer(&format!("{kind:?}"), |records, bad| {
            from_backup(kind, records, |readers| bad.readers(readers))
        });
    }
}

#[test]
fn a_drill_on_a_spare_goes_on_after_any_wrong_answer() {
    every_misanswer("spare", |records, bad| {
        from_backup(CeremonyKind::Drill, records, |readers| bad.readers(readers)).drilling(Drill::Spare)
    });
}

#[test]
fn add_keys_goes_on_after_any_wrong_answer() {
    every_misanswer("add-keys", |records, bad| adding(records, |readers| bad.readers(readers)));
}

#[test]
fn an_import_goes_on_after_any_wrong_answer() {
    every_misanswer("import", |records, bad| importing(records, |readers| bad.readers(readers)));
}

#[test]
fn a_change_of_custodians_goes_on_after_any_wrong_answer() {
    let carrying = Day::of(&[Guard::Numbers(2, 2)]).carrying_keys().text();
    for (kind, text) in [
        (CeremonyKind::ReSplit, &two_custodians()),
        (CeremonyKind::ReKey, &two_custodians()),
        (CeremonyKind::ReKey, &carrying),
    ] {
        every_misanswer(&format!("{kind:?}"), |records, bad| {
            by_change(kind, text, records, |readers| bad.readers(readers))
        });
    }
}

#[test]
fn a_fleet_and_an_inspection_go_on_after_any_wrong_answer() {
    for kind in [CeremonyKind::Fleet, CeremonyKind::Inspect] {
        every_misanswer(&format!("{kind:?}"), |records, bad| by_plan(kind, records, |readers| bad.readers(readers)));
    }
}

#[test]
fn a_change_of_pins_goes_on_after_any_wrong_answer() {
    every_misanswer("pins", |records, bad| pins(records, |readers| bad.readers(readers)));
}
