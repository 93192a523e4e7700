//! Algorithms by their object identifiers.

use pkcs5::ObjectIdentifier;

/// rsaEncryption
pub const RSA: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
/// id-ecPublicKey
pub const EC: [u8; 7] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];

/// An object identifier as people write it, with its name where they know it better.
pub fn shown(oid: &[u8]) -> String {
    let Ok(oid) = ObjectIdentifier::from_bytes(oid) else { return "?".to_owned() };
    let dotted = oid.to_string();
    let name = match dotted.as_str() {
        "1.2.840.113549.1.12.1.1" => "RC4-128",
        "1.2.840.113549.1.12.1.2" => "RC4-40",
        "1.2.840.113549.1.12.1.3" => "PBE-SHA1-3DES",
        "1.2.840.113549.1.12.1.4" => "PBE-SHA1-2DES",
        "1.2.840.113549.1.12.1.5" => "PBE-SHA1-RC2-128",
        "1.2.840.113549.1.12.1.6" => "PBE-SHA1-RC2-40",
        "1.2.840.113549.1.5.3" => "PBE-MD5-DES",
        "1.2.840.113549.1.5.10" => "PBE-SHA1-DES",
        "1.2.840.113549.1.5.13" => "PBES2",
        "1.2.840.113549.1.5.14" => "PBMAC1",
        "1.2.840.113549.3.7" => "3DES",
        "1.2.840.10040.4.1" => "DSA",
        "1.2.840.113549.1.1.10" => "RSASSA-PSS",
        "1.3.101.110" => "X25519",
        "1.3.101.111" => "X448",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        "1.3.132.0.33" => "secp224r1",
        "1.2.840.10045.3.1.1" => "secp192r1",
        "1.3.36.3.3.2.8.1.1.13" => "brainpoolP512r1",
        _ => return dotted,
    };
    format!("{name} ({dotted})")
}
