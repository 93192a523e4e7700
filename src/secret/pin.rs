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
    /// A default that vendors publish.
    PublishedDefault,
    /// One piece, over and over: `000000`, `121212`.
    Repeats,
    /// Each character follows the one before it, up or down: `123456`, `fedcba`.
    Run,
}

/// Refuses what anybody would try first. Dates are left to the holder: nothing tells them from other digits.
fn not_weak(typed: &[u8]) -> Result<(), PinRule> {
    if repeats(typed) {
        Err(PinRule::Repeats)
    } else if runs(typed) {
        Err(PinRule::Run)
    } else {
        Ok(())
    }
}

/// Whether the text is one piece that comes at least twice; the last one may be cut off. Case makes no difference.
fn repeats(text: &[u8]) -> bool {
    let again =
        |piece: usize| text.iter().zip(text.iter().skip(piece)).all(|(one, other)| one.eq_ignore_ascii_case(other));
    (1..=text.len() / 2).any(again)
}

/// Whether each character is the next, or the previous, of the one before: among the digits, the letters or the
/// hexadecimal digits, each of which begins again after its last. Case makes no difference.
fn runs(text: &[u8]) -> bool {
    const SCALES: [&[u8]; 3] = [b"0123456789", b"abcdefghijklmnopqrstuvwxyz", b"0123456789abcdef"];
    SCALES.iter().any(|scale| {
        let place = |letter: &u8| scale.iter().position(|known| known.eq_ignore_ascii_case(letter));
        let steps = |step: usize| {
            text.iter().zip(text.iter().skip(1)).all(|(one, next)| match (place(one), place(next)) {
                (Some(one), Some(next)) => (one + step) % scale.len() == next,
                _ => false,
            })
        };
        text.len() > 1 && (steps(1) || steps(scale.len() - 1))
    })
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

    /// Refuses what every manual prints, repetitions and runs.
    pub fn is_fit(&self) -> Result<(), PinRule> {
        // The default of the SO-PIN is printed as these eight characters, too.
        if [b"648219".as_slice(), b"57621880"].contains(&self.0.expose()) {
            return Err(PinRule::PublishedDefault);
        }
        not_weak(self.0.expose())
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

    /// Refuses what every manual prints, repetitions and runs.
    pub fn is_fit(&self) -> Result<(), PinRule> {
        // "57621880" in ASCII
        if *self.0.expose() == [0x35, 0x37, 0x36, 0x32, 0x31, 0x38, 0x38, 0x30] {
            return Err(PinRule::PublishedDefault);
        }
        let mut digits = WipingBytes::zeros(16);
        base16ct::lower::encode(self.0.expose(), digits.expose_mut()).map_err(|_| PinRule::SoLength)?;
        not_weak(digits.expose())
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
    }

    #[test]
    fn weak_user_pins_are_refused_by_rule() {
        let rule = |text: &str| UserPin::from_typed(&typed(text)).ok().unwrap().is_fit().err();
        for (text, refused) in [
            ("648219", PinRule::PublishedDefault),
            ("57621880", PinRule::PublishedDefault),
            ("000000", PinRule::Repeats),
            ("zzzzzzzzzzzzzzz", PinRule::Repeats),
            ("121212", PinRule::Repeats),
            ("1212121", PinRule::Repeats),
            ("aAaAaA", PinRule::Repeats),
            ("12341234", PinRule::Repeats),
            ("123123", PinRule::Repeats),
            ("passpass", PinRule::Repeats),
            ("123456", PinRule::Run),
            ("1234567890", PinRule::Run),
            ("789012", PinRule::Run),
            ("987654", PinRule::Run),
            ("210987", PinRule::Run),
            ("abcdef", PinRule::Run),
            ("ABCdefGHI", PinRule::Run),
            ("zyxwvut", PinRule::Run),
            ("xyzabc", PinRule::Run),
            ("89abcdef", PinRule::Run),
        ] {
            assert_eq!(rule(text), Some(refused), "{text}");
        }
        // A date is the holder's affair; so is everything else that only looks familiar.
        for text in ["19840623", "235711", "112233", "121213", "123457", "123465", "k7Wq42zLmX", "111112", "abcabd"] {
            assert_eq!(rule(text), None, "{text}");
        }
    }

    #[test]
    fn weak_so_pins_are_refused_by_rule() {
        let rule = |text: &str| SoPin::from_typed(&typed(text)).ok().unwrap().is_fit().err();
        for (text, refused) in [
            ("3537363231383830", PinRule::PublishedDefault),
            ("0000000000000000", PinRule::Repeats),
            ("FFFFffffffffffff", PinRule::Repeats),
            ("abababababababab", PinRule::Repeats),
            ("1234123412341234", PinRule::Repeats),
            ("1234567812345678", PinRule::Repeats),
            ("0123456789abcdef", PinRule::Run),
            ("FEDCBA9876543210", PinRule::Run),
            ("89abcdef01234567", PinRule::Run),
            ("1234567890123456", PinRule::Run),
            ("9876543210987654", PinRule::Run),
        ] {
            assert_eq!(rule(text), Some(refused), "{text}");
        }
        for text in ["9a41c07be6d25f38", "3141592653589793", "0000000000000001", "00112233445566ab"] {
            assert_eq!(rule(text), None, "{text}");
        }
    }

    #[test]
    fn so_pin_rules() {
        assert_eq!(SoPin::from_typed(&typed("35373632313838")).err(), Some(PinRule::SoLength));
        assert_eq!(SoPin::from_typed(&typed("353736323138383g")).err(), Some(PinRule::SoAlphabet));
        assert_eq!(SoPin::from_typed(&typed("00112233AABBccdd")).ok().unwrap().expose()[4], 0xAA);
    }
}
