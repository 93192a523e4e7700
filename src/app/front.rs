//! The two front ends as the loop sees them: the full-screen terminal and the autopilot.

use std::time::Duration;

use crate::autopilot::{A_MOMENT, Autopilot, AutopilotError};
use crate::ceremony::{Input, View};

use crate::terminal::{Terminal, TerminalError};
use crate::vault::Vault;

/// Why a front end is gone.
#[derive(Debug)]
pub enum FrontError {
    /// The terminal.
    Terminal(TerminalError),
    /// The autopilot.
    Autopilot(AutopilotError),
}

/// Shows views and returns people's input.
pub trait FrontEnd {
    /// Shows a view; the vault lends the secrets it refers to.
    fn show(&mut self, view: &View, vault: &Vault) -> Result<(), FrontError>;
    /// Waits for the next input. Typed text goes into the vault's buffers.
    fn next(&mut self, view: &View, vault: &mut Vault, wait: Duration) -> Result<Option<Input>, FrontError>;
    /// Removes every trace of what was shown.
    fn wipe(&mut self) -> Result<(), FrontError>;
    /// How long people would look at the screen before a key and after it, where this front end takes no time at all.
    fn pause(&self) -> Duration;
}

/// The terminal.
pub struct Screen {
    terminal: Terminal,
}

impl Screen {
    /// Takes over the terminal.
    pub fn enter() -> Result<Self, TerminalError> {
        Ok(Self { terminal: Terminal::enter()? })
    }

    /// Gives the terminal back.
    pub fn leave(self) {
        self.terminal.leave();
    }
}

impl FrontEnd for Screen {
    fn show(&mut self, view: &View, vault: &Vault) -> Result<(), FrontError> {
        self.terminal.draw(view, vault).map_err(FrontError::Terminal)
    }

    fn next(&mut self, view: &View, vault: &mut Vault, wait: Duration) -> Result<Option<Input>, FrontError> {
        self.terminal.next(view, vault, wait).map_err(FrontError::Terminal)
    }

    fn wipe(&mut self) -> Result<(), FrontError> {
        self.terminal.wipe().map_err(FrontError::Terminal)
    }

    fn pause(&self) -> Duration {
        Duration::ZERO
    }
}

impl FrontEnd for Autopilot {
    fn show(&mut self, view: &View, _: &Vault) -> Result<(), FrontError> {
        self.see(view).map_err(FrontError::Autopilot)
    }

    fn next(&mut self, view: &View, vault: &mut Vault, wait: Duration) -> Result<Option<Input>, FrontError> {
        self.answer(view, vault, wait).map_err(FrontError::Autopilot)
    }

    fn wipe(&mut self) -> Result<(), FrontError> {
        Ok(())
    }

    fn pause(&self) -> Duration {
        A_MOMENT
    }
}
