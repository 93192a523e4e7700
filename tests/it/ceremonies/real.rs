//! The real thing, on cards whose serials are those of devices: nothing of a rehearsal is on them or gets into the
//! record, and an unfit room needs a typed decision.

use hsm_ceremony::record::CeremonyKind;
use std::fs;
use std::path::Path;
use std::time::Duration;

use hsm_ceremony::app::{self, Environment, FrontError, Setup, Sitting};
use hsm_ceremony::autopilot::Autopilot;
use hsm_ceremony::card::transport::{Readers, Response, Transport, TransportError};
use hsm_ceremony::ceremony::{Asks, Body, FieldState, Input, Question, Recovery, View};
use hsm_ceremony::dkek::{Rounds, ShareFile};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::FieldName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{self, Ending, Entry, Fact, Remark};
use hsm_ceremony::secret::WipingBytes;
use hsm_ceremony::softcard::{Rack, SoftCard};
use hsm_ceremony::terms::{DeviceRole, HostFinding};
use hsm_ceremony::vault::Vault;

use crate::support::sentences::sentence;

use super::mistakes::{established, plan, stopped};
use super::rig::{Front, Rig, Turn};

/// A card that identifies itself as a device would: its serial is not a rehearsal's. Its certificate was not signed for
/// that serial, and not by the maker: people go on with it all the same, by the word and a reason.
fn issued(number: u8) -> SoftCard {
    let mut state = SoftCard::new(&format!("REH00000{number:02}")).unwrap().to_json();
    let hex = |serial: &str| base16ct::lower::encode_string(serial.as_bytes());
    let certificates = state["files"]["2f02"].as_str().unwrap().to_owned();
    let own = [format!("REH00000{number:02}"), serial(number)].map(|serial| hex(&serial));
    assert!(certificates.contains(&own[0]));
    let issuer = ["CAREH0", "CAHSM0"].map(hex);
    state["files"]["2f02"] = certificates.replace(&own[0], &own[1]).replace(&issuer[0], &issuer[1]).into();
    SoftCard::from_json(&state).ok().unwrap()
}

fn serial(number: u8) -> String {
    format!("DENK0000{number:02}")
}

fn setup(records: &Path, environment: Environment) -> Setup {
    Setup::by_plan(CeremonyKind::Establish, Plan::parse(&plan()).unwrap(), plan(), records, environment).unwrap()
}

/// A finished real *establish*.
fn really_established(records: &Path) -> Rig {
    let mut rig = Rig::real(setup(records, Environment::Real), vec![issued(1)]);
    rig.run(|_| {});
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    rig
}

/// People stop at the first fault.
fn until_it_fails(rig: &mut Rig) {
    rig.play(|front| match front.fault() {
        Some(_) => front.goes_on_with(Recovery::Stop),
        None => Turn::Autopilot,
    });
}

/// The salt of the only share file, and whether the program takes it for a rehearsal's.
fn salt(rig: &Rig) -> ([u8; 8], bool) {
    let content = fs::read(rig.folder.join("dkek-1.pbe")).unwrap();
    (content[8..16].try_into().unwrap(), ShareFile::parse(&content).ok().unwrap().is_rehearsal())
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn what_is_really_established_restores_onto_a_second_device() {
    let records = tempfile::tempdir().unwrap();
    let first = really_established(records.path());
    let folder = first.folder.clone();
    assert_eq!(first.machine.known().devices.serial(DeviceRole::Original).unwrap().as_str(), serial(1));
    let (salt, marked) = salt(&first);
    assert!(salt != *b"REHEARSE" && !marked);
    assert!(!first.manifest().rehearsal && !name(&folder).starts_with("REHEARSAL"), "{}", folder.display());
    let proof = record::verify(first.lines.as_bytes()).unwrap();
    assert!(!proof.rehearsal && proof.lines.iter().all(|line| !line.rehearsal));

    // The original is in the other reader, and is not taken for the replacement.
    let restore = Setup::from_backup(CeremonyKind::Restore, &folder, None, records.path(), Environment::Real).unwrap();
    let mut restore = Rig::real(restore, vec![issued(1), issued(2)]).with_papers_of(first);
    restore.run(|_| {});
    assert!(restore.complete() && restore.faults.is_empty(), "{:?}", restore.faults);
    assert_eq!(restore.machine.known().devices.serial(DeviceRole::Replacement).unwrap().as_str(), serial(2));
    assert_eq!(restore.facts().iter().filter(|fact| matches!(fact, Fact::Proven { .. })).count(), 1);
    assert!(!record::verify(restore.lines.as_bytes()).unwrap().rehearsal);
    assert!(!name(&restore.folder).starts_with("REHEARSAL"));
}

#[test]
fn a_device_is_inspected_without_a_plan_and_roles_are_called_instead_of_people() {
    let records = tempfile::tempdir().unwrap();
    let text = include_str!("../../../assets/plan.inspect.json");
    let plan = Plan::parse(text).unwrap();
    let setup =
        Setup::by_plan(CeremonyKind::Inspect, plan, text.to_owned(), records.path(), Environment::Real).unwrap();
    let mut rig = Rig::real(setup, vec![issued(3)]);
    rig.run(|_| {});
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Listed { .. })));
}

#[test]
fn two_real_sittings_have_different_salts_and_a_rehearsal_has_its_mark() {
    let records = tempfile::tempdir().unwrap();
    let [one, other] = [(), ()].map(|()| salt(&really_established(records.path())));
    assert_ne!(one, other);
    assert_eq!(salt(&established(records.path()).0), (*b"REHEARSE", true));
}

/// Devices whose generator is stuck: every number is zero.
struct Still<T>(T);

impl Readers for Still<Rack> {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.0.occupied()
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(Still(self.0.connect(reader)?)))
    }
}

impl Transport for Still<Box<dyn Transport>> {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        let answer = self.0.transmit(command)?;
        let is_challenge = command.expose()[..2] == [0x00, 0x84];
        let zeros = || WipingBytes::from_slice(&[vec![0; answer.data().len()], vec![0x90, 0x00]].concat());
        if is_challenge { Response::new(zeros()).ok_or(TransportError::Garbled) } else { Ok(answer) }
    }
    fn largest_command(&self) -> usize {
        self.0.largest_command()
    }
    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.0.reconnect()
    }
}

#[test]
fn what_the_device_gives_is_a_source_of_the_seed_and_must_look_random() {
    let records = tempfile::tempdir().unwrap();
    let first = really_established(records.path());
    let named = first.facts().into_iter().find_map(|fact| match fact {
        Fact::Seeded { sources } => Some(sources.clone()),
        _ => None,
    });
    assert_eq!(named.unwrap(), [format!("device {}", serial(1)), "this computer".to_owned()]);

    let rack = Rack::new(1);
    assert!(rack.insert(0, issued(1)).is_none());
    let mut rig = Rig::held(setup(records.path(), Environment::Real), Box::new(Still(rack)));
    rig.room = Some(Vec::new());
    until_it_fails(&mut rig);
    stopped(&rig, &["random-failed"]);
}

#[test]
fn a_card_of_a_rehearsal_is_refused() {
    let records = tempfile::tempdir().unwrap();
    let card = || SoftCard::new("REH0000001").unwrap();
    let mut rig = Rig::real(setup(records.path(), Environment::Real), vec![card()]);
    until_it_fails(&mut rig);
    stopped(&rig, &["rehearsal-artefact"]);
    assert_eq!(rig.value("rehearsal-artefact", "what"), "REH0000001");
    assert!(rig.faults[0].contains("rehearsal"), "{:?}", rig.faults);

    // Even if people pick it from several.
    let mut rig = Rig::real(setup(records.path(), Environment::Real), vec![issued(1), card()]);
    rig.play(|front| match (&front.view.body, front.fault()) {
        (_, Some(_)) => front.goes_on_with(Recovery::Stop),
        (Body::Choose { options, asks: Asks::Step(Question::Device), .. }, None) => {
            let place = options.iter().position(|option| option.text.contains("REH0000001"));
            front.pick(place.unwrap())
        }
        _ => Turn::Autopilot,
    });
    stopped(&rig, &["rehearsal-artefact"]);
    assert!(!rig.entries.iter().any(|entry| matches!(entry, Entry::Intent { .. })));
}

#[test]
fn a_rehearsal_does_not_take_a_device() {
    let records = tempfile::tempdir().unwrap();
    let rack = Rack::new(1);
    assert!(rack.insert(0, issued(1)).is_none());
    let mut rig = Rig::held(setup(records.path(), Environment::SoftwareCards), Box::new(rack));
    until_it_fails(&mut rig);
    stopped(&rig, &["no-device-for-rehearsal"]);
}

#[test]
fn a_rehearsal_and_the_real_thing_never_restore_from_each_other() {
    let records = tempfile::tempdir().unwrap();
    let (rehearsed, folder) = established(records.path());
    let restore = Setup::from_backup(CeremonyKind::Restore, &folder, None, records.path(), Environment::Real).unwrap();
    let mut rig = Rig::real(restore, vec![issued(2)]).with_papers_of(rehearsed);
    until_it_fails(&mut rig);
    stopped(&rig, &["source-rehearsal-differs"]);

    let real = really_established(records.path());
    let restore =
        Setup::from_backup(CeremonyKind::Restore, &real.folder, None, records.path(), Environment::SoftwareCards)
            .unwrap();
    let rack = Rack::new(1);
    assert!(rack.insert(0, SoftCard::new("REH0000002").unwrap()).is_none());
    let mut rig = Rig::held(restore, Box::new(rack)).with_papers_of(real);
    until_it_fails(&mut rig);
    stopped(&rig, &["source-rehearsal-differs"]);
}

#[test]
fn files_of_a_rehearsal_are_refused_without_their_manifest_before_anybody_sits_down() {
    let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (_, rehearsed) = established(records.path());
    let real = really_established(records.path());
    fs::copy(rehearsed.join("keys/key-0.wrapped"), place.path().join("key-0.bin")).unwrap();
    // The salt of the share file says it, and the request beside the key names the card.
    for (share_file, what) in [(rehearsed.join("dkek-1.pbe"), "share.pbe"), (real.folder.join("dkek-1.pbe"), "REH")] {
        fs::copy(share_file, place.path().join("share.pbe")).unwrap();
        let given = Some((Plan::parse(&plan()).unwrap(), plan()));
        let restore =
            Setup::from_backup(CeremonyKind::Restore, place.path(), given, records.path(), Environment::Real).unwrap();
        let mut rig = Rig::real(restore, vec![issued(2)]);
        until_it_fails(&mut rig);
        stopped(&rig, &["rehearsal-artefact"]);
        assert!(rig.value("rehearsal-artefact", "what").starts_with(what));
        assert!(!rig.entries.iter().any(|entry| matches!(entry, Entry::Done { .. })), "at the first step");
    }
}

/// What the real thing does not begin with; a finding that is new has to be put on one of the sides.
fn is_unfit(finding: &HostFinding) -> bool {
    match finding {
        HostFinding::MemoryNotLocked
        | HostFinding::CoresEnabled
        | HostFinding::InsideTmux
        | HostFinding::InsideScreen
        | HostFinding::OverSsh
        | HostFinding::Recorded
        | HostFinding::Traced
        | HostFinding::FilesOpen
        | HostFinding::CallsOpen
        | HostFinding::Unknown(_) => true,
        HostFinding::Swap
        | HostFinding::Network
        | HostFinding::ClockUnset
        | HostFinding::NoReaderService
        | HostFinding::NoReader
        | HostFinding::FolderNotWritable
        | HostFinding::FolderFull => false,
    }
}

/// The form that asks for the word OVERRIDE and a reason.
fn asks_for_override(front: &Front<'_>) -> bool {
    let Body::Form { fields, .. } = &front.view.body else { return false };
    let kinds: Vec<&FieldKind> = fields.iter().map(|field| &field.kind).collect();
    front.step() == "room" && kinds == [&FieldKind::Word("OVERRIDE"), &FieldKind::Reason]
}

#[test]
fn an_unfit_room_needs_override_and_a_reason_and_any_other_is_confirmed() {
    let unknown = HostFinding::Unknown("room-of-another-version".to_owned());
    for (finding, real) in
        HostFinding::ALL.iter().chain([&unknown]).flat_map(|finding| [(finding, true), (finding, false)])
    {
        let records = tempfile::tempdir().unwrap();
        let mut rig = if real {
            Rig::real(setup(records.path(), Environment::Real), vec![issued(1)])
        } else {
            Rig::establish(&plan(), records.path())
        };
        let name = finding.word();
        rig.room = Some(vec![(finding.clone(), "one".to_owned())]);
        let sentence = match finding {
            HostFinding::Unknown(word) => word.clone(),
            _ => sentence(name).split(['(', '{']).next().unwrap().trim().to_owned(),
        };
        let (mut shown, mut asked, mut tried) = (false, false, 0);
        rig.play(|front| {
            if front.step() == "device" {
                // They have seen enough: they stop, and type the word for it.
                let asked = matches!(front.view.body, Body::Form { .. });
                return if asked { Turn::Autopilot } else { Turn::Do(Input::Stop) };
            }
            let on_screen = |text: &[String]| text.join(" ").contains(&sentence);
            shown |= front.step() == "room" && matches!(&front.view.body, Body::Tick { text, .. } if on_screen(text));
            if !asks_for_override(front) {
                return Turn::Autopilot;
            }
            asked = true;
            // Neither half of it will do, nor a blank reason, nor one that says nothing.
            tried += 1;
            match tried {
                2 => front.types(FieldName::Override, "OVERRIDE"),
                4 => front.types(FieldName::Reason, "   "),
                6 => front.types(FieldName::Reason, "x"),
                8 => front.types(FieldName::Reason, "  The other laptop is broken. "),
                _ => Turn::Do(Input::GoOn),
            }
        });
        assert!(shown, "{name} is shown to everybody");
        assert_eq!(asked, real && is_unfit(finding), "{name}, real: {real}");
        let decided =
            |entry: &Entry| matches!(entry, Entry::Learned { fact: Fact::Decided { word }, .. } if word == "OVERRIDE");
        let reasons = rig.entries.iter().filter_map(|entry| match entry {
            Entry::Remarked { remark: Remark::Deviation, text, .. } => Some(text.as_str()),
            _ => None,
        });
        let found = |entry: &Entry| matches!(entry, Entry::Learned { fact: Fact::Room { findings }, .. } if findings[0].0 == *finding);
        assert!(rig.entries.iter().any(found), "{name} is in the record");
        assert_eq!(rig.entries.iter().filter(|entry| decided(entry)).count(), usize::from(asked));
        let deviations = u16::from(asked);
        let expected: &[&str] = if asked { &["The other laptop is broken."] } else { &[] };
        assert_eq!(reasons.collect::<Vec<&str>>(), expected, "{name}");
        let sealed = |entry: &Entry| matches!(entry, Entry::Sealed { ending: Ending::Aborted, deviations: sealed, .. } if *sealed == deviations);
        assert!(rig.entries.last().is_some_and(sealed), "{name}");
    }
}

/// People at a real ceremony: they check the stamps on every screen, and have a reason.
struct Attentive {
    autopilot: Autopilot,
    screens: usize,
}

impl app::FrontEnd for Attentive {
    fn show(&mut self, view: &View, _: &Vault) -> Result<(), FrontError> {
        assert!(!view.header.rehearsal, "{view:?}");
        self.screens += 1;
        Ok(())
    }

    fn next(&mut self, view: &View, vault: &mut Vault, _: Duration) -> Result<Option<Input>, FrontError> {
        if let Body::Form { fields, .. } = &view.body
            && let Some(place) = fields
                .iter()
                .position(|field| matches!(field.kind, FieldKind::Line | FieldKind::Bag { .. } | FieldKind::Reason))
            && fields[place].state == FieldState::Empty
        {
            let name = fields[place].name;
            b"It is a test.".iter().for_each(|byte| vault.typing(name).push(*byte).unwrap());
            return Ok(Some(Input::Edited(name)));
        }
        assert!(!matches!(view.body, Body::Fault { .. }), "{view:?}");
        app::FrontEnd::next(&mut self.autopilot, view, vault, Duration::from_millis(1))
    }

    fn wipe(&mut self) -> Result<(), FrontError> {
        Ok(())
    }

    fn pause(&self) -> Duration {
        app::FrontEnd::pause(&self.autopilot)
    }
}

#[test]
fn no_screen_file_or_line_of_a_real_ceremony_mentions_a_rehearsal() {
    let records = tempfile::tempdir().unwrap();
    let Setup { ceremony, plan, plan_text, mut context } = setup(records.path(), Environment::Real);
    let rack = Rack::new(1);
    assert!(rack.insert(0, issued(1)).is_none());
    (context.readers, context.rounds) = (Box::new(rack), Rounds(1000));
    assert!(context.inserter.is_none() && !context.training_files);
    let folder = context.folder.path().to_owned();
    let mut people = Attentive { autopilot: Autopilot::new(Box::new(std::io::sink())), screens: 0 };
    let mut sitting = Sitting::begin(ceremony, plan, &plan_text, context).unwrap();
    assert_eq!(sitting.run(&mut people).unwrap().progress.ended, Some(Ending::Complete));
    assert!(people.screens > 50);
    let proof = record::verify(&fs::read(folder.join("record.jsonl")).unwrap()).unwrap();
    assert!(!proof.rehearsal && matches!(proof.sealed, Some((Ending::Complete, _))));
    let names: Vec<String> = fs::read_dir(&folder).unwrap().map(|file| name(&file.unwrap().path())).collect();
    let mut sorted: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| hsm_ceremony::folder::names::device_of_certificates(name).is_none())
        .collect();
    sorted.sort_unstable();
    assert_eq!(sorted.len() + 1, names.len(), "the certificates of the device");
    let expected = "CEREMONY.md RESTORE.txt dkek-1.pbe keys manifest.json plan.json rebuild.py record.jsonl report.html \
                    report.md report.sha256 script.txt verify.py";
    assert_eq!(sorted.join(" "), expected, "no cards, blank or not");
    for file in ["manifest.json", "record.jsonl", "plan.json"] {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        assert!(!text.contains("REH") && !text.contains("\"rehearsal\":true"), "{file}");
    }
}
