//! The label that a device has as a PKCS#11 token: EF.TokenInfo, which `sc-hsm-tool --initialize --label` writes.
//!
//! Source: the protocol reference, section 5.1; the bytes are the same as that tool writes.

use super::Device;
use crate::card::error::CardError;
use crate::card::files::FileId;
use crate::card::tlv::{Malformed, Reader, Writer};

/// What the token can do: it generates random numbers.
const FLAGS: [u8; 2] = [0x05, 0x20];

impl Device {
    /// The label; none: the device has no such file, or none that can be read. Nobody needs to be logged in.
    pub fn token_label(&mut self) -> Result<Option<String>, CardError> {
        match self.read_file(FileId::TOKEN_INFO) {
            Ok(bytes) => Ok(label(&bytes).unwrap_or_default()),
            Err(lost @ (CardError::Transport(_) | CardError::OtherDevice { .. })) => Err(lost),
            Err(CardError::Refused { .. } | CardError::Malformed { .. }) => Ok(None),
        }
    }

    /// Writes the label. Needs the user PIN.
    pub fn write_token_label(&mut self, label: &str) -> Result<(), CardError> {
        self.write_new_file(FileId::TOKEN_INFO, &encode(label))
    }
}

fn label(token_info: &[u8]) -> Result<Option<String>, Malformed> {
    let all = Reader::new(token_info).expect(0x30)?;
    let label = all.inside().find(0x80)?.map(|label| String::from_utf8_lossy(label.value).into_owned());
    Ok(label.filter(|label| !label.is_empty()))
}

fn encode(label: &str) -> Vec<u8> {
    let inside = Writer::new().integer(&[0]).object(0x80, label.as_bytes()).object(0x03, &FLAGS);
    Writer::new().constructed(0x30, &inside).finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::double::hex;

    #[test]
    fn the_bytes_are_those_of_the_real_tool_and_those_of_other_devices_are_read() {
        // The protocol reference, section 5.1.
        let written = hex("3011 020100 8008 434552454D4F4E59 03020520".replace(' ', "").as_str());
        assert_eq!(encode("CEREMONY"), written);
        assert_eq!(label(&written), Ok(Some("CEREMONY".to_owned())));
        let pico = "302F020106040800000000000000000C0D506F6C2048656E6172656A6F73800D536D617274436172642D48534D03020430";
        assert_eq!(label(&hex(pico)), Ok(Some("SmartCard-HSM".to_owned())));
        assert_eq!(label(&hex("3007020100030205 20".replace(' ', "").as_str())), Ok(None), "a token without a label");
        for broken in [&b""[..], b"\x04\x00", b"\x30\x05\x02\x01"] {
            assert!(label(broken).is_err());
        }
    }
}
