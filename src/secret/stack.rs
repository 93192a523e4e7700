//! Wipes what computations with secrets leave on the stack.

use std::hint::black_box;

/// In bytes: deeper than any computation here reaches below the loops that call [`wipe_stack`].
const DEPTH: usize = 128 * 1024;

/// Works with secrets, and then overwrites the stack that this took.
pub fn wiping_stack<T>(work: impl FnOnce() -> T) -> T {
    let result = apart(work);
    wipe_stack();
    result
}

/// In a frame of its own: inlined, it would be part of the caller's, which [`wipe_stack`] leaves alone.
#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Overwrites the stack below the caller, where returned calls left intermediate values: moving a value leaves a copy
/// behind, even if its last owner wipes it.
#[inline(never)]
#[allow(clippy::large_stack_arrays, reason = "that is what it is for")]
pub fn wipe_stack() {
    let mut below = [0_u8; DEPTH];
    // pretend it is read, so that the writes are not optimised away
    black_box(&mut below);
}
