//! Reading back: compares what a custodian typed from their card with what was dealt to them.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::faults::{self, Fault};
use crate::fields::{part_name, read_fault};
use crate::names::FieldName;
use crate::record::Fact;
use crate::share::{Part, SwappedDigits, read_check, read_prime, read_value, swapped_digits};
use crate::terms::{CustodianNumber, DkekShareNumber, Handle, Purpose, Scheme, Serial};
use crate::vault::Vault;
use crate::wordlists;

/// Compare what a custodian typed with what was dealt to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompareShare {
    /// Which of their cards.
    pub card: Purpose,
    /// Which custodian.
    pub custodian: CustodianNumber,
    /// The scheme of the card.
    pub scheme: Scheme,
    /// The prime of the set, or the set's number.
    pub set: String,
}

impl ActKind for CompareShare {
    const WORD: &'static str = "compare-share";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = true;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    /// Reports which field and which group or word is wrong, never what would be right. Wipes both when they are equal.
    fn perform(self, _: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let wrong = match (self.scheme, self.card) {
            (Scheme::ScHsmTool, Purpose::DkekShare(number)) => self.wrong_in_numbers(number, vault),
            (Scheme::ScHsmTool, Purpose::SoPin) | (Scheme::Words, _) => self.wrong_in_words(vault),
        };
        vault.forget_typed();
        let wrong = wrong?;
        if !wrong.is_empty() {
            return Err(Fault::from(faults::ShareDiffers { what: wrong.join(", ") }));
        }
        let Self { card, custodian, .. } = self;
        vault.forget(Handle::DealtShare(card, custodian));
        if let Purpose::DkekShare(number) = card {
            vault.forget(Handle::DealtCheck(number, custodian));
        }
        Ok(Begun::Done(vec![Fact::ReadBack { card, custodian }]))
    }
}

impl CompareShare {
    /// Value and check bytes, and the prime where it was typed.
    fn wrong_in_numbers(&self, number: DkekShareNumber, vault: &Vault) -> Result<Vec<String>, Fault> {
        let typed = |field| vault.typed(field).ok_or(faults::TypedMissing);
        let mut wrong = Vec::new();
        if let Some(prime) = vault.typed(FieldName::Prime)
            && read_prime(prime.expose()).map_err(read_fault)?.to_string() != self.set
        {
            wrong.push(part_name(Part::Prime).to_owned());
        }
        let mut differ = |typed: &[u8], dealt: &[u8], part: Part| {
            let what = part_name(part);
            match swapped_digits(typed, dealt) {
                Some(SwappedDigits { group, across: false }) => {
                    wrong.push(format!("the two digits of group {group} of the {what}, which are swapped"));
                }
                Some(SwappedDigits { group, across: true }) => {
                    let next = group + 1;
                    wrong.push(format!(
                        "the last digit of group {group} and the first of group {next} of the {what}, which are swapped"
                    ));
                }
                None => {
                    let groups = typed.iter().zip(dealt).enumerate().filter(|(_, (typed, dealt))| typed != dealt);
                    wrong.extend(groups.map(|(place, _)| format!("group {} of the {what}", place + 1)));
                }
            }
        };
        let dealt = |handle| vault.lend(handle).ok_or(faults::TypedMissing);
        let value = read_value(typed(FieldName::ShareValue)?.expose(), true).map_err(read_fault)?;
        let right = read_value(dealt(Handle::DealtShare(self.card, self.custodian))?, true).map_err(read_fault)?;
        differ(value.expose(), right.expose(), Part::Value);
        let check = read_check(typed(FieldName::CheckBytes)?.expose()).map_err(read_fault)?;
        let right = read_check(dealt(Handle::DealtCheck(number, self.custodian))?).map_err(read_fault)?;
        differ(check.expose(), right.expose(), Part::Check);
        Ok(wrong)
    }

    /// Field 0: all words. Their first four letters identify them.
    fn wrong_in_words(&self, vault: &Vault) -> Result<Vec<String>, Fault> {
        let typed = vault.typed(FieldName::ShareWords).ok_or(faults::TypedMissing)?.expose();
        let dealt = vault.lend(Handle::DealtShare(self.card, self.custodian)).ok_or(faults::TypedMissing)?;
        // Compared word by word, so that no list of them exists anywhere.
        let (count, needed) = (tokens(typed).count(), tokens(dealt).count());
        if count != needed {
            return Ok(vec![format!("{count} words instead of {needed}")]);
        }
        let pairs = tokens(typed).zip(tokens(dealt)).enumerate();
        let differ = pairs.filter(|(_, (typed, dealt))| wordlists::find(typed) != wordlists::find(dealt));
        Ok(differ.map(|(place, _)| format!("word {}", place + 1)).collect())
    }
}

fn tokens(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b' ').filter(|word| !word.is_empty())
}
