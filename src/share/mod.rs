//! The share engine: how one password becomes N password shares, and how any M of them become the password again.
//!
//! What it promises:
//! * A set that was dealt has been proven: several quorums of it were recombined before anyone sees a share.
//! * Bad input is refused by name (id 0, an id twice, a value that is none, mixed sets, too few), never recombined
//!   into something else.
//! * Nothing about a secret leaves in an error; ids, set ids and the prime are public.
//!
//! Two schemes. `prime` is `sc-hsm-tool`'s (protocol reference, "Password shares"), and both programs read each other's
//! sets; a plausible wrong share cannot be seen from its numbers alone: check bytes, more than M shares that disagree,
//! or the share file, tell. `gf256` makes strong shares, carried as words: check words locate a wrong word, and an
//! inner check refuses a wrong secret.

mod candidates;
mod check_bytes;
mod check_symbols;
mod gf256;
mod prime;
#[cfg(test)]
mod tests;
mod words;
mod written;

pub use candidates::{Candidate, MOST_SHARES, candidates, with_prime_added};
pub use check_bytes::{CHECK_GROUPS, CheckVerdict, check_bytes, check_check, read_check, verdict, write_check};
pub use gf256::{
    Kind, SetId, StrongCandidate, StrongDealt, StrongShare, combine_strong, deal_strong, draw_secret, password_of,
    strong_candidates,
};
pub use prime::{Dealt, PasswordShare, SharePrime, combine, deal};
pub use words::{Expected, WordsError, WordsReading, check_words, read_words, suggestion, write_words};
pub use written::{
    GROUPS, ReadError, Reading, check_hex, id_readings, old_tool_id, read_id, read_prime, read_value, write_value,
};

use thiserror::Error;

/// Why shares cannot be dealt or recombined. Holds ids and counts, never a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ShareError {
    /// A threshold below 2 is no quorum.
    #[error("threshold {threshold} is below 2")]
    Threshold {
        /// The threshold that was asked for.
        threshold: u8,
    },
    /// Fewer shares than the threshold: any secret would still be possible.
    #[error("{given} shares given, {needed} needed")]
    TooFew {
        /// How many shares there are.
        given: usize,
        /// The threshold.
        needed: u8,
    },
    /// More shares than a set can have.
    #[error("{given} shares given, at most {most} make sense")]
    TooMany {
        /// How many shares there are.
        given: usize,
        /// The most that are taken.
        most: usize,
    },
    /// A share cannot have id 0: that is where the secret itself lies.
    #[error("share id 0")]
    IdZero,
    /// A share of our own sets has an id of 16 at most.
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
    /// The shares do not all carry the same prime: they come from different sets.
    #[error("share {id} carries another prime than share {first}")]
    MixedPrimes {
        /// The id of the share they are compared with.
        first: u8,
        /// The id of the share that differs.
        id: u8,
    },
    /// The body of a strong share is shorter or longer than its kind has it.
    #[error("share {id} has the wrong length")]
    Length {
        /// The id of the share.
        id: u8,
    },
    /// The secret that is to be dealt is shorter or longer than its kind has it.
    #[error("a secret of {given} bytes")]
    SecretLength {
        /// How many bytes it has.
        given: usize,
    },
    /// Strong shares of different sets.
    #[error("share {id} is of another set than share {first}")]
    MixedSets {
        /// The id of the share they are compared with.
        first: u8,
        /// The id of the share that differs.
        id: u8,
    },
    /// Strong shares that give different things back.
    #[error("share {id} is of another kind than share {first}")]
    MixedKinds {
        /// The id of the share they are compared with.
        first: u8,
        /// The id of the share that differs.
        id: u8,
    },
    /// Strong shares of one set that name different thresholds: one of them was not read right.
    #[error("share {id} names another threshold than share {first}")]
    MixedThresholds {
        /// The id of the share they are compared with.
        first: u8,
        /// The id of the share that differs.
        id: u8,
    },
    /// The strong shares recombine to something that is not their secret: at least one of them is wrong.
    #[error("the shares recombine to something else")]
    WrongCheck,
    /// More shares than the threshold were given and they do not all lie on one polynomial.
    #[error("the shares disagree")]
    Disagree,
    /// The dealt shares did not recombine to the password: the machine computes wrongly. Nothing was handed out.
    #[error("the dealt shares did not recombine")]
    NotProven,
}
