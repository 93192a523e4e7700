//! Items to tick, one by one.

use ratatui::text::Span;

use super::{DrawContext, Page};
use crate::ceremony::TickView;
use crate::terminal::screen_state::ScreenState;
use crate::terminal::theme::Sign;

/// Text, then a box for each item.
pub fn page(state: &ScreenState, context: &DrawContext<'_>, text: &[String], items: &[TickView], width: u16) -> Page {
    let theme = context.theme;
    let mut page = Page::default();
    page.paragraphs(theme, text, width, theme.normal());
    page.gap();
    for (place, item) in items.iter().enumerate() {
        let here = place == state.focus;
        let from = page.len();
        let (mark, style) = if item.ticked { (theme.sign(Sign::Done), theme.good()) } else { (' ', theme.normal()) };
        let before = vec![
            Span::styled(format!("{} ", if here { theme.sign(Sign::Here) } else { ' ' }), theme.accent()),
            Span::styled(format!("[{mark}] "), style),
        ];
        let style = if here { theme.strong() } else { theme.normal() };
        page.hanging(theme, before, &item.text, width, style);
        if here {
            page.focus_from(from);
        }
    }
    page
}
