//! A byte buffer that never grows beyond its first allocation and wipes itself.

use std::ops::Range;

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

    /// Appends all of `bytes`, or nothing if they do not fit.
    pub fn extend(&mut self, bytes: &[u8]) -> Result<(), Full> {
        if self.0.capacity() - self.0.len() < bytes.len() {
            return Err(Full);
        }
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    /// Removes and wipes the last byte; returns `false` if there is none.
    pub fn pop(&mut self) -> bool {
        let Some(last) = self.0.last_mut() else { return false };
        last.zeroize();
        self.0.pop();
        true
    }

    /// Replaces the bytes in `range` with `with`. The bytes after the range move in place, and any left over at the end
    /// are wiped. All or nothing: if the result does not fit, or the range is not valid, nothing changes.
    pub fn splice(&mut self, range: Range<usize>, with: &[u8]) -> Result<(), Full> {
        let Range { start, end } = range.clone();
        let before = self.0.len();
        let taken = end.checked_sub(start).filter(|_| end <= before).ok_or(Full)?;
        let after = before - taken + with.len();
        if after > self.0.capacity() {
            return Err(Full);
        }
        // within the capacity, so it does not reallocate
        self.0.resize(before.max(after), 0);
        put_between(&mut self.0, range, before, with);
        self.0.truncate(after);
        Ok(())
    }

    /// Wipes everything and keeps the capacity.
    pub fn clear(&mut self) {
        self.0.zeroize();
    }

    /// The number of bytes held.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the buffer is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Borrows the bytes.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Borrows the bytes mutably.
    pub fn expose_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }

    /// Compares in constant time (lengths are not secret).
    pub fn same(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

/// Replaces `range` with `with`, where the first `before` bytes are in use; wipes the bytes no longer in use
/// afterwards.
fn put_between(bytes: &mut [u8], range: Range<usize>, before: usize, with: &[u8]) {
    let behind = range.start + with.len();
    let after = behind + before - range.end;
    bytes.copy_within(range.end..before, behind);
    for (place, byte) in bytes.iter_mut().skip(range.start).zip(with) {
        *place = *byte;
    }
    bytes.iter_mut().skip(after).for_each(Zeroize::zeroize);
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

    #[test]
    fn splices_in_place() {
        let mut buffer = WipingBytes::with_capacity(12);
        buffer.extend(b"one two six").unwrap();
        let place = buffer.0.as_ptr();
        for (range, with, text) in [
            (4..7, &b"four"[..], &b"one four six"[..]),
            (0..3, b"", b" four six"),
            (9..9, b"ty", b" four sixty"),
            (0..11, b"ten", b"ten"),
        ] {
            assert_eq!(buffer.splice(range, with), Ok(()));
            assert_eq!(buffer.expose(), text);
            assert_eq!(buffer.0.as_ptr(), place, "the same allocation stays");
        }
    }

    #[test]
    fn shortening_wipes_the_leftover_bytes() {
        let mut bytes = *b"one two six";
        put_between(&mut bytes, 0..4, 11, b"");
        assert_eq!(&bytes, b"two six\0\0\0\0");
        put_between(&mut bytes, 4..7, 7, b"x");
        assert_eq!(&bytes, b"two x\0\0\0\0\0\0");
    }

    #[test]
    fn an_edit_that_does_not_fit_changes_nothing() {
        let mut buffer = WipingBytes::with_capacity(4);
        buffer.extend(b"abcd").unwrap();
        for range in [0..5, 5..5, 1..1, 4..4] {
            assert_eq!(buffer.splice(range, b"x"), Err(Full));
        }
        let (start, end) = (3, 2);
        assert_eq!(buffer.splice(start..end, b""), Err(Full), "a range that runs backwards");
        assert_eq!(buffer.expose(), b"abcd");
    }
}
