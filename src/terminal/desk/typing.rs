//! Keys that are text, and keys among words.

use super::Desk;
use crate::ceremony::{Body, Input, View};
use crate::fields::FieldKind;
use crate::terminal::keyboard::Key;
use crate::terminal::keys::Deed;
use crate::terminal::screens::{Grid, count_throws};
use crate::terminal::word_cursor::Done;
use crate::vault::Vault;

/// Whether the field shows all the digits that it can take, so that one more belongs elsewhere.
fn is_full(kind: Option<&FieldKind>, typed: &[u8], byte: u8) -> bool {
    let counts = |byte: &u8| byte.is_ascii_alphanumeric();
    let full = |most| typed.iter().filter(|byte| counts(byte)).count() >= most;
    // Between the groups of a prime separators may stand; a number has none.
    let belongs = !counts(&byte) && matches!(kind, Some(FieldKind::Prime { .. }));
    !belongs && kind.and_then(FieldKind::most).is_some_and(full)
}

impl Desk {
    /// Keys that are text go into the vault; what would be text, but came otherwise, is refused.
    pub(super) fn type_in(&mut self, key: Key, view: &View, vault: &mut Vault) -> Option<Input> {
        let place = u8::try_from(self.focus).ok()?;
        self.follow = true;
        let kind = self.kind(view);
        self.hint = match key {
            Key::Char(byte) if let Some(FieldKind::ShareWords { words, .. }) = kind => {
                let (text, most) = (vault.typing(place), usize::from(*words));
                let done = match byte {
                    b' ' => self.cursor.space(text, most),
                    _ if byte.is_ascii_alphabetic() => self.cursor.letter(text, byte, most),
                    _ => Done::Refused("hint-letters"),
                };
                return self.told(done, self.focus);
            }
            Key::Char(byte) if let Some(FieldKind::Dice { throws }) = kind => match byte {
                b' ' => return None,
                b'1'..=b'6' if count_throws(vault.typing(place).expose()) >= usize::from(*throws) => Some("hint-full"),
                b'1'..=b'6' if vault.typing(place).push(byte).is_ok() => return Some(Input::Edited(place)),
                _ => Some("hint-dice"),
            },
            Key::Char(byte) if is_full(kind, vault.typing(place).expose(), byte) => Some("hint-full"),
            Key::Char(byte) if vault.typing(place).push(byte).is_ok() => return Some(Input::Edited(place)),
            Key::Char(_) => Some("hint-full"),
            Key::Paste => Some("hint-paste"),
            _ => Some("hint-foreign"),
        };
        None
    }

    fn kind<'a>(&self, view: &'a View) -> Option<&'a FieldKind> {
        let Body::Form { fields, .. } = &view.body else { return None };
        fields.get(self.focus).map(|field| &field.kind)
    }

    /// What the machine is told of a key in a grid of words.
    pub(super) fn told(&mut self, done: Done, place: usize) -> Option<Input> {
        match done {
            Done::Edited => u8::try_from(place).ok().map(Input::Edited),
            Done::Moved => None,
            Done::Refused(hint) => {
                self.hint = Some(hint);
                None
            }
        }
    }

    /// What a key other than a letter does in a grid of words; `None`: nothing else than in any field.
    pub(super) fn among_words(&mut self, deed: Deed, view: &View, vault: &mut Vault) -> Option<Done> {
        let FieldKind::ShareWords { words, .. } = self.kind(view)? else { return None };
        let place = u8::try_from(self.focus).ok()?;
        let (text, most) = (vault.typing(place), usize::from(*words));
        let column = isize::try_from(Grid::of(*words).rows()).unwrap_or(0);
        let done = match deed {
            Deed::WordBefore => self.cursor.before(text, most),
            Deed::WordAfter => self.cursor.after(text, most),
            Deed::ColumnBefore => self.cursor.jump(text, -column, most),
            Deed::ColumnAfter => self.cursor.jump(text, column, most),
            Deed::FirstWord => self.cursor.far(text, false, most),
            Deed::LastWord => self.cursor.far(text, true, most),
            Deed::Insert => self.cursor.open(text, most),
            Deed::Erase => self.cursor.erase(text),
            Deed::Advance => {
                let done = self.cursor.finish(text);
                self.enter = done == Done::Edited;
                if done == Done::Moved {
                    return None;
                }
                done
            }
            Deed::Before | Deed::After => {
                let done = self.cursor.finish(text);
                self.move_focus(view, deed == Deed::After);
                done
            }
            _ => return None,
        };
        self.follow = true;
        Some(done)
    }
}
