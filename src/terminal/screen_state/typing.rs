//! Keys that are text, and keys among words.

use super::ScreenState;
use crate::ceremony::{Body, FieldView, Input, View};
use crate::fields::FieldKind;
use crate::names::FieldName;
use crate::script::words;
use crate::terminal::keyboard::Key;
use crate::terminal::keys::Action;
use crate::terminal::screens::{Grid, count_throws};
use crate::terminal::word_cursor::Done;
use crate::vault::Vault;

/// Whether the field shows all the digits that it can take, so that one more belongs elsewhere.
fn is_full(kind: &FieldKind, typed: &[u8], byte: u8) -> bool {
    let counts = |byte: &u8| byte.is_ascii_alphanumeric();
    let full = |most| typed.iter().filter(|byte| counts(byte)).count() >= most;
    // Between the groups of a prime separators may stand; a number has none.
    let belongs = !counts(&byte) && matches!(kind, FieldKind::Prime { .. });
    !belongs && kind.properties().most.is_some_and(full)
}

impl ScreenState {
    /// Keys that are text go into the vault; what would be text, but came otherwise, is refused.
    pub(super) fn type_in(&mut self, key: Key, view: &View, vault: &mut Vault) -> Option<Input> {
        let FieldView { name, kind, .. } = self.field(view)?;
        let name = *name;
        self.follow = true;
        self.hint = match key {
            Key::Char(byte) if let FieldKind::ShareWords { words, .. } = kind => {
                let (text, most) = (vault.typing(name), usize::from(*words));
                let done = match byte {
                    b' ' => self.cursor.space(text, most),
                    _ if byte.is_ascii_alphabetic() => self.cursor.letter(text, byte, most),
                    _ => Done::Refused(words::HINT_LETTERS),
                };
                return self.told(done, name);
            }
            Key::Char(byte) if let FieldKind::Dice { throws } = kind => match byte {
                b' ' => return None,
                b'1'..=b'6' if count_throws(vault.typing(name).expose()) >= usize::from(*throws) => {
                    Some(words::HINT_FULL)
                }
                b'1'..=b'6' if vault.typing(name).push(byte).is_ok() => return Some(Input::Edited(name)),
                _ => Some(words::HINT_DICE),
            },
            Key::Char(byte) if is_full(kind, vault.typing(name).expose(), byte) => Some(words::HINT_FULL),
            Key::Char(byte) if vault.typing(name).push(byte).is_ok() => return Some(Input::Edited(name)),
            Key::Char(_) => Some(words::HINT_FULL),
            Key::Paste => Some(words::HINT_PASTE),
            _ => Some(words::HINT_FOREIGN),
        };
        None
    }

    /// The field in focus.
    pub(super) fn field<'a>(&self, view: &'a View) -> Option<&'a FieldView> {
        let Body::Form { fields, .. } = &view.body else { return None };
        fields.get(self.focus)
    }

    /// What the machine is told of a key in a grid of words.
    pub(super) fn told(&mut self, done: Done, name: FieldName) -> Option<Input> {
        match done {
            Done::Edited => Some(Input::Edited(name)),
            Done::Moved => None,
            Done::Refused(hint) => {
                self.hint = Some(hint);
                None
            }
        }
    }

    /// What a key other than a letter does in a grid of words; `None`: nothing else than in any field.
    pub(super) fn among_words(&mut self, action: Action, view: &View, vault: &mut Vault) -> Option<Done> {
        let FieldView { name, kind: FieldKind::ShareWords { words, .. }, .. } = self.field(view)? else { return None };
        let (text, most) = (vault.typing(*name), usize::from(*words));
        let column = isize::try_from(Grid::of(*words).rows()).unwrap_or(0);
        let done = match action {
            Action::WordBefore => self.cursor.before(text, most),
            Action::WordAfter => self.cursor.after(text, most),
            Action::ColumnBefore => self.cursor.jump(text, -column, most),
            Action::ColumnAfter => self.cursor.jump(text, column, most),
            Action::FirstWord => self.cursor.far(text, false, most),
            Action::LastWord => self.cursor.far(text, true, most),
            Action::Insert => self.cursor.open(text, most),
            Action::Erase => self.cursor.erase(text),
            Action::Advance => {
                let done = self.cursor.finish(text);
                self.enter = done == Done::Edited;
                if done == Done::Moved {
                    return None;
                }
                done
            }
            Action::Before | Action::After => {
                let done = self.cursor.finish(text);
                self.move_focus(view, action == Action::After);
                done
            }
            _ => return None,
        };
        self.follow = true;
        Some(done)
    }
}
