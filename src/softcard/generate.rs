//! GENERATE ASYMMETRIC KEY PAIR: the template, and the key generated from it.
//!
//! Source: the protocol reference, section 2.11.

use super::curves::Curve;
use super::cvc::{ECDSA_SHA256, RSA_SHA256};
use super::keys::{Key, Material, RSA_BITS};
use super::{random, tlv};
use crate::card::status::Status;
use rsa::PrivateKey;

/// The requested key.
pub(super) struct Template<'a> {
    /// Issuer reference to put into the request.
    pub issuer_name: &'a [u8],
    /// Holder reference to put into the request.
    pub name: &'a [u8],
    /// The key domain for the key.
    pub domain: u8,
    uses: Option<u32>,
    kind: Kind,
    allowed: &'a [u8],
}

#[derive(Clone, Copy)]
enum Kind {
    Rsa(u32),
    Elliptic(Curve),
}

impl<'a> Template<'a> {
    /// Reads the command data; 6A80 when it is not a template, 6A81 for a curve this card does not have.
    pub(super) fn parse(data: &'a [u8]) -> Result<Self, Status> {
        let objects = tlv::all(data).ok_or(Status::WrongData)?;
        let known = |tag| matches!(tag, 0x5F29 | 0x42 | 0x7F49 | 0x5F20 | 0x45 | 0x90 | 0x91 | 0x92);
        if !objects.iter().all(|object| known(object.tag)) {
            return Err(Status::WrongData);
        }
        let domain = match tlv::find(&objects, 0x92) {
            None => 0,
            Some([domain]) => *domain,
            Some(_) => return Err(Status::WrongData),
        };
        let uses = tlv::find(&objects, 0x90).map(|uses| uses.try_into().map(u32::from_be_bytes));
        let uses = uses.transpose().map_err(|_| Status::WrongData)?;
        let reference = |tag| tlv::find(&objects, tag).filter(|name| (1..=16).contains(&name.len()));
        let allowed = tlv::find(&objects, 0x91).unwrap_or_default();
        if allowed.len() > 16 {
            return Err(Status::WrongData);
        }
        Ok(Self {
            issuer_name: reference(0x42).ok_or(Status::WrongData)?,
            name: reference(0x5F20).ok_or(Status::WrongData)?,
            kind: kind(tlv::find(&objects, 0x7F49).ok_or(Status::WrongData)?)?,
            allowed,
            domain,
            uses,
        })
    }

    /// The length of an RSA modulus in bits; `None` for other keys.
    pub(super) const fn rsa_bits(&self) -> Option<u32> {
        match self.kind {
            Kind::Rsa(bits) => Some(bits),
            Kind::Elliptic(_) => None,
        }
    }

    /// Generates the key.
    pub(super) fn generate(&self) -> Result<Key, Status> {
        let material = match self.kind {
            Kind::Rsa(bits) => {
                let bits = usize::try_from(bits).map_err(|_| Status::WrongData)?;
                let key = PrivateKey::new(&mut random::System, bits).map_err(|_| Status::ExecutionError)?;
                Material::Rsa(Box::new(key))
            }
            Kind::Elliptic(curve) => Material::Elliptic(curve, curve.generate().ok_or(Status::ExecutionError)?.into()),
        };
        Ok(Key { domain: self.domain, uses: self.uses, ..Key::new(material, self.allowed.to_vec()) })
    }
}

fn kind(public_key: &[u8]) -> Result<Kind, Status> {
    let fields = tlv::all(public_key).ok_or(Status::WrongData)?;
    let algorithm = tlv::find(&fields, 0x06).ok_or(Status::WrongData)?;
    if algorithm == RSA_SHA256 {
        let exponent = tlv::find(&fields, 0x82).ok_or(Status::WrongData)?;
        let Some([high, low]) = tlv::find(&fields, 0x02) else { return Err(Status::WrongData) };
        let bits = u32::from(u16::from_be_bytes([*high, *low]));
        let taken = exponent == [1, 0, 1] && RSA_BITS.contains(&bits);
        return if taken { Ok(Kind::Rsa(bits)) } else { Err(Status::WrongData) };
    }
    if algorithm != ECDSA_SHA256 {
        return Err(Status::WrongData);
    }
    let parameter = |tag| tlv::find(&fields, tag).ok_or(Status::WrongData);
    let curve = Curve::over(parameter(0x81)?).ok_or(Status::NotSupported)?;
    let domain = curve.domain();
    let known = domain.a == parameter(0x82)?
        && domain.b == parameter(0x83)?
        && domain.generator == parameter(0x84)?
        && domain.order == parameter(0x85)?
        && parameter(0x87)? == [1];
    if known { Ok(Kind::Elliptic(curve)) } else { Err(Status::NotSupported) }
}
