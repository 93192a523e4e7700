//! What is restored from: a finished sitting with manifest and record, or files that were made elsewhere.

use std::path::Path;

use super::folder::{Folder, RecordFile};
use super::{MANIFEST, foreign, keys};
use crate::plan::{Custody, Plan};
use crate::record::{BackedUpDkekShare, BackedUpKey, CeremonyKind, Entry, Fact, KnownShare, Manifest, Proof, verify};
use crate::terms::{Digest, DkekShareNumber, Fault, Kcv, Serial};

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
    pub(super) so_pin_set: Option<String>,
    pub(super) serial: Option<Serial>,
    /// The share files with their digests; of a sitting of ours in the order of the DKEK shares.
    pub(super) share_files: Vec<(KnownShare, Digest)>,
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
        agrees(&proof, &folder, &manifest, &plan)?;
        let ours = Some((manifest.rehearsal, proof.mark.digest));
        Ok(Self {
            folder,
            plan,
            keys: manifest.keys,
            title: manifest.title,
            kcv: manifest.kcv,
            so_pin_set: manifest.so_pin_set,
            serial: Some(manifest.serial),
            share_files: manifest.dkek_shares.into_iter().map(known).collect(),
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
        for (share, sha256) in &self.share_files {
            keys::unchanged(&self.folder, &share.file, *sha256)?;
        }
        for key in &self.keys {
            keys::unchanged(&self.folder, &key.wrapped, key.wrapped_sha256)?;
            keys::public_key(&self.folder, key)?;
        }
        Ok(vec![Fact::From {
            folder: self.folder.name(),
            title: self.title.clone(),
            kcv: self.kcv,
            dkek_shares: self.share_files.iter().map(|(share, _)| share.clone()).collect(),
            so_pin_set: self.so_pin_set.clone(),
            serial: self.serial.clone(),
            record_sha256: self.ours.map(|(_, digest)| digest),
        }])
    }

    /// The share files that a DKEK share can be in, unchanged, the likeliest first. Of files made elsewhere nothing says which
    /// is which: any but those that were `opened` already.
    pub fn share_files(&self, share: DkekShareNumber, opened: &[String]) -> Result<Vec<(String, Vec<u8>)>, Fault> {
        let file = |(known, sha256): &(KnownShare, Digest)| {
            Ok((known.file.clone(), keys::unchanged(&self.folder, &known.file, *sha256)?))
        };
        if !self.is_foreign() {
            return self.share_files.get(share.index()).into_iter().map(file).collect();
        }
        let (first, others): (Vec<_>, Vec<_>) = (0..).zip(&self.share_files).partition(|(at, _)| *at == share.index());
        let all = first.into_iter().chain(others).map(|(_, known)| known);
        all.filter(|(known, _)| !opened.contains(&known.file)).map(file).collect()
    }
}

fn known(share: BackedUpDkekShare) -> (KnownShare, Digest) {
    let known = KnownShare { file: share.share_file, set: share.set, kcv: Some(share.kcv) };
    (known, share.share_file_sha256)
}

/// Whether the record says of plan and manifest what they say themselves: otherwise somebody changed them afterwards.
fn agrees(proof: &Proof, folder: &Folder, manifest: &Manifest, planned: &Plan) -> Result<(), Fault> {
    if proof.sealed.is_none() {
        return Err(Fault::new("source-unsealed"));
    }
    let changed = |file: &str| Fault::new("source-file-changed").with("file", file);
    let plan = folder.written("plan.json")?.sha256;
    let custody: Vec<String> = planned.dkek_shares.iter().map(Custody::word).collect();
    let began = proof.lines.iter().find_map(|line| match &line.entry {
        Entry::Began { ceremony, plan_sha256, custody, .. } => Some((*ceremony, *plan_sha256, custody.clone())),
        _ => None,
    });
    let same = manifest.dkek_shares.iter().map(|share| &share.custody).eq(&custody);
    if began != Some((CeremonyKind::Establish, plan, custody)) || !same {
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
    let share_files = manifest.dkek_shares.iter().map(|share| (&share.share_file, share.share_file_sha256));
    match files.chain(share_files).find(|(name, digest)| !recorded(name, *digest)) {
        Some((name, _)) => Err(changed(name)),
        None => Ok(()),
    }
}
