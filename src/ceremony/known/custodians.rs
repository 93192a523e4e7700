//! What is known where the custodians change: who they were, who they will be, and which of them act now.

use std::borrow::Cow;

use crate::ceremony::known::Known;
use crate::ceremony::known::bags::Bags;
use crate::ceremony::known::character::{Cards, KeySource};
use crate::ceremony::known::holders::everybody;
use crate::ceremony::known::keys::Keys;
use crate::ceremony::known::shares::Shares;
use crate::plan::{Custody, Plan, PlannedKey};
use crate::record::{GuardedShare, KeyToBackUp};
use crate::terms::Purpose;

/// Whose custodians a step is about, where a sitting changes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Those of the plan.
    OfThePlan,
    /// Those who guarded the DKEK shares before.
    OfBefore,
}

impl Known {
    /// Whose cards are used now: where they change, first those that were dealt earlier.
    pub fn cards(&self) -> Cards {
        match self.ceremony.cards {
            Cards::Changed | Cards::Replaced if self.coming.is_some() || self.plan.before.is_empty() => Cards::Earlier,
            Cards::Changed | Cards::Replaced => Cards::Dealt,
            cards @ (Cards::Dealt | Cards::Earlier | Cards::None) => cards,
        }
    }

    /// The plan by which the list of steps is made: whoever acts now, the DKEK shares in it are those of the plan of today.
    pub fn plan_of_the_list(&self) -> Cow<'_, Plan> {
        self.plan_at(Whose::OfThePlan)
    }

    /// The plan at a step that is about these custodians.
    pub fn plan_at(&self, whose: Whose) -> Cow<'_, Plan> {
        match (whose, &self.coming) {
            (Whose::OfThePlan, Some(coming)) => Cow::Owned(Plan { dkek_shares: coming.clone(), ..self.plan.clone() }),
            (Whose::OfBefore, None) => self.plan.of_those_before(),
            (Whose::OfBefore, Some(_)) | (Whose::OfThePlan, None) => Cow::Borrowed(&self.plan),
        }
    }

    /// What the folder holds, it says itself: what the plan says of keys and of those before is about another day.
    pub(super) fn learn_began(&mut self) {
        match self.ceremony.keys {
            KeySource::Device => self.plan.keys.clear(),
            KeySource::Folder => {
                self.plan.keys.clear();
                self.plan.before.clear();
            }
            KeySource::Known | KeySource::New | KeySource::Files => {}
        }
    }

    /// Those who guarded the DKEK shares until today act first.
    pub(super) fn learn_guarded(&mut self, shares: &[GuardedShare], keys: &[KeyToBackUp]) {
        let before: Vec<Custody> = shares.iter().map(custody).collect();
        let today = self.coming.take().unwrap_or_else(|| self.plan.dkek_shares.clone());
        self.plan.before.clone_from(&before);
        self.plan.dkek_shares = before;
        self.plan.keys = keys.iter().map(carried).collect();
        self.coming = Some(today);
        let holders = everybody(&self.plan);
        self.people.knowing.retain(|known| !holders.contains(known));
        self.people.knowing.extend(holders);
    }

    /// The cards of before open nothing that is made from now on, and whoever held one may get a new one.
    pub(super) fn learn_new_custodians(&mut self) {
        if let Some(today) = self.coming.take() {
            self.plan.dkek_shares = today;
            if self.ceremony.cards == Cards::Replaced {
                // What is known of the old DKEK ends here, but for its name: the keys are still under it.
                self.restored.earlier_kcv = self.shares.dkek_kcv;
                self.shares = Shares { earlier: self.shares.earlier.take(), ..Shares::default() };
            } else {
                self.shares.learn_new_custodians();
            }
        } else {
            // A new DKEK is drawn: what the folder says of the old one is about another.
            self.shares = Shares::default();
            self.keys = Keys::default();
        }
        self.people.knowing.clear();
        self.seats.free();
        self.bags = Bags::default();
        self.restored.learn_new_custodians();
    }

    /// Whether the SO-PIN of the device is on cards of those who guarded the DKEK before.
    pub fn so_pin_on_old_cards(&self) -> bool {
        self.shares.set(Purpose::SoPin).is_some()
    }
}

/// Who guarded a DKEK share, as the plan says it.
pub fn custody(share: &GuardedShare) -> Custody {
    let people = share.people.clone();
    match (share.quorum, share.scheme) {
        (Some(quorum), Some(scheme)) => Custody::Quorum { custodians: people, quorum, scheme },
        (Some(_), None) | (None, _) => Custody::Password { holder: people.into_iter().next().unwrap_or_default() },
    }
}

/// A key of the folder, as the plan says it.
pub fn carried(key: &KeyToBackUp) -> PlannedKey {
    PlannedKey {
        label: key.label.clone(),
        id: key.id.clone(),
        key_type: key.key_type,
        reference: key.reference,
        restore_to: key.reference,
        file: None,
    }
}
