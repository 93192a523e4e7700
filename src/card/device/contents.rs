//! What is stored on a device, keys and other objects.

use super::{Device, KeyEntry};
use crate::card::error::CardError;
use crate::card::files::FileId;
use crate::card::tlv::{Malformed, Reader};
use std::collections::BTreeSet;

/// Everything on a device that people may miss once it is erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// The keys, in order of their references.
    pub keys: Vec<KeyEntry>,
    /// The names of certificates that belong to no key, in order of their files. A key's own certificate goes with it.
    pub certificates: Vec<String>,
    /// The names of data objects, likewise.
    pub data_objects: Vec<String>,
    /// The names of descriptions, requests and certificates of keys that are not there.
    pub left_over: Vec<String>,
}

impl Device {
    /// Lists everything. Nobody needs to be logged in.
    pub fn contents(&mut self) -> Result<Contents, CardError> {
        let files = self.list()?;
        let has_key = |file: &FileId| {
            let [_, number] = file.to_bytes();
            files.contains(&FileId(u16::from_be_bytes([0xCC, number])))
        };
        // A device may not list its own key, number 0.
        let without_key = |file: &&FileId| file.to_bytes()[1] != 0 && !has_key(file);
        let alone: Vec<FileId> = files.iter().filter(without_key).copied().collect();
        Ok(Contents {
            keys: self.keys_among(&files)?,
            certificates: self.named(&files, &[0xCA, 0xC8], 0xC8)?,
            data_objects: self.named(&files, &[0xC9, 0xCD, 0xCF], 0xC9)?,
            left_over: self.named(&alone, &[0xC4, 0xCE], 0xC4)?,
        })
    }

    /// The names of the objects whose files begin with one of these bytes: the label in the file that describes it or,
    /// without one, the identifier of the file itself. Devices differ in which of an object's files they list.
    fn named(&mut self, files: &[FileId], kinds: &[u8], described_by: u8) -> Result<Vec<String>, CardError> {
        let of_kind = |file: &FileId| {
            let [kind, number] = file.to_bytes();
            kinds.contains(&kind).then_some(number)
        };
        let numbers: BTreeSet<u8> = files.iter().filter_map(of_kind).collect();
        let mut names = Vec::new();
        for number in numbers {
            let described = FileId(u16::from_be_bytes([described_by, number]));
            let label = match self.read_file(described) {
                Ok(bytes) => label(&bytes).unwrap_or_default(),
                Err(CardError::Transport(error)) => return Err(error.into()),
                Err(_) => None,
            };
            let own = files.iter().find(|file| of_kind(file) == Some(number)).unwrap_or(&described);
            names.push(label.unwrap_or_else(|| own.to_string()));
        }
        Ok(names)
    }
}

/// The label of any PKCS#15 object; what is not UTF-8 in it is shown as far as it can be.
fn label(description: &[u8]) -> Result<Option<String>, Malformed> {
    let Some(outside) = Reader::new(description).read()? else { return Ok(None) };
    let object = outside.inside().expect(0x30)?;
    let label = object.inside().find(0x0C)?.map(|label| String::from_utf8_lossy(label.value).into_owned());
    Ok(label.filter(|label| !label.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::double::hex;

    #[test]
    fn the_label_of_a_certificate_that_opensc_wrote_is_read() {
        // The protocol reference, section 5.2.
        let written = hex("301930080C02434103020640300304017700A1083006300430020400");
        assert_eq!(label(&written), Ok(Some("CA".to_owned())));
        let latin = hex("30083006 0C044BF66C6E".replace(' ', "").as_str());
        assert_eq!(label(&latin), Ok(Some("K\u{FFFD}ln".to_owned())));
        assert_eq!(label(&[]), Ok(None));
        assert!(label(&hex("3003020101")).is_err());
    }
}
