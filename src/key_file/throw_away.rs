//! A key file for a rehearsal: a throw-away key, under a password that everybody knows.

use pem_rfc7468::{LineEnding, encode_string};

use super::{OBJECT_IDENTIFIER, OCTET_STRING, algorithm, pbes2};
use crate::card::curves;
use crate::card::tlv::Writer;
use crate::terms::{Curve, THROW_AWAY_PASSWORD};

/// A private key on P-256, encrypted, as PEM; none: the generator of this machine fails. It protects nothing.
pub fn throw_away() -> Option<String> {
    let (mut private, mut salt, mut iv) = ([0; 32], [0; 16], [0; 16]);
    for place in [&mut private[..], &mut salt, &mut iv] {
        getrandom::fill(place).ok()?;
    }
    // Below the order of the curve.
    private[0] &= 0x7F;
    let key = Writer::new().integer(&[1]).object(OCTET_STRING, &private);
    let key = Writer::new().constructed(0x30, &key).finish();
    let by = Writer::new()
        .object(OBJECT_IDENTIFIER, &algorithm::EC)
        .object(OBJECT_IDENTIFIER, curves::domain(Curve::P256).oid);
    let info = Writer::new().integer(&[0]).constructed(0x30, &by).object(OCTET_STRING, &key);
    let info = Writer::new().constructed(0x30, &info).finish();
    let (scheme, encrypted) = pbes2::encrypt(THROW_AWAY_PASSWORD.as_bytes(), &info, salt, iv)?;
    let file = Writer::new().encoded(&scheme).object(OCTET_STRING, &encrypted);
    let file = Writer::new().constructed(0x30, &file).finish();
    encode_string("ENCRYPTED PRIVATE KEY", LineEnding::LF, &file).ok()
}
