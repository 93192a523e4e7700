//! Where the focus goes.

use crate::ceremony::{Body, FieldState, Input, View};
use crate::script::words;
use crate::terminal::screen_state::ScreenState;
use crate::terminal::screens::form::{Shape, first_not_good};
use crate::terminal::screens::open_places;
use crate::terminal::word_cursor::Cursor;

impl ScreenState {
    /// Whether the focus is on the screen; if not, the next frame scrolls to it, and the key does nothing else.
    pub(super) const fn seen_focus(&mut self) -> bool {
        self.follow = true;
        self.focus_seen
    }

    pub(super) fn move_focus(&mut self, view: &View, forward: bool) {
        let open = open_places(&view.body);
        let many = open.len();
        let step = if forward { 1 } else { many.saturating_sub(1) };
        let mut place = self.focus;
        for _ in 0..many {
            place = (place + step) % many;
            if open.get(place) == Some(&true) {
                break;
            }
        }
        self.focus_on(place);
    }

    fn focus_on(&mut self, place: usize) {
        if self.focus != place {
            // only the field whose owner asked is shown in clear
            self.unmasked_until = None;
            self.cursor = Cursor::End;
        }
        self.focus = place;
        self.follow = true;
    }

    /// Ticks the focused item and moves the focus to the next unticked one; on a ticked item it only moves.
    pub(super) fn tick_next(&mut self, view: &View) -> Option<Input> {
        let Body::Tick { items, .. } = &view.body else { return None };
        let open = |place: &usize| items.get(*place).is_some_and(|item| !item.ticked);
        let place = (self.focus..items.len()).chain(0..self.focus).find(open)?;
        if place != self.focus || !self.focus_seen {
            // an item without visible focus is not ticked yet: the next Enter ticks it
            self.focus_on(place);
            return None;
        }
        let after = (place + 1..items.len()).chain(0..place).find(open);
        self.focus_on(after.unwrap_or(place));
        tick(view, place)
    }

    /// Enter in a form: to the first field that is not good, to the next field, or past the form when all are good.
    pub(super) fn advance(&mut self, view: &View) -> Option<Input> {
        let Body::Form { fields, .. } = &view.body else { return None };
        let bad = first_not_good(fields).filter(|place| *place <= self.focus);
        match bad.and_then(|place| Some((place, fields.get(place)?))) {
            Some((place, field)) => {
                let wrong_word = field.wrong_at.filter(|_| Shape::of(&field.kind).is_words());
                self.hint = Some(match (&field.state, wrong_word) {
                    (FieldState::Wrong(_), Some(_)) => words::HINT_WRONG_WORD,
                    (FieldState::Wrong(_), None) => words::HINT_WRONG,
                    (FieldState::Empty, _) => words::HINT_EMPTY,
                    (FieldState::Typing(_) | FieldState::Good, _) => words::HINT_UNFINISHED,
                });
                self.focus_on(place);
                if let Some(at) = wrong_word.and_then(|number| usize::from(number).checked_sub(1)) {
                    self.cursor = Cursor::On { at, typed: false };
                }
            }
            None if self.focus + 1 >= fields.len() => return Some(Input::GoOn),
            None => self.focus_on(self.focus + 1),
        }
        None
    }
}

/// Ticks or unticks the item at a place on the screen.
pub(super) fn tick(view: &View, place: usize) -> Option<Input> {
    let Body::Tick { items, .. } = &view.body else { return None };
    items.get(place).map(|item| Input::Tick(item.id))
}
