//! Carries a wrapped key over from an earlier folder.

use crate::clerk::Clerk;
use crate::clerk::acts::back_up::write_beside;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::files::write_once;
use crate::clerk::wrapped_keys::verify;
use crate::faults::{self, Fault};
use crate::folder::names;
use crate::plan::PlannedKey;
use crate::record::Fact;
use crate::terms::{Handle, Kcv, Serial};
use crate::vault::Vault;

/// Copy a wrapped key and its public key as they are, verify the copy's KCV and MAC under the DKEK, and read it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarryKey {
    /// The key.
    pub key: PlannedKey,
    /// Identifies the DKEK.
    pub kcv: Kcv,
    /// Public key files of the earlier folder that cannot be used.
    pub unusable: Vec<String>,
}

impl ActKind for CarryKey {
    const WORD: &'static str = "carry-key";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let label = self.key.label.clone();
        let (_, kept) = clerk.backed_up(&label)?;
        let source = clerk.source()?;
        let (serial, file) = (source.device().cloned(), names::wrapped_key(&label));
        let serial = serial.ok_or_else(|| Fault::from(faults::DeviceOfKeysUnknown { file: &kept.wrapped }))?;
        let content = source.folder.unchanged(&kept.wrapped, kept.wrapped_sha256)?;
        let public = (!kept.public.is_empty() && !self.unusable.contains(&kept.public))
            .then(|| source.folder.unchanged(&kept.public, kept.public_sha256))
            .transpose()?;
        let dkek = vault.give(Handle::Dkek).ok_or(faults::DkekMissing)?;
        let verified = verify(&kept.wrapped, &content, self.kcv, &dkek);
        vault.keep(Handle::Dkek, dkek);
        verified?;
        clerk.manifest.back_up_from(self.kcv, &serial);
        clerk.manifest.expect_key(self.key);
        let mut facts = write_beside(&clerk.folder, &label, &content, public)?;
        let sha256 = write_once(&clerk.folder, &file, &content)?.sha256;
        if sha256 != kept.wrapped_sha256 {
            return Err(Fault::from(faults::SourceFileChanged { file }));
        }
        facts.push(Fact::BackedUp { label, file, sha256, mac_not_verified: false });
        Ok(Begun::Done(facts))
    }
}
