//! People, identified by role: names can change hands, and two people can have one name.

use std::fmt;

use super::{CustodianNumber, DkekShareNumber};

/// Somebody who holds a part of a DKEK share, and who can be replaced by a substitute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holder {
    /// The DKEK share of which they hold a part.
    pub share: DkekShareNumber,
    /// Which custodian of it; `None`: the holder of its password.
    pub custodian: Option<CustodianNumber>,
}

/// Somebody in the plan, identified by role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Person {
    /// The ceremony administrator.
    Administrator,
    /// Somebody who has a part of a DKEK share.
    Holder(Holder),
    /// The SO-PIN holder.
    SoPinHolder,
    /// The PIN holder.
    PinHolder,
    /// An auditor, by their number in the plan.
    Auditor(u8),
    /// A witness, by their number in the plan.
    Witness(u8),
}

const CUSTODIAN: &str = "custodian";
const PASSWORD_HOLDER: &str = "password-holder";
const AUDITOR: &str = "auditor";
const WITNESS: &str = "witness";

impl Person {
    /// The person that a record names: `administrator`, `custodian 1.2` (DKEK share and number), `auditor 1`.
    pub fn parse(text: &str) -> Option<Self> {
        let alone = [Self::Administrator, Self::SoPinHolder, Self::PinHolder];
        if let Some(person) = alone.into_iter().find(|person| person.to_string() == text) {
            return Some(person);
        }
        let (role, number) = text.split_once(' ')?;
        let person = match role {
            CUSTODIAN => {
                let (share, custodian) = number.split_once('.')?;
                let custodian = Some(CustodianNumber::new(custodian.parse().ok()?)?);
                Self::Holder(Holder { share: DkekShareNumber::new(share.parse().ok()?)?, custodian })
            }
            PASSWORD_HOLDER => {
                Self::Holder(Holder { share: DkekShareNumber::new(number.parse().ok()?)?, custodian: None })
            }
            AUDITOR => Self::Auditor(number.parse().ok()?),
            WITNESS => Self::Witness(number.parse().ok()?),
            _ => return None,
        };
        Some(person)
    }

    /// Whether two roles check each other: one person must not have both.
    pub const fn checks(self, other: Self) -> bool {
        use Person::{Administrator, Auditor, Holder, PinHolder, SoPinHolder};
        matches!(
            (self, other),
            (Auditor(_), Holder(_) | Administrator)
                | (Holder(_), Auditor(_) | Administrator)
                | (Administrator, Holder(_) | Auditor(_))
                | (SoPinHolder, PinHolder)
                | (PinHolder, SoPinHolder)
        )
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Administrator => f.write_str("administrator"),
            Self::Holder(Holder { share, custodian: Some(number) }) => write!(f, "{CUSTODIAN} {share}.{number}"),
            Self::Holder(Holder { share, custodian: None }) => write!(f, "{PASSWORD_HOLDER} {share}"),
            Self::SoPinHolder => f.write_str("so-pin-holder"),
            Self::PinHolder => f.write_str("pin-holder"),
            Self::Auditor(number) => write!(f, "{AUDITOR} {number}"),
            Self::Witness(number) => write!(f, "{WITNESS} {number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_read_back_as_written() {
        let share = DkekShareNumber::new(2).unwrap();
        for person in [
            Person::Administrator,
            Person::Holder(Holder { share, custodian: CustodianNumber::new(16) }),
            Person::Holder(Holder { share, custodian: None }),
            Person::SoPinHolder,
            Person::PinHolder,
            Person::Auditor(3),
            Person::Witness(1),
        ] {
            assert_eq!(Person::parse(&person.to_string()), Some(person));
        }
        for wrong in ["", "custodian", "custodian 2", "custodian 9.1", "custodian 1.17", "auditor x", "auditor 300"] {
            assert_eq!(Person::parse(wrong), None, "{wrong}");
        }
    }
}
