//! Wraps a key of an earlier folder anew, under the DKEK of this sitting.

use crate::clerk::acts::back_up::write_beside;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::files::write_once;
use crate::clerk::workers::card::Reply;
use crate::clerk::wrapped_keys::{dkek_of, verify};
use crate::clerk::{Clerk, as_fault};
use crate::dkek::{REWRAP_RANDOM, WrappedKeyFile, rewrap};
use crate::faults::{self, Fault};
use crate::folder::{Folder, names};
use crate::plan::PlannedKey;
use crate::record::{BackedUpKey, Fact};
use crate::secret::WipingBytes;
use crate::terms::{Handle, Kcv, Serial};
use crate::vault::Vault;

/// Open a wrapped key with the old DKEK, wrap the same key under the new one, write it with its public key, and verify KCV and
/// MAC of what is read back. For that moment the private key is in the memory of this machine, in a buffer that is wiped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RewrapKey {
    /// The key.
    pub key: PlannedKey,
    /// Identifies the old DKEK.
    pub under: Kcv,
    /// Identifies the new one.
    pub kcv: Kcv,
    /// The device that will hold the key.
    pub serial: Serial,
    /// Public key files of the earlier folder that cannot be used.
    pub unusable: Vec<String>,
}

impl ActKind for RewrapKey {
    const WORD: &'static str = "rewrap-key";
    const MAY_BE_STOPPED: bool = false;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    /// Both DKEKs go to the worker, and come back from it whatever happens there.
    fn perform(self, clerk: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let source = clerk.source()?;
        let kept = source.keys_of_today().find(|key| key.label == self.key.label).cloned();
        let kept = kept.ok_or_else(|| faults::SourceFileMissing { file: names::wrapped_key(&self.key.label) })?;
        let (from, into) = (source.folder.clone(), clerk.folder.clone());
        clerk.manifest.back_up_from(self.kcv, &self.serial);
        clerk.manifest.expect_key(self.key.clone());
        let old = vault.give(Handle::EarlierDkek).ok_or(faults::DkekMissing)?;
        let Some(new) = vault.give(Handle::Dkek) else {
            vault.keep(Handle::EarlierDkek, old);
            return Err(Fault::from(faults::DkekMissing));
        };
        Ok(Begun::OnCard(Box::new(move |_| {
            let result = self.rewrap(&kept, &from, &into, [&old, &new]);
            Reply { result, back: vec![(Handle::EarlierDkek, old), (Handle::Dkek, new)] }
        })))
    }
}

impl RewrapKey {
    fn rewrap(
        &self,
        kept: &BackedUpKey,
        from: &Folder,
        into: &Folder,
        [old, new]: [&WipingBytes; 2],
    ) -> Result<Vec<Fact>, Fault> {
        let label = &self.key.label;
        let content = from.unchanged(&kept.wrapped, kept.wrapped_sha256)?;
        let public = (!kept.public.is_empty() && !self.unusable.contains(&kept.public))
            .then(|| from.unchanged(&kept.public, kept.public_sha256))
            .transpose()?;
        verify(&kept.wrapped, &content, self.under, old)?;
        let as_fault = |error| as_fault::wrapped_key(&kept.wrapped, &error);
        let file = WrappedKeyFile::parse(&content).map_err(as_fault)?;
        let mut random = [0; REWRAP_RANDOM];
        getrandom::fill(&mut random).map_err(|_| faults::RandomFailed)?;
        let blob = rewrap(&file.blob, &dkek_of(old)?, &dkek_of(new)?, random).map_err(as_fault)?;
        let anew = WrappedKeyFile { blob, ..file }.to_bytes();
        let mut facts = write_beside(into, label, &anew, public)?;
        let name = names::wrapped_key(label);
        let sha256 = write_once(into, &name, &anew)?.sha256;
        verify(&name, &into.unchanged(&name, sha256)?, self.kcv, new)?;
        facts.push(Fact::Rewrapped { label: label.clone(), from_sha256: kept.wrapped_sha256, under: self.under });
        facts.push(Fact::BackedUp { label: label.clone(), file: name, sha256, mac_not_verified: false });
        Ok(facts)
    }
}
