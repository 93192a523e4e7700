//! A byte buffer that never grows beyond its first allocation and wipes itself.

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// The buffer has no room for more; it never reallocates, because that would leave a copy behind.
#[derive(Debug, PartialEq, Eq)]
pub struct Full;

/// Bytes in one allocation of fixed capacity, wiped (the whole capacity) when dropped.
pub struct WipingBytes(Vec<u8>);

impl WipingBytes {
    /// An empty buffer that takes at most `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// A full copy of `bytes`.
    pub fn from_slice(bytes: &[u8]) -> Self {
        let mut buffer = Self::with_capacity(bytes.len());
        buffer.0.extend_from_slice(bytes);
        buffer
    }

    /// A buffer of `length` zero bytes.
    pub fn zeros(length: usize) -> Self {
        Self(vec![0; length])
    }

    /// Appends one byte.
    pub fn push(&mut self, byte: u8) -> Result<(), Full> {
        self.extend(&[byte])
    }

    /// Appends all of `bytes` or nothing.
    pub fn extend(&mut self, bytes: &[u8]) -> Result<(), Full> {
        if self.0.capacity() - self.0.len() < bytes.len() {
            return Err(Full);
        }
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    /// Removes and wipes the last byte; `false` when there was none.
    pub fn pop(&mut self) -> bool {
        let Some(last) = self.0.last_mut() else { return false };
        last.zeroize();
        self.0.pop();
        true
    }

    /// Wipes everything; the capacity stays.
    pub fn clear(&mut self) {
        self.0.zeroize();
    }

    /// How many bytes are held.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Lends the bytes.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Lends the bytes for change in place.
    pub fn expose_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }

    /// Compares in constant time (lengths are not secret).
    pub fn same(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

impl Drop for WipingBytes {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_to_grow() {
        let mut buffer = WipingBytes::with_capacity(2);
        assert_eq!(buffer.extend(b"ab"), Ok(()));
        assert_eq!(buffer.push(b'c'), Err(Full));
        assert_eq!(buffer.expose(), b"ab");
        assert!(buffer.pop());
        assert_eq!(buffer.push(b'd'), Ok(()));
        buffer.clear();
        assert!(buffer.is_empty() && !buffer.pop());
    }
}
