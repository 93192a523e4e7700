//! A secret that somebody typed and left alone is wiped: whoever comes next finds an empty field.

use crate::ceremony::machine::{Machine, Mode, Request};

/// How long typed secrets stay without another key, in milliseconds.
pub const LEFT_ALONE: u64 = 120_000;

impl Machine {
    /// Something was typed, or removed: if a secret is there now, its time begins anew.
    pub(super) fn typed_something(&mut self) {
        let now = self.now;
        if let Mode::Asking(asking) = &mut self.mode {
            let mut fields = asking.fields.iter().zip(&asking.checks);
            let typed = fields.any(|(field, check)| field.kind.is_secret() && *check != field.untouched());
            asking.typed_at = typed.then_some(now);
        }
    }

    /// Wipes what was typed once its time is over, wherever it is: also what was set aside for a question in between.
    pub(super) fn wipe_what_was_left_alone(&mut self) {
        let now = self.now;
        let Mode::Asking(asking) = &mut self.mode else { return };
        if asking.typed_at.is_none_or(|at| now.saturating_sub(at) < LEFT_ALONE) {
            return;
        }
        (asking.typed_at, asking.wiped) = (None, true);
        if self.interlude.is_some() {
            self.between.clear();
            self.request(Request::ForgetTyped);
            self.request(Request::SetAside(false));
        }
        self.request(Request::ForgetTyped);
        self.request(Request::WipeScreen);
        self.ask_anew();
    }

    /// Whether what was typed on this screen was wiped, because it had been left alone.
    pub(in crate::ceremony) const fn was_left_alone(&self) -> bool {
        match &self.mode {
            Mode::Asking(asking) => asking.wiped,
            Mode::Working { .. } | Mode::Faulted { .. } => false,
        }
    }
}
