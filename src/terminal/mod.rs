//! The full-screen terminal: draws views and returns people's input. It makes no decisions.
//!
//! Secrets reach the screen from the vault, cell by cell, for one frame; when that screen goes away, the wipe recipe
//! runs before the next one is drawn.

mod caret;
mod cells;
mod enter;
mod footer;
mod grouping;
mod header;
mod keyboard;
mod keys;
mod layout;
mod pressed;
mod screen_state;
mod screens;
mod step_list;
mod text;
mod theme;
mod wipe;
mod word_cursor;
mod writer;

#[cfg(test)]
mod tests;

use crate::script::words;
use std::io;
use std::time::{Duration, Instant};

use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{TerminalOptions, Viewport};

use self::enter::{Hold, Signals};
use self::keyboard::Stdin;
pub use self::keyboard::{Key, Keyboard, Source as KeySource};
use self::pressed::Exposure;
use self::screen_state::ScreenState;
use self::screens::{DrawContext, Exposes, Nature};
use self::theme::Theme;
use self::writer::{Stdout, WipingWriter};
use crate::ceremony::{Input, View};
use crate::vault::Vault;

/// Why the terminal cannot continue.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// Standard input or output is not a terminal.
    #[error("not-a-terminal")]
    NotATerminal,
    /// A signal came that ends a program: record, forget, leave.
    #[error("signal {0}")]
    Signal(i32),
    /// The keyboard is gone: the connection was lost.
    #[error("terminal-gone")]
    Gone,
    /// A thread panicked; the terminal has already been wiped and given back.
    #[error("panicked")]
    Panicked,
    /// The terminal failed.
    #[error("terminal-failed")]
    Io(#[from] io::Error),
}

/// The longest wait for a key before checking for signals and a new window size.
const SLICE: Duration = Duration::from_millis(250);

/// The terminal in raw mode; nothing else draws on it. Dropping it wipes the terminal and gives it back.
pub struct Terminal {
    screen: ratatui::Terminal<CrosstermBackend<WipingWriter<Stdout>>>,
    out: Stdout,
    area: Rect,
    exposed: Option<Exposure>,
    state: ScreenState,
    keyboard: Keyboard<Stdin>,
    theme: Theme,
    hold: Hold,
    signals: Signals,
}

impl Terminal {
    /// Enters raw mode, the alternate screen and bracketed paste; clears screen and scrollback.
    ///
    /// # Errors
    /// [`TerminalError::NotATerminal`] when standard input or output is not a terminal.
    pub fn enter() -> Result<Self, TerminalError> {
        let tty = rustix::termios::isatty(rustix::stdio::stdin()) && rustix::termios::isatty(rustix::stdio::stdout());
        if !tty {
            return Err(TerminalError::NotATerminal);
        }
        let theme = Theme::from_environment(|name| std::env::var(name).ok());
        let signals = Signals::listen()?;
        let out = Stdout::default();
        let hold = Hold::take(&theme.text(words::PANIC), &out)?;
        Signals::stay_in_front()?;
        let area = window();
        let screen = ratatui::Terminal::with_options(
            CrosstermBackend::new(WipingWriter::new(out.clone())),
            TerminalOptions { viewport: Viewport::Fixed(area) },
        )?;
        let mut keyboard = Keyboard::new(Stdin);
        keyboard.discard()?;
        Ok(Self { screen, out, area, exposed: None, state: ScreenState::default(), keyboard, theme, hold, signals })
    }

    /// Draws the view; the vault lends secrets for this one frame. When a different screen appears, type-ahead is
    /// discarded.
    ///
    /// # Errors
    /// [`TerminalError::Signal`] or [`TerminalError::Gone`] when the connection is lost, [`TerminalError::Panicked`]
    /// after a panic.
    pub fn draw(&mut self, view: &View, vault: &Vault) -> Result<(), TerminalError> {
        let result = self.try_draw(view, vault);
        result.map_err(|error| match error {
            // when the connection is lost, drawing fails before anybody asks for the signal
            TerminalError::Io(error) => self.signals.came().map_or_else(|| gone(error), TerminalError::Signal),
            other => other,
        })
    }

    fn try_draw(&mut self, view: &View, vault: &Vault) -> Result<(), TerminalError> {
        if self.hold.panicked() {
            return Err(TerminalError::Panicked);
        }
        let area = window();
        let resized = area != self.area;
        let fresh = self.state.meet(view);
        let now = Instant::now();
        let exposure = self.state.exposure(view, now);
        // ratatui's buffers must be wiped at their current size: growing or shrinking them would leave cells behind
        if self.exposed.is_some() && (resized || self.exposed != exposure) {
            self.wipe()?;
        }
        if resized {
            self.screen.resize(area)?;
            self.area = area;
        }
        let context = DrawContext { theme: self.theme, vault, now };
        let state = &mut self.state;
        self.exposed = exposure;
        self.screen.draw(|frame| {
            let cursor = screens::draw(frame.buffer_mut(), view, state, &context);
            if let Some(cursor) = cursor {
                frame.set_cursor_position(cursor);
            }
        })?;
        if fresh {
            self.keyboard.discard()?;
        }
        Ok(())
    }

    /// Waits up to `wait` for input. Keys typed into a form go straight into [`Vault::typing`] and are reported as
    /// [`Input::Edited`]. `Ok(None)` may come early: draw again, because a hint, the focus or the size has changed.
    ///
    /// # Errors
    /// [`TerminalError::Signal`] when the program is told to terminate.
    pub fn next(&mut self, view: &View, vault: &mut Vault, wait: Duration) -> Result<Option<Input>, TerminalError> {
        let until = Instant::now() + wait;
        loop {
            if self.hold.panicked() {
                return Err(TerminalError::Panicked);
            }
            if let Some(signal) = self.signals.came() {
                return Err(TerminalError::Signal(signal));
            }
            if window() != self.area {
                self.state.mask();
                let shown = Nature::of(&view.body).exposes == Exposes::Share;
                if self.exposed.is_some() {
                    self.wipe()?;
                }
                return Ok(shown.then_some(Input::Cover));
            }
            let left = until.saturating_duration_since(Instant::now());
            let done = self.state.next(&mut self.keyboard, view, vault, left.min(SLICE)).map_err(gone);
            let done = match (done, self.signals.came()) {
                (_, Some(signal)) => return Err(TerminalError::Signal(signal)),
                (done, None) => done?,
            };
            if done == Some(Input::Hide) {
                self.wipe()?;
            }
            if done.is_some() || self.state.changed() || until <= Instant::now() {
                return Ok(done);
            }
        }
    }

    /// The wipe recipe: nothing that was shown remains on the screen, in the scrollback or in a buffer.
    ///
    /// # Errors
    /// [`TerminalError::Io`] when writing to the terminal fails.
    pub fn wipe(&mut self) -> Result<(), TerminalError> {
        self.exposed = None;
        wipe::wipe(&mut self.screen, self.area)?;
        Ok(())
    }

    /// Wipes and gives the terminal back; dropping it does the same.
    pub fn leave(self) {
        drop(self);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // after a panic the terminal has already been given back, and the one sentence must stay: only the buffers are wiped
        if self.hold.panicked() {
            self.out.mute();
        }
        // giving back erases again; there is nobody left to show an error to
        let wiped = self.wipe();
        self.out.mute();
        // a lost connection must not keep the buffers from being wiped
        if wiped.is_err() {
            let _ = self.wipe();
        }
    }
}

/// A keyboard that ends and one that fails mean the same: the connection is lost.
fn gone(error: io::Error) -> TerminalError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => TerminalError::Gone,
        _ if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => TerminalError::Gone,
        _ => TerminalError::Io(error),
    }
}

/// The window's size; the minimum if the terminal does not report it (a serial line).
fn window() -> Rect {
    match rustix::termios::tcgetwinsize(rustix::stdio::stdout()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => Rect::new(0, 0, size.ws_col, size.ws_row),
        _ => Rect::new(0, 0, layout::LEAST_WIDTH, layout::LEAST_HEIGHT),
    }
}
