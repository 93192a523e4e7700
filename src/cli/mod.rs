//! Arguments, exit codes, and the last line printed.

mod arguments;
mod chooser;
mod disclose;
mod drills;
mod ends;
mod hold;
#[cfg(feature = "short-derivation")]
mod mishap;
mod plan_check;
mod plan_new;
mod plan_questions;
mod reach;
mod read;
mod report;
mod say;
mod softcard;
mod verify;
mod verify_course;
mod verify_devices;
mod verify_people;

use crate::app::{fits_its_files, plan_after};
use crate::ceremony::{CEREMONIES, Ceremony, Needs};
use crate::faults::{self, Fault};
use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;

use sha2::{Digest as _, Sha256};

use self::arguments::{Command, Misunderstood, PlanPrint, parse};
use self::read::{Unreadable, read_named};
use self::say::{complain, explain, hush_panics, print_all, print_text, wipe_payload};
use crate::paper;
use crate::plan::Plan;
use crate::script::{chapters, words};
use crate::terms::Digest;

/// Where sittings are kept if nothing else is said.
const RECORDS: &str = "ceremony-records";

/// The program's exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    Done = 0,
    Aborted = 1,
    Usage = 2,
    Fault = 3,
    Deviations = 4,
}

/// Runs the program.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    hush_panics(words::PANIC_PLAIN);
    // Nothing that a panic unwound is used afterwards.
    let exit = catch_unwind(AssertUnwindSafe(|| match parse(arguments) {
        Ok(command) => perform(command),
        Err(error) => {
            complain(&match error {
                Misunderstood::Wrong(what) => words::UsageWrong { what }.to_string(),
                Misunderstood::Missing(what) => words::UsageMissing { what }.to_string(),
            });
            Exit::Usage
        }
    }));
    let exit = exit.unwrap_or_else(|payload| {
        wipe_payload(payload);
        Exit::Fault
    });
    ExitCode::from(exit as u8)
}

fn perform(command: Command) -> Exit {
    match command {
        Command::Help => print_text(&help()),
        Command::Overview => {
            let drills = drills::of_all(Path::new(RECORDS));
            print_text(&help()).max(print_all(drills.iter().map(String::as_str)))
        }
        Command::Version => print_all([concat!("ceremony ", env!("CARGO_PKG_VERSION"))]),
        Command::Handbook => print_text(&paper::handbook()),
        Command::PlanPrint(print) => match plan_to_print(&print) {
            Ok((plan, text)) => {
                let digest = Digest(Sha256::digest(&text).into());
                let script = paper::days_script(print.ceremony, &plan, &digest);
                print_text(&if print.html { paper::html(&script) } else { paper::markdown(&script) })
            }
            Err(faults) => explain(&faults),
        },
        Command::PlanCheck(file) => plan_check::check(&file),
        Command::PlanNew(file) => plan_new::write(&file),
        Command::Softcard(options) => softcard::serve(&options),
        Command::CheckCard => hold::check_card(),
        Command::Verify { path, json } => verify::verify_record(&path, json),
        Command::Report { path, html } => report::print(&path, html),
        Command::Disclose(disclosure) => disclose::write_copy(&disclosure),
        Command::Resume(resume) => hold::resume(&resume),
        Command::Hold(hold) if hold.auto => hold::by_autopilot(&hold),
        Command::Hold(hold) => hold::in_terminal(&hold),
    }
}

/// The plan of a script to print. A plan that a backup was made by is taken as it is.
fn plan_to_print(print: &PlanPrint) -> Result<(Plan, String), Vec<Fault>> {
    let text = plan_text(Some(&print.plan))?;
    let plan = match Ceremony::of(print.ceremony).character.needs {
        Needs::Plan | Needs::PlanAndBackup => {
            Plan::parse(&text).and_then(|plan| plan.check_new().map(|()| plan).map_err(|fault| vec![fault]))
        }
        Needs::Backup => Plan::parse_kept(&text),
        Needs::PlanIfAny | Needs::NewKeysAndBackup => Plan::parse(&text),
    };
    let plan = plan.map_err(|faults| with_places(faults, Some(&print.plan)))?;
    if print.from.is_none() {
        fits_its_files(print.ceremony, &plan).map_err(|fault| vec![fault])?;
    }
    let before = print.old_plan.as_deref().map(read_kept_plan).transpose()?;
    let plan = match &print.from {
        Some(from) => plan_after(print.ceremony, from, plan, before.as_ref()).map_err(|fault| vec![fault])?,
        None => plan,
    };
    Ok((plan, text))
}

/// What `--help` prints: every ceremony has its own lines.
fn help() -> String {
    let own: Vec<&str> = CEREMONIES.iter().flat_map(|ceremony| ceremony.character.text.help).copied().collect();
    let help = chapters::Help { ceremonies: own.join("\n") };
    help.paragraphs().join("\n") + "\n"
}

/// The plan in a file; without a file, the built-in example, so that a newcomer can begin without a plan.
fn read_plan(file: Option<&Path>) -> Result<(Plan, String), Vec<Fault>> {
    let text = plan_text(file)?;
    Plan::parse(&text).map(|plan| (plan, text)).map_err(|faults| with_places(faults, file))
}

/// A plan that an earlier backup was made by, or that names the people of one made elsewhere.
fn read_kept_plan(file: &Path) -> Result<Plan, Vec<Fault>> {
    Plan::parse_kept(&plan_text(Some(file))?).map_err(|faults| with_places(faults, Some(file)))
}

fn plan_text(file: Option<&Path>) -> Result<String, Vec<Fault>> {
    let Some(file) = file else { return Ok(include_str!("../../assets/plan.example.json").to_owned()) };
    let bytes = read_named(file, Plan::LARGEST as u64).map_err(|unreadable| match unreadable {
        Unreadable::TooLarge => vec![Fault::from(faults::PlanTooLarge)],
        Unreadable::Because(why) => vec![Fault::from(faults::PlanUnreadable { file: file.display(), why })],
    })?;
    String::from_utf8(bytes).map_err(|_| vec![Fault::from(faults::PlanNotText)])
}

/// What is wrong with a plan, and how to see where it is.
fn with_places(mut faults: Vec<Fault>, file: Option<&Path>) -> Vec<Fault> {
    faults.extend(file.map(|file| Fault::from(faults::PlanSeeCheck { file: file.display() })));
    faults
}

/// The plan of a ceremony that can do without one: it names roles instead of people.
fn nameless_plan() -> Result<(Plan, String), Vec<Fault>> {
    let text = include_str!("../../assets/plan.inspect.json").to_owned();
    Plan::parse(&text).map(|plan| (plan, text))
}
