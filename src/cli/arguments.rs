//! What was asked for on the command line.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

use super::softcard;
use crate::record::CeremonyKind;

/// What was asked for.
pub enum Command {
    /// Print the help.
    Help,
    /// Print the version.
    Version,
    /// Hold a ceremony, or rehearse one.
    Hold(Hold),
    /// Check a record.
    Verify(PathBuf),
    /// Print the day's script of a plan.
    PlanPrint(PathBuf),
    /// Print CEREMONY.md.
    Handbook,
    /// Serve a software card to a virtual reader.
    Softcard(softcard::Wishes),
}

/// How a ceremony is to be held.
pub struct Hold {
    /// Which one; none: a menu, or with the autopilot both.
    pub ceremony: Option<CeremonyKind>,
    /// A rehearsal.
    pub rehearsal: bool,
    /// A rehearsal through real readers.
    pub pcsc: bool,
    /// The autopilot answers.
    pub auto: bool,
    /// The plan's file.
    pub plan: Option<PathBuf>,
    /// The folder that is restored from.
    pub from: Option<PathBuf>,
    /// Where sittings are kept.
    pub records: PathBuf,
}

/// Why a command line cannot be followed.
pub enum Misunderstood {
    /// This is not known, or not here.
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
    let named = |name: &str| match name {
        "establish" => Some(CeremonyKind::Establish),
        "restore" => Some(CeremonyKind::Restore),
        "inspect" => Some(CeremonyKind::Inspect),
        _ => None,
    };
    let (ceremony, rehearsal) = match (word(0), word(1)) {
        (Some("rehearse"), name) => (name.and_then(named), true),
        (Some(name), _) => (named(name), false),
        (None, _) => (None, false),
    };
    let command = match (word(0), word(1), words.len()) {
        (None | Some("help"), None, _) => Command::Help,
        (Some("softcard"), None, 1) if vpcd.is_some() => Command::Softcard(softcard::Wishes {
            address: vpcd.take().unwrap_or_default(),
            state: state.take(),
            serial: serial.take(),
        }),
        // The autopilot keeps its cards in memory: it has none of a sitting that was held before.
        (Some("rehearse"), Some("restore"), 2) if auto => return Err(wrong("rehearse restore --auto")),
        (Some("rehearse"), None, 1) | (Some("rehearse"), Some("establish" | "restore" | "inspect"), 2) => {
            Command::Hold(Hold {
                ceremony,
                rehearsal,
                pcsc: std::mem::take(&mut pcsc),
                auto: std::mem::take(&mut auto),
                plan: plan.take(),
                from: from.take(),
                records: records.take().unwrap_or_else(|| PathBuf::from("ceremony-records")),
            })
        }
        (Some("establish" | "inspect"), None, 1) if plan.is_none() => {
            return Err(Misunderstood::Missing("--plan FILE"));
        }
        (Some("restore"), None, 1) if from.is_none() => return Err(Misunderstood::Missing("--from FOLDER")),
        (Some("establish" | "restore" | "inspect"), None, 1) => Command::Hold(Hold {
            ceremony,
            rehearsal,
            pcsc: true,
            auto: false,
            plan: plan.take(),
            from: from.take(),
            records: records.take().unwrap_or_else(|| PathBuf::from("ceremony-records")),
        }),
        (Some("verify"), Some(_), 2) => Command::Verify(file(1)),
        (Some("plan"), Some("print"), 3) => Command::PlanPrint(file(2)),
        (Some("handbook"), None, 1) => Command::Handbook,
        (Some("softcard"), None, 1) => return Err(Misunderstood::Missing("--vpcd HOST:PORT")),
        (Some("verify"), None, 1) => return Err(Misunderstood::Missing("FOLDER")),
        (Some("plan"), Some("print"), 2) => return Err(Misunderstood::Missing("FILE")),
        _ => return Err(wrong(&words.join(" "))),
    };
    // What this command does not know must not be passed over in silence.
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

fn wrong(what: &str) -> Misunderstood {
    Misunderstood::Wrong(what.into())
}
