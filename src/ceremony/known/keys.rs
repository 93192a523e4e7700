//! What is known about the keys.

use std::collections::{BTreeMap, BTreeSet};

use crate::ceremony::known::Known;
use crate::ceremony::known::character::KeySource;
use crate::clerk::acts;
use crate::plan::PlannedKey;
use crate::record::{Entry, Fact, KeyToBackUp, LivesOn, NotProven, RefusedKey, StoredKey, TracedKey};
use crate::terms::{DeviceRole, Digest, Kcv, KeyFileForm, KeyLabel, KeyReference};

/// The keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keys {
    /// Public key digests of the generated keys.
    pub made: BTreeMap<String, Digest>,
    /// Generated keys that their device signed for.
    pub attested: BTreeSet<String>,
    /// The key file that was read last: of which key, and its form.
    pub read: Option<(KeyLabel, KeyFileForm)>,
    /// Imported keys that have the certificate of their file.
    pub certified: BTreeSet<String>,
    /// What people say of the files of imported keys: whether all were destroyed.
    pub files_destroyed: Option<bool>,
    /// What a device listed last.
    pub listed: Vec<StoredKey>,
    /// Where people want keys restored.
    pub wanted: BTreeMap<String, KeyReference>,
    /// The file of the last signature made as proof.
    pub proof: Option<String>,
    /// Keys whose restore was proven, with the device.
    pub proven: BTreeSet<(DeviceRole, String)>,
    /// Keys whose proof was left out.
    pub without_proof: BTreeSet<String>,
    /// Keys that were left out of the restore.
    pub left_out: BTreeSet<String>,
    /// Keys under another DKEK than the one that was chosen.
    pub set_aside: BTreeSet<String>,
    /// Where the keys of a device that is retired live on.
    pub traced: Vec<TracedKey>,
    /// The keys that a device wraps.
    pub surveyed: Vec<KeyToBackUp>,
    /// Those that it does not.
    pub refused: Vec<RefusedKey>,
    /// Keys that nobody here can prove, and why; earlier builds did not record that.
    pub not_provable: BTreeMap<String, Option<NotProven>>,
}

impl Keys {
    pub(super) fn learn_proven(&mut self, role: DeviceRole, label: &KeyLabel, signature_file: &str) {
        self.proof = Some(signature_file.to_owned());
        self.proven.insert((role, label.to_string()));
    }

    /// The devices on which a key was proven.
    pub fn proven_on(&self, label: &KeyLabel) -> impl Iterator<Item = DeviceRole> {
        self.proven.iter().filter(move |(_, proven)| proven == label.as_str()).map(|(role, _)| *role)
    }
}

impl Known {
    /// Whether a quorum opens the share files: always, unless people chose otherwise.
    pub fn opens_share_files(&self) -> bool {
        self.shares.opens != Some(false)
    }

    /// Whether an entry changes the list of steps: where the keys, or those who guarded
    /// them, come from a device or a folder, they are not known before.
    pub fn changes_the_list(&self, entry: &Entry) -> bool {
        match self.ceremony.keys {
            KeySource::Known | KeySource::New | KeySource::Files => false,
            KeySource::Device => {
                matches!(entry, Entry::Began { .. } | Entry::Learned { fact: Fact::Chosen { .. }, .. })
            }
            KeySource::Folder => {
                matches!(entry, Entry::Began { .. } | Entry::Learned { fact: Fact::Guarded { .. }, .. })
            }
        }
    }

    pub(super) fn learn_surveyed(&mut self, keys: &[KeyToBackUp], refused: &[RefusedKey]) {
        self.keys.surveyed = keys.to_vec();
        self.keys.refused = refused.to_vec();
        self.restored.learn_as_described(keys);
    }

    /// Only what is chosen has steps.
    pub(super) fn learn_chosen(&mut self, chosen: &[KeyLabel]) {
        let planned = |key: &KeyToBackUp| PlannedKey {
            label: key.label.clone(),
            id: key.id.clone(),
            key_type: key.key_type,
            reference: key.reference,
            restore_to: key.reference,
            file: None,
        };
        let keys = self.keys.surveyed.iter().filter(|key| chosen.contains(&key.label));
        self.plan.keys = keys.map(planned).collect();
    }

    /// Whether a key of the device that is retired is not proven to live on.
    pub fn loses_keys(&self) -> bool {
        let lives = |traced: &TracedKey| match traced.lives {
            LivesOn::In(_) => true,
            LivesOn::Perhaps(_) | LivesOn::Nowhere => false,
        };
        !self.keys.traced.iter().all(lives)
    }

    /// The keys of the plan that were not left out.
    pub fn kept_keys(&self) -> Vec<PlannedKey> {
        let kept = |key: &&PlannedKey| !self.keys.left_out.contains(key.label.as_str());
        self.plan.keys.iter().filter(kept).cloned().collect()
    }

    /// The DKEK that wraps the keys of a device is the one it has: whatever opens must be that one.
    pub(super) fn learn_dkek_of_the_device(&mut self, kcv: Option<Kcv>) {
        match self.ceremony.keys {
            KeySource::Device | KeySource::New | KeySource::Files => {
                self.shares.dkek_kcv = self.shares.dkek_kcv.or(kcv);
            }
            KeySource::Known | KeySource::Folder => {}
        }
    }

    /// A key of the plan by label.
    pub fn key(&self, label: Option<&KeyLabel>) -> Option<&PlannedKey> {
        self.plan.keys.iter().find(|key| Some(&key.label) == label)
    }

    /// The keys that this sitting is about: not those under another DKEK.
    pub fn keys_of_today(&self) -> impl Iterator<Item = &PlannedKey> {
        self.plan.keys.iter().filter(|key| !self.keys.set_aside.contains(key.label.as_str()))
    }

    /// Those of them that were not left out.
    pub fn keys_that_stay(&self) -> impl Iterator<Item = &PlannedKey> {
        self.keys_of_today().filter(|key| !self.keys.left_out.contains(key.label.as_str()))
    }

    /// The public keys that were written in this sitting, in the order of the keys, with the digests of their files.
    pub fn fingerprints(&self) -> Vec<(KeyLabel, Digest)> {
        let written = |key: &PlannedKey| {
            let file = acts::public_key_file(&key.label);
            let found = self.written.iter().rev().find(|(written, _)| *written == file);
            found.map(|(_, digest)| (key.label.clone(), *digest))
        };
        self.keys_that_stay().filter_map(written).collect()
    }

    /// What names all of them; none: no key has a public key here.
    pub fn fingerprint(&self) -> Option<Digest> {
        acts::fingerprint(&self.fingerprints())
    }

    /// Where a key is restored to: what people said, or else what the plan says.
    pub fn restore_to(&self, key: &PlannedKey) -> KeyReference {
        self.keys.wanted.get(key.label.as_str()).copied().unwrap_or(key.restore_to)
    }
}
