//! Every deviation, as the entries tell of it: the last line of the record lists them all.

use crate::ceremony::known::Known;
use crate::ceremony::known::roll_call::with_role;
use crate::faults::FaultName;
use crate::plan::PinReset;
use crate::record::{Deviated, DeviationName, Entry, Fact, Remark, ResetRule, Settings};
use crate::terms::{Holder, Number, Person, Seat};

/// What is typed to go on with a device that is not proven to be genuine.
pub const NOT_GENUINE: &str = "NOT GENUINE";

/// What is typed to import a private key that existed outside a device.
pub const IMPORT_KEY: &str = "IMPORT KEY";

impl Known {
    /// Adds what an entry tells of a deviation, before anything else is learned from it.
    pub(super) fn learn_deviations(&mut self, entry: &Entry) {
        let deviated = match entry {
            Entry::Learned { step, fact } => self.deviation_of(*step, fact),
            Entry::Failed { step, act, fault, .. } => self.blocked(*step, act, FaultName::from_word(fault)),
            Entry::Deviates { step, name } => {
                Some(Deviated::new(*step, DeviationName::of_script(name)).happened(name.as_str()))
            }
            Entry::Remarked { step, remark: Remark::Deviation, text } => {
                Some(Deviated::new(*step, DeviationName::Noted).happened(text.as_str()))
            }
            Entry::Substituted { step, share, custodian, name, reason, decided_by, .. } => {
                let person = Person::Holder(Holder { share: *share, custodian: *custodian });
                Some(self.stood_in(*step, person, name, reason.clone(), decided_by.clone()))
            }
            Entry::StoodIn { step, person, name, reason, decided_by, .. } => {
                Some(self.stood_in(*step, *person, name, Some(reason.clone()), decided_by.clone()))
            }
            Entry::Resumed { step, to, .. } => {
                Some(Deviated::new(*step, DeviationName::Resumed).happened(to.to_string()))
            }
            // What people chose after a failure is a deviation where the machine says so.
            Entry::Recovered { .. }
            | Entry::Began { .. }
            | Entry::Intent { .. }
            | Entry::Revealed { .. }
            | Entry::Done { .. }
            | Entry::Remarked { remark: Remark::BreakBegan | Remark::BreakEnded | Remark::Stopped, .. }
            | Entry::Sealed { .. } => None,
        };
        if let Some(deviated) = deviated {
            self.progress.add_deviation(deviated);
        }
    }

    fn stood_in(
        &self,
        step: Number,
        person: Person,
        name: &str,
        reason: Option<String>,
        decided_by: Option<String>,
    ) -> Deviated {
        let former = Some(with_role(&self.plan, person));
        let people = vec![name.to_owned()];
        Deviated { people, instead_of: former, reason, decided_by, ..Deviated::new(step, DeviationName::StoodIn) }
    }

    /// A PIN without tries, once in each step: trying again does not block it again.
    fn blocked(&self, step: Number, act: &str, fault: Option<FaultName>) -> Option<Deviated> {
        // Any other failure is a line of its own, and no deviation until people decide something.
        let names = [
            (FaultName::PinBlocked, DeviationName::PinBlocked),
            (FaultName::SoPinBlocked, DeviationName::SoPinBlocked),
        ];
        let (_, name) = names.into_iter().find(|(blocked, _)| fault == Some(*blocked))?;
        let known = self.progress.deviated.iter().any(|known| (known.step, known.name) == (step, name));
        (!known).then(|| Deviated::new(step, name).happened(act))
    }

    fn deviation_of(&self, step: Number, fact: &Fact) -> Option<Deviated> {
        let new = |name| Deviated::new(step, name);
        match fact {
            Fact::Without { people, decided_by, reason } => Some(Deviated {
                people: people.clone(),
                reason: Some(reason.clone()),
                decided_by: Some(decided_by.clone()),
                ..new(DeviationName::WithoutSomebody)
            }),
            Fact::NotIdentified { name, decided_by, reason, .. } => Some(Deviated {
                people: vec![name.clone()],
                reason: Some(reason.clone()),
                decided_by: Some(decided_by.clone()),
                ..new(DeviationName::NotIdentified)
            }),
            Fact::AfterBreak { confirmed_by, changed: Some(changed), .. } => Some(Deviated {
                people: vec![confirmed_by.clone()],
                ..new(DeviationName::ChangedInBreak).happened(changed.as_str())
            }),
            Fact::Opened { share, wrong, .. } if !wrong.is_empty() => {
                let person = |seat: &Seat| Some(Holder { share: *share, custodian: Some(self.seats.sitter(*seat)?) });
                let people =
                    wrong.iter().filter_map(person).map(|holder| with_role(&self.plan, Person::Holder(holder)));
                let people = people.collect();
                Some(Deviated { people, ..new(DeviationName::WrongShare).happened(seats(wrong)) })
            }
            Fact::SoPinRebuilt { wrong, .. } if !wrong.is_empty() => {
                Some(new(DeviationName::WrongShare).happened(seats(wrong)))
            }
            Fact::MediumLeftOut { number, label, decided_by, reason } => {
                let happened = label.clone().unwrap_or_else(|| number.to_string());
                let new = new(DeviationName::CopyLeftOut).happened(happened);
                Some(Deviated { reason: Some(reason.clone()), decided_by: Some(decided_by.clone()), ..new })
            }
            Fact::DeviceLeftOut { role, serial, decided_by, reason } => {
                let happened = serial.as_ref().map_or_else(|| role.to_string(), |serial| format!("{role} {serial}"));
                let new = new(DeviationName::DeviceLeftOut).happened(happened);
                Some(Deviated { reason: Some(reason.clone()), decided_by: Some(decided_by.clone()), ..new })
            }
            // The reason is noted in the same step.
            Fact::Decided { word } if word == NOT_GENUINE => Some(new(DeviationName::NotGenuine)),
            Fact::Decided { word } if word == IMPORT_KEY => {
                let read = self.keys.read.as_ref().map(|(label, _)| label.to_string());
                Some(Deviated { happened: read, ..new(DeviationName::KeyImported) })
            }
            Fact::KeyFiles { all_destroyed: false } => Some(new(DeviationName::KeyFilesRemain)),
            Fact::NotProvable { label, .. } => Some(new(DeviationName::KeyNotProven).happened(label.as_str())),
            Fact::Initialised { serial, .. } if self.devices.initialised_today.contains(serial) => {
                Some(new(DeviationName::ErasedAgain).happened(serial.as_str()))
            }
            Fact::OtherTokenLabel { planned, found, .. } => Some(Deviated {
                expected: Some(planned.clone()),
                happened: found.clone(),
                ..new(DeviationName::OtherTokenLabel)
            }),
            Fact::Settings(Settings { user_pin_tries, pin_reset, dkek_shares, token_label, .. }) => {
                let planned_reset = match self.plan.pin_reset {
                    PinReset::Off => ResetRule::Off,
                    PinReset::Unblock => ResetRule::Unblock,
                    PinReset::Set => ResetRule::Set,
                };
                let shares = u8::try_from(self.plan.dkek_shares.len()).ok();
                let planned_label = self.label_to_write();
                let same = user_pin_tries.is_none_or(|tries| tries == self.plan.user_pin_tries)
                    && pin_reset.is_none_or(|reset| reset == planned_reset)
                    && dkek_shares.is_none_or(|told| Some(told) == shares)
                    && (planned_label.is_none() || planned_label == token_label.as_deref());
                let expected = settings(Some(self.plan.user_pin_tries), Some(planned_reset), shares, planned_label);
                let happened = settings(*user_pin_tries, *pin_reset, *dkek_shares, token_label.as_deref());
                let (expected, happened) = (Some(expected), Some(happened));
                (!same).then(|| Deviated { expected, happened, ..new(DeviationName::OtherSettings) })
            }
            Fact::Opened { .. }
            | Fact::SoPinRebuilt { .. }
            | Fact::Initialised { .. }
            | Fact::Present { .. }
            | Fact::Absent { .. }
            | Fact::Arrived { .. }
            | Fact::Gone { .. }
            | Fact::Bagged { .. }
            | Fact::Formers { .. }
            | Fact::BagsOnRecord { .. }
            | Fact::CustodiansChange { .. }
            | Fact::NewCustodians
            | Fact::AlsoFrom { .. }
            | Fact::OlderKeysIn { .. }
            | Fact::OldCards { .. }
            | Fact::Guarded { .. }
            | Fact::RestoreNotProven
            | Fact::WrappedKeysUnusable { .. }
            | Fact::SeveralDkeks { .. }
            | Fact::DkekChosen { .. }
            | Fact::PinRules(_)
            | Fact::ThrowAwayKey(_)
            | Fact::Decided { .. }
            | Fact::Room { .. }
            | Fact::Seen { .. }
            | Fact::Picked { .. }
            | Fact::Device { .. }
            | Fact::Seeded { .. }
            | Fact::Dealt { .. }
            | Fact::UnderPassword { .. }
            | Fact::SoPinDealt { .. }
            | Fact::DkekDrawn { .. }
            | Fact::ReadBack { .. }
            | Fact::Enciphered { .. }
            | Fact::VaultEmpty
            | Fact::Written { .. }
            | Fact::Seated { .. }
            | Fact::SetTyped { .. }
            | Fact::Given { .. }
            | Fact::Joined { .. }
            | Fact::Compared { .. }
            | Fact::FingerprintsCompared { .. }
            | Fact::SignedOut { .. }
            | Fact::Identified { .. }
            | Fact::AfterBreak { .. }
            | Fact::CurrentSoPin { .. }
            | Fact::PinDrawn { .. }
            | Fact::PinShown { .. }
            | Fact::Tries { .. }
            | Fact::PinsRead { .. }
            | Fact::PinChangeChosen { .. }
            | Fact::PinChanged { .. }
            | Fact::SoPinChanged { .. }
            | Fact::LoggedIn { .. }
            | Fact::DkekState { .. }
            | Fact::KcvAsked { .. }
            | Fact::Loaded { .. }
            | Fact::Made { .. }
            | Fact::KeyFileRead(_)
            | Fact::Imported(_)
            | Fact::KeyFiles { .. }
            | Fact::Listed { .. }
            | Fact::Held { .. }
            | Fact::BackedUp { .. }
            | Fact::DrillChosen { .. }
            | Fact::WrongShareRefused { .. }
            | Fact::SetsBefore { .. }
            | Fact::DepartedShare { .. }
            | Fact::NextDrill { .. }
            | Fact::Opening { .. }
            | Fact::Surveyed { .. }
            | Fact::Chosen { .. }
            | Fact::Lost { .. }
            | Fact::From { .. }
            | Fact::NotSealed { .. }
            | Fact::FoundElsewhere { .. }
            | Fact::PublicKeysUnusable { .. }
            | Fact::Verified { .. }
            | Fact::Rewrapped { .. }
            | Fact::Traced { .. }
            | Fact::Wanted { .. }
            | Fact::Unwrapped { .. }
            | Fact::Medium { .. }
            | Fact::Copied { .. }
            | Fact::RecordSigner { .. }
            | Fact::Proven { .. } => None,
        }
    }
}

/// `seat 1, seat 3`.
fn seats(seats: &[Seat]) -> String {
    seats.iter().map(|seat| format!("seat {seat}")).collect::<Vec<_>>().join(", ")
}

/// `user-pin-tries 3, pin-reset off, dkek-shares 1, token-label Root`, as far as it is known.
fn settings(tries: Option<u8>, reset: Option<ResetRule>, shares: Option<u8>, label: Option<&str>) -> String {
    let reset = reset.map(|reset| match reset {
        ResetRule::Off => PinReset::Off.word(),
        ResetRule::Unblock => PinReset::Unblock.word(),
        ResetRule::Set => PinReset::Set.word(),
    });
    let known = [
        tries.map(|tries| format!("user-pin-tries {tries}")),
        reset.map(|reset| format!("pin-reset {reset}")),
        shares.map(|shares| format!("dkek-shares {shares}")),
        label.map(|label| format!("token-label {label}")),
    ];
    known.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ceremony::kinds::Ceremony;
    use crate::record::CeremonyKind;
    use crate::terms::{DeviceRole, Serial};

    #[test]
    fn a_blocked_pin_a_second_erasure_and_other_settings_are_deviations_by_name() {
        let plan = crate::plan::Plan::parse(include_str!("../../../assets/plan.example.json")).unwrap();
        let (tries, role) = (plan.user_pin_tries, DeviceRole::Original);
        let mut known = Known::new(&Ceremony::of(CeremonyKind::Establish).character, plan, true);
        let step = Number { section: 6, step: 1 };
        let failed = Entry::Failed { step, act: "log-in".into(), fault: "pin-blocked".into(), values: Vec::new() };
        let learned = |fact| Entry::Learned { step, fact };
        let erased = Fact::Initialised { role, serial: Serial::new("REH0000001").unwrap(), dkek_shares: 1 };
        let settings = |user_pin_tries| {
            Fact::Settings(Settings {
                role,
                user_pin_tries,
                so_pin_tries: None,
                pin_reset: None,
                options: None,
                dkek_shares: Some(1),
                token_label: None,
            })
        };
        // What the device does not say is no deviation, and neither is the first erasure.
        for entry in [learned(erased.clone()), learned(settings(Some(tries))), learned(settings(None))] {
            known.learn(&entry);
        }
        assert_eq!(known.progress.deviations, 0);
        for entry in [failed.clone(), failed, learned(erased), learned(settings(Some(tries + 1)))] {
            known.learn(&entry);
        }
        let names: Vec<DeviationName> = known.progress.deviated.iter().map(|deviated| deviated.name).collect();
        assert_eq!(names, [DeviationName::PinBlocked, DeviationName::ErasedAgain, DeviationName::OtherSettings]);
        assert_eq!(usize::from(known.progress.deviations), names.len());
    }
}
