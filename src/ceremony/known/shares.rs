//! What is known about the DKEK shares: the public values of their sets, their KCVs, and what the last opening found.

use std::collections::BTreeMap;

use crate::record::{Defect, KnownShare};
use crate::terms::{DkekShareNumber, Kcv, Purpose};

/// The DKEK shares, their sets and the DKEK.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shares {
    /// Sources of randomness.
    pub sources: Vec<String>,
    /// The prime of each set, or the set's number.
    pub sets: BTreeMap<Purpose, String>,
    /// The KCVs of the DKEK shares.
    pub kcvs: BTreeMap<DkekShareNumber, Kcv>,
    /// The KCV of the DKEK.
    pub dkek_kcv: Option<Kcv>,
    /// The share file that was opened last.
    pub opened_file: Option<String>,
    /// What the old tool would have failed at in the last opening.
    pub defects: Vec<Defect>,
    /// Whether a quorum opens the share files, where that is chosen.
    pub opens: Option<bool>,
    /// The files that were opened, by DKEK share.
    pub opened: BTreeMap<DkekShareNumber, String>,
    /// How often somebody typed other words than those of the value that was read aloud.
    pub misheard: u8,
    /// What the folder of an earlier sitting says of them: the KCV of the DKEK, the shares, the set of the SO-PIN.
    pub earlier: Option<(Option<Kcv>, Vec<KnownShare>, Option<String>)>,
    /// How many shares the set needed in the last opening, if not as many as the plan says.
    pub needed: Option<u8>,
}

impl Shares {
    /// The prime of a set, or its number, if known.
    pub fn set(&self, card: Purpose) -> Option<&str> {
        self.sets.get(&card).map(String::as_str)
    }

    /// The number of a set of strong shares.
    pub fn set_number(&self, card: Purpose) -> Option<u32> {
        let digits: String = self.set(card)?.chars().filter(|c| *c != ' ').collect();
        u32::from_str_radix(&digits, 16).ok()
    }

    /// The KCV of a DKEK share, if known.
    pub fn kcv(&self, share: DkekShareNumber) -> Option<Kcv> {
        self.kcvs.get(&share).copied()
    }

    pub(super) fn learn_set(&mut self, card: Purpose, set: &str) {
        self.sets.insert(card, set.to_owned());
    }

    /// What an earlier sitting's folder says about them.
    pub(super) fn learn_earlier(&mut self, kcv: Option<Kcv>, shares: &[KnownShare], so_pin_set: Option<&str>) {
        self.earlier = Some((kcv, shares.to_vec(), so_pin_set.map(str::to_owned)));
        self.dkek_kcv = kcv;
        for (number, known) in DkekShareNumber::up_to(shares.len()).zip(shares) {
            self.sets.extend(known.set.clone().map(|set| (Purpose::DkekShare(number), set)));
            self.kcvs.extend(known.kcv.map(|kcv| (number, kcv)));
        }
        self.sets.extend(so_pin_set.map(|set| (Purpose::SoPin, set.to_owned())));
    }

    /// Sets and openings of before say nothing about the cards that are dealt now; the KCVs stay, for the DKEK does.
    pub(super) fn learn_new_custodians(&mut self) {
        self.sets.retain(|card, _| *card == Purpose::SoPin);
        self.opened.clear();
        self.opened_file = None;
        self.needed = None;
        self.defects.clear();
    }

    /// They are again as the folder says.
    pub(super) fn back_to_earlier(&mut self) {
        if let Some((kcv, shares, so_pin_set)) = self.earlier.take() {
            *self = Self::default();
            self.learn_earlier(kcv, &shares, so_pin_set.as_deref());
        }
    }

    pub(super) fn learn_opened(&mut self, share: DkekShareNumber, file: &str, defects: &[Defect], needed: Option<u8>) {
        self.opened_file = Some(file.to_owned());
        self.opened.insert(share, file.to_owned());
        self.needed = needed;
        self.defects = defects.to_vec();
    }
}
