//! Whether a device is the maker's, as far as its certificates say.

use serde::{Deserialize, Serialize};

use super::Day;

/// What the certificates of a device prove. References are the names in the certificates, at most 16 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum Genuineness {
    /// Its chain leads to the maker's root.
    Genuine {
        /// The root.
        root: String,
    },
    /// It is the software card of this program: its chain leads to a root that anyone can sign with. Only in a rehearsal.
    Software {
        /// That root.
        root: String,
    },
    /// They cannot be read, or say something that the certificates of a device never say.
    Unreadable,
    /// The device certified itself.
    SelfSigned {
        /// Its certificate.
        certificate: String,
    },
    /// The certificate of whoever certified the device is not on it.
    IssuerMissing {
        /// Who that is.
        issuer: String,
    },
    /// The chain leads to a root that is not the maker's.
    OtherMaker {
        /// That root.
        root: String,
    },
    /// A signature is not by the issuer that the certificate names.
    BrokenSignature {
        /// The certificate.
        certificate: String,
        /// The issuer.
        issuer: String,
    },
    /// A certificate is used for what its holder may not do.
    NotAllowed {
        /// The certificate.
        certificate: String,
    },
    /// The last day of a certificate is over.
    Expired {
        /// The certificate.
        certificate: String,
        /// That day.
        last: Day,
    },
    /// The first day of a certificate is to come: or the clock of this machine is wrong.
    NotYetValid {
        /// The certificate.
        certificate: String,
        /// That day.
        first: Day,
    },
    /// It was issued on a day on which its issuer could not issue.
    OutsideTerm {
        /// The certificate.
        certificate: String,
        /// The issuer.
        issuer: String,
    },
}

impl Genuineness {
    /// Whether a ceremony goes on with such a device and nobody has to decide it.
    pub const fn is_accepted(&self) -> bool {
        match self {
            Self::Genuine { .. } | Self::Software { .. } => true,
            Self::Unreadable
            | Self::SelfSigned { .. }
            | Self::IssuerMissing { .. }
            | Self::OtherMaker { .. }
            | Self::BrokenSignature { .. }
            | Self::NotAllowed { .. }
            | Self::Expired { .. }
            | Self::NotYetValid { .. }
            | Self::OutsideTerm { .. } => false,
        }
    }
}
