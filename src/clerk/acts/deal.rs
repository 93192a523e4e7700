//! Drawing everything random of a ceremony, and handing it out: passwords, shares, DKEK shares, the SO-PIN.

use crate::faults::{self, Fault};
use chacha20::ChaCha20Rng;
use rand_core::Rng;

use crate::clerk::as_fault;
use crate::clerk::entropy;
use crate::clerk::workers::kdf::{self, Job};
use crate::dkek::{Dkek, DkekShare, REHEARSAL_SALT, Rounds, ShareFile};
use crate::names::FieldName;
use crate::plan::Custody;
use crate::record::Fact;
use crate::secret::{Secret, WipingBytes};
use crate::share::{
    Kind, SetId, check_bytes, deal, deal_strong, draw_secret, password_of, read_check, read_id, read_prime, read_value,
    write_check, write_value, write_words,
};
use crate::terms::{CustodianNumber, DkekShareNumber, Handle, Purpose, Quorum, Scheme};
use crate::vault::Vault;
use crate::wordlists;

/// What dealing leaves behind besides the shares in the vault.
pub struct Begun {
    /// The share files in the making.
    pub sealing: Vec<(DkekShareNumber, Job<ShareFile>)>,
    /// What may be known of it.
    pub facts: Vec<Fact>,
}

/// Draws everything from the generator, puts the shares into the vault and begins to encipher the DKEK shares. The workers
/// have passwords and DKEK shares from then on, nobody else.
pub fn begin(
    dkek_shares: &[Custody],
    so_pin: Option<Quorum>,
    rounds: Rounds,
    rehearsal: bool,
    vault: &mut Vault,
) -> Result<Begun, Fault> {
    let seed = vault.give(Handle::GeneratorSeed).ok_or_else(|| Fault::from(faults::RandomFailed))?;
    let mut generator = entropy::generator(seed.expose())?;
    let (mut facts, mut drawn) = (Vec::new(), Vec::new());
    for (number, custody) in DkekShareNumber::up_to(dkek_shares.len()).zip(dkek_shares) {
        let (password, set) = match custody {
            Custody::Quorum { quorum, scheme: Scheme::ScHsmTool, .. } => {
                let (password, set) = numbers(number, *quorum, &mut generator, vault)?;
                (password, Some((*quorum, Scheme::ScHsmTool, set)))
            }
            Custody::Quorum { quorum, scheme: Scheme::Words, .. } => {
                let secret = draw_secret(Kind::Password, &mut generator);
                let set = words(Purpose::DkekShare(number), &secret, *quorum, &mut generator, vault)?;
                (password_of(&secret), Some((*quorum, Scheme::Words, set.to_string())))
            }
            Custody::Password { .. } => {
                let typed = vault.give(Handle::SharePassword(number));
                (typed.ok_or_else(|| Fault::from(faults::SharePasswordMissing))?, None)
            }
        };
        let mut salt = [0; 8];
        generator.fill_bytes(&mut salt);
        let share = DkekShare::new(Secret::init(|bytes: &mut [u8; 32]| generator.fill_bytes(bytes)));
        let kcv = share.kcv();
        facts.push(match set {
            Some((quorum, scheme, set)) => Fact::Dealt { share: number, quorum, scheme, set, kcv },
            None => Fact::UnderPassword { share: number, kcv },
        });
        drawn.push((number, password, share, if rehearsal { REHEARSAL_SALT } else { salt }));
    }
    let all: Vec<&DkekShare> = drawn.iter().map(|(_, _, share, _)| share).collect();
    let kcv = Dkek::from_shares(&all).map_err(|error| as_fault::dkek(&error))?.kcv();
    facts.push(Fact::DkekDrawn { shares: u8::try_from(drawn.len()).unwrap_or(u8::MAX), kcv });
    if let Some(quorum) = so_pin {
        let secret = draw_secret(Kind::SoPin, &mut generator);
        let set = words(Purpose::SoPin, &secret, quorum, &mut generator, vault)?;
        facts.push(Fact::SoPinDealt { quorum, set: set.to_string() });
    }
    let seal = |(number, password, share, salt)| (number, kdf::begin_sealing(password, share, salt, rounds));
    Ok(Begun { sealing: drawn.into_iter().map(seal).collect(), facts })
}

/// A set of sc-hsm-tool's scheme: its password and its prime; the shares and their check bytes go into the vault.
fn numbers(
    number: DkekShareNumber,
    quorum: Quorum,
    generator: &mut ChaCha20Rng,
    vault: &mut Vault,
) -> Result<(WipingBytes, String), Fault> {
    let dealt = deal(quorum, generator).map_err(as_fault::share)?;
    let prime = dealt.shares.first().map(|share| share.prime).ok_or_else(|| Fault::from(faults::StepNotPossible))?;
    for (custodian, share) in quorum.numbers().zip(&dealt.shares) {
        vault.keep(Handle::DealtShare(Purpose::DkekShare(number), custodian), write_value(&share.value));
        vault.keep(Handle::DealtCheck(number, custodian), write_check(&check_bytes(share)));
    }
    Ok((WipingBytes::from_slice(dealt.password.expose()), prime.to_string()))
}

/// A set of strong shares; they go into the vault as words.
fn words(
    card: Purpose,
    secret: &WipingBytes,
    quorum: Quorum,
    generator: &mut ChaCha20Rng,
    vault: &mut Vault,
) -> Result<SetId, Fault> {
    let kind = if card == Purpose::SoPin { Kind::SoPin } else { Kind::Password };
    let dealt = deal_strong(kind, secret, quorum, generator).map_err(as_fault::share)?;
    for (custodian, share) in quorum.numbers().zip(&dealt.shares) {
        vault.keep(Handle::DealtShare(card, custodian), write_words(share));
    }
    Ok(dealt.set)
}

/// Compares what a custodian typed from their card with what was dealt. Says which field and which group or word is wrong,
/// never what would be right. Wipes both when they are equal.
pub fn compare(
    card: Purpose,
    custodian: CustodianNumber,
    scheme: Scheme,
    set: &str,
    vault: &mut Vault,
) -> Result<Vec<Fact>, Fault> {
    let wrong = match (scheme, card) {
        (Scheme::ScHsmTool, Purpose::DkekShare(number)) => compare_numbers(number, custodian, set, vault),
        _ => compare_words(card, custodian, vault),
    };
    vault.forget_typed();
    let wrong = wrong?;
    if !wrong.is_empty() {
        return Err(Fault::from(faults::ShareDiffers { what: wrong.join(", ") }));
    }
    vault.forget(Handle::DealtShare(card, custodian));
    if let Purpose::DkekShare(number) = card {
        vault.forget(Handle::DealtCheck(number, custodian));
    }
    Ok(vec![Fact::ReadBack { card, custodian }])
}

/// Prime, id, value, check bytes.
fn compare_numbers(
    number: DkekShareNumber,
    custodian: CustodianNumber,
    prime: &str,
    vault: &Vault,
) -> Result<Vec<String>, Fault> {
    let missing = || Fault::from(faults::TypedMissing);
    let typed = |field| vault.typed(field).ok_or_else(missing);
    let read = crate::fields::read_fault;
    let mut wrong = Vec::new();
    if read_prime(typed(FieldName::Prime)?.expose()).map_err(read)?.to_string() != prime {
        wrong.push("prime".to_owned());
    }
    if read_id(typed(FieldName::ShareId)?.expose()).map_err(read)? != custodian.get() {
        wrong.push("share id".to_owned());
    }
    let mut differ = |typed: &[u8], dealt: &[u8], what: &str| {
        let groups = typed.iter().zip(dealt).enumerate().filter(|(_, (typed, dealt))| typed != dealt);
        wrong.extend(groups.map(|(place, _)| format!("group {} of the {what}", place + 1)));
    };
    let dealt = vault.lend(Handle::DealtShare(Purpose::DkekShare(number), custodian)).ok_or_else(missing)?;
    let (value, dealt) = (
        read_value(typed(FieldName::ShareValue)?.expose(), true).map_err(read)?,
        read_value(dealt, true).map_err(read)?,
    );
    differ(value.expose(), dealt.expose(), "value");
    let dealt = vault.lend(Handle::DealtCheck(number, custodian)).ok_or_else(missing)?;
    let (check, dealt) =
        (read_check(typed(FieldName::CheckBytes)?.expose()).map_err(read)?, read_check(dealt).map_err(read)?);
    differ(check.expose(), dealt.expose(), "check bytes");
    Ok(wrong)
}

/// All words. Their first four letters say which they are.
fn compare_words(card: Purpose, custodian: CustodianNumber, vault: &Vault) -> Result<Vec<String>, Fault> {
    let missing = || Fault::from(faults::TypedMissing);
    let typed = vault.typed(FieldName::ShareWords).ok_or_else(missing)?.expose();
    let dealt = vault.lend(Handle::DealtShare(card, custodian)).ok_or_else(missing)?;
    // Word by word, without a list of them anywhere.
    let (count, needed) = (tokens(typed).count(), tokens(dealt).count());
    if count != needed {
        return Ok(vec![format!("{count} words instead of {needed}")]);
    }
    let pairs = tokens(typed).zip(tokens(dealt)).enumerate();
    let differ = pairs.filter(|(_, (typed, dealt))| wordlists::find(typed) != wordlists::find(dealt));
    Ok(differ.map(|(place, _)| format!("word {}", place + 1)).collect())
}

fn tokens(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b' ').filter(|word| !word.is_empty())
}
