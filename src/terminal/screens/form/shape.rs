//! How text typed into a field is laid out on the screen.

use crate::ceremony::FieldView;
use crate::fields::FieldKind;
use crate::terminal::grouping::Grouping;

/// What is typed into a field, and the room it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Characters in one row.
    Characters {
        /// Columns that the field needs.
        width: u16,
        /// How they are grouped.
        grouping: Grouping,
    },
    /// This many words in a grid.
    Words(u8),
    /// This many throws of dice, in rows.
    Throws(u16),
}

impl Shape {
    /// The shape of each kind.
    pub fn of(kind: &FieldKind) -> Self {
        let (width, grouping) = match kind {
            FieldKind::Prime { .. } | FieldKind::ShareValue => (23, Grouping::Pairs),
            FieldKind::CheckBytes { .. } => (5, Grouping::Pairs),
            FieldKind::SoPin { .. } | FieldKind::NewSoPin | FieldKind::NextSoPin | FieldKind::DrawnSoPin => {
                (19, Grouping::Fours)
            }
            FieldKind::NewPassword | FieldKind::Password | FieldKind::KeyFilePassword => (40, Grouping::Plain),
            FieldKind::ShareId { .. } | FieldKind::KeyReference { .. } => (3, Grouping::Plain),
            FieldKind::UserPin
            | FieldKind::NewUserPin { .. }
            | FieldKind::NextUserPin { .. }
            | FieldKind::DrawnUserPin => (15, Grouping::Plain),
            FieldKind::Serial(_) | FieldKind::Again(_) => (16, Grouping::Plain),
            FieldKind::Sign(_) | FieldKind::Copy(_) => (12, Grouping::Plain),
            FieldKind::Word(word) => (u16::try_from(word.len()).unwrap_or(0).max(12), Grouping::Plain),
            FieldKind::CheckWords { .. } => (24, Grouping::Plain),
            FieldKind::Reason
            | FieldKind::Line
            | FieldKind::Decider { .. }
            | FieldKind::Confirmer { .. }
            | FieldKind::Bag { .. }
            | FieldKind::Medium { .. }
            | FieldKind::Place { .. } => (60, Grouping::Plain),
            FieldKind::ShareWords { words, .. } => return Self::Words(*words),
            FieldKind::Dice { throws } => return Self::Throws(*throws),
        };
        Self::Characters { width, grouping }
    }

    /// Whether words are typed.
    pub const fn is_words(self) -> bool {
        match self {
            Self::Words(_) => true,
            Self::Characters { .. } | Self::Throws(_) => false,
        }
    }

    /// How the characters or throws fall into groups; a grid of words has its own cursor.
    pub const fn grouping(self) -> Grouping {
        match self {
            Self::Characters { grouping, .. } => grouping,
            Self::Throws(_) => Grouping::Fives,
            Self::Words(_) => Grouping::Plain,
        }
    }

    /// Like [`Shape::of`]; a field that repeats another has the shape of that one.
    pub fn drawn(fields: &[FieldView], field: &FieldView) -> Self {
        match &field.kind {
            FieldKind::Again(other) => {
                let other = fields.iter().find(|field| field.name == *other);
                Self::of(other.map_or(&field.kind, |other| &other.kind))
            }
            kind => Self::of(kind),
        }
    }
}
