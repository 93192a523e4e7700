//! From a password to the key of a share file: OpenSSL's `EVP_BytesToKey` with MD5 and ten million rounds.
//!
//! ```text
//! D1 = MD5^n(password ‖ salt)   D2 = MD5^n(D1 ‖ password ‖ salt)   D3 = MD5^n(D2 ‖ password ‖ salt)
//! key = D1 ‖ D2                 iv = D3
//! ```
//! The work is one long sequential chain that cannot be shortened or parallelised; it is split into steps so that the
//! worker can show progress and stop.

use core::ops::ControlFlow;

use md5::block_api::compress;
use md5::{Digest, Md5};
use zeroize::{Zeroize, Zeroizing};

use crate::secret::{Secret, WipingBytes, wiping_stack};

/// The number of rounds for each of the three digests. 0 counts as 1, as in OpenSSL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounds(pub u32);

impl Rounds {
    /// The number that `sc-hsm-tool` and every real share file use.
    pub const PRODUCT: Self = Self(10_000_000);
}

/// The progress of a derivation, in rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rounds done.
    pub done: u64,
    /// Total rounds, for all three digests.
    pub total: u64,
}

impl Progress {
    /// Whether the derivation is finished.
    pub const fn is_complete(self) -> bool {
        self.done == self.total
    }
}

/// What a share file is encrypted and decrypted with: an AES-256 key and the CBC initialisation vector.
pub struct DerivedKey {
    pub(super) key: Secret<[u8; 32]>,
    pub(super) iv: Secret<[u8; 16]>,
}

impl DerivedKey {
    /// Compares in constant time.
    pub fn same(&self, other: &Self) -> bool {
        self.key.same(&other.key) & self.iv.same(&other.iv)
    }
}

/// A derivation in progress. It may be dropped at any point and leaves nothing behind.
pub struct Derivation {
    password_and_salt: WipingBytes,
    rounds: u32,
    compression: Compression,
    digest: Which,
    done_of_digest: u32,
    current: Secret<[u8; 16]>,
    result: DerivedKey,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    First,
    Second,
    Third,
    AllDone,
}

impl Derivation {
    /// Prepares a derivation; [`Derivation::step`] does the work.
    pub fn new(password: &[u8], salt: [u8; 8], rounds: Rounds) -> Self {
        let mut password_and_salt = WipingBytes::zeros(password.len() + salt.len());
        for (place, byte) in password_and_salt.expose_mut().iter_mut().zip(password.iter().chain(&salt)) {
            *place = *byte;
        }
        Self {
            password_and_salt,
            rounds: rounds.0.max(1),
            compression: Compression::choose(),
            digest: Which::First,
            done_of_digest: 0,
            current: Secret::init(|_| ()),
            result: DerivedKey { key: Secret::init(|_| ()), iv: Secret::init(|_| ()) },
        }
    }

    /// Does at most `rounds` more rounds. A million rounds take about a tenth of a second.
    pub fn step(&mut self, rounds: u32) -> Progress {
        // Whoever sends the progress on copies what lies beside it on the stack, too.
        wiping_stack(|| self.go_on(rounds));
        self.progress()
    }

    fn go_on(&mut self, rounds: u32) {
        let mut left = rounds;
        while left > 0 && self.digest != Which::AllDone {
            if self.done_of_digest == 0 {
                self.first_round();
                (self.done_of_digest, left) = (1, left - 1);
            }
            let now = left.min(self.rounds - self.done_of_digest);
            self.compression.repeat(self.current.expose_mut(), now);
            self.done_of_digest += now;
            left -= now;
            if self.done_of_digest == self.rounds {
                self.take_digest();
            }
        }
    }

    /// The progress so far.
    pub fn progress(&self) -> Progress {
        let total = 3 * u64::from(self.rounds);
        let digests = match self.digest {
            Which::First => 0,
            Which::Second => 1,
            Which::Third => 2,
            Which::AllDone => 3,
        };
        Progress { done: digests * u64::from(self.rounds) + u64::from(self.done_of_digest), total }
    }

    /// The key if [`Progress::is_complete`], otherwise the derivation itself.
    pub fn finish(self) -> Result<DerivedKey, Self> {
        if self.digest == Which::AllDone { Ok(self.result) } else { Err(self) }
    }

    fn first_round(&mut self) {
        let (first, second) = self.result.key.expose().split_at(16);
        let previous: &[u8] = match self.digest {
            Which::First | Which::AllDone => &[],
            Which::Second => first,
            Which::Third => second,
        };
        Md5::new()
            .chain_update(previous)
            .chain_update(self.password_and_salt.expose())
            .finalize_into(self.current.expose_mut().into());
    }

    fn take_digest(&mut self) {
        let (first, second) = self.result.key.expose_mut().split_at_mut(16);
        let (place, next) = match self.digest {
            Which::First => (first, Which::Second),
            Which::Second => (second, Which::Third),
            Which::Third | Which::AllDone => (self.result.iv.expose_mut().as_mut_slice(), Which::AllDone),
        };
        place.copy_from_slice(self.current.expose());
        self.digest = next;
        self.done_of_digest = 0;
        // The compression function leaves its last input on the stack, and one MD5 of that is one of our digests.
        // Running the same code at the same depth overwrites it.
        self.current.expose_mut().zeroize();
        self.compression.repeat(self.current.expose_mut(), 1);
    }
}

/// Derives in one go. Calls `watch` after every hundred thousand rounds (a hundredth of a second); `None` if it breaks.
pub fn derive(
    password: &[u8],
    salt: [u8; 8],
    rounds: Rounds,
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Option<DerivedKey> {
    let mut derivation = Derivation::new(password, salt, rounds);
    loop {
        let progress = derivation.step(100_000);
        if watch(progress).is_break() {
            return None;
        }
        if progress.is_complete() {
            return derivation.finish().ok();
        }
    }
}

/// The padded MD5 block of a 16-byte message: a 1 bit after it, zeros, and the length of 128 bits.
const PADDED: [u8; 64] = {
    let mut block = [0; 64];
    block[16] = 0x80;
    block[56] = 128;
    block
};

/// The chaining value that MD5 starts from (RFC 1321, 3.3).
const START: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// Which MD5 implementation iterates the digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compression {
    /// `fast-md5`, which uses assembly where it has some.
    Fast,
    /// `md-5`.
    Plain,
}

impl Compression {
    /// The fast one, if it gives the same result as the plain one on this very processor: a file encrypted with
    /// anything other than MD5 could never be opened elsewhere.
    fn choose() -> Self {
        let mut fast = *b"ceremony, rounds";
        let mut plain = fast;
        Self::Fast.repeat(&mut fast, 1000);
        Self::Plain.repeat(&mut plain, 1000);
        if fast == plain { Self::Fast } else { Self::Plain }
    }

    /// Replaces the digest with its own digest, `rounds` times.
    fn repeat(self, digest: &mut [u8; 16], rounds: u32) {
        match self {
            Self::Fast => repeat(digest, rounds, fast_md5::transform),
            Self::Plain => repeat(digest, rounds, |state, block| compress(state, core::slice::from_ref(block))),
        }
    }
}

/// The message is one block, so every round is a single compression, without the bookkeeping of a general hasher.
#[inline(never)]
fn repeat(digest: &mut [u8; 16], rounds: u32, compress: impl Fn(&mut [u32; 4], &[u8; 64])) {
    let mut block = Zeroizing::new(PADDED);
    let mut state = START;
    for (place, byte) in block.iter_mut().zip(&*digest) {
        *place = *byte;
    }
    for _ in 0..rounds {
        state = START;
        compress(&mut state, &block);
        if let [first, second, third, fourth, ..] = block.as_chunks_mut().0 {
            *first = state[0].to_le_bytes();
            *second = state[1].to_le_bytes();
            *third = state[2].to_le_bytes();
            *fourth = state[3].to_le_bytes();
        }
    }
    for (place, byte) in digest.iter_mut().zip(&*block) {
        *place = *byte;
    }
    state.zeroize();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_compressions_are_md5() {
        let mut digest = [0; 16];
        for round in 0..1000_u32 {
            let (mut fast, mut plain, whole) = (digest, digest, Md5::digest(digest));
            Compression::Fast.repeat(&mut fast, 1);
            Compression::Plain.repeat(&mut plain, 1);
            assert_eq!((fast, plain), (whole.into(), whole.into()), "round {round}");
            digest = fast;
        }
        assert_eq!(Compression::choose(), Compression::Fast, "this processor has the fast one");
    }
}
