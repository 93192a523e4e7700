//! Wraps a key to a file.

use crate::card::status::Status;
use crate::card::verify::request_is_signed_by_its_key;
use crate::card::{
    Attestation, AuthenticatedRequest, CardError, Device, FileId, Heard, KeyDescription, Operation, Verdict,
    public_key_beside, x509_pem,
};
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::files::{write_once, written};
use crate::clerk::keys_on_device::{BesideKey, beside_key};
use crate::clerk::workers::card::Reply;
use crate::clerk::workers::devices::Devices;
use crate::clerk::wrapped_keys::{stated_public_key, verify, verify_unopened};
use crate::clerk::{Clerk, as_fault};
use crate::dkek::{KeyBlob, WrappedKeyFile};
use crate::faults::{self, Fault};
use crate::folder::{Folder, names};
use crate::plan::PlannedKey;
use crate::record::Fact;
use crate::secret::WipingBytes;
use crate::terms::{Handle, Kcv, KeyLabel, Serial};
use crate::vault::Vault;

/// Wrap a key to a file, read the file back, and verify the KCV and MAC of what was read under the DKEK; or, without a
/// DKEK, its KCV and structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackUp {
    /// The key.
    pub key: PlannedKey,
    /// The device.
    pub serial: Serial,
    /// Identifies the DKEK.
    pub kcv: Kcv,
    /// Where the key comes from.
    pub origin: KeyOrigin,
}

/// Where a key that is backed up comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyOrigin {
    /// It was generated in this sitting: the DKEK is at hand, and everything about the key was written.
    Generated,
    /// It was generated in this sitting on a device that holds others: the same, and which device that is was not stated by
    /// initialising it.
    Added,
    /// It was found on the device. What lies beside it may be missing, and is written as files of its own.
    Found {
        /// Whether a quorum has opened the DKEK.
        opened: bool,
    },
}

impl ActKind for BackUp {
    const WORD: &'static str = "back-up";
    const MAY_BE_STOPPED: bool = false;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = true;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        clerk.manifest.expect_key(self.key.clone());
        let opened = match self.origin {
            KeyOrigin::Generated => true,
            KeyOrigin::Added => {
                clerk.manifest.back_up_from(self.kcv, &self.serial);
                true
            }
            KeyOrigin::Found { opened } => {
                clerk.manifest.back_up_from(self.kcv, &self.serial);
                opened
            }
        };
        let folder = clerk.folder.clone();
        if !opened {
            return Ok(Begun::on_card(move |devices| self.back_up(devices, &folder, None)));
        }
        let dkek = vault.give(Handle::Dkek).ok_or(faults::DkekMissing)?;
        Ok(Begun::OnCard(Box::new(move |devices| {
            let result = self.back_up(devices, &folder, Some(&dkek));
            Reply { result, back: vec![(Handle::Dkek, dkek)] }
        })))
    }
}

impl BackUp {
    fn back_up(&self, devices: &mut Devices, folder: &Folder, dkek: Option<&WipingBytes>) -> Result<Vec<Fact>, Fault> {
        let Self { key, serial, kcv, origin } = self;
        let name = names::wrapped_key(&key.label);
        if !folder.has(&name) {
            let read = |device: &mut Device| -> Result<_, CardError> {
                let blob = device.wrap(key.reference)?;
                let beside = match origin {
                    KeyOrigin::Generated | KeyOrigin::Added => BesideKey {
                        description: Some(device.read_file(FileId::description(key.reference))?),
                        certificate: Some(device.read_file(FileId::request(key.reference))?),
                    },
                    KeyOrigin::Found { .. } => beside_key(device, key.reference)?,
                };
                Ok((blob, beside))
            };
            let refused = |error: &CardError| match (origin, error) {
                (KeyOrigin::Found { .. }, CardError::Refused { operation: Operation::Wrap, status })
                    if *status != Status::NotLoggedIn =>
                {
                    Some(Fault::from(faults::WrapRefused { label: &key.label, status }))
                }
                _ => None,
            };
            let (blob, beside) = devices.with_own_faults(serial, read, refused)?;
            match origin {
                KeyOrigin::Generated | KeyOrigin::Added => self.vouched_for(devices, folder, &beside)?,
                KeyOrigin::Found { .. } => {}
            }
            let BesideKey { description, certificate } = beside;
            let blob = KeyBlob::parse(&blob).map_err(|error| as_fault::wrapped_key(&name, &error))?;
            let file = WrappedKeyFile { blob, description, certificate };
            let content = file.to_bytes();
            // Only content that verifies gets this name.
            check(&name, &content, *kcv, dkek)?;
            folder.write_new(&name, &content)?;
        }
        let content = folder.read(&name)?;
        check(&name, &content, *kcv, dkek)?;
        let (sha256, mac_not_verified) = (folder.written(&name)?.sha256, dkek.is_none());
        let public_is_there = folder.has(&names::public_key(&key.label));
        let mut facts = match origin {
            KeyOrigin::Generated | KeyOrigin::Added if public_is_there => Vec::new(),
            // The program ended before the record named the file of its public key, which was set aside then.
            KeyOrigin::Generated | KeyOrigin::Added => public_key_file(folder, &key.label, &content)?,
            KeyOrigin::Found { .. } => write_beside(folder, &key.label, &content, None)?,
        };
        facts.push(Fact::BackedUp { label: key.label.clone(), file: name, sha256, mac_not_verified });
        Ok(facts)
    }

    /// What lies beside a key of this sitting is about this key. The MAC covers the key alone, and a restore writes back what the
    /// backup has: what was read wrongly would be found on that day.
    fn vouched_for(&self, devices: &mut Devices, folder: &Folder, beside: &BesideKey) -> Result<(), Fault> {
        let wrong = |what, content: &[u8]| {
            let heard = Heard::of_data(Operation::ReadFile, Status::Done, content);
            as_fault::not_understood(Operation::ReadFile, what, Some(&heard))
        };
        let certificate = beside.certificate.as_deref().unwrap_or_default();
        let public = public_key_beside(certificate).ok_or_else(|| wrong("certificate-of-other-key", certificate))?;
        let file = names::public_key(&self.key.label);
        let mut good = !folder.has(&file) || folder.read(&file)? == public.to_pem().as_bytes();
        if let Ok(request) = AuthenticatedRequest::parse(certificate) {
            good &= request_is_signed_by_its_key(&request) != Verdict::Bad;
            good &= devices.with(&self.serial, |device| Ok(device.attestation(&request)))? != Attestation::Wrong;
        }
        if !good {
            return Err(wrong("certificate-of-other-key", certificate));
        }
        let description = beside.description.as_deref().unwrap_or_default();
        let said = KeyDescription::decode(description).map(|said| (said.label, said.id));
        if said != Ok((self.key.label.as_str().to_owned(), self.key.id.as_bytes().to_vec())) {
            return Err(wrong("description-of-other-key", description));
        }
        Ok(())
    }
}

fn check(name: &str, content: &[u8], kcv: Kcv, dkek: Option<&WipingBytes>) -> Result<(), Fault> {
    dkek.map_or_else(|| verify_unopened(name, content, kcv), |dkek| verify(name, content, kcv, dkek))
}

/// The public key that is stated beside a key, as a file.
fn public_key_file(folder: &Folder, label: &KeyLabel, content: &[u8]) -> Result<Vec<Fact>, Fault> {
    let stated = WrappedKeyFile::parse(content).ok().as_ref().and_then(stated_public_key);
    let pem = stated.map(|public| public.to_pem());
    pem.map(|pem| write_once(folder, &names::public_key(label), pem.as_bytes()).map(written)).into_iter().collect()
}

/// The public key of a key, which is stated beside it if there is no file of it already, and an X.509 certificate, as files
/// that other software reads.
pub(super) fn write_beside(
    folder: &Folder,
    label: &KeyLabel,
    content: &[u8],
    public: Option<Vec<u8>>,
) -> Result<Vec<Fact>, Fault> {
    let Ok(file) = WrappedKeyFile::parse(content) else { return Ok(Vec::new()) };
    let stated = || stated_public_key(&file).map(|public| public.to_pem().into_bytes());
    let public = public.or_else(stated).map(|public| (names::public_key(label), public));
    let certificate =
        file.certificate.as_deref().and_then(x509_pem).map(|pem| (names::certificate(label), pem.into_bytes()));
    let files = public.into_iter().chain(certificate);
    files.map(|(name, text)| write_once(folder, &name, &text).map(written)).collect()
}
