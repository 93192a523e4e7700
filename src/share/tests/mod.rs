//! Against sets that others made, and against ourselves.

mod check_bytes;
mod gf256;
mod prime;
mod prime_properties;
mod words;
