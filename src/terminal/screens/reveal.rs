//! A share for its owner alone.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::grid::Grid;
use super::{DrawContext, Marks, Page, Row, working};
use crate::ceremony::{Body, CardView};
use crate::script::words;
use crate::terminal::theme::{Sign, Theme};
use crate::terminal::{cells, text};

/// Groups of a prime or value.
const GROUPS: u8 = 8;
/// Columns from one group to the next when shown: two characters and ` : `.
const PITCH: u16 = 5;
/// A label longer than this is cut.
const WIDEST_LABEL: usize = 30;

/// Before: who comes, who steps back. Shown: the owner's name, the values, how to note them, the countdown; nothing
/// else.
pub fn page(context: &DrawContext<'_>, body: &Body, width: u16) -> Page {
    let theme = context.theme;
    let mut page = Page::default();
    let Body::Reveal { before, during, owner, card, shown, seconds_left, seen, .. } = body else {
        return page;
    };
    if !shown {
        page.paragraphs(theme, before, width, theme.normal());
        page.gap();
        let hidden = if *seen { words::REVEAL_HIDDEN_AGAIN } else { words::REVEAL_HIDDEN };
        page.paragraphs(theme, &[hidden.to_owned()], width, theme.accent());
        return page;
    }
    let countdown = working::duration(context, u64::from(*seconds_left));
    page.rows.push(Row::Spread(
        Line::from(Span::styled(text::cut(theme, owner, usize::from(width) / 2), theme.accent())),
        Line::from(Span::styled(context.text(words::RevealCountdown { time: countdown }), theme.warning())),
    ));
    match card {
        CardView::Numbers { prime, id, value, check, labels, .. } => {
            page.gap();
            let labels = labels.each_ref().map(|label| text::cut(theme, label, WIDEST_LABEL));
            let widest = labels.iter().map(|label| text::width(label)).max().unwrap_or(0);
            let from = u16::try_from(widest + 3).unwrap_or(0);
            let [prime_label, id_label, value_label, check_label] = labels;
            let marks = Row::Marks(Marks { from, pitch: PITCH, groups: GROUPS, wrong: None });
            page.rows.push(marks);
            page.rows.push(Row::Groups(prime_label, from, prime.clone()));
            page.gap();
            let id_label = format!("{id_label:<fill$}", fill = usize::from(from));
            page.hanging(theme, vec![Span::styled(id_label, theme.dim())], id, width, theme.strong());
            page.gap();
            page.rows.push(Row::Marks(Marks { from, pitch: PITCH, groups: GROUPS, wrong: None }));
            page.rows.push(Row::SecretGroups(value_label, from, *value));
            page.gap();
            let ours = Line::from(Span::styled(context.text(words::REVEAL_CHECK), theme.dim()));
            page.rows.push(Row::SecretGroupsWith(check_label, from, *check, ours));
        }
        CardView::Words { words, count, heading, .. } => {
            let legend = format!("{} {}", theme.sign(Sign::Check), context.text(words::WORDS_CHECK));
            let room = usize::from(width).saturating_sub(text::width(&legend) + 2);
            page.rows.push(Row::Spread(
                Line::from(Span::styled(text::cut(theme, heading, room), theme.strong())),
                Line::from(Span::styled(legend, theme.dim())),
            ));
            let grid = Grid::of(*count);
            if !grid.is_tall() {
                page.gap();
            }
            page.rows.extend((0..grid.rows()).map(|row| Row::CardWords(grid, row, *words)));
        }
    }
    page.gap();
    page.paragraphs(theme, during, width, theme.normal());
    page
}

/// The numbers of the groups; the one that is wrong has a sign.
pub fn marks(buffer: &mut Buffer, area: Rect, marks: Marks, theme: Theme) {
    for (group, column) in (1..=marks.groups).zip((marks.from..).step_by(usize::from(marks.pitch.max(1)))) {
        let wrong = marks.wrong == Some(group);
        let style = if wrong { theme.bad() } else { theme.dim() };
        let number = char::from_digit(u32::from(group), 10).unwrap_or(' ');
        for (x, sign) in (area.x + column..).zip([Some(number), wrong.then(|| theme.sign(Sign::Wrong))]) {
            if let (Some(sign), Some(cell)) = (sign, buffer.cell_mut((x, area.y))) {
                cell.set_char(sign).set_style(style);
            }
        }
    }
}

/// A value in groups, put into the cells character by character: no text with it ever exists.
pub fn groups(buffer: &mut Buffer, area: Rect, label: &str, from: u16, value: &[u8], theme: Theme, style: Style) {
    cells::put(buffer, area.x, area.y, label, theme.dim());
    let mut column = area.x + from;
    for byte in value {
        if *byte == b':' {
            // a colon in the middle of the three columns between groups
            if let Some(cell) = buffer.cell_mut((column + 1, area.y)).filter(|_| column + 1 < area.right()) {
                cell.set_char(':').set_style(theme.dim());
            }
            column += PITCH - 2;
        } else {
            if let Some(cell) = buffer.cell_mut((column, area.y)).filter(|_| column < area.right()) {
                cell.set_char(if byte.is_ascii_graphic() { char::from(*byte) } else { ' ' }).set_style(style);
            }
            column += 1;
        }
    }
}
