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
