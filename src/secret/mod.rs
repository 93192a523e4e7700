//! Types that hold secrets: boxed, built in place, wiped when dropped.
//!
//! None of them has `Debug`, `Clone`, `Display`, `Serialize`, `Deref` or `PartialEq`; a test asserts that. `room` locks
//! the whole process into memory, so the types need not lock themselves.

mod bytes;
mod pin;
mod stack;
mod typed;

pub use bytes::{Full, WipingBytes};
pub use pin::{PinRule, SoPin, UserPin};
pub use stack::{wipe_stack, wiping_stack};
pub use typed::TypedText;

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// A fixed-size secret in its own allocation, wiped when dropped.
pub struct Secret<T: Zeroize>(Box<T>);

impl<T: Zeroize + Default> Secret<T> {
    /// Builds the secret in its final place, so that no copy is left on the stack.
    pub fn init(fill: impl FnOnce(&mut T)) -> Self {
        let mut secret = Self(Box::default());
        fill(&mut secret.0);
        secret
    }

    /// Like [`Secret::init`], for a `fill` that can fail; on failure the partly filled secret is wiped.
    pub fn try_init<E>(fill: impl FnOnce(&mut T) -> Result<(), E>) -> Result<Self, E> {
        let mut secret = Self(Box::default());
        fill(&mut secret.0)?;
        Ok(secret)
    }
}

impl<T: Zeroize> Secret<T> {
    /// Borrows the secret. Every use of a secret goes through a function of this name.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// Borrows the secret mutably.
    pub fn expose_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<const N: usize> Secret<[u8; N]>
where
    [u8; N]: Default + Zeroize,
{
    /// Copies `bytes` into a secret; `None` unless they are exactly `N` bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        (bytes.len() == N).then(|| Self::init(|place| place.copy_from_slice(bytes)))
    }

    /// Compares in constant time.
    pub fn same(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
