//! The text of a state file, in buffers that are wiped: it has PINs, the DKEK and keys in clear.

use super::{SoftCard, StateError};
use crate::secret::WipingBytes;
use serde_json::Value;
use std::io::{self, Write};
use zeroize::Zeroize;

/// A card's state as JSON, wiped when dropped.
struct Clear(Value);

impl Drop for Clear {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(fields) => fields.values_mut().for_each(wipe),
    }
}

/// Only counts: a buffer that grew would leave copies behind.
struct Length(usize);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Into<'a>(&'a mut WipingBytes);

impl Write for Into<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend(bytes).map_err(|_| io::ErrorKind::WriteZero)?;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a state file holds.
pub(super) fn of(card: &SoftCard) -> io::Result<WipingBytes> {
    let state = Clear(card.to_json());
    let mut length = Length(0);
    serde_json::to_writer_pretty(&mut length, &state.0)?;
    let mut text = WipingBytes::with_capacity(length.0);
    serde_json::to_writer_pretty(Into(&mut text), &state.0)?;
    Ok(text)
}

impl SoftCard {
    /// A card from the content of its state file, as after a power loss.
    ///
    /// # Errors
    /// It is not the state file of a card, or one of its fields is missing or invalid.
    pub fn from_text(text: &[u8]) -> Result<Self, StateError> {
        let state = serde_json::from_slice(text).map(Clear).map_err(|_| StateError::OtherFormat)?;
        Self::from_json(&state.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests;
    use super::*;

    #[test]
    fn what_is_written_says_so_and_is_read_again() {
        let mut card = SoftCard::new("REH0000001").unwrap();
        for command in [tests::SELECT, &tests::initialise("920101")] {
            assert!(card.execute(tests::hex(command).as_slice()).ends_with(&[0x90, 0x00]));
        }
        let text = of(&card).unwrap();
        assert_eq!(text.expose(), serde_json::to_vec_pretty(&card.to_json()).unwrap());
        let first_line = text.expose().split(|byte| *byte == b'\n').nth(1).unwrap();
        let said = String::from_utf8(first_line.to_vec()).unwrap();
        assert!(said.contains("PINs") && said.contains("throw-away"), "{said}");
        assert!(SoftCard::from_text(text.expose()).unwrap().to_json() == card.to_json());
        assert_eq!(SoftCard::from_text(b"{").err(), Some(StateError::OtherFormat));
    }

    #[test]
    fn every_text_in_it_is_wiped() {
        let mut state = serde_json::json!({ "pins": { "user": "313233" }, "keys": [["d", 7, null, true]] });
        wipe(&mut state);
        assert_eq!(state, serde_json::json!({ "pins": { "user": "" }, "keys": [["", 7, null, true]] }));
    }
}
