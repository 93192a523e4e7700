//! What a field takes, and the properties of each kind besides its rule.

use crate::names::FieldName;
use crate::terms::{DkekShareNumber, Purpose, Serial};
use crate::wordlists::pgp;

/// What is known about a share before its words are typed. All of it is public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedWords {
    /// The number of its set, 22 bits.
    pub set: Option<u32>,
    /// M of its set.
    pub threshold: Option<u8>,
    /// Its own number, where only one particular share will do.
    pub number: Option<u8>,
    /// Numbers of shares that have already been entered.
    pub taken: Vec<u8>,
}

/// What a field takes; checked key by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// The prime of a set, 8 groups. If the set is known, its prime as text.
    Prime {
        /// The prime that it must be, if known (public).
        expected: Option<String>,
    },
    /// The id of a share of a set made elsewhere, decimal, or in hexadecimal as the old tool expects it.
    ShareId {
        /// Which DKEK share it is a share of.
        share: DkekShareNumber,
        /// The possible meanings of each id that has already been entered.
        taken: Vec<Vec<u8>>,
    },
    /// A share value, 8 groups.
    ShareValue,
    /// The two check bytes of the share whose id and value are typed into other fields of the form.
    CheckBytes {
        /// Whether the field may stay empty: sets made elsewhere have none.
        optional: bool,
        /// The prime, if known; otherwise it is typed into another field of the form.
        prime: Option<String>,
        /// Whose share it is, by DKEK share and id, if known; otherwise the id is typed into another field of the form.
        of: Option<(DkekShareNumber, u8)>,
    },
    /// A share as words.
    ShareWords {
        /// What its set gives back.
        card: Purpose,
        /// How many words it has.
        words: u8,
        /// What is known about it.
        expected: ExpectedWords,
    },
    /// Throws of six-sided dice, the digits 1 to 6.
    Dice {
        /// How many.
        throws: u16,
    },
    /// A new password for a share file.
    NewPassword,
    /// The password of a share file.
    Password,
    /// The password of the file of a private key; some files have an empty one.
    KeyFilePassword,
    /// The device's current user PIN.
    UserPin,
    /// A new user PIN for a device with this many tries.
    NewUserPin {
        /// The retry counter that the plan sets.
        tries: u8,
    },
    /// A new user PIN in place of the current one, which is kept.
    NextUserPin {
        /// The most tries that the device is known to have given a user PIN.
        tries: u8,
    },
    /// The device's current SO-PIN, 16 hexadecimal digits.
    SoPin {
        /// It was chosen in this very sitting.
        chosen_here: bool,
    },
    /// A new SO-PIN, never a published default.
    NewSoPin,
    /// A new SO-PIN in place of the current one, which is kept.
    NextSoPin,
    /// The SO-PIN that was drawn and shown, typed from paper.
    DrawnSoPin,
    /// The user PIN that was drawn and shown, typed from paper.
    DrawnUserPin,
    /// The same as the field of this name, typed again.
    Again(FieldName),
    /// A device's serial number, typed from the device.
    Serial(Serial),
    /// What stands for the person whose turn it is, one of these.
    Sign(Vec<String>),
    /// A line typed as it stands on the screen, to try the keyboard.
    Copy(&'static str),
    /// A word typed to confirm a decision.
    Word(&'static str),
    /// The key reference to restore to, decimal 1..=255, not one that is taken.
    KeyReference {
        /// References that hold a key or are reserved for one.
        taken: Vec<u8>,
        /// Filled in if the field is empty: the plan's reference.
        planned: u8,
    },
    /// Why people decide something, for the record. Never secret.
    Reason,
    /// A line of text for the record: a name. Never secret.
    Line,
    /// Who decides: one of these people, by name or initials.
    Decider {
        /// Everybody who is here and may decide.
        people: Vec<Decider>,
        /// Whom the decision is about: they do not make it.
        about: Vec<String>,
    },
    /// Two words of a check value that was read aloud, by their places, from what somebody noted.
    CheckWords {
        /// Their places, counted from 1.
        places: [u8; 2],
    },
    /// Who confirms what somebody else read aloud: one of these people, by name or initials.
    Confirmer {
        /// Everybody who is here and may confirm.
        people: Vec<Decider>,
        /// Who read it aloud: they do not confirm it.
        reader: Vec<String>,
    },
    /// The number of a bag; empty where bags have none.
    Bag {
        /// Numbers that other bags have, or had: a bag is used once.
        taken: Vec<String>,
    },
    /// What is written on a medium; empty where it is the one of the plan.
    Medium {
        /// What the plan says.
        planned: Option<String>,
        /// Media with other copies.
        taken: Vec<String>,
    },
    /// The path of a folder, from the root.
    Place {
        /// Whether the field may stay empty.
        optional: bool,
    },
}

/// Somebody who may decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decider {
    /// The name, as the record gets it.
    pub name: String,
    /// What may be typed instead, if it is theirs alone.
    pub initials: Option<String>,
}

/// Who may see what is typed into a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    /// Its owner alone: it is drawn as dots.
    Secret,
    /// Everybody at the screen. The machine is not told, because people may type into the wrong field.
    Shown,
    /// Everybody; the machine is told the text, and it goes into the record.
    Told,
}

/// Which characters a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// Those of ASCII: everything that is written on a card or sent to a device.
    Ascii,
    /// All that can be seen: names, and what people say.
    All,
}

/// The properties of a kind of field besides its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Properties {
    /// Who may see what is typed.
    pub privacy: Privacy,
    /// Which characters it takes.
    pub alphabet: Alphabet,
    /// The maximum number of digits or letters drawn in clear, not counting separators: anything typed beyond it
    /// belongs in another field, and may be secret. Secret fields take more, because reporting one digit too many does
    /// no harm.
    pub most: Option<usize>,
    /// Whether the field may stay empty.
    pub optional: bool,
    /// The number that is filled in while the field is empty.
    pub filled_in: Option<u8>,
}

impl FieldKind {
    /// The one table of the properties of each kind.
    pub const fn properties(&self) -> Properties {
        let (privacy, alphabet, most, optional, filled_in) = match self {
            Self::Prime { .. } => (Privacy::Shown, Alphabet::Ascii, Some(16), false, None),
            Self::ShareId { .. } => (Privacy::Shown, Alphabet::Ascii, Some(3), false, None),
            Self::CheckBytes { optional, .. } => (Privacy::Secret, Alphabet::Ascii, None, *optional, None),
            Self::ShareValue
            | Self::ShareWords { .. }
            | Self::Dice { .. }
            | Self::NewPassword
            | Self::Password
            | Self::UserPin
            | Self::NewUserPin { .. }
            | Self::NextUserPin { .. }
            | Self::SoPin { .. }
            | Self::NewSoPin
            | Self::NextSoPin
            | Self::DrawnSoPin
            | Self::DrawnUserPin
            | Self::Again(_) => (Privacy::Secret, Alphabet::Ascii, None, false, None),
            Self::KeyFilePassword => (Privacy::Secret, Alphabet::All, None, true, None),
            Self::Sign(_) | Self::Copy(_) | Self::Serial(_) | Self::Word(_) => {
                (Privacy::Shown, Alphabet::Ascii, None, false, None)
            }
            Self::CheckWords { .. } => (Privacy::Shown, Alphabet::Ascii, Some(2 * pgp::LONGEST_WORD), false, None),
            Self::KeyReference { planned, .. } => (Privacy::Told, Alphabet::Ascii, Some(3), true, Some(*planned)),
            Self::Reason | Self::Line | Self::Decider { .. } | Self::Confirmer { .. } => {
                (Privacy::Told, Alphabet::All, None, false, None)
            }
            Self::Bag { .. } => (Privacy::Told, Alphabet::All, None, true, None),
            Self::Medium { planned, .. } => (Privacy::Told, Alphabet::All, None, planned.is_some(), None),
            Self::Place { optional } => (Privacy::Told, Alphabet::All, None, *optional, None),
        };
        Properties { privacy, alphabet, most, optional, filled_in }
    }

    /// Which card it is typed from, if the field itself tells.
    pub const fn card(&self) -> Option<Purpose> {
        match self {
            Self::ShareWords { card, .. } => Some(*card),
            Self::ShareId { share, .. } => Some(Purpose::DkekShare(*share)),
            Self::Prime { .. }
            | Self::ShareValue
            | Self::CheckBytes { .. }
            | Self::Dice { .. }
            | Self::NewPassword
            | Self::Password
            | Self::KeyFilePassword
            | Self::UserPin
            | Self::NewUserPin { .. }
            | Self::NextUserPin { .. }
            | Self::SoPin { .. }
            | Self::NewSoPin
            | Self::NextSoPin
            | Self::DrawnSoPin
            | Self::DrawnUserPin
            | Self::Again(_)
            | Self::Serial(_)
            | Self::Sign(_)
            | Self::Copy(_)
            | Self::Word(_)
            | Self::KeyReference { .. }
            | Self::Reason
            | Self::Line
            | Self::Decider { .. }
            | Self::CheckWords { .. }
            | Self::Confirmer { .. }
            | Self::Bag { .. }
            | Self::Medium { .. }
            | Self::Place { .. } => None,
        }
    }

    /// Secret fields are drawn as dots.
    pub const fn is_secret(&self) -> bool {
        match self.properties().privacy {
            Privacy::Secret => true,
            Privacy::Shown | Privacy::Told => false,
        }
    }
}
