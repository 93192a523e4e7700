//! What a custodian notes on their card.

use crate::ceremony::CardView;
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
}
