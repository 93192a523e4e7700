//! What a key does.

use std::time::{Duration, Instant};

use crate::ceremony::{Body, Input, View};
use crate::terminal::caret::Caret;
use crate::terminal::keyboard::Key;
use crate::terminal::keys::{Action, Meaning};
use crate::terminal::screen_state::{Cover, ScreenState, UNMASKED_FOR};
use crate::terminal::screens;
use crate::terminal::word_cursor::Cursor;
use crate::vault::Vault;

/// Within this time after Escape took a cover away, another Escape is the same one: a held key waits less than that before
/// it repeats.
const STILL: Duration = Duration::from_secs(1);

impl ScreenState {
    /// What a key does on this screen.
    pub fn press(&mut self, key: Key, view: &View, vault: &mut Vault, now: Instant) -> Option<Input> {
        if self.still_uncovers(key, now) {
            return None;
        }
        // What could not be taken is missing until the field is cleared: the next key must not hide that.
        let missing = self.left_out.filter(|(name, _)| self.field(view).is_some_and(|field| field.name == *name));
        self.hint = missing.map(|(_, hint)| hint);
        match screens::keys(view, self).meaning(key)? {
            Meaning::Does(Action::Advance) if missing.is_some() => None,
            Meaning::Types(text) => self.type_in(text, view, vault),
            Meaning::Numbers(place) => choose(view, place),
            Meaning::Does(action) => self.perform(action, view, vault, now),
        }
    }

    /// Whether this is the Escape that took the cover away, still held down: on the screen below it might throw away what
    /// was typed.
    fn still_uncovers(&mut self, key: Key, now: Instant) -> bool {
        if key != Key::Escape {
            return false;
        }
        let still = self.uncovered.is_some_and(|at| now.saturating_duration_since(at) < STILL);
        self.uncovered = (still || self.cover.is_some()).then_some(now);
        still
    }

    fn perform(&mut self, action: Action, view: &View, vault: &mut Vault, now: Instant) -> Option<Input> {
        let name = self.field(view).map(|field| field.name);
        let typed = self.among_words(action, view, vault).or_else(|| self.among_groups(action, view, vault));
        if let Some(done) = typed {
            return self.told(done, name?);
        }
        match action {
            Action::GoOn => return Some(Input::GoOn),
            Action::Show => return Some(Input::Show),
            Action::Hide => return Some(Input::Hide),
            Action::Leave => return Some(Input::Leave),
            Action::Deviation => return Some(Input::Deviation),
            Action::Stop => return Some(Input::Stop),
            Action::Close => return Some(Input::Close),
            Action::Up => self.scroll_by(-1),
            Action::Down => self.scroll_by(1),
            Action::PageUp => self.scroll_by(-self.page_rows()),
            Action::PageDown | Action::ReadOn => self.scroll_by(self.page_rows()),
            Action::Help => self.cover_with(Cover::Help),
            Action::Look => self.cover_with(Cover::Look),
            Action::Before => self.move_focus(view, false),
            Action::After => self.move_focus(view, true),
            Action::Tick => return if self.seen_focus() { self.tick(view) } else { None },
            Action::StandIn => return if self.seen_focus() { self.stand_in(view) } else { None },
            Action::Identify => return if self.seen_focus() { self.identify(view) } else { None },
            Action::Choose => return if self.seen_focus() { choose(view, self.focus) } else { None },
            Action::Advance => return self.advance(view),
            Action::StillOpen => self.still_open(view),
            Action::Unmask => {
                self.unmasked_until = if self.unmasked(now) { None } else { now.checked_add(UNMASKED_FOR) };
            }
            Action::Clear => {
                let name = name?;
                (self.left_out, self.hint) = (None, None);
                vault.typing(name).clear();
                (self.cursor, self.caret) = (Cursor::End, Caret::End);
                return Some(Input::Edited(name));
            }
            // no effect where nothing is typed
            Action::Erase | Action::Delete | Action::AmongWords(_) | Action::AmongGroups(_) => {}
        }
        None
    }
}

/// Chooses the option at a place on the screen, unless it is closed.
fn choose(view: &View, place: usize) -> Option<Input> {
    let (Body::Choose { options, .. } | Body::Fault { choices: options, .. }) = &view.body else { return None };
    options.get(place).filter(|option| !option.closed).map(|option| Input::Chose(option.id.clone()))
}
