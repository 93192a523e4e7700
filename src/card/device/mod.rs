//! One connected device, with one method per command. Nothing here decides what a ceremony does.

mod condition;
mod contents;
mod dkek;
mod domains;
mod keys;
mod pins;
mod storage;
#[cfg(test)]
mod tests;
mod token;

pub use condition::PublicKeyLogin;
pub use contents::Contents;
pub use dkek::DkekState;
pub use domains::{KeyAttributes, KeyDomain};
pub use keys::{KeyEntry, SigningAlgorithm};
pub use pins::{Initialise, Pin, PinAnswer, PinReset, PinState};

use super::apdu::{self, Command};
use super::cvc::{self, CvCertificate};
use super::error::{CardError, Operation};
use super::files::FileId;
use super::public_key::PublicKey;
use super::status::Status;
use super::tlv::{Malformed, Reader};
use super::transport::{Response, Transport, TransportError};
use crate::secret::WipingBytes;
use crate::terms::{Curve, Serial};

/// The application: object identifier 1.3.6.1.4.1.24991.2.1 in ISO form.
const APPLICATION: [u8; 11] = [0xE8, 0x2B, 0x06, 0x01, 0x04, 0x01, 0x81, 0xC3, 0x1F, 0x02, 0x01];

/// The version of the application in the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Major version; 1 for the oldest devices, 3 or more for those that generate RSA keys of 4096 bits.
    pub major: u8,
    /// Minor version.
    pub minor: u8,
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// What the application says about the platform it runs on; it does not say whether the device is sold as Nitrokey HSM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// A Java card.
    Jcop,
    /// A demonstration.
    Demo,
    /// Any other: its number.
    Other(u8),
}

impl std::fmt::Display for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Jcop => f.write_str("jcop"),
            Self::Demo => f.write_str("demo"),
            Self::Other(number) => write!(f, "{number:02X}"),
        }
    }
}

/// What a device says about itself when its application is selected: the whole of tag 85.
struct About {
    version: Version,
    attributes: Vec<u8>,
}

impl About {
    /// The option word of INITIALIZE, before platform and version; the oldest devices report only their version.
    fn options(&self) -> Option<u16> {
        match *self.attributes.as_slice() {
            [.., high, low, _, _, _] => Some(u16::from_be_bytes([high, low])),
            _ => None,
        }
    }
}

/// A connected device with its application selected.
pub struct Device {
    transport: Box<dyn Transport>,
    /// False after a reconnection that found no device or a different one: nothing more is sent then.
    connected: bool,
    about: About,
    serial: Serial,
    certificates: Vec<u8>,
    /// It has listed its own key: then it does so for ever.
    lists_own_key: bool,
}

impl Device {
    /// Selects the application and reads version, certificates and serial. Nobody is logged in afterwards.
    pub fn open(mut transport: Box<dyn Transport>) -> Result<Self, CardError> {
        let about = select(transport.as_mut())?;
        let certificates = storage::read_whole(transport.as_mut(), FileId::CERTIFICATES, Operation::ReadCertificates)?;
        let malformed = CardError::malformed_file(Operation::ReadCertificates, &certificates);
        let serial = CvCertificate::parse(&certificates).and_then(|(own, _)| own.serial()).map_err(malformed)?;
        Ok(Self { transport, connected: true, about, serial, certificates, lists_own_key: false })
    }

    /// The device's serial.
    pub const fn serial(&self) -> &Serial {
        &self.serial
    }

    /// The version of the application.
    pub const fn version(&self) -> Version {
        self.about.version
    }

    /// The platform of the application: the byte before the version in tag 85; devices below version 2.0 do not report
    /// it.
    pub fn platform(&self) -> Option<Platform> {
        let [.., platform, _, _] = self.about.attributes.as_slice() else { return None };
        Some(match platform {
            0 => Platform::Jcop,
            1 => Platform::Demo,
            other => Platform::Other(*other),
        })
    }

    /// EF 2F02 as read on opening: the device's certificate, then its issuer's.
    pub fn certificates(&self) -> &[u8] {
        &self.certificates
    }

    /// The authority that the device's certificate names; `None` if that cannot be read. It says nothing about whether the
    /// certificate is genuine.
    pub fn certified_by(&self) -> Option<String> {
        CvCertificate::parse(&self.certificates).ok().map(|(own, _)| own.authority)
    }

    /// The option word of INITIALIZE as the device reported it when last selected; the oldest do not.
    pub fn options(&self) -> Option<u16> {
        self.about.options()
    }

    /// [`Device::certificates`], parsed.
    pub fn certificate_chain(&self) -> Result<Vec<CvCertificate>, CardError> {
        cvc::parse_chain(&self.certificates)
            .map_err(CardError::malformed_file(Operation::ReadCertificates, &self.certificates))
    }

    /// Reads EF 2F02 anew: a device may make new certificates when it is initialised. One that then calls itself otherwise is
    /// another device.
    pub fn read_certificates(&mut self) -> Result<(), CardError> {
        let operation = Operation::ReadCertificates;
        let certificates = storage::read_whole(self.connected()?, FileId::CERTIFICATES, operation)?;
        let malformed = CardError::malformed_file(operation, &certificates);
        let seen = CvCertificate::parse(&certificates).and_then(|(own, _)| own.serial()).map_err(malformed)?;
        if seen != self.serial {
            return Err(CardError::OtherDevice { seen });
        }
        self.certificates = certificates;
        Ok(())
    }

    /// The device's own public key, which signs every request; `None` when its certificate has an unknown key.
    ///
    /// Genuine devices inherit their curve from the vendor's root, which is on brainpoolP256r1. This says nothing about
    /// whether the certificate is genuine.
    pub fn own_key(&self) -> Option<PublicKey> {
        let (own, _) = CvCertificate::parse(&self.certificates).ok()?;
        own.key.public_key(Some(Curve::BrainpoolP256r1))
    }

    /// Selects the application again, which logs out.
    pub fn select(&mut self) -> Result<(), CardError> {
        self.about = select(self.connected()?)?;
        Ok(())
    }

    /// Reconnects after the device was removed, and reads everything again. A different device is refused:
    /// [`CardError::OtherDevice`] carries its serial, and until a reconnection finds the right one, every method
    /// returns [`TransportError::NoCard`] without sending anything.
    pub fn reconnect(&mut self) -> Result<(), CardError> {
        self.connected = false;
        self.transport.reconnect()?;
        let about = select(self.transport.as_mut())?;
        let certificates =
            storage::read_whole(self.transport.as_mut(), FileId::CERTIFICATES, Operation::ReadCertificates)?;
        let malformed = CardError::malformed_file(Operation::ReadCertificates, &certificates);
        let seen = CvCertificate::parse(&certificates).and_then(|(own, _)| own.serial()).map_err(malformed)?;
        if seen != self.serial {
            return Err(CardError::OtherDevice { seen });
        }
        self.about = about;
        self.certificates = certificates;
        self.connected = true;
        Ok(())
    }

    /// Random bytes from the device's random number generator; no login needed.
    pub fn random(&mut self, count: usize) -> Result<WipingBytes, CardError> {
        let operation = Operation::Random;
        let mut bytes = WipingBytes::with_capacity(count);
        while bytes.len() < count {
            let wanted = (count - bytes.len()).min(apdu::MOST_SHORT);
            let answer = self.done(operation, &Command::new(0x00, 0x84, 0x00, 0x00).expect(wanted))?;
            if answer.data().len() != wanted || bytes.extend(answer.data()).is_err() {
                return Err(CardError::malformed(operation, &answer)(Malformed("random-length")));
            }
        }
        Ok(bytes)
    }

    /// Sends a command and returns whatever the device answers.
    fn send(&mut self, command: &Command<'_>) -> Result<Response, CardError> {
        Ok(apdu::exchange(self.connected()?, command)?)
    }

    /// The transport, as long as this device is at its other end.
    fn connected(&mut self) -> Result<&mut dyn Transport, CardError> {
        if self.connected { Ok(self.transport.as_mut()) } else { Err(TransportError::NoCard.into()) }
    }

    /// Sends a command that must be answered with 9000.
    fn done(&mut self, operation: Operation, command: &Command<'_>) -> Result<Response, CardError> {
        let answer = self.send(command)?;
        match answer.status() {
            Status::Done => Ok(answer),
            status => Err(CardError::Refused { operation, status }),
        }
    }
}

/// Selects the application and reads what it says about itself.
fn select(transport: &mut dyn Transport) -> Result<About, CardError> {
    let operation = Operation::Select;
    let command = Command::new(0x00, 0xA4, 0x04, 0x00).data(&[&APPLICATION]).expect(apdu::MOST_SHORT);
    let answer = apdu::exchange(transport, &command)?;
    match answer.status() {
        Status::Done => read_about(answer.data()).map_err(CardError::malformed(operation, &answer)),
        status => Err(CardError::Refused { operation, status }),
    }
}

/// Tag 85 in the file control information (6F, 62 or 64); its last two bytes are the version.
fn read_about(answer: &[u8]) -> Result<About, Malformed> {
    let outside = Reader::new(answer).read()?.ok_or(Malformed("select-empty"))?;
    if !matches!(outside.tag, 0x62 | 0x64 | 0x6F) {
        return Err(Malformed("select-tag"));
    }
    let own = outside.inside().find(0x85)?.ok_or(Malformed("select-no-version"))?;
    let [.., major, minor] = *own.value else { return Err(Malformed("select-no-version")) };
    Ok(About { version: Version { major, minor }, attributes: own.value.to_vec() })
}
