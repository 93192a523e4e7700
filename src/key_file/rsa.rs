//! A private RSA key (RFC 8017, appendix A.1.2). That its numbers belong together is computed here: a device would sign wrongly
//! with numbers that do not, or reveal a prime by it.

use crypto_bigint::{NonZero, U4096};
use subtle::ConstantTimeEq;

use super::private_key::{Parts, PrivateKey, padded};
use super::{INTEGER, KeyFileError, SEQUENCE};
use crate::card::PublicKey;
use crate::card::tlv::{Reader, strip_zeros};
use crate::terms::KeyType;

/// Reads an `RSAPrivateKey` of two primes.
#[allow(clippy::many_single_char_names, reason = "as the standard names them")]
pub fn read(der: &[u8]) -> Result<PrivateKey, KeyFileError> {
    let mut outside = Reader::new(der);
    let mut inside = outside.expect(SEQUENCE)?.inside();
    outside.end()?;
    if inside.expect(INTEGER)?.value != [0] {
        return Err(KeyFileError::Algorithm { found: "RSA, more than two primes".to_owned() });
    }
    let mut number = || inside.expect(INTEGER).map(|number| strip_zeros(number.value));
    let [n, e, d, p, q, dp, dq, coefficient] =
        [number()?, number()?, number()?, number()?, number()?, number()?, number()?, number()?];
    inside.end()?;
    let public = PublicKey::rsa(n, e).ok_or(KeyFileError::Damaged)?;
    match public.key_type() {
        KeyType::Rsa(bits) if public.key_type().is_generated() && usize::from(bits) == 8 * n.len() => {}
        KeyType::Rsa(bits) => return Err(KeyFileError::RsaSize { bits: bits.into() }),
        KeyType::RsaUnstated | KeyType::Ec(_) | KeyType::EcUnstated(_) | KeyType::Aes(_) => {
            return Err(KeyFileError::Damaged);
        }
    }
    let (bytes, half) = (n.len(), n.len() / 2);
    let damaged = || KeyFileError::Damaged;
    let private = padded(d, bytes).ok_or_else(damaged)?;
    let mut chinese = [dp, dq, p, coefficient, q].into_iter().map(|part| padded(part, half).ok_or_else(damaged));
    let mut next = || chinese.next().unwrap_or(Err(KeyFileError::Damaged));
    let chinese = [next()?, next()?, next()?, next()?, next()?];
    if !belong_together([n, e, d, p, q, dp, dq, coefficient]) {
        return Err(KeyFileError::Damaged);
    }
    Ok(PrivateKey { public, parts: Parts::Rsa { private, chinese } })
}

/// n = p·q; e·d = 1, modulo p-1 and q-1; and what is derived of them is. All numbers fit 4,096 bits; the primes and what is below
/// them, 2,048.
#[allow(clippy::many_single_char_names, reason = "as the standard names them")]
fn belong_together(numbers: [&[u8]; 8]) -> bool {
    let [n, e, d, p, q, dp, dq, coefficient] = numbers.map(big);
    let one = U4096::ONE;
    let (Some(below_p), Some(below_q)) = (less_one(&p), less_one(&q)) else { return false };
    let Some(modulo_p) = Option::<NonZero<U4096>>::from(NonZero::new(p)) else { return false };
    let equal = [
        (p.wrapping_mul(&q), n),
        (d.rem(&below_p), dp),
        (d.rem(&below_q), dq),
        (dp.wrapping_mul(&e).rem(&below_p), one),
        (dq.wrapping_mul(&e).rem(&below_q), one),
        (coefficient.wrapping_mul(&q).rem(&modulo_p), one),
    ];
    equal.iter().all(|(left, right)| left.to_be_bytes().as_ref().ct_eq(right.to_be_bytes().as_ref()).into())
}

fn less_one(prime: &U4096) -> Option<NonZero<U4096>> {
    Option::from(NonZero::new(prime.wrapping_sub(&U4096::ONE)))
}

/// A number of at most 512 bytes; a longer one was refused before.
fn big(number: &[u8]) -> U4096 {
    let mut bytes = [0; 512];
    if let Some(place) = bytes.len().checked_sub(number.len()).and_then(|from| bytes.get_mut(from..)) {
        place.copy_from_slice(number);
    }
    U4096::from_be_slice(&bytes)
}
