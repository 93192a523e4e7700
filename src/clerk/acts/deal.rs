//! Draws all the random values of a ceremony and deals them out: passwords, shares, DKEK shares, the SO-PIN.

use chacha20::ChaCha20Rng;
use rand_core::Rng;

use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::workers::kdf::{self, Job};
use crate::clerk::{Clerk, as_fault, entropy};
use crate::dkek::{Dkek, DkekShare, REHEARSAL_SALT, Rounds, ShareFile};
use crate::faults::{self, Fault};
use crate::plan::Custody;
use crate::record::Fact;
use crate::secret::{Secret, WipingBytes};
use crate::share::{
    Kind, SetId, check_bytes, deal, deal_strong, draw_secret, password_of, write_check, write_value, write_words,
};
use crate::terms::{DkekShareNumber, Handle, Purpose, Quorum, Scheme, Serial};
use crate::vault::Vault;

/// Compute the DKEK shares and everything that guards them, and start encrypting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deal {
    /// Who guards each DKEK share.
    pub dkek_shares: Vec<Custody>,
    /// Which DKEK they are shares of.
    pub dkek: DealtDkek,
    /// M of N for the SO-PIN, if it is drawn and split too.
    pub so_pin: Option<Quorum>,
}

/// Which DKEK is dealt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DealtDkek {
    /// A new one is drawn.
    New,
    /// The one that was opened in this sitting gets new passwords and new shares.
    Opened,
    /// A new one is drawn, beside the one that was opened in this sitting: the keys under that one are wrapped anew later.
    InPlaceOfOpened,
}

impl ActKind for Deal {
    const WORD: &'static str = "deal";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let dealt = self.draw(clerk.rounds, clerk.rehearsal, vault)?;
        clerk.manifest.custody = self.dkek_shares.iter().map(Custody::word).collect();
        clerk.sealing.begin(dealt.sealing);
        Ok(Begun::Done(dealt.facts))
    }
}

/// What dealing produces besides the shares in the vault.
pub(in crate::clerk) struct Dealt {
    /// The share files being made.
    pub sealing: Vec<(DkekShareNumber, Job<ShareFile>)>,
    /// What may be disclosed about it.
    pub facts: Vec<Fact>,
}

impl Deal {
    /// The DKEK shares that were opened, in the order of their numbers: the vault gives them away.
    fn opened(&self, vault: &mut Vault) -> Result<Vec<DkekShare>, Fault> {
        match self.dkek {
            DealtDkek::New => Ok(Vec::new()),
            DealtDkek::InPlaceOfOpened => {
                let old = vault.give(Handle::Dkek).ok_or(faults::DkekMissing)?;
                vault.keep(Handle::EarlierDkek, old);
                Ok(Vec::new())
            }
            DealtDkek::Opened => {
                let all = vault.give(Handle::Dkek).ok_or(faults::DkekMissing)?;
                let shares: Vec<DkekShare> =
                    all.expose().chunks(32).filter_map(Secret::from_slice).map(DkekShare::new).collect();
                if shares.len() == self.dkek_shares.len() { Ok(shares) } else { Err(faults::DkekMissing.into()) }
            }
        }
    }

    /// Draws everything from the generator, puts the shares into the vault and starts encrypting the DKEK shares. From
    /// then on only the workers have the passwords and DKEK shares.
    pub(in crate::clerk) fn draw(&self, rounds: Rounds, rehearsal: bool, vault: &mut Vault) -> Result<Dealt, Fault> {
        let seed = vault.give(Handle::GeneratorSeed).ok_or(faults::RandomFailed)?;
        let mut generator = entropy::generator(seed.expose())?;
        let (mut facts, mut drawn) = (Vec::new(), Vec::new());
        let mut opened = self.opened(vault)?.into_iter();
        for (number, custody) in DkekShareNumber::up_to(self.dkek_shares.len()).zip(&self.dkek_shares) {
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
                    (vault.give(Handle::SharePassword(number)).ok_or(faults::SharePasswordMissing)?, None)
                }
            };
            let mut salt = [0; 8];
            generator.fill_bytes(&mut salt);
            let share = match self.dkek {
                DealtDkek::New | DealtDkek::InPlaceOfOpened => {
                    DkekShare::new(Secret::init(|bytes: &mut [u8; 32]| generator.fill_bytes(bytes)))
                }
                DealtDkek::Opened => opened.next().ok_or(faults::DkekMissing)?,
            };
            let kcv = share.kcv();
            facts.push(match set {
                Some((quorum, scheme, set)) => Fact::Dealt { share: number, quorum, scheme, set, kcv },
                None => Fact::UnderPassword { share: number, kcv },
            });
            drawn.push((number, password, share, if rehearsal { REHEARSAL_SALT } else { salt }));
        }
        let all: Vec<&DkekShare> = drawn.iter().map(|(_, _, share, _)| share).collect();
        let kcv = Dkek::from_shares(&all).map_err(|error| as_fault::dkek(&error))?.kcv();
        match self.dkek {
            DealtDkek::New | DealtDkek::InPlaceOfOpened => {
                facts.push(Fact::DkekDrawn { shares: u8::try_from(drawn.len()).unwrap_or(u8::MAX), kcv });
            }
            // Its KCV was compared when it was opened.
            DealtDkek::Opened => {}
        }
        if let Some(quorum) = self.so_pin {
            let secret = draw_secret(Kind::SoPin, &mut generator);
            let set = words(Purpose::SoPin, &secret, quorum, &mut generator, vault)?;
            facts.push(Fact::SoPinDealt { quorum, set: set.to_string() });
        }
        let seal = |(number, password, share, salt)| (number, kdf::begin_sealing(password, share, salt, rounds));
        Ok(Dealt { sealing: drawn.into_iter().map(seal).collect(), facts })
    }
}

/// A set in sc-hsm-tool's scheme: its password and its prime; the shares and their check bytes go into the vault.
fn numbers(
    number: DkekShareNumber,
    quorum: Quorum,
    generator: &mut ChaCha20Rng,
    vault: &mut Vault,
) -> Result<(WipingBytes, String), Fault> {
    let dealt = deal(quorum, generator).map_err(as_fault::share)?;
    let prime = dealt.shares.first().map(|share| share.prime).ok_or(faults::StepNotPossible)?;
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
    let kind = match card {
        Purpose::SoPin => Kind::SoPin,
        Purpose::DkekShare(_) => Kind::Password,
    };
    let dealt = deal_strong(kind, secret, quorum, generator).map_err(as_fault::share)?;
    for (custodian, share) in quorum.numbers().zip(&dealt.shares) {
        vault.keep(Handle::DealtShare(card, custodian), write_words(share));
    }
    Ok(dealt.set)
}
