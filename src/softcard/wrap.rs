//! Wrapped keys: the blob that WRAP KEY returns and UNWRAP KEY takes.
//!
//! Source: the protocol reference, sections 4.1 and 4.2. Written in the genuine layout (types 06 up to 2048 bits, 05
//! above; full-length fields); read in that layout and in Pico HSM's.

use super::curves::{Curve, Domain, left_padded, trimmed};
use super::cvc::{ECDSA_SHA256, RSA_SHA256};
use super::dkek::WrappingKeys;
use super::fault::Faults;
use super::keys::{Key, Material, number, rsa_from_exponent, rsa_from_primes};
use super::random;
use crate::card::status::Status;
use aes::Aes256;
use aes::cipher::{Array, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::NoPadding};
use cmac::{Cmac, KeyInit, Mac};
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa::{BoxedUint, PrivateKey};
use zeroize::Zeroizing;

const BLOCK: usize = 16;
const TYPE_RSA: u8 = 0x05;
const TYPE_RSA_CRT: u8 = 0x06;
const TYPE_ELLIPTIC: u8 = 0x0C;

/// Wraps a key.
pub(super) fn wrap(key: &Key, keys: &WrappingKeys, faults: Faults) -> Option<Vec<u8>> {
    let (kind, algorithm, size, fields) = match &key.material {
        Material::Rsa(rsa) => rsa_fields(rsa, faults)?,
        Material::Elliptic(curve, private) => elliptic_fields(*curve, private, faults)?,
    };
    let mut plain = Zeroizing::new(random::bytes(8)?);
    plain.extend(u16::try_from(size).ok()?.to_be_bytes());
    for field in &fields {
        append(&mut plain, field)?;
    }
    plain.push(0x80);
    let padded = plain.len().next_multiple_of(BLOCK);
    plain.resize(padded, 0);
    seal(kind, &algorithm, &key.allowed, &plain, keys)
}

/// Header, encrypted payload (whole blocks) and message authentication code.
fn seal(kind: u8, algorithm: &[u8], allowed: &[u8], plain: &[u8], keys: &WrappingKeys) -> Option<Vec<u8>> {
    let mut blob = keys.check_value.to_vec();
    blob.push(kind);
    append(&mut blob, algorithm)?;
    append(&mut blob, allowed)?;
    append(&mut blob, &[])?; // access conditions
    append(&mut blob, &[])?; // key object identifier
    let cipher = cbc::Encryptor::<Aes256>::new(&Array::from(*keys.encipher), &Array::from([0; BLOCK]));
    blob.extend(cipher.encrypt_padded_vec::<NoPadding>(plain));
    blob.extend(authentication_code(keys, &blob)?.finalize().into_bytes());
    Some(blob)
}

/// Opens a blob: 6A80 when it is not under this DKEK, was altered or does not contain a valid key; 6A81 for a key type
/// or curve that this card does not have.
pub(super) fn unwrap(blob: &[u8], keys: &WrappingKeys, faults: Faults) -> Result<Key, Status> {
    let foreign = if faults.wrong_dkek_is_execution_error { Status::ExecutionError } else { Status::WrongData };
    let (signed, code) = blob.split_last_chunk::<BLOCK>().ok_or(foreign)?;
    let rest = signed.strip_prefix(&keys.check_value).ok_or(foreign)?;
    authentication_code(keys, signed).ok_or(Status::ExecutionError)?.verify_slice(code).map_err(|_| foreign)?;

    let mut reader = Reader(rest);
    let (kind, allowed) = reader.header().ok_or(Status::WrongData)?;
    let cipher = cbc::Decryptor::<Aes256>::new(&Array::from(*keys.encipher), &Array::from([0; BLOCK]));
    let plain = cipher.decrypt_padded_vec::<NoPadding>(reader.0).map_err(|_| Status::WrongData)?;
    let plain = Zeroizing::new(plain);
    let mut reader = Reader(&plain);
    let size = reader.size().ok_or(Status::WrongData)?;
    let material = match kind {
        TYPE_RSA => {
            let [private, modulus, exponent] = reader.fields().ok_or(Status::WrongData)?;
            rsa_from_exponent(modulus, private, exponent)
                .filter(|key| key.n().bit_width_vartime() == size)
                .map(|key| Material::Rsa(Box::new(key)))
                .ok_or(Status::WrongData)?
        }
        TYPE_RSA_CRT => {
            let [_, _, p, _, q, modulus, exponent] = reader.fields().ok_or(Status::WrongData)?;
            rsa_from_primes(p, q, exponent)
                .filter(|key| key.n().bit_width_vartime() == size && number(key.n()) == trimmed(modulus))
                .map(|key| Material::Rsa(Box::new(key)))
                .ok_or(Status::WrongData)?
        }
        TYPE_ELLIPTIC => elliptic_from(size, reader.fields().ok_or(Status::WrongData)?)?,
        _ => return Err(Status::NotSupported),
    };
    Ok(Key::new(material, allowed.to_vec()))
}

type Fields = (u8, [u8; 10], usize, Vec<Zeroizing<Vec<u8>>>);

fn rsa_fields(key: &PrivateKey, faults: Faults) -> Option<Fields> {
    let bytes = key.size();
    let full = |value: &BoxedUint, length: usize| Zeroizing::new(left_padded(&value.to_be_bytes(), length));
    let (n, e) = (full(key.n().as_ref(), bytes), Zeroizing::new(number(key.e())));
    if faults.always_type_five || bytes > 256 {
        let d = if faults.always_type_five { Zeroizing::new(number(key.d())) } else { full(key.d(), bytes) };
        return Some((TYPE_RSA, RSA_SHA256, 8 * bytes, vec![d, n, e]));
    }
    let half = bytes / 2;
    let (p, q) = (key.p()?.modulus().as_ref(), key.q()?.modulus().as_ref());
    // The coefficient is the inverse of q modulo p.
    let coefficient = key.crt_coefficient()?;
    let fields = vec![
        full(key.dp()?, half),
        full(key.dq()?, half),
        full(p, half),
        full(&coefficient, half),
        full(q, half),
        n,
        e,
    ];
    Some((TYPE_RSA_CRT, RSA_SHA256, 8 * bytes, fields))
}

fn elliptic_fields(curve: Curve, private: &[u8], faults: Faults) -> Option<Fields> {
    let Domain { prime, a, b, generator, order } = curve.domain();
    let public = curve.public(private)?;
    let brainpool = matches!(curve, Curve::Brainpool256 | Curve::Brainpool384);
    let fields = if faults.empty_coefficient {
        let a = if brainpool { trimmed(&a).to_vec() } else { Vec::new() };
        vec![a, trimmed(&b).to_vec(), prime, order, generator, trimmed(private).to_vec(), public]
    } else {
        vec![a, b, prime, order, generator, private.to_vec(), public]
    };
    let fields = fields.into_iter().map(Zeroizing::new).collect();
    Some((TYPE_ELLIPTIC, ECDSA_SHA256, 8 * curve.field_bytes(), fields))
}

fn elliptic_from(size: u32, fields: [&[u8]; 7]) -> Result<Material, Status> {
    let [a, b, prime, order, generator, private, public] = fields;
    let curve = Curve::over(prime).ok_or(Status::NotSupported)?;
    let domain = curve.domain();
    let same = |ours: &[u8], theirs: &[u8]| trimmed(ours) == trimmed(theirs);
    let private = Zeroizing::new(left_padded(private, curve.field_bytes()));
    let sound = usize::try_from(size) == Ok(8 * curve.field_bytes())
        && (a.is_empty() || same(&domain.a, a))
        && same(&domain.b, b)
        && same(&domain.order, order)
        && domain.generator == generator
        && curve.public(&private).is_some_and(|point| point == public);
    if sound { Ok(Material::Elliptic(curve, private)) } else { Err(Status::WrongData) }
}

fn authentication_code(keys: &WrappingKeys, bytes: &[u8]) -> Option<Cmac<Aes256>> {
    let mut code = Cmac::<Aes256>::new_from_slice(&*keys.authenticate).ok()?;
    code.update(bytes);
    Some(code)
}

fn append(bytes: &mut Vec<u8>, field: &[u8]) -> Option<()> {
    bytes.extend(u16::try_from(field.len()).ok()?.to_be_bytes());
    bytes.extend(field);
    Some(())
}

/// Reads what `append` writes.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn field(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(usize::from(length))
    }

    /// Key type and allowed algorithms; leaves the ciphertext.
    fn header(&mut self) -> Option<(u8, &'a [u8])> {
        let [kind] = self.take(1)? else { return None };
        let [_algorithm, allowed, _access, _object] = self.fields()?;
        Some((*kind, allowed))
    }

    /// The size in bits, after 8 random bytes.
    fn size(&mut self) -> Option<u32> {
        self.take(8)?;
        self.number().map(u32::from)
    }

    fn fields<const N: usize>(&mut self) -> Option<[&'a [u8]; N]> {
        let mut fields = [&[][..]; N];
        for field in &mut fields {
            *field = self.field()?;
        }
        Some(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::super::dkek::Dkek;
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn golden(name: &str) -> Value {
        let all: Vec<Value> = serde_json::from_str(include_str!("../../tests/vectors/wrapped-keys.json")).unwrap();
        all.into_iter().find(|entry| entry["name"] == name).unwrap()
    }

    fn hex(value: &Value) -> Vec<u8> {
        base16ct::mixed::decode_vec(value.as_str().unwrap()).unwrap()
    }

    /// The fields this card would write for the key of a golden blob.
    fn fields_again(entry: &Value, faults: Faults) -> (u8, Vec<Vec<u8>>) {
        let keys = keys_of(entry);
        assert_eq!(keys.encipher.to_vec(), hex(&entry["k_enc"]));
        assert_eq!(keys.authenticate.to_vec(), hex(&entry["k_mac"]));
        let key = unwrap(&hex(&entry["blob"]), &keys, Faults::default()).ok().unwrap();
        let (kind, _, size, fields) = match &key.material {
            Material::Rsa(rsa) => rsa_fields(rsa, faults).unwrap(),
            Material::Elliptic(curve, private) => elliptic_fields(*curve, private, faults).unwrap(),
        };
        assert_eq!(Value::from(size), entry["key_size_field"]);
        (kind, fields.iter().map(|field| field.to_vec()).collect())
    }

    #[test]
    fn a_key_in_the_genuine_layout_is_reproduced() {
        for (name, faults, names) in [
            ("rsa-2048-crt-type6", Faults::default(), &["dp1", "dq1", "p", "q_inv", "q", "n", "e"][..]),
            ("ec-prime256v1-full-A", Faults::default(), &["a", "b", "p", "n", "g", "d", "q"]),
            ("ec-prime256v1", Faults::PICO, &["a", "b", "p", "n", "g", "d", "q"]),
            ("ec-secp521r1", Faults::PICO, &["a", "b", "p", "n", "g", "d", "q"]),
            ("ec-secp256k1", Faults::PICO, &["a", "b", "p", "n", "g", "d", "q"]),
            ("ec-brainpoolP384r1", Faults::PICO, &["a", "b", "p", "n", "g", "d", "q"]),
        ] {
            let entry = golden(name);
            let stated = if entry["rsa"].is_null() { &entry["ec"] } else { &entry["rsa"] };
            let (kind, fields) = fields_again(&entry, faults);
            assert_eq!(Value::from(kind), entry["blob_type"]);
            let expected: Vec<_> = names.iter().map(|field| hex(&stated[*field])).collect();
            assert_eq!(fields, expected, "{name}");
        }
    }

    fn keys_of(entry: &Value) -> WrappingKeys {
        Dkek { shares: 1, outstanding: 0, value: hex(&entry["dkek"]).into() }.keys().unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        /// Anyone who knows the DKEK can seal anything; the card accepts valid keys and refuses the rest.
        #[test]
        fn an_authentic_blob_with_an_invalid_key_is_refused(
            name in prop::sample::select(vec!["rsa-1024", "rsa-2048-crt-type6", "ec-prime256v1-full-A", "ec-secp521r1"]),
            position in any::<prop::sample::Index>(),
            change in 1..=u8::MAX,
        ) {
            let entry = golden(name);
            let keys = keys_of(&entry);
            let mut plain = hex(&entry["plaintext"]);
            let kind = u8::try_from(entry["blob_type"].as_u64().unwrap()).unwrap();
            let fields: u64 = entry["field_lengths"].as_array().unwrap().iter().map(|length| length.as_u64().unwrap() + 2).sum();
            let end = 10 + usize::try_from(fields).unwrap();
            // Between the 8 random bytes and the padding every byte matters, except those of dP, dQ and q^-1, which the
            // card recomputes.
            let index = 8 + position.index(end - 8);
            plain[index] ^= change;
            let blob = seal(kind, &hex(&entry["algorithm_oid"]), &[], &plain, &keys).unwrap();
            let opened = unwrap(&blob, &keys, Faults::default()).map(|_| ()).map_err(u16::from);
            if kind == TYPE_RSA_CRT {
                prop_assert!(matches!(opened, Ok(()) | Err(0x6A80)));
            } else {
                prop_assert!(matches!(opened, Err(0x6A80 | 0x6A81)), "{opened:?} for byte {index}");
            }
        }

        #[test]
        fn authentic_numbers_that_are_not_an_rsa_key_are_refused(
            mut modulus in prop::collection::vec(any::<u8>(), 128),
            private in prop::collection::vec(any::<u8>(), 0..=128),
            (p, q) in (prop::collection::vec(any::<u8>(), 64), prop::collection::vec(any::<u8>(), 64)),
            exponent in prop::sample::select(vec![&[3][..], &[1, 0, 1], &[1, 0, 3], &[0xFF; 4], &[1, 0, 0, 0, 1], &[]]),
        ) {
            modulus[0] |= 0x80;
            modulus[127] |= 1;
            let (mut odd_p, mut odd_q) = (p.clone(), q);
            for prime in [&mut odd_p, &mut odd_q] {
                prime[0] |= 0xC0;
                prime[63] |= 1;
            }
            for private in [&private[..], &[], &[0], &[1]] {
                prop_assert!(rsa_from_exponent(&modulus, private, exponent).is_none());
            }
            let made = rsa_from_primes(&odd_p, &odd_q, exponent);
            prop_assert!(made.is_none_or(|key| key.size() == 128));
            prop_assert!(rsa_from_primes(&p, &p, exponent).is_none_or(|key| key.size() == 128));
        }

        #[test]
        fn an_authentic_blob_of_garbage_is_refused(
            kind in prop::sample::select(vec![TYPE_RSA, TYPE_RSA_CRT, TYPE_ELLIPTIC]),
            fields in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..9),
            size in prop::sample::select(vec![0_u16, 256, 528, 1024]),
        ) {
            let keys = keys_of(&golden("rsa-1024"));
            let mut plain = vec![0; 8];
            plain.extend(size.to_be_bytes());
            for field in &fields {
                append(&mut plain, field).unwrap();
            }
            plain.resize(plain.len().next_multiple_of(BLOCK), 0);
            let blob = seal(kind, &[], &[], &plain, &keys).unwrap();
            let opened = unwrap(&blob, &keys, Faults::default()).map(|_| ()).map_err(u16::from);
            prop_assert!(matches!(opened, Err(0x6A80 | 0x6A81)), "{opened:?}");
        }
    }
}
