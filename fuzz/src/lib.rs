//! What must hold for any input: the same as the tests run on the vectors.

#[path = "../../tests/it/hostile/mod.rs"]
pub mod hostile;
