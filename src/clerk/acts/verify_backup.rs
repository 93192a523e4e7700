//! Verifies a wrapped key without a device.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::wrapped_keys::{verify, verify_unopened};
use crate::faults::{self, Fault};
use crate::record::Fact;
use crate::terms::{Handle, Kcv, KeyLabel, Serial};
use crate::vault::Vault;

/// Verify a wrapped key's KCV and MAC under the DKEK or, where nobody opened it, its KCV and structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyBackup {
    /// The key.
    pub label: KeyLabel,
    /// Identifies the DKEK.
    pub kcv: Kcv,
    /// Whether a quorum has opened the DKEK: otherwise only structure and KCV can be verified.
    pub opened: bool,
}

impl ActKind for VerifyBackup {
    const WORD: &'static str = "verify-backup";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let (from, key) = clerk.backed_up(&self.label)?;
        let content = from.unchanged(&key.wrapped, key.wrapped_sha256)?;
        if !self.opened {
            verify_unopened(&key.wrapped, &content, self.kcv)?;
            return Ok(Begun::Done(vec![Fact::Verified { label: self.label, mac_not_verified: true }]));
        }
        let dkek = vault.give(Handle::Dkek).ok_or(faults::DkekMissing)?;
        let result = verify(&key.wrapped, &content, self.kcv, &dkek);
        vault.keep(Handle::Dkek, dkek);
        result.map(|()| Begun::Done(vec![Fact::Verified { label: self.label, mac_not_verified: false }]))
    }
}
