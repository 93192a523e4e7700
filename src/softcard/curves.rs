//! The elliptic curves this card knows: their domain parameters as sent by a host, and their operations.
//!
//! Parameters: FIPS 186-5 / SEC 2 and RFC 5639, full field length, as in key generation commands. brainpoolP512r1 and
//! secp192r1 are not implemented here; the card answers 6A81 to them.

use super::random;
use ecdsa::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use ecdsa::elliptic_curve::{
    AffinePoint, CurveArithmetic, FieldBytesSize, Generate, ProjectivePoint, PublicKey, Scalar, SecretKey,
};
use ecdsa::{EcdsaCurve, SignatureSize, hazmat};
use sha2::Sha256;

/// A curve by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    /// NIST P-256 (secp256r1).
    P256,
    /// NIST P-384 (secp384r1).
    P384,
    /// NIST P-521 (secp521r1).
    P521,
    /// brainpoolP256r1.
    Brainpool256,
    /// brainpoolP384r1.
    Brainpool384,
    /// secp256k1.
    Koblitz256,
}

/// Domain parameters, each in full field length; `generator` with a leading 04.
pub(super) struct Domain {
    pub prime: Vec<u8>,
    pub a: Vec<u8>,
    pub b: Vec<u8>,
    pub generator: Vec<u8>,
    pub order: Vec<u8>,
}

macro_rules! on_curve {
    ($curve:expr, $name:ident => $work:expr) => {
        match $curve {
            Curve::P256 => {
                type $name = p256::NistP256;
                $work
            }
            Curve::P384 => {
                type $name = p384::NistP384;
                $work
            }
            Curve::P521 => {
                type $name = p521::NistP521;
                $work
            }
            Curve::Brainpool256 => {
                type $name = bp256::BrainpoolP256r1;
                $work
            }
            Curve::Brainpool384 => {
                type $name = bp384::BrainpoolP384r1;
                $work
            }
            Curve::Koblitz256 => {
                type $name = k256::Secp256k1;
                $work
            }
        }
    };
}

impl Curve {
    /// All curves.
    pub(super) const ALL: [Self; 6] =
        [Self::P256, Self::P384, Self::P521, Self::Brainpool256, Self::Brainpool384, Self::Koblitz256];

    /// The name in a state file.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::P256 => "secp256r1",
            Self::P384 => "secp384r1",
            Self::P521 => "secp521r1",
            Self::Brainpool256 => "brainpoolP256r1",
            Self::Brainpool384 => "brainpoolP384r1",
            Self::Koblitz256 => "secp256k1",
        }
    }

    /// The curve over this prime (leading zeros do not matter).
    pub(super) fn over(prime: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| trimmed(&curve.domain().prime) == trimmed(prime))
    }

    /// The length of a field element in bytes: 66 on P-521.
    pub(super) fn field_bytes(self) -> usize {
        match self {
            Self::P256 | Self::Brainpool256 | Self::Koblitz256 => 32,
            Self::P384 | Self::Brainpool384 => 48,
            Self::P521 => 66,
        }
    }

    /// The published parameters.
    pub(super) fn domain(self) -> Domain {
        let [prime, a, b, x, y, order] = hex_parameters(self);
        let full = |text: &str| left_padded(&hex(text), self.field_bytes());
        Domain {
            prime: full(prime),
            a: full(a),
            b: full(b),
            generator: [vec![4], full(x), full(y)].concat(),
            order: full(order),
        }
    }

    /// Draws a private key, in full field length.
    pub(super) fn generate(self) -> Option<Vec<u8>> {
        on_curve!(self, C => {
            SecretKey::<C>::try_generate_from_rng(&mut random::System).ok().map(|key| key.to_bytes().to_vec())
        })
    }

    /// The public point `04‖x‖y` of a private key; `None` when it is not a private key on this curve.
    pub(super) fn public(self, private: &[u8]) -> Option<Vec<u8>> {
        on_curve!(self, C => public_of::<C>(private))
    }

    /// `r‖s` over a digest (longer ones are truncated, shorter ones taken as numbers, as ECDSA specifies).
    pub(super) fn sign(self, private: &[u8], digest: &[u8]) -> Option<Vec<u8>> {
        on_curve!(self, C => sign_with::<C>(private, digest))
    }

    /// Whether `r‖s` is a signature by `public` over the digest.
    #[cfg(test)]
    pub(super) fn verifies(self, public: &[u8], digest: &[u8], signature: &[u8]) -> bool {
        on_curve!(self, C => {
            let Ok(key) = PublicKey::<C>::from_sec1_bytes(public) else { return false };
            ecdsa::Signature::<C>::from_slice(signature)
                .is_ok_and(|signature| hazmat::verify_prehashed::<C>(&key.to_projective(), digest, &signature).is_ok())
        })
    }

    /// The shared point `04‖x‖y` of our private key and the other party's public point.
    pub(super) fn agree(self, private: &[u8], other: &[u8]) -> Option<Vec<u8>> {
        on_curve!(self, C => agree_on::<C>(private, other))
    }
}

fn public_of<C>(private: &[u8]) -> Option<Vec<u8>>
where
    C: CurveArithmetic,
    FieldBytesSize<C>: ModulusSize,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
{
    let key = SecretKey::<C>::from_slice(private).ok()?;
    Some(key.public_key().to_sec1_point(false).as_bytes().to_vec())
}

fn sign_with<C>(private: &[u8], digest: &[u8]) -> Option<Vec<u8>>
where
    C: EcdsaCurve + CurveArithmetic,
    SignatureSize<C>: ecdsa::elliptic_curve::array::ArraySize,
{
    let key = SecretKey::<C>::from_slice(private).ok()?;
    let (signature, _) = hazmat::sign_prehashed_rfc6979::<C, Sha256>(&key.to_nonzero_scalar(), digest, &[]);
    Some(signature.to_bytes().to_vec())
}

fn agree_on<C>(private: &[u8], other: &[u8]) -> Option<Vec<u8>>
where
    C: CurveArithmetic,
    FieldBytesSize<C>: ModulusSize,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    ProjectivePoint<C>: std::ops::Mul<Scalar<C>, Output = ProjectivePoint<C>>,
{
    let key = SecretKey::<C>::from_slice(private).ok()?;
    let other = PublicKey::<C>::from_sec1_bytes(other).ok()?;
    let shared = other.to_projective() * *key.to_nonzero_scalar();
    let shared = PublicKey::<C>::from_affine(shared.into()).ok()?;
    Some(shared.to_sec1_point(false).as_bytes().to_vec())
}

/// The number without leading zero bytes.
pub(super) fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// The number in exactly `length` bytes; a number that does not fit stays as long as it is.
pub(super) fn left_padded(number: &[u8], length: usize) -> Vec<u8> {
    let number = trimmed(number);
    let mut bytes = vec![0; length.saturating_sub(number.len())];
    bytes.extend(number);
    bytes
}

fn hex(text: &str) -> Vec<u8> {
    base16ct::lower::decode_vec(text).unwrap_or_default()
}

/// p, a, b, x, y of the generator, order.
fn hex_parameters(curve: Curve) -> [&'static str; 6] {
    match curve {
        Curve::P256 => [
            "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
            "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc",
            "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
            "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
            "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
            "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        ],
        Curve::P384 => [
            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000fffffffc",
            "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
            "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
            "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
        ],
        Curve::P521 => [
            concat!(
                "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
            ),
            concat!(
                "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc"
            ),
            concat!(
                "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e1",
                "56193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00"
            ),
            concat!(
                "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dba",
                "a14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66"
            ),
            concat!(
                "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c",
                "97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650"
            ),
            concat!(
                "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa",
                "51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"
            ),
        ],
        Curve::Brainpool256 => [
            "a9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377",
            "7d5a0975fc2c3057eef67530417affe7fb8055c126dc5c6ce94a4b44f330b5d9",
            "26dc5c6ce94a4b44f330b5d9bbd77cbf958416295cf7e1ce6bccdc18ff8c07b6",
            "8bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262",
            "547ef835c3dac4fd97f8461a14611dc9c27745132ded8e545c1d54c72f046997",
            "a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7",
        ],
        Curve::Brainpool384 => [
            "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b412b1da197fb71123acd3a729901d1a71874700133107ec53",
            "7bc382c63d8c150c3c72080ace05afa0c2bea28e4fb22787139165efba91f90f8aa5814a503ad4eb04a8c7dd22ce2826",
            "04a8c7dd22ce28268b39b55416f0447c2fb77de107dcd2a62e880ea53eeb62d57cb4390295dbc9943ab78696fa504c11",
            "1d1c64f068cf45ffa2a63a81b7c13f6b8847a3e77ef14fe3db7fcafe0cbd10e8e826e03436d646aaef87b2e247d4af1e",
            "8abe1d7520f9c2a45cb1eb8e95cfd55262b70b29feec5864e19c054ff99129280e4646217791811142820341263c5315",
            "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7cf3ab6af6b7fc3103b883202e9046565",
        ],
        Curve::Koblitz256 => [
            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000007",
            "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
            "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
            "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::Digest;

    #[test]
    fn the_generator_is_the_public_point_of_one() {
        for curve in Curve::ALL {
            let one = left_padded(&[1], curve.field_bytes());
            assert_eq!(curve.public(&one).unwrap(), curve.domain().generator, "{}", curve.name());
            assert_eq!(curve.public(&curve.domain().order), None, "the order is no private key");
        }
    }

    #[test]
    fn keys_sign_and_agree() {
        for curve in Curve::ALL {
            let (mine, theirs) = (curve.generate().unwrap(), curve.generate().unwrap());
            let (my_point, their_point) = (curve.public(&mine).unwrap(), curve.public(&theirs).unwrap());
            let shared = curve.agree(&mine, &their_point).unwrap();
            assert_eq!(shared, curve.agree(&theirs, &my_point).unwrap());
            assert_eq!(shared.len(), 1 + 2 * curve.field_bytes());
            let digest = Sha256::digest(b"short for P-521");
            let signature = curve.sign(&mine, &digest).unwrap();
            assert_eq!(signature.len(), 2 * curve.field_bytes());
            assert!(curve.verifies(&my_point, &digest, &signature));
            assert!(!curve.verifies(&their_point, &digest, &signature));
        }
    }
}
