//! Keys that are text, and keys in a grid of words.

use crate::ceremony::{Body, FieldView, Input, View};
use crate::fields::Alphabet;
use crate::names::FieldName;
use crate::script::words;
use crate::secret::TypedText;
use crate::terminal::grouping::Grouping;
use crate::terminal::keyboard::Text;
use crate::terminal::keys::{Action, WordAction};
use crate::terminal::screen_state::ScreenState;
use crate::terminal::screens::Grid;
use crate::terminal::screens::form::{Shape, count_throws};
use crate::terminal::word_cursor::Done;
use crate::terms::can_be_seen;
use crate::vault::Vault;

/// What is typed into a field, as it is drawn.
fn drawn(field: &FieldView, view: &View) -> Shape {
    match &view.body {
        Body::Form { fields, .. } => Shape::drawn(fields, field),
        _ => Shape::of(&field.kind),
    }
}

/// Whether the field already shows all the digits it can take, so that one more belongs elsewhere.
fn is_full(field: &FieldView, grouping: Grouping, typed: &[u8], byte: u8) -> bool {
    let counts = |byte: &u8| byte.is_ascii_alphanumeric();
    let full = |most| typed.iter().filter(|byte| counts(byte)).count() >= most;
    // The groups of a prime may have separators between them; a number has none.
    let belongs = !counts(&byte) && grouping == Grouping::Pairs;
    !belongs && field.kind.properties().most.is_some_and(full)
}

impl ScreenState {
    /// The focused field.
    pub(super) fn field<'a>(&self, view: &'a View) -> Option<&'a FieldView> {
        let Body::Form { fields, .. } = &view.body else { return None };
        fields.get(self.focus)
    }

    /// Text goes into the vault; text that arrived in any other way is refused.
    pub(super) fn type_in(&mut self, text: Text, view: &View, vault: &mut Vault) -> Option<Input> {
        let field = self.field(view)?;
        self.follow = true;
        let done = match text {
            Text::Character(byte) => self.character(byte, field, view, vault),
            Text::NonAscii(character) => match field.kind.properties().alphabet {
                Alphabet::Ascii => self.leave_out(field, words::HINT_FOREIGN),
                Alphabet::All if !can_be_seen(character) => self.leave_out(field, words::HINT_UNSEEN),
                Alphabet::All => {
                    let text = self.text(field, vault);
                    self.caret.put(character, text, drawn(field, view).grouping())
                }
            },
            Text::Paste => Done::Refused(words::HINT_PASTE),
            Text::Unreadable => self.leave_out(field, words::HINT_UNREADABLE),
        };
        self.told(done, field.name)
    }

    /// A character is missing from now on: its field cannot be left, and says so, until it is corrected.
    fn leave_out(&mut self, field: &FieldView, hint: &'static str) -> Done {
        self.left_out = Some((field.name, hint));
        Done::Refused(hint)
    }

    /// The buffer of a field into which somebody types: what was filled in makes way.
    fn text<'a>(&mut self, field: &FieldView, vault: &'a mut Vault) -> &'a mut TypedText {
        let text = vault.typing(field.name);
        if self.filled_in.take() == Some(field.name) {
            text.clear();
        }
        text
    }

    fn character(&mut self, byte: u8, field: &FieldView, view: &View, vault: &mut Vault) -> Done {
        let text = self.text(field, vault);
        match Shape::of(&field.kind) {
            Shape::Words(words) => match byte {
                b' ' => return self.cursor.space(text, usize::from(words)),
                _ if byte.is_ascii_alphabetic() => return self.cursor.letter(text, byte, usize::from(words)),
                _ => return Done::Refused(words::HINT_LETTERS),
            },
            Shape::Throws(throws) => match byte {
                b' ' => return Done::Moved,
                b'1'..=b'6' if count_throws(text.expose()) < usize::from(throws) => {}
                b'1'..=b'6' => return Done::Refused(words::HINT_FULL),
                _ => return Done::Refused(words::HINT_DICE),
            },
            Shape::Characters { grouping, .. } if is_full(field, grouping, text.expose(), byte) => {
                // What is missing from a number makes it another number; behind a prime, it belongs into another field.
                return if grouping == Grouping::Plain {
                    self.leave_out(field, words::HINT_NUMBER_FULL)
                } else {
                    Done::Refused(words::HINT_FULL)
                };
            }
            Shape::Characters { .. } => {}
        }
        self.caret.put(char::from(byte), text, drawn(field, view).grouping())
    }

    /// What the machine learns about a typed key.
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

    /// What a key other than a letter does in a grid of words; `None`: the same as in any field.
    pub(super) fn among_words(&mut self, action: Action, view: &View, vault: &mut Vault) -> Option<Done> {
        let field = self.field(view)?;
        let Shape::Words(words) = Shape::of(&field.kind) else { return None };
        let (text, most) = (vault.typing(field.name), usize::from(words));
        let column = isize::try_from(Grid::of(words).rows()).unwrap_or(0);
        let done = match action {
            Action::AmongWords(WordAction::Before) => self.cursor.before(text, most),
            Action::AmongWords(WordAction::After) => self.cursor.after(text, most),
            Action::AmongWords(WordAction::ColumnBefore) => self.cursor.jump(text, -column, most),
            Action::AmongWords(WordAction::ColumnAfter) => self.cursor.jump(text, column, most),
            Action::AmongWords(WordAction::First) => self.cursor.far(text, false, most),
            Action::AmongWords(WordAction::Last) => self.cursor.far(text, true, most),
            Action::AmongWords(WordAction::Insert) => self.cursor.open(text, most),
            Action::Erase => self.cursor.erase(text),
            Action::Delete => self.cursor.delete(text),
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
            Action::GoOn
            | Action::ReadOn
            | Action::Show
            | Action::Hide
            | Action::Tick
            | Action::StillOpen
            | Action::Close
            | Action::Choose
            | Action::Unmask
            | Action::Clear
            | Action::AmongGroups(_)
            | Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::Leave
            | Action::Deviation
            | Action::StandIn
            | Action::Identify
            | Action::Stop
            | Action::Help
            | Action::Look => return None,
        };
        self.follow = true;
        Some(done)
    }
    /// What a key that moves or deletes does in a field of characters or throws; `None`: nothing of that kind.
    pub(super) fn among_groups(&mut self, action: Action, view: &View, vault: &mut Vault) -> Option<Done> {
        let field = self.field(view)?;
        let grouping = drawn(field, view).grouping();
        let text = vault.typing(field.name);
        let done = match action {
            Action::AmongGroups(step) => self.caret.go(step, text, grouping),
            Action::Erase => self.caret.erase(text, grouping),
            Action::Delete => self.caret.delete(text, grouping),
            _ => return None,
        };
        self.filled_in = None;
        if action == Action::Erase {
            (self.left_out, self.hint) = (None, None);
        }
        self.follow = true;
        Some(done)
    }
}
