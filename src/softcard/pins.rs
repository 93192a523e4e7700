//! User PIN, SO-PIN and their counters.
//!
//! Source: the protocol reference, sections 2.2 to 2.5. The try counter is decremented before the PIN is compared, so
//! that removing the card in between gains nothing.

use crate::card::status::Status;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Option bit: RESET RETRY COUNTER is allowed.
const RESET_ALLOWED: u16 = 0x0001;
/// Option bit: RESET RETRY COUNTER may unblock, never set a PIN.
const UNBLOCK_ONLY: u16 = 0x0020;
/// Wrong tries until the SO-PIN is blocked for ever.
pub(super) const SO_TRIES: u8 = 15;

/// Lengths a user PIN may have.
const USER_LENGTHS: std::ops::RangeInclusive<usize> = 6..=15;

/// A secret that blocks itself after too many wrong tries.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Guarded {
    pub value: Zeroizing<Vec<u8>>,
    pub left: u8,
    pub limit: u8,
}

impl Guarded {
    pub(super) fn new(value: &[u8], limit: u8) -> Self {
        Self { value: value.to_vec().into(), left: limit, limit }
    }

    /// The answer to a status query: tries left, or blocked.
    pub(super) fn status(&self) -> Status {
        if self.left == 0 { Status::Blocked } else { Status::TriesLeft(self.left.min(15)) }
    }

    /// Compares; a mismatch costs a try.
    pub(super) fn check(&mut self, given: &[u8]) -> Result<(), Status> {
        let Some(after) = self.left.checked_sub(1) else { return Err(Status::Blocked) };
        self.left = after;
        if bool::from(self.value.as_slice().ct_eq(given)) {
            self.left = self.limit;
            Ok(())
        } else {
            Err(self.status())
        }
    }

    /// Like `check`, and replaces the value if it matches.
    pub(super) fn change(&mut self, old: &[u8], new: &[u8]) -> Result<(), Status> {
        self.check(old)?;
        self.value = new.to_vec().into();
        Ok(())
    }
}

/// Both PINs and the options set at initialisation.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Pins {
    pub user: Guarded,
    pub so: Guarded,
    pub options: u16,
}

/// Whether a user PIN may be this long and have this many tries: at most 3 for 6 characters, 5 for 7, otherwise 10.
pub(super) fn user_pin_fits(pin: &[u8], tries: u8) -> bool {
    let most = match pin.len() {
        6 => 3,
        7 => 5,
        _ => 10,
    };
    USER_LENGTHS.contains(&pin.len()) && (1..=most).contains(&tries)
}

impl Pins {
    /// CHANGE REFERENCE DATA of the user PIN: old and new are concatenated; the card knows where the old one ends.
    pub(super) fn change_user(&mut self, data: &[u8]) -> Result<(), Status> {
        let (old, new) = data.split_at_checked(self.user.value.len()).ok_or(Status::WrongLength)?;
        if !USER_LENGTHS.contains(&new.len()) {
            return Err(Status::WrongLength);
        }
        self.user.change(old, new)
    }

    /// CHANGE REFERENCE DATA of the SO-PIN: 8 bytes and 8 bytes.
    pub(super) fn change_so(&mut self, data: &[u8]) -> Result<(), Status> {
        match data.split_at_checked(8) {
            Some((old, new)) if new.len() == 8 => self.so.change(old, new),
            _ => Err(Status::WrongLength),
        }
    }

    /// RESET RETRY COUNTER. P1: 00 SO-PIN and new PIN, 01 SO-PIN; 02 and 03 the same without the SO-PIN, which must
    /// have been verified since the application was selected.
    pub(super) fn reset_user(&mut self, p1: u8, data: &[u8], so_verified: bool) -> Result<(), Status> {
        let may_unblock = self.options & (RESET_ALLOWED | UNBLOCK_ONLY) != 0;
        let may_set = may_unblock && self.options & UNBLOCK_ONLY == 0;
        let sets_pin = p1 & 1 == 0;
        if p1 > 3 {
            return Err(Status::WrongParameters);
        }
        if !(if sets_pin { may_set } else { may_unblock }) {
            return Err(Status::NotAllowed);
        }
        let (so_pin, new) = data.split_at_checked(if p1 < 2 { 8 } else { 0 }).ok_or(Status::WrongLength)?;
        if if sets_pin { !USER_LENGTHS.contains(&new.len()) } else { !new.is_empty() } {
            return Err(Status::WrongLength);
        }
        if p1 < 2 {
            self.so.check(so_pin)?;
        } else if !so_verified {
            return Err(Status::NotLoggedIn);
        }
        if sets_pin {
            self.user.value = new.to_vec().into();
        }
        self.user.left = self.user.limit;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pins(options: u16) -> Pins {
        Pins { user: Guarded::new(b"648219", 3), so: Guarded::new(b"57621880", SO_TRIES), options }
    }

    #[test]
    fn a_pin_blocks_itself_and_stays_blocked() {
        let mut pin = Guarded::new(b"648219", 3);
        assert_eq!(pin.check(b"111111"), Err(Status::TriesLeft(2)));
        assert_eq!(pin.check(b"648219"), Ok(()));
        assert_eq!(pin.status(), Status::TriesLeft(3));
        for answer in [Status::TriesLeft(2), Status::TriesLeft(1), Status::Blocked, Status::Blocked] {
            assert_eq!(pin.check(b"111111"), Err(answer));
        }
        assert_eq!(pin.check(b"648219"), Err(Status::Blocked));
    }

    #[test]
    fn reset_respects_the_options() {
        for (options, unblock, set) in [
            (0x0000, Err(Status::NotAllowed), Err(Status::NotAllowed)),
            (0x0001, Ok(()), Ok(())),
            (0x0020, Ok(()), Err(Status::NotAllowed)),
            (0x0021, Ok(()), Err(Status::NotAllowed)),
        ] {
            let mut pins = pins(options);
            pins.user.left = 0;
            assert_eq!(pins.reset_user(0, b"57621880newpin", false), set);
            assert_eq!(**pins.user.value, if set.is_ok() { *b"newpin" } else { *b"648219" });
            pins.user.left = 0;
            assert_eq!(pins.reset_user(1, b"57621880", false), unblock);
            assert_eq!(pins.user.left, if unblock.is_ok() { 3 } else { 0 });
        }
    }

    #[test]
    fn a_wrong_so_pin_costs_a_try_but_a_wrong_length_does_not() {
        let mut pins = pins(1);
        assert_eq!(pins.reset_user(0, b"57621881newpin", false), Err(Status::TriesLeft(14)));
        assert_eq!(pins.reset_user(0, b"5762188", false), Err(Status::WrongLength));
        assert_eq!(pins.reset_user(0, b"57621880short", false), Err(Status::WrongLength));
        assert_eq!(pins.reset_user(2, b"newpin", false), Err(Status::NotLoggedIn));
        assert_eq!(pins.so.left, 14);
        assert_eq!(pins.change_so(b"5762188012345678"), Ok(()));
        assert_eq!(pins.so.left, SO_TRIES);
        assert_eq!(pins.change_so(b"57621880"), Err(Status::WrongLength));
        assert_eq!(pins.change_user(b"648219123456"), Ok(()));
        assert_eq!(pins.change_user(b"648219123456"), Err(Status::TriesLeft(2)));
    }
}
