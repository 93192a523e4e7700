//! Holds ceremonies: in the terminal, or answered by the autopilot.

use crate::faults::{self, Fault};
use crate::script::words;
use std::io;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use super::arguments::Hold;
use super::say::{explain, print_all};
use super::{Exit, read_plan};
use crate::app::{Environment, FrontEnd, FrontError, ROUNDS, Screen, Setup, Sitting, Stopped, latest_establish};
use crate::autopilot::{Autopilot, AutopilotError, Quorum};
use crate::ceremony::{Body, Header, Input, Known, OptionView, View};
use crate::dkek::Rounds;
use crate::host;
use crate::record::{CeremonyKind, Deviation, Ending};
use crate::script::{Script, fill};
use crate::terminal::TerminalError;
use crate::vault::Vault;

/// Prepares one ceremony.
fn prepare(ceremony: CeremonyKind, hold: &Hold, script: &Script) -> Result<Setup, Vec<Fault>> {
    let environment = match (hold.rehearsal, hold.pcsc) {
        (false, _) => Environment::Real,
        (true, true) => Environment::VirtualReaders,
        (true, false) => Environment::SoftwareCards,
    };
    if environment == Environment::Real && ROUNDS != Rounds::PRODUCT {
        return Err(vec![Fault::from(faults::ShortDerivation)]);
    }
    let plan = hold.plan.as_deref();
    let one = |fault| vec![fault];
    match ceremony {
        CeremonyKind::Establish => {
            let (plan, text) = read_plan(plan, script)?;
            Setup::establish(plan, text, &hold.records, environment).map_err(one)
        }
        CeremonyKind::Inspect => {
            let (plan, text) = read_plan(plan, script)?;
            Setup::inspect(plan, text, &hold.records, environment).map_err(one)
        }
        CeremonyKind::Restore => {
            let latest = || latest_establish(&hold.records);
            let from = hold.from.clone().or_else(latest);
            let nothing = || vec![Fault::from(faults::NothingToRestore { folder: hold.records.display() })];
            // In a rehearsal of both, the plan is for *establish*, and the folder that is restored from has it.
            let plan = plan.filter(|_| hold.ceremony.is_some() || hold.from.is_some());
            let given = plan.map(|file| read_plan(Some(file), script)).transpose()?;
            Setup::restore(&from.ok_or_else(nothing)?, given, &hold.records, environment).map_err(one)
        }
    }
}

fn begin(setup: Setup, script: &Rc<Script>) -> Result<Sitting, Fault> {
    Sitting::begin(setup.ceremony, setup.plan, &setup.plan_text, script, setup.context)
}

/// Runs a sitting to its end.
fn run<'a>(sitting: &'a mut Sitting, front: &mut dyn FrontEnd) -> Result<&'a Known, Stopped> {
    #[cfg(feature = "short-derivation")]
    let front = &mut super::mishap::Mishap::on(front);
    sitting.run(front)
}

fn exit_of(known: &Known) -> Exit {
    match known.progress.ended {
        Some(Ending::Complete) if known.progress.deviations == 0 => Exit::Done,
        Some(Ending::Complete) => Exit::Deviations,
        _ => Exit::Aborted,
    }
}

/// Both ceremonies, or one, answered by the autopilot in this process.
pub fn with_audience(hold: &Hold, script: &Rc<Script>) -> Exit {
    let mut autopilot = Autopilot::new(Box::new(io::stdout()));
    let all = hold.ceremony.map_or_else(|| vec![CeremonyKind::Establish, CeremonyKind::Restore], |one| vec![one]);
    let mut ends = Ends::default();
    for ceremony in all {
        // A restore with other custodians than those who opened the file first proves more.
        autopilot.prefer(if ceremony == CeremonyKind::Establish { Quorum::First } else { Quorum::Last });
        let setup = match prepare(ceremony, hold, script) {
            Ok(setup) => setup,
            Err(faults) => return explain(script, &faults),
        };
        let mut sitting = match begin(setup, script) {
            Ok(sitting) => sitting,
            Err(fault) => return explain(script, &[fault]),
        };
        match run(&mut sitting, &mut autopilot) {
            Ok(known) => ends.note(ceremony, known),
            Err(stopped) => return stopped_by(&stopped, script),
        }
    }
    ends.exit()
}

/// How ceremonies of one run of the program ended, the last of each kind.
#[derive(Default)]
struct Ends {
    establish: Option<(Exit, bool)>,
    restore: Option<Exit>,
}

impl Ends {
    fn note(&mut self, ceremony: CeremonyKind, known: &Known) {
        let exit = exit_of(known);
        match ceremony {
            CeremonyKind::Establish => {
                let only_unproven =
                    known.progress.deviations == 1 && known.progress.deviates == [Deviation::RestoreNotProven.word()];
                self.establish = Some((exit, only_unproven));
            }
            CeremonyKind::Restore | CeremonyKind::Inspect => self.restore = Some(exit),
        }
    }

    /// The worst; but a restore that went well cures an establish whose only deviation was that none was proven.
    fn exit(&self) -> Exit {
        let establish = match self.establish {
            Some((_, true)) if self.restore == Some(Exit::Done) => Exit::Done,
            Some((exit, _)) => exit,
            None => Exit::Done,
        };
        establish.max(self.restore.unwrap_or(Exit::Done))
    }
}

/// In the terminal: one ceremony, or a menu.
pub fn in_terminal(hold: &Hold, script: &Rc<Script>) -> Exit {
    // Before any thread is there: what is locked later may come too late.
    let _ = host::lock_memory();
    host::disable_cores();
    if hold.plan.is_some()
        && let Err(faults) = read_plan(hold.plan.as_deref(), script)
    {
        return explain(script, &faults);
    }
    let mut screen = match Screen::enter() {
        Ok(screen) => screen,
        Err(error) => return stopped_by(&Stopped::Front(FrontError::Terminal(error)), script),
    };
    let mut ends = Ends::default();
    let mut folder = None;
    loop {
        let chosen = match hold.ceremony {
            Some(ceremony) => Ok(Some(ceremony)),
            None => menu(&mut screen, &hold.records, script),
        };
        let ceremony_now = match chosen {
            Ok(Some(ceremony)) => ceremony,
            Ok(None) => break,
            Err(error) => {
                screen.leave();
                return stopped_by(&Stopped::Front(error), script);
            }
        };
        let result = prepare(ceremony_now, hold, script).and_then(|setup| {
            folder = Some(setup.folder());
            begin(setup, script).map_err(|fault| vec![fault])
        });
        let mut sitting = match result {
            Ok(sitting) => sitting,
            Err(faults) => {
                screen.leave();
                return explain(script, &faults);
            }
        };
        match run(&mut sitting, &mut screen) {
            Ok(known) => ends.note(ceremony_now, known),
            Err(stopped) => {
                drop(sitting);
                screen.leave();
                return stopped_by(&stopped, script);
            }
        }
        if hold.ceremony.is_some() {
            break;
        }
    }
    screen.leave();
    let last = ends.exit();
    let name = match last {
        Exit::Done => "last-done",
        Exit::Deviations => "last-deviations",
        _ => "last-aborted",
    };
    match folder {
        Some(folder) => {
            let line = fill(script.word(name), &[("folder", folder.display().to_string())]);
            print_all([line.as_str()]).max(last)
        }
        None => last,
    }
}

/// The menu of `rehearse`: establish, restore, leave.
fn menu(screen: &mut Screen, records: &Path, script: &Rc<Script>) -> Result<Option<CeremonyKind>, FrontError> {
    let possible = latest_establish(records).is_some();
    let option = |word: &str, closed| OptionView { text: script.word(word).to_owned(), closed };
    let view = View {
        header: Header {
            ceremony: words::MENU_CEREMONY.to_owned(),
            rehearsal: true,
            shortened: ROUNDS != Rounds::PRODUCT,
            number: "0.0".to_owned(),
            title: words::MENU_TITLE.to_owned(),
            act: words::MENU_ACT.to_owned(),
            mark: String::new(),
        },
        body: Body::Choose {
            text: script.chapter("menu").to_vec(),
            options: vec![
                option("menu-establish", false),
                option(if possible { "menu-restore" } else { "menu-restore-later" }, !possible),
                option("menu-leave", false),
            ],
            custodians: false,
            may_leave: true,
        },
        steps: Vec::new(),
    };
    let mut vault = Vault::new();
    loop {
        screen.show(&view, &vault)?;
        match screen.next(&view, &mut vault, Duration::from_millis(250))? {
            Some(Input::Chose(0)) => return Ok(Some(CeremonyKind::Establish)),
            Some(Input::Chose(1)) => return Ok(Some(CeremonyKind::Restore)),
            Some(Input::Chose(_) | Input::Stop | Input::Leave) => return Ok(None),
            _ => {}
        }
    }
}

fn stopped_by(stopped: &Stopped, script: &Script) -> Exit {
    let fault = match stopped {
        Stopped::Record(fault) => fault.clone(),
        Stopped::Front(FrontError::Terminal(TerminalError::NotATerminal)) => {
            explain(script, &[Fault::from(faults::NotATerminal)]);
            return Exit::Usage;
        }
        Stopped::Front(FrontError::Terminal(TerminalError::Panicked)) => return Exit::Fault,
        Stopped::Front(FrontError::Terminal(TerminalError::Signal(signal))) => {
            Fault::from(faults::StoppedBySignal { signal })
        }
        Stopped::Front(FrontError::Terminal(error)) => Fault::from(faults::TerminalGone { why: error }),
        Stopped::Front(FrontError::Autopilot(AutopilotError::Stuck(step))) => {
            Fault::from(faults::AudienceStuck { step })
        }
        Stopped::Front(FrontError::Autopilot(AutopilotError::Output(error))) => {
            Fault::from(faults::TerminalGone { why: error })
        }
    };
    explain(script, &[fault])
}
