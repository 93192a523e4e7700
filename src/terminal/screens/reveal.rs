//! A share for its owner alone.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Page, Paint, Row, working};
use crate::ceremony::Body;
use crate::terminal::parts;
use crate::terminal::theme::Theme;

/// Groups of a prime or value.
const GROUPS: u16 = 8;
/// Columns from one group to the next when shown: two characters and ` : `.
const PITCH: u16 = 5;
/// A label longer than this is cut.
const WIDEST_LABEL: usize = 30;

/// Before: who comes, who steps back. Shown: the owner's name, the values, how to note them, the countdown; nothing
/// else.
pub fn page(paint: &Paint<'_>, body: &Body, width: u16) -> Page {
    let theme = paint.theme;
    let mut page = Page::default();
    let Body::Reveal { before, during, owner, prime, id, value, labels, shown, seconds_left, seen, .. } = body else {
        return page;
    };
    if !shown {
        page.paragraphs(theme, before, width, theme.normal());
        page.gap();
        let word = if *seen { "reveal-hidden-again" } else { "reveal-hidden" };
        page.paragraphs(theme, &[paint.script.word(word).to_owned()], width, theme.accent());
        return page;
    }
    let countdown = working::duration(paint, u64::from(*seconds_left));
    page.rows.push(Row::Spread(
        Line::from(Span::styled(parts::cut(theme, owner, usize::from(width) / 2), theme.accent())),
        Line::from(Span::styled(paint.words("reveal-countdown", &[("time", countdown)]), theme.warning())),
    ));
    page.gap();
    let labels = labels.each_ref().map(|label| parts::cut(theme, label, WIDEST_LABEL));
    let widest = labels.iter().map(|label| parts::width(label)).max().unwrap_or(0);
    let from = u16::try_from(widest + 3).unwrap_or(0);
    let [prime_label, id_label, value_label] = labels;
    page.rows.push(Row::Marks(from, PITCH));
    page.rows.push(Row::Groups(prime_label, from, prime.clone()));
    page.gap();
    let id_label = format!("{id_label:<fill$}", fill = usize::from(from));
    page.hanging(theme, vec![Span::styled(id_label, theme.dim())], id, width, theme.strong());
    page.gap();
    page.rows.push(Row::Marks(from, PITCH));
    page.rows.push(Row::SecretGroups(value_label, from, *value));
    page.gap();
    page.paragraphs(theme, during, width, theme.normal());
    page
}

/// The numbers of the groups.
pub fn marks(buffer: &mut Buffer, area: Rect, from: u16, pitch: u16, theme: Theme) {
    for group in 0..GROUPS {
        let number = char::from_digit(u32::from(group) + 1, 10).unwrap_or(' ');
        if let Some(cell) = buffer.cell_mut((area.x + from + group * pitch, area.y)) {
            cell.set_char(number).set_style(theme.dim());
        }
    }
}

/// A value in groups, put into the cells character by character: no text with it ever exists.
pub fn groups(buffer: &mut Buffer, area: Rect, label: &str, from: u16, value: &[u8], theme: Theme, style: Style) {
    parts::put(buffer, area.x, area.y, label, theme.dim());
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
