//! `ceremony verify`: checks a record and the files in its folder, and says what is proven and what is not.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::disclose::withheld;
use super::read::read_record;
use super::report::{Compared, compare};
use super::say::{complain, explain, print_all, print_text};
use super::{Exit, drills, verify_course, verify_devices, verify_people};
use crate::bundle::{Examined, FileState, ProvenKey, SignatureState, examine};
use crate::faults::Fault;
use crate::folder::{Folder, names};
use crate::record::{Ending, Entry, Fact, ImportedKey, Part, Proof, verify, verify_to_the_cut};
use crate::script::{self, FaultTexts, fill, words};
use crate::terms::can_be_seen;

/// Checks a record and, in a folder, everything that is in it. Says what was checked and what it proves, as JSON if a
/// machine asks.
pub fn verify_record(path: &Path, json: bool) -> Exit {
    let is_folder = path.is_dir();
    let text = read_record(path);
    let proof = match text.as_ref().map_err(Fault::clone).and_then(|text| verify(text)) {
        Ok(proof) => proof,
        Err(fault) if json => return print_json(&Report::damaged(&fault), Exit::Fault),
        Err(fault) => {
            // A record that was cut off says how far its sitting came.
            let to_the_cut = text.ok().and_then(|text| verify_to_the_cut(&text).ok());
            let exit = explain(&[fault]);
            to_the_cut.iter().flat_map(verify_course::course).for_each(|line| complain(&line));
            return exit;
        }
    };
    let drill = is_folder.then(|| drills::sentence(path, &proof)).flatten();
    let examined = is_folder.then(|| examine(&Folder::open(path), &proof));
    let reports = if is_folder { compare(&Folder::open(path), &proof) } else { Compared::default() };
    let examined = examined.map(|examined| with_faults(examined, &reports));
    let faults = examined.as_ref().map_or(&[][..], |examined| &examined.faults);
    let unnamed = examined.as_ref().is_some_and(|examined| !examined.unnamed.is_empty());
    let odd = !proof.odd_times().is_empty();
    let exit = match (faults.is_empty() && proof.sealed.is_some(), unnamed || odd) {
        (false, _) => Exit::Fault,
        (true, true) => Exit::Deviations,
        (true, false) => Exit::Done,
    };
    if json {
        return print_json(&Report::of(&proof, examined.as_ref(), &reports, exit), exit);
    }
    if !faults.is_empty() {
        explain(faults);
        for file in examined.iter().flat_map(|examined| &examined.unnamed) {
            complain(&words::VerifyUnnamed { file }.to_string());
        }
        for line in verify_course::course(&proof) {
            complain(&line);
        }
        return exit;
    }
    let said = sentences(&proof, examined.as_ref(), &reports).into_iter().chain(drill);
    print_all(said.collect::<Vec<_>>().iter().map(String::as_str)).max(exit)
}

/// What is wrong with a folder, its reports included.
fn with_faults(examined: Examined, reports: &Compared) -> Examined {
    let faults = examined.faults.into_iter().chain(reports.faults.iter().cloned()).collect();
    Examined { faults, ..examined }
}

/// What was checked, what it proves, and what rests on people's word.
fn sentences(proof: &Proof, examined: Option<&Examined>, reports: &Compared) -> Vec<String> {
    let (lines, digest) = (proof.mark.line, proof.mark.digest.in_groups().join(" "));
    let mut said = vec![match proof.sealed {
        Some((Ending::Complete, deviations)) => words::VerifySealed { lines, deviations }.to_string(),
        Some((Ending::Aborted, deviations)) => words::VerifyAborted { lines, deviations }.to_string(),
        None => words::VerifyUnsealed { lines }.to_string(),
    }];
    said.extend(proof.rehearsal.then(|| words::VERIFY_REHEARSAL.to_owned()));
    said.extend(verify_course::course(proof));
    said.push(words::VerifyDigest { digest }.to_string());
    said.push(words::VerifyDigestWords { words: proof.mark.digest.in_words().join(" ") }.to_string());
    said.extend(withheld(proof));
    match examined {
        Some(examined) => said.extend(checked(examined)),
        None => said.push(words::VERIFY_RECORD_ALONE.to_owned()),
    }
    if !reports.same.is_empty() {
        said.push(words::VerifyReport { files: reports.same.join(", ") }.to_string());
    }
    if !reports.other_version.is_empty() {
        said.push(words::VerifyReportOther { files: reports.other_version.join(", ") }.to_string());
    }
    let facts = || proof.lines.iter().filter_map(|line| fact(&line.entry));
    said.extend(facts().filter_map(|fact| match fact {
        Fact::From { folder, record_sha256: Some(digest), .. } => {
            Some(words::VerifyFrom { folder, digest: digest.in_groups().join(" ") }.to_string())
        }
        _ => None,
    }));
    said.extend(check_values(proof));
    said.extend(verify_devices::found_out(proof));
    said.extend(verify_people::changes(proof));
    said.push(words::VERIFY_PROVEN.to_owned());
    said.push(words::VERIFY_PROVEN_LINES.to_owned());
    if let Some(examined) = examined {
        said.push(words::VERIFY_PROVEN_FILES.to_owned());
        if examined.proven.iter().any(|key| key.state == SignatureState::Good) {
            said.push(words::VERIFY_PROVEN_KEYS.to_owned());
        }
    }
    said.push(words::VERIFY_WORD.to_owned());
    let people = facts().find_map(|fact| if let Fact::Present { people } = fact { Some(people.len()) } else { None });
    said.extend(people.map(|people| words::VerifyWordPeople { people }.to_string()));
    if facts().any(|fact| matches!(fact, Fact::Bagged { .. })) {
        said.push(words::VERIFY_WORD_CARDS.to_owned());
    }
    said.extend(verify_devices::on_their_word(proof));
    said.push(words::VERIFY_WORD_TIME.to_owned());
    said
}

/// What people compare by ear: the KCV, and whether somebody confirmed it; the files of public keys.
fn check_values(proof: &Proof) -> Vec<String> {
    let mut said = Vec::new();
    let (mut kcvs, mut made) = (Vec::new(), Vec::new());
    let facts = || proof.lines.iter().filter_map(|line| fact(&line.entry));
    for fact in facts() {
        match fact {
            Fact::DkekDrawn { kcv, .. } | Fact::Joined { kcv } | Fact::Compared { kcv, .. } if !kcvs.contains(kcv) => {
                kcvs.push(*kcv);
            }
            Fact::Made { label, .. } | Fact::Imported(ImportedKey { label, .. }) => made.push(names::public_key(label)),
            _ => {}
        }
    }
    for kcv in kcvs {
        let (digits, aloud) = (kcv.in_groups(), kcv.in_words().join(" "));
        said.push(words::VerifyKcv { kcv: digits, words: aloud }.to_string());
        said.push(
            facts()
                .find_map(|fact| match fact {
                    Fact::Compared { kcv: compared, by, .. } if *compared == kcv => {
                        Some(words::VerifyKcvConfirmed { by }.to_string())
                    }
                    _ => None,
                })
                .unwrap_or_else(|| words::VERIFY_KCV_NOT_CONFIRMED.to_owned()),
        );
    }
    for fact in facts() {
        if let Fact::FingerprintsCompared { keys, sha256, by, .. } = fact {
            let keys = keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let (digest, aloud) = (sha256.in_groups().join(" "), sha256.in_words().join(" "));
            said.push(words::VerifyFingerprints { keys, digest, words: aloud }.to_string());
            said.push(words::VerifyKcvConfirmed { by }.to_string());
        }
    }
    for fact in facts() {
        if let Fact::Written { file, sha256, .. } = fact
            && made.contains(file)
        {
            let (digest, aloud) = (sha256.in_groups().join(" "), sha256.in_words().join(" "));
            said.push(words::VerifyPublicKey { file, digest, words: aloud }.to_string());
        }
    }
    said
}

/// What of a folder was checked, and what was not.
fn checked(examined: &Examined) -> Vec<String> {
    let mut said = vec![words::VerifyFiles { files: examined.files.len() }.to_string()];
    let good = || examined.proven.iter().filter(|key| key.state == SignatureState::Good);
    // In a fleet, a key signs on several devices.
    let once = |key: &ProvenKey| good().filter(|other| other.label == key.label).count() == 1;
    let name = |key| if once(key) { key.label.as_str() } else { key.signature_file.as_str() };
    let good: Vec<&str> = good().map(name).collect();
    match good.as_slice() {
        [] => {}
        [names] => said.push(words::VerifySignaturesOne { names }.to_string()),
        several => {
            said.push(words::VerifySignatures { keys: several.len(), names: several.join(", ") }.to_string());
        }
    }
    for key in &examined.proven {
        let (file, key, state) = (&key.signature_file, &key.label, key.state);
        match state {
            SignatureState::NotHere => said.push(words::VerifySignatureNotHere { key, file }.to_string()),
            SignatureState::NotCheckable => said.push(words::VerifySignatureNotCheckable { key, file }.to_string()),
            SignatureState::Good | SignatureState::Wrong => {}
        }
    }
    if let Some(signed) = &examined.record_signature {
        let (file, key) = (&signed.signature_file, &signed.label);
        said.push(match signed.state {
            SignatureState::Good | SignatureState::Wrong => words::VerifyRecordSigned { file, key }.to_string(),
            SignatureState::NotHere => words::VerifyRecordNotSigned { key, file }.to_string(),
            SignatureState::NotCheckable => words::VerifySignatureNotCheckable { key, file }.to_string(),
        });
    }
    said.extend(examined.unnamed.iter().map(|file| words::VerifyUnnamed { file }.to_string()));
    said
}

fn fact(entry: &Entry) -> Option<&Fact> {
    if let Entry::Learned { fact, .. } = entry { Some(fact) } else { None }
}

/// The answer for machines. Words and names never change; new fields may come.
#[derive(Serialize)]
struct Report<'a> {
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<RecordReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Vec<FileReport<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signatures: Option<Vec<SignatureReport<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_signature: Option<SignatureReport<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_in_the_record: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reports: Vec<ReportReport>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    odd_times: Vec<TimeReport>,
    faults: Vec<FaultReport<'a>>,
}

#[derive(Serialize)]
struct RecordReport {
    ceremony: &'static str,
    rehearsal: bool,
    lines: u32,
    digest: String,
    ending: Option<Ending>,
    deviations: Option<u16>,
    withheld: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct FileReport<'a> {
    file: &'a str,
    sha256: String,
    state: &'static str,
}

#[derive(Serialize)]
struct SignatureReport<'a> {
    key: &'a str,
    file: &'a str,
    state: &'static str,
}

#[derive(Serialize)]
struct TimeReport {
    line: u32,
    utc: String,
    state: &'static str,
}

impl TimeReport {
    fn all(proof: &Proof) -> Vec<Self> {
        let odd = proof.odd_times().into_iter();
        odd.map(|(line, odd)| Self { line: line.line, utc: line.utc.clone(), state: odd.word() }).collect()
    }
}

#[derive(Serialize)]
struct ReportReport {
    file: &'static str,
    state: &'static str,
}

impl ReportReport {
    /// Those that do not differ; one that does is a fault.
    fn all(reports: &Compared) -> Vec<Self> {
        let as_one = |state: &'static str| move |file: &&'static str| Self { file, state };
        let other = reports.other_version.iter().map(as_one("made-by-another-version"));
        reports.same.iter().map(as_one("same-as-the-record")).chain(other).collect()
    }
}

#[derive(Serialize)]
struct FaultReport<'a> {
    fault: &'static str,
    values: BTreeMap<&'a str, &'a str>,
    text: String,
}

impl<'a> FaultReport<'a> {
    fn of(fault: &'a Fault) -> Self {
        let FaultTexts { happened, truth } = script::fault(fault.name);
        let text: Vec<String> = happened.iter().chain(*truth).map(|line| fill(line, &fault.values)).collect();
        let values = fault.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Self { fault: fault.name.word(), values, text: text.join(" ") }
    }
}

impl<'a> Report<'a> {
    /// The record itself is damaged: nothing else can be compared with it.
    fn damaged(fault: &'a Fault) -> Self {
        let faults = vec![FaultReport::of(fault)];
        Self {
            verdict: "damaged",
            record: None,
            files: None,
            signatures: None,
            record_signature: None,
            not_in_the_record: None,
            reports: Vec::new(),
            odd_times: Vec::new(),
            faults,
        }
    }

    fn of(proof: &Proof, examined: Option<&'a Examined>, reports: &Compared, exit: Exit) -> Self {
        let record = RecordReport {
            ceremony: proof.ceremony.word(),
            rehearsal: proof.rehearsal,
            lines: proof.mark.line,
            digest: proof.mark.digest.to_string(),
            ending: proof.sealed.map(|(ending, _)| ending),
            deviations: proof.sealed.map(|(_, deviations)| deviations),
            withheld: Part::ALL.into_iter().map(|part| (part.word(), proof.withheld(part))).collect(),
        };
        let faults = examined.iter().flat_map(|examined| &examined.faults).map(FaultReport::of).collect::<Vec<_>>();
        let verdict = match (faults.is_empty(), proof.sealed.is_some(), exit == Exit::Done) {
            (false, _, _) => "damaged",
            (true, false, _) => "not-sealed",
            (true, true, false) if examined.is_some_and(|examined| !examined.unnamed.is_empty()) => {
                "files-not-in-the-record"
            }
            (true, true, false) => "odd-times",
            (true, true, true) => "intact",
        };
        let file = |file: &'a crate::bundle::ComparedFile| FileReport {
            file: &file.name,
            sha256: file.sha256.to_string(),
            state: FileState::word(file.state),
        };
        let signature = |key: &'a crate::bundle::ProvenKey| SignatureReport {
            key: key.label.as_str(),
            file: &key.signature_file,
            state: SignatureState::word(key.state),
        };
        Self {
            verdict,
            record: Some(record),
            files: examined.map(|examined| examined.files.iter().map(file).collect()),
            signatures: examined.map(|examined| examined.proven.iter().map(signature).collect()),
            record_signature: examined.and_then(|examined| examined.record_signature.as_ref()).map(signature),
            not_in_the_record: examined.map(|examined| examined.unnamed.as_slice()),
            reports: ReportReport::all(reports),
            odd_times: TimeReport::all(proof),
            faults,
        }
    }
}

fn print_json(report: &Report<'_>, exit: Exit) -> Exit {
    match serde_json::to_string_pretty(report) {
        Ok(text) => print_text(&escaped(&(text + "\n"))).max(exit),
        Err(_) => Exit::Fault,
    }
}

/// JSON in which every character that cannot be seen is escaped; such characters are only in its texts.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if can_be_seen(c) || c == '\n' {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}
