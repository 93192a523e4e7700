//! Which texts of a record can be withheld from an outsider. There is no `_` arm: every new entry and fact decides it.

use super::detail::Remark;
use super::entry::Entry;
use super::fact::Fact;

/// A kind of text that can be withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Names of people.
    Names,
    /// What people wrote in their own words, and the details of what failed.
    Notes,
    /// Numbers of bags.
    Bags,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Names, Self::Notes, Self::Bags];

    /// The word of the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Names => "names",
            Self::Notes => "notes",
            Self::Bags => "bags",
        }
    }

    /// The part of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.word() == word)
    }
}

/// Where a text is that can be withheld; `*` is any place in a list, and what lies below belongs to it.
type Place = (&'static str, Part);

/// The part that the value at this path of a line belongs to; none: it cannot be withheld.
pub(super) fn part_at(entry: &Entry, path: &str) -> Option<Part> {
    let matches = |place: &str| {
        let mut path = path.split('/');
        place.split('/').all(|name| path.next().is_some_and(|found| name == "*" || name == found))
    };
    let everywhere: &[Place] = &[("/keyboard/name", Part::Names)];
    everywhere.iter().chain(places(entry)).find(|(place, _)| matches(place)).map(|(_, part)| *part)
}

const fn places(entry: &Entry) -> &'static [Place] {
    match entry {
        Entry::Learned { fact, .. } => places_of_fact(fact),
        Entry::Done { .. } => &[("/by", Part::Names)],
        Entry::Failed { .. } => &[("/values", Part::Notes)],
        Entry::Remarked {
            remark: Remark::Deviation | Remark::BreakBegan | Remark::BreakEnded | Remark::Stopped,
            ..
        } => &[("/text", Part::Notes)],
        Entry::Substituted { .. } => &[
            ("/name", Part::Names),
            ("/former_knows", Part::Names),
            ("/former", Part::Names),
            ("/reason", Part::Notes),
            ("/decided_by", Part::Names),
        ],
        Entry::StoodIn { .. } => {
            &[("/name", Part::Names), ("/former", Part::Names), ("/reason", Part::Notes), ("/decided_by", Part::Names)]
        }
        Entry::Sealed { .. } => &[
            ("/deviated/*/expected", Part::Notes),
            ("/deviated/*/happened", Part::Notes),
            ("/deviated/*/people", Part::Names),
            ("/deviated/*/instead_of", Part::Names),
            ("/deviated/*/reason", Part::Notes),
            ("/deviated/*/decided_by", Part::Names),
            ("/bags/*/name", Part::Names),
            ("/bags/*/bag", Part::Bags),
        ],
        Entry::Began { .. }
        | Entry::Intent { .. }
        | Entry::Revealed { .. }
        | Entry::Recovered { .. }
        | Entry::Resumed { .. }
        | Entry::Deviates { .. } => &[],
    }
}

const fn places_of_fact(fact: &Fact) -> &'static [Place] {
    match fact {
        Fact::AfterBreak { .. } => {
            &[("/fact/administrator", Part::Names), ("/fact/confirmed_by", Part::Names), ("/fact/changed", Part::Notes)]
        }
        Fact::Present { .. } | Fact::Absent { .. } | Fact::SignedOut { .. } => &[("/fact/people", Part::Names)],
        Fact::Arrived { .. } => &[("/fact/name", Part::Names)],
        Fact::Gone { .. } => &[("/fact/name", Part::Names), ("/fact/reason", Part::Notes)],
        Fact::Without { .. } => {
            &[("/fact/people", Part::Names), ("/fact/decided_by", Part::Names), ("/fact/reason", Part::Notes)]
        }
        Fact::Identified { .. } => &[
            ("/fact/people/*/name", Part::Names),
            ("/fact/people/*/by", Part::Notes),
            ("/fact/people/*/instead_of", Part::Notes),
        ],
        Fact::NotIdentified { .. } => {
            &[("/fact/name", Part::Names), ("/fact/decided_by", Part::Names), ("/fact/reason", Part::Notes)]
        }
        Fact::Compared { .. } | Fact::FingerprintsCompared { .. } => &[("/fact/by", Part::Names)],
        Fact::MediumLeftOut { .. } | Fact::DeviceLeftOut { .. } => {
            &[("/fact/decided_by", Part::Names), ("/fact/reason", Part::Notes)]
        }
        Fact::KeyFileRead(_) => &[("/fact/file", Part::Notes)],
        Fact::Bagged { .. } => &[("/fact/bag", Part::Bags)],
        Fact::BagsOnRecord { .. } => &[("/fact/bags/*/bag", Part::Bags)],
        Fact::Formers { .. } | Fact::Opened { .. } | Fact::SoPinRebuilt { .. } => {
            &[("/fact/people/*/name", Part::Names)]
        }
        Fact::Guarded { .. } => &[("/fact/shares/*/people", Part::Names)],
        Fact::RestoreNotProven
        | Fact::CustodiansChange { .. }
        | Fact::AlsoFrom { .. }
        | Fact::OlderKeysIn { .. }
        | Fact::NewCustodians
        | Fact::OldCards { .. }
        | Fact::WrappedKeysUnusable { .. }
        | Fact::SeveralDkeks { .. }
        | Fact::DkekChosen { .. }
        | Fact::Decided { .. }
        | Fact::Room { .. }
        | Fact::Seen { .. }
        | Fact::Picked { .. }
        | Fact::Device { .. }
        | Fact::OtherTokenLabel { .. }
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
        | Fact::CurrentSoPin { .. }
        | Fact::PinDrawn { .. }
        | Fact::PinShown { .. }
        | Fact::Tries { .. }
        | Fact::Initialised { .. }
        | Fact::Settings { .. }
        | Fact::PinRules(_)
        | Fact::ThrowAwayKey(_)
        | Fact::SoPinChanged { .. }
        | Fact::PinsRead { .. }
        | Fact::PinChangeChosen { .. }
        | Fact::PinChanged { .. }
        | Fact::LoggedIn { .. }
        | Fact::DkekState { .. }
        | Fact::KcvAsked { .. }
        | Fact::Loaded { .. }
        | Fact::Made { .. }
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
        | Fact::Proven { .. }
        | Fact::NotProvable { .. } => &[],
    }
}
