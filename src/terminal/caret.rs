//! The caret in a field of characters: the keys that move it from group to group, and what they do to the text in the
//! vault's buffer. Nothing is copied: what a key moves over moves inside the buffer, and what is left over is wiped.

use std::ops::Range;

use crate::script::words as sentences;
use crate::secret::{Full, TypedText};
use crate::terminal::grouping::{Grouping, characters, is_accent};
use crate::terminal::word_cursor::Done;

/// Where the next character goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Caret {
    /// At the end of the typed text.
    #[default]
    End,
    /// Before this byte of it.
    Before(usize),
}

/// Where a key moves the caret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// To the group before.
    Before,
    /// To the group after.
    After,
    /// Before the first group.
    First,
    /// To the end.
    Last,
}

impl Caret {
    /// The byte before which the next character goes.
    pub fn place(self, text: &[u8]) -> usize {
        match self {
            Self::Before(at) => at.min(text.len()),
            Self::End => text.len(),
        }
    }

    fn at(place: usize, text: &TypedText) -> Self {
        if place < text.len() { Self::Before(place) } else { Self::End }
    }

    /// Moves by one group, or all the way.
    pub fn go(&mut self, step: Step, text: &mut TypedText, grouping: Grouping) -> Done {
        if *self == Self::End && matches!(step, Step::After | Step::Last) {
            return Done::Moved;
        }
        let Ok(done) = self.spell_out(text, grouping) else { return Done::Refused(sentences::HINT_FULL) };
        let here = self.place(text.expose());
        let groups = grouping.groups(text.expose());
        let mut starts = groups.iter().map(|group| group.start);
        let target = match step {
            Step::Before => starts.rfind(|start| *start < here),
            Step::After => starts.find(|start| *start > here),
            Step::First => starts.next(),
            Step::Last => None,
        };
        *self = match (step, target) {
            (Step::Before | Step::First, None) => *self,
            (_, target) => Self::at(target.unwrap_or(text.len()), text),
        };
        done
    }

    /// A character: goes in before the caret. Before a complete group, it begins a group that was left out.
    pub fn put(&mut self, character: char, text: &mut TypedText, grouping: Grouping) -> Done {
        let place = self.place(text.expose());
        if is_accent(character) && !takes_accent(text.expose(), place) {
            return Done::Refused(sentences::HINT_ACCENT);
        }
        let done = match *self {
            Self::End => text.put(place, character),
            Self::Before(_) if grouping.separates(character) => return self.go(Step::After, text, grouping),
            Self::Before(_) => self.put_between(place, character, text, grouping),
        };
        if done.is_ok() { Done::Edited } else { Done::Refused(sentences::HINT_FULL) }
    }

    fn put_between(
        &mut self,
        place: usize,
        character: char,
        text: &mut TypedText,
        grouping: Grouping,
    ) -> Result<(), Full> {
        let after = place + character.len_utf8();
        let group = group_at(place, text.expose(), grouping);
        text.put(place, character)?;
        *self = Self::at(after, text);
        let (Grouping::Pairs, Some(group)) = (grouping, group) else { return Ok(()) };
        if group.len() >= 2
            && let Err(full) = text.replace(after..after, b":")
        {
            text.remove(place..after);
            *self = Self::at(place, text);
            return Err(full);
        }
        // where a group is complete now, on to the next one
        if place > group.start {
            self.go(Step::After, text, grouping);
        }
        Ok(())
    }

    /// Deletes the character before the caret, in the group before if the caret is between two groups.
    pub fn erase(&mut self, text: &mut TypedText, grouping: Grouping) -> Done {
        let Self::Before(place) = *self else {
            return if text.pop() { Done::Edited } else { Done::Moved };
        };
        let before = characters(text.expose()).take_while(|(at, _)| *at < place);
        let Some((from, character)) = before.filter(|(_, character)| !grouping.separates(*character)).last() else {
            return Done::Moved;
        };
        let last = from..from + character.len_utf8();
        let gone = match group_at(last.start, text.expose(), grouping) {
            Some(group) if grouping == Grouping::Pairs && group == last => {
                with_separators(group, text.expose(), grouping)
            }
            _ => last,
        };
        self.remove(gone, text)
    }

    /// Deletes the group after the caret.
    pub fn delete(&mut self, text: &mut TypedText, grouping: Grouping) -> Done {
        let place = self.place(text.expose());
        let groups = grouping.groups(text.expose());
        let Some(group) = groups.into_iter().find(|group| group.end > place) else { return Done::Moved };
        let gone = if group.start < place { place..group.end } else { with_separators(group, text.expose(), grouping) };
        self.remove(gone, text)
    }

    fn remove(&mut self, gone: Range<usize>, text: &mut TypedText) -> Done {
        let place = self.place(text.expose()).min(gone.start);
        if !text.remove(gone) {
            return Done::Moved;
        }
        *self = Self::at(place, text);
        Done::Edited
    }

    /// Writes the colons that are only drawn, one between two groups, so that a group can be short or missing without
    /// the others moving.
    fn spell_out(&mut self, text: &mut TypedText, grouping: Grouping) -> Result<Done, Full> {
        if grouping != Grouping::Pairs {
            return Ok(Done::Moved);
        }
        let mut done = Done::Moved;
        let groups = grouping.groups(text.expose());
        for (one, next) in groups.iter().zip(groups.iter().skip(1)).rev() {
            let between = one.end..next.start;
            if text.expose().get(between.clone()) != Some(b":") {
                text.replace(between.clone(), b":")?;
                if let Self::Before(place) = self
                    && *place >= between.end
                {
                    *place = *place + 1 - between.len();
                }
                done = Done::Edited;
            }
        }
        Ok(done)
    }
}

/// The group that the caret is in, at its beginning or at its end.
fn group_at(place: usize, text: &[u8], grouping: Grouping) -> Option<Range<usize>> {
    let groups = grouping.groups(text);
    let begins = groups.iter().find(|group| group.contains(&place));
    begins.or_else(|| groups.iter().find(|group| group.end == place)).cloned()
}

/// A group and what separates it from the next; from the one before if it is the last.
fn with_separators(group: Range<usize>, text: &[u8], grouping: Grouping) -> Range<usize> {
    let groups = grouping.groups(text);
    let next = groups.iter().find(|other| other.start > group.start).map(|next| next.start);
    let before = groups.iter().rfind(|other| other.end <= group.start).map_or(0, |before| before.end);
    next.map_or(before..text.len(), |next| group.start..next)
}

/// Whether a character stands before this place that an accent can go above.
fn takes_accent(text: &[u8], place: usize) -> bool {
    characters(text).take_while(|(at, _)| *at < place).last().is_some_and(|(_, before)| before != ' ')
}
