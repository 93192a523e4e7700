//! Reads a record back, line by line, and says what it proves or which line is wrong.

use serde_json::Value;

use super::canonical;
use super::chain::Mark;
use super::detail::Ending;
use super::earlier;
use super::entry::Entry;
use super::leaves::{Leaf, SALTS, SHA256, chained, digest_from_text, leaves, line_digest, salts_from_text};
use super::line::{Body, Line};
use super::line_error::LineError;
use super::parts::{Part, part_at};
use crate::faults::{self, Fault, FaultName};
use crate::names::CeremonyKind;
use crate::terms::Digest;

/// What an intact record proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// All its lines.
    pub lines: Vec<Line>,
    /// Its last line.
    pub mark: Mark,
    /// Which ceremony.
    pub ceremony: CeremonyKind,
    /// Whether it is the record of a rehearsal.
    pub rehearsal: bool,
    /// How it ended and with how many deviations; `None` if it was never sealed.
    pub sealed: Option<(Ending, u16)>,
    /// The part of each value that was withheld from this copy; in the entries of `lines`, [`WITHHELD_TEXT`] stands in its
    /// place.
    pub withheld: Vec<Part>,
}

/// What stands in an entry in place of a text that was withheld.
pub const WITHHELD_TEXT: &str = "withheld";

/// Checks every line of a record: form, number, chain, order.
///
/// # Errors
/// The first line that is wrong, or that there is none.
pub fn verify(text: &[u8]) -> Result<Proof, Fault> {
    let (lines, wrong) = intact_lines(text);
    wrong.map_or_else(|| proof(lines), Err)
}

/// As [`verify`], but a last line that was cut off in the middle, as where the power failed, only ends what is proven: the
/// record is not sealed then.
///
/// # Errors
/// As [`verify`].
pub fn verify_to_the_cut(text: &[u8]) -> Result<Proof, Fault> {
    let (lines, wrong) = intact_lines(text);
    match wrong {
        Some(fault) if fault.name != FaultName::RecordLineCut || lines.lines.is_empty() => Err(fault),
        _ => proof(lines),
    }
}

/// The intact lines of a record from the first on.
struct Intact {
    lines: Vec<Line>,
    mark: Mark,
    withheld: Vec<Part>,
}

/// The intact lines, and what is wrong with the line after them.
fn intact_lines(text: &[u8]) -> (Intact, Option<Fault>) {
    let mut intact = Intact { lines: Vec::new(), mark: Mark::START, withheld: Vec::new() };
    for raw in text.split_inclusive(|byte| *byte == b'\n') {
        match next(raw, &intact) {
            Ok(Read { line, digest, withheld }) => {
                intact.mark = Mark { line: line.line, digest };
                intact.lines.push(line);
                intact.withheld.extend(withheld);
            }
            Err(why) => {
                let fault = why.at(intact.mark.line + 1);
                return (intact, Some(fault));
            }
        }
    }
    (intact, None)
}

/// A line as it was read.
struct Read {
    line: Line,
    digest: Digest,
    /// What is not in this copy.
    withheld: Vec<Part>,
}

/// The next line of a record, or what is wrong with it.
fn next(raw: &[u8], before: &Intact) -> Result<Read, LineError> {
    let raw = raw.strip_suffix(b"\n").ok_or(LineError::Cut)?;
    let whole = std::str::from_utf8(raw).map_err(|_| LineError::Broken)?;
    let read = if earlier::is_one(raw) {
        let (line, digest) = earlier::read(whole, &before.mark.digest)?;
        Read { line, digest, withheld: Vec::new() }
    } else {
        read(whole, &before.mark.digest)?
    };
    let line = &read.line;
    if line.line != before.mark.line + 1 {
        return Err(LineError::Number);
    }
    let ended = matches!(before.lines.last().map(|last| &last.entry), Some(Entry::Sealed { .. }));
    let begins = matches!(line.entry, Entry::Began { .. });
    let other = |first: &Line| first.rehearsal != line.rehearsal || first.around.is_some() != line.around.is_some();
    if ended || begins != before.lines.is_empty() || before.lines.first().is_some_and(other) {
        return Err(LineError::Order);
    }
    Ok(read)
}

/// A line of today's form.
fn read(whole: &str, before: &Digest) -> Result<Read, LineError> {
    let mut value: Value = serde_json::from_str(whole).map_err(|_| LineError::Broken)?;
    if canonical::text(&value).as_deref() != Some(whole) {
        return Err(LineError::Broken);
    }
    let members = value.as_object_mut().ok_or(LineError::Broken)?;
    let salts = members.remove(SALTS).as_ref().and_then(salts_from_text).ok_or(LineError::Broken)?;
    let shown = members.remove(SHA256).as_ref().and_then(digest_from_text).ok_or(LineError::Broken)?;
    let computed = line_digest(&value, &salts).map(|line| chained(before, &line));
    let digest = computed.filter(|computed| *computed == shown).ok_or(LineError::Changed)?;
    let withheld: Vec<String> = leaves(&value).into_iter().filter(Leaf::is_withheld).map(|leaf| leaf.path).collect();
    for path in &withheld {
        *value.pointer_mut(path).ok_or(LineError::Broken)? = Value::from(WITHHELD_TEXT);
    }
    let body: Body = serde_json::from_value(value.clone()).map_err(|_| LineError::Unknown)?;
    // Only exactly what this program would write is accepted.
    if !body.is_of_this_form() || serde_json::to_value(&body).ok() != Some(value) {
        return Err(LineError::Unknown);
    }
    let line = body.into_line();
    let parts: Option<Vec<Part>> = withheld.iter().map(|path| part_at(&line.entry, path)).collect();
    Ok(Read { digest, withheld: parts.ok_or(LineError::Unknown)?, line })
}

fn proof(intact: Intact) -> Result<Proof, Fault> {
    let Intact { lines, mark, withheld } = intact;
    let Some(Line { entry: Entry::Began { ceremony, .. }, rehearsal, .. }) = lines.first() else {
        return Err(Fault::from(faults::RecordEmpty));
    };
    let (ceremony, rehearsal) = (*ceremony, *rehearsal);
    let sealed = match lines.last().map(|line| &line.entry) {
        Some(Entry::Sealed { ending, deviations, .. }) => Some((*ending, *deviations)),
        _ => None,
    };
    Ok(Proof { lines, mark, ceremony, rehearsal, sealed, withheld })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::record::{Chain, Deviated, DeviationName, Keyboard, Moment};
    use crate::terms::Number;

    fn moment() -> Moment {
        Moment {
            utc: "2026-11-23T10:00:00Z".into(),
            local: "2026-11-23T11:00:00+01:00".into(),
            zone: Some("Europe/Berlin".into()),
            since_start_ms: 1200,
        }
    }

    pub fn began() -> Entry {
        Entry::Began {
            ceremony: CeremonyKind::Establish,
            title: "Ex\u{e4}mple \"Root\", CA".into(),
            custody: vec!["2-of-4 words".into()],
            program: "0.1.0".into(),
            program_sha256: None,
            plan_sha256: Digest([1; 32]),
            script_sha256: Digest([2; 32]),
            short_derivation: false,
            files: Vec::new(),
        }
    }

    fn record() -> String {
        let mut chain = Chain::new(true);
        let step = Number { section: 1, step: 1 };
        let entries = [
            began(),
            Entry::Done { step, by: None },
            Entry::Deviates { step, name: "restore-not-proven".into() },
            Entry::Sealed {
                ending: Ending::Complete,
                deviations: 1,
                deviated: vec![Deviated::new(step, DeviationName::Noted)],
                bags: Vec::new(),
            },
        ];
        entries.iter().map(|entry| chain.add(moment(), Keyboard::NobodyYet, entry).unwrap()).collect()
    }

    #[test]
    fn an_intact_record_is_proven() {
        let proof = verify(record().as_bytes()).unwrap();
        assert_eq!((proof.mark.line, proof.sealed), (4, Some((Ending::Complete, 1))));
    }

    #[test]
    fn any_altered_byte_is_detected_and_its_line_named() {
        let good = record().into_bytes();
        for place in 0..good.len() {
            let line = good[..place].split(|byte| *byte == b'\n').count();
            for flip in [0x01, 0x20, 0x80] {
                let mut bad = good.clone();
                bad[place] ^= flip;
                let fault = verify(&bad).expect_err("accepted a changed byte");
                assert_eq!(fault.values.first(), Some(&("line", line.to_string())), "byte {place} of line {line}");
            }
        }
    }

    #[test]
    fn lines_cannot_be_left_out_added_or_swapped() {
        let text = record();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        assert!(verify([lines[0], lines[2], lines[3]].concat().as_bytes()).is_err());
        assert!(verify([lines[0], lines[2], lines[1], lines[3]].concat().as_bytes()).is_err());
        assert!(verify([text.as_str(), lines[1]].concat().as_bytes()).is_err());
        assert!(verify(b"").is_err());
        let unsealed = verify([lines[0], lines[1]].concat().as_bytes()).unwrap();
        assert_eq!(unsealed.sealed, None);
    }

    #[test]
    fn a_truncated_last_line_ends_the_proof_and_any_other_fault_is_an_error() {
        let text = record();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for cut in 1..lines[3].len() {
            let text = [lines[0], lines[1], lines[2], &lines[3][..lines[3].len() - cut]].concat();
            let proof = verify_to_the_cut(text.as_bytes()).unwrap();
            assert_eq!((proof.mark.line, proof.sealed), (3, None), "{cut} bytes are missing");
        }
        assert_eq!(verify_to_the_cut(text.as_bytes()), verify(text.as_bytes()));
        let changed = text.replacen("2-of-4", "3-of-4", 1);
        assert_eq!(verify_to_the_cut(changed.as_bytes()).unwrap_err().name, FaultName::RecordLineChanged);
        assert_eq!(verify_to_the_cut(&text.as_bytes()[..20]).unwrap_err().name, FaultName::RecordLineCut);
        assert_eq!(verify_to_the_cut(b"").unwrap_err().name, FaultName::RecordEmpty);
    }
}
