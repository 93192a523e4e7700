//! Compares two words of a check value with what somebody typed who heard it read aloud: of a key check value, or of what names
//! the public keys.

use sha2::{Digest as _, Sha256};

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::faults::{self, Fault};
use crate::fields::{Decider, decider, read_check_words};
use crate::folder::names;
use crate::names::FieldName;
use crate::record::Fact;
use crate::terms::{Digest, Kcv, KeyLabel, Serial};
use crate::vault::Vault;

/// What is read aloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckValue {
    /// The key check value of the DKEK.
    Kcv(Kcv),
    /// What names these public keys.
    PublicKeys(Vec<KeyLabel>, Digest),
}

impl CheckValue {
    const fn bytes(&self) -> &[u8] {
        match self {
            Self::Kcv(Kcv(bytes)) => bytes,
            Self::PublicKeys(_, Digest(bytes)) => bytes,
        }
    }
}

/// The file of a public key in the folder.
pub fn public_key_file(label: &KeyLabel) -> String {
    names::public_key(label)
}

/// One digest for the public keys of a ceremony: of one, that of its file; of more, that of what `sha256sum` prints for
/// their files, in this order.
pub fn fingerprint(keys: &[(KeyLabel, Digest)]) -> Option<Digest> {
    match keys {
        [] => None,
        [(_, digest)] => Some(*digest),
        keys => {
            let line = |(label, digest): &(KeyLabel, Digest)| format!("{digest}  {}\n", public_key_file(label));
            Some(Digest(Sha256::digest(keys.iter().map(line).collect::<String>()).into()))
        }
    }
}

/// Compare two words of a check value with what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompareWords {
    /// What was read aloud.
    pub value: CheckValue,
    /// The places of the two words, counted from 1.
    pub places: [u8; 2],
    /// Everybody who may confirm them.
    pub people: Vec<Decider>,
}

impl ActKind for CompareWords {
    const WORD: &'static str = "compare-words";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = true;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, _: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let Self { value, places, people } = self;
        let typed = |field| vault.typed(field).ok_or(faults::TypedMissing);
        let words = read_check_words(typed(FieldName::CheckWords)?.expose(), places);
        let who = std::str::from_utf8(typed(FieldName::ComparedBy)?.expose()).ok();
        let by = who.and_then(|who| decider(who, &people)).map(|one| one.name.clone());
        vault.forget_typed();
        let by = by.ok_or(faults::TypedMissing)?;
        let right = places.map(|place| value.bytes().get(usize::from(place).saturating_sub(1)).copied());
        if words.map(|words| words.map(Some)) == Some(right) {
            let words = places.to_vec();
            Ok(Begun::Done(vec![match value {
                CheckValue::Kcv(kcv) => Fact::Compared { kcv, words, by },
                CheckValue::PublicKeys(keys, sha256) => Fact::FingerprintsCompared { keys, sha256, words, by },
            }]))
        } else {
            let [first, second] = places;
            Err(Fault::from(faults::CheckWordsDiffer { asked: format!("{first} and {second}") }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_is_named_by_its_own_digest_and_several_by_what_sha256sum_prints() {
        let key = |label: &str, byte| (KeyLabel::new(label).unwrap(), Digest([byte; 32]));
        let (one, other) = (key("rsa-root", 0x11), key("ec-root", 0x22));
        assert_eq!(fingerprint(&[]), None);
        assert_eq!(fingerprint(std::slice::from_ref(&one)), Some(Digest([0x11; 32])));
        let printed =
            format!("{}  keys/rsa-root.pub.pem\n{}  keys/ec-root.pub.pem\n", "11".repeat(32), "22".repeat(32));
        let both = Digest(Sha256::digest(printed).into());
        assert_eq!(fingerprint(&[one.clone(), other.clone()]), Some(both));
        assert_ne!(fingerprint(&[other, one]), Some(both), "their order counts");
    }
}
