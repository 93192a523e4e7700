//! The manifest being prepared: the results of a sitting's acts. All of it is public.

use std::collections::BTreeMap;

use crate::dkek::Rounds;
use crate::faults::Fault;
use crate::folder::{Folder, names};
use crate::plan::PlannedKey;
use crate::record::{
    BackedUpDkekShare, BackedUpKey, DeviceCertificates, FORM, FORM_OF_BACK_UP, FORM_WITH_CERTIFICATES, Fact, Manifest,
};
use crate::terms::{Digest, DkekShareNumber, Kcv, Serial};

/// What the manifest will say.
#[derive(Default)]
pub struct ManifestDraft {
    /// Who guards each DKEK share.
    pub custody: Vec<String>,
    /// Digests of the share files that were written.
    pub share_files: BTreeMap<DkekShareNumber, Digest>,
    /// The keys that have been backed up.
    pub keys: Vec<BackedUpKey>,
    /// The share files that were opened in this sitting.
    pub opened: Vec<String>,
    /// Whether the share files come from elsewhere.
    pub shares_elsewhere: bool,
    /// The key being backed up.
    expected: Option<PlannedKey>,
    /// Whether a backup was written whose MAC nobody verified.
    macs_not_verified: bool,
    /// The certificates of devices.
    certificates: Vec<DeviceCertificates>,
    sets: BTreeMap<DkekShareNumber, String>,
    kcvs: BTreeMap<DkekShareNumber, Kcv>,
    so_pin_set: Option<String>,
    kcv: Option<Kcv>,
    serial: Option<Serial>,
}

impl ManifestDraft {
    /// The same, with the certificates of another.
    pub fn with_certificates_of(self, other: Self) -> Self {
        Self { certificates: other.certificates, ..self }
    }

    /// A file was set aside, and is made again.
    pub fn forget(&mut self, file: &str) {
        self.share_files.retain(|share, _| names::share_file(*share) != file);
        self.keys.retain(|key| key.wrapped != file);
        self.certificates.retain(|known| known.file != file);
    }

    /// Announces a key that is about to be backed up.
    pub fn expect_key(&mut self, key: PlannedKey) {
        self.expected = Some(key);
    }

    /// Announces share files of an earlier sitting or of another tool, which are copied here.
    pub fn expect_earlier(&mut self, custody: Vec<String>, shares_elsewhere: bool, so_pin_set: Option<String>) {
        self.custody = custody;
        self.shares_elsewhere = shares_elsewhere;
        self.so_pin_set = so_pin_set;
    }

    /// What is known of such a DKEK share.
    pub fn know_share(&mut self, share: DkekShareNumber, set: Option<String>, kcv: Option<Kcv>) {
        self.sets.extend(set.map(|set| (share, set)));
        self.kcvs.extend(kcv.map(|kcv| (share, kcv)));
    }

    /// Names the DKEK and the device that keys are backed up from.
    pub fn back_up_from(&mut self, kcv: Kcv, serial: &Serial) {
        self.kcv.get_or_insert(kcv);
        self.serial.get_or_insert_with(|| serial.clone());
    }

    /// Notes the result of an act.
    ///
    /// # Errors
    /// A key was backed up, but its public key's file cannot be read.
    pub fn note(&mut self, folder: &Folder, fact: &Fact) -> Result<(), Fault> {
        match fact {
            Fact::Dealt { share, set, kcv, .. } => {
                self.sets.insert(*share, set.clone());
                self.kcvs.insert(*share, *kcv);
            }
            Fact::UnderPassword { share, kcv } => {
                self.kcvs.insert(*share, *kcv);
            }
            Fact::SoPinDealt { set, .. } => self.so_pin_set = Some(set.clone()),
            Fact::DkekDrawn { kcv, .. } => self.kcv = Some(*kcv),
            Fact::Written { file, sha256, .. } => {
                let mut numbers = DkekShareNumber::up_to(self.custody.len());
                let share = numbers.find(|share| names::share_file(*share) == *file);
                self.share_files.extend(share.map(|share| (share, *sha256)));
                if let Some(serial) = names::device_of_certificates(file).and_then(|serial| Serial::new(serial).ok()) {
                    self.certificates.retain(|known| known.serial != serial);
                    self.certificates.push(DeviceCertificates { serial, file: file.clone(), sha256: *sha256 });
                }
            }
            Fact::Opened { share, file, kcv, .. } => {
                self.opened.push(file.clone());
                self.kcvs.insert(*share, *kcv);
            }
            Fact::Initialised { serial, .. } => {
                self.serial.get_or_insert_with(|| serial.clone());
            }
            Fact::BackedUp { file, sha256, mac_not_verified, .. } => {
                self.macs_not_verified |= mac_not_verified;
                if let Some(key) = self.expected.take() {
                    self.note_backup(folder, key, file, *sha256)?;
                }
            }
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
            | Fact::ReadBack { .. }
            | Fact::Bagged { .. }
            | Fact::Enciphered { .. }
            | Fact::VaultEmpty
            | Fact::Seated { .. }
            | Fact::SetTyped { .. }
            | Fact::Given { .. }
            | Fact::Joined { .. }
            | Fact::Compared { .. }
            | Fact::FingerprintsCompared { .. }
            | Fact::AfterBreak { .. }
            | Fact::SignedOut { .. }
            | Fact::Identified { .. }
            | Fact::NotIdentified { .. }
            | Fact::SoPinRebuilt { .. }
            | Fact::Settings { .. }
            | Fact::PinRules(_)
            | Fact::ThrowAwayKey(_)
            | Fact::CurrentSoPin { .. }
            | Fact::PinDrawn { .. }
            | Fact::PinShown { .. }
            | Fact::Tries { .. }
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
            | Fact::Proven { .. }
            | Fact::NotProvable { .. } => {}
        }
        Ok(())
    }

    fn note_backup(&mut self, folder: &Folder, key: PlannedKey, file: &str, sha256: Digest) -> Result<(), Fault> {
        let public = names::public_key(&key.label);
        // Where nothing states a public key, none was written.
        let (public, public_sha256) = if folder.has(&public) {
            let written = folder.written(&public)?.sha256;
            (public, written)
        } else {
            (String::new(), sha256)
        };
        self.keys.retain(|known| known.label != key.label);
        self.keys.push(BackedUpKey {
            label: key.label,
            id: key.id,
            key_type: key.key_type,
            reference: key.reference,
            wrapped: file.to_owned(),
            wrapped_sha256: sha256,
            public,
            public_sha256,
        });
        Ok(())
    }

    /// The manifest; `None` if any part of the backup is missing.
    pub fn finish(&self, title: &str, rehearsal: bool, rounds: Rounds, keys: &[PlannedKey]) -> Option<Manifest> {
        let backed_up = |key: &PlannedKey| self.keys.iter().any(|kept| kept.label == key.label);
        if self.custody.is_empty() || keys.is_empty() || !keys.iter().all(backed_up) {
            return None;
        }
        let dkek_share = |(share, custody): (DkekShareNumber, &String)| {
            Some(BackedUpDkekShare {
                custody: custody.clone(),
                set: self.sets.get(&share).cloned(),
                kcv: self.kcvs.get(&share).copied(),
                share_file: names::share_file(share),
                share_file_sha256: *self.share_files.get(&share)?,
            })
        };
        let numbers = DkekShareNumber::up_to(self.custody.len());
        Some(Manifest {
            manifest: if !self.certificates.is_empty() {
                FORM_WITH_CERTIFICATES
            } else if self.shares_elsewhere || self.macs_not_verified {
                FORM_OF_BACK_UP
            } else {
                FORM
            },
            rehearsal,
            title: title.to_owned(),
            dkek_shares: numbers.zip(&self.custody).map(dkek_share).collect::<Option<_>>()?,
            so_pin_set: self.so_pin_set.clone(),
            kcv: self.kcv?,
            rounds: rounds.0,
            serial: self.serial.clone()?,
            shares_elsewhere: self.shares_elsewhere,
            macs_not_verified: self.macs_not_verified,
            certificates: self.certificates.clone(),
            keys: self.keys.clone(),
        })
    }
}
