//! Tests against foreign sets and against our own.

mod check_bytes;
mod gf256;
mod prime;
mod prime_properties;
mod words;
