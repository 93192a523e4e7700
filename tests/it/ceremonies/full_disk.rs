//! The disk of the record is full, out or read-only in the middle of a sitting: in small file systems of the test's own.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use hsm_ceremony::app::{Environment, FrontEnd, FrontError, OpenSitting, Setup, Sitting, Stopped};
use hsm_ceremony::autopilot::Autopilot;
use hsm_ceremony::bundle::examine;
use hsm_ceremony::ceremony::{Body, ChoiceId, Input, Known, UnwrittenChoice, View};
use hsm_ceremony::clerk::Context;
use hsm_ceremony::dkek::Rounds;
use hsm_ceremony::faults::FaultName;
use hsm_ceremony::folder::{Folder, names};
use hsm_ceremony::names::FieldName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Ending, Entry, verify};
use hsm_ceremony::vault::Vault;

use super::rig::{Rig, Turn};
use super::{Day, Guard};
use crate::support::disks::beside_disks;

/// Runs a test on two small disks.
fn on_small_disks(test: &str, body: impl FnOnce(&Path)) {
    let disks = [("small", "size=6m"), ("other", "size=6m")];
    beside_disks(&format!("ceremonies::full_disk::{test}"), &disks, body);
}

/// Writes until there is no room for a single byte.
fn fill(records: &Path) {
    let mut file = OpenOptions::new().create(true).append(true).open(records.join("filler")).unwrap();
    for size in [65_536, 4096, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

fn make_room(records: &Path) {
    fs::remove_file(records.join("filler")).unwrap();
}

/// What people do at the screen of a line that cannot be written, one after the other.
#[derive(Clone)]
enum Does {
    Again,
    /// Somebody makes room first.
    AgainWithRoom,
    Move(PathBuf),
    Stop,
}

/// An autopilot whose disk is filled at a step, and people who know what to do about it.
struct Table {
    autopilot: Autopilot,
    records: PathBuf,
    /// The title of the screen at which somebody fills the disk.
    fills_at: &'static str,
    filled: bool,
    /// Whatever is freed is used up again.
    stays_full: bool,
    does: Vec<Does>,
    /// Everything that the screens of the line said.
    said: Vec<String>,
    /// What the last screen said.
    last: Vec<String>,
}

impl Table {
    fn new(records: &Path, fills_at: &'static str, does: &[Does]) -> Self {
        Self {
            autopilot: Autopilot::new(Box::new(io::sink())),
            records: records.to_owned(),
            fills_at,
            filled: false,
            stays_full: false,
            does: does.iter().rev().cloned().collect(),
            said: Vec::new(),
            last: Vec::new(),
        }
    }

    fn at_the_line(&mut self, view: &View, vault: &mut Vault) -> Option<Input> {
        let chosen = |choice| Some(Input::Chose(ChoiceId::Unwritten(choice)));
        match &view.body {
            Body::Fault { happened, truth, .. } => {
                self.said.extend(happened.iter().chain(truth).cloned());
                match self.does.last().expect("nothing more to do") {
                    Does::Again => {}
                    Does::AgainWithRoom => make_room(&self.records),
                    Does::Move(_) => return chosen(UnwrittenChoice::Move),
                    Does::Stop => return chosen(UnwrittenChoice::Stop),
                }
                self.does.pop();
                chosen(UnwrittenChoice::Again)
            }
            Body::Form { .. } => {
                let Some(Does::Move(place)) = self.does.last().cloned() else { return Some(Input::Leave) };
                let typing = vault.typing(FieldName::MovedTo);
                if !typing.is_empty() {
                    self.does.pop();
                    return Some(Input::GoOn);
                }
                place.to_str().unwrap().bytes().for_each(|byte| typing.push(byte).unwrap());
                Some(Input::Edited(FieldName::MovedTo))
            }
            Body::Choose { text, options, .. } => {
                self.said.extend(text.iter().cloned());
                options.last().map(|option| Input::Chose(option.id.clone()))
            }
            Body::Ended { text, .. } => {
                self.last.clone_from(text);
                assert!(vault.is_empty(), "{:?}", vault.holds());
                Some(Input::Close)
            }
            Body::Read { .. } | Body::Tick { .. } | Body::Reveal { .. } | Body::Working { .. } => panic!("{view:?}"),
        }
    }
}

impl FrontEnd for Table {
    fn show(&mut self, _: &View, _: &Vault) -> Result<(), FrontError> {
        Ok(())
    }

    fn next(&mut self, view: &View, vault: &mut Vault, wait: Duration) -> Result<Option<Input>, FrontError> {
        if view.header.title == "The record cannot be written" {
            return Ok(self.at_the_line(view, vault));
        }
        if let (Body::Fault { happened, choices, .. }, true) = (&view.body, self.filled) {
            // The built-in cards keep their states on the same disk. No other step fails, but where the disk stays full: the
            // last page of the record may have had room for some more lines.
            let said = happened.join(" ");
            let of_card = said.contains("built-in card could not be written");
            assert!(of_card || self.stays_full && said.contains("could not be written: the disk is full"), "{said}");
            make_room(&self.records);
            return Ok(Some(Input::Chose(choices[0].id.clone())));
        }
        if view.header.title.starts_with(self.fills_at) && !self.filled || self.stays_full {
            fill(&self.records);
            self.filled = true;
            self.stays_full = self.does.iter().any(|does| matches!(does, Does::Stop));
        }
        self.autopilot.next(view, vault, wait)
    }

    fn wipe(&mut self) -> Result<(), FrontError> {
        Ok(())
    }

    fn pause(&self) -> Duration {
        self.autopilot.pause()
    }
}

fn sitting(records: &Path) -> Sitting {
    let plan = Day::of(&[Guard::Words(2, 3)]).text();
    let setup = Setup::by_plan(
        CeremonyKind::Establish,
        Plan::parse(&plan).unwrap(),
        plan.clone(),
        records,
        Environment::SoftwareCards,
    );
    let setup = setup.unwrap();
    let context = Context { rounds: Rounds(1000), ..setup.context };
    Sitting::begin(CeremonyKind::Establish, setup.plan, &plan, context).unwrap()
}

fn complete(run: Result<&Known, Stopped>) -> bool {
    run.is_ok_and(|known| known.progress.ended == Some(Ending::Complete))
}

/// Its record is sealed and has every line once, and the folder has no other file than those it names.
fn is_whole(folder: &Path) {
    let folder = Folder::open(folder);
    let proof = verify(&folder.read(names::RECORD).unwrap()).unwrap();
    assert!(proof.sealed.is_some());
    let seen = examine(&folder, &proof);
    assert_eq!((&seen.faults, &seen.unnamed), (&Vec::new(), &Vec::new()));
    assert!(!proof.lines.iter().any(|line| matches!(line.entry, Entry::Failed { .. })), "no step failed");
}

#[test]
fn a_line_without_room_is_written_when_there_is_room() {
    on_small_disks("a_line_without_room_is_written_when_there_is_room", |disks| {
        let records = disks.join("small");
        let does = [Does::Again, Does::Again, Does::AgainWithRoom];
        let mut table = Table::new(&records, "Roll call", &does);
        let mut sitting = sitting(&records);
        assert!(complete(sitting.run(&mut table)));
        let said = table.said.join("\n");
        assert!(said.contains("the disk is full") && said.contains("Tried 3 times"), "{said}");
        assert!(!said.contains("device"), "a disk is no device: {said}");
        is_whole(sitting.folder());
    });
}

#[test]
fn a_record_moves_to_another_disk_and_goes_on_there() {
    on_small_disks("a_record_moves_to_another_disk_and_goes_on_there", |disks| {
        let (records, other) = (disks.join("small"), disks.join("other"));
        let mut table = Table::new(&records, "Roll call", &[Does::Move(disks.join("none")), Does::Move(other.clone())]);
        let mut sitting = sitting(&records);
        let old = sitting.folder().to_owned();
        assert!(complete(sitting.run(&mut table)));
        assert_eq!(sitting.folder(), other.join(old.file_name().unwrap()));
        is_whole(sitting.folder());
        let said = table.said.join("\n");
        assert!(said.contains("none to move the record to: no such file"), "{said}");
        assert!(said.contains(&format!("The old folder, {}, no longer counts", old.display())), "{said}");
        assert!(OpenSitting::all(&records).is_empty(), "nobody goes on with the old one");
    });
}

#[test]
fn a_sitting_that_ends_without_a_line_says_what_to_keep_and_goes_on_later() {
    on_small_disks("a_sitting_that_ends_without_a_line_says_what_to_keep_and_goes_on_later", |disks| {
        let records = disks.join("small");
        let mut table = Table::new(&records, "DKEK into", &[Does::Stop]);
        let mut sitting = sitting(&records);
        let folder = sitting.folder().to_owned();
        let Err(Stopped::Record(fault)) = sitting.run(&mut table) else { panic!("it did not end") };
        assert_eq!(fault.name, FaultName::RecordLeftUnsealed);
        let last = table.last.join("\n");
        let open = OpenSitting::read(&folder).expect("it can go on");
        for text in [
            "WITHOUT A SEAL",
            "the disk is full",
            "Erased and initialised: REH",
            "Keep all cards of today",
            "destroy the cards dealt today",
            &format!("ceremony resume {}", folder.display()),
            &open.proof.mark.digest.in_lines(),
        ] {
            assert!(last.contains(text), "{text:?} is not in {last}");
        }
    });
}

#[test]
fn the_same_failure_again_and_again_is_recorded_once() {
    on_small_disks("the_same_failure_again_and_again_is_recorded_once", |disks| {
        let records = disks.join("small");
        let mut rig = Rig::establish(&Day::of(&[Guard::Words(2, 3)]).text(), &records);
        fill(&records);
        let mut times = 0;
        rig.play(|front| {
            let Body::Fault { happened, choices, .. } = &front.view.body else { return Turn::Autopilot };
            times += 1;
            assert!(
                happened.join(" ").contains("could not be written") && happened.join(" ").contains("the disk is full")
            );
            if times == 20 {
                make_room(&records);
            }
            Turn::Do(Input::Chose(choices[0].id.clone()))
        });
        assert_eq!(times, 20);
        assert!(rig.complete());
        let failed = rig.entries.iter().filter_map(|entry| match entry {
            Entry::Failed { act, fault, .. } => Some((act.as_str(), fault.as_str())),
            _ => None,
        });
        assert_eq!(failed.collect::<Vec<_>>(), [("find-device", "card-not-kept")]);
        let tried = rig.entries.iter().filter(|entry| matches!(entry, Entry::Recovered { .. }));
        assert_eq!(tried.count(), 1);
    });
}
