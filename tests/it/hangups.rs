//! The virtual card hangs up at a command of establish or restore, at real readers: the ceremony continues to its end.

use hsm_ceremony::record::CeremonyKind;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use hsm_ceremony::app::{Environment, FrontEnd, FrontError, Setup, Sitting, latest_backup};
use hsm_ceremony::autopilot::{Autopilot, Comes};
use hsm_ceremony::card::PcscReaders;
use hsm_ceremony::ceremony::{Body, Input, View};
use hsm_ceremony::dkek::Rounds;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::Ending;
use hsm_ceremony::vault::Vault;

use crate::ceremonies::plan_text;
use crate::support::hanging::{HangUp, HangingCard};
use crate::support::sentences::sentence;
use crate::support::{FOREVER, Table, at_readers, torture};

/// How often to look for the card after it hung up.
const A_MOMENT: Duration = Duration::from_millis(100);

/// People who, when something fails, wait a moment and then take the first way to continue.
struct Patient {
    autopilot: Autopilot,
    faults: usize,
    /// The text of a screen that names what is missing and looks again by itself.
    by_itself: String,
    waited: bool,
    waiting_since: Option<Instant>,
}

impl Patient {
    fn new() -> Self {
        Self {
            autopilot: Autopilot::new(Box::new(std::io::sink())),
            faults: 0,
            by_itself: sentence("goes-on-by-itself"),
            waited: false,
            waiting_since: None,
        }
    }
}

impl FrontEnd for Patient {
    fn show(&mut self, view: &View, vault: &Vault) -> Result<(), FrontError> {
        self.autopilot.show(view, vault)
    }
    fn next(&mut self, view: &View, vault: &mut Vault, wait: Duration) -> Result<Option<Input>, FrontError> {
        match &view.body {
            Body::Fault { happened, choices, .. } => {
                assert!(!happened.is_empty() && !choices.is_empty());
                self.faults += 1;
                assert!(self.faults < 200, "it goes on and on: {happened:?}");
                thread::sleep(A_MOMENT);
                return Ok(Some(Input::Chose(choices[0].id.clone())));
            }
            Body::Working { text, .. } => {
                self.waited |= text.contains(&self.by_itself);
                let since = *self.waiting_since.get_or_insert_with(Instant::now);
                assert!(since.elapsed() < FOREVER, "{} {} never ends", view.header.number, view.header.title);
            }
            _ => self.waiting_since = None,
        }
        FrontEnd::next(&mut self.autopilot, view, vault, wait)
    }
    fn wipe(&mut self) -> Result<(), FrontError> {
        self.autopilot.wipe()
    }

    fn pause(&self) -> Duration {
        FrontEnd::pause(&self.autopilot)
    }
}

fn run(setup: Setup, at_readers: bool, front: &mut Patient) {
    let Setup { ceremony, plan, plan_text, mut context } = setup;
    if at_readers {
        context.readers = Box::new(PcscReaders::new());
        context.inserter = None;
    }
    context.rounds = Rounds(1000);
    let mut sitting = Sitting::begin(ceremony, plan, &plan_text, context).unwrap();
    assert_eq!(sitting.run(front).unwrap().progress.ended, Some(Ending::Complete));
}

fn establish(records: &Path) -> Setup {
    let text = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
    Setup::by_plan(CeremonyKind::Establish, Plan::parse(&text).unwrap(), text, records, Environment::SoftwareCards)
        .unwrap()
}

/// One ceremony with one hang-up; returns how many commands went to the card, and which of them initialised it.
fn with_hang_up(table: &mut Table, restore: bool, hang_up: HangUp) -> (usize, usize) {
    let records = tempfile::tempdir().unwrap();
    let mut front = Patient::new();
    let serial = if restore { "REH0000002" } else { "REH0000001" };
    let setup = if restore {
        run(establish(records.path()), false, &mut front);
        front.autopilot.prefer(Comes::Last);
        let from = latest_backup(records.path()).unwrap();
        Setup::from_backup(CeremonyKind::Restore, &from, None, records.path(), Environment::SoftwareCards).unwrap()
    } else {
        establish(records.path())
    };
    let card = HangingCard::insert(table, serial, hang_up);
    run(setup, true, &mut front);
    assert_eq!(card.initialised(), 1, "{hang_up:?}: initialised once");
    assert_eq!(front.faults > 0 || front.waited, hang_up.at > 0, "{hang_up:?}: a screen names it");
    let seen = (card.commands(), card.initialises_at());
    table.wait_until_free(0);
    drop(card);
    table.wait_for(0, false);
    seen
}

#[test]
fn a_card_that_hangs_up_at_any_command_comes_back_and_the_ceremony_continues() {
    at_readers("hangups::a_card_that_hangs_up_at_any_command_comes_back_and_the_ceremony_continues", |table| {
        let every = torture();
        for restore in [false, true] {
            let (commands, initialises) = with_hang_up(table, restore, HangUp::default());
            assert!(initialises > 5 && commands > initialises + 10, "{commands} commands");
            // Only a few, including the one that may never be repeated unseen.
            let few = [(3, false), (initialises, false), (initialises, true), (commands - 4, true)];
            let all = (1..=commands).flat_map(|at| [(at, false), (at, true)]);
            let chosen = if every { all.collect() } else { few.to_vec() };
            for (at, performed) in chosen {
                with_hang_up(table, restore, HangUp { at, performed, ..HangUp::default() });
            }
        }
    });
}
