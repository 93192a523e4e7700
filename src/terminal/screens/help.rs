//! The keys that work now, and the words on privacy.

use crate::script::words;
use ratatui::text::Span;

use super::{DrawContext, Page};
use crate::ceremony::View;
use crate::terminal::keys::bindings;
use crate::terminal::screen_state::ScreenState;
use crate::terminal::text;

/// Columns of the keys' names.
const KEYS: usize = 18;

/// Lies over the screen it explains.
pub fn page(view: &View, state: &ScreenState, context: &DrawContext<'_>, width: u16) -> Page {
    let theme = context.theme;
    let mut page = Page::default();
    page.line(context.text(words::HELP_TITLE), theme.strong());
    page.gap();
    let (own, common) = bindings(state.mode_below(view));
    for binding in own.iter().chain(&common) {
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
