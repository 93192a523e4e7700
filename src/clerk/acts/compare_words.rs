//! Compares two words of a key check value with what somebody typed who heard it read aloud.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::faults::{self, Fault};
use crate::fields::{Decider, decider, read_check_words};
use crate::names::FieldName;
use crate::record::Fact;
use crate::terms::{Kcv, Serial};
use crate::vault::Vault;

/// Compare two words of a key check value with what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompareWords {
    /// The key check value.
    pub kcv: Kcv,
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
        let Self { kcv, places, people } = self;
        let typed = |field| vault.typed(field).ok_or(faults::TypedMissing);
        let words = read_check_words(typed(FieldName::CheckWords)?.expose(), places);
        let who = std::str::from_utf8(typed(FieldName::ComparedBy)?.expose()).ok();
        let by = who.and_then(|who| decider(who, &people)).map(|one| one.name.clone());
        vault.forget_typed();
        let by = by.ok_or(faults::TypedMissing)?;
        let right = places.map(|place| kcv.0.get(usize::from(place).saturating_sub(1)).copied());
        if words.map(|words| words.map(Some)) == Some(right) {
            Ok(Begun::Done(vec![Fact::Compared { kcv, words: places.to_vec(), by }]))
        } else {
            let [first, second] = places;
            Err(Fault::from(faults::CheckWordsDiffer { asked: format!("{first} and {second}") }))
        }
    }
}
