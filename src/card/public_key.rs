//! Public keys and their PEM form (`SubjectPublicKeyInfo`).
//!
//! Source: RFC 5280, RFC 5480 (elliptic curves), RFC 8017 appendix A (RSA).

use super::curves;
use super::tlv::{Malformed, Reader, Writer, strip_zeros};
use crate::terms::{Curve, KeyType};
use pem_rfc7468::LineEnding;

const LABEL: &str = "PUBLIC KEY";
/// rsaEncryption
const RSA: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
/// id-RSASSA-PSS: the same key, meant for another padding.
const RSA_PSS: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A];
/// id-ecPublicKey
const EC: [u8; 7] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// Modulus and exponent, big-endian without leading zeros.
    Rsa {
        /// The modulus n.
        modulus: Vec<u8>,
        /// The exponent e.
        exponent: Vec<u8>,
    },
    /// A point on a curve.
    Ec {
        /// The curve.
        curve: Curve,
        /// The point, 04‖x‖y. Whether it lies on the curve is checked when it is used.
        point: Vec<u8>,
    },
}

impl PublicKey {
    /// An RSA key; `None` for a modulus or exponent that is zero or longer than 8,192 or 64 bits, respectively.
    pub fn rsa(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let (modulus, exponent) = (strip_zeros(modulus), strip_zeros(exponent));
        ((1..=1024).contains(&modulus.len()) && (1..=8).contains(&exponent.len()))
            .then(|| Self::Rsa { modulus: modulus.to_vec(), exponent: exponent.to_vec() })
    }

    /// An elliptic curve key; `None` when the point does not have the form 04‖x‖y for this curve.
    pub fn ec(curve: Curve, point: &[u8]) -> Option<Self> {
        (point.len() == 1 + 2 * curve.field_bytes() && point.first() == Some(&0x04))
            .then(|| Self::Ec { curve, point: point.to_vec() })
    }

    /// The kind of key: the modulus length in bits, or the curve.
    pub fn key_type(&self) -> KeyType {
        match self {
            Self::Rsa { modulus, .. } => {
                let zeros = modulus.first().map_or(0, |first| first.leading_zeros());
                // At most 1,024 bytes by construction, so the number of bits fits.
                let bits = modulus.len() * 8 - zeros as usize;
                KeyType::Rsa(u16::try_from(bits).unwrap_or(u16::MAX))
            }
            Self::Ec { curve, .. } => KeyType::Ec(*curve),
        }
    }

    /// The DER of the `SubjectPublicKeyInfo`.
    pub fn to_der(&self) -> Vec<u8> {
        let (algorithm, key) = match self {
            Self::Rsa { modulus, exponent } => (
                Writer::new().object(0x06, &RSA).object(0x05, &[]),
                Writer::new().constructed(0x30, &Writer::new().integer(modulus).integer(exponent)).finish(),
            ),
            Self::Ec { curve, point } => {
                (Writer::new().object(0x06, &EC).object(0x06, curves::domain(*curve).oid), point.clone())
            }
        };
        let bits = [&[0][..], &key].concat();
        let info = Writer::new().constructed(0x30, &algorithm).object(0x03, &bits);
        Writer::new().constructed(0x30, &info).finish()
    }

    /// The PEM text that `openssl pkey -pubin` reads.
    pub fn to_pem(&self) -> String {
        // Encoding fails only for a label with invalid characters or for lengths that overflow; neither can happen
        // here.
        pem_rfc7468::encode_string(LABEL, LineEnding::LF, &self.to_der()).unwrap_or_default()
    }

    /// Reads the DER of a `SubjectPublicKeyInfo`.
    pub fn from_der(der: &[u8]) -> Result<Self, Malformed> {
        let mut outside = Reader::new(der);
        let mut info = outside.expect(0x30)?.inside();
        outside.end()?;
        let mut algorithm = info.expect(0x30)?.inside();
        let bits = info.expect(0x03)?.value;
        info.end()?;
        let Some((0, key)) = bits.split_first() else { return Err(Malformed("public-key-bits")) };
        let oid = algorithm.expect(0x06)?.value;
        if oid == RSA || oid == RSA_PSS {
            if oid == RSA {
                if let Some(null) = algorithm.optional(0x05)?
                    && !null.value.is_empty()
                {
                    return Err(Malformed("public-key-algorithm"));
                }
                algorithm.end()?;
            }
            let mut outside = Reader::new(key);
            let mut numbers = outside.expect(0x30)?.inside();
            outside.end()?;
            let (modulus, exponent) = (numbers.expect(0x02)?.value, numbers.expect(0x02)?.value);
            numbers.end()?;
            if [modulus, exponent].iter().any(|number| number.first().is_none_or(|first| first & 0x80 != 0)) {
                return Err(Malformed("public-key-number"));
            }
            return Self::rsa(modulus, exponent).ok_or(Malformed("public-key-number"));
        }
        if oid == EC {
            let parameters = algorithm.read()?.ok_or(Malformed("public-key-curve"))?;
            let curve = match parameters.tag {
                0x06 => curves::by_oid(parameters.value),
                0x30 => explicit_curve(parameters.inside())?,
                _ => None,
            };
            let curve = curve.ok_or(Malformed("public-key-curve"))?;
            algorithm.end()?;
            return Self::ec(curve, key).ok_or(Malformed("public-key-point"));
        }
        Err(Malformed("public-key-algorithm"))
    }

    /// Reads PEM text that contains one public key.
    pub fn from_pem(text: &str) -> Result<Self, Malformed> {
        match pem_rfc7468::decode_vec(text.as_bytes()) {
            Ok((LABEL, der)) => Self::from_der(&der),
            _ => Err(Malformed("public-key-pem")),
        }
    }
}

/// A curve that is written out instead of named, as some authorities for passports do (RFC 3279, section 2.3.5).
fn explicit_curve(mut parameters: Reader<'_>) -> Result<Option<Curve>, Malformed> {
    parameters.expect(0x02)?;
    let mut field = parameters.expect(0x30)?.inside();
    field.expect(0x06)?;
    let p = field.expect(0x02)?.value;
    let mut coefficients = parameters.expect(0x30)?.inside();
    let (a, b) = (coefficients.expect(0x04)?.value, coefficients.expect(0x04)?.value);
    let (generator, order) = (parameters.expect(0x04)?.value, parameters.expect(0x02)?.value);
    // An empty coefficient is never written here; elsewhere it means "take the curve's own".
    Ok(if a.is_empty() { None } else { curves::recognise(p, a, b, generator, order) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::cvc::AuthenticatedRequest;
    use crate::card::double::{hex, recorded, trace_names};
    use proptest::prelude::*;
    use std::io::Write;
    use std::process::{Command, Stdio};

    fn recorded_keys() -> Vec<PublicKey> {
        let names = trace_names().into_iter().filter(|name| name.contains("keypairgen"));
        let key = |name: String| AuthenticatedRequest::parse(&hex(&recorded(&name, "0046").1)).unwrap().public_key();
        names.filter_map(key).collect()
    }

    #[test]
    fn openssl_reads_every_kind_of_key() {
        let keys = recorded_keys();
        assert_eq!(keys.len(), 9, "two RSA sizes and seven curves");
        for key in keys {
            let pem = key.to_pem();
            assert_eq!(PublicKey::from_pem(&pem), Ok(key.clone()));
            let mut openssl = Command::new("openssl")
                .args(["pkey", "-pubin", "-outform", "DER"])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            openssl.stdin.take().unwrap().write_all(pem.as_bytes()).unwrap();
            let output = openssl.wait_with_output().unwrap();
            assert!(output.status.success(), "{:?}: {}", key.key_type(), String::from_utf8_lossy(&output.stderr));
            assert_eq!(output.stdout, key.to_der(), "{:?}", key.key_type());
        }
    }

    #[test]
    fn key_types_are_recognised() {
        let types: Vec<_> = recorded_keys().iter().map(PublicKey::key_type).collect();
        for expected in [KeyType::Rsa(2048), KeyType::Rsa(4096), KeyType::Ec(Curve::P521)] {
            assert!(types.contains(&expected), "{expected}");
        }
    }

    proptest! {
        #[test]
        fn damaged_keys_never_panic(which in 0usize..9, at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut der = recorded_keys()[which].to_der();
            let at = at.index(der.len());
            prop_assert!(PublicKey::from_der(&der[..at]).is_err());
            der[at] = byte;
            let _ = PublicKey::from_der(&der);
        }
    }
}
