//! Something takes a while; nobody needs to act.

use ratatui::text::{Line, Span};

use super::{DrawContext, Page, Row};
use crate::script::words;
use crate::terminal::keys::{HELP, Keys, LOOK, SCROLL_QUIETLY, STOP};
use crate::terminal::theme::Sign;

/// Columns of the progress bar.
const BAR: u64 = 40;

/// Text, then the progress. No animation: once a second is enough to show that the terminal is alive.
pub fn page(
    context: &DrawContext<'_>,
    text: &[String],
    progress: Option<(u64, u64)>,
    seconds: u32,
    width: u16,
) -> Page {
    let theme = context.theme;
    let mut page = Page::default();
    page.paragraphs(theme, text, width, theme.normal());
    page.gap();
    let so_far = duration(context, u64::from(seconds));
    let Some((done, all)) = progress.filter(|(_, all)| *all > 0) else {
        page.line(context.text(words::WorkingSince { time: so_far }), theme.strong());
        return page;
    };
    let done = done.min(all);
    let part = |whole: u64| u64::try_from(u128::from(done) * u128::from(whole) / u128::from(all)).unwrap_or(whole);
    let filled = usize::try_from(part(BAR)).unwrap_or(0);
    let rest = usize::try_from(BAR).unwrap_or(0).saturating_sub(filled);
    let bar = |sign: Sign, many: usize| String::from(theme.sign(sign)).repeat(many);
    page.rows.push(Row::Line(Line::from(vec![
        Span::styled(bar(Sign::BarDone, filled), theme.accent()),
        Span::styled(bar(Sign::BarRest, rest), theme.dim()),
        Span::styled(format!("  {:>3} %", part(100)), theme.strong()),
    ])));
    let left = u128::from(seconds) * u128::from(all - done) / u128::from(done.max(1));
    let line = if done > 0 && seconds >= 2 {
        let left = duration(context, u64::try_from(left).unwrap_or(u64::MAX));
        context.text(words::WorkingLeft { time: so_far, left })
    } else {
        context.text(words::WorkingSince { time: so_far })
    };
    page.line(line, theme.dim());
    page
}

/// Only help, and stopping where it is allowed.
pub fn keys(may_stop: bool) -> Keys {
    if may_stop { Keys::new([SCROLL_QUIETLY], [HELP, LOOK, STOP]) } else { Keys::new([SCROLL_QUIETLY], [HELP, LOOK]) }
}

/// Seconds in words.
pub fn duration(context: &DrawContext<'_>, seconds: u64) -> String {
    if seconds < 60 {
        context.text(words::Seconds { seconds })
    } else {
        let (minutes, seconds) = (seconds / 60, format!("{:02}", seconds % 60));
        context.text(words::Minutes { minutes, seconds })
    }
}
