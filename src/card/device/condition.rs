//! What is unusual about a device or about the way it is reached.
//!
//! Source: the protocol reference, sections 1.1, 2.16 and 3; PC/SC part 3 for answers to reset of contactless cards.

use super::Device;
use crate::card::apdu::{self, Command};
use crate::card::error::CardError;
use crate::card::status::Status;
use crate::card::transport::LARGEST_SHORT_COMMAND;

/// Public key authentication: a device into which public keys log in instead of, or besides, the user PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKeyLogin {
    /// How many public keys there are to be.
    pub total: u8,
    /// How many of them are not registered yet.
    pub missing: u8,
    /// How many have to log in.
    pub required: u8,
}

impl Device {
    /// Whether public keys log in; `None` if the device is not set up for that. Nobody needs to be logged in.
    pub fn public_key_login(&mut self) -> Result<Option<PublicKeyLogin>, CardError> {
        let answer = self.send(&Command::new(0x80, 0x54, 0x00, 0x00).expect(4))?;
        Ok(match (answer.status(), answer.data()) {
            (Status::Done, [total, missing, required, ..]) if *total > 0 => {
                Some(PublicKeyLogin { total: *total, missing: *missing, required: *required })
            }
            _ => None,
        })
    }

    /// Whether it is reached by radio, as far as its reader tells.
    pub fn is_contactless(&self) -> bool {
        self.transport.answer_to_reset().is_some_and(|answer| is_of_radio(&answer))
    }

    /// Whether the reader transfers no extended commands, as far as it says.
    pub fn is_short_only(&self) -> bool {
        self.transport.largest_command() <= LARGEST_SHORT_COMMAND
    }

    /// Whether commands of more than 255 bytes reach the device, if only in blocks. Tried with a read.
    pub fn takes_long_commands(&mut self) -> Result<bool, CardError> {
        Ok(!self.is_short_only() || apdu::takes_blocks(self.connected()?)?)
    }
}

/// PC/SC gives contactless cards an answer to reset of their own: 3B 8x 80 01.
const fn is_of_radio(answer_to_reset: &[u8]) -> bool {
    matches!(answer_to_reset, [0x3B, 0x80..=0x8F, 0x80, 0x01, ..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::double::hex;

    #[test]
    fn only_the_answer_to_reset_of_a_card_in_the_air_is_called_contactless() {
        // The protocol reference, section 1.1.
        for (answer, contactless) in [
            ("3BFE1800008131FE458031815448534D31738021408107FA", false),
            ("3B8E80018031815448534D3173802140810718", true),
            ("3BDE18FF8191FE1FC38031815448534D317380214081071C", false),
            ("3BDE96FF8191FE1FC38031815448534D3173802140810792", false),
            ("3B80800101", true),
            ("", false),
        ] {
            assert_eq!(is_of_radio(&hex(answer)), contactless, "{answer}");
        }
    }
}
