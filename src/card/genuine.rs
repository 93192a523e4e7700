//! Whether a device is the maker's: its certificates are followed to the maker's root, offline.
//!
//! Source: the protocol reference, section 7. The chain is device, device issuer, root; only the root states the curve. Every
//! certificate has a role and a term, and is issued within the term of its issuer; of further rules of the maker's, such as
//! lists of revoked certificates, that reference knows nothing.
//!
//! A chain proves that a genuine certificate was read. That the device has its key is proven by the outer signature of a key
//! that it generates (`attestation`).

use super::cvc::{CvCertificate, Role, parse_chain};
use super::public_key::PublicKey;
use super::verify::{Verdict, certificate_is_signed_by};
use crate::terms::{Day, Genuineness};

/// The root of every genuine device.
const MAKERS_ROOT: &[u8] = include_bytes!("../../assets/roots/DESRCACC100001.cvc");
/// The root of every software card. Anyone can sign with it.
const SOFTWARE_ROOT: &[u8] = include_bytes!("../../assets/roots/ZZSRCAREH00001.cvc");

/// More issuers between a device and a root than there ever are.
const MOST_ISSUERS: usize = 4;

/// Follows the certificates of EF 2F02 to a root. The software card's counts in a rehearsal alone.
pub fn check(certificates: &[u8], today: Day, rehearsal: bool) -> Genuineness {
    let root = |bytes| CvCertificate::parse(bytes).ok().map(|(root, _)| root);
    let maker = root(MAKERS_ROOT).map(|root| (root, false));
    let software = root(SOFTWARE_ROOT).filter(|_| rehearsal).map(|root| (root, true));
    let roots: Vec<(CvCertificate, bool)> = maker.into_iter().chain(software).collect();
    let Ok(chain) = parse_chain(certificates) else { return Genuineness::Unreadable };
    follow(&chain, &roots, today).unwrap_or_else(|reason| reason)
}

/// The first thing that is wrong stands as an error.
fn follow(chain: &[CvCertificate], roots: &[(CvCertificate, bool)], today: Day) -> Result<Genuineness, Genuineness> {
    let (path, root) = path_to_root(chain, roots)?;
    let curve = root.0.key.public_key(None).and_then(|key| match key {
        PublicKey::Ec { curve, .. } => Some(curve),
        PublicKey::Rsa { .. } => None,
    });
    let whole: Vec<&CvCertificate> = path.iter().copied().chain([&root.0]).collect();
    for pair in whole.windows(2) {
        let [certificate, issuer] = pair else { continue };
        let (of, by) = (certificate.holder.clone(), issuer.holder.clone());
        let key = issuer.key.public_key(curve).ok_or(Genuineness::Unreadable)?;
        if certificate_is_signed_by(certificate, &key) != Verdict::Good {
            return Err(Genuineness::BrokenSignature { certificate: of, issuer: by });
        }
    }
    for (at, certificate) in path.iter().enumerate() {
        let role = if at == 0 { Role::Device } else { Role::Issuer };
        if certificate.role != Some(role) {
            return Err(Genuineness::NotAllowed { certificate: certificate.holder.clone() });
        }
    }
    for pair in whole.windows(2) {
        let [certificate, issuer] = pair else { continue };
        let (of, by) = (certificate.holder.clone(), issuer.holder.clone());
        let (first, last) = certificate.term.ok_or(Genuineness::Unreadable)?;
        if today > last {
            return Err(Genuineness::Expired { certificate: of, last });
        }
        if today < first {
            return Err(Genuineness::NotYetValid { certificate: of, first });
        }
        if !issuer.term.is_some_and(|(begins, ends)| (begins..=ends).contains(&first)) {
            return Err(Genuineness::OutsideTerm { certificate: of, issuer: by });
        }
    }
    let name = root.0.holder.clone();
    Ok(if root.1 { Genuineness::Software { root: name } } else { Genuineness::Genuine { root: name } })
}

/// The certificates from the device up, as each names its issuer, and the known root at their end.
fn path_to_root<'a>(
    chain: &'a [CvCertificate],
    roots: &'a [(CvCertificate, bool)],
) -> Result<(Vec<&'a CvCertificate>, &'a (CvCertificate, bool)), Genuineness> {
    let [device, others @ ..] = chain else { return Err(Genuineness::Unreadable) };
    if device.authority == device.holder {
        return Err(Genuineness::SelfSigned { certificate: device.holder.clone() });
    }
    let mut path = vec![device];
    let mut authority = &device.authority;
    while path.len() <= MOST_ISSUERS {
        if let Some(root) = roots.iter().find(|(root, _)| root.holder == *authority) {
            return Ok((path, root));
        }
        match others.iter().find(|other| other.holder == *authority) {
            Some(issuer) if issuer.authority == issuer.holder => break,
            Some(issuer) => {
                authority = &issuer.authority;
                path.push(issuer);
            }
            None if path.len() == 1 => return Err(Genuineness::IssuerMissing { issuer: authority.clone() }),
            None => break,
        }
    }
    Err(Genuineness::OtherMaker { root: authority.clone() })
}

#[cfg(test)]
mod tests;
