//! Key domains after domain 0, each with a DKEK of its own, and which of them a key is in.
//!
//! Source: the protocol reference, sections 1.4, 2.6 and 2.11.

use super::Device;
use super::dkek::{DkekState, read_state};
use crate::card::apdu::{self, Command};
use crate::card::error::{CardError, Operation};
use crate::card::files::FileId;
use crate::card::status::Status;
use crate::card::tlv::{Malformed, Reader};
use crate::terms::KeyReference;

/// More key domains than any device is known to have.
const MOST_DOMAINS: u8 = 16;
/// total ‖ outstanding ‖ KCV; what follows is the identifier of a domain for key exchange.
const PLAIN_STATE: usize = 10;

/// A key domain that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyDomain {
    /// Its number, 1 or more.
    pub number: u8,
    /// The state of its DKEK.
    pub dkek: DkekState,
    /// Whether devices exchange keys in it (an XKEK): then its DKEK may never have had shares.
    pub exchange: bool,
}

/// What a device says about a key besides its description; many say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyAttributes {
    /// The key domain that it is in.
    pub domain: Option<u8>,
    /// How often it may still be used; `None`: it is not limited, or the device does not tell.
    pub uses_left: Option<u32>,
}

impl Device {
    /// The key domains after domain 0 (which is [`Device::dkek_state`]), in order; none on a device without. Nobody needs
    /// to be logged in.
    pub fn key_domains(&mut self) -> Result<Vec<KeyDomain>, CardError> {
        let operation = Operation::DkekStatus;
        let mut domains = Vec::new();
        for number in 1..MOST_DOMAINS {
            let answer = self.send(&Command::new(0x80, 0x52, 0x00, number).expect(apdu::MOST_SHORT))?;
            match answer.status() {
                Status::Done => {
                    let dkek = read_state(answer.data()).map_err(CardError::malformed(operation, &answer))?;
                    domains.push(KeyDomain { number, dkek, exchange: answer.data().len() > PLAIN_STATE });
                }
                // It could exist, and was not created.
                Status::ReferenceNotFound => {}
                _ => break,
            }
        }
        Ok(domains)
    }

    /// What the device says about a key when it is selected.
    pub fn key_attributes(&mut self, reference: KeyReference) -> Result<KeyAttributes, CardError> {
        let id = FileId::key(reference).to_bytes();
        let pieces = [&id[..]];
        let answer = self.send(&Command::new(0x00, 0xA4, 0x00, 0x00).data(&pieces).expect(apdu::MOST_SHORT))?;
        // What cannot be understood says nothing.
        let told = if answer.status() == Status::Done { read_attributes(answer.data()).ok() } else { None };
        Ok(told.unwrap_or_default())
    }
}

/// Tag A5, in it 81, in that 90 (uses left) and 92 (key domain).
fn read_attributes(answer: &[u8]) -> Result<KeyAttributes, Malformed> {
    let outside = Reader::new(answer).read()?.ok_or(Malformed("select-empty"))?;
    let Some(own) = outside.inside().find(0xA5)? else { return Ok(KeyAttributes::default()) };
    let Some(told) = own.inside().find(0x81)? else { return Ok(KeyAttributes::default()) };
    let told = told.inside();
    let uses = told.find(0x90)?.and_then(|uses| uses.value.try_into().ok()).map(u32::from_be_bytes);
    let domain = match told.find(0x92)?.map(|domain| domain.value) {
        Some([domain]) => Some(*domain),
        Some(_) | None => None,
    };
    Ok(KeyAttributes { domain, uses_left: uses })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::double::hex;

    #[test]
    fn what_a_device_says_about_a_key_is_read_and_nothing_is_made_up() {
        let read = |text: &str| read_attributes(&hex(text));
        // As Pico HSM answers (the protocol reference, section 1.4).
        let pico = read("62158102000082010883 02CC018A0105A5058103920100".replace(' ', "").as_str()).unwrap();
        assert_eq!(pico, KeyAttributes { domain: Some(0), uses_left: None });
        let counted = read("620DA50B8109900400000005920102").unwrap();
        assert_eq!(counted, KeyAttributes { domain: Some(2), uses_left: Some(5) });
        assert_eq!(read("620481020000").unwrap(), KeyAttributes::default());
        assert!(read("6205A5").is_err() && read("").is_err());
    }
}
