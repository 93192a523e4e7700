//! Has a device that was just initialised sign for a throw-away key, before the DKEK enters it.

use sha2::{Digest as _, Sha256};

use crate::card::status::Status;
use crate::card::tlv::Malformed;
use crate::card::verify::request_is_signed_by_its_key;
use crate::card::{
    Attestation, AuthenticatedRequest, CardError, Device, FileId, Heard, Operation, TransportError, Verdict, genuine,
};
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::workers::devices::Devices;
use crate::clerk::{Clerk, as_fault};
use crate::faults::{self, Fault};
use crate::folder::{Folder, names};
use crate::record::{Fact, KeyOfCertificate, ThrowAwayKey};
use crate::terms::{Curve, Day, DeviceRole, Digest, Genuineness, KeyReference, KeyType, Serial};
use crate::vault::Vault;

/// Generate a throw-away key, check that the device signed for it with the key of its certificate, and delete it again. The
/// certificates are read anew: some devices make new ones when they are initialised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProveDevice {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
    /// Its certificates were accepted when it was found.
    pub accepted: bool,
    /// An earlier attempt was interrupted and may have left the throw-away key there.
    pub again: bool,
}

/// Where the throw-away key lives for a moment: nothing else is on a device that was just initialised.
const PLACE: u8 = 1;

impl ActKind for ProveDevice {
    const WORD: &'static str = "prove-device";
    const MAY_BE_STOPPED: bool = false;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = true;
    const AFTERMATH: Aftermath = Aftermath::PerhapsThrowAwayKey;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let (folder, today, rehearsal) = (clerk.folder.clone(), clerk.today, clerk.rehearsal);
        Ok(Begun::on_card(move |devices| self.prove(devices, &folder, today, rehearsal)))
    }
}

impl ProveDevice {
    fn prove(&self, devices: &mut Devices, folder: &Folder, today: Day, rehearsal: bool) -> Result<Vec<Fact>, Fault> {
        let Self { role, serial, .. } = self;
        devices.with(serial, Device::read_certificates)?;
        let certificates = devices.with(serial, |device| Ok(device.certificates().to_vec()))?;
        let changed = folder.read(&names::device_certificates(serial.as_str()))? != certificates;
        let genuineness = genuine::check(&certificates, today, rehearsal);
        if self.accepted && !genuineness.is_accepted() {
            return Err(Fault::from(faults::CertificatesChanged { serial }));
        }
        let fact = |outcome| {
            let certificates_sha256 = changed.then(|| Digest(Sha256::digest(&certificates).into()));
            let genuineness: Option<Genuineness> = changed.then_some(genuineness);
            let (role, serial) = (*role, serial.clone());
            vec![Fact::ThrowAwayKey(ThrowAwayKey { role, serial, outcome, certificates_sha256, genuineness })]
        };
        let request = match self.throw_away(devices)? {
            Ok(request) => request,
            Err(CardError::Refused { status, .. }) if !self.accepted && status != Status::NotLoggedIn => {
                return Ok(fact(KeyOfCertificate::NotGenerated));
            }
            Err(error) => return Err(as_fault::card(&error, devices.reader_of(serial).unwrap_or_default())),
        };
        let unsound = |what| {
            let heard = Heard::of_data(Operation::Generate, Status::Done, &request);
            as_fault::not_understood(Operation::Generate, what, Some(&heard))
        };
        let parsed = AuthenticatedRequest::parse(&request).map_err(|Malformed(what)| unsound(what))?;
        if request_is_signed_by_its_key(&parsed) == Verdict::Bad {
            return Err(unsound("request-signature"));
        }
        match devices.with(serial, |device| Ok(device.attestation(&parsed)))? {
            Attestation::ByThisDevice => Ok(fact(KeyOfCertificate::Held)),
            Attestation::CannotCheck => Ok(fact(KeyOfCertificate::CannotCheck)),
            Attestation::ByOther(device) => Err(Fault::from(faults::DeviceKeyElsewhere { serial, device })),
            Attestation::Wrong => Err(Fault::from(faults::DeviceKeyMissing { serial })),
        }
    }

    /// Generates the key and deletes it, whatever was answered; the device then lists what it listed before. Returns the
    /// request, or the refusal.
    fn throw_away(&self, devices: &mut Devices) -> Result<Result<Vec<u8>, CardError>, Fault> {
        let serial = &self.serial;
        let reference = KeyReference::new(PLACE).ok_or(faults::StepNotPossible)?;
        if self.again {
            self.delete(devices, reference)?;
        }
        let list = |devices: &mut Devices| -> Result<Vec<FileId>, Fault> {
            let mut files = devices.with(serial, Device::list).map_err(as_fault::while_reading)?;
            files.sort_unstable_by_key(|file| file.to_bytes());
            Ok(files)
        };
        let before = list(devices)?;
        if before.contains(&FileId::key(reference)) {
            return Err(Fault::from(faults::KeyReferenceOccupied { reference }));
        }
        let generated = devices.with(serial, |device| {
            // The command for a key on a curve is a long one; that for an RSA key is not.
            let long = device.takes_long_commands()?;
            let key_type = if long { KeyType::Ec(Curve::P256) } else { KeyType::Rsa(2048) };
            match device.generate(reference, key_type) {
                Err(lost @ (CardError::Transport(_) | CardError::OtherDevice { .. })) => Err(lost),
                answered @ (Ok(_) | Err(CardError::Refused { .. } | CardError::Malformed { .. })) => Ok(answered),
            }
        })?;
        // Whoever is not logged in cannot delete either.
        if !matches!(generated, Err(CardError::Refused { status: Status::NotLoggedIn, .. })) {
            self.delete(devices, reference)?;
            if list(devices)? != before {
                return Err(Fault::from(faults::ThrowAwayKeyStays { serial, reference }));
            }
        }
        Ok(generated)
    }

    fn delete(&self, devices: &mut Devices, reference: KeyReference) -> Result<(), Fault> {
        let serial = &self.serial;
        devices.with_own_faults(
            serial,
            |device| device.delete_key(reference).map(|_| ()),
            |error| match error {
                CardError::Refused { status: Status::NotLoggedIn, .. }
                | CardError::Transport(
                    TransportError::NoCard
                    | TransportError::NoReader
                    | TransportError::NoService
                    | TransportError::CutOff
                    | TransportError::Busy
                    | TransportError::Garbled
                    | TransportError::TooLarge
                    | TransportError::NotKept(_),
                )
                | CardError::OtherDevice { .. } => None,
                CardError::Refused { .. } | CardError::Malformed { .. } => {
                    Some(Fault::from(faults::ThrowAwayKeyStays { serial, reference }))
                }
            },
        )
    }
}
