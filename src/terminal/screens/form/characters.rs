//! A field of characters in one row, drawn from the vault cell by cell.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::entry::Entry;
use super::shape::Shape;
use crate::ceremony::FieldState;
use crate::terminal::grouping::Grouping;
use crate::terminal::theme::Sign;
use crate::terminal::{cells, text};

impl Entry<'_> {
    /// All characters of the field.
    pub(super) fn characters(&self, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let Shape::Characters { width: natural, grouping } = self.shape else { return None };
        let theme = self.context.theme;
        if self.here {
            cells::put(buffer, area.x, area.y, theme.sign(Sign::Here).encode_utf8(&mut [0; 4]), theme.accent());
        }
        let left = area.x + 2;
        let note = match &self.field.state {
            FieldState::Typing(note) | FieldState::Wrong(note) => text::width(note) + 4,
            FieldState::Empty | FieldState::Good => 8,
        };
        let most = area.width.saturating_sub(2 + u16::try_from(note).unwrap_or(0)).max(16);
        let needed = columns(self.typed, grouping) + 1;
        let width = if needed > natural { needed.min(most.max(natural)) } else { natural };
        let skipped = needed.saturating_sub(width);

        let style = if self.here { theme.strong() } else { theme.normal() };
        let mut column = 0;
        let mut cell = |column: u16, character: char, style| {
            if let Some(x) = column.checked_sub(skipped).filter(|x| *x < width)
                && let Some(cell) = buffer.cell_mut((left + x, area.y)).filter(|_| left + x < area.right())
            {
                cell.set_char(character).set_style(style);
            }
        };
        let (size, between) = grouping.rule();
        let mut run = 0;
        let mut group = 1;
        for byte in self.typed {
            if grouping.separates(*byte) {
                cell(column, between, theme.dim());
                run = 0;
                group += 1;
            } else {
                if run == size {
                    cell(column, between, theme.dim());
                    column += 1;
                    run = 0;
                    group += 1;
                }
                let wrong = grouping == Grouping::Pairs && self.field.wrong_at == Some(group);
                let style = if wrong { theme.bad() } else { style };
                cell(column, if self.masked() { theme.sign(Sign::Masked) } else { char::from(*byte) }, style);
                run += 1;
            }
            column += 1;
        }
        let at = if run == size && column < natural { column + 1 } else { column };
        while column < natural {
            let gap = grouping != Grouping::Plain && column % (size + 1) == size;
            cell(column, if gap { between } else { '_' }, theme.dim());
            column += 1;
        }
        self.here.then(|| Position::new(left + at.saturating_sub(skipped), area.y))
    }
}

/// The columns that the typed text takes, including inserted separators.
fn columns(typed: &[u8], grouping: Grouping) -> u16 {
    let (size, _) = grouping.rule();
    let mut run = 0;
    let mut columns = 0_u16;
    for byte in typed {
        columns += 1;
        if grouping.separates(*byte) {
            run = 0;
        } else {
            if run == size {
                columns += 1;
                run = 0;
            }
            run += 1;
        }
    }
    columns
}
