//! The share engine: how one password is split into N password shares, and how any M of them recover it.
//!
//! What it guarantees:
//! * A dealt set has been verified: several of its quorums are recombined before anyone sees a share.
//! * Bad input (id 0, a duplicate id, an impossible value, mixed sets, too few shares) is refused with a specific
//!   error, never recombined into something else.
//! * Errors reveal nothing about a secret; ids, set ids and the prime are public.
//!
//! Two schemes. `prime` is `sc-hsm-tool`'s (protocol reference, "Password shares"), and both programs read each other's
//! sets; a wrong but plausible share cannot be detected from its numbers alone, only by check bytes, by disagreement
//! among more than M shares, or by the share file. `gf256` makes strong shares, written as words: check words locate a
//! wrong word, and an inner check rejects a wrong secret.

mod candidates;
mod check_bytes;
mod check_symbols;
mod gf256;
mod prime;
mod swaps;
#[cfg(test)]
mod tests;
mod words;
mod written;

pub use candidates::{Candidate, MOST_SHARES, candidates, with_prime_added};
pub use check_bytes::{CHECK_GROUPS, CheckVerdict, Part, check_bytes, check_check, read_check, verdict, write_check};
pub use gf256::{
    Kind, SetId, StrongCandidate, StrongDealt, StrongShare, combine_strong, deal_strong, draw_secret, password_of,
    strong_candidates,
};
pub use prime::{Dealt, PasswordShare, SharePrime, combine, deal};
pub use swaps::{SwappedDigits, swapped_digits};
pub use words::{Expected, WordsError, WordsReading, check_words, read_words, suggestion, write_words};
pub use written::{
    GROUPS, ReadError, Reading, check_hex, id_readings, ids_together, old_tool_id, read_id, read_prime, read_value,
    write_value,
};

use thiserror::Error;

/// Why shares cannot be dealt or recombined. Holds ids and counts, never a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ShareError {
    /// A threshold below 2 is not a quorum.
    #[error("threshold {threshold} is below 2")]
    Threshold {
        /// The requested threshold.
        threshold: u8,
    },
    /// Fewer shares than the threshold: every secret is still possible.
    #[error("{given} shares given, {needed} needed")]
    TooFew {
        /// The number of shares given.
        given: usize,
        /// The threshold.
        needed: u8,
    },
    /// More shares than a set can have.
    #[error("{given} shares given, at most {most} make sense")]
    TooMany {
        /// The number of shares given.
        given: usize,
        /// The maximum accepted.
        most: usize,
    },
    /// A share cannot have id 0: the secret itself is the value at 0.
    #[error("share id 0")]
    IdZero,
    /// In our own sets, an id is at most 16.
    #[error("share id {id} is above 16")]
    IdTooLarge {
        /// The id.
        id: u8,
    },
    /// Two shares carry the same id.
    #[error("share id {id} given twice")]
    DuplicateId {
        /// The id.
        id: u8,
    },
    /// The value of a share is not below the prime, so it is not a value of this set.
    #[error("the value of share {id} is not below the prime")]
    ValueNotBelowPrime {
        /// The id of the share.
        id: u8,
    },
    /// The shares do not all have the same prime: they come from different sets.
    #[error("share {id} carries another prime than share {first}")]
    MixedPrimes {
        /// The id of the share they are compared with.
        first: u8,
        /// The id of the share that differs.
        id: u8,
    },
    /// The body of a strong share has the wrong length for its kind.
    #[error("share {id} has the wrong length")]
    Length {
        /// The id of the share.
        id: u8,
    },
    /// The secret to be dealt has the wrong length for its kind.
    #[error("a secret of {given} bytes")]
    SecretLength {
        /// Its length in bytes.
        given: usize,
    },
    /// Strong shares from different sets.
    #[error("share {id} is of another set than share {first}")]
    MixedSets {
        /// The id of the share they are compared with.
        first: u8,
        /// The id of the share that differs.
        id: u8,
    },
    /// Strong shares of different kinds of secret.
    #[error("share {id} is of another kind than share {first}")]
    MixedKinds {
        /// The id of the share they are compared with.
        first: u8,
        /// The id of the share that differs.
        id: u8,
    },
    /// Strong shares of one set that name different thresholds: one of them was misread.
    #[error("share {id} names another threshold than share {first}")]
    MixedThresholds {
        /// The id of the share they are compared with.
        first: u8,
        /// The id of the share that differs.
        id: u8,
    },
    /// The strong shares recombine to something other than their secret: at least one of them is wrong.
    #[error("the shares recombine to something else")]
    WrongCheck,
    /// More shares than the threshold were given and they do not all lie on one polynomial.
    #[error("the shares disagree")]
    Disagree,
    /// The dealt shares did not recombine to the password: the machine miscalculates. No share was handed out.
    #[error("the dealt shares did not recombine")]
    NotProven,
}
