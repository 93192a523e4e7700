//! The two workers, one thread each: one owns the card, one derives keys.

pub mod card;
pub mod devices;
pub mod kdf;
