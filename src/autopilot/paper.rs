//! What a custodian notes on their card.

use crate::ceremony::{CardView, FieldView};
use crate::fields::FieldKind;
use crate::secret::WipingBytes;
use crate::terms::Purpose;
use crate::vault::Vault;

/// One custodian's card of one set of shares.
pub struct Paper {
    /// What the set gives back.
    pub card: Purpose,
    /// The number of the share in its set.
    pub number: u8,
    /// The prime of the set; shares as words have none.
    pub prime: Option<String>,
    /// The value, eight groups with colons, or the words.
    pub share: WipingBytes,
    /// The check bytes, two groups with a colon, if the screen showed them.
    pub check: Option<WipingBytes>,
}

impl Paper {
    /// Notes what the screen shows; `None` when there is nothing to see.
    pub fn note(number: u8, card: &CardView, vault: &Vault) -> Option<Self> {
        let copy = |handle| vault.lend(handle).map(WipingBytes::from_slice);
        Some(match card {
            CardView::Numbers { purpose, prime, value, check, .. } => {
                Self { card: *purpose, number, prime: Some(prime.clone()), share: copy(*value)?, check: copy(*check) }
            }
            CardView::Words { purpose, words, .. } => {
                Self { card: *purpose, number, prime: None, share: copy(*words)?, check: None }
            }
            CardView::Pin { .. } => return None,
        })
    }

    /// The card that a person takes: of two sets, the one with the prime on the screen, or else the newest.
    pub fn of_person<'a>(papers: &'a [Self], (card, number): (Purpose, u8), fields: &[FieldView]) -> Option<&'a Self> {
        let prime = fields.iter().find_map(|field| match &field.kind {
            FieldKind::CheckBytes { prime: Some(prime), .. } | FieldKind::Prime { expected: Some(prime) } => {
                Some(prime)
            }
            _ => None,
        });
        let mut theirs = papers.iter().rev().filter(|paper| (paper.card, paper.number) == (card, number));
        match prime {
            Some(prime) => theirs.find(|paper| paper.prime.as_ref() == Some(prime)),
            None => theirs.next(),
        }
    }
}
