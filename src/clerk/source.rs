//! The finished sitting that is restored from: its manifest, its record, and that its files are unchanged.

use std::path::Path;

use super::folder::{Folder, RecordFile};
use super::{MANIFEST, keys};
use crate::plan::Plan;
use crate::record::{Fact, Manifest, Proof, verify};
use crate::terms::Fault;

/// A sitting that is restored from.
pub struct Source {
    /// Its folder.
    pub folder: Folder,
    /// What it left behind.
    pub manifest: Manifest,
    /// Its plan.
    pub plan: Plan,
    proof: Proof,
}

impl Source {
    /// Opens the folder of a finished *establish*: its record is unbroken, its manifest and plan can be read.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let folder = Folder::open(path);
        if !folder.has(MANIFEST) {
            return Err(Fault::new("source-missing").with("folder", path.display()));
        }
        let text = |name: &str| folder.read(name).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let manifest = Manifest::parse(&text(MANIFEST)?)?;
        let plan = Plan::parse(&text("plan.json")?)
            .map_err(|faults| faults.into_iter().next().unwrap_or_else(|| Fault::new("plan-not-object")))?;
        let proof = verify(&folder.read(RecordFile::NAME)?)?;
        if proof.sealed.is_none() {
            return Err(Fault::new("source-unsealed"));
        }
        Ok(Self { folder, manifest, plan, proof })
    }

    /// What the record says of it, after every file was compared with the manifest.
    pub fn facts(&self, rehearsal: bool) -> Result<Vec<Fact>, Fault> {
        let manifest = &self.manifest;
        if manifest.rehearsal != rehearsal {
            return Err(Fault::new("source-rehearsal-differs"));
        }
        self.share_file()?;
        for key in &manifest.keys {
            keys::unchanged(&self.folder, &key.wrapped, key.wrapped_sha256)?;
            keys::unchanged(&self.folder, &key.public, key.public_sha256)?;
        }
        Ok(vec![Fact::From {
            folder: self.folder.name(),
            title: manifest.title.clone(),
            kcv: manifest.kcv,
            prime: manifest.prime.clone(),
            serial: manifest.serial.clone(),
            record_sha256: Some(self.proof.mark.digest),
        }])
    }

    /// The share file, unchanged.
    pub fn share_file(&self) -> Result<Vec<u8>, Fault> {
        keys::unchanged(&self.folder, &self.manifest.share_file, self.manifest.share_file_sha256)
    }
}
