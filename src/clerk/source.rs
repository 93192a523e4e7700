//! What is restored from: a finished sitting with manifest and record, or files that were made elsewhere.

use std::path::Path;

use super::folder::{Folder, RecordFile};
use super::{MANIFEST, foreign, keys};
use crate::plan::Plan;
use crate::record::{BackedUpKey, CeremonyKind, Entry, Fact, Manifest, Proof, verify};
use crate::terms::{Digest, Fault, Kcv, Quorum, Serial};

/// What is restored from.
pub struct Source {
    /// Its folder.
    pub folder: Folder,
    /// Its plan; of files made elsewhere, people and quorum are the given plan's and the keys are those that were found.
    pub plan: Plan,
    /// The keys.
    pub keys: Vec<BackedUpKey>,
    pub(super) title: String,
    pub(super) kcv: Kcv,
    pub(super) prime: Option<String>,
    pub(super) serial: Option<Serial>,
    pub(super) share_file: (String, Digest),
    /// Of a sitting of ours: whether it was a rehearsal, and its record's last digest.
    pub(super) ours: Option<(bool, Digest)>,
}

impl Source {
    /// Opens a folder. Without a manifest it is taken for files made elsewhere, and then `plan` must name people and quorum.
    pub fn open(path: &Path, plan: Option<&Plan>) -> Result<Self, Fault> {
        let folder = Folder::open(path);
        match plan {
            _ if folder.has(MANIFEST) => Self::open_ours(folder),
            Some(plan) => foreign::open(folder, plan),
            None => Err(Fault::new("source-missing").with("folder", path.display())),
        }
    }

    /// The folder of a finished *establish*: its record is unbroken and sealed, its manifest and plan can be read.
    fn open_ours(folder: Folder) -> Result<Self, Fault> {
        let text = |name: &str| folder.read(name).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let manifest = Manifest::parse(&text(MANIFEST)?)?;
        let plan = Plan::parse(&text("plan.json")?)
            .map_err(|faults| faults.into_iter().next().unwrap_or_else(|| Fault::new("plan-not-object")))?;
        let proof = verify(&folder.read(RecordFile::NAME)?)?;
        agrees(&proof, &folder, &manifest, plan.quorum)?;
        let ours = Some((manifest.rehearsal, proof.mark.digest));
        Ok(Self {
            folder,
            plan,
            keys: manifest.keys,
            title: manifest.title,
            kcv: manifest.kcv,
            prime: Some(manifest.prime),
            serial: Some(manifest.serial),
            share_file: (manifest.share_file, manifest.share_file_sha256),
            ours,
        })
    }

    /// Whether the files were made elsewhere.
    pub const fn is_foreign(&self) -> bool {
        self.ours.is_none()
    }

    /// What the record says of it, after every file was compared with its digest.
    pub fn facts(&self, rehearsal: bool) -> Result<Vec<Fact>, Fault> {
        if self.ours.is_some_and(|(was_rehearsal, _)| was_rehearsal != rehearsal) {
            return Err(Fault::new("source-rehearsal-differs"));
        }
        self.share_file()?;
        for key in &self.keys {
            keys::unchanged(&self.folder, &key.wrapped, key.wrapped_sha256)?;
            keys::public_key(&self.folder, key)?;
        }
        Ok(vec![Fact::From {
            folder: self.folder.name(),
            title: self.title.clone(),
            kcv: self.kcv,
            prime: self.prime.clone(),
            serial: self.serial.clone(),
            record_sha256: self.ours.map(|(_, digest)| digest),
        }])
    }

    /// The share file, unchanged.
    pub fn share_file(&self) -> Result<Vec<u8>, Fault> {
        let (name, sha256) = &self.share_file;
        keys::unchanged(&self.folder, name, *sha256)
    }
}

/// Whether the record says of plan and manifest what they say themselves: otherwise somebody changed them afterwards.
fn agrees(proof: &Proof, folder: &Folder, manifest: &Manifest, quorum: Quorum) -> Result<(), Fault> {
    if proof.sealed.is_none() {
        return Err(Fault::new("source-unsealed"));
    }
    let changed = |file: &str| Fault::new("source-file-changed").with("file", file);
    let plan = folder.written("plan.json")?.sha256;
    let began = proof.lines.iter().find_map(|line| match &line.entry {
        Entry::Began { ceremony, plan_sha256, quorum, .. } => Some((*ceremony, *plan_sha256, *quorum)),
        _ => None,
    });
    if began != Some((CeremonyKind::Establish, plan, quorum)) || manifest.quorum != quorum {
        return Err(changed("plan.json"));
    }
    let recorded = |name: &str, digest: Digest| {
        proof.lines.iter().any(|line| match &line.entry {
            Entry::Learned {
                fact: Fact::Written { file, sha256, .. } | Fact::BackedUp { file, sha256, .. }, ..
            } => file == name && *sha256 == digest,
            _ => false,
        })
    };
    if manifest.rehearsal != proof.rehearsal || !recorded(MANIFEST, folder.written(MANIFEST)?.sha256) {
        return Err(changed(MANIFEST));
    }
    let files =
        manifest.keys.iter().flat_map(|key| [(&key.wrapped, key.wrapped_sha256), (&key.public, key.public_sha256)]);
    let share_file = (&manifest.share_file, manifest.share_file_sha256);
    match files.chain([share_file]).find(|(name, digest)| !recorded(name, *digest)) {
        Some((name, _)) => Err(changed(name)),
        None => Ok(()),
    }
}
