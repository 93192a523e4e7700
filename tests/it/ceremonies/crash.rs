//! A program that ends before its ceremony does, and the process that goes on with the sitting.

use std::sync::Arc;
use std::time::Duration;

use hsm_ceremony::app::{OpenSitting, Restarted, Setup};
use hsm_ceremony::autopilot::Comes;
use hsm_ceremony::clerk::Context;
use hsm_ceremony::dkek::Rounds;
use hsm_ceremony::vault::Vault;

use super::counted::Day;
use super::listening::Listening;
use super::rig::Rig;

/// Where the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    /// When this many lines are written, before anything else.
    AfterLine(usize),
    /// When this many acts are done, before a line says so.
    AfterAct(usize),
}

impl Rig {
    /// The program ends there.
    pub fn crashing(mut self, crash: Crash) -> Self {
        self.crash = Some(crash);
        self
    }

    /// How many acts have been performed.
    pub const fn performed(&self) -> usize {
        self.performed
    }

    /// The sitting that crashed goes on in a new process, with the papers that people have.
    pub fn resumed(self, comes: Comes) -> Self {
        self.restarted(comes, false)
    }

    /// People close it instead.
    pub fn closing(self) -> Self {
        self.restarted(Comes::First, true)
    }

    fn restarted(self, comes: Comes, to_close: bool) -> Self {
        let Self { folder, log, autopilot, source, rack, .. } = self;
        let open = OpenSitting::read(&folder).unwrap();
        let Setup { plan, mut context, .. } = Setup::again(&open, source.as_deref(), None).unwrap();
        if let Some(rack) = &rack {
            context.readers = Box::new(rack.clone());
            context.inserter = None;
        }
        let readers = Box::new(Listening(context.readers, Arc::clone(&log)));
        let context = Context { training_files: true, rounds: Rounds(1000), readers, ..context };
        let (entries, lines) = (open.entries(), std::fs::read_to_string(folder.join("record.jsonl")).unwrap());
        let Restarted { mut machine, clerk, chain, resumed, .. } = open.restart(plan, context).unwrap();
        machine.go_on(resumed, to_close);
        let mut autopilot = autopilot;
        autopilot.prefer(comes);
        Self {
            machine,
            vault: Vault::new(),
            entries,
            lines,
            faults: Vec::new(),
            waited: Vec::new(),
            folder,
            log,
            room: None,
            rehearsal: open.rehearsal,
            wait: Duration::from_micros(200),
            day: Day::default(),
            now: 0,
            clerk,
            chain,
            autopilot,
            crash: None,
            performed: 0,
            crashed: false,
            rack,
            source,
        }
    }
}
