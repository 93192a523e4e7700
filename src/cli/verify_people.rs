//! What `ceremony verify` says about the people: how they were identified, who came later, left, or took whose place, and breaks.

use crate::record::{Entry, Fact, Line, Proof, Remark};
use crate::script::words;

/// A sentence for each change, in the order of the record.
pub fn changes(proof: &Proof) -> Vec<String> {
    let mut said = Vec::new();
    let mut began = None;
    for line in &proof.lines {
        match &line.entry {
            Entry::Remarked { remark: Remark::BreakBegan, .. } => began = Some(line.utc.as_str()),
            Entry::Remarked { remark: Remark::BreakEnded, .. } => {
                let from = began.take().unwrap_or_default();
                let (to, confirmed) = (&line.utc, after(proof, line));
                said.push(words::VerifyBreak { from, to, confirmed }.to_string());
            }
            Entry::Substituted { name, former, reason, decided_by, .. } => {
                let former = former.as_deref().unwrap_or_default();
                said.push(stood_in(line, name, former, reason.as_deref(), decided_by.as_deref()));
            }
            Entry::StoodIn { name, former, reason, decided_by, .. } => {
                said.push(stood_in(line, name, former, Some(reason), decided_by.as_deref()));
            }
            Entry::Learned { fact, .. } => said.extend(fact_of(line, fact)),
            Entry::Began { .. }
            | Entry::Intent { .. }
            | Entry::Revealed { .. }
            | Entry::Done { .. }
            | Entry::Failed { .. }
            | Entry::Recovered { .. }
            | Entry::Resumed { .. }
            | Entry::Deviates { .. }
            | Entry::Remarked { remark: Remark::Deviation | Remark::Stopped, .. }
            | Entry::Sealed { .. } => {}
        }
    }
    said
}

fn fact_of(line: &Line, fact: &Fact) -> Option<String> {
    let at = &line.utc;
    match fact {
        Fact::Absent { people } => Some(words::VerifyAbsent { at, people: people.join(", ") }.to_string()),
        Fact::Arrived { name, .. } => Some(words::VerifyArrived { at, name }.to_string()),
        Fact::Gone { name, reason, .. } => {
            let reason = reason.as_deref().unwrap_or(words::VERIFY_NO_REASON);
            Some(words::VerifyGone { at, name, reason }.to_string())
        }
        Fact::Identified { people } => {
            let people: Vec<String> = people.iter().map(|one| format!("{} ({})", one.name, one.by)).collect();
            Some(words::VerifyIdentified { at, people: people.join(", ") }.to_string())
        }
        Fact::NotIdentified { name, decided_by, reason, .. } => {
            Some(words::VerifyNotIdentified { at, name, by: decided_by, reason }.to_string())
        }
        Fact::SignedOut { people } => Some(words::VerifySignedOut { at, people: people.join(", ") }.to_string()),
        _ => None,
    }
}

fn stood_in(line: &Line, name: &str, former: &str, reason: Option<&str>, by: Option<&str>) -> String {
    let (at, reason) = (&line.utc, reason.unwrap_or(words::VERIFY_NO_REASON));
    match by {
        Some(by) => words::VerifyStoodInBy { at, name, former, by, reason }.to_string(),
        None => words::VerifyStoodIn { at, name, former, reason }.to_string(),
    }
}

/// What was confirmed after the break that this line ends, before another began.
fn after(proof: &Proof, end: &Line) -> String {
    let later = proof.lines.iter().filter(|line| line.line > end.line);
    let until = later.take_while(|line| !matches!(line.entry, Entry::Remarked { remark: Remark::BreakBegan, .. }));
    let mut facts =
        until.filter_map(|line| if let Entry::Learned { fact, .. } = &line.entry { Some(fact) } else { None });
    facts
        .find_map(|fact| match fact {
            Fact::AfterBreak { administrator, confirmed_by: by, changed: None } => {
                Some(words::VerifyUnchanged { administrator, by }.to_string())
            }
            Fact::AfterBreak { administrator, confirmed_by: by, changed: Some(changed) } => {
                Some(words::VerifyChanged { administrator, by, changed }.to_string())
            }
            _ => None,
        })
        .unwrap_or_else(|| words::VERIFY_NOT_LOOKED.to_owned())
}
