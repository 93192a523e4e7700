//! The list of steps beside a wide screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::cells::put;
use super::text::{cut, width};
use super::theme::{Sign, Theme};
use crate::ceremony::{StepLine, StepState};
use crate::script::words;

/// The steps around the current one.
pub fn steps(buffer: &mut Buffer, theme: Theme, area: Rect, steps: &[StepLine]) {
    for y in area.top()..area.bottom() {
        if let Some(cell) = buffer.cell_mut((area.x, y)) {
            cell.set_char(theme.sign(Sign::Wall)).set_style(theme.dim());
        }
    }
    let rows = usize::from(area.height);
    let current = steps.iter().position(|step| step.state == StepState::Current).unwrap_or(0);
    let first = current.saturating_sub(rows / 3).min(steps.len().saturating_sub(rows));
    let number_width = steps.iter().map(|step| width(&step.number)).max().unwrap_or(0);
    let if_needed = theme.text(words::IF_NEEDED).into_owned();
    for (y, step) in (area.top()..area.bottom()).zip(steps.iter().skip(first)) {
        let (sign, style, title_style) = signs(theme, step.state);
        let danger = if step.irreversible { '!' } else { ' ' };
        put(buffer, area.x + 2, y, sign.encode_utf8(&mut [0; 4]), style);
        put(buffer, area.x + 4, y, danger.encode_utf8(&mut [0; 4]), theme.warning());
        put(buffer, area.x + 6, y, &theme.text(&step.number), title_style);
        let from = area.x + 6 + u16::try_from(number_width).unwrap_or(0) + 1;
        let room = usize::from(area.right().saturating_sub(from + 1));
        let title = if step.state == StepState::IfNeeded {
            format!("{} {if_needed}", cut(theme, &step.title, room.saturating_sub(width(&if_needed) + 1)))
        } else {
            cut(theme, &step.title, room)
        };
        put(buffer, from, y, &title, title_style);
    }
}

/// The sign before a step in this state, its style, and that of number and title.
pub fn signs(theme: Theme, state: StepState) -> (char, Style, Style) {
    match state {
        StepState::Done => (theme.sign(Sign::Done), theme.good(), theme.dim()),
        StepState::NotNeeded => (theme.sign(Sign::Ahead), theme.dim(), theme.dim()),
        StepState::Current => (theme.sign(Sign::Here), theme.accent(), theme.strong()),
        StepState::Ahead => (' ', theme.normal(), theme.normal()),
        StepState::IfNeeded => (' ', theme.normal(), theme.dim()),
    }
}
