//! Everything that a folder itself can show: its files, its manifest, and the signatures of keys that were proven.

use std::collections::BTreeSet;

use super::{manifest, names_what_is_recorded, recorded};
use crate::card::{PublicKey, Verdict, verify::verify_as_openssl};
use crate::faults::{self, Fault, FaultName};
use crate::folder::{Folder, names};
use crate::record::{Entry, Fact, Proof};
use crate::terms::{Digest, KeyLabel};

/// As many entries as one folder can have before it is no folder of ours.
const MOST: usize = 10_000;

/// How a file compares with its digest in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// It has the recorded digest.
    Unchanged,
    /// It has another one.
    Changed,
    /// It is not there.
    Missing,
    /// It cannot be read.
    Unreadable,
}

impl FileState {
    /// The word for machines.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::Unreadable => "unreadable",
        }
    }
}

/// A file that the record names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedFile {
    /// Its name.
    pub name: String,
    /// Its digest in the record.
    pub sha256: Digest,
    /// What became of it.
    pub state: FileState,
}

/// What the signature of a proven key shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureState {
    /// It is right: whoever has the private key signed this text.
    Good,
    /// It is wrong.
    Wrong,
    /// The folder has no public key, text or signature to check it with, as folders of earlier versions.
    NotHere,
    /// This program cannot check such a key; `openssl` may.
    NotCheckable,
}

impl SignatureState {
    /// The word for machines.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Wrong => "wrong",
            Self::NotHere => "not-here",
            Self::NotCheckable => "not-checkable",
        }
    }
}

/// A key that the record calls proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenKey {
    /// The key.
    pub label: KeyLabel,
    /// The file of its signature.
    pub signature_file: String,
    /// What that shows.
    pub state: SignatureState,
}

/// What a folder shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examined {
    /// Every file that the record names, by name.
    pub files: Vec<ComparedFile>,
    /// Every other file: the record says nothing about it.
    pub unnamed: Vec<String>,
    /// Every key that the record calls proven.
    pub proven: Vec<ProvenKey>,
    /// The signature of the record, where a key was to sign it.
    pub record_signature: Option<ProvenKey>,
    /// Everything that is wrong, each named.
    pub faults: Vec<Fault>,
}

/// Compares a folder with what its record proves.
pub fn examine(folder: &Folder, proof: &Proof) -> Examined {
    let recorded = recorded(proof);
    let mut seen = Examined::default();
    for (name, sha256) in &recorded {
        let compared = folder.unchanged(name, *sha256);
        let state = match compared.as_ref().map_err(|fault| fault.name) {
            Ok(_) => FileState::Unchanged,
            Err(FaultName::SourceFileChanged) => FileState::Changed,
            Err(FaultName::SourceFileMissing) => FileState::Missing,
            Err(_) => FileState::Unreadable,
        };
        seen.faults.extend(compared.err());
        seen.files.push(ComparedFile { name: (*name).to_owned(), sha256: *sha256, state });
    }
    let unchanged = |name: &str| seen.files.iter().any(|file| file.name == name && file.state == FileState::Unchanged);
    let mut faults = Vec::new();
    if !recorded.contains_key(names::MANIFEST) && folder.has(names::MANIFEST) {
        // It came from elsewhere, or its line in the record is lost.
        faults.push(Fault::from(faults::ManifestNotRecorded));
    }
    if unchanged(names::MANIFEST) {
        faults.extend(manifest(folder).and_then(|manifest| names_what_is_recorded(&manifest, &recorded)).err());
    }
    if let (Some(Entry::Began { script_sha256, .. }), Some(sha256)) =
        (proof.lines.first().map(|line| &line.entry), recorded.get(names::SCRIPT))
        && script_sha256 != sha256
    {
        faults.push(Fault::from(faults::SourceFileChanged { file: names::SCRIPT }));
    }
    for line in &proof.lines {
        let Entry::Learned { fact: Fact::Proven { label, signature_file, .. }, .. } = &line.entry else { continue };
        let state = signature(folder, label, signature_file);
        if state == SignatureState::Wrong {
            faults.push(Fault::from(faults::ProofWrong { label, file: signature_file }));
        }
        seen.proven.push(ProvenKey { label: label.clone(), signature_file: signature_file.clone(), state });
    }
    seen.record_signature = record_signature(folder, proof);
    if let Some(signed) = &seen.record_signature
        && signed.state == SignatureState::Wrong
    {
        faults.push(Fault::from(faults::RecordSignatureWrong { label: &signed.label, file: &signed.signature_file }));
    }
    let mut known = known_without_a_digest(&seen.proven);
    known.extend(seen.record_signature.iter().map(|signed| signed.signature_file.clone()));
    let named = |name: &str| recorded.contains_key(name) || known.contains(name) || belongs_to_a_rehearsal(proof, name);
    seen.unnamed = everything_in(folder, &mut faults).into_iter().filter(|name| !named(name)).collect();
    seen.unnamed.sort();
    seen.faults.extend(faults);
    seen
}

/// What the signature of a sealed record shows, where the record says that a key signs it.
fn record_signature(folder: &Folder, proof: &Proof) -> Option<ProvenKey> {
    let signer = proof.lines.iter().rev().find_map(|line| match &line.entry {
        Entry::Learned { fact: Fact::RecordSigner { label, .. }, .. } => Some(label),
        _ => None,
    })?;
    let (text, signature) = (names::RECORD.to_owned(), names::RECORD_SIGNATURE.to_owned());
    let state = signature_of(folder, [text, names::public_key(signer), signature.clone()]);
    Some(ProvenKey { label: signer.clone(), signature_file: signature, state })
}

/// Checks what a proven key signed with the public key in the same folder.
fn signature(folder: &Folder, label: &KeyLabel, signature_file: &str) -> SignatureState {
    signature_of(
        folder,
        [names::text_of_signature(signature_file), names::public_key(label), signature_file.to_owned()],
    )
}

/// Checks a signature: a text, the public key, and the signature.
fn signature_of(folder: &Folder, files: [String; 3]) -> SignatureState {
    if !files.iter().all(|name| folder.has(name)) {
        return SignatureState::NotHere;
    }
    let [Ok(text), Ok(public), Ok(signature)] = files.map(|name| folder.read(&name)) else {
        return SignatureState::Wrong;
    };
    let Some(public) = std::str::from_utf8(&public).ok().and_then(|pem| PublicKey::from_pem(pem).ok()) else {
        return SignatureState::Wrong;
    };
    match verify_as_openssl(&public, &text, &signature) {
        Verdict::Good => SignatureState::Good,
        Verdict::Bad => SignatureState::Wrong,
        Verdict::CannotCheck => SignatureState::NotCheckable,
    }
}

/// The files whose digest no record can have, and those of proofs in earlier records.
fn known_without_a_digest(proven: &[ProvenKey]) -> BTreeSet<String> {
    let proofs =
        proven.iter().flat_map(|key| [key.signature_file.clone(), names::text_of_signature(&key.signature_file)]);
    // The reports are made from the record: who can make them again compares them.
    proofs.chain([names::RECORD, names::REPORT, names::REPORT_HTML, names::REPORT_SUMS].map(str::to_owned)).collect()
}

/// Whether this is the state of a software card, which is still used after its rehearsal, or the blank cards, which
/// earlier versions did not record.
fn belongs_to_a_rehearsal(proof: &Proof, name: &str) -> bool {
    proof.rehearsal && (names::is_software_card(name) || name == names::BLANK_CARDS)
}

/// Every file below the folder, and everything else that is no folder.
fn everything_in(folder: &Folder, faults: &mut Vec<Fault>) -> Vec<String> {
    let (mut found, mut places) = (Vec::new(), vec![String::new()]);
    while let Some(place) = places.pop() {
        match folder.list(&place, MOST) {
            Ok(Some(listing)) => {
                found.extend(listing.files);
                let (folders, others): (Vec<_>, Vec<_>) =
                    listing.others.into_iter().partition(|name| name.ends_with('/'));
                found.extend(others);
                places.extend(folders);
            }
            Ok(None) => found.push(place),
            Err(fault) => faults.push(fault),
        }
        if found.len() > MOST {
            break;
        }
    }
    found
}
