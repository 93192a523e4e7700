//! The two PINs of a device and their format rules, checked before anything is sent.
//!
//! Sources of the rules: the protocol reference, INITIALIZE DEVICE (tags 81, 82, 91); OpenSC 0.23 `sc-hsm-tool`.

use super::{Secret, TypedText, WipingBytes};

/// Why a typed PIN is not acceptable. Names the rule, never the PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinRule {
    /// A user PIN has 6 to 15 characters.
    UserLength,
    /// A user PIN of 6 characters allows at most 3 tries, one of 7 at most 5, none more than 10.
    UserTries,
    /// An SO-PIN is 16 hexadecimal digits.
    SoLength,
    /// An SO-PIN contains only the digits 0-9 and a-f.
    SoAlphabet,
    /// The vendor's published default.
    PublishedDefault,
}

/// The user PIN: 6 to 15 ASCII characters. Whoever has it and the device can sign.
pub struct UserPin(WipingBytes);

impl UserPin {
    /// Checks and takes the typed text.
    pub fn from_typed(text: &TypedText) -> Result<Self, PinRule> {
        if (6..=15).contains(&text.len()) {
            Ok(Self(WipingBytes::from_slice(text.expose())))
        } else {
            Err(PinRule::UserLength)
        }
    }

    /// Checks that a device may allow `tries` wrong tries for a PIN of this length.
    pub fn allows_tries(&self, tries: u8) -> Result<(), PinRule> {
        let most = match self.0.len() {
            6 => 3,
            7 => 5,
            _ => 10,
        };
        if (1..=most).contains(&tries) { Ok(()) } else { Err(PinRule::UserTries) }
    }

    /// Refuses the PIN that every manual prints.
    pub fn not_published(&self) -> Result<(), PinRule> {
        if self.0.expose() == b"648219" { Err(PinRule::PublishedDefault) } else { Ok(()) }
    }

    /// Borrows the characters.
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}

/// The SO-PIN: 8 bytes, typed as 16 hexadecimal digits. If it is lost, it cannot be recovered.
pub struct SoPin(Secret<[u8; 8]>);

impl SoPin {
    /// Checks and takes the typed text.
    pub fn from_typed(text: &TypedText) -> Result<Self, PinRule> {
        if !text.expose().iter().all(u8::is_ascii_hexdigit) {
            return Err(PinRule::SoAlphabet);
        }
        if text.len() != 16 {
            return Err(PinRule::SoLength);
        }
        Secret::try_init(|place: &mut [u8; 8]| {
            base16ct::mixed::decode(text.expose(), place).map(|_| ()).map_err(|_| PinRule::SoAlphabet)
        })
        .map(Self)
    }

    /// Refuses the SO-PIN that every manual prints.
    pub fn not_published(&self) -> Result<(), PinRule> {
        // "57621880" in ASCII
        if *self.0.expose() == [0x35, 0x37, 0x36, 0x32, 0x31, 0x38, 0x38, 0x30] {
            Err(PinRule::PublishedDefault)
        } else {
            Ok(())
        }
    }

    /// Borrows the 8 bytes.
    pub fn expose(&self) -> &[u8; 8] {
        self.0.expose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> TypedText {
        let mut typed = TypedText::new();
        for byte in text.bytes() {
            assert_eq!(typed.push(byte), Ok(()));
        }
        typed
    }

    #[test]
    fn user_pin_rules() {
        for (text, tries, fits) in [
            ("123456", 3, true),
            ("123456", 4, false),
            ("1234567", 5, true),
            ("1234567", 6, false),
            ("12345678", 10, true),
            ("12345678", 11, false),
            ("12345678", 0, false),
        ] {
            let pin = UserPin::from_typed(&typed(text)).ok().unwrap();
            assert_eq!(pin.allows_tries(tries).is_ok(), fits, "{text} with {tries} tries");
        }
        assert!(UserPin::from_typed(&typed("12345")).is_err());
        assert!(UserPin::from_typed(&typed("1234567890123456")).is_err());
        assert_eq!(UserPin::from_typed(&typed("648219")).ok().unwrap().not_published(), Err(PinRule::PublishedDefault));
    }

    #[test]
    fn so_pin_rules() {
        assert_eq!(SoPin::from_typed(&typed("35373632313838")).err(), Some(PinRule::SoLength));
        assert_eq!(SoPin::from_typed(&typed("353736323138383g")).err(), Some(PinRule::SoAlphabet));
        let default = SoPin::from_typed(&typed("3537363231383830")).ok().unwrap();
        assert_eq!(default.not_published(), Err(PinRule::PublishedDefault));
        assert_eq!(SoPin::from_typed(&typed("00112233AABBccdd")).ok().unwrap().expose()[4], 0xAA);
    }
}
