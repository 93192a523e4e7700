//! Key presses and their effect on the current screen. Turns them into input for the machine.

mod focus;
mod press;
mod typing;

use std::io;
use std::time::{Duration, Instant};

use super::keyboard::{Keyboard, Source};
use super::screen_state::{ScreenId, ScreenState};
use super::screens::{self, Exposes, Nature};
use crate::ceremony::{Body, Input, View};
use crate::vault::Vault;

/// What a frame shows that must not stay: on which screen, and whether in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exposure {
    screen: ScreenId,
    clear: bool,
}

impl ScreenState {
    /// Takes the view that is about to be drawn; `true` if it is a different screen, so that type-ahead is not meant
    /// for it.
    pub fn meet(&mut self, view: &View) -> bool {
        let screen = ScreenId::of(view);
        if self.screen == Some(screen) {
            self.after_the_tick(view);
            return false;
        }
        let focus = screens::first_place(&view.body);
        *self = Self { screen: Some(screen), focus, too_small: self.too_small, ..Self::default() };
        if let Body::Form { fields, .. } = &view.body {
            self.follow = true;
            self.planned = screens::form::planned(fields);
        }
        true
    }

    /// What the next frame of this view shows that must be wiped afterwards.
    pub fn exposure(&self, view: &View, now: Instant) -> Option<Exposure> {
        let screen = ScreenId::of(view);
        match Nature::of(&view.body).exposes {
            Exposes::Nothing => None,
            Exposes::Typed => Some(Exposure { screen, clear: self.screen == Some(screen) && self.unmasked(now) }),
            Exposes::Share => Some(Exposure { screen, clear: true }),
        }
    }

    /// Waits for a key and returns its result. `Ok(None)`: nothing for the machine; draw again.
    pub fn next<S: Source>(
        &mut self,
        keyboard: &mut Keyboard<S>,
        view: &View,
        vault: &mut Vault,
        wait: Duration,
    ) -> io::Result<Option<Input>> {
        if let Some(done) = self.fill_in(vault) {
            return Ok(Some(done));
        }
        if std::mem::take(&mut self.enter) {
            self.changed = true;
            return Ok(self.advance(view));
        }
        let now = Instant::now();
        let moment = self.unmasked_until.map(|until| until.saturating_duration_since(now));
        let key = keyboard.key(moment.map_or(wait, |moment| wait.min(moment)))?;
        if self.unmasked_until.is_some_and(|until| until <= Instant::now()) {
            self.mask();
            self.changed = true;
        }
        let Some(key) = key else { return Ok(None) };
        self.changed = true;
        Ok(self.press(key, view, vault, Instant::now()))
    }

    /// Fills in the plan's values where nothing has been typed yet; once each time a form appears.
    fn fill_in(&mut self, vault: &mut Vault) -> Option<Input> {
        while let Some((name, planned)) = self.planned.pop() {
            let typing = vault.typing(name);
            if typing.is_empty() {
                for digit in planned.to_string().bytes() {
                    // three digits always fit
                    let _ = typing.push(digit);
                }
                self.filled_in = Some(name);
                return Some(Input::Edited(name));
            }
        }
        None
    }
}
