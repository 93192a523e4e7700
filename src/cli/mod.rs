//! Arguments, exit codes, the last line printed.

mod read;
mod softcard;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;

use lexopt::{Arg, Parser, ValueExt};
use sha2::{Digest as _, Sha256};

use self::read::{Unreadable, read_named};
use crate::app::{FrontError, Rehearsal, Screen, Sitting, Stopped, latest_establish};
use crate::audience::{Audience, AudienceError, Quorum};
use crate::ceremony::{Body, Header, OptionView, People, State, View};
use crate::clerk::{Folder, RecordFile};
use crate::paper;
use crate::plan::Plan;
use crate::record::{CeremonyKind, Ending, verify};
use crate::room;
use crate::script::{Script, fill};
use crate::terminal::TerminalError;
use crate::terms::{Digest, Fault};
use crate::vault::Vault;

/// What the program ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    Done = 0,
    Aborted = 1,
    Usage = 2,
    Fault = 3,
    Deviations = 4,
}

/// What was asked for.
enum Command {
    Help,
    Version,
    Rehearse { ceremony: Option<CeremonyKind>, auto: bool, plan: Option<PathBuf>, records: PathBuf },
    Verify(PathBuf),
    PlanPrint(PathBuf),
    Handbook,
    Softcard(softcard::Wishes),
}

/// Runs the program.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let script = match Script::load() {
        Ok(script) => Rc::new(script),
        Err(fault) => {
            complain(&format!("{}: {:?}", fault.name, fault.values));
            return ExitCode::from(Exit::Fault as u8);
        }
    };
    let exit = match parse(arguments) {
        Ok(command) => perform(command, &script),
        Err(error) => {
            complain(&fill(script.word("usage-wrong"), &[("what", error.to_string())]));
            Exit::Usage
        }
    };
    ExitCode::from(exit as u8)
}

fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, lexopt::Error> {
    let mut parser = Parser::from_iter(arguments);
    let mut words: Vec<String> = Vec::new();
    let mut files: Vec<OsString> = Vec::new();
    let (mut auto, mut plan, mut records) = (false, None, None);
    let (mut vpcd, mut state, mut serial) = (None, None, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Short('V') | Arg::Long("version") => return Ok(Command::Version),
            Arg::Long("auto") => auto = true,
            Arg::Long("plan") => plan = Some(PathBuf::from(parser.value()?)),
            Arg::Long("records") => records = Some(PathBuf::from(parser.value()?)),
            Arg::Long("vpcd") => vpcd = Some(parser.value()?.string()?),
            Arg::Long("state") => state = Some(PathBuf::from(parser.value()?)),
            Arg::Long("serial") => serial = Some(parser.value()?.string()?),
            Arg::Value(value) => {
                files.push(value.clone());
                words.push(value.string().unwrap_or_default());
            }
            other => return Err(other.unexpected()),
        }
    }
    let word = |place: usize| words.get(place).map(String::as_str);
    let file = |place: usize| files.get(place).map(PathBuf::from);
    let command = match (word(0), word(1), words.len()) {
        (None | Some("help"), None, _) => Command::Help,
        (Some("softcard"), None, 1) if vpcd.is_some() => Command::Softcard(softcard::Wishes {
            address: vpcd.take().unwrap_or_default(),
            state: state.take(),
            serial: serial.take(),
        }),
        (Some("rehearse"), name, 1..=2) => {
            let ceremony = match name {
                None => None,
                Some("establish") => Some(CeremonyKind::Establish),
                // The audience keeps its cards in memory: it has none of a sitting that was carried out before.
                Some("restore") if auto => return Err("rehearse restore --auto".into()),
                Some("restore") => Some(CeremonyKind::Restore),
                Some(other) => return Err(format!("rehearse {other}").into()),
            };
            let records = records.take().unwrap_or_else(|| PathBuf::from("ceremony-records"));
            let plan = plan.take();
            let auto = std::mem::take(&mut auto);
            Command::Rehearse { ceremony, auto, plan, records }
        }
        (Some("verify"), Some(_), 2) => Command::Verify(file(1).unwrap_or_default()),
        (Some("plan"), Some("print"), 3) => Command::PlanPrint(file(2).unwrap_or_default()),
        (Some("handbook"), None, 1) => Command::Handbook,
        _ => return Err(words.join(" ").into()),
    };
    if auto || plan.is_some() || records.is_some() {
        return Err("--auto, --plan, --records".into());
    }
    if vpcd.is_some() || state.is_some() || serial.is_some() {
        return Err("--vpcd, --state, --serial".into());
    }
    Ok(command)
}

fn perform(command: Command, script: &Rc<Script>) -> Exit {
    match command {
        Command::Help => print_all(script.chapter("help").iter().map(String::as_str)),
        Command::Version => print_all([concat!("ceremony ", env!("CARGO_PKG_VERSION"))]),
        Command::Handbook => print_text(&paper::handbook(script)),
        Command::PlanPrint(file) => match read_plan(Some(&file), script) {
            Ok((plan, text)) => {
                let digest = Digest(Sha256::digest(&text).into());
                print_text(&paper::days_script(CeremonyKind::Establish, &plan, &digest, script))
            }
            Err(faults) => explain(script, &faults),
        },
        Command::Softcard(wishes) => softcard::serve(&wishes, script),
        Command::Verify(path) => verify_record(&path, script),
        Command::Rehearse { ceremony, auto: true, plan, records } => {
            rehearse_automatically(ceremony, plan.as_deref(), &records, script)
        }
        Command::Rehearse { ceremony, auto: false, plan, records } => {
            rehearse(ceremony, plan.as_deref(), &records, script)
        }
    }
}

/// The example plan is built in, so that a newcomer can begin without one.
fn read_plan(file: Option<&Path>, script: &Script) -> Result<(Plan, String), Vec<Fault>> {
    let text = match file {
        None => include_str!("../../assets/plan.example.json").to_owned(),
        Some(file) => {
            let bytes = read_named(file, Plan::LARGEST as u64, script).map_err(|unreadable| match unreadable {
                Unreadable::TooLarge => vec![Fault::new("plan-too-large")],
                Unreadable::Because(why) => {
                    vec![Fault::new("plan-unreadable").with("file", file.display()).with("why", why)]
                }
            })?;
            String::from_utf8(bytes).map_err(|_| vec![Fault::new("plan-not-text")])?
        }
    };
    Plan::parse(&text).map(|plan| (plan, text))
}

/// Prepares one rehearsal.
fn prepare(
    ceremony: CeremonyKind,
    plan: Option<&Path>,
    records: &Path,
    script: &Script,
) -> Result<Rehearsal, Vec<Fault>> {
    match ceremony {
        CeremonyKind::Establish => {
            let (plan, text) = read_plan(plan, script)?;
            Rehearsal::establish(plan, text, records).map_err(|fault| vec![fault])
        }
        CeremonyKind::Restore => {
            let from = latest_establish(records);
            let nothing = || vec![Fault::new("nothing-to-restore").with("folder", records.display())];
            Rehearsal::restore(&from.ok_or_else(nothing)?, records).map_err(|fault| vec![fault])
        }
    }
}

fn begin(rehearsal: Rehearsal, script: &Rc<Script>) -> Result<Sitting, Fault> {
    Sitting::begin(rehearsal.ceremony, rehearsal.plan, &rehearsal.plan_text, script, rehearsal.office)
}

fn exit_of(state: &State) -> Exit {
    match state.ended {
        Some(Ending::Complete) if state.deviations == 0 => Exit::Done,
        Some(Ending::Complete) => Exit::Deviations,
        _ => Exit::Aborted,
    }
}

/// Both ceremonies, or one, answered by the automatic audience in this process.
fn rehearse_automatically(
    ceremony: Option<CeremonyKind>,
    plan: Option<&Path>,
    records: &Path,
    script: &Rc<Script>,
) -> Exit {
    let mut audience = Audience::new(Box::new(io::stdout()));
    let all = ceremony.map_or_else(|| vec![CeremonyKind::Establish, CeremonyKind::Restore], |one| vec![one]);
    let mut worst = Exit::Done;
    let mut unproven = false;
    for ceremony in all {
        // A restore with other custodians than those who opened the file first proves more.
        audience.prefer(if ceremony == CeremonyKind::Establish { Quorum::First } else { Quorum::Last });
        let rehearsal = match prepare(ceremony, plan, records, script) {
            Ok(rehearsal) => rehearsal,
            Err(faults) => return explain(script, &faults),
        };
        let mut sitting = match begin(rehearsal, script) {
            Ok(sitting) => sitting,
            Err(fault) => return explain(script, &[fault]),
        };
        match sitting.run(&mut audience) {
            Ok(state) => {
                unproven = state.deviations == 1 && state.deviates == ["restore-not-proven"];
                let exit = exit_of(state);
                // The restore that follows cures this one deviation.
                worst = worst.max(if unproven { Exit::Done } else { exit });
            }
            Err(stopped) => return stopped_by(&stopped, script),
        }
    }
    if unproven { Exit::Deviations } else { worst }
}

/// In the terminal: one ceremony, or a menu.
fn rehearse(ceremony: Option<CeremonyKind>, plan: Option<&Path>, records: &Path, script: &Rc<Script>) -> Exit {
    // Before any thread is there: what is locked later may come too late.
    let _ = room::lock_memory();
    room::disable_cores();
    if let Err(faults) = read_plan(plan, script) {
        return explain(script, &faults);
    }
    let mut screen = match Screen::enter(Rc::clone(script)) {
        Ok(screen) => screen,
        Err(error) => return stopped_by(&Stopped::Front(FrontError::Terminal(error)), script),
    };
    let mut last = Exit::Done;
    let mut folder = None;
    loop {
        let chosen = match ceremony {
            Some(ceremony) => Ok(Some(ceremony)),
            None => menu(&mut screen, records, script),
        };
        let ceremony_now = match chosen {
            Ok(Some(ceremony)) => ceremony,
            Ok(None) => break,
            Err(error) => {
                screen.leave();
                return stopped_by(&Stopped::Front(error), script);
            }
        };
        let result = prepare(ceremony_now, plan, records, script).and_then(|rehearsal| {
            folder = Some(rehearsal.folder());
            begin(rehearsal, script).map_err(|fault| vec![fault])
        });
        let mut sitting = match result {
            Ok(sitting) => sitting,
            Err(faults) => {
                screen.leave();
                return explain(script, &faults);
            }
        };
        match sitting.run(&mut screen) {
            Ok(state) => last = exit_of(state),
            Err(stopped) => {
                drop(sitting);
                screen.leave();
                return stopped_by(&stopped, script);
            }
        }
        if ceremony.is_some() {
            break;
        }
    }
    screen.leave();
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
    use crate::app::Front;
    let possible = latest_establish(records).is_some();
    let option = |word: &str, closed| OptionView { text: script.word(word).to_owned(), closed };
    let view = View {
        header: Header {
            ceremony: script.word("menu-ceremony").to_owned(),
            rehearsal: true,
            shortened: crate::app::ROUNDS != crate::dkek::Rounds::PRODUCT,
            number: "0.0".to_owned(),
            title: script.word("menu-title").to_owned(),
            act: script.word("menu-act").to_owned(),
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
        },
        steps: Vec::new(),
    };
    let mut vault = Vault::new();
    loop {
        screen.show(&view, &vault)?;
        match screen.next(&view, &mut vault, std::time::Duration::from_millis(250))? {
            Some(People::Chose(0)) => return Ok(Some(CeremonyKind::Establish)),
            Some(People::Chose(1)) => return Ok(Some(CeremonyKind::Restore)),
            Some(People::Chose(_) | People::Stop | People::Leave) => return Ok(None),
            _ => {}
        }
    }
}

/// Checks a record and says what it proves.
fn verify_record(path: &Path, script: &Script) -> Exit {
    let file = if path.is_dir() { path.join(RecordFile::NAME) } else { path.to_owned() };
    let read = read_named(&file, Folder::LARGEST_FILE, script).map_err(|unreadable| {
        let why = match unreadable {
            Unreadable::TooLarge => script.word("too-large").to_owned(),
            Unreadable::Because(why) => why,
        };
        Fault::new("file-read").with("file", file.display()).with("why", why)
    });
    let checked = read.and_then(|text| verify(&text));
    let proof = match checked {
        Ok(proof) => proof,
        Err(fault) => return explain(script, &[fault]),
    };
    let values = [
        ("ceremony", proof.ceremony.word().to_owned()),
        ("lines", proof.mark.line.to_string()),
        ("digest", proof.mark.digest.in_groups().join(" ")),
        ("deviations", proof.sealed.map_or(0, |(_, deviations)| deviations).to_string()),
    ];
    let state = match proof.sealed {
        Some((Ending::Complete, _)) => "verify-sealed",
        Some((Ending::Aborted, _)) => "verify-aborted",
        None => "verify-unsealed",
    };
    let mut words = vec![state];
    if proof.rehearsal {
        words.push("verify-rehearsal");
    }
    words.extend(["verify-digest", "verify-proves"]);
    let lines: Vec<String> = words.into_iter().map(|word| fill(script.word(word), &values)).collect();
    let printed = print_all(lines.iter().map(String::as_str));
    printed.max(if proof.sealed.is_some() { Exit::Done } else { Exit::Fault })
}

fn stopped_by(stopped: &Stopped, script: &Script) -> Exit {
    let fault = match stopped {
        Stopped::Record(fault) => fault.clone(),
        Stopped::Front(FrontError::Terminal(TerminalError::NotATerminal)) => {
            explain(script, &[Fault::new("not-a-terminal")]);
            return Exit::Usage;
        }
        Stopped::Front(FrontError::Terminal(TerminalError::Panicked)) => return Exit::Fault,
        Stopped::Front(FrontError::Terminal(TerminalError::Signal(signal))) => {
            Fault::new("stopped-by-signal").with("signal", signal)
        }
        Stopped::Front(FrontError::Terminal(error)) => Fault::new("terminal-gone").with("why", error),
        Stopped::Front(FrontError::Audience(AudienceError::Stuck(step))) => {
            Fault::new("audience-stuck").with("step", step)
        }
        Stopped::Front(FrontError::Audience(AudienceError::Output(error))) => {
            Fault::new("terminal-gone").with("why", error)
        }
    };
    explain(script, &[fault])
}

/// Says on standard error what happened and what is true now.
fn explain(script: &Script, faults: &[Fault]) -> Exit {
    for fault in faults {
        let Some(text) = script.fault(fault.name) else {
            complain(fault.name);
            continue;
        };
        for line in text.happened.iter().chain(&text.truth) {
            complain(&fill(line, &fault.values));
        }
    }
    Exit::Fault
}

fn complain(line: &str) {
    // Where nobody reads standard error there is nobody to tell.
    let _ = writeln!(io::stderr(), "{line}");
}

fn print_all<'a>(lines: impl IntoIterator<Item = &'a str>) -> Exit {
    let mut out = io::stdout().lock();
    let done = lines.into_iter().try_for_each(|line| writeln!(out, "{line}"));
    if done.is_ok() { Exit::Done } else { Exit::Fault }
}

fn print_text(text: &str) -> Exit {
    if io::stdout().lock().write_all(text.as_bytes()).is_ok() { Exit::Done } else { Exit::Fault }
}
