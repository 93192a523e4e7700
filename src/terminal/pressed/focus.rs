//! Where the focus goes.

use crate::ceremony::{Body, FieldState, FieldView, Input, TickId, View};
use crate::fields::FieldKind;
use crate::script::words;
use crate::terminal::caret::Caret;
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
            (self.cursor, self.caret) = (Cursor::End, Caret::End);
        }
        self.focus = place;
        self.follow = true;
    }

    /// Ticks or unticks the focused item. Once it is ticked, the focus moves to the next that is not.
    pub(super) fn tick(&mut self, view: &View) -> Option<Input> {
        let Body::Tick { items, .. } = &view.body else { return None };
        let item = items.get(self.focus)?;
        self.ticking = !item.ticked;
        Some(Input::Tick(item.id))
    }

    /// Somebody stands in for the focused person.
    pub(super) fn stand_in(&self, view: &View) -> Option<Input> {
        let Body::Tick { items, .. } = &view.body else { return None };
        match items.get(self.focus)?.id {
            TickId::Person(person) => Some(Input::StandIn(person)),
            TickId::Item(_) | TickId::Key(_) => None,
        }
    }

    /// How the focused person was identified.
    pub(super) fn identify(&self, view: &View) -> Option<Input> {
        let Body::Tick { items, .. } = &view.body else { return None };
        match items.get(self.focus)?.id {
            TickId::Person(person) => Some(Input::Identify(person)),
            TickId::Item(_) | TickId::Key(_) => None,
        }
    }

    /// Moves the focus on once the tick has been taken.
    pub(super) fn after_the_tick(&mut self, view: &View) {
        let Body::Tick { items, .. } = &view.body else { return };
        if !self.ticking || !items.get(self.focus).is_some_and(|item| item.ticked) {
            return;
        }
        self.ticking = false;
        let open = |place: &usize| items.get(*place).is_some_and(|item| !item.ticked);
        if let Some(next) = (self.focus + 1..items.len()).chain(0..self.focus).find(open) {
            self.focus_on(next);
        }
    }

    /// Enter while boxes are open: to the first of them, and what ticks it.
    pub(super) fn still_open(&mut self, view: &View) {
        let Body::Tick { items, enough, .. } = &view.body else { return };
        if let Some(open) = items.iter().position(|item| !item.ticked) {
            self.hint = Some(if *enough { words::HINT_OPEN_ENOUGH } else { words::HINT_OPEN });
            self.focus_on(open);
        }
    }

    /// Enter in a form: to the first field that is not good, to the next field, or past the form when all are good.
    pub(super) fn advance(&mut self, view: &View) -> Option<Input> {
        let Body::Form { fields, .. } = &view.body else { return None };
        let bad = first_not_good(fields).filter(|place| *place <= self.focus);
        // Check bytes that do not fit may show that the slip is in another field: then that one is to be corrected.
        let marks = |field: &FieldView| {
            matches!((&field.kind, &field.state), (FieldKind::CheckBytes { .. }, FieldState::Wrong(_)))
        };
        let marked = fields.iter().position(|field| field.wrong_at.is_some() && field.state.is_good());
        if let Some(place) = marked
            && bad.and_then(|place| fields.get(place)).is_some_and(marks)
        {
            self.hint = Some(words::HINT_MARKED);
            self.focus_on(place);
            return None;
        }
        match bad.and_then(|place| Some((place, fields.get(place)?))) {
            Some((place, field)) => {
                let wrong_word = field.wrong_at.filter(|_| Shape::of(&field.kind).is_words());
                self.hint = Some(match (&field.state, wrong_word) {
                    (FieldState::Wrong(_), Some(_)) => words::HINT_WRONG_WORD,
                    (FieldState::Wrong(_), None) => words::HINT_WRONG,
                    (FieldState::Empty, _) => words::HINT_EMPTY,
                    (FieldState::Typing(_) | FieldState::Complete(_) | FieldState::Good, _) => words::HINT_UNFINISHED,
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
