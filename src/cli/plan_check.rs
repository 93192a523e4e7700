//! `plan check`: everything that is wrong with a plan or worth knowing about it, each with its place in the file.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::say::{explain, print_all};
use super::{Exit, plan_text};
use crate::ceremony::role;
use crate::faults::Fault;
use crate::paper;
use crate::plan::{Concern, Located, Place, Plan, place_of};
use crate::script::{self, FaultTexts, PLAN_FIELDS, fill, words};
use crate::terms::{Digest, DkekShareNumber};

/// Checks a plan, and prints what is to be said about it.
pub fn check(file: &Path) -> Exit {
    match plan_text(Some(file)) {
        Ok(text) => print_report(file, &text),
        Err(faults) => explain(&faults),
    }
}

/// Prints what is to be said about the text of a plan.
pub fn print_report(file: &Path, text: &str) -> Exit {
    let (lines, exit) = report(file, text);
    print_all(lines.iter().map(String::as_str)).max(exit)
}

fn report(file: &Path, text: &str) -> (Vec<String>, Exit) {
    let line = |place: Place, level: &str, text: &str| {
        let (file, Place { line, column }) = (file.display(), place);
        words::CheckPlace { file, line, column, level, text }.to_string()
    };
    match Plan::check(text) {
        Err(faults) => {
            let (mut lines, mut before) = (Vec::new(), None);
            for located in &faults {
                lines.push(line(located.place, words::CHECK_FAULT, &said(&located.fault)));
                let hint = hint(located);
                lines.extend(hint.clone().filter(|hint| before.as_ref() != Some(hint)));
                before = hint.or(before);
            }
            lines.push(words::CheckRefused { file: file.display(), faults: faults.len() }.to_string());
            (lines, Exit::Fault)
        }
        Ok(plan) => {
            let (mut lines, concerns) = (Vec::new(), plan.concerns());
            let level = |concern: &Concern| {
                if concern.is_warning() { words::CHECK_WARNING } else { words::CHECK_NOTE }
            };
            for concern in &concerns {
                let place = place_of(text, &concern.fields());
                lines.push(line(place, level(concern), &sentence(&plan, concern)));
            }
            let warnings = concerns.iter().filter(|concern| concern.is_warning()).count();
            lines.push(words::CheckGood { file: file.display(), warnings }.to_string());
            let digest = Digest(Sha256::digest(text).into()).in_groups().join(" ");
            lines.push(words::CheckDigest { digest }.to_string());
            (lines, Exit::Done)
        }
    }
}

/// What happened, and what to do, in one line.
pub fn said(fault: &Fault) -> String {
    let FaultTexts { happened, truth } = script::fault(fault.name);
    let lines: Vec<String> = happened.iter().chain(*truth).map(|line| fill(line, &fault.values)).collect();
    lines.join(" ")
}

/// What the field of a fault takes, or the field that was probably meant: its row of the handbook.
fn hint(located: &Located) -> Option<String> {
    let parent = located.path.rsplit_once('.').map_or("", |(parent, _)| parent);
    let meant = located.fault.values.iter().find(|(name, _)| *name == "meant").map(|(_, meant)| meant.as_str());
    let beside = |meant: &str| if parent.is_empty() { meant.to_owned() } else { format!("{parent}.{meant}") };
    meant
        .and_then(|meant| row(&beside(meant)).or_else(|| row(meant)))
        .or_else(|| row(&located.path))
        .or_else(|| row(parent))
}

/// What a field takes, by its path in the table or in a plan: `keys[2].label` is `keys[].label` in the table, and
/// `auditors[2]` is `auditors`.
fn row(path: &str) -> Option<String> {
    let without_number = |part: &str| part.split_once('[').map_or(part.to_owned(), |(list, _)| format!("{list}[]"));
    let path = path.split('.').map(without_number).collect::<Vec<_>>().join(".");
    let path = path.strip_suffix("[]").unwrap_or(&path);
    let row = PLAN_FIELDS.iter().find(|row| row.path == path)?;
    Some(words::CheckRow { path: row.path, meaning: paper::meaning(row) }.to_string())
}

/// What people should know, in words.
fn sentence(plan: &Plan, concern: &Concern) -> String {
    let of_share = |share: &DkekShareNumber| {
        if plan.dkek_shares.len() > 1 { words::OfThisShare { share }.to_string() } else { String::new() }
    };
    match concern {
        Concern::Clash(clash) => {
            let [one, other] = clash.roles.map(|person| role(plan, person));
            words::ConcernClash { name: &clash.name, one, other }.to_string()
        }
        Concern::NoAuditor => words::CONCERN_NO_AUDITOR.to_owned(),
        Concern::PasswordAlone { holder } => words::ConcernPasswordAlone { holder }.to_string(),
        Concern::OnePerson { share, holder } => words::ConcernOnePerson { share, holder }.to_string(),
        Concern::EveryoneNeeded { share, quorum } => {
            words::ConcernEveryoneNeeded { of_share: of_share(share), quorum }.to_string()
        }
        Concern::TwoGroups { share, quorum } => {
            let threshold = quorum.custodians() / 2 + 1;
            let spare = quorum.custodians() - threshold;
            words::ConcernTwoGroups { of_share: of_share(share), quorum, threshold, spare }.to_string()
        }
        Concern::GroupsMeet { share, quorum } => {
            let spare = quorum.custodians() - quorum.threshold();
            words::ConcernGroupsMeet { of_share: of_share(share), quorum, spare }.to_string()
        }
        Concern::ShortPassword { share } => words::ConcernShortPassword { of_share: of_share(share) }.to_string(),
        Concern::PlaceOpens { share, place, kept, quorum } => {
            let threshold = quorum.threshold();
            words::ConcernPlaceOpens { of_share: of_share(share), kept, place, threshold }.to_string()
        }
        Concern::PairOpens { share, places: [one, other], kept, pairs, quorum } => {
            let threshold = quorum.threshold();
            words::ConcernPairOpens { of_share: of_share(share), kept, one, other, threshold, pairs }.to_string()
        }
        Concern::PlaceLoses { share, place, left, quorum } => {
            let threshold = quorum.threshold();
            words::ConcernPlaceLoses { of_share: of_share(share), place, left, threshold }.to_string()
        }
        Concern::PlaceUnknown { share, names } => {
            words::ConcernPlaceUnknown { of_share: of_share(share), names: names.join(", ") }.to_string()
        }
        Concern::PinResetSet => words::CONCERN_PIN_RESET_SET.to_owned(),
        Concern::CarriesKeys => words::CONCERN_CARRIES_KEYS.to_owned(),
        Concern::RestoreNotProven => words::CONCERN_RESTORE_NOT_PROVEN.to_owned(),
        Concern::NoSpare => words::CONCERN_NO_SPARE.to_owned(),
        Concern::NotApproved => words::CONCERN_NOT_APPROVED.to_owned(),
    }
}
