//! Who guards a DKEK share.

use crate::terms::{Quorum, Scheme};

/// Who guards a DKEK share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Custody {
    /// The password of its share file is split: any M of N bring it back.
    Quorum {
        /// One share each, in the order of their numbers.
        custodians: Vec<String>,
        /// M of N.
        quorum: Quorum,
        /// How it is split.
        scheme: Scheme,
    },
    /// One custodian holds the password of its share file.
    Password {
        /// Who.
        holder: String,
    },
}

impl Custody {
    /// M of N; `None` if one person holds the password.
    pub const fn quorum(&self) -> Option<Quorum> {
        match self {
            Self::Quorum { quorum, .. } => Some(*quorum),
            Self::Password { .. } => None,
        }
    }

    /// How the password is split; `None` if one person holds it.
    pub const fn scheme(&self) -> Option<Scheme> {
        match self {
            Self::Quorum { scheme, .. } => Some(*scheme),
            Self::Password { .. } => None,
        }
    }

    /// The custodians in the order of their numbers; empty if one person holds the password.
    pub fn custodians(&self) -> &[String] {
        match self {
            Self::Quorum { custodians, .. } => custodians,
            Self::Password { .. } => &[],
        }
    }

    /// Everybody who has a part of it.
    pub fn people(&self) -> &[String] {
        match self {
            Self::Quorum { custodians, .. } => custodians,
            Self::Password { holder } => std::slice::from_ref(holder),
        }
    }

    /// As the record writes it: `2-of-4 words`, `password`.
    pub fn word(&self) -> String {
        match self {
            Self::Quorum { quorum, scheme, .. } => format!("{quorum} {scheme}"),
            Self::Password { .. } => "password".to_owned(),
        }
    }
}
