//! Typing a share as words: the position of the word cursor, and what keys do to the text in the vault's buffer.
//!
//! The text is always what people see: words separated by single spaces, with a trailing space when the last word is
//! finished. Only the cursor knows about a gap in which a word is being inserted.

use std::ops::Range;

use crate::script::words as sentences;
use crate::secret::TypedText;
use crate::wordlists::{Found, LONGEST_WORD, completion, find};

/// The position of the word cursor. Places count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cursor {
    /// At the end of the typed text.
    #[default]
    End,
    /// On a word before the end.
    On {
        /// Its place.
        at: usize,
        /// Letters were typed or removed: further letters are appended instead of replacing the word.
        typed: bool,
    },
    /// Before the word at this place, where a word is missing.
    Gap(usize),
}

/// The result of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// The text has changed.
    Edited,
    /// At most the cursor moved.
    Moved,
    /// Refused, with the reason.
    Refused(&'static str),
}

/// The state of the word under the cursor while letters are being typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is not being typed.
    Untouched,
    /// More letters are needed.
    Unfinished,
    /// A word of the list.
    Word,
    /// No word starts like this.
    None,
}

impl Cursor {
    /// The cursor if the text still has its place, otherwise the end of the text.
    fn settled(self, text: &[u8]) -> Self {
        match self {
            Self::On { at, .. } | Self::Gap(at) if at >= count(text) => Self::End,
            other => other,
        }
    }

    /// The grid cell of the cursor.
    pub fn cell(self, text: &[u8]) -> usize {
        match self.settled(text) {
            Self::End => count(text) - usize::from(!is_open(text)),
            Self::On { at, .. } | Self::Gap(at) => at,
        }
    }

    /// The grid cell of this word of the text: after a gap, all words are one further.
    pub fn cell_of(self, text: &[u8], word: usize) -> usize {
        match self.settled(text) {
            Self::Gap(at) if word >= at => word + 1,
            _ => word,
        }
    }

    /// The state of the word being typed.
    pub fn standing(self, text: &[u8]) -> Standing {
        let typed = match self.settled(text) {
            Self::End if !is_open(text) => words(text).last(),
            Self::On { at, typed: true } => words(text).nth(at),
            _ => None,
        };
        match typed.and_then(|word| text.get(word)).map(find) {
            None => Standing::Untouched,
            Some(Found::Word(_)) => Standing::Word,
            Some(Found::Unfinished) => Standing::Unfinished,
            Some(Found::None) => Standing::None,
        }
    }

    /// A letter: continues the word being typed, replaces a word that was only moved to, or starts a new one.
    pub fn letter(&mut self, text: &mut TypedText, letter: u8, most: usize) -> Done {
        let letter = letter.to_ascii_lowercase();
        *self = self.settled(text.expose());
        let last = words(text.expose()).last().unwrap_or_default();
        let begins = match *self {
            Self::End => is_open(text.expose()),
            Self::Gap(_) => true,
            Self::On { .. } => false,
        };
        if begins && count(text.expose()) >= most {
            return Done::Refused(sentences::HINT_ALL_WORDS);
        }
        let result = match *self {
            Self::End if !begins && last.len() >= LONGEST_WORD => return Done::Refused(sentences::HINT_LONGEST),
            Self::End => text.push(letter),
            Self::On { at, typed } => {
                let word = words(text.expose()).nth(at).unwrap_or_default();
                if typed && word.len() >= LONGEST_WORD {
                    return Done::Refused(sentences::HINT_LONGEST);
                }
                *self = Self::On { at, typed: true };
                if typed { text.insert(word.end, letter) } else { text.replace(word, &[letter]) }
            }
            Self::Gap(at) => {
                let before = words(text.expose()).nth(at).unwrap_or_default().start;
                let result = text.replace(before..before, &[letter, b' ']);
                if result.is_ok() {
                    *self = Self::On { at, typed: true };
                    if count(text.expose()) >= most && is_open(text.expose()) {
                        // it was the last word: nothing may follow the end
                        text.pop();
                    }
                }
                result
            }
        };
        if result.is_ok() { Done::Edited } else { Done::Refused(sentences::HINT_FULL) }
    }

    /// Space: the word is finished, and the next one follows. If no word was started, it does nothing.
    pub fn space(&mut self, text: &mut TypedText, most: usize) -> Done {
        *self = self.settled(text.expose());
        match *self {
            // a second space, or one on a word that was only moved to
            Self::Gap(_) | Self::On { typed: false, .. } => Done::Moved,
            Self::End if is_open(text.expose()) => Done::Moved,
            Self::End => self.leave(text, most),
            Self::On { .. } => {
                let done = self.leave(text, most);
                let next = self.cell(text.expose()) + 1;
                match self.go(text, Some(next), most) {
                    Done::Moved => done,
                    other => other,
                }
            }
        }
    }

    /// Deletes the letter before the cursor; at the start of a word, goes to the end of the previous one.
    pub fn erase(&mut self, text: &mut TypedText) -> Done {
        *self = self.settled(text.expose());
        match *self {
            Self::End if text.is_empty() => return Done::Moved,
            Self::End => {
                text.pop();
            }
            Self::Gap(0) => return Done::Moved,
            Self::Gap(at) => {
                *self = Self::On { at: at - 1, typed: true };
                return Done::Moved;
            }
            Self::On { at, .. } => {
                let word = words(text.expose()).nth(at).unwrap_or_default();
                if word.len() > 1 {
                    *self = Self::On { at, typed: true };
                    text.remove(word.end - 1..word.end);
                } else {
                    // including the space after it, so that single spaces remain
                    let behind = words(text.expose()).nth(at + 1).map_or(text.len(), |next| next.start);
                    text.remove(word.start..behind);
                    *self = Self::Gap(at).settled(text.expose());
                }
            }
        }
        Done::Edited
    }

    /// Deletes the word under the cursor; another one can be typed in its place.
    pub fn delete(&mut self, text: &mut TypedText) -> Done {
        let Self::On { at, .. } = self.settled(text.expose()) else { return Done::Moved };
        let word = words(text.expose()).nth(at).unwrap_or_default();
        let behind = words(text.expose()).nth(at + 1).map_or(text.len(), |next| next.start);
        if !text.remove(word.start..behind) {
            return Done::Moved;
        }
        *self = Self::Gap(at).settled(text.expose());
        Done::Edited
    }

    /// To the previous word.
    pub fn before(&mut self, text: &mut TypedText, most: usize) -> Done {
        let cell = self.cell(text.expose());
        self.go(text, cell.checked_sub(1), most)
    }

    /// To the next word.
    pub fn after(&mut self, text: &mut TypedText, most: usize) -> Done {
        let next = match self.settled(text.expose()) {
            // leaving a gap closes it, so that the word after it is back in its place
            Self::Gap(at) => at,
            _ => self.cell(text.expose()) + 1,
        };
        self.go(text, Some(next), most)
    }

    /// To the word this many places before or after; if there is none, it does nothing.
    pub fn jump(&mut self, text: &mut TypedText, places: isize, most: usize) -> Done {
        let target = self.cell(text.expose()).checked_add_signed(places);
        self.go(text, target.filter(|target| *target <= Self::End.cell(text.expose())), most)
    }

    /// To the first word, or to the end.
    pub fn far(&mut self, text: &mut TypedText, end: bool, most: usize) -> Done {
        self.go(text, Some(if end { usize::MAX } else { 0 }), most)
    }

    /// Makes room for a word before the one under the cursor.
    pub fn open(&mut self, text: &TypedText, most: usize) -> Done {
        let text = text.expose();
        match self.settled(text) {
            _ if count(text) >= most => return Done::Refused(sentences::HINT_ALL_WORDS),
            Self::End if is_open(text) => {}
            place => *self = Self::Gap(place.cell(text)),
        }
        Done::Moved
    }

    /// Completes the word being typed if its letters identify it.
    pub fn finish(self, text: &mut TypedText) -> Done {
        let word = match self.settled(text.expose()) {
            Self::End if !is_open(text.expose()) => words(text.expose()).last(),
            Self::On { at, .. } => words(text.expose()).nth(at),
            _ => None,
        };
        let Some(word) = word else { return Done::Moved };
        match text.expose().get(word.clone()).and_then(completion) {
            Some(lacking) if !lacking.is_empty() => match text.replace(word.end..word.end, lacking.as_bytes()) {
                Ok(()) => Done::Edited,
                Err(_) => Done::Refused(sentences::HINT_FULL),
            },
            _ => Done::Moved,
        }
    }

    /// Finishes the word under the cursor before the cursor moves on; after the last one there is then a space.
    fn leave(self, text: &mut TypedText, most: usize) -> Done {
        let done = self.finish(text);
        let many = count(text.expose());
        let on_last = self.cell(text.expose()) + 1 == many;
        if on_last && many < most && !is_open(text.expose()) && text.push(b' ').is_ok() {
            return Done::Edited;
        }
        done
    }

    /// Space, or moving to another word. A word whose letters do not identify it stays as it is.
    fn go(&mut self, text: &mut TypedText, target: Option<usize>, most: usize) -> Done {
        let Some(target) = target else { return Done::Moved };
        let unfinished = self.standing(text.expose()) == Standing::Unfinished;
        let done = if unfinished { Done::Moved } else { self.leave(text, most) };
        // there is a place after the last word only if a space follows it
        let end = Self::End.cell(text.expose());
        *self = if target >= end && is_open(text.expose()) {
            Self::End
        } else {
            Self::On { at: target.min(end), typed: false }
        };
        done
    }
}

/// The ranges of the words in a text.
pub fn words(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut next = 0;
    text.split(|byte| *byte == b' ').filter_map(move |word| {
        let start = next;
        next += word.len() + 1;
        (!word.is_empty()).then_some(start..start + word.len())
    })
}

/// How many words there are, including an unfinished one.
pub fn count(text: &[u8]) -> usize {
    words(text).count()
}

/// Whether the next letter starts a word.
fn is_open(text: &[u8]) -> bool {
    text.last().is_none_or(|last| *last == b' ')
}

#[cfg(test)]
#[path = "word_cursor_tests.rs"]
mod tests;
