//! A private key on an elliptic curve (RFC 5915).

use ecdsa::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use ecdsa::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize, SecretKey};

use super::private_key::{Parts, PrivateKey, padded};
use super::{INTEGER, KeyFileError, OCTET_STRING, SEQUENCE, algorithm};
use crate::card::tlv::Reader;
use crate::card::{PublicKey, curves};
use crate::terms::Curve;

/// Reads an `ECPrivateKey`. A public key that lies beside it must be its own.
pub fn read(curve: Curve, der: &[u8]) -> Result<PrivateKey, KeyFileError> {
    let mut outside = Reader::new(der);
    let mut inside = outside.expect(SEQUENCE)?.inside();
    outside.end()?;
    if inside.expect(INTEGER)?.value != [1] {
        return Err(KeyFileError::Damaged);
    }
    let private = inside.expect(OCTET_STRING)?.value;
    if let Some(named) = inside.optional(0xA0)?
        && named.inside().expect(super::OBJECT_IDENTIFIER)?.value != curves::domain(curve).oid
    {
        return Err(KeyFileError::Damaged);
    }
    let beside = inside.optional(0xA1)?.map(|beside| beside.inside().expect(0x03)).transpose()?;
    inside.end()?;
    let private = padded(private, curve.field_bytes()).ok_or(KeyFileError::Damaged)?;
    let point = point(curve, private.expose())?.ok_or(KeyFileError::Damaged)?;
    if beside.is_some_and(|beside| beside.value.strip_prefix(&[0]).is_none_or(|stated| !is_of(stated, &point))) {
        return Err(KeyFileError::Damaged);
    }
    let public = PublicKey::ec(curve, &point).ok_or(KeyFileError::Damaged)?;
    Ok(PrivateKey { public, parts: Parts::Ec(private) })
}

/// Whether a point is this one, which is 04‖x‖y: as a whole, or compressed to x.
fn is_of(stated: &[u8], point: &[u8]) -> bool {
    let half = point.len() / 2;
    stated == point || matches!(stated, [2 | 3, x @ ..] if point.get(1..=half) == Some(x))
}

/// The public point of a private key; none: it is not one on this curve.
///
/// # Errors
/// No crate has this curve, so that nothing could be compared.
fn point(curve: Curve, private: &[u8]) -> Result<Option<Vec<u8>>, KeyFileError> {
    Ok(match curve {
        Curve::P256 => public_of::<p256::NistP256>(private),
        Curve::P384 => public_of::<p384::NistP384>(private),
        Curve::P521 => public_of::<p521::NistP521>(private),
        Curve::BrainpoolP256r1 => public_of::<bp256::BrainpoolP256r1>(private),
        Curve::BrainpoolP384r1 => public_of::<bp384::BrainpoolP384r1>(private),
        Curve::Secp256k1 => public_of::<k256::Secp256k1>(private),
        Curve::BrainpoolP512r1 => {
            return Err(KeyFileError::Algorithm { found: algorithm::shown(curves::domain(curve).oid) });
        }
    })
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
