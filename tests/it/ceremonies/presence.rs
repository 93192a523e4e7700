//! What is said of a device being in a reader or not is what the reader answered at that moment.

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::card::transport::{Readers, Transport, TransportError};
use hsm_ceremony::ceremony::{Asks, Body, Machine, Question};
use hsm_ceremony::names::ItemName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::CeremonyKind;
use hsm_ceremony::softcard::{Rack, SoftCard};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::mistakes::{goes_on, plan};
use super::rig::{Rig, Turn};

const FIRST: &str = "REH0000021";
const OTHER: &str = "REH0000022";

fn card(serial: &str) -> SoftCard {
    SoftCard::new(serial).unwrap()
}

fn held(kind: CeremonyKind, records: &Path, readers: Box<dyn Readers>) -> Rig {
    let setup = Setup::by_plan(kind, Plan::parse(&plan()).unwrap(), plan(), records, Environment::SoftwareCards);
    Rig::held(setup.unwrap(), readers)
}

#[test]
fn looking_again_at_the_same_device_says_so_and_at_another_one_does_not() {
    for kind in [CeremonyKind::Establish, CeremonyKind::Inspect] {
        let (records, rack) = (tempfile::tempdir().unwrap(), Rack::new(1));
        rack.insert(0, card(FIRST));
        let mut rig = held(kind, records.path(), Box::new(rack.clone()));
        let parsed = Plan::parse(&plan()).unwrap();
        let mut said: Vec<String> = Vec::new();
        rig.play(|front| {
            let resumed = Machine::resume(kind, parsed.clone(), true, front.entries).unwrap();
            assert_eq!(resumed.known(), front.machine.known(), "after {:?}", front.entries.last());
            let Body::Choose { text, asks: Asks::Step(Question::RightDevice), .. } = &front.view.body else {
                return Turn::Autopilot;
            };
            said.push(text.join("\n"));
            match said.len() {
                // Nothing was changed; then another device comes; then that one is looked at again.
                1 | 3 => front.item(ItemName::LookAgain),
                2 => {
                    rack.remove(0).unwrap();
                    rack.insert(0, card(OTHER));
                    front.item(ItemName::LookAgain)
                }
                _ => front.item(ItemName::GoOn),
            }
        });
        goes_on(&rig, &[]);
        let again = |serial: &str| format!("This is the same device as before: serial {serial}.");
        assert_eq!(said.len(), 4);
        assert!(said[0].starts_with("The device was found:") && !said[0].contains("as before"), "{}", said[0]);
        assert!(said[1].starts_with(&again(FIRST)) && said[1].contains("  Serial       REH0000021"), "{}", said[1]);
        assert!(said[2].starts_with("The device was found:") && said[2].contains(OTHER), "{}", said[2]);
        assert!(said[3].starts_with(&again(OTHER)), "{}", said[3]);
    }
}

/// Readers that can be unplugged.
struct Unplugged(Rack, Arc<AtomicBool>);

impl Readers for Unplugged {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        if self.1.load(Ordering::Relaxed) { Err(TransportError::NoReader) } else { self.0.occupied() }
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        self.0.connect(reader)
    }
}

/// What becomes of the device before the key is generated.
#[derive(Clone, Copy, PartialEq)]
enum Event {
    OutAndIn,
    Out,
    WithItsReader,
}

#[test]
fn a_pulled_device_is_called_gone_only_while_it_is_gone() {
    for (event, fault, sentence) in [
        (Event::OutAndIn, "card-was-out", "There is a card in the reader now."),
        (Event::Out, "card-no-card", "The device is no longer in reader Software reader 1: the reader is empty."),
        (Event::WithItsReader, "card-no-reader", "No reader responds"),
    ] {
        let (records, rack, unplugged) = (tempfile::tempdir().unwrap(), Rack::new(1), Arc::new(AtomicBool::new(false)));
        rack.insert(0, card(FIRST));
        let readers = Unplugged(rack.clone(), Arc::clone(&unplugged));
        let mut rig = held(CeremonyKind::Establish, records.path(), Box::new(readers));
        let (mut happened, mut out) = (false, None);
        rig.play(|front| {
            if front.step() == "load" && matches!(front.view.body, Body::Read { .. }) && !happened {
                happened = true;
                out = rack.remove(0);
                if event == Event::OutAndIn {
                    rack.insert(0, out.take().unwrap());
                }
                unplugged.store(event == Event::WithItsReader, Ordering::Relaxed);
            }
            if front.fault().is_some() {
                // People put it right, and do what is offered.
                unplugged.store(false, Ordering::Relaxed);
                if let Some(card) = out.take() {
                    rack.insert(0, card);
                }
            }
            Turn::Autopilot
        });
        goes_on(&rig, &[fault]);
        assert!(rig.faults[0].contains(sentence), "{:?}", rig.faults);
    }
}
