//! Signs the sealed record with a key of a device, and sees beforehand that the key will.

use sha2::{Digest as _, Sha256};

use crate::card::verify::verify_sha256;
use crate::card::{FileId, Verdict, public_key_beside};
use crate::clerk::acts::prove_key::for_openssl;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::files::{write_once, written};
use crate::clerk::workers::devices::Devices;
use crate::clerk::wrapped_keys::public_key;
use crate::clerk::{Clerk, as_fault};
use crate::dkek::WrappedKeyFile;
use crate::faults::{self, Fault};
use crate::folder::{Folder, names};
use crate::record::{BackedUpKey, Fact};
use crate::terms::{KeyLabel, KeyReference, Serial};
use crate::vault::Vault;

/// The key that signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The key.
    pub label: KeyLabel,
    /// Where it is.
    pub reference: KeyReference,
    /// The device.
    pub serial: Serial,
}

/// Sign the record as it is so far, to see that the key will sign it once it is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadySigner {
    /// The key.
    pub signer: Signer,
}

/// Sign the sealed record. It is no step of a ceremony: nothing can be recorded any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignRecord {
    /// The key.
    pub signer: Signer,
}

impl ActKind for ReadySigner {
    const WORD: &'static str = "ready-signer";
    const MAY_BE_STOPPED: bool = false;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = true;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let Self { signer } = self;
        let (key, from) = backed_up(clerk, &signer.label)?;
        let folder = clerk.folder.clone();
        Ok(Begun::on_card(move |devices| {
            let so_far = folder.read(names::PLAN)?;
            signer.sign(devices, &from, &key, &so_far)?;
            let mut facts = Vec::new();
            // Whoever has this folder alone can check the signature, too.
            if folder.path() != from.path() && !key.public.is_empty() {
                let pem = from.unchanged(&key.public, key.public_sha256)?;
                facts.push(written(write_once(&folder, &names::public_key(&signer.label), &pem)?));
            }
            let Signer { label, reference, serial } = signer;
            facts.push(Fact::RecordSigner { label, reference, serial });
            Ok(facts)
        }))
    }
}

impl ActKind for SignRecord {
    const WORD: &'static str = "sign-record";
    const MAY_BE_STOPPED: bool = false;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = true;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let Self { signer } = self;
        let (key, from) = backed_up(clerk, &signer.label)?;
        let folder = clerk.folder.clone();
        Ok(Begun::on_card(move |devices| {
            let record = folder.read(names::RECORD)?;
            let signature = signer.sign(devices, &from, &key, &record)?;
            Ok(vec![written(folder.write_new(names::RECORD_SIGNATURE, &signature)?)])
        }))
    }
}

/// A key that was backed up, and the folder with its files: that of this sitting, or the one that is restored from.
fn backed_up(clerk: &Clerk, label: &KeyLabel) -> Result<(BackedUpKey, Folder), Fault> {
    match clerk.manifest.keys.iter().find(|key| key.label == *label) {
        Some(key) => Ok((key.clone(), clerk.folder.clone())),
        None => clerk.backed_up(label).map(|(from, key)| (key, from.clone())),
    }
}

impl Signer {
    /// A signature of this text, as openssl takes it. It was verified with the key's public key file.
    fn sign(&self, devices: &mut Devices, from: &Folder, key: &BackedUpKey, text: &[u8]) -> Result<Vec<u8>, Fault> {
        let Self { label, reference, serial } = self;
        let content = from.unchanged(&key.wrapped, key.wrapped_sha256)?;
        let file = WrappedKeyFile::parse(&content).map_err(|error| as_fault::wrapped_key(&key.wrapped, &error))?;
        let cannot = || Fault::from(faults::SignerCannotSign { label });
        let public = public_key(from, key)?.ok_or_else(cannot)?;
        let (kind, list) = (public.key_type(), file.blob.allowed());
        let algorithm = devices.with(serial, |device| Ok(device.signing_algorithm(kind, list)))?;
        let algorithm = algorithm.filter(|algorithm| algorithm.takes_a_digest()).ok_or_else(cannot)?;
        let beside = devices.with(serial, |device| device.read_file(FileId::request(*reference)))?;
        if public_key_beside(&beside).as_ref() != Some(&public) {
            return Err(cannot());
        }
        let digest: [u8; 32] = Sha256::digest(text).into();
        let signature = devices.with(serial, |device| device.sign_digest(*reference, kind, algorithm, &digest))?;
        match verify_sha256(&public, text, &signature) {
            Verdict::Good => Ok(for_openssl(kind, &signature)),
            Verdict::Bad | Verdict::CannotCheck => Err(cannot()),
        }
    }
}
