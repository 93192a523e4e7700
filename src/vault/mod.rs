//! The only module that keeps secrets, by handle. It lends them, gives them away, forgets them, and proves that it is
//! empty.

use std::collections::BTreeMap;

use crate::names::FieldName;
use crate::secret::{TypedText, WipingBytes};
use crate::terms::Handle;

/// Secrets by handle, and the buffers people type into.
#[derive(Default)]
pub struct Vault {
    kept: BTreeMap<Handle, WipingBytes>,
    entries: BTreeMap<FieldName, TypedText>,
    aside: BTreeMap<FieldName, TypedText>,
}

impl Vault {
    /// An empty vault.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps a secret; any earlier secret of the same handle is wiped.
    pub fn keep(&mut self, handle: Handle, secret: WipingBytes) {
        self.kept.insert(handle, secret);
    }

    /// Lends a secret for the duration of one frame or one computation.
    pub fn lend(&self, handle: Handle) -> Option<&[u8]> {
        self.kept.get(&handle).map(WipingBytes::expose)
    }

    /// Gives a secret away; the vault no longer has it.
    pub fn give(&mut self, handle: Handle) -> Option<WipingBytes> {
        self.kept.remove(&handle)
    }

    /// Wipes a secret. Forgetting one that is not kept is not an error.
    pub fn forget(&mut self, handle: Handle) {
        self.kept.remove(&handle);
    }

    /// The handles of everything kept now; typed entries count while they are not empty.
    pub fn holds(&self) -> Vec<Handle> {
        let fields = self.entries.iter().chain(&self.aside);
        let typed = fields.filter(|(_, text)| !text.is_empty()).map(|(field, _)| Handle::Entry(*field));
        self.kept.keys().copied().chain(typed).collect()
    }

    /// Whether nothing at all is held.
    pub fn is_empty(&self) -> bool {
        self.holds().is_empty()
    }

    /// Wipes everything.
    pub fn forget_all(&mut self) {
        self.kept.clear();
        self.entries.clear();
        self.aside.clear();
    }

    /// Sets aside what was typed while another question is asked.
    pub fn set_aside(&mut self) {
        self.aside = std::mem::take(&mut self.entries);
        self.forget_suggestions();
    }

    /// Brings back what was set aside.
    pub fn bring_back(&mut self) {
        self.entries = std::mem::take(&mut self.aside);
    }

    /// The text in a field on the screen, for drawing (masked or not) and checking.
    pub fn typed(&self, field: FieldName) -> Option<&TypedText> {
        self.entries.get(&field)
    }

    /// The buffer of a field on the screen, to type into.
    pub fn typing(&mut self, field: FieldName) -> &mut TypedText {
        self.entries.entry(field).or_default()
    }

    /// Whether a text has anything in it that is kept here: as it is, or with other separators and in upper or lower case.
    /// Nothing is copied for that.
    pub fn keeps_part_of(&self, text: &[u8]) -> bool {
        self.kept.values().any(|secret| is_within(secret.expose(), text))
    }

    /// The same for what is typed into another field.
    pub fn is_typed_elsewhere(&self, text: &[u8], typed_into: FieldName) -> bool {
        let mut others = self.entries.iter().chain(&self.aside).filter(|(field, _)| **field != typed_into);
        others.any(|(_, typed)| is_within(typed.expose(), text))
    }

    /// Wipes all fields on the screen.
    pub fn forget_typed(&mut self) {
        self.entries.clear();
        self.forget_suggestions();
    }

    /// A suggestion belongs to what was typed, and is wiped with it.
    fn forget_suggestions(&mut self) {
        self.kept.retain(|handle, _| !handle.goes_with_what_is_typed());
    }
}

/// Anything shorter is in many texts by chance.
const SHORTEST: usize = 6;

fn is_within(secret: &[u8], text: &[u8]) -> bool {
    fn letters(text: &[u8]) -> impl Iterator<Item = u8> {
        text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase)
    }
    let begins = |from: usize| letters(text).skip(from).take(letters(secret).count()).eq(letters(secret));
    let exactly = secret.len() >= SHORTEST && text.windows(secret.len()).any(|window| window == secret);
    exactly || letters(secret).count() >= SHORTEST && (0..letters(text).count()).any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_it_holds_in_a_text_however_it_is_written() {
        let mut vault = Vault::new();
        vault.keep(Handle::UserPin, WipingBytes::from_slice(b"k7Wq42zLmX"));
        b"four lamps".iter().for_each(|byte| vault.typing(FieldName::Password).push(*byte).unwrap());
        let found = |text: &str| {
            vault.keeps_part_of(text.as_bytes()) || vault.is_typed_elsewhere(text.as_bytes(), FieldName::Note)
        };
        for text in ["k7Wq42zLmX", "the PIN is K7WQ-42ZL-MX.", "k7 Wq 42 zL mX", "fourlamps", "Four Lamps!"] {
            assert!(found(text), "{text}");
        }
        assert!(!found("k7Wq42zLm") && !found("") && !found("a lamp") && !found("B-0001"));
        assert!(
            !vault.is_typed_elsewhere(b"four lamps", FieldName::Password),
            "a field may have what is typed into it"
        );
    }

    #[test]
    fn reports_what_it_holds() {
        let mut vault = Vault::new();
        vault.keep(Handle::Dkek, WipingBytes::from_slice(b"x"));
        assert_eq!(vault.typing(FieldName::UserPin).push(b'1'), Ok(()));
        assert_eq!(vault.holds(), [Handle::Dkek, Handle::Entry(FieldName::UserPin)]);
        assert!(vault.give(Handle::Dkek).is_some() && vault.lend(Handle::Dkek).is_none());
        vault.forget_typed();
        assert!(vault.is_empty());
    }
}
