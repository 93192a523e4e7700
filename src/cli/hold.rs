//! Holds ceremonies: in the terminal, or answered by the autopilot.

use crate::faults::{self, Fault};
use std::path::Path;

use super::arguments::{Hold, Resume};
use super::chooser;
use super::ends::{Ends, Unfinished};
use super::reach;
use super::say::{Output, explain, print_all};
use super::{Exit, nameless_plan, read_kept_plan, read_plan};
use crate::app::{
    Environment, FrontEnd, FrontError, OpenSitting, ROUNDS, Screen, Setup, Sitting, Stopped, check_cards, kept_device,
    latest_backup,
};
use crate::autopilot::{Autopilot, AutopilotError, Comes};
use crate::ceremony::{CEREMONIES, Cards, Ceremony, Character, DeviceUse, Known, Needs, OpenSittingChoice, Unattended};
use crate::dkek::Rounds;
use crate::host::{self, Made, Reach};
use crate::plan::Plan;
use crate::record::{CeremonyKind, Ending};
use crate::terminal::TerminalError;

/// Prepares one ceremony.
fn prepare(ceremony: CeremonyKind, hold: &Hold) -> Result<Setup, Vec<Fault>> {
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
    match Ceremony::of(ceremony).character.needs {
        Needs::Plan | Needs::PlanIfAny => {
            let kept = match Ceremony::of(ceremony).character.devices {
                DeviceUse::ChangesPins => {
                    environment != Environment::SoftwareCards || kept_device(&hold.records).is_some()
                }
                DeviceUse::Provisions
                | DeviceUse::Fleet
                | DeviceUse::Keeps
                | DeviceUse::Adds
                | DeviceUse::Retires
                | DeviceUse::None => true,
            };
            if !kept {
                return Err(vec![Fault::from(faults::NothingToRestore { folder: hold.records.display() })]);
            }
            let nameless = (!hold.rehearsal && plan.is_none()).then(nameless_plan);
            let (plan, text) = nameless.unwrap_or_else(|| read_plan(plan))?;
            Setup::by_plan(ceremony, plan, text, &hold.records, environment).map_err(one)
        }
        Needs::PlanAndBackup => {
            let from = hold.from.clone().or_else(|| latest_backup(&hold.records));
            let from =
                from.ok_or_else(|| vec![Fault::from(faults::NothingToRestore { folder: hold.records.display() })]);
            let before = hold.old_plan.as_deref().map(read_kept_plan).transpose()?;
            let plan = read_plan(plan)?;
            Setup::by_change(ceremony, &from?, plan, before.as_ref(), &hold.records, environment).map_err(one)
        }
        Needs::NewKeysAndBackup => {
            let from = hold.from.clone().or_else(|| latest_backup(&hold.records));
            let from =
                from.ok_or_else(|| vec![Fault::from(faults::NothingToRestore { folder: hold.records.display() })]);
            // When several ceremonies are rehearsed, the plan is for the first.
            let plan = plan.filter(|_| hold.ceremony.is_some() && hold.from.is_some() || !hold.rehearsal);
            let given = plan.map(|file| read_plan(Some(file))).transpose()?;
            Setup::by_addition(ceremony, &from?, given, &hold.records, environment).map_err(one)
        }
        Needs::Backup => {
            let latest = || latest_backup(&hold.records);
            let from = hold.from.clone().or_else(latest);
            let nothing = || vec![Fault::from(faults::NothingToRestore { folder: hold.records.display() })];
            // When several ceremonies are rehearsed, the plan is for the first; a restore reads it from the folder.
            let plan = plan.filter(|_| hold.ceremony.is_some() || hold.from.is_some());
            let given = plan.map(|file| read_plan(Some(file))).transpose()?;
            let from = from.ok_or_else(nothing)?;
            Setup::from_backups(ceremony, (&from, &hold.also_from), given, &hold.records, environment).map_err(one)
        }
    }
}

fn begin(setup: Setup) -> Result<Sitting, Fault> {
    Sitting::begin(setup.ceremony, setup.plan, &setup.plan_text, setup.context)
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
        Some(Ending::Aborted) | None => Exit::Aborted,
    }
}

/// One ceremony, or all that the autopilot always rehearses, in this process.
pub fn by_autopilot(hold: &Hold) -> Exit {
    let _made = host::confine(&reach::of_holding(hold));
    let mut autopilot = Autopilot::new(Box::new(Output));
    let characters = || CEREMONIES.iter().map(|one| &one.character);
    let all = hold.ceremony.map_or_else(|| unattended(characters()), |one| by_name(one, characters()));
    let mut ends = Ends::default();
    for ceremony in all {
        // A quorum other than the one that first opened the file proves more.
        autopilot.prefer(match Ceremony::of(ceremony).character.cards {
            Cards::Earlier | Cards::Changed | Cards::Replaced => Comes::Last,
            Cards::Dealt | Cards::None => Comes::First,
        });
        let setup = match prepare(ceremony, hold) {
            Ok(setup) => setup,
            Err(faults) => return explain(&faults),
        };
        autopilot.drill(setup.plan.drill);
        let mut sitting = match begin(setup) {
            Ok(sitting) => sitting,
            Err(fault) => return explain(&[fault]),
        };
        match run(&mut sitting, &mut autopilot) {
            Ok(known) => {
                let (kind, exit) = (known.ceremony.kind, exit_of(known));
                ends.note(kind, exit, sitting.folder(), sitting.digest());
            }
            Err(stopped) => return stopped_by(&stopped),
        }
        Unfinished::of(&sitting).explain();
    }
    ends.exit()
}

/// What is rehearsed without being asked for by name, in the order in which it is run.
fn unattended<'a>(all: impl Iterator<Item = &'a Character>) -> Vec<CeremonyKind> {
    let (mut first, mut after) = (Vec::new(), Vec::new());
    for character in all {
        match character.unattended {
            Unattended::Always => first.push(character.kind),
            Unattended::AfterOthers => after.push(character.kind),
            Unattended::ByName | Unattended::ByNameAfterDealing => {}
        }
    }
    first.append(&mut after);
    first
}

/// A ceremony that was asked for by name, after the one that deals its cards: the autopilot keeps them in memory, so it has
/// none from an earlier sitting.
fn by_name<'a>(kind: CeremonyKind, all: impl Iterator<Item = &'a Character>) -> Vec<CeremonyKind> {
    let deals = all.filter(|character| character.cards == Cards::Dealt).map(|character| character.kind);
    match Ceremony::of(kind).character.unattended {
        Unattended::AfterOthers | Unattended::ByNameAfterDealing => deals.take(1).chain([kind]).collect(),
        Unattended::Always | Unattended::ByName => vec![kind],
    }
}

/// What is held in one run of the program.
#[derive(Default)]
struct Held {
    ends: Ends,
    unfinished: Vec<Unfinished>,
}

impl Held {
    /// Runs a sitting to its end in the terminal.
    ///
    /// # Errors
    /// The record cannot be written, or the terminal is gone.
    fn run(&mut self, mut sitting: Sitting, screen: &mut Screen) -> Result<(), Stopped> {
        let known = run(&mut sitting, screen)?;
        let (kind, exit) = (known.ceremony.kind, exit_of(known));
        self.ends.note(kind, exit, sitting.folder(), sitting.digest());
        self.unfinished.push(Unfinished::of(&sitting));
        Ok(())
    }

    /// After the terminal was given back: what was made, and what is next.
    fn explain(&self, rehearsal: bool) -> Exit {
        self.unfinished.iter().for_each(Unfinished::explain);
        print_all(self.ends.lines(rehearsal).iter().map(String::as_str)).max(self.ends.exit())
    }
}

/// Takes over the terminal, before any thread starts: later, memory may no longer be locked, nor the program confined.
fn enter(reach: &Reach) -> Result<(Screen, Made), Exit> {
    let _ = host::lock_memory();
    host::disable_cores();
    let screen = Screen::enter().map_err(|error| stopped_by(&Stopped::Front(FrontError::Terminal(error))))?;
    Ok((screen, host::confine(reach)))
}

/// In the terminal: one ceremony, or a menu. Sittings that are open come first.
pub fn in_terminal(hold: &Hold) -> Exit {
    if hold.plan.is_some()
        && let Err(faults) = read_plan(hold.plan.as_deref())
    {
        return explain(&faults);
    }
    let (mut screen, _made) = match enter(&reach::of_holding(hold)) {
        Ok(entered) => entered,
        Err(exit) => return exit,
    };
    let mut held = Held::default();
    let of_this_kind = |open: &OpenSitting| {
        (open.rehearsal, open.rehearsal && !open.on_software_cards) == (hold.rehearsal, hold.rehearsal && hold.pcsc)
    };
    // The newest: ceremony resume shows all of them.
    let open = OpenSitting::all(&hold.records).into_iter().find(of_this_kind);
    if let Some(open) = open
        && let Err(why) = go_on(&open, None, None, true, &mut screen, &mut held)
    {
        screen.leave();
        return why.explain();
    }
    if hold.ceremony.is_some() && !held.unfinished.is_empty() {
        screen.leave();
        return held.explain(hold.rehearsal);
    }
    loop {
        let chosen = match hold.ceremony {
            Some(ceremony) => Ok(Some(ceremony)),
            None => chooser::menu(&mut screen, &hold.records, held.ends.made_something()),
        };
        let ceremony_now = match chosen {
            Ok(Some(ceremony)) => ceremony,
            Ok(None) => break,
            Err(error) => {
                screen.leave();
                return stopped_by(&Stopped::Front(error));
            }
        };
        let result = prepare(ceremony_now, hold).and_then(|setup| begin(setup).map_err(|fault| vec![fault]));
        let sitting = match result {
            Ok(begun) => begun,
            Err(faults) => {
                screen.leave();
                return explain(&faults);
            }
        };
        if let Err(stopped) = held.run(sitting, &mut screen) {
            screen.leave();
            return stopped_by(&stopped);
        }
        if hold.ceremony.is_some() {
            break;
        }
    }
    screen.leave();
    held.explain(hold.rehearsal)
}

/// Why a sitting does not go on.
enum CannotGoOn {
    /// Something is wrong with it.
    Fault(Fault),
    /// The record cannot be written, or the terminal is gone.
    Stopped(Stopped),
}

impl From<Fault> for CannotGoOn {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl CannotGoOn {
    fn explain(&self) -> Exit {
        match self {
            Self::Fault(fault) => explain(std::slice::from_ref(fault)),
            Self::Stopped(stopped) => stopped_by(stopped),
        }
    }
}

/// Shows where an open sitting stood, and goes on with it if people say so.
fn go_on(
    open: &OpenSitting,
    from: Option<&Path>,
    before: Option<&Plan>,
    begins: bool,
    screen: &mut Screen,
    held: &mut Held,
) -> Result<(), CannotGoOn> {
    let Setup { plan, context, .. } = Setup::again(open, from, before)?;
    let machine = open.machine(plan.clone())?;
    let chosen = chooser::open_sitting(screen, open, &machine, begins);
    let to_close = match chosen.map_err(|error| CannotGoOn::Stopped(Stopped::Front(error)))? {
        OpenSittingChoice::GoOn => false,
        OpenSittingChoice::Close => true,
        OpenSittingChoice::Leave => return Ok(()),
    };
    let sitting = Sitting::resume(open, plan, context, to_close)?;
    held.run(sitting, screen).map_err(CannotGoOn::Stopped)
}

/// Goes on with a sitting whose program ended, or with each of those in a folder of records.
pub fn resume(resume: &Resume) -> Exit {
    let open = match &resume.folder {
        Some(folder) => OpenSitting::read(folder).map(|open| vec![open]),
        None => Ok(OpenSitting::all(&resume.records)),
    };
    let open = match open {
        Ok(open) if open.is_empty() => {
            return explain(&[Fault::from(faults::NothingToResume { folder: resume.records.display() })]);
        }
        Ok(open) => open,
        Err(fault) => return explain(&[fault]),
    };
    let before = match resume.old_plan.as_deref().map(read_kept_plan).transpose() {
        Ok(before) => before,
        Err(faults) => return explain(&faults),
    };
    let (mut screen, _made) = match enter(&reach::of_resuming(resume, &open)) {
        Ok(entered) => entered,
        Err(exit) => return exit,
    };
    let mut held = Held::default();
    for one in &open {
        if let Err(why) = go_on(one, resume.from.as_deref(), before.as_ref(), false, &mut screen, &mut held) {
            screen.leave();
            return why.explain();
        }
    }
    screen.leave();
    held.explain(open.iter().all(|one| one.rehearsal))
}

/// A custodian checks their card alone.
pub fn check_card() -> Exit {
    let (mut screen, _made) = match enter(&Reach::default()) {
        Ok(entered) => entered,
        Err(exit) => return exit,
    };
    let checked = check_cards(&mut screen, host::examine());
    screen.leave();
    checked.map_or_else(|error| stopped_by(&Stopped::Front(error)), |()| Exit::Done)
}

fn stopped_by(stopped: &Stopped) -> Exit {
    let fault = match stopped {
        Stopped::Record(fault) => fault.clone(),
        Stopped::Front(FrontError::Terminal(TerminalError::NotATerminal)) => {
            explain(&[Fault::from(faults::NotATerminal)]);
            return Exit::Usage;
        }
        Stopped::Front(FrontError::Terminal(TerminalError::Panicked)) => return Exit::Fault,
        Stopped::Front(FrontError::Terminal(TerminalError::Signal(signal))) => {
            Fault::from(faults::StoppedBySignal { signal })
        }
        Stopped::Front(FrontError::Terminal(error)) => Fault::from(faults::TerminalGone { why: error }),
        Stopped::Front(FrontError::Autopilot(AutopilotError::Stuck(step))) => {
            Fault::from(faults::AutopilotStuck { step })
        }
        Stopped::Front(FrontError::Autopilot(AutopilotError::Output(error))) => {
            Fault::from(faults::TerminalGone { why: error })
        }
    };
    explain(&[fault])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_the_cards_of_others_is_rehearsed_after_them() {
        let in_order = || CEREMONIES.iter().map(|ceremony| &ceremony.character);
        let expected = [CeremonyKind::Establish, CeremonyKind::Restore];
        assert_eq!(unattended(in_order()), expected);
        assert_eq!(unattended(in_order().rev()), expected);
    }
}
