//! What the command line asks for.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

use super::RECORDS;
use super::disclose::{Disclosure, parts};
use super::softcard::SoftcardOptions;
use crate::ceremony::{Ceremony, DeviceUse, Needs, Unattended};
use crate::names::CeremonyKind;

/// What to do.
pub enum Command {
    /// Print the help.
    Help,
    /// Print the help, and which drills are due.
    Overview,
    /// Print the version.
    Version,
    /// Hold a ceremony, or rehearse one.
    Hold(Hold),
    /// Go on with a sitting whose program ended before its ceremony did.
    Resume(Resume),
    /// Check a record, and say what came of it to people or to machines.
    Verify {
        /// The record, or its folder.
        path: PathBuf,
        /// Whether to print JSON.
        json: bool,
    },
    /// Print the report of a record.
    Report {
        /// The record, or its folder.
        path: PathBuf,
        /// As HTML, not as Markdown.
        html: bool,
    },
    /// Write a copy of a record without some of its texts.
    Disclose(Disclosure),
    /// Print the script of the day for a plan.
    PlanPrint(PlanPrint),
    /// Check a plan.
    PlanCheck(PathBuf),
    /// Write a new plan to this file.
    PlanNew(PathBuf),
    /// Print CEREMONY.md.
    Handbook,
    /// Let a custodian check their card alone.
    CheckCard,
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
    /// Further folders with keys of the same device.
    pub also_from: Vec<PathBuf>,
    /// The plan of those who guarded a DKEK before, where files made elsewhere do not say it.
    pub old_plan: Option<PathBuf>,
    /// Where sittings are kept.
    pub records: PathBuf,
}

/// Which sitting goes on.
pub struct Resume {
    /// Its folder. `None`: each that is open.
    pub folder: Option<PathBuf>,
    /// The folder that it is about, if that is not where its record says.
    pub from: Option<PathBuf>,
    /// The plan of those who guarded a DKEK before, where files made elsewhere do not say it.
    pub old_plan: Option<PathBuf>,
    /// Where sittings are kept.
    pub records: PathBuf,
}

/// What to print for a plan.
pub struct PlanPrint {
    /// The plan file.
    pub plan: PathBuf,
    /// The script of which ceremony.
    pub ceremony: CeremonyKind,
    /// The folder of the backup whose custodians change.
    pub from: Option<PathBuf>,
    /// The plan of those who guarded a DKEK before, where files made elsewhere do not say it.
    pub old_plan: Option<PathBuf>,
    /// As HTML, not as Markdown.
    pub html: bool,
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
    let mut json = false;
    let (mut auto, mut pcsc, mut plan, mut records, mut from) = (false, false, None, None, None);
    let (mut old_plan, mut also_from) = (None, Vec::new());
    let (mut withhold, mut out) = (None, None);
    let (mut vpcd, mut state, mut serial) = (None, None, None);
    let (mut script_of, mut html) = (None, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Short('V') | Arg::Long("version") => return Ok(Command::Version),
            Arg::Long("auto") => auto = true,
            Arg::Long("pcsc") => pcsc = true,
            Arg::Long("json") => json = true,
            Arg::Long("plan") => plan = Some(PathBuf::from(parser.value()?)),
            Arg::Long("old-plan") => old_plan = Some(PathBuf::from(parser.value()?)),
            Arg::Long("records") => records = Some(PathBuf::from(parser.value()?)),
            Arg::Long("from") if from.is_none() => from = Some(PathBuf::from(parser.value()?)),
            Arg::Long("from") => also_from.push(PathBuf::from(parser.value()?)),
            Arg::Long("for") => script_of = Some(named_ceremony(&parser.value()?.string()?)?),
            Arg::Long("html") => html = true,
            Arg::Long("withhold") => {
                let list = parser.value()?.string()?;
                withhold = Some(parts(&list).ok_or_else(|| wrong(&format!("--withhold {list}")))?);
            }
            Arg::Long("out") => out = Some(PathBuf::from(parser.value()?)),
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
            // Only a device that is retired can have keys in several.
            also_from: if ceremony.is_some_and(retires) { std::mem::take(&mut also_from) } else { Vec::new() },
            // Only where custodians change are there some of before.
            old_plan: if ceremony.is_some_and(changes_custodians) { old_plan.take() } else { None },
            records: records.take().unwrap_or_else(|| PathBuf::from(RECORDS)),
        })
    };
    let command = match (word(0), word(1), words.len()) {
        (None, None, _) => Command::Overview,
        (Some("help"), None, _) => Command::Help,
        (Some("softcard"), None, 1) if vpcd.is_some() => Command::Softcard(SoftcardOptions {
            address: vpcd.take().unwrap_or_default(),
            state: state.take(),
            serial: serial.take(),
        }),
        (Some("rehearse"), name, 1 | 2) if name.is_some() == ceremony.is_some() => {
            // The autopilot keeps its cards in memory, so it has none from an earlier sitting.
            if auto
                && with_from
                && let Some(kind) = ceremony
            {
                match Ceremony::of(kind).character.unattended {
                    Unattended::AfterOthers | Unattended::ByNameAfterDealing => return Err(wrong("--from")),
                    Unattended::Always | Unattended::ByName => {}
                }
            }
            hold(std::mem::take(&mut pcsc), std::mem::take(&mut auto))
        }
        (Some(_), None, 1) if ceremony.is_some() => {
            if let Some(option) = lacking {
                return Err(Misunderstood::Missing(option));
            }
            hold(true, false)
        }
        (Some("resume"), folder, 1 | 2) => {
            let folder = folder.map(|_| file(1));
            Command::Resume(Resume {
                from: if folder.is_some() { from.take() } else { None },
                old_plan: if folder.is_some() { old_plan.take() } else { None },
                records: match folder {
                    Some(_) => PathBuf::from(RECORDS),
                    None => records.take().unwrap_or_else(|| PathBuf::from(RECORDS)),
                },
                folder,
            })
        }
        (Some("verify"), Some(_), 2) => Command::Verify { path: file(1), json: std::mem::take(&mut json) },
        (Some("report"), Some(_), 2) => Command::Report { path: file(1), html: std::mem::take(&mut html) },
        (Some("disclose"), Some(_), 2) => Command::Disclose(Disclosure {
            record: file(1),
            parts: withhold.take().ok_or(Misunderstood::Missing("--withhold names,notes,bags"))?,
            copy: out.take().ok_or(Misunderstood::Missing("--out FILE"))?,
        }),
        (Some("plan"), Some("print"), 3) => {
            let ceremony = script_of.take().unwrap_or(CeremonyKind::Establish);
            let changes = changes_custodians(ceremony);
            Command::PlanPrint(PlanPrint {
                plan: file(2),
                ceremony,
                from: if changes { from.take() } else { None },
                old_plan: if changes { old_plan.take() } else { None },
                html: std::mem::take(&mut html),
            })
        }
        (Some("plan"), Some("check"), 3) => Command::PlanCheck(file(2)),
        (Some("plan"), Some("new"), 2) => Command::PlanNew(PathBuf::from("plan.json")),
        (Some("plan"), Some("new"), 3) => Command::PlanNew(file(2)),
        (Some("handbook"), None, 1) => Command::Handbook,
        (Some("check-card"), None, 1) => Command::CheckCard,
        (Some("softcard"), None, 1) => return Err(Misunderstood::Missing("--vpcd HOST:PORT")),
        (Some("verify"), None, 1) => return Err(Misunderstood::Missing("FOLDER")),
        (Some("report" | "disclose"), None, 1) => return Err(Misunderstood::Missing("FILE|FOLDER")),
        (Some("plan"), Some("print" | "check"), 2) => return Err(Misunderstood::Missing("FILE")),
        _ => return Err(wrong(&words.join(" "))),
    };
    // An option that the command does not take must not be ignored silently.
    let left = [
        ("--auto", auto),
        ("--pcsc", pcsc),
        ("--json", json),
        ("--plan", plan.is_some()),
        ("--old-plan", old_plan.is_some()),
        ("--records", records.is_some()),
        ("--from", from.is_some() || !also_from.is_empty()),
        ("--withhold", withhold.is_some()),
        ("--out", out.is_some()),
        ("--vpcd", vpcd.is_some()),
        ("--state", state.is_some()),
        ("--serial", serial.is_some()),
        ("--for", script_of.is_some()),
        ("--html", html),
    ];
    match left.iter().find(|(_, given)| *given) {
        Some((name, _)) => Err(wrong(name)),
        None => Ok(command),
    }
}

/// The option that a real ceremony needs and that was not given.
const fn missing(ceremony: CeremonyKind, plan: bool, from: bool) -> Option<&'static str> {
    match (Ceremony::of(ceremony).character.needs, plan, from) {
        (Needs::Plan | Needs::PlanAndBackup | Needs::NewKeysAndBackup, false, _) => Some("--plan FILE"),
        (Needs::Backup | Needs::PlanAndBackup | Needs::NewKeysAndBackup, _, false) => Some("--from FOLDER"),
        (Needs::Plan, true, _)
        | (Needs::Backup, _, true)
        | (Needs::PlanAndBackup | Needs::NewKeysAndBackup, true, true)
        | (Needs::PlanIfAny, _, _) => None,
    }
}

const fn changes_custodians(ceremony: CeremonyKind) -> bool {
    match Ceremony::of(ceremony).character.needs {
        Needs::PlanAndBackup => true,
        Needs::Plan | Needs::PlanIfAny | Needs::Backup | Needs::NewKeysAndBackup => false,
    }
}

const fn retires(ceremony: CeremonyKind) -> bool {
    match Ceremony::of(ceremony).character.devices {
        DeviceUse::Retires => true,
        DeviceUse::Provisions
        | DeviceUse::Fleet
        | DeviceUse::Keeps
        | DeviceUse::Adds
        | DeviceUse::ChangesPins
        | DeviceUse::None => false,
    }
}

/// The ceremony with this name.
fn named_ceremony(name: &str) -> Result<CeremonyKind, Misunderstood> {
    CeremonyKind::from_word(name).ok_or_else(|| wrong(&format!("--for {name}")))
}

fn wrong(what: &str) -> Misunderstood {
    Misunderstood::Wrong(what.into())
}
