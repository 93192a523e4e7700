//! Checks a sitting's folder against its record: is every file still the one that was written that day?

mod examine;
#[cfg(test)]
mod tests;

pub use examine::{ComparedFile, Examined, FileState, ProvenKey, SignatureState, examine};

use std::collections::BTreeMap;

use crate::faults::{self, Fault};
use crate::folder::{Folder, names};
use crate::record::{Entry, Fact, Manifest, Proof};
use crate::terms::Digest;

/// The manifest of a folder.
///
/// # Errors
/// It is missing or cannot be read.
pub fn manifest(folder: &Folder) -> Result<Manifest, Fault> {
    Manifest::parse(&String::from_utf8_lossy(&folder.read(names::MANIFEST)?))
}

/// Whether the record says of plan and manifest what they say themselves: otherwise somebody changed them afterwards, or the
/// record ends before it names them. Which ceremony wrote them does not matter: a record that names the manifest is a backup's.
/// `custody` is what the plan says: who guards each DKEK share.
///
/// # Errors
/// They do not agree.
pub fn agrees(folder: &Folder, proof: &Proof, manifest: &Manifest, custody: &[String]) -> Result<(), Fault> {
    let plan = folder.written(names::PLAN)?.sha256;
    let began = proof.lines.first().is_some_and(|line| match &line.entry {
        Entry::Began { plan_sha256, custody: recorded, .. } => *plan_sha256 == plan && recorded == custody,
        _ => false,
    });
    if !began || !manifest.dkek_shares.iter().map(|share| &share.custody).eq(custody) {
        return Err(Fault::from(faults::SourceFileChanged { file: names::PLAN }));
    }
    let files = recorded(proof);
    if proof.sealed.is_none() && !files.contains_key(names::MANIFEST) {
        return Err(Fault::from(faults::SourceUnsealed));
    }
    let unchanged = files.get(names::MANIFEST) == Some(&folder.written(names::MANIFEST)?.sha256);
    if manifest.rehearsal != proof.rehearsal || !unchanged {
        return Err(Fault::from(faults::SourceFileChanged { file: names::MANIFEST }));
    }
    names_what_is_recorded(manifest, &files)
}

/// Every file that a record names, with the digest it had when it was last written.
fn recorded(proof: &Proof) -> BTreeMap<&str, Digest> {
    let mut files = BTreeMap::new();
    for line in &proof.lines {
        if let Entry::Resumed { set_aside, .. } = &line.entry {
            for moved in set_aside {
                files.remove(moved.file.as_str());
            }
        }
        files.extend(named(&line.entry));
    }
    files
}

fn names_what_is_recorded(manifest: &Manifest, files: &BTreeMap<&str, Digest>) -> Result<(), Fault> {
    match manifest.files().find(|(name, digest)| files.get(name) != Some(digest)) {
        Some((name, _)) => Err(Fault::from(faults::SourceFileChanged { file: name })),
        None => Ok(()),
    }
}

/// The files that an entry says were written, with their digests.
fn named(entry: &Entry) -> Vec<(&str, Digest)> {
    match entry {
        Entry::Began { plan_sha256, files, .. } => {
            let files = files.iter().map(|file| (file.file.as_str(), file.sha256));
            [(names::PLAN, *plan_sha256)].into_iter().chain(files).collect()
        }
        Entry::Learned { fact, .. } => written(fact).into_iter().collect(),
        Entry::Resumed { set_aside, .. } => set_aside.iter().map(|moved| (moved.now.as_str(), moved.sha256)).collect(),
        Entry::Intent { .. }
        | Entry::Revealed { .. }
        | Entry::Done { .. }
        | Entry::Failed { .. }
        | Entry::Recovered { .. }
        | Entry::Deviates { .. }
        | Entry::Remarked { .. }
        | Entry::Substituted { .. }
        | Entry::StoodIn { .. }
        | Entry::Sealed { .. } => Vec::new(),
    }
}

/// The file that a fact says was written, with its digest. There is no `_` arm: a new fact that names a file must be
/// listed here, or a change of that file would go unnoticed.
fn written(fact: &Fact) -> Option<(&str, Digest)> {
    match fact {
        Fact::Written { file, sha256, .. } | Fact::BackedUp { file, sha256, .. } => Some((file, *sha256)),
        Fact::Present { .. }
        | Fact::Absent { .. }
        | Fact::Arrived { .. }
        | Fact::Gone { .. }
        | Fact::Without { .. }
        | Fact::Decided { .. }
        | Fact::DrillChosen { .. }
        | Fact::WrongShareRefused { .. }
        | Fact::SetsBefore { .. }
        | Fact::DepartedShare { .. }
        | Fact::NextDrill { .. }
        | Fact::Opening { .. }
        | Fact::Surveyed { .. }
        | Fact::Chosen { .. }
        | Fact::CustodiansChange { .. }
        | Fact::NewCustodians
        | Fact::OldCards { .. }
        | Fact::Guarded { .. }
        | Fact::RestoreNotProven
        | Fact::Room { .. }
        | Fact::Seen { .. }
        | Fact::Picked { .. }
        | Fact::Device { .. }
        | Fact::Held { .. }
        | Fact::OtherTokenLabel { .. }
        | Fact::Seeded { .. }
        | Fact::Dealt { .. }
        | Fact::UnderPassword { .. }
        | Fact::SoPinDealt { .. }
        | Fact::DkekDrawn { .. }
        | Fact::ReadBack { .. }
        | Fact::Bagged { .. }
        | Fact::Enciphered { .. }
        | Fact::VaultEmpty
        | Fact::Seated { .. }
        | Fact::SetTyped { .. }
        | Fact::Given { .. }
        | Fact::Opened { .. }
        | Fact::Joined { .. }
            | Fact::Compared { .. }
            | Fact::FingerprintsCompared { .. }
            | Fact::AfterBreak { .. }
            | Fact::SignedOut { .. }
            | Fact::Identified { .. }
            | Fact::NotIdentified { .. }
        | Fact::SoPinRebuilt { .. }
        | Fact::CurrentSoPin { .. }
        | Fact::PinDrawn { .. }
        | Fact::PinShown { .. }
        | Fact::Tries { .. }
        | Fact::Initialised { .. }
        | Fact::Settings { .. }
        | Fact::PinRules(_)
        | Fact::ThrowAwayKey(_)
        | Fact::SoPinChanged { .. }
        | Fact::PinsRead { .. }
        | Fact::PinChangeChosen { .. }
        | Fact::PinChanged { .. }
        | Fact::LoggedIn { .. }
        | Fact::DkekState { .. }
        | Fact::KcvAsked { .. }
        | Fact::Loaded { .. }
        | Fact::Made { .. }
        | Fact::KeyFileRead(_)
        | Fact::Imported(_)
        | Fact::KeyFiles { .. }
        | Fact::Listed { .. }
        | Fact::Lost { .. }
        | Fact::From { .. }
        | Fact::Formers { .. }
        | Fact::BagsOnRecord { .. }
        | Fact::NotSealed { .. }
        | Fact::FoundElsewhere { .. }
        | Fact::PublicKeysUnusable { .. }
        | Fact::WrappedKeysUnusable { .. }
        | Fact::SeveralDkeks { .. }
        | Fact::DkekChosen { .. }
        | Fact::Verified { .. }
        | Fact::Rewrapped { .. }
        | Fact::Traced { .. }
        | Fact::Wanted { .. }
        | Fact::Unwrapped { .. }
        | Fact::Medium { .. }
        | Fact::Copied { .. }
        | Fact::RecordSigner { .. }
        | Fact::MediumLeftOut { .. }
        | Fact::AlsoFrom { .. }
        | Fact::OlderKeysIn { .. }
        | Fact::DeviceLeftOut { .. }
        // Its files are named by facts of their own; in earlier records, anyone can verify the signature itself.
        | Fact::Proven { .. }
        | Fact::NotProvable { .. } => None,
    }
}
