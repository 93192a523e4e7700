//! Reads a record back, line by line, and says what it proves or which line is wrong.

use super::chain::{END, Line, Mark, SEAM, body, digest};
use super::detail::Ending;
use super::entry::Entry;
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
}

/// Checks every line of a record: form, number, chain, order.
///
/// # Errors
/// The first line that is wrong, or that there is none.
pub fn verify(text: &[u8]) -> Result<Proof, Fault> {
    let (lines, mark, wrong) = intact_lines(text);
    wrong.map_or_else(|| proof(lines, mark), Err)
}

/// As [`verify`], but a last line that was cut off in the middle, as where the power failed, only ends what is proven: the
/// record is not sealed then.
///
/// # Errors
/// As [`verify`].
pub fn verify_to_the_cut(text: &[u8]) -> Result<Proof, Fault> {
    let (lines, mark, wrong) = intact_lines(text);
    match wrong {
        Some(fault) if fault.name != FaultName::RecordLineCut || lines.is_empty() => Err(fault),
        _ => proof(lines, mark),
    }
}

/// The intact lines from the first on, where they end, and what is wrong with the line after them.
fn intact_lines(text: &[u8]) -> (Vec<Line>, Mark, Option<Fault>) {
    let mut mark = Mark { line: 0, digest: Digest([0; 32]) };
    let mut lines: Vec<Line> = Vec::new();
    for raw in text.split_inclusive(|byte| *byte == b'\n') {
        match next(raw, &mark, &lines) {
            Ok((line, digest)) => {
                mark = Mark { line: line.line, digest };
                lines.push(line);
            }
            Err(why) => {
                let fault = why.at(mark.line + 1);
                return (lines, mark, Some(fault));
            }
        }
    }
    (lines, mark, None)
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineError {
    /// It is truncated.
    Cut,
    /// It is not a line of a record.
    Broken,
    /// Its digest does not match.
    Changed,
    /// It contains something this program does not know.
    Unknown,
    /// Its number is not the next one.
    Number,
    /// It cannot appear at this point.
    Order,
}

impl LineError {
    fn at(self, line: u32) -> Fault {
        match self {
            Self::Cut => Fault::from(faults::RecordLineCut { line }),
            Self::Broken => Fault::from(faults::RecordLineBroken { line }),
            Self::Changed => Fault::from(faults::RecordLineChanged { line }),
            Self::Unknown => Fault::from(faults::RecordLineUnknown { line }),
            Self::Number => Fault::from(faults::RecordLineNumber { line }),
            Self::Order => Fault::from(faults::RecordLineOrder { line }),
        }
    }
}

/// The next line of a record and its digest, or what is wrong with it.
fn next(raw: &[u8], before: &Mark, lines: &[Line]) -> Result<(Line, Digest), LineError> {
    let raw = raw.strip_suffix(b"\n").ok_or(LineError::Cut)?;
    let whole = std::str::from_utf8(raw).map_err(|_| LineError::Broken)?;
    let (covered, rest) = whole.rsplit_once(SEAM).ok_or(LineError::Broken)?;
    let shown = rest.strip_suffix(END).ok_or(LineError::Broken)?;
    let computed = digest(&before.digest, covered);
    if shown != computed.to_string() {
        return Err(LineError::Changed);
    }
    let line: Line = serde_json::from_str(&format!("{covered}}}")).map_err(|_| LineError::Unknown)?;
    // Only exactly what this program would write is accepted.
    if body(&line).as_deref() != Some(covered) {
        return Err(LineError::Unknown);
    }
    if line.line != before.line + 1 {
        return Err(LineError::Number);
    }
    let first = lines.first();
    let ended = matches!(lines.last().map(|last| &last.entry), Some(Entry::Sealed { .. }));
    let begins = matches!(line.entry, Entry::Began { .. });
    if ended || begins != first.is_none() || first.is_some_and(|first| first.rehearsal != line.rehearsal) {
        return Err(LineError::Order);
    }
    Ok((line, computed))
}

fn proof(lines: Vec<Line>, mark: Mark) -> Result<Proof, Fault> {
    let Some(Line { entry: Entry::Began { ceremony, .. }, rehearsal, .. }) = lines.first() else {
        return Err(Fault::from(faults::RecordEmpty));
    };
    let (ceremony, rehearsal) = (*ceremony, *rehearsal);
    let sealed = match lines.last().map(|line| &line.entry) {
        Some(Entry::Sealed { ending, deviations }) => Some((*ending, *deviations)),
        _ => None,
    };
    Ok(Proof { lines, mark, ceremony, rehearsal, sealed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Chain;
    use crate::terms::Number;

    fn record() -> String {
        let mut chain = Chain::new(true);
        let step = Number { section: 1, step: 1 };
        let entries = [
            Entry::Began {
                ceremony: CeremonyKind::Establish,
                title: "Ex\u{e4}mple \"Root\", CA".into(),
                custody: vec!["2-of-4 words".into()],
                program: "0.1.0".into(),
                plan_sha256: Digest([1; 32]),
                script_sha256: Digest([2; 32]),
                short_derivation: false,
                files: Vec::new(),
            },
            Entry::Done { step, by: None },
            Entry::Deviates { step, name: "restore-not-proven".into() },
            Entry::Sealed { ending: Ending::Complete, deviations: 1 },
        ];
        entries.iter().map(|entry| chain.add("2026-11-23T10:00:00Z", entry).unwrap()).collect()
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
