//! What INITIALIZE promised about the PINs is tried out: a device that keeps it goes on, and one that breaks it is named
//! before it gets the DKEK, whatever it says of itself.

use std::path::Path;

use hsm_ceremony::autopilot::Comes;
use hsm_ceremony::card::transport::{Readers, Response, Transport, TransportError};
use hsm_ceremony::ceremony::{Body, Recovery};
use hsm_ceremony::record::{self, Entry, Fact, PinRules, ResetRule};
use hsm_ceremony::secret::WipingBytes;
use hsm_ceremony::softcard::SoftCard;

use super::crash::Crash;
use super::mistakes::stopped;
use super::plans::{Day, Guard};
use super::rig::{Front, Rig, Turn};

fn plan(rule: &str) -> String {
    Day::of(&[Guard::Numbers(2, 3)]).pin_reset(rule).text()
}

fn tried(rig: &Rig) -> Vec<PinRules> {
    let rules = |fact: &&Fact| if let Fact::PinRules(rules) = fact { Some(rules.clone()) } else { None };
    rig.facts().iter().filter_map(rules).collect()
}

/// The screen after the DKEK was loaded, as one text.
fn loaded(front: &Front<'_>) -> Option<String> {
    match &front.view.body {
        Body::Read { text, .. } if front.step() == "load" => Some(text.join(" ")),
        _ => None,
    }
}

/// Commands that begin so, by their places.
fn places(rig: &Rig, begins: &[u8]) -> Vec<usize> {
    let log = rig.log.lock().unwrap();
    log.iter().enumerate().filter(|(_, command)| command.starts_with(begins)).map(|(place, _)| place).collect()
}

/// What a card breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Breaks {
    /// It is initialised with these options, whatever it was told, and says the ones that it was told.
    Options(u8),
    /// It takes as many user PIN tries as it likes.
    Tries(u8),
    /// It takes another SO-PIN than it was told.
    SoPin,
    /// The right SO-PIN costs a try.
    Costs,
    /// When it is asked to unblock the user PIN, it takes one of its tries.
    TakesATry,
}

struct Breaking<T> {
    inner: T,
    breaks: Breaks,
    told: Option<u8>,
    asked: bool,
}

impl Readers for Breaking<Box<dyn Readers>> {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.inner.occupied()
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        let inner = self.inner.connect(reader)?;
        Ok(Box::new(Breaking { inner, breaks: self.breaks, told: self.told, asked: self.asked }))
    }
}

impl Breaking<Box<dyn Transport>> {
    /// What the card does instead.
    fn instead(&mut self, command: &WipingBytes) -> WipingBytes {
        let mut bytes = command.expose().to_vec();
        if !bytes.starts_with(&[0x80, 0x50]) {
            return WipingBytes::from_slice(&bytes);
        }
        self.asked = false;
        let after = |bytes: &[u8], object: &[u8]| {
            bytes.windows(object.len()).rposition(|part| part == object).unwrap() + object.len()
        };
        // Header and length, then the options.
        match self.breaks {
            Breaks::Options(options) => {
                self.told = Some(bytes[8]);
                bytes[8] = options;
            }
            Breaks::Tries(tries) => {
                let at = after(&bytes, &[0x91, 0x01]);
                bytes[at] = tries;
            }
            Breaks::SoPin => {
                let at = after(&bytes, &[0x82, 0x08]);
                bytes[at] ^= 1;
            }
            Breaks::Costs | Breaks::TakesATry => {}
        }
        WipingBytes::from_slice(&bytes)
    }
}

impl Transport for Breaking<Box<dyn Transport>> {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        let command = self.instead(command);
        let answer = self.inner.transmit(&command)?;
        let sent = command.expose();
        self.asked |= sent.starts_with(&[0x00, 0x2C]);
        let word = u16::from(answer.status());
        let less = |word: u16| if (0x63C1..=0x63CF).contains(&word) { word - 1 } else { word };
        let (mut data, mut word) = (answer.data().to_vec(), word);
        match (self.breaks, &sent[..4]) {
            (Breaks::Costs, [0x00, 0x20, 0x00, 0x88]) | (Breaks::TakesATry, [0x00, 0x20, 0x00, 0x81]) if self.asked => {
                word = less(word);
            }
            (Breaks::Options(_), [0x00, 0xA4, 0x04, _]) => {
                let at = data.windows(2).position(|part| part == [0x85, 0x05]);
                if let (Some(at), Some(told)) = (at, self.told) {
                    data[at + 3] = told;
                }
            }
            _ => {}
        }
        data.extend(word.to_be_bytes());
        Response::new(WipingBytes::from_slice(&data)).ok_or(TransportError::Garbled)
    }
    fn largest_command(&self) -> usize {
        self.inner.largest_command()
    }
    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.inner.reconnect()
    }
}

fn establish(rule: &str, records: &Path, breaks: Breaks) -> Rig {
    let between = |inner| -> Box<dyn Readers> { Box::new(Breaking { inner, breaks, told: None, asked: false }) };
    Rig::establish_on(SoftCard::new("REH0000001").unwrap(), &plan(rule), records, between)
}

#[test]
fn a_device_that_keeps_what_it_promised_goes_on_and_the_record_says_so() {
    for (word, rule) in [("off", ResetRule::Off), ("unblock", ResetRule::Unblock), ("set", ResetRule::Set)] {
        let records = tempfile::tempdir().unwrap();
        let mut rig = Rig::establish(&plan(word), records.path());
        let mut screens = Vec::new();
        rig.play(|front| {
            screens.extend(loaded(front));
            Turn::Autopilot
        });
        assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
        let tried = tried(&rig);
        assert!(!tried.is_empty(), "{word}");
        for rules in &tried {
            let tries = rig.machine.known().plan.user_pin_tries;
            assert_eq!(
                (rules.pin_reset, rules.user_pin_tries, rules.so_pin_tries),
                (Some(rule), Some(tries), Some(15)),
                "{word}"
            );
        }
        assert!(screens.iter().any(|screen| screen.contains("The program tried this out.")), "{screens:?}");
        // Set with the same PIN, then unblocked where that is not the same; all of it before a DKEK share is sent.
        let share = places(&rig, &[0x80, 0x52]).into_iter().find(|place| rig.log.lock().unwrap()[*place].len() > 5);
        let (sets, unblocks) = (places(&rig, &[0x00, 0x2C, 0x00]), places(&rig, &[0x00, 0x2C, 0x01]));
        assert_eq!((sets.len(), unblocks.len()), (tried.len(), if word == "set" { 0 } else { tried.len() }));
        assert!(sets[0] < share.unwrap(), "{word}");
        assert!(record::verify(rig.lines.as_bytes()).is_ok());
    }
}

#[test]
fn a_device_that_breaks_what_it_promised_is_named_before_it_gets_the_dkek() {
    for (rule, breaks, fault) in [
        ("off", Breaks::Options(0x01), "so-pin-sets-user-pin"),
        ("off", Breaks::Options(0x21), "so-pin-unblocks-user-pin"),
        ("unblock", Breaks::Options(0x01), "so-pin-sets-user-pin"),
        ("unblock", Breaks::Options(0x00), "so-pin-does-too-little"),
        ("set", Breaks::Options(0x21), "so-pin-does-too-little"),
        ("off", Breaks::Tries(2), "user-pin-tries-differ"),
        ("unblock", Breaks::SoPin, "so-pin-not-kept"),
        ("set", Breaks::SoPin, "so-pin-not-kept"),
        ("unblock", Breaks::Costs, "pin-tries-unclear"),
        ("unblock", Breaks::TakesATry, "user-pin-tries-differ"),
    ] {
        let records = tempfile::tempdir().unwrap();
        let mut rig = establish(rule, records.path(), breaks);
        rig.play(|front| match front.fault() {
            Some(_) => front.goes_on_with(Recovery::Stop),
            None => Turn::Autopilot,
        });
        stopped(&rig, &[fault]);
        assert!(tried(&rig).is_empty(), "{breaks:?}");
        let shares =
            rig.log.lock().unwrap().iter().filter(|one| one.starts_with(&[0x80, 0x52]) && one.len() > 5).count();
        assert_eq!(shares, 0, "no DKEK share was sent: {rule}, {breaks:?}");
    }
}

#[test]
fn people_may_set_both_pins_again_and_the_device_is_tried_out_anew() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = establish("unblock", records.path(), Breaks::Costs);
    let mut failed = 0;
    rig.play(|front| match front.fault() {
        Some(_) => {
            failed += 1;
            front.goes_on_with(if failed == 1 { Recovery::PinsAgain } else { Recovery::Stop })
        }
        None => Turn::Autopilot,
    });
    assert_eq!(rig.failed(), ["pin-tries-unclear"; 2]);
    assert_eq!(places(&rig, &[0x80, 0x50]).len(), 2, "erased once more");
    assert!(rig.vault.is_empty());
}

#[test]
fn where_the_program_ended_before_it_the_screen_says_that_it_was_not_tried() {
    let records = tempfile::tempdir().unwrap();
    let mut whole = Rig::establish(&plan("off"), records.path());
    whole.run(|_| {});
    let line = |entry: &Entry| matches!(entry, Entry::Learned { fact: Fact::Initialised { .. }, .. });
    let at = whole.entries.iter().position(line).unwrap();
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan("off"), records.path()).crashing(Crash::AfterLine(at + 1));
    rig.run(|_| {});
    let mut rig = rig.resumed(Comes::First);
    let mut screens = Vec::new();
    rig.play(|front| {
        screens.extend(loaded(front));
        super::crashes::looks_at_the_room(front)
    });
    assert!(rig.complete(), "{:?}", rig.failed());
    let original = screens.first().unwrap();
    assert!(original.contains("NOT tried out on the device"), "{original}");
    let first = tried(&rig).into_iter().next().map(|rules| rules.role);
    assert_ne!(first, Some(hsm_ceremony::terms::DeviceRole::Original));
}
