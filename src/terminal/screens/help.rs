//! The keys that work now, and the text about privacy.

use crate::script::words;
use ratatui::text::Span;

use super::{DrawContext, Page};
use crate::ceremony::View;
use crate::terminal::keyboard::Key;
use crate::terminal::keys::{Action, Binding, Keys, SCROLL, binding};
use crate::terminal::screen_state::ScreenState;
use crate::terminal::text;

/// Columns for the labels of the keys.
const KEYS: usize = 18;

const CLOSE_HELP: Binding = binding(
    &[(Key::Char(b'?'), Action::Help), (Key::Enter, Action::Help), (Key::Escape, Action::Help)],
    words::KEY_QUESTION,
    words::FOOT_CLOSE_HELP,
    words::HELP_HELP,
);

/// Covers the screen it explains.
pub fn page(view: &View, state: &ScreenState, context: &DrawContext<'_>, width: u16) -> Page {
    let theme = context.theme;
    let mut page = Page::default();
    page.line(context.text(words::HELP_TITLE), theme.strong());
    page.gap();
    for binding in super::keys_below(view, state).bindings() {
        let key = text::cut(theme, binding.key, KEYS - 2);
        let before = vec![Span::styled(format!("{key:<KEYS$}"), theme.accent())];
        page.hanging(theme, before, binding.help, width, theme.normal());
    }
    page.gap();
    page.line(context.text(words::HELP_PRIVACY_TITLE), theme.strong());
    page.gap();
    page.paragraphs(theme, &[words::HELP_PRIVACY.to_owned()], width, theme.normal());
    page
}

/// Only closing and scrolling work.
pub fn keys() -> Keys {
    Keys::new([CLOSE_HELP, SCROLL], [])
}
