//! Something failed: what happened, what is true now, what can be done.

use super::{Page, Paint, choose};
use crate::ceremony::OptionView;
use crate::terminal::desk::Desk;
use crate::terminal::theme::Sign;

/// Three parts, each under its heading.
pub fn page(
    desk: &Desk,
    paint: &Paint<'_>,
    happened: &[String],
    truth: &[String],
    choices: &[OptionView],
    width: u16,
) -> Page {
    let theme = paint.theme;
    let mut page = Page::default();
    page.line(format!("{} {}", theme.sign(Sign::Wrong), paint.word("fault-happened")), theme.bad());
    page.paragraphs(theme, happened, width, theme.normal());
    if !truth.is_empty() {
        page.gap();
        page.line(paint.word("fault-truth"), theme.strong());
        page.paragraphs(theme, truth, width, theme.normal());
    }
    if !choices.is_empty() {
        page.gap();
        page.line(paint.word("fault-choices"), theme.strong());
        choose::add_options(&mut page, desk, paint, choices, width);
    }
    page
}
