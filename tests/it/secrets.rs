//! Types that hold secrets cannot be printed, copied, compared or serialised.

use std::fmt::{Debug, Display};
use std::ops::Deref;

use hsm_ceremony::dkek::{Derivation, DerivedKey, Dkek, DkekShare};
use hsm_ceremony::secret::{Secret, SoPin, TypedText, UserPin, WipingBytes};
use hsm_ceremony::share::{Candidate, Dealt, PasswordShare, StrongCandidate, StrongDealt, StrongShare};
use hsm_ceremony::vault::Vault;
use serde::Serialize;
use static_assertions::assert_not_impl_any;

assert_not_impl_any!(Secret<[u8; 8]>: Debug, Display, Clone, Copy, PartialEq, Serialize, Deref, AsRef<[u8]>, Default);
assert_not_impl_any!(WipingBytes: Debug, Display, Clone, PartialEq, Serialize, Deref, AsRef<[u8]>, Default);
assert_not_impl_any!(TypedText: Debug, Display, Clone, PartialEq, Serialize, Deref, AsRef<str>);
assert_not_impl_any!(UserPin: Debug, Display, Clone, PartialEq, Serialize, Deref);
assert_not_impl_any!(SoPin: Debug, Display, Clone, PartialEq, Serialize, Deref);
assert_not_impl_any!(PasswordShare: Debug, Display, Clone, PartialEq, Serialize);
assert_not_impl_any!(StrongShare: Debug, Display, Clone, PartialEq, Serialize);
assert_not_impl_any!(Dealt: Debug, Display, Clone, PartialEq, Serialize);
assert_not_impl_any!(StrongDealt: Debug, Display, Clone, PartialEq, Serialize);
assert_not_impl_any!(Candidate: Debug, Display, Clone, PartialEq, Serialize);
assert_not_impl_any!(StrongCandidate: Debug, Display, Clone, PartialEq, Serialize);
assert_not_impl_any!(Derivation: Debug, Display, Clone, PartialEq, Serialize);
assert_not_impl_any!(DerivedKey: Debug, Display, Clone, PartialEq, Serialize);
assert_not_impl_any!(DkekShare: Debug, Display, Clone, PartialEq, Serialize);
assert_not_impl_any!(Dkek: Debug, Display, Clone, PartialEq, Serialize);
assert_not_impl_any!(Vault: Debug, Display, Clone, PartialEq, Serialize);

#[test]
fn equal_secrets_are_told_from_different_ones() {
    let one = Secret::<[u8; 4]>::from_slice(b"abcd").unwrap();
    assert!(one.same(&Secret::from_slice(b"abcd").unwrap()) && !one.same(&Secret::from_slice(b"abce").unwrap()));
    assert!(Secret::<[u8; 4]>::from_slice(b"abc").is_none());
}
