//! Records. A text that begins with a line break is entries, one in a line, which are put into a chain: nobody guesses digests.

use std::sync::LazyLock;

use hsm_ceremony::ceremony::Machine;
use hsm_ceremony::paper::{html, markdown, report};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{Chain, Entry, Keyboard, Moment, Part, Proof, disclose, verify, verify_to_the_cut};
use serde_json::Value;

static PLAN: LazyLock<Plan> = LazyLock::new(|| {
    let text = include_str!("../../../assets/plan.example.json");
    Plan::parse(text).unwrap_or_else(|faults| panic!("the example: {faults:?}"))
});

pub fn check(data: &[u8]) {
    match data.split_first() {
        Some((b'\n', entries)) => chained(entries),
        _ => any(data),
    }
}

fn any(text: &[u8]) {
    let cut = verify_to_the_cut(text);
    let Ok(proof) = verify(text) else {
        // A line that was cut off never makes a record whole.
        assert!(cut.is_err() || text.last() != Some(&b'\n'));
        return;
    };
    assert!(cut.is_ok_and(|cut| cut == proof));
    intact(text, &proof);
}

/// Everything that can be done with an intact record.
fn intact(text: &[u8], proof: &Proof) {
    assert_eq!(usize::try_from(proof.mark.line), Ok(proof.lines.len()));
    for parts in [&[][..], &[Part::Names], &[Part::Notes, Part::Bags], &Part::ALL] {
        let Ok(copy) = disclose(text, parts) else { break };
        let again = verify(copy.as_bytes()).expect("a copy is intact");
        assert_eq!((again.mark, again.lines.len()), (proof.mark, proof.lines.len()));
        assert!(parts.iter().all(|part| again.withheld(*part) >= proof.withheld(*part)));
    }
    let entries: Vec<Entry> = proof.lines.iter().map(|line| line.entry.clone()).collect();
    if let Some(machine) = Machine::resume(proof.ceremony, PLAN.clone(), proof.rehearsal, &entries) {
        let _ = (machine.number(), machine.step().map(|step| step.number));
    }
    for plan in [None, Some(&*PLAN)] {
        let report = report(proof, plan);
        let _ = markdown(&report);
        assert!(!html(&report).contains("<script"));
    }
}

/// Whatever happened is read back as it was written.
fn chained(lines: &[u8]) {
    let mut chain = Chain::new(true);
    let (mut text, mut entries) = (String::new(), Vec::new());
    for line in lines.split(|byte| *byte == b'\n').take(200) {
        let Ok(value) = serde_json::from_slice::<Value>(line) else { continue };
        let Ok(entry) = serde_json::from_value::<Entry>(value.clone()) else { continue };
        let who = value.get("keyboard").cloned().and_then(|who| serde_json::from_value::<Keyboard>(who).ok());
        let (keyboard, moment) = (who.unwrap_or(Keyboard::NobodyYet), moment(&value));
        text += &chain.add(moment, keyboard, &entry).expect("an entry is a line");
        entries.push(entry);
    }
    let Ok(proof) = verify(text.as_bytes()) else {
        let in_order = matches!(entries.first(), Some(Entry::Began { .. }))
            && !entries.iter().skip(1).any(|entry| matches!(entry, Entry::Began { .. }))
            && !entries.iter().rev().skip(1).any(|entry| matches!(entry, Entry::Sealed { .. }));
        assert!(!in_order, "it does not read what it wrote: {text}");
        return;
    };
    assert!(proof.lines.iter().map(|line| &line.entry).eq(&entries));
    intact(text.as_bytes(), &proof);
}

fn moment(line: &Value) -> Moment {
    let text = |name: &str| line.get(name).and_then(Value::as_str).map(str::to_owned);
    Moment {
        utc: text("utc").unwrap_or_else(|| "2026-11-23T10:00:00Z".to_owned()),
        local: text("local").unwrap_or_else(|| "2026-11-23T10:00:00+00:00".to_owned()),
        zone: text("zone"),
        since_start_ms: line.get("since_start_ms").and_then(Value::as_u64).unwrap_or(0),
    }
}
