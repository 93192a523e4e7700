//! Domain parameters of the curves, at full field length, and their object identifiers.
//!
//! Source: the key generation commands of OpenSC in the golden traces (SEC 2, RFC 5639).

use super::tlv::strip_zeros;
use crate::terms::Curve;

/// The numbers that define a curve, each as long as a field element (the generator: one byte and two elements).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Domain {
    /// The prime of the field.
    pub p: &'static [u8],
    /// The coefficient a.
    pub a: &'static [u8],
    /// The coefficient b.
    pub b: &'static [u8],
    /// The generator, 04‖x‖y.
    pub generator: &'static [u8],
    /// The order of the generator.
    pub order: &'static [u8],
    /// The contents octets of the named curve's object identifier.
    pub oid: &'static [u8],
}

/// The domain parameters of a curve. The cofactor is 1 for all of them.
pub const fn domain(curve: Curve) -> &'static Domain {
    match curve {
        Curve::P256 => &P256,
        Curve::P384 => &P384,
        Curve::P521 => &P521,
        Curve::BrainpoolP256r1 => &BRAINPOOL_P256R1,
        Curve::BrainpoolP384r1 => &BRAINPOOL_P384R1,
        Curve::BrainpoolP512r1 => &BRAINPOOL_P512R1,
        Curve::Secp256k1 => &SECP256K1,
    }
}

/// The curve with these parameters; all of them are compared, because a foreign generator or order makes a different
/// curve. Leading zeros are ignored, and an empty `a` means the curve's own, because one card writes it that way.
pub fn recognise(p: &[u8], a: &[u8], b: &[u8], generator: &[u8], order: &[u8]) -> Option<Curve> {
    let same = |left: &[u8], right: &[u8]| strip_zeros(left) == strip_zeros(right);
    Curve::ALL.into_iter().find(|curve| {
        let own = domain(*curve);
        same(own.p, p)
            && (a.is_empty() || same(own.a, a))
            && same(own.b, b)
            && own.generator == generator
            && same(own.order, order)
    })
}

/// The curve with this object identifier.
pub fn by_oid(oid: &[u8]) -> Option<Curve> {
    Curve::ALL.into_iter().find(|curve| domain(*curve).oid == oid)
}

const P256: Domain = Domain {
    p: &bytes::<32>("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF"),
    a: &bytes::<32>("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC"),
    b: &bytes::<32>("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B"),
    generator: &bytes::<65>(
        "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C2964FE342E2FE1A7F9B8EE7EB4A7C0F9E\
         162BCE33576B315ECECBB6406837BF51F5",
    ),
    order: &bytes::<32>("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"),
    oid: &bytes::<8>("2A8648CE3D030107"),
};

const P384: Domain = Domain {
    p: &bytes::<48>("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF"),
    a: &bytes::<48>("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFC"),
    b: &bytes::<48>("B3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF"),
    generator: &bytes::<97>(
        "04AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760A\
         B73617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E\
         5F",
    ),
    order: &bytes::<48>(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973",
    ),
    oid: &bytes::<5>("2B81040022"),
};

const P521: Domain = Domain {
    p: &bytes::<66>(
        "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF\
         FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
    ),
    a: &bytes::<66>(
        "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF\
         FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC",
    ),
    b: &bytes::<66>(
        "0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1\
         BF073573DF883D2C34F1EF451FD46B503F00",
    ),
    generator: &bytes::<133>(
        "0400C6858E06B70404E9CD9E3ECB662395B4429C648139053FB521F828AF606B4D3DBAA14B5E77EFE75928FE1DC127A2\
         FFA8DE3348B3C1856A429BF97E7E31C2E5BD66011839296A789A3BC0045C8A5FB42C7D1BD998F54449579B446817AFBD\
         17273E662C97EE72995EF42640C550B9013FAD0761353C7086A272C24088BE94769FD16650",
    ),
    order: &bytes::<66>(
        "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709\
         A5D03BB5C9B8899C47AEBB6FB71E91386409",
    ),
    oid: &bytes::<5>("2B81040023"),
};

const BRAINPOOL_P256R1: Domain = Domain {
    p: &bytes::<32>("A9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377"),
    a: &bytes::<32>("7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9"),
    b: &bytes::<32>("26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6"),
    generator: &bytes::<65>(
        "048BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262547EF835C3DAC4FD97F8461A14611D\
         C9C27745132DED8E545C1D54C72F046997",
    ),
    order: &bytes::<32>("A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7"),
    oid: &bytes::<9>("2B2403030208010107"),
};

const BRAINPOOL_P384R1: Domain = Domain {
    p: &bytes::<48>("8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B412B1DA197FB71123ACD3A729901D1A71874700133107EC53"),
    a: &bytes::<48>("7BC382C63D8C150C3C72080ACE05AFA0C2BEA28E4FB22787139165EFBA91F90F8AA5814A503AD4EB04A8C7DD22CE2826"),
    b: &bytes::<48>("04A8C7DD22CE28268B39B55416F0447C2FB77DE107DCD2A62E880EA53EEB62D57CB4390295DBC9943AB78696FA504C11"),
    generator: &bytes::<97>(
        "041D1C64F068CF45FFA2A63A81B7C13F6B8847A3E77EF14FE3DB7FCAFE0CBD10E8E826E03436D646AAEF87B2E247D4AF\
         1E8ABE1D7520F9C2A45CB1EB8E95CFD55262B70B29FEEC5864E19C054FF99129280E4646217791811142820341263C53\
         15",
    ),
    order: &bytes::<48>(
        "8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B31F166E6CAC0425A7CF3AB6AF6B7FC3103B883202E9046565",
    ),
    oid: &bytes::<9>("2B240303020801010B"),
};

const BRAINPOOL_P512R1: Domain = Domain {
    p: &bytes::<64>(
        "AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA703308717D4D9B009BC66842AECDA12AE6A380E6\
         2881FF2F2D82C68528AA6056583A48F3",
    ),
    a: &bytes::<64>(
        "7830A3318B603B89E2327145AC234CC594CBDD8D3DF91610A83441CAEA9863BC2DED5D5AA8253AA10A2EF1C98B9AC8B5\
         7F1117A72BF2C7B9E7C1AC4D77FC94CA",
    ),
    b: &bytes::<64>(
        "3DF91610A83441CAEA9863BC2DED5D5AA8253AA10A2EF1C98B9AC8B57F1117A72BF2C7B9E7C1AC4D77FC94CADC083E67\
         984050B75EBAE5DD2809BD638016F723",
    ),
    generator: &bytes::<129>(
        "0481AEE4BDD82ED9645A21322E9C4C6A9385ED9F70B5D916C1B43B62EEF4D0098EFF3B1F78E2D0D48D50D1687B93B97D\
         5F7C6D5047406A5E688B352209BCB9F8227DDE385D566332ECC0EABFA9CF7822FDF209F70024A57B1AA000C55B881F81\
         11B2DCDE494A5F485E5BCA4BD88A2763AED1CA2B2FA8F0540678CD1E0F3AD80892",
    ),
    order: &bytes::<64>(
        "AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA70330870553E5C414CA92619418661197FAC1047\
         1DB1D381085DDADDB58796829CA90069",
    ),
    oid: &bytes::<9>("2B240303020801010D"),
};

const SECP256K1: Domain = Domain {
    p: &bytes::<32>("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F"),
    a: &bytes::<32>("0000000000000000000000000000000000000000000000000000000000000000"),
    b: &bytes::<32>("0000000000000000000000000000000000000000000000000000000000000007"),
    generator: &bytes::<65>(
        "0479BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798483ADA7726A3C4655DA4FBFC0E1108\
         A8FD17B448A68554199C47D08FFB10D4B8",
    ),
    order: &bytes::<32>("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141"),
    oid: &bytes::<5>("2B8104000A"),
};

/// Bytes of hexadecimal text, at compile time: a wrong digit or length fails the build.
#[allow(clippy::indexing_slicing, clippy::panic, reason = "evaluated while compiling only, by the constants above")]
const fn bytes<const N: usize>(text: &str) -> [u8; N] {
    const fn digit(character: u8) -> u8 {
        match character {
            b'0'..=b'9' => character - b'0',
            b'A'..=b'F' => character - b'A' + 10,
            _ => panic!("no hexadecimal digit"),
        }
    }
    let text = text.as_bytes();
    assert!(text.len() == 2 * N);
    let mut bytes = [0; N];
    let mut place = 0;
    while place < N {
        bytes[place] = digit(text[2 * place]) << 4 | digit(text[2 * place + 1]);
        place += 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_curve_is_recognised_and_a_foreign_generator_is_not() {
        for curve in Curve::ALL {
            let Domain { p, a, b, generator, order, oid } = *domain(curve);
            assert_eq!(p.len(), curve.field_bytes());
            assert_eq!(recognise(p, a, b, generator, order), Some(curve));
            assert_eq!(recognise(p, &[], strip_zeros(b), generator, order), Some(curve));
            assert_eq!(by_oid(oid), Some(curve));
            let mut foreign = generator.to_vec();
            foreign[1] ^= 1;
            assert_eq!(recognise(p, a, b, &foreign, order), None);
            assert_eq!(recognise(p, a, b, generator, &order[1..]), None);
        }
    }
}
