//! What computations with secrets leave on the stack.

use std::hint::black_box;

/// Deeper than any computation here reaches below the loops that call [`wipe_stack`], in bytes.
const DEPTH: usize = 128 * 1024;

/// Overwrites the stack below the caller, where calls that have returned left numbers they computed with: a value that
/// is moved leaves a copy behind, also when its last owner wipes it.
#[inline(never)]
#[allow(clippy::large_stack_arrays, reason = "that is what it is for")]
pub fn wipe_stack() {
    let mut below = [0_u8; DEPTH];
    // somebody could look at it, so it must be written
    black_box(&mut below);
}
