//! Options to choose from.

use ratatui::text::Span;

use super::{Page, Paint};
use crate::ceremony::OptionView;
use crate::terminal::desk::Desk;
use crate::terminal::theme::Sign;

/// Text, then the options.
pub fn page(desk: &Desk, paint: &Paint<'_>, text: &[String], options: &[OptionView], width: u16) -> Page {
    let mut page = Page::default();
    page.paragraphs(paint.theme, text, width, paint.theme.normal());
    page.gap();
    add_options(&mut page, desk, paint, options, width);
    page
}

/// The options, numbered from 1; closed ones are dim and have no number's accent.
pub fn add_options(page: &mut Page, desk: &Desk, paint: &Paint<'_>, options: &[OptionView], width: u16) {
    let theme = paint.theme;
    let digits = options.len().to_string().len();
    for (place, option) in options.iter().enumerate() {
        let here = place == desk.focus && !option.closed;
        let from = page.len();
        let (number, style) = match (option.closed, here) {
            (true, _) => (theme.sign(Sign::Ahead).to_string(), theme.dim()),
            (false, true) => ((place + 1).to_string(), theme.strong()),
            (false, false) => ((place + 1).to_string(), theme.normal()),
        };
        let before = vec![
            Span::styled(format!("{} ", if here { theme.sign(Sign::Here) } else { ' ' }), theme.accent()),
            Span::styled(format!("{number:>digits$}  "), if option.closed { theme.dim() } else { theme.accent() }),
        ];
        page.hanging(theme, before, &option.text, width, style);
        if here {
            page.focus_from(from);
        }
    }
}
