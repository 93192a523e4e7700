//! What `ceremony verify` says about the course of a sitting: where it stopped, which devices were erased, and times that a
//! clock does not show.

use crate::record::{Ending, Entry, Fact, OddTime, Proof, Remark};
use crate::script::words;
use crate::terms::Number;

/// The sentences of a record, in the order in which people need them.
pub fn course(proof: &Proof) -> Vec<String> {
    stopped(proof).into_iter().chain(erased(proof)).chain(odd_times(proof)).collect()
}

/// Where a ceremony stopped that did not come to its end, and why.
fn stopped(proof: &Proof) -> Vec<String> {
    if matches!(proof.sealed, Some((Ending::Complete, _))) {
        return Vec::new();
    }
    let last = proof.lines.iter().rev().find_map(|line| step(&line.entry).map(|step| (step, &line.utc)));
    let why = proof.lines.iter().rev().find_map(|line| match &line.entry {
        Entry::Remarked { remark: Remark::Stopped, text, .. } => Some(text),
        _ => None,
    });
    let at = last.map(|(step, at)| words::VerifyStopped { step, at }.to_string());
    at.into_iter().chain(why.map(|reason| words::VerifyStoppedWhy { reason }.to_string())).collect()
}

/// Every device that was erased, or was about to be when the record says no more about it.
fn erased(proof: &Proof) -> Vec<String> {
    let mut said = Vec::new();
    let mut announced = None;
    for line in &proof.lines {
        match &line.entry {
            Entry::Intent { serial, .. } => announced = Some((serial, &line.utc)),
            Entry::Learned { fact: Fact::Initialised { serial, .. }, .. } => {
                announced = None;
                said.push(words::VerifyErased { serial, at: &line.utc }.to_string());
            }
            _ => {}
        }
    }
    said.extend(announced.map(|(serial, at)| words::VerifyPerhapsErased { serial, at }.to_string()));
    said
}

fn odd_times(proof: &Proof) -> Vec<String> {
    let odd = proof.odd_times().into_iter();
    odd.map(|(line, odd)| {
        let (line, at) = (line.line, &line.utc);
        match odd {
            OddTime::None => words::VerifyNoTime { line, at }.to_string(),
            OddTime::Back => words::VerifyTimeBack { line, at }.to_string(),
            OddTime::SinceBack => words::VerifySinceBack { line, at }.to_string(),
        }
    })
    .collect()
}

const fn step(entry: &Entry) -> Option<Number> {
    match entry {
        Entry::Learned { step, .. }
        | Entry::Intent { step, .. }
        | Entry::Revealed { step, .. }
        | Entry::Done { step, .. }
        | Entry::Failed { step, .. }
        | Entry::Deviates { step, .. }
        | Entry::Remarked { step, .. }
        | Entry::Substituted { step, .. }
        | Entry::StoodIn { step, .. } => Some(*step),
        Entry::Recovered { to, .. } | Entry::Resumed { to, .. } => Some(*to),
        Entry::Began { .. } | Entry::Sealed { .. } => None,
    }
}
