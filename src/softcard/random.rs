//! Randomness: the operating system's.

pub(super) use getrandom::SysRng as System;

/// Fills with random bytes; `None` when the system has none to give.
pub(super) fn bytes(length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}
