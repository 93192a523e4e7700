//! `plan new`: writes a plan that can be used, and explains every choice in it. At a terminal it asks; elsewhere it writes
//! the example.

use std::io::{self, BufRead};
use std::path::Path;

use rustix::stdio::{stdin, stdout};
use rustix::termios::isatty;

use super::Exit;
use super::plan_check::print_report;
use super::plan_questions::{Answered, ask};
use super::say::{explain, print_all};
use crate::faults::{self, Fault};
use crate::folder::Folder;
use crate::paper;
use crate::script::{PLAN_FIELDS, PlanFieldText, words};

/// A plan with every field, in which nothing is to be put right.
const EXAMPLE: &str = include_str!("../../assets/plan.new.json");

/// Writes a new plan, and prints what every field of it means.
pub fn write(file: &Path) -> Exit {
    // Nobody answers questions for nothing.
    if let Err(fault) = free(file) {
        return explain(&[fault]);
    }
    let text = if isatty(stdin()) && isatty(stdout()) {
        match ask(EXAMPLE, &mut io::stdin().lock().lines()) {
            Ok(Answered::Plan(text)) => text,
            Ok(Answered::AsItIs) => EXAMPLE.to_owned(),
            Ok(Answered::Stopped) => {
                let _ = print_all([words::NEW_STOPPED]);
                return Exit::Aborted;
            }
            Err(faults) => return explain(&faults),
        }
    } else {
        EXAMPLE.to_owned()
    };
    if let Err(fault) = write_new(file, &text) {
        return explain(&[fault]);
    }
    let explained = explained(file);
    print_all(explained.iter().map(String::as_str)).max(print_report(file, &text))
}

/// The folder of a file, and its name there.
fn parts(file: &Path) -> Result<(Folder, &str), Fault> {
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = file.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| Fault::from(faults::PlanNewName { file: file.display() }))?;
    Ok((Folder::open(parent), name))
}

fn free(file: &Path) -> Result<(), Fault> {
    let (folder, name) = parts(file)?;
    if folder.has(name) { Err(Fault::from(faults::PlanNewExists { file: file.display() })) } else { Ok(()) }
}

fn write_new(file: &Path, text: &str) -> Result<(), Fault> {
    let (folder, name) = parts(file)?;
    folder.write_new(name, text.as_bytes()).map(|_| ())
}

/// Every field of a plan, what it takes, and what holds without it.
fn explained(file: &Path) -> Vec<String> {
    let head = [words::NewWritten { file: file.display() }.to_string(), String::new(), words::NEW_FIELDS.to_owned()];
    let row = |row: &PlanFieldText| {
        let (path, meaning) = (row.path, paper::meaning(row));
        match row.default {
            Some(default) => words::NewOptional { path, meaning, default }.to_string(),
            None => words::NewRequired { path, meaning }.to_string(),
        }
    };
    head.into_iter().chain(PLAN_FIELDS.iter().map(row)).chain([String::new()]).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::plan::Plan;

    /// Whether a plan has a field, in the first item of each list.
    fn has(plan: &Value, path: &str) -> bool {
        let inside = |value: Option<Value>, part: &str| match part.strip_suffix("[]") {
            Some(list) => value?.get(list)?.as_array()?.iter().find(|item| item.is_object()).cloned(),
            None => value?.get(part).cloned(),
        };
        // Not every person keeps something, only a further device of a fleet gets keys of another, and the example imports none.
        ["people[].keeps_at", "devices[].copy_keys", "keys[].file"].contains(&path)
            || path.split('.').fold(Some(plan.clone()), inside).is_some()
    }

    #[test]
    fn the_example_has_every_field_and_nothing_in_it_is_warned_of() {
        let plan = Plan::parse(EXAMPLE).unwrap();
        let value: Value = serde_json::from_str(EXAMPLE).unwrap();
        let missing: Vec<&str> = PLAN_FIELDS.iter().map(|row| row.path).filter(|path| !has(&value, path)).collect();
        // One quorum at the top takes the place of these.
        assert!(missing.iter().all(|path| path.starts_with("dkek_shares")), "{missing:?}");
        let concerns = plan.concerns();
        assert!(!concerns.iter().any(crate::plan::Concern::is_warning), "{concerns:?}");
        assert!(plan.check_new().is_ok());
    }
}
