//! The keys that work now, and the words on privacy.

use crate::script::words;
use ratatui::text::Span;

use super::{Page, Paint};
use crate::ceremony::View;
use crate::terminal::desk::Desk;
use crate::terminal::keys::entries;
use crate::terminal::text;

/// Columns of the keys' names.
const KEYS: usize = 18;

/// Lies over the screen it explains.
pub fn page(view: &View, desk: &Desk, paint: &Paint<'_>, width: u16) -> Page {
    let theme = paint.theme;
    let mut page = Page::default();
    page.line(paint.word("help-title"), theme.strong());
    page.gap();
    let (own, common) = entries(desk.mode_below(view));
    for entry in own.iter().chain(&common) {
        let key = text::cut(theme, paint.script.word(entry.key), KEYS - 2);
        let before = vec![Span::styled(format!("{key:<KEYS$}"), theme.accent())];
        page.hanging(theme, before, paint.script.word(entry.help), width, theme.normal());
    }
    page.gap();
    page.line(paint.word("help-privacy-title"), theme.strong());
    page.gap();
    page.paragraphs(theme, &[words::HELP_PRIVACY.to_owned()], width, theme.normal());
    page
}
