//! Imports a private key that lives in a file: the one way by which a private key of a device passes through this machine.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::card::status::Status;
use crate::card::verify::verify_sha256;
use crate::card::{
    CardError, Device, FileId, KeyDescription, Operation, PublicKey, SigningAlgorithm, Verdict, own_request,
    public_key_beside,
};
use crate::clerk::acts::restore_key::write_whole;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::files::{write_once, written};
use crate::clerk::keys_on_device::{Unfinished, beside_key};
use crate::clerk::workers::card::Reply;
use crate::clerk::workers::devices::Devices;
use crate::clerk::wrapped_keys::dkek_of;
use crate::clerk::{Clerk, as_fault, entropy};
use crate::dkek::{KeyBlob, REWRAP_RANDOM};
use crate::faults::{self, Fault};
use crate::folder::{Folder, names};
use crate::key_file::{self, KeyFileError};
use crate::names::FaultName;
use crate::plan::PlannedKey;
use crate::record::{Fact, ImportedKey};
use crate::secret::WipingBytes;
use crate::terms::{Digest, Handle, KeyFileForm, Serial};
use crate::vault::Vault;

/// Open the file of a key, wrap the key under the DKEK, have the device unwrap it, and describe it. It then signs, and the
/// signature must be right under the public key of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportKey {
    /// The key, with its file.
    pub key: PlannedKey,
    /// The form that the file had when people decided.
    pub form: KeyFileForm,
    /// The device.
    pub serial: Serial,
    /// An earlier attempt was interrupted and may have left the key there.
    pub again: bool,
}

impl ActKind for ImportKey {
    const WORD: &'static str = "import-key";
    const MAY_BE_STOPPED: bool = false;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = true;
    const AFTERMATH: Aftermath = Aftermath::PerhapsNewKey;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    /// DKEK and password go to the worker. The DKEK comes back whatever happens there; the password, as long as it may be needed
    /// for another attempt. The private key exists in the worker only.
    fn perform(self, clerk: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let folder = clerk.folder.clone();
        let dkek = vault.give(Handle::Dkek).ok_or(faults::DkekMissing)?;
        // A password may be empty: then nothing was typed.
        let password = vault.give(Handle::KeyFilePassword).unwrap_or_else(|| WipingBytes::with_capacity(0));
        Ok(Begun::OnCard(Box::new(move |devices| {
            let result = self.import(devices, &folder, &dkek, &password);
            let mut back = vec![(Handle::Dkek, dkek)];
            if self.form.has_password() && needs_the_password_again(&result) {
                back.push((Handle::KeyFilePassword, password));
            }
            Reply { result, back }
        })))
    }
}

fn needs_the_password_again(result: &Result<Vec<Fact>, Fault>) -> bool {
    matches!(result, Err(fault) if fault.name != FaultName::KeyFileWrongPassword)
}

/// What leaves the file: no secret is in it.
struct Wrapped {
    public: PublicKey,
    certificate: Option<Vec<u8>>,
    blob: KeyBlob,
}

impl ImportKey {
    fn import(
        &self,
        devices: &mut Devices,
        folder: &Folder,
        dkek: &WipingBytes,
        password: &WipingBytes,
    ) -> Result<Vec<Fact>, Fault> {
        let (key, serial) = (&self.key, &self.serial);
        let files = devices.with(serial, Device::list).map_err(as_fault::while_reading)?;
        let there = files.contains(&FileId::key(key.reference));
        if there && !self.again {
            return Err(Fault::from(faults::KeyReferenceOccupied { reference: key.reference }));
        }
        let Wrapped { public, certificate, blob } = self.wrapped(dkek, password)?;
        self.not_there_yet(devices, &files, &public)?;
        let kind = public.key_type();
        let algorithm = devices.with(serial, |device| Ok(device.signing_algorithm(kind, &[])))?;
        let algorithm = algorithm.ok_or(faults::StepNotPossible)?;
        let challenge = entropy::host()?;
        let work = |device: &mut Device| -> Result<bool, CardError> {
            if !there {
                self.unwrap(device, &blob)?;
            }
            let signature = sign(device, key, algorithm, challenge.expose())?;
            if verify_sha256(&public, challenge.expose(), &signature) != Verdict::Good {
                return Ok(false);
            }
            let description = KeyDescription::new(&key.label, &key.id, key.reference, key.key_type);
            device.describe(key.reference, &description)?;
            let beside = match &certificate {
                Some(certificate) => certificate.clone(),
                None => own_request(&public, |text| sign(device, key, algorithm, text))?,
            };
            write_whole(device, FileId::request(key.reference), &beside, false)?;
            Ok(true)
        };
        let done = devices.with(serial, |device| match work(device) {
            Ok(signs) => Ok(Ok(signs)),
            Err(error) => Unfinished::ask(device, key.reference, error).map(Err),
        })?;
        if !done.map_err(|unfinished| self.not_imported(&unfinished))? {
            let (label, reference) = (&key.label, key.reference);
            return Err(Fault::from(faults::ImportedKeyDiffers { serial, label, reference }));
        }
        let file = write_once(folder, &names::public_key(&key.label), public.to_pem().as_bytes())?;
        let imported = ImportedKey {
            label: key.label.clone(),
            reference: key.reference,
            public_key_sha256: Digest(Sha256::digest(public.to_der()).into()),
            form: self.form,
            certificate: certificate.is_some(),
        };
        Ok(vec![Fact::Imported(imported), written(file)])
    }

    /// Opens the file and wraps its key: nothing else has the private key, and it is wiped when this returns.
    fn wrapped(&self, dkek: &WipingBytes, password: &WipingBytes) -> Result<Wrapped, Fault> {
        let file = self.key.file.as_deref().unwrap_or_default();
        let content = key_file::read(Path::new(file)).map_err(|unread| as_fault::unread_key_file(file, &unread))?;
        let named = |error: &KeyFileError| as_fault::key_file(file, error);
        // The decision was about a file of this form.
        if key_file::form(&content).map_err(|error| named(&error))? != self.form {
            return Err(Fault::from(faults::KeyFileChanged { file }));
        }
        let opened = key_file::open(&content, password.expose()).map_err(|error| named(&error))?;
        let public = opened.key.public().clone();
        let (found, planned) = (public.key_type(), self.key.key_type);
        if found != planned {
            let (found, planned) = (found.name(), planned.name());
            return Err(Fault::from(faults::KeyFileOtherType { file, label: &self.key.label, found, planned }));
        }
        let mut random = [0; REWRAP_RANDOM];
        getrandom::fill(&mut random).map_err(|_| faults::RandomFailed)?;
        let name = names::wrapped_key(&self.key.label);
        let blob = opened.key.wrap(&dkek_of(dkek)?, random).map_err(|error| as_fault::wrapped_key(&name, &error))?;
        Ok(Wrapped { public, certificate: opened.certificate, blob })
    }

    /// No other key on the device is the same one.
    fn not_there_yet(&self, devices: &mut Devices, files: &[FileId], public: &PublicKey) -> Result<(), Fault> {
        let others = files.iter().copied().filter_map(FileId::as_key).filter(|other| *other != self.key.reference);
        for reference in others {
            let beside = devices.with(&self.serial, |device| beside_key(device, reference))?.certificate;
            if beside.as_deref().and_then(public_key_beside).as_ref() == Some(public) {
                let (label, serial) = (&self.key.label, &self.serial);
                return Err(Fault::from(faults::ImportedKeyThere { label, serial, reference }));
            }
        }
        Ok(())
    }

    /// Some devices store a key and then refuse: what is there counts.
    fn unwrap(&self, device: &mut Device, blob: &KeyBlob) -> Result<(), CardError> {
        let at = self.key.reference;
        match device.unwrap(at, blob.as_bytes()) {
            Err(CardError::Refused { operation, status })
                if status == Status::NotLoggedIn || !device.list()?.contains(&FileId::key(at)) =>
            {
                Err(CardError::Refused { operation, status })
            }
            Err(CardError::Refused { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn not_imported(&self, unfinished: &Unfinished) -> Fault {
        match unfinished.refused() {
            // A full device has sentences of its own, and so has a lost login.
            Some(CardError::Refused { operation: Operation::Unwrap, status })
                if !matches!(status, Status::NotLoggedIn | Status::NoRoom | Status::MemoryFailure) =>
            {
                Fault::from(faults::ImportRefused { label: &self.key.label, status })
            }
            Some(_) | None => unfinished.fault(&self.key.label, self.key.reference),
        }
    }
}

fn sign(device: &mut Device, key: &PlannedKey, algorithm: SigningAlgorithm, text: &[u8]) -> Result<Vec<u8>, CardError> {
    device.sign_digest(key.reference, key.key_type, algorithm, &Sha256::digest(text).into())
}
