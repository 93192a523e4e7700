//! Proves that no secret is held any more.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::faults::{self, Fault};
use crate::record::Fact;
use crate::terms::Serial;
use crate::vault::Vault;

/// Confirm that the vault is empty, or fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProveVaultEmpty;

impl ActKind for ProveVaultEmpty {
    const WORD: &'static str = "prove-vault-empty";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, _: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let held = vault.holds();
        if held.is_empty() {
            return Ok(Begun::Done(vec![Fact::VaultEmpty]));
        }
        let names: Vec<String> = held.iter().map(|handle| format!("{handle:?}")).collect();
        Err(Fault::from(faults::VaultNotEmpty { held: names.join(", ") }))
    }
}
