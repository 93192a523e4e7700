//! A panic on request: tests check what it leaves behind. Never part of a binary that holds real ceremonies.

use std::path::PathBuf;
use std::time::Duration;

use crate::app::{FrontEnd, FrontError};
use crate::ceremony::{Body, CardView, Input, View};
use crate::vault::Vault;

/// The environment variable that names a file: once the file exists, the thread that it names panics, `main` or `worker`; `silent`:
/// the main thread, and without the share, so that only what the program itself keeps of it can be found.
pub const VARIABLE: &str = "CEREMONY_MISHAP";

/// Wraps a front end: while a share is shown, a thread panics with the worst possible payload, the share.
pub struct Mishap<'a> {
    front: &'a mut dyn FrontEnd,
    asked: Option<PathBuf>,
}

impl<'a> Mishap<'a> {
    /// Wraps this front end.
    pub fn on(front: &'a mut dyn FrontEnd) -> Self {
        Self { front, asked: std::env::var_os(VARIABLE).map(PathBuf::from) }
    }

    fn happen(&mut self, share: &str) {
        let who = self.asked.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
        let payload = || format!("a payload with {share}");
        match who.as_deref() {
            Some("silent") => fail("a payload with nothing"),
            Some("main") => fail(&payload()),
            Some("worker") => {
                self.asked = None;
                let payload = payload();
                // Nobody joins this thread: the main thread has to notice by itself.
                let _ = std::thread::spawn(move || fail(&payload));
            }
            _ => {}
        }
    }
}

#[allow(clippy::panic, reason = "this is what it is for")]
fn fail(payload: &str) {
    panic!("{payload}");
}

impl FrontEnd for Mishap<'_> {
    fn show(&mut self, view: &View, vault: &Vault) -> Result<(), FrontError> {
        self.front.show(view, vault)?;
        if let Body::Reveal { shown: true, card: CardView::Numbers { value, .. }, .. } = &view.body
            && let Some(share) = vault.lend(*value)
        {
            self.happen(&String::from_utf8_lossy(share));
        }
        Ok(())
    }

    fn next(&mut self, view: &View, vault: &mut Vault, wait: Duration) -> Result<Option<Input>, FrontError> {
        self.front.next(view, vault, wait)
    }

    fn wipe(&mut self) -> Result<(), FrontError> {
        self.front.wipe()
    }

    fn pause(&self) -> Duration {
        self.front.pause()
    }
}
