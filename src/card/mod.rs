//! The card driver: SmartCard-HSM and Nitrokey HSM over whole APDUs.
//!
//! `transport` carries bytes, `apdu` builds them, `device` has one method per command; `files`, `cvc` and `public_key`
//! read and write the device's data; `verify` does the public-key operations that prove it genuine.

pub mod apdu;
pub mod attestation;
pub mod certificate;
pub mod curves;
pub mod cvc;
pub mod device;
pub mod error;
pub mod files;
pub mod genuine;
pub mod heard;
pub mod operation;
pub mod own_request;
pub mod pcsc;
pub mod public_key;
pub mod status;
pub mod tlv;
pub mod transport;
pub mod verify;

#[cfg(test)]
mod double;

pub use attestation::Attestation;
pub use certificate::{public_key_beside, x509_pem};
pub use cvc::{AuthenticatedRequest, CertificateKey, CvCertificate};
pub use device::{
    Contents, Device, DkekState, Initialise, KeyAttributes, KeyDomain, KeyEntry, Pin, PinAnswer, PinReset, PinState,
    Platform, PublicKeyLogin, SigningAlgorithm, Version,
};
pub use error::{CardError, Operation};
pub use files::{DescribedType, FileId, KeyDescription};
pub use heard::Heard;
pub use own_request::{is_own_request, own_request};
pub use pcsc::{Change, PcscReaders};
pub use public_key::PublicKey;
pub use status::Status;
pub use transport::{Readers, Response, Transport, TransportError};
pub use verify::Verdict;
