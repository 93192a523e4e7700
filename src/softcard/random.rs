//! Randomness from the operating system.

pub(super) use getrandom::SysRng as System;

/// Random bytes; `None` when the system cannot provide them.
pub(super) fn bytes(length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}
