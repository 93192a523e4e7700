//! What a custodian notes on their card.

use crate::secret::WipingBytes;

/// One custodian's card.
pub struct Paper {
    /// The id of the share.
    pub id: u8,
    /// The prime of the set.
    pub prime: String,
    /// The value, eight groups with colons.
    pub value: WipingBytes,
}

impl Paper {
    /// Notes what the screen shows.
    pub fn note(id: u8, prime: &str, value: &[u8]) -> Self {
        Self { id, prime: prime.to_owned(), value: WipingBytes::from_slice(value) }
    }
}
