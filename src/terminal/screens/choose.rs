//! Options to choose from.

use ratatui::text::Span;

use super::{DrawContext, Page};
use crate::ceremony::OptionView;
use crate::terminal::screen_state::ScreenState;
use crate::terminal::theme::Sign;

/// Text, then the options.
pub fn page(
    state: &ScreenState,
    context: &DrawContext<'_>,
    text: &[String],
    options: &[OptionView],
    width: u16,
) -> Page {
    let mut page = Page::default();
    page.paragraphs(context.theme, text, width, context.theme.normal());
    page.gap();
    add_options(&mut page, state, context, options, width);
    page
}

/// The options, numbered from 1; closed ones are dim and have no number's accent.
pub fn add_options(
    page: &mut Page,
    state: &ScreenState,
    context: &DrawContext<'_>,
    options: &[OptionView],
    width: u16,
) {
    let theme = context.theme;
    let digits = options.len().to_string().len();
    for (place, option) in options.iter().enumerate() {
        let here = place == state.focus && !option.closed;
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
