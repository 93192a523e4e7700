//! Whether a stage is due, given what is known.

use crate::ceremony::known::character::Cards;
use crate::ceremony::known::restored::Origin;
use crate::ceremony::machine::Machine;
use crate::ceremony::steps::{Condition, Step, opening};
use crate::record::{DepartedOutcome, Loss, PinName};
use crate::terms::{Drill, Person, Quorum};

impl Machine {
    /// Whether somebody else has the keyboard than whoever acts now.
    fn hands_over(&self) -> bool {
        let progress = &self.known.progress;
        let earlier = if self.detour.is_some() { progress.cursor + 1 } else { progress.cursor };
        let taken = |step: &&Step| !progress.not_needed.contains(&step.number);
        let before = self.steps.iter().take(earlier).rev().find(taken);
        let (before, now) =
            (before.map(|step| step.person(&self.known)), self.step().map(|step| step.person(&self.known)));
        before.is_some() && before != now
    }

    /// Whether every file of a folder of ours can be used; `None`: none of ours is restored from.
    fn ours_is_complete(&self) -> Option<bool> {
        let complete = |source: &Origin| source.public_unusable.is_empty() && source.wrapped_unusable.is_empty();
        self.known.restored.from.as_ref().filter(|_| !self.known.restored.is_foreign()).map(complete)
    }

    pub(in crate::ceremony) fn due(&self, when: Condition) -> bool {
        let role = self.step().map(|step| step.role);
        let key = self.step().and_then(|step| step.key.as_ref());
        let initialised = |role| self.known.devices.get(role).is_some_and(|device| device.initialised);
        let proven = key.zip(role).is_some_and(|(key, role)| self.known.keys.proven_on(key).any(|on| on == role));
        let without_proof = key.is_some_and(|key| self.known.keys.without_proof.contains(key.as_str()));
        let holds_keys = role.and_then(|role| self.known.devices.get(role)).is_some_and(|device| device.keys > 0);
        let original = role.is_some_and(|role| self.known.is_original(role));
        let backed_up = original || role.is_some_and(|role| self.known.devices.holds_what_is_backed_up(role));
        let left_out = &self.known.keys.left_out;
        let left_out = key.map_or(!left_out.is_empty(), |key| left_out.contains(key.as_str()));
        match when {
            Condition::Copied(wanted) => {
                let left_out = |number| self.known.media.left_out.contains(&number);
                self.step().and_then(|step| step.medium).is_some_and(left_out) != wanted
            }
            Condition::SignsRecord(wanted) => self.known.signs_record().is_some() == wanted,
            Condition::Proven => proven,
            Condition::FleetProven(wanted) => self.known.keys.proven.is_empty() != wanted,
            Condition::WithoutProof => without_proof,
            Condition::NotProvable => !proven && !without_proof && !left_out,
            Condition::LeftOut(wanted) => left_out == wanted,
            Condition::Opens(wanted) => self.known.opens_share_files() == wanted,
            Condition::Drills(how) => self.known.drilled.chosen == Some(how),
            Condition::DrillsWithoutDevice => self.known.drills_without_device(),
            Condition::DrillsEveryShare(wanted) => (self.known.drilled.chosen == Some(Drill::Everyone)) == wanted,
            Condition::LosesKeys(wanted) => self.known.loses_keys() == wanted,
            Condition::SoPinRebuilt => self.known.plan.so_pin_share().is_some() && self.known.opens_share_files(),
            Condition::TypesSoPin => role.is_some_and(|role| !self.known.devices.so_pin_on_cards.contains(&role)),
            Condition::SharesNotProven => {
                self.known.drilled.chosen == Some(Drill::Everyone) && !self.known.shares_not_proven().is_empty()
            }
            Condition::BackedUp(verified) => !left_out && self.known.opens_share_files() == verified,
            Condition::OtherReference => {
                let planned = self.known.key(key).filter(|key| self.known.restore_to(key) != key.restore_to);
                planned.is_some()
            }
            Condition::Always => true,
            Condition::HandsOver => self.hands_over(),
            Condition::NeedsEveryone => {
                self.known.plan.dkek_shares.iter().any(|share| share.quorum().is_some_and(Quorum::needs_everyone))
            }
            Condition::Initialised(role) => initialised(role),
            Condition::MayHaveCardsSoPin(role) => {
                let here = self.known.cards() == Cards::Earlier || self.known.devices.initialised.contains(&role);
                initialised(role) && here
            }
            Condition::OtherSoPin(role) => initialised(role) && !self.known.devices.so_pin_on_cards.contains(&role),
            Condition::LastTry(device, pin) => {
                let asked = pin == PinName::So || self.known.devices.kcv_asked != Some(false);
                asked && role == Some(device) && self.known.devices.tries_left(device, pin) == Some(1)
            }
            Condition::NotGiven(card) => {
                let seat = self.step().and_then(Step::seat);
                !self.known.seats.given(card).iter().any(|(taken, _)| Some(*taken) == seat)
            }
            Condition::TypesPrime => self.step().is_some_and(|step| opening::types_set(&self.known, step)),
            Condition::KnowsPrime | Condition::KnowsOldPrime => {
                let typed = self.step().is_some_and(|step| opening::types_set(&self.known, step));
                !typed && self.known.restored.shares_are_foreign() == (when == Condition::KnowsOldPrime)
            }
            Condition::Salvaged => !self.known.shares.defects.is_empty(),
            Condition::OtherThreshold => self.known.shares.needed.is_some(),
            Condition::Several => !self.known.devices.seen.is_empty(),
            Condition::HoldsKeys => holds_keys,
            Condition::HoldsOtherKeys => holds_keys && !backed_up,
            Condition::EmptyOriginal => original && !holds_keys,
            Condition::HoldsBackedUpKeys => holds_keys && backed_up,
            Condition::RolesClash => !self.known.plan.clashes().is_empty(),
            Condition::PublicKeys => self.known.fingerprint().is_some(),
            Condition::ToBeIdentified => !self.known.to_be_identified().is_empty(),
            Condition::AuditorAbsent => {
                self.known.people.absent.iter().any(|person| matches!(person, Person::Auditor(_)))
            }
            Condition::HolderHere(here) => {
                let holder = self.step().and_then(|step| step.puts_away);
                holder.is_none_or(|holder| !self.known.is_absent(Person::Holder(holder))) == here
            }
            Condition::Unfit => self.known.is_unfit(),
            Condition::NotGenuine => role.is_some_and(|role| self.known.devices.is_not_genuine(role)),
            Condition::Missing => self.known.host.misses_something(),
            Condition::KcvHidden => self.known.devices.hides_kcv() && self.known.devices.kcv_asked != Some(false),
            Condition::KcvAsked => self.known.devices.kcv_asked == Some(true),
            Condition::Stolen => self.known.restored.loss == Some(Loss::Stolen),
            Condition::FromOurs => self.ours_is_complete() == Some(true),
            Condition::FromOursInPart => self.ours_is_complete() == Some(false),
            Condition::WrappedKeysUnusable => {
                self.known.restored.from.as_ref().is_some_and(|source| !source.wrapped_unusable.is_empty())
            }
            Condition::AlsoFrom => !self.known.restored.also_from.is_empty(),
            Condition::OlderKeysElsewhere => self.known.restored.older_keys_in.is_some(),
            Condition::SeveralDkeks => !self.known.restored.dkeks.is_empty(),
            Condition::FromElsewhere => self.known.restored.is_foreign(),
            Condition::NotSealed => self.known.restored.from.as_ref().is_some_and(|source| source.not_sealed.is_some()),
            Condition::PublicKeysUnusable => {
                self.known.restored.from.as_ref().is_some_and(|source| !source.public_unusable.is_empty())
            }
            Condition::SoPinOnOldCards => self.known.so_pin_on_old_cards(),
            Condition::OldCardsRemain => self.known.restored.old_cards_destroyed == Some(false),
            Condition::KeyFileHasPassword => {
                let read = self.known.keys.read.as_ref().filter(|(read, _)| Some(read) == key);
                !left_out && read.is_some_and(|(_, form)| form.has_password())
            }
            Condition::KeyFilesRemain => self.known.keys.files_destroyed == Some(false),
            Condition::DepartedHere => {
                let outcome = self.step().and_then(|step| self.known.drilled.departed.get(&step.share));
                outcome.is_some_and(|outcome| *outcome != DepartedOutcome::NotHere)
            }
            Condition::OldDeviceGone => self.known.restored.loss.is_some_and(|loss| loss != Loss::Nothing),
            Condition::Copies => self.known.restored.from.as_ref().is_some_and(|source| !source.copies.is_empty()),
            Condition::Undescribed => {
                let undescribed = |source: &Origin| source.keys.iter().any(|key| key.described.is_none());
                self.known.restored.from.as_ref().is_some_and(undescribed)
            }
            Condition::Damaged => self.known.restored.from.as_ref().is_some_and(|source| !source.damaged.is_empty()),
        }
    }
}
