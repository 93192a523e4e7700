//! Private keys in the card, and what SIGN and DECIPHER do with them.
//!
//! Source of the algorithm numbers: the protocol reference, sections 2.14 and 2.15.

use super::curves::{Curve, left_padded, trimmed};
use super::random;
use crate::card::status::Status;
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa::{BoxedUint, Pkcs1v15Sign, PrivateKey, hazmat};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

/// The modulus lengths in bits that this card generates and accepts.
pub(super) const RSA_BITS: [u32; 5] = [1024, 1536, 2048, 3072, 4096];

/// A private key and the algorithms it may be used with.
#[derive(Clone, PartialEq)]
pub(super) struct Key {
    /// The key itself.
    pub material: Material,
    /// The allowed algorithm numbers; empty: all.
    pub allowed: Vec<u8>,
    /// The key domain it is in.
    pub domain: u8,
    /// How often it may still be used; `None`: as often as anyone likes.
    pub uses: Option<u32>,
}

/// The two kinds of private key.
#[derive(Clone, PartialEq)]
pub(super) enum Material {
    /// Two primes.
    Rsa(Box<PrivateKey>),
    /// Curve and private value, full field length.
    Elliptic(Curve, Zeroizing<Vec<u8>>),
}

/// Hashes that SIGN computes on the card, by the low half of the algorithm number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hash {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    const ALL: [Self; 5] = [Self::Sha1, Self::Sha224, Self::Sha256, Self::Sha384, Self::Sha512];

    fn by_number(low: u8) -> Option<Self> {
        usize::from(low).checked_sub(1).and_then(|index| Self::ALL.get(index)).copied()
    }

    fn of(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(message).to_vec(),
            Self::Sha224 => Sha224::digest(message).to_vec(),
            Self::Sha256 => Sha256::digest(message).to_vec(),
            Self::Sha384 => Sha384::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }

    fn prefix(self) -> Box<[u8]> {
        match self {
            Self::Sha1 => Pkcs1v15Sign::new::<Sha1>(),
            Self::Sha224 => Pkcs1v15Sign::new::<Sha224>(),
            Self::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
            Self::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
            Self::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
        }
        .prefix
    }

    fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    fn pss(self, key: &PrivateKey, digest: &[u8]) -> rsa::Result<Vec<u8>> {
        let random = &mut random::System;
        match self {
            Self::Sha1 => key.pss_sign_prehash_with_rng::<Sha1, _>(random, digest),
            Self::Sha224 => key.pss_sign_prehash_with_rng::<Sha224, _>(random, digest),
            Self::Sha256 => key.pss_sign_prehash_with_rng::<Sha256, _>(random, digest),
            Self::Sha384 => key.pss_sign_prehash_with_rng::<Sha384, _>(random, digest),
            Self::Sha512 => key.pss_sign_prehash_with_rng::<Sha512, _>(random, digest),
        }
    }

    /// A digest as OpenSC sends it for PSS, either bare or inside a `DigestInfo`.
    fn digest_in(data: &[u8]) -> Option<(Self, &[u8])> {
        Self::ALL
            .into_iter()
            .find_map(|hash| {
                Some((hash, data.strip_prefix(&*hash.prefix())?)).filter(|(_, rest)| rest.len() == hash.length())
            })
            .or_else(|| Self::ALL.into_iter().find(|hash| hash.length() == data.len()).map(|hash| (hash, data)))
    }
}

impl Key {
    /// A key in key domain 0 that may be used as often as anyone likes.
    pub(super) fn new(material: Material, allowed: Vec<u8>) -> Self {
        Self { material, allowed, domain: 0, uses: None }
    }

    /// A key without restrictions on algorithms.
    pub(super) fn free(material: Material) -> Self {
        Self::new(material, Vec::new())
    }

    fn allows(&self, algorithm: u8) -> Result<(), Status> {
        let allowed = self.allowed.is_empty() || self.allowed.contains(&algorithm);
        allowed.then_some(()).ok_or(Status::ConditionNotMet)
    }

    /// Whether the key may leave the card wrapped (algorithm number 92).
    pub(super) fn allows_wrapping(&self) -> Result<(), Status> {
        self.allows(0x92)
    }

    /// SIGN: RSA returns the signature, ECDSA a DER sequence of r and s.
    pub(super) fn sign(&self, algorithm: u8, data: &[u8]) -> Result<Vec<u8>, Status> {
        self.allows(algorithm)?;
        match &self.material {
            Material::Rsa(key) => sign_rsa(key, algorithm, data),
            Material::Elliptic(curve, private) => {
                let digest = match algorithm {
                    0x70 if data.is_empty() => return Err(Status::WrongLength),
                    0x70 => data.to_vec(),
                    0x71..=0x75 => Hash::by_number(algorithm & 0x0F).ok_or(Status::NotSupported)?.of(data),
                    _ => return Err(Status::NotSupported),
                };
                let signature = curve.sign(private, &digest).ok_or(Status::ExecutionError)?;
                Ok(der_signature(&signature))
            }
        }
    }

    /// DECIPHER: RSA returns the padded block, key agreement the shared point `04‖x‖y`.
    pub(super) fn decipher(&self, algorithm: u8, data: &[u8]) -> Result<Vec<u8>, Status> {
        self.allows(algorithm)?;
        match (&self.material, algorithm) {
            (Material::Rsa(key), 0x21) => rsa_raw(key, data),
            (Material::Elliptic(curve, private), 0x80) => curve.agree(private, data).ok_or(Status::WrongData),
            _ => Err(Status::NotSupported),
        }
    }

    /// The signature inside certificates: PKCS#1 v1.5 or plain `r‖s`, SHA-256.
    pub(super) fn sign_certificate(&self, body: &[u8]) -> Option<Vec<u8>> {
        match &self.material {
            Material::Rsa(key) => sign_rsa(key, 0x33, body).ok(),
            Material::Elliptic(curve, private) => curve.sign(private, &Sha256::digest(body)),
        }
    }
}

fn sign_rsa(key: &PrivateKey, algorithm: u8, data: &[u8]) -> Result<Vec<u8>, Status> {
    let (scheme, digest) = match algorithm {
        0x20 => return rsa_raw(key, data),
        0x30 => (Pkcs1v15Sign::new_unprefixed(), data.to_vec()),
        0x31..=0x35 => {
            let hash = Hash::by_number(algorithm & 0x0F).ok_or(Status::NotSupported)?;
            (Pkcs1v15Sign { hash_len: Some(hash.length()), prefix: hash.prefix() }, hash.of(data))
        }
        0x40 => {
            let (hash, digest) = Hash::digest_in(data).ok_or(Status::WrongData)?;
            return hash.pss(key, digest).map_err(|_| Status::WrongData);
        }
        0x41 | 0x43..=0x45 => {
            let hash = Hash::by_number(algorithm & 0x0F).ok_or(Status::NotSupported)?;
            return hash.pss(key, &hash.of(data)).map_err(|_| Status::WrongData);
        }
        _ => return Err(Status::NotSupported),
    };
    key.sign_with_rng(&mut random::System, scheme, &digest).map_err(|_| Status::WrongData)
}

/// `data^d mod n` of a full block.
fn rsa_raw(key: &PrivateKey, data: &[u8]) -> Result<Vec<u8>, Status> {
    if data.len() != key.size() {
        return Err(Status::WrongLength);
    }
    let block = BoxedUint::from_be_slice(data, key.n_bits_precision()).map_err(|_| Status::WrongData)?;
    let result =
        hazmat::rsa_decrypt_and_check(key, Some(&mut random::System), &block).map_err(|_| Status::WrongData)?;
    Ok(left_padded(&result.to_be_bytes(), key.size()))
}

/// Big-endian bytes of a number without leading zeros.
pub(super) fn number(value: &BoxedUint) -> Vec<u8> {
    trimmed(&value.to_be_bytes()).to_vec()
}

/// `SEQUENCE { INTEGER r, INTEGER s }` from `r‖s`.
fn der_signature(plain: &[u8]) -> Vec<u8> {
    let (r, s) = plain.split_at(plain.len() / 2);
    let integer = |half: &[u8]| {
        let number = trimmed(half);
        let sign_byte: &[u8] = if number.first().is_none_or(|top| *top >= 0x80) { &[0] } else { &[] };
        super::tlv::object(0x02, &[sign_byte, number].concat())
    };
    super::tlv::object(0x30, &[integer(r), integer(s)].concat())
}

/// Builds an RSA key from its primes; `None` when they are not primes or this card does not accept the modulus length.
pub(super) fn rsa_from_primes(p: &[u8], q: &[u8], exponent: &[u8]) -> Option<PrivateKey> {
    let half = |prime: &[u8]| RSA_BITS.iter().any(|bits| bit_length(prime) == bits / 2);
    if !half(p) || bit_length(p) != bit_length(q) || !public_exponent_fits(exponent) {
        return None;
    }
    let number = BoxedUint::from_be_slice_vartime;
    taken(PrivateKey::from_p_q(number(p), number(q), number(exponent)).ok()?)
}

/// Builds an RSA key from modulus and private exponent, by recovering the primes.
pub(super) fn rsa_from_exponent(modulus: &[u8], private: &[u8], exponent: &[u8]) -> Option<PrivateKey> {
    // The search for the primes does arithmetic before it validates the numbers: nonsense would make it panic.
    let sound = RSA_BITS.contains(&bit_length(modulus))
        && modulus.last().is_some_and(|low| low & 1 == 1)
        && (2..=bit_length(modulus)).contains(&bit_length(private))
        && public_exponent_fits(exponent);
    if !sound {
        return None;
    }
    let number = BoxedUint::from_be_slice_vartime;
    taken(PrivateKey::from_components(number(modulus), number(exponent), number(private), Vec::new()).ok()?)
}

fn public_exponent_fits(exponent: &[u8]) -> bool {
    (2..=32).contains(&bit_length(exponent)) && exponent.last().is_some_and(|low| low & 1 == 1)
}

fn bit_length(number: &[u8]) -> u32 {
    match trimmed(number) {
        [] => 0,
        [top, rest @ ..] => 8 - top.leading_zeros() + 8 * u32::try_from(rest.len()).unwrap_or(u32::MAX / 8 - 1),
    }
}

fn taken(key: PrivateKey) -> Option<PrivateKey> {
    let bits = key.n().as_ref().bit_width_vartime();
    (key.primes().len() == 2 && RSA_BITS.contains(&bits)).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_integers_are_positive_and_short() {
        assert_eq!(der_signature(&[0x00, 0x7F, 0x00, 0x80]), [0x30, 7, 2, 1, 0x7F, 2, 2, 0, 0x80]);
    }

    #[test]
    fn rsa_signatures_verify() {
        let key = PrivateKey::new(&mut random::System, 1024).unwrap();
        let public = key.to_public_key();
        let card_key = Key::free(Material::Rsa(Box::new(key)));
        let digest = Sha256::digest(b"message").to_vec();
        let info = [Hash::Sha256.prefix().to_vec(), digest.clone()].concat();

        for signature in [card_key.sign(0x33, b"message").unwrap(), card_key.sign(0x30, &info).unwrap()] {
            public.verify(Pkcs1v15Sign::new::<Sha256>(), &digest, &signature).unwrap();
        }
        for (algorithm, data) in [(0x43, &b"message"[..]), (0x40, &digest), (0x40, &info)] {
            let signature = card_key.sign(algorithm, data).unwrap();
            public.pss_verify_prehash::<Sha256>(&digest, &signature).unwrap();
        }
        let block = [vec![0, 1], vec![0xFF; 125 - info.len()], vec![0], info].concat();
        public.verify(Pkcs1v15Sign::new::<Sha256>(), &digest, &card_key.sign(0x20, &block).unwrap()).unwrap();
        assert_eq!(card_key.sign(0x20, &block[1..]), Err(Status::WrongLength));
        assert_eq!(card_key.sign(0x70, &digest), Err(Status::NotSupported));
    }

    #[test]
    fn the_list_of_allowed_algorithms_is_enforced() {
        let key = Curve::P256.generate().unwrap();
        let key = Key::new(Material::Elliptic(Curve::P256, key.into()), vec![0x70]);
        assert!(key.sign(0x70, &[1; 32]).is_ok());
        assert_eq!(key.sign(0x73, b"message"), Err(Status::ConditionNotMet));
        assert_eq!(key.allows_wrapping(), Err(Status::ConditionNotMet));
    }
}
