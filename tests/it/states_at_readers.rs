//! *Inspect* at a virtual reader, of devices in the states that people have.

use std::time::Duration;

use hsm_ceremony::app::{Environment, FrontEnd, FrontError, Setup, Sitting};
use hsm_ceremony::autopilot::Autopilot;
use hsm_ceremony::ceremony::{Body, Input, View};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Ending};
use hsm_ceremony::softcard::Faults;
use hsm_ceremony::vault::Vault;

use crate::ceremonies::used_card;
use crate::support::answering::STATES;
use crate::support::at_readers;
use crate::support::hanging::{HangUp, HangingCard};

const PLAN: &str = include_str!("../../assets/plan.example.json");

/// An autopilot that keeps what the screens say.
struct Reads {
    autopilot: Autopilot,
    said: String,
}

impl FrontEnd for Reads {
    fn show(&mut self, view: &View, vault: &Vault) -> Result<(), FrontError> {
        match &view.body {
            Body::Read { text } | Body::Choose { text, .. } => {
                self.said.extend(text.iter().map(|line| line.clone() + "\n"));
            }
            Body::Fault { happened, .. } => panic!("{happened:?}"),
            _ => {}
        }
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

#[test]
fn inspect_at_a_reader_says_what_state_each_device_is_in() {
    at_readers("states_at_readers::inspect_at_a_reader_says_what_state_each_device_is_in", |table| {
        for (number, (state, answers, sentence)) in (1..).zip(STATES) {
            let card = used_card(&format!("REH00000{number:02}"), Faults::default());
            let card = HangingCard::insert_card(table, card, HangUp { answers, ..HangUp::default() });
            let records = table.file(&format!("records-{number}"));
            let (plan, environment) = (Plan::parse(PLAN).unwrap(), Environment::VirtualReaders);
            let setup = Setup::by_plan(CeremonyKind::Inspect, plan, PLAN.to_owned(), &records, environment).unwrap();
            let mut front = Reads { autopilot: Autopilot::new(Box::new(std::io::stderr())), said: String::new() };
            let Setup { ceremony, plan, plan_text, context } = setup;
            let mut sitting = Sitting::begin(ceremony, plan, &plan_text, context).unwrap();
            assert_eq!(sitting.run(&mut front).unwrap().progress.ended, Some(Ending::Complete), "{state}");
            assert!(front.said.contains(sentence), "{state}:\n{}", front.said);
            drop(sitting);
            table.wait_until_free(0);
            drop(card);
            table.wait_for(0, false);
        }
    });
}
