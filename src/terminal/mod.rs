//! The full-screen terminal: draws views and brings back what people did. It decides nothing.
//!
//! Secrets reach the screen from the vault, cell by cell, for one frame; when that frame's screen goes away, the wipe
//! recipe runs before the next one is drawn.

mod cells;
mod enter;
mod footer;
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
use self::keyboard::{Keyboard, Stdin};
use self::pressed::Exposure;
use self::screen_state::ScreenState;
use self::screens::{DrawContext, Exposes, Nature};
use self::theme::Theme;
use self::writer::{Stdout, WipingWriter};
use crate::ceremony::{Input, View};
use crate::vault::Vault;

/// Why the terminal cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// Standard input or output is no terminal.
    #[error("not-a-terminal")]
    NotATerminal,
    /// The program was told to end (SIGTERM, SIGHUP, SIGINT, SIGQUIT): record, forget, leave.
    #[error("signal {0}")]
    Signal(i32),
    /// The keyboard is gone: the line was cut.
    #[error("terminal-gone")]
    Gone,
    /// A thread panicked; the terminal has been wiped and given back already.
    #[error("panicked")]
    Panicked,
    /// The terminal failed.
    #[error("terminal-failed")]
    Io(#[from] io::Error),
}

/// The longest wait for a key before signals and the window's size are looked at again.
const SLICE: Duration = Duration::from_millis(250);

/// The terminal in raw mode, drawn on by nobody else. Wipes and gives it back when it is dropped.
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
    /// [`TerminalError::NotATerminal`] when standard input or output is none.
    pub fn enter() -> Result<Self, TerminalError> {
        let tty = rustix::termios::isatty(rustix::stdio::stdin()) && rustix::termios::isatty(rustix::stdio::stdout());
        if !tty {
            return Err(TerminalError::NotATerminal);
        }
        let theme = Theme::from_environment(|name| std::env::var(name).ok());
        let signals = Signals::listen()?;
        let out = Stdout::default();
        let hold = Hold::take(&theme.text(words::PANIC), &out)?;
        let area = window();
        let screen = ratatui::Terminal::with_options(
            CrosstermBackend::new(WipingWriter::new(out.clone())),
            TerminalOptions { viewport: Viewport::Fixed(area) },
        )?;
        let mut keyboard = Keyboard::new(Stdin);
        keyboard.discard()?;
        Ok(Self { screen, out, area, exposed: None, state: ScreenState::default(), keyboard, theme, hold, signals })
    }

    /// Draws the view; secrets are lent by the vault for this one frame. When another screen comes up, what was typed
    /// ahead is thrown away.
    ///
    /// # Errors
    /// [`TerminalError::Signal`] or [`TerminalError::Gone`] when the line is cut, [`TerminalError::Panicked`] after a panic.
    pub fn draw(&mut self, view: &View, vault: &Vault) -> Result<(), TerminalError> {
        let result = self.try_draw(view, vault);
        result.map_err(|error| match error {
            // a line that is cut fails to draw before anybody asks for the signal
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
        // ratatui's buffers are wiped in the size they have: growing or shrinking would leave cells behind
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

    /// Waits up to `wait` for what people do. Typed keys of a form go straight into [`Vault::typing`] and come back as
    /// [`Input::Edited`]. `Ok(None)` may come early: draw again, for a hint, the focus or the size changed.
    ///
    /// # Errors
    /// [`TerminalError::Signal`] when the program is told to end.
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
                return Ok(shown.then_some(Input::Hide));
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

    /// The wipe recipe: nothing that was shown stays on the screen, in the scrollback or in a buffer.
    ///
    /// # Errors
    /// [`TerminalError::Io`] when the terminal does not take it.
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
        // after a panic the terminal has been given back, and its one sentence must stay
        if !self.hold.panicked() {
            // giving back erases once more; an error here cannot be shown to anybody
            let _ = self.wipe();
        }
        self.out.mute();
    }
}

/// A keyboard that ends or fails is one and the same: the line is cut.
fn gone(error: io::Error) -> TerminalError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => TerminalError::Gone,
        _ if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => TerminalError::Gone,
        _ => TerminalError::Io(error),
    }
}

/// The window's size; the least one where the terminal does not say (a serial line).
fn window() -> Rect {
    match rustix::termios::tcgetwinsize(rustix::stdio::stdout()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => Rect::new(0, 0, size.ws_col, size.ws_row),
        _ => Rect::new(0, 0, layout::LEAST_WIDTH, layout::LEAST_HEIGHT),
    }
}
