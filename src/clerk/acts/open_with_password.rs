//! A share file that one password guards.

use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::workers::kdf::Try;
use crate::clerk::{Clerk, opening};
use crate::faults::{self, Fault};
use crate::names::FieldName;
use crate::secret::WipingBytes;
use crate::terms::{DkekShareNumber, Kcv, Serial};
use crate::vault::Vault;

/// Open the written share file with the password that its holder typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWithPassword {
    /// Which DKEK share.
    pub share: DkekShareNumber,
    /// The KCV that the DKEK share must have, if known.
    pub kcv: Option<Kcv>,
    /// Made elsewhere.
    pub foreign: bool,
}

impl ActKind for OpenWithPassword {
    const WORD: &'static str = "open-with-password";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = true;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let typed = vault.typed(FieldName::Password).map(|text| WipingBytes::from_slice(text.expose()));
        vault.forget_typed();
        let password = typed.ok_or(faults::TypedMissing)?;
        let tries = vec![Try { password, agreeing: Vec::new(), defects: Vec::new(), needed: None }];
        opening::begin(tries, self.share, self.foreign, clerk, move |found, vault| {
            opening::keep(found.ok_or(faults::PasswordDoesNotOpen)?, self.share, &[], self.kcv, vault)
        })
        .map(Begun::Opening)
    }
}
