//! A field of characters in one row, drawn from the vault cell by cell.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use zeroize::Zeroize;

use super::entry::Entry;
use super::shape::Shape;
use crate::ceremony::FieldState;
use crate::terminal::grouping::{Grouping, characters, is_accent};
use crate::terminal::theme::Sign;
use crate::terminal::{cells, text};

/// What stands in a column.
struct Placed {
    column: u16,
    /// The place of its first byte in the text; a separator that is only drawn has none.
    byte: Option<usize>,
    /// The character; `None`: a separator.
    character: Option<char>,
    /// The number of its group, from 1.
    group: u8,
}

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
            FieldState::Typing(note) | FieldState::Complete(note) | FieldState::Wrong(note) => text::width(note) + 4,
            FieldState::Empty | FieldState::Good => 8,
        };
        let most = area.width.saturating_sub(2 + u16::try_from(note).unwrap_or(0)).max(16);
        let (size, between) = grouping.rule();

        let caret = self.caret();
        let mut before = None;
        let end = self.lay_out(grouping, |placed| {
            if placed.byte == Some(caret) {
                before = Some(placed.column);
            }
        });
        // after a complete group, the next character comes behind the separator
        let last = grouping.groups(self.typed).pop();
        let closed = last.is_some_and(|last| last.end == self.typed.len() && last.len() == usize::from(size));
        let at = before.unwrap_or(if closed && end < natural { end + 1 } else { end });

        // A whole text is shown whole; behind a longer one, there is room for the next character.
        let needed = if end <= natural { natural } else { end + 1 };
        let width = if needed > natural { needed.min(most.max(natural)) } else { natural };
        // the end of a long text is shown, or the place where somebody corrects it
        let skipped = needed.saturating_sub(width).min(at);
        let right = area.right().min(left + width);
        let x_of = |column: u16| column.checked_sub(skipped).map(|x| left + x).filter(|x| *x < right);

        self.lay_out(grouping, |Placed { column, character, group, .. }| {
            let Some(x) = x_of(column) else { return };
            let wrong = grouping == Grouping::Pairs && self.field.wrong_at == Some(group);
            let (shown, style) = match character {
                None => (between, theme.dim()),
                Some(character) => {
                    let style = if self.here { theme.strong() } else { theme.normal() };
                    let shown = if self.masked() { theme.sign(Sign::Masked) } else { character };
                    (shown, if wrong { theme.bad() } else { style })
                }
            };
            let mut bytes = [0; 4];
            let drawn = theme.text(shown.encode_utf8(&mut bytes));
            if is_accent(shown) {
                cells::put_above(buffer, x.saturating_sub(1), area.y, &drawn);
            } else {
                buffer.set_stringn(x, area.y, drawn, usize::from(right - x), style);
            }
            bytes.zeroize();
        });
        for column in end..natural {
            let gap = grouping != Grouping::Plain && column % (size + 1) == size;
            if let Some(cell) = x_of(column).and_then(|x| buffer.cell_mut((x, area.y))) {
                cell.set_char(if gap { between } else { '_' }).set_style(theme.dim());
            }
        }
        self.here.then(|| Position::new((left + (at - skipped).min(width)).min(area.right().saturating_sub(1)), area.y))
    }

    /// Gives each character and separator its column, one after the other, so that no list of them exists. Returns the
    /// column after the last.
    fn lay_out(&self, grouping: Grouping, mut put: impl FnMut(Placed)) -> u16 {
        let (size, _) = grouping.rule();
        let (mut column, mut run, mut group) = (0_u16, 0, 0_u8);
        for (byte, character) in characters(self.typed) {
            let separates = grouping.separates(character);
            if separates {
                run = 0;
            } else {
                if run == size {
                    put(Placed { column, byte: None, character: None, group });
                    column = column.saturating_add(1);
                    run = 0;
                }
                group = group.saturating_add(u8::from(run == 0));
                run += 1;
            }
            put(Placed { column, byte: Some(byte), character: (!separates).then_some(character), group });
            column = column.saturating_add(self.columns(character));
        }
        column
    }

    /// How many columns a character takes as it is drawn now.
    fn columns(&self, character: char) -> u16 {
        let drawn =
            if self.masked() { 1 } else { text::width(&self.context.theme.text(character.encode_utf8(&mut [0; 4]))) };
        u16::try_from(drawn).unwrap_or(1)
    }
}
