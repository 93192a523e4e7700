//! Strong shares as words: read from typed text or from the vault.

use crate::faults::{self, Fault};
use crate::share::{StrongShare, WordsError, read_words};
use crate::terms::{Handle, Purpose, Seat};
use crate::vault::Vault;

/// What is wrong with words that cannot be read.
pub fn words_fault(error: WordsError) -> Fault {
    match error {
        WordsError::Wrong { place } | WordsError::Unknown { place } => Fault::from(faults::WordsWrong { place }),
        WordsError::Swapped { place } => Fault::from(faults::WordsSwapped { place, next: place.saturating_add(1) }),
        WordsError::Count { .. } | WordsError::Several | WordsError::NoShare => Fault::from(faults::WordsSeveral),
    }
}

/// The shares that were given at these seats.
///
/// # Errors
/// One is missing, or cannot be read.
pub fn given_words(seats: impl Iterator<Item = Seat>, card: Purpose, vault: &Vault) -> Result<Vec<StrongShare>, Fault> {
    let share = |seat| {
        let words = vault.lend(Handle::SeatShare(card, seat)).ok_or(faults::SharesMissing)?;
        read_words(words).map_err(words_fault)
    };
    seats.map(share).collect()
}
