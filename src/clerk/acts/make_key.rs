//! Generates a new key.

use sha2::{Digest as _, Sha256};

use crate::card::status::Status;
use crate::card::tlv::Malformed;
use crate::card::verify::request_is_signed_by_its_key;
use crate::card::{
    Attestation, AuthenticatedRequest, CardError, Device, FileId, Heard, KeyDescription, Operation, PublicKey, Verdict,
};
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::files::{write_once, written};
use crate::clerk::keys_on_device::Unfinished;
use crate::clerk::workers::devices::Devices;
use crate::clerk::{Clerk, as_fault};
use crate::faults::{self, Fault};
use crate::folder::{Folder, names};
use crate::plan::PlannedKey;
use crate::record::Fact;
use crate::terms::{Digest, Serial};
use crate::vault::Vault;

/// Generate a key, describe it so that OpenSC lists it, and store its public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeKey {
    /// The key.
    pub key: PlannedKey,
    /// The device.
    pub serial: Serial,
    /// An earlier attempt was interrupted and may have left the key there.
    pub again: bool,
}

/// What is wrong with a request.
enum Unsound {
    /// It cannot be read, is for another type of key, or is not signed by its key.
    Request(&'static str),
    /// Another device vouches for it.
    Foreign(String),
    /// It is not signed with the key of the device's certificate.
    NotAttested,
}

impl ActKind for MakeKey {
    const WORD: &'static str = "make-key";
    const MAY_BE_STOPPED: bool = false;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = true;
    const AFTERMATH: Aftermath = Aftermath::PerhapsNewKey;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let folder = clerk.folder.clone();
        Ok(Begun::on_card(move |devices| self.make(devices, &folder)))
    }
}

impl MakeKey {
    /// If an earlier attempt was interrupted, a key that is there is the one it generated: the device was erased in
    /// this ceremony.
    fn make(&self, devices: &mut Devices, folder: &Folder) -> Result<Vec<Fact>, Fault> {
        let key = &self.key;
        let files = devices.with(&self.serial, Device::list).map_err(as_fault::while_reading)?;
        if files.contains(&FileId::key(key.reference)) && !self.again {
            return Err(Fault::from(faults::KeyReferenceOccupied { reference: key.reference }));
        }
        let made = devices.with(&self.serial, |device| match self.make_on(device, &files) {
            Ok(request) => Ok(Ok(request)),
            Err(error) => Unfinished::ask(device, key.reference, error).map(Err),
        })?;
        let request = made.map_err(|unfinished| self.not_made(&unfinished))?;
        let (public, attested) = match devices.with(&self.serial, |device| Ok(self.sound(device, &request)))? {
            Ok(sound) => sound,
            Err(Unsound::Foreign(device)) => {
                let (serial, reference) = (&self.serial, key.reference);
                return Err(Fault::from(faults::KeyOfOtherDevice { label: &key.label, reference, serial, device }));
            }
            Err(Unsound::NotAttested) => {
                let (serial, reference) = (&self.serial, key.reference);
                return Err(Fault::from(faults::KeyNotAttested { label: &key.label, reference, serial }));
            }
            // The sentence says that the key is there: so the device is asked.
            Err(Unsound::Request(_))
                if devices.with(&self.serial, Device::list)?.contains(&FileId::key(key.reference)) =>
            {
                return Err(Fault::from(faults::RequestWrong { label: &key.label, reference: key.reference }));
            }
            Err(Unsound::Request(what)) => {
                let heard = Heard::of_data(Operation::Generate, Status::Done, &request);
                return Err(as_fault::not_understood(Operation::Generate, what, Some(&heard)));
            }
        };
        let file = write_once(folder, &names::public_key(&key.label), public.to_pem().as_bytes())?;
        let made = Fact::Made {
            label: key.label.clone(),
            reference: key.reference,
            public_key_sha256: Digest(Sha256::digest(public.to_der()).into()),
            attested,
        };
        Ok(vec![made, written(file)])
    }

    /// Generates it on the device, whose list of files is `files`, and describes it; returns its request.
    fn make_on(&self, device: &mut Device, files: &[FileId]) -> Result<Vec<u8>, CardError> {
        let key = &self.key;
        let kept = if files.contains(&FileId::key(key.reference)) { self.kept(device)? } else { None };
        let request = match kept {
            Some(request) => request,
            None => device.generate(key.reference, key.key_type)?,
        };
        if device.read_file(FileId::request(key.reference)).ok().as_deref() != Some(&request) {
            device.store_request(key.reference, &request)?;
        }
        let description = KeyDescription::new(&key.label, &key.id, key.reference, key.key_type);
        if files.contains(&FileId::description(key.reference)) {
            device.describe(key.reference, &description)?;
        } else {
            device.describe_new(key.reference, &description)?;
        }
        Ok(request)
    }

    /// The request of the key that an earlier attempt left. If it is missing, or was cut short while being written,
    /// nobody knows the public key: then the key is deleted.
    fn kept(&self, device: &mut Device) -> Result<Option<Vec<u8>>, CardError> {
        let reference = self.key.reference;
        let kept = match device.read_file(FileId::request(reference)) {
            Ok(request) => Some(request).filter(|request| self.sound(device, request).is_ok()),
            Err(error @ (CardError::Transport(_) | CardError::Refused { status: Status::NotLoggedIn, .. })) => {
                return Err(error);
            }
            Err(CardError::Refused { .. } | CardError::Malformed { .. } | CardError::OtherDevice { .. }) => None,
        };
        if kept.is_none() {
            device.delete_key(reference)?;
        }
        Ok(kept)
    }

    /// A device that does not know a curve reports it with a status word of its own.
    fn not_made(&self, unfinished: &Unfinished) -> Fault {
        match unfinished.refused() {
            Some(CardError::Refused { operation: Operation::Generate, status: status @ Status::NotSupported }) => {
                Fault::from(faults::KeyTypeRefused { key_type: self.key.key_type, status })
            }
            Some(_) | None => unfinished.fault(&self.key.label, self.key.reference),
        }
    }

    /// The public key in a request, if the request is complete and proves a key of the planned type that this device
    /// generated; and whether the device vouches for it.
    fn sound(&self, device: &Device, request: &[u8]) -> Result<(PublicKey, bool), Unsound> {
        let parsed = AuthenticatedRequest::parse(request).map_err(|Malformed(what)| Unsound::Request(what))?;
        let public = parsed.public_key().filter(|public| public.key_type() == self.key.key_type);
        let public = public.ok_or(Unsound::Request("other-key-type"))?;
        match request_is_signed_by_its_key(&parsed) {
            Verdict::Bad => return Err(Unsound::Request("request-signature")),
            Verdict::Good | Verdict::CannotCheck => {}
        }
        match device.attestation(&parsed) {
            Attestation::ByThisDevice => Ok((public, true)),
            Attestation::CannotCheck => Ok((public, false)),
            Attestation::ByOther(other) => Err(Unsound::Foreign(other)),
            Attestation::Wrong => Err(Unsound::NotAttested),
        }
    }
}
