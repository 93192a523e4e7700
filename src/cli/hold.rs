//! Holds ceremonies: in the terminal, or answered by the autopilot.

use crate::faults::{self, Fault};
use crate::script::{chapters, words};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use super::arguments::Hold;
use super::ends::{Ends, Unfinished};
use super::say::{explain, print_all};
use super::{Exit, nameless_plan, read_kept_plan, read_plan};
use crate::app::{
    Environment, FrontEnd, FrontError, ROUNDS, Screen, Setup, Sitting, Stopped, check_cards, kept_device, latest_backup,
};
use crate::autopilot::{Autopilot, AutopilotError, Comes};
use crate::ceremony::{
    Asks, Body, CEREMONIES, Cards, Ceremony, Character, ChoiceId, Deliberate, DeviceUse, Header, Input, Known, Needs,
    Notice, OptionView, Unattended, View,
};
use crate::dkek::Rounds;
use crate::host;
use crate::names::ItemName;
use crate::record::{CeremonyKind, Ending};
use crate::terminal::TerminalError;
use crate::vault::Vault;

/// How often the menu looks at the time.
const A_MOMENT: Duration = Duration::from_millis(50);

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
    let mut autopilot = Autopilot::new(Box::new(io::stdout()));
    let characters = || CEREMONIES.iter().map(|one| &one.character);
    let all = hold.ceremony.map_or_else(|| unattended(characters()), |one| by_name(one, characters()));
    let mut ends = Ends::default();
    for ceremony in all {
        // A quorum other than the one that first opened the file proves more.
        autopilot.prefer(match Ceremony::of(ceremony).character.cards {
            Cards::Earlier | Cards::Changed => Comes::Last,
            Cards::Dealt | Cards::None => Comes::First,
        });
        let setup = match prepare(ceremony, hold) {
            Ok(setup) => setup,
            Err(faults) => return explain(&faults),
        };
        autopilot.drill(setup.plan.drill);
        let folder = setup.folder();
        let mut sitting = match begin(setup) {
            Ok(sitting) => sitting,
            Err(fault) => return explain(&[fault]),
        };
        match run(&mut sitting, &mut autopilot) {
            Ok(known) => {
                let (kind, exit) = (known.ceremony.kind, exit_of(known));
                ends.note(kind, exit, &folder, sitting.digest());
            }
            Err(stopped) => return stopped_by(&stopped),
        }
        Unfinished::of(&sitting, &folder).explain();
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

/// In the terminal: one ceremony, or a menu.
pub fn in_terminal(hold: &Hold) -> Exit {
    // Before the first thread starts: later may be too late.
    let _ = host::lock_memory();
    host::disable_cores();
    if hold.plan.is_some()
        && let Err(faults) = read_plan(hold.plan.as_deref())
    {
        return explain(&faults);
    }
    let mut screen = match Screen::enter() {
        Ok(screen) => screen,
        Err(error) => return stopped_by(&Stopped::Front(FrontError::Terminal(error))),
    };
    let (mut ends, mut unfinished) = (Ends::default(), Vec::new());
    loop {
        let chosen = match hold.ceremony {
            Some(ceremony) => Ok(Some(ceremony)),
            None => menu(&mut screen, &hold.records, ends.made_something()),
        };
        let ceremony_now = match chosen {
            Ok(Some(ceremony)) => ceremony,
            Ok(None) => break,
            Err(error) => {
                screen.leave();
                return stopped_by(&Stopped::Front(error));
            }
        };
        let result = prepare(ceremony_now, hold).and_then(|setup| {
            let folder = setup.folder();
            begin(setup).map(|sitting| (sitting, folder)).map_err(|fault| vec![fault])
        });
        let (mut sitting, folder) = match result {
            Ok(begun) => begun,
            Err(faults) => {
                screen.leave();
                return explain(&faults);
            }
        };
        match run(&mut sitting, &mut screen) {
            Ok(known) => {
                let (kind, exit) = (known.ceremony.kind, exit_of(known));
                ends.note(kind, exit, &folder, sitting.digest());
            }
            Err(stopped) => {
                drop(sitting);
                screen.leave();
                return stopped_by(&stopped);
            }
        }
        unfinished.push(Unfinished::of(&sitting, &folder));
        if hold.ceremony.is_some() {
            break;
        }
    }
    screen.leave();
    unfinished.iter().for_each(Unfinished::explain);
    print_all(ends.lines(hold.rehearsal).iter().map(String::as_str)).max(ends.exit())
}

/// A custodian checks their card alone.
pub fn check_card() -> Exit {
    // Before the first thread starts: later may be too late.
    let _ = host::lock_memory();
    host::disable_cores();
    let checked = Screen::enter().map_err(FrontError::Terminal).and_then(|mut screen| {
        let checked = check_cards(&mut screen, host::examine());
        screen.leave();
        checked
    });
    checked.map_or_else(|error| stopped_by(&Stopped::Front(error)), |()| Exit::Done)
}

/// The menu of `rehearse`: every ceremony, and a way out.
fn menu(screen: &mut Screen, records: &Path, made: bool) -> Result<Option<CeremonyKind>, FrontError> {
    let backup = latest_backup(records).is_some();
    let option = |ceremony: &&Ceremony| {
        let Character { kind, text, needs, devices, .. } = ceremony.character;
        let id = ChoiceId::Ceremony(kind);
        let after_another = match needs {
            Needs::Backup | Needs::PlanAndBackup | Needs::NewKeysAndBackup => true,
            Needs::Plan | Needs::PlanIfAny => devices == DeviceUse::ChangesPins,
        };
        match text.menu_later {
            Some(later) if after_another && !backup => OptionView { id, text: later.to_owned(), closed: true },
            Some(_) | None => OptionView::open(id, text.menu),
        }
    };
    let leave = OptionView::open(ChoiceId::Item(ItemName::Back), words::MENU_LEAVE);
    let mut view = View {
        header: Header {
            ceremony: words::MENU_CEREMONY.to_owned(),
            rehearsal: true,
            shortened: ROUNDS != Rounds::PRODUCT,
            number: "0.0".to_owned(),
            title: words::MENU_TITLE.to_owned(),
            act: words::MENU_ACT.to_owned(),
            screen: None,
            mark: String::new(),
        },
        body: Body::Choose {
            text: chapters::MENU.iter().copied().chain(made.then_some(words::MENU_NEXT)).map(str::to_owned).collect(),
            options: CEREMONIES.iter().map(option).chain([leave]).collect(),
            asks: Asks::Ceremony,
            may_leave: true,
        },
        device: None,
        steps: Vec::new(),
        so_far: None,
        takes_decisions: false,
        notice: None,
    };
    let (mut vault, mut keys, appeared) = (Vault::new(), Deliberate::default(), Instant::now());
    let now = || u64::try_from(appeared.elapsed().as_millis()).unwrap_or(u64::MAX);
    loop {
        match keys.ripe(now()) {
            Some(Input::Chose(ChoiceId::Ceremony(kind))) => return Ok(Some(kind)),
            Some(_) => return Ok(None),
            None => {}
        }
        view.takes_decisions = keys.stands(now());
        view.notice = keys.ignored().then_some(Notice::PressOnce);
        screen.show(&view, &vault)?;
        match screen.next(&view, &mut vault, A_MOMENT)? {
            Some(chosen @ Input::Chose(_)) => keys.press(chosen, now()),
            Some(Input::Stop | Input::Leave) => return Ok(None),
            _ => {}
        }
    }
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
