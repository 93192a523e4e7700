//! What people should know about a plan before the day: nothing here forbids it.

use std::collections::BTreeMap;

use super::{Clash, Custody, DeviceUse, PinReset, Plan};
use crate::names::PlanField as F;
use crate::terms::{DkekShareNumber, Holder, Person, Quorum, Scheme, folded};

/// Something that people should know about a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concern {
    /// One person has two roles that check each other.
    Clash(Clash),
    /// Nobody follows the script besides those who act.
    NoAuditor,
    /// One password of one person guards everything.
    PasswordAlone {
        /// Who holds it.
        holder: String,
    },
    /// One of several DKEK shares is guarded by one person's password: without that person, nobody restores.
    OnePerson {
        /// Which.
        share: DkekShareNumber,
        /// Who holds it.
        holder: String,
    },
    /// M = N: one lost share loses everything.
    EveryoneNeeded {
        /// Of which DKEK share.
        share: DkekShareNumber,
        /// M of N.
        quorum: Quorum,
    },
    /// N ≥ 2M: two groups without a person in common can each open it.
    TwoGroups {
        /// Of which DKEK share.
        share: DkekShareNumber,
        /// M of N.
        quorum: Quorum,
    },
    /// N < 2M: any two groups have somebody in common. What may be lost is N − M.
    GroupsMeet {
        /// Of which DKEK share.
        share: DkekShareNumber,
        /// M of N.
        quorum: Quorum,
    },
    /// The password that the scheme splits is shorter than 128 bits.
    ShortPassword {
        /// Of which DKEK share.
        share: DkekShareNumber,
    },
    /// M shares are kept in one place.
    PlaceOpens {
        /// Of which DKEK share.
        share: DkekShareNumber,
        /// Where.
        place: String,
        /// How many shares are there.
        kept: u8,
        /// M of N.
        quorum: Quorum,
    },
    /// M shares are kept in two places, and in neither of them alone.
    PairOpens {
        /// Of which DKEK share.
        share: DkekShareNumber,
        /// Where: the two that keep the most.
        places: [String; 2],
        /// How many shares are there.
        kept: u8,
        /// For how many pairs of places this is true.
        pairs: usize,
        /// M of N.
        quorum: Quorum,
    },
    /// If one place is lost, fewer than M shares are left.
    PlaceLoses {
        /// Of which DKEK share.
        share: DkekShareNumber,
        /// Where.
        place: String,
        /// How many are left.
        left: u8,
        /// M of N.
        quorum: Quorum,
    },
    /// The plan does not say where these people keep their shares.
    PlaceUnknown {
        /// Of which DKEK share.
        share: DkekShareNumber,
        /// Whose.
        names: Vec<String>,
    },
    /// Whoever knows the SO-PIN can take the keys.
    PinResetSet,
    /// A re-key leaves the old keys in use.
    CarriesKeys,
    /// The restore is not proven on the day.
    RestoreNotProven,
    /// No spare device is brought.
    NoSpare,
    /// Nobody has approved it.
    NotApproved,
}

impl Concern {
    /// Whether something should be changed, or at least decided. Otherwise it is good to know.
    pub const fn is_warning(&self) -> bool {
        match self {
            Self::Clash(_)
            | Self::NoAuditor
            | Self::PasswordAlone { .. }
            | Self::OnePerson { .. }
            | Self::EveryoneNeeded { .. }
            | Self::TwoGroups { .. }
            | Self::ShortPassword { .. }
            | Self::PlaceOpens { .. }
            | Self::PairOpens { .. }
            | Self::PlaceLoses { .. }
            | Self::PlaceUnknown { .. }
            | Self::PinResetSet
            | Self::CarriesKeys
            | Self::NoSpare => true,
            Self::GroupsMeet { .. } | Self::RestoreNotProven | Self::NotApproved => false,
        }
    }

    /// The paths of the fields where it can be changed: the first that the plan has is meant.
    pub fn fields(&self) -> Vec<String> {
        let of_share = |share: &DkekShareNumber, inside: F, at_the_top: F| {
            vec![inside.path().replace("[]", &format!("[{share}]")), at_the_top.path().to_owned()]
        };
        let custodians = |share| of_share(share, F::DkekSharesCustodians, F::Custodians);
        match self {
            Self::Clash(clash) => clash.roles.iter().rev().flat_map(|person| fields_of(*person)).collect(),
            Self::NoAuditor => vec![F::Auditors.path().to_owned()],
            Self::PasswordAlone { .. } => vec![format!("{}[1]", F::DkekShares.path())],
            Self::OnePerson { share, .. } => of_share(share, F::DkekSharesPasswordHolder, F::DkekShares),
            Self::EveryoneNeeded { share, .. } | Self::TwoGroups { share, .. } | Self::GroupsMeet { share, .. } => {
                of_share(share, F::DkekSharesThreshold, F::Threshold)
            }
            Self::ShortPassword { share } => {
                [of_share(share, F::DkekSharesScheme, F::Scheme), custodians(share)].concat()
            }
            Self::PlaceOpens { .. } | Self::PairOpens { .. } | Self::PlaceLoses { .. } => {
                vec![F::People.path().to_owned()]
            }
            Self::PlaceUnknown { share, .. } => [vec![F::People.path().to_owned()], custodians(share)].concat(),
            Self::PinResetSet => vec![F::DevicePinReset.path().to_owned()],
            Self::CarriesKeys => vec![F::CarryKeys.path().to_owned()],
            Self::RestoreNotProven => vec![F::ProveRestore.path().to_owned()],
            Self::NoSpare => vec![F::Devices.path().to_owned()],
            Self::NotApproved => vec![F::Approval.path().to_owned()],
        }
    }
}

/// Where a plan may name somebody.
fn fields_of(person: Person) -> Vec<String> {
    let listed = |field: F, number: &dyn std::fmt::Display| format!("{}[{number}]", field.path());
    let in_share = |field: F, share: DkekShareNumber| field.path().replace("[]", &format!("[{share}]"));
    match person {
        Person::Administrator => vec![F::Administrator.path().to_owned()],
        Person::Holder(Holder { share, custodian: Some(number) }) => {
            let inside = format!("{}[{number}]", in_share(F::DkekSharesCustodians, share));
            vec![inside, listed(F::Custodians, &number)]
        }
        Person::Holder(Holder { share, custodian: None }) => vec![in_share(F::DkekSharesPasswordHolder, share)],
        Person::SoPinHolder => vec![F::DeviceSoPinHolder.path().to_owned()],
        Person::PinHolder => vec![F::DevicePinHolder.path().to_owned()],
        Person::Auditor(number) => vec![listed(F::Auditors, &number)],
        Person::Witness(number) => vec![listed(F::Witnesses, &number)],
    }
}

impl Plan {
    /// Everything that people should know about this plan.
    pub fn concerns(&self) -> Vec<Concern> {
        let mut concerns: Vec<Concern> = self.clashes().into_iter().map(Concern::Clash).collect();
        concerns.extend(self.auditors.is_empty().then_some(Concern::NoAuditor));
        for share in self.numbers() {
            match self.custody(share) {
                Some(Custody::Quorum { quorum, scheme, .. }) => {
                    concerns.push(groups(share, *quorum));
                    concerns.extend(match scheme {
                        Scheme::ScHsmTool => Some(Concern::ShortPassword { share }),
                        Scheme::Words => None,
                    });
                    concerns.extend(self.of_places(share, *quorum));
                }
                Some(Custody::Password { holder }) => {
                    let holder = holder.clone();
                    concerns.push(if self.dkek_shares.len() == 1 {
                        Concern::PasswordAlone { holder }
                    } else {
                        Concern::OnePerson { share, holder }
                    });
                }
                None => {}
            }
        }
        concerns.extend(match self.pin_reset {
            PinReset::Set => Some(Concern::PinResetSet),
            PinReset::Off | PinReset::Unblock => None,
        });
        concerns.extend(self.carry_keys.then_some(Concern::CarriesKeys));
        concerns.extend((!self.prove_restore).then_some(Concern::RestoreNotProven));
        concerns.extend(self.devices_for(DeviceUse::Spare).next().is_none().then_some(Concern::NoSpare));
        concerns.extend(self.arrangements.approval.is_none().then_some(Concern::NotApproved));
        concerns
    }

    /// What it means for a DKEK share where its cards are kept.
    fn of_places(&self, share: DkekShareNumber, quorum: Quorum) -> Vec<Concern> {
        let mut places: BTreeMap<String, (String, u8)> = BTreeMap::new();
        let mut unknown = Vec::new();
        for number in quorum.numbers() {
            let person = Person::Holder(Holder { share, custodian: Some(number) });
            match self.keeps_at(person) {
                Some(place) => places.entry(folded(place)).or_insert_with(|| (place.to_owned(), 0)).1 += 1,
                None => unknown.push(self.name_of(person).to_owned()),
            }
        }
        let mut concerns = Vec::new();
        if !unknown.is_empty() {
            concerns.push(Concern::PlaceUnknown { share, names: unknown });
        }
        let (enough, all) = (quorum.threshold(), quorum.custodians());
        let places: Vec<(String, u8)> = places.into_values().collect();
        for (place, kept) in places.iter().filter(|(_, kept)| *kept >= enough) {
            concerns.push(Concern::PlaceOpens { share, place: place.clone(), kept: *kept, quorum });
        }
        let pairs = places
            .iter()
            .enumerate()
            .flat_map(|(number, one)| places.iter().skip(number + 1).map(move |other| ([one, other], one.1 + other.1)));
        let pairs: Vec<_> =
            pairs.filter(|(pair, kept)| *kept >= enough && pair.iter().all(|(_, kept)| *kept < enough)).collect();
        if let Some((pair, kept)) = pairs.iter().max_by_key(|(_, kept)| *kept) {
            let places = pair.map(|(place, _)| place.clone());
            concerns.push(Concern::PairOpens { share, places, kept: *kept, pairs: pairs.len(), quorum });
        }
        // That a single lost card can be one too many is said elsewhere.
        for (place, kept) in places.iter().filter(|(_, kept)| *kept > 1 && all - kept < enough) {
            concerns.push(Concern::PlaceLoses { share, place: place.clone(), left: all - kept, quorum });
        }
        concerns
    }
}

/// What M of N means for those who open it.
fn groups(share: DkekShareNumber, quorum: Quorum) -> Concern {
    let (threshold, custodians) = (quorum.threshold(), quorum.custodians());
    if quorum.needs_everyone() {
        Concern::EveryoneNeeded { share, quorum }
    } else if custodians >= 2 * threshold {
        Concern::TwoGroups { share, quorum }
    } else {
        Concern::GroupsMeet { share, quorum }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// A plan with M of N custodians, who keep their cards in these places.
    fn plan(threshold: u8, places: &[Option<&str>]) -> Plan {
        let names: Vec<String> = (1..=places.len()).map(|number| format!("Guard {number}")).collect();
        let people =
            names.iter().zip(places).filter_map(|(name, place)| Some(json!({ "name": name, "keeps_at": (*place)? })));
        let plan = json!({
            "plan": 1, "title": "Test", "administrator": "Admin", "auditors": ["Auditor"],
            "custodians": names, "threshold": threshold, "scheme": "words",
            "device": { "so_pin_holder": "So", "pin_holder": "Pin", "user_pin_tries": 3 },
            "keys": [{ "label": "key", "type": "EC:secp256r1", "id": "10" }], "prove_restore": true,
            "devices": [{ "role": "spare" }], "approval": { "by": "Board" }, "people": people.collect::<Vec<_>>(),
        });
        Plan::parse(&plan.to_string()).unwrap()
    }

    #[test]
    fn two_groups_can_open_it_behind_each_others_back_only_if_there_are_custodians_for_both() {
        for custodians in 2..=16_u8 {
            for threshold in 2..=custodians {
                let places = vec![None; usize::from(custodians)];
                let concerns = plan(threshold, &places).concerns();
                let two = concerns.iter().any(|concern| matches!(concern, Concern::TwoGroups { .. }));
                let all = concerns.iter().any(|concern| matches!(concern, Concern::EveryoneNeeded { .. }));
                let meet = concerns.iter().any(|concern| matches!(concern, Concern::GroupsMeet { .. }));
                // The first group takes the first M; the second must do with the others.
                assert_eq!(two, custodians - threshold >= threshold, "{threshold} of {custodians}");
                assert_eq!(all, custodians == threshold, "{threshold} of {custodians}");
                assert!([two, all, meet].iter().filter(|said| **said).count() == 1, "{concerns:?}");
            }
        }
    }

    #[test]
    fn every_distribution_of_four_cards_to_three_places_is_judged_rightly() {
        let names = [None, Some("bank"), Some("office"), Some("home")];
        for threshold in 2..=4_u8 {
            let everywhere = plan(threshold, &[Some("bank"); 4]);
            for code in 0..256_usize {
                let places: Vec<Option<&str>> = (0..4).map(|card| names[code >> (2 * card) & 3]).collect();
                let mut plan = everywhere.clone();
                for (person, place) in plan.arrangements.people.iter_mut().zip(&places) {
                    person.keeps_at = place.map(str::to_owned);
                }
                let concerns = plan.concerns();
                let kept = |inside: &[&str]| {
                    places.iter().filter(|place| place.is_some_and(|place| inside.contains(&place))).count()
                };
                let enough = |inside: &[&str]| kept(inside) >= usize::from(threshold);
                let lost = |place: &str| kept(&[place]) > 1 && 4 - kept(&[place]) < usize::from(threshold);
                let (one, at) = (["bank", "office", "home"], format!("{threshold} {places:?}: {concerns:?}"));
                let opens = |concern: &&Concern| matches!(concern, Concern::PlaceOpens { .. });
                let count = one.iter().filter(|place| enough(&[place])).count();
                assert_eq!(concerns.iter().filter(opens).count(), count, "{at}");
                let pairs = [["bank", "office"], ["bank", "home"], ["office", "home"]];
                let pairs = pairs.iter().filter(|pair| enough(&pair[..]) && !pair.iter().any(|place| enough(&[place])));
                let said = concerns.iter().find_map(|concern| match concern {
                    Concern::PairOpens { pairs, .. } => Some(*pairs),
                    _ => None,
                });
                assert_eq!(said.unwrap_or_default(), pairs.count(), "{at}");
                let loses = |concern: &&Concern| matches!(concern, Concern::PlaceLoses { .. });
                assert_eq!(
                    concerns.iter().filter(loses).count(),
                    one.iter().filter(|place| lost(place)).count(),
                    "{at}"
                );
                let unknown = concerns.iter().find_map(|concern| match concern {
                    Concern::PlaceUnknown { names, .. } => Some(names.len()),
                    _ => None,
                });
                assert_eq!(unknown.unwrap_or_default(), places.iter().filter(|place| place.is_none()).count(), "{at}");
            }
        }
    }

    #[test]
    fn a_place_is_one_however_it_is_spelt() {
        let concerns = plan(2, &[Some("Main bank"), Some("main  BANK"), Some("home")]).concerns();
        assert!(concerns.iter().any(|concern| matches!(concern, Concern::PlaceOpens { kept: 2, .. })), "{concerns:?}");
    }

    /// What is said of the example after a change, as the words before the values.
    fn said(change: impl Fn(&mut Value)) -> Vec<String> {
        let mut plan: Value = serde_json::from_str(include_str!("../../assets/plan.new.json")).unwrap();
        plan.as_object_mut().unwrap().remove("people");
        change(&mut plan);
        let plan = Plan::parse(&plan.to_string()).unwrap();
        let name = |concern: &Concern| {
            let text = format!("{concern:?}");
            text.split([' ', '(']).next().unwrap_or_default().to_owned()
        };
        plan.concerns().iter().filter(|concern| concern.is_warning()).map(name).collect()
    }

    #[test]
    fn every_warning_comes_with_its_cause_and_goes_with_it() {
        let always = ["PlaceUnknown"];
        assert_eq!(said(|_| {}), always);
        assert_eq!(said(|plan| plan["scheme"] = "sc-hsm-tool".into()), ["ShortPassword", "PlaceUnknown"]);
        assert_eq!(said(|plan| plan["auditors"] = json!([])), ["NoAuditor", "PlaceUnknown"]);
        assert_eq!(said(|plan| plan["administrator"] = "Ada Lovelace".into()), ["Clash", "PlaceUnknown"]);
        assert_eq!(said(|plan| plan["threshold"] = 2.into()), ["TwoGroups", "PlaceUnknown"]);
        assert_eq!(said(|plan| plan["threshold"] = 5.into()), ["EveryoneNeeded", "PlaceUnknown"]);
        assert_eq!(said(|plan| plan["device"]["pin_reset"] = "set".into()), ["PlaceUnknown", "PinResetSet"]);
        assert_eq!(said(|plan| plan["devices"] = json!([{ "role": "original" }])), ["PlaceUnknown", "NoSpare"]);
        let shares = |shares: Value| {
            said(move |plan| {
                let map = plan.as_object_mut().unwrap();
                for field in ["custodians", "threshold", "scheme"] {
                    map.remove(field);
                }
                map.insert("dkek_shares".to_owned(), shares.clone());
            })
        };
        assert_eq!(shares(json!([{ "password_holder": "A" }])), ["PasswordAlone"]);
        assert_eq!(shares(json!([{ "password_holder": "A" }, { "password_holder": "B" }])), ["OnePerson", "OnePerson"]);
    }
}
