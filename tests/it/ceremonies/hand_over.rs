//! Between two people stands a screen that only the next one leaves.

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::ceremony::{Asks, Body, Machine, Question, View};
use hsm_ceremony::names::FieldName;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::CeremonyKind;
use hsm_ceremony::softcard::{Rack, SoftCard};

use super::plans::Day;
use super::rig::{Rig, Turn, both, plan_text};

/// Who has the keyboard, as the screens have shown so far.
#[derive(Default)]
struct Keyboard {
    has: Option<String>,
    changes: usize,
}

impl Keyboard {
    /// Whoever acts now has the keyboard already, or this screen calls them, or asks who sits down.
    fn look(&mut self, machine: &Machine, view: &View) {
        let acts = machine.step().and_then(|step| step.person(machine.known())).map(str::to_owned);
        let calls = match &view.body {
            Body::Form { fields, .. } => fields.iter().any(|field| field.name == FieldName::Sign),
            Body::Choose { asks: Asks::Step(Question::Sitter(_)), .. } => true,
            // Nobody is needed for it, and nobody can do anything.
            Body::Working { .. } | Body::Ended { .. } => return,
            _ => false,
        };
        // A seat is taken by whoever has just chosen their own number.
        let seat = machine.step().is_some_and(|step| step.seat().is_some());
        if self.has.is_some() && self.has != acts && !seat {
            assert!(calls, "{:?} goes on where {acts:?} should: {:?}", self.has, view.header);
            self.changes += 1;
        }
        self.has = acts;
    }
}

#[test]
fn nobody_goes_on_in_the_place_of_the_next() {
    for plan in [plan_text(2, 3, &[("EC:secp256r1", 10)], true), Day::full().text()] {
        let records = tempfile::tempdir().unwrap();
        let mut keyboards = [Keyboard::default(), Keyboard::default()];
        both(&plan, records.path(), |ceremony, sight| {
            let restores = ceremony == CeremonyKind::Restore;
            keyboards[usize::from(restores)].look(sight.machine, sight.view);
        });
        assert!(keyboards.iter().all(|keyboard| keyboard.changes > 3));
    }
}

#[test]
fn the_holder_of_the_pin_is_called_when_a_login_was_lost() {
    let records = tempfile::tempdir().unwrap();
    let rack = Rack::new(1);
    rack.insert(0, SoftCard::new("REH0000079").unwrap());
    let text = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
    let plan = Plan::parse(&text).unwrap();
    let setup = Setup::by_plan(CeremonyKind::Establish, plan, text, records.path(), Environment::SoftwareCards);
    let mut rig = Rig::held(setup.unwrap(), Box::new(rack.clone()));
    let (mut keyboard, mut out) = (Keyboard::default(), false);
    rig.play(|front| {
        keyboard.look(front.machine, front.view);
        if !out && front.step() == "load" && matches!(front.view.body, Body::Read { .. }) {
            out = true;
            // Out and in again: whoever was logged in is no longer.
            let state = rack.remove(0).unwrap().to_json();
            rack.insert(0, SoftCard::from_json(&state).ok().unwrap());
        }
        Turn::Autopilot
    });
    assert!(rig.complete());
    assert_eq!(rig.failed(), ["card-was-out"]);
}
