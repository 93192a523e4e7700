//! The backup being restored.

use crate::ceremony::known::Known;
use crate::record::{ChangeCause, FoundDkek, FoundKey, KeyToBackUp, Loss, UnusableFile};
use crate::terms::{DeviceRole, Digest, DkekShareNumber, Kcv, KeyLabel, Serial};

/// The origin of a restore: the folder of a finished sitting, or files made elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// Its folder's name.
    pub folder: String,
    /// Its record's last digest, if it has a record.
    pub record: Option<Digest>,
    /// Whether its shares were made elsewhere, even if it has a record.
    pub shares_elsewhere: bool,
    /// The devices that the keys were generated on, if known: none of them is the replacement.
    pub devices: Vec<Serial>,
    /// Its record's number of lines, if the record was never sealed.
    pub not_sealed: Option<u32>,
    /// Files made elsewhere that were passed over.
    pub passed_over: Vec<String>,
    /// Files that start like a wrapped key but cannot be read as one.
    pub damaged: Vec<String>,
    /// Files made elsewhere that are copies of others, each with the other.
    pub copies: Vec<(String, String)>,
    /// The keys of files made elsewhere, as they were found.
    pub keys: Vec<FoundKey>,
    /// Public key files that are missing, changed or unreadable.
    pub public_unusable: Vec<String>,
    /// What differs from the manifest, as far as it is recorded.
    pub public_found: Vec<UnusableFile>,
    /// Keys of a folder of ours whose wrapped keys are missing, changed or unreadable.
    pub wrapped_unusable: Vec<(KeyLabel, UnusableFile)>,
}

/// The backup being restored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Restored {
    /// Its origin.
    pub from: Option<Origin>,
    /// The DKEKs of a folder that has wrapped keys of several.
    pub dkeks: Vec<FoundDkek>,
    /// The one of them that is restored.
    pub chosen: Option<Kcv>,
    /// Names the old DKEK, once another one takes its place.
    pub earlier_kcv: Option<Kcv>,
    /// Further folders, each with the keys that count there.
    pub also_from: Vec<(String, Vec<KeyLabel>)>,
    /// The folder with the older keys, which is not at hand.
    pub older_keys_in: Option<String>,
    /// What became of the old device.
    pub loss: Option<Loss>,
    /// Why the custodians change.
    pub cause: Option<ChangeCause>,
    /// Whether people say that all old cards were destroyed.
    pub old_cards_destroyed: Option<bool>,
}

impl Known {
    /// Whether the device found for a role is one that the keys being restored were generated on.
    pub fn is_original(&self, role: DeviceRole) -> bool {
        let of_backup =
            |origin: &Origin| self.devices.serial(role).is_some_and(|found| origin.devices.contains(&found));
        role == DeviceRole::Replacement && self.restored.from.as_ref().is_some_and(of_backup)
    }

    /// The keys under other DKEKs are none of this sitting's business. Where there is only one DKEK share, its KCV is that
    /// of the DKEK.
    pub(super) fn learn_dkek_chosen(&mut self, kcv: Kcv) {
        self.restored.chosen = Some(kcv);
        let others = self.restored.dkeks.iter().filter(|dkek| dkek.kcv != kcv);
        self.keys.set_aside = others.flat_map(|dkek| &dkek.keys).map(|(label, _)| label.to_string()).collect();
        if self.plan.dkek_shares.len() == 1 {
            self.shares.kcvs.insert(DkekShareNumber::FIRST, kcv);
        }
    }

    /// The wrapped keys that are not those of the manifest are left out.
    pub(super) fn learn_unusable_left_out(&mut self) {
        let unusable = self.restored.from.iter().flat_map(|origin| &origin.wrapped_unusable);
        self.keys.left_out.extend(unusable.map(|(label, _)| label.to_string()));
    }
}

impl Restored {
    /// Whether the origin was made elsewhere: it has no record of ours.
    pub fn is_foreign(&self) -> bool {
        self.from.as_ref().is_some_and(|origin| origin.record.is_none())
    }

    /// Whether its shares were made elsewhere: nobody knows who has which, and they may have the old tool's defects.
    pub fn shares_are_foreign(&self) -> bool {
        self.from.as_ref().is_some_and(|origin| origin.shares_elsewhere)
    }

    pub(super) fn learn_also_from(&mut self, folder: &str, keys: &[KeyLabel]) {
        self.also_from.push((folder.to_owned(), keys.to_vec()));
    }

    pub(super) fn learn_from(
        &mut self,
        folder: &str,
        serial: Option<&Serial>,
        record: Option<Digest>,
        shares_elsewhere: bool,
    ) {
        // The folder may be read again.
        (self.also_from, self.older_keys_in) = (Vec::new(), None);
        self.from = Some(Origin {
            folder: folder.to_owned(),
            record,
            shares_elsewhere: shares_elsewhere || record.is_none(),
            devices: serial.into_iter().cloned().collect(),
            not_sealed: None,
            passed_over: Vec::new(),
            damaged: Vec::new(),
            copies: Vec::new(),
            keys: Vec::new(),
            public_unusable: Vec::new(),
            public_found: Vec::new(),
            wrapped_unusable: Vec::new(),
        });
    }

    /// What the descriptions of keys on a device say, which need not be valid in a plan.
    pub(super) fn learn_as_described(&mut self, keys: &[KeyToBackUp]) {
        let found = |key: &KeyToBackUp| FoundKey {
            label: key.label.clone(),
            file: String::new(),
            described: key.described.clone(),
            id: key.described_id.clone(),
            reference: Some(key.reference),
        };
        if let Some(origin) = &mut self.from {
            origin.keys = keys.iter().map(found).collect();
        }
    }

    /// The cards that are dealt now are ours.
    pub(super) fn learn_new_custodians(&mut self) {
        if let Some(origin) = &mut self.from {
            origin.shares_elsewhere = false;
        }
    }

    pub(super) fn learn_not_sealed(&mut self, lines: u32) {
        if let Some(origin) = &mut self.from {
            origin.not_sealed = Some(lines);
        }
    }

    pub(super) fn learn_public_unusable(&mut self, files: &[String], found: &[UnusableFile]) {
        if let Some(origin) = &mut self.from {
            origin.public_unusable = files.to_vec();
            origin.public_found = found.to_vec();
        }
    }

    pub(super) fn learn_wrapped_unusable(&mut self, keys: &[(KeyLabel, UnusableFile)]) {
        if let Some(origin) = &mut self.from {
            origin.wrapped_unusable = keys.to_vec();
        }
    }

    /// How a key of files made elsewhere was found.
    pub fn found(&self, label: &KeyLabel) -> Option<&FoundKey> {
        self.from.as_ref()?.keys.iter().find(|found| found.label == *label)
    }

    pub(super) fn learn_found_keys(&mut self, copies: &[(String, String)], keys: &[FoundKey]) {
        if let Some(origin) = &mut self.from {
            origin.copies = copies.to_vec();
            origin.keys = keys.to_vec();
        }
    }

    pub(super) fn learn_found_elsewhere(&mut self, devices: &[Serial], passed_over: &[String], damaged: &[String]) {
        if let Some(origin) = &mut self.from {
            origin.devices = devices.to_vec();
            origin.passed_over = passed_over.to_vec();
            origin.damaged = damaged.to_vec();
        }
    }
}
