//! The first lines of every screen: always ceremony, step, act, and REHEARSAL in a rehearsal.

use ratatui::buffer::Buffer;

use super::cells::{put, put_right, rule};
use super::text::{cut, width};
use super::theme::Theme;
use crate::ceremony::Header;
use crate::script::words;

/// Header, rule and step line: always ceremony, step, act, and REHEARSAL in a rehearsal.
pub fn header(buffer: &mut Buffer, theme: Theme, header: &Header) {
    let right = buffer.area.right();
    let mut stamps = right.saturating_sub(1);
    for (wanted, word) in [(header.rehearsal, words::STAMP_REHEARSAL), (header.shortened, words::STAMP_SHORTENED)] {
        if wanted {
            let stamp = format!(" {} ", theme.text(word));
            put_right(buffer, stamps, 0, &stamp, theme.stamp());
            stamps = stamps.saturating_sub(u16::try_from(width(&stamp)).unwrap_or(0) + 1);
        }
    }
    let program = theme.text(words::PROGRAM);
    put(buffer, 1, 0, &program, theme.accent());
    let from = 1 + width(&program) + 3;
    let name = cut(theme, &header.ceremony, usize::from(stamps).saturating_sub(from + 1));
    put(buffer, u16::try_from(from).unwrap_or(0), 0, &name, theme.strong());
    rule(buffer, theme, 1);
    if let Some((here, all)) = header.screen {
        let screen = format!(" {} ", theme.text(&words::ScreenOf { here, all }.to_string()));
        put_right(buffer, right.saturating_sub(2), 1, &screen, theme.dim());
    }

    let step = if header.number.is_empty() {
        String::new()
    } else {
        theme.text(&words::Step { number: &header.number }.to_string()).into_owned()
    };
    let most = usize::from(right).saturating_sub(2);
    let act = if header.act.is_empty() {
        String::new()
    } else {
        cut(theme, &words::Act { act: &header.act }.to_string(), most / 2)
    };
    put(buffer, 1, 2, &step, theme.accent());
    put_right(buffer, right.saturating_sub(1), 2, &act, theme.dim());
    let from = if step.is_empty() { 1 } else { 1 + width(&step) + 3 };
    let title = cut(theme, &header.title, most.saturating_sub(from + width(&act) + 1));
    put(buffer, u16::try_from(from).unwrap_or(0), 2, &title, theme.strong());
}
