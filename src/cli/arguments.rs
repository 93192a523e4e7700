//! What the command line asks for.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

use super::softcard::SoftcardOptions;
use crate::ceremony::{Ceremony, Needs, Unattended};
use crate::names::CeremonyKind;

/// What to do.
pub enum Command {
    /// Print the help.
    Help,
    /// Print the version.
    Version,
    /// Hold a ceremony, or rehearse one.
    Hold(Hold),
    /// Check a record.
    Verify(PathBuf),
    /// Print the script of the day for a plan.
    PlanPrint(PathBuf),
    /// Print CEREMONY.md.
    Handbook,
    /// Serve a software card to a virtual reader.
    Softcard(SoftcardOptions),
}

/// How to hold a ceremony.
pub struct Hold {
    /// Which one. `None`: a menu or, with the autopilot, every ceremony that it always rehearses.
    pub ceremony: Option<CeremonyKind>,
    /// Whether it is a rehearsal.
    pub rehearsal: bool,
    /// Whether the rehearsal goes through PC/SC readers.
    pub pcsc: bool,
    /// Whether the autopilot answers.
    pub auto: bool,
    /// The plan file.
    pub plan: Option<PathBuf>,
    /// The folder to restore from.
    pub from: Option<PathBuf>,
    /// Where sittings are kept.
    pub records: PathBuf,
}

/// What is wrong with a command line.
pub enum Misunderstood {
    /// This is unknown, or not allowed here.
    Wrong(lexopt::Error),
    /// The command needs this.
    Missing(&'static str),
}

impl From<lexopt::Error> for Misunderstood {
    fn from(error: lexopt::Error) -> Self {
        Self::Wrong(error)
    }
}

/// Reads the command line.
///
/// # Errors
/// Something in it is not known or does not go together, or something is missing.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, Misunderstood> {
    let mut parser = Parser::from_iter(arguments);
    let mut words: Vec<String> = Vec::new();
    let mut files: Vec<PathBuf> = Vec::new();
    let (mut auto, mut pcsc, mut plan, mut records, mut from) = (false, false, None, None, None);
    let (mut vpcd, mut state, mut serial) = (None, None, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Short('V') | Arg::Long("version") => return Ok(Command::Version),
            Arg::Long("auto") => auto = true,
            Arg::Long("pcsc") => pcsc = true,
            Arg::Long("plan") => plan = Some(PathBuf::from(parser.value()?)),
            Arg::Long("records") => records = Some(PathBuf::from(parser.value()?)),
            Arg::Long("from") => from = Some(PathBuf::from(parser.value()?)),
            Arg::Long("vpcd") => vpcd = Some(parser.value()?.string()?),
            Arg::Long("state") => state = Some(PathBuf::from(parser.value()?)),
            Arg::Long("serial") => serial = Some(parser.value()?.string()?),
            Arg::Value(value) => {
                files.push(PathBuf::from(value.clone()));
                words.push(value.string().unwrap_or_default());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let word = |place: usize| words.get(place).map(String::as_str);
    let file = |place: usize| files.get(place).cloned().unwrap_or_default();
    let (ceremony, rehearsal) = match (word(0), word(1)) {
        (Some("rehearse"), name) => (name.and_then(CeremonyKind::from_word), true),
        (Some(name), _) => (CeremonyKind::from_word(name), false),
        (None, _) => (None, false),
    };
    let with_from = from.is_some();
    let lacking = ceremony.and_then(|kind| missing(kind, plan.is_some(), with_from));
    let mut hold = |pcsc, auto| {
        Command::Hold(Hold {
            ceremony,
            rehearsal,
            pcsc,
            auto,
            plan: plan.take(),
            from: from.take(),
            records: records.take().unwrap_or_else(|| PathBuf::from("ceremony-records")),
        })
    };
    let command = match (word(0), word(1), words.len()) {
        (None | Some("help"), None, _) => Command::Help,
        (Some("softcard"), None, 1) if vpcd.is_some() => Command::Softcard(SoftcardOptions {
            address: vpcd.take().unwrap_or_default(),
            state: state.take(),
            serial: serial.take(),
        }),
        (Some("rehearse"), name, 1 | 2) if name.is_some() == ceremony.is_some() => {
            // The autopilot keeps its cards in memory, so it has none from an earlier sitting.
            if let Some(kind) = ceremony.filter(|_| auto)
                && Ceremony::of(kind).character.unattended == Unattended::AfterOthers
            {
                return Err(wrong(&format!("rehearse {} --auto", kind.word())));
            }
            if auto
                && with_from
                && let Some(kind) = ceremony
                && Ceremony::of(kind).character.unattended == Unattended::ByNameAfterDealing
            {
                return Err(wrong("--from"));
            }
            hold(std::mem::take(&mut pcsc), std::mem::take(&mut auto))
        }
        (Some(_), None, 1) if ceremony.is_some() => {
            if let Some(option) = lacking {
                return Err(Misunderstood::Missing(option));
            }
            hold(true, false)
        }
        (Some("verify"), Some(_), 2) => Command::Verify(file(1)),
        (Some("plan"), Some("print"), 3) => Command::PlanPrint(file(2)),
        (Some("handbook"), None, 1) => Command::Handbook,
        (Some("softcard"), None, 1) => return Err(Misunderstood::Missing("--vpcd HOST:PORT")),
        (Some("verify"), None, 1) => return Err(Misunderstood::Missing("FOLDER")),
        (Some("plan"), Some("print"), 2) => return Err(Misunderstood::Missing("FILE")),
        _ => return Err(wrong(&words.join(" "))),
    };
    // An option that the command does not take must not be ignored silently.
    let left = [
        ("--auto", auto),
        ("--pcsc", pcsc),
        ("--plan", plan.is_some()),
        ("--records", records.is_some()),
        ("--from", from.is_some()),
        ("--vpcd", vpcd.is_some()),
        ("--state", state.is_some()),
        ("--serial", serial.is_some()),
    ];
    match left.iter().find(|(_, given)| *given) {
        Some((name, _)) => Err(wrong(name)),
        None => Ok(command),
    }
}

/// The option that a real ceremony needs and that was not given.
const fn missing(ceremony: CeremonyKind, plan: bool, from: bool) -> Option<&'static str> {
    match (Ceremony::of(ceremony).character.needs, plan, from) {
        (Needs::Plan, false, _) => Some("--plan FILE"),
        (Needs::Backup, _, false) => Some("--from FOLDER"),
        (Needs::Plan, true, _) | (Needs::Backup, _, true) | (Needs::PlanIfAny, _, _) => None,
    }
}

fn wrong(what: &str) -> Misunderstood {
    Misunderstood::Wrong(what.into())
}
