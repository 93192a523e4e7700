//! Fields to fill in. What was typed is drawn from the vault, cell by cell.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Page, Paint, Row};
use crate::ceremony::{Body, FieldKind, FieldState, FieldView, View};
use crate::terminal::desk::Desk;
use crate::terminal::parts;
use crate::terminal::theme::Sign;

/// How the characters of a field stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grouping {
    /// One after the other.
    Plain,
    /// 8 groups of two with colons, as primes and values are written.
    Pairs,
    /// 4 groups of four, as 16 digits are counted best.
    Fours,
}

impl Grouping {
    fn of(kind: &FieldKind) -> Self {
        match kind {
            FieldKind::Prime { .. } | FieldKind::ShareValue => Self::Pairs,
            FieldKind::SoPin | FieldKind::NewSoPin => Self::Fours,
            _ => Self::Plain,
        }
    }

    /// Characters in a group, and what stands between groups.
    const fn rule(self) -> (u16, char) {
        match self {
            Self::Plain => (u16::MAX, ' '),
            Self::Pairs => (2, ':'),
            Self::Fours => (4, ' '),
        }
    }
}

/// What a field takes; for one that repeats another, what that other takes.
fn meant<'a>(fields: &'a [FieldView], field: &'a FieldView) -> &'a FieldKind {
    match &field.kind {
        FieldKind::Again(other) => fields.get(usize::from(*other)).map_or(&field.kind, |other| &other.kind),
        kind => kind,
    }
}

/// The columns that the field wants.
fn natural_width(kind: &FieldKind) -> u16 {
    match kind {
        FieldKind::Prime { .. } | FieldKind::ShareValue => 23,
        FieldKind::SoPin | FieldKind::NewSoPin => 19,
        FieldKind::ShareId { .. } | FieldKind::KeyReference { .. } => 3,
        FieldKind::UserPin | FieldKind::NewUserPin { .. } => 15,
        FieldKind::Serial(_) | FieldKind::Again(_) => 16,
        FieldKind::Word(word) => u16::try_from(word.len()).unwrap_or(0).max(12),
        FieldKind::Line => 60,
    }
}

/// Text, then for each field its label and hint, what was typed, and how far it has come.
pub fn page(desk: &Desk, paint: &Paint<'_>, text: &[String], fields: &[FieldView], width: u16) -> Page {
    let theme = paint.theme;
    let mut page = Page::default();
    page.paragraphs(theme, text, width, theme.normal());
    page.gap();
    for (place, field) in fields.iter().enumerate() {
        let here = place == desk.focus;
        let from = page.len();
        let label_style = if here { theme.strong() } else { theme.normal() };
        let most = usize::from(width);
        let label = parts::cut(theme, &field.label, most);
        let hint = theme.text(&field.hint).into_owned();
        if parts::width(&label) + 3 + parts::width(&hint) <= most {
            page.rows.push(Row::Spread(
                Line::from(Span::styled(label, label_style)),
                Line::from(Span::styled(hint, theme.dim())),
            ));
        } else {
            page.line(label, label_style);
            page.hanging(theme, vec![Span::raw("  ")], &hint, width, theme.dim());
        }
        let (sign, note, style) = match &field.state {
            FieldState::Empty => (None, String::new(), theme.dim()),
            FieldState::Typing(note) => (None, note.clone(), theme.dim()),
            FieldState::Good => (Some(theme.sign(Sign::Good)), paint.word("field-good"), theme.good()),
            FieldState::Wrong(note) => (Some(theme.sign(Sign::Wrong)), note.clone(), theme.bad()),
        };
        let note = theme.text(&note).into_owned();
        let note = sign.map_or(note.clone(), |sign| format!("{sign} {note}"));
        let room = most.saturating_sub(usize::from(natural_width(meant(fields, field))) + 5);
        let beside = parts::width(&note) <= room;
        let shown = if beside { Line::from(Span::styled(note.clone(), style)) } else { Line::default() };
        page.rows.push(Row::Entry(place, shown));
        if Grouping::of(meant(fields, field)) == Grouping::Pairs && here {
            page.rows.push(Row::Marks(2, 3));
        }
        if !beside {
            page.hanging(theme, vec![Span::raw("  ")], &note, width, style);
        }
        if here {
            page.focus_from(from);
        }
        if place + 1 < fields.len() {
            page.gap();
        }
    }
    page
}

/// What was typed into one field, masked or not. Gives the cursor's place where the field has the focus.
pub fn entry(
    buffer: &mut Buffer,
    area: Rect,
    place: usize,
    view: &View,
    desk: &Desk,
    paint: &Paint<'_>,
) -> Option<Position> {
    let Body::Form { fields, .. } = &view.body else { return None };
    let field = fields.get(place)?;
    let theme = paint.theme;
    let here = place == desk.focus;
    let typed = paint.vault.typed(u8::try_from(place).ok()?).map_or(&[][..], |text| text.expose());
    let masked = field.masked && !(here && desk.unmasked(paint.now));
    let kind = meant(fields, field);
    let grouping = Grouping::of(kind);
    if here {
        parts::put(buffer, area.x, area.y, theme.sign(Sign::Here).encode_utf8(&mut [0; 4]), theme.accent());
    }
    let left = area.x + 2;
    let note = match &field.state {
        FieldState::Typing(note) | FieldState::Wrong(note) => parts::width(note) + 4,
        _ => 8,
    };
    let most = area.width.saturating_sub(2 + u16::try_from(note).unwrap_or(0)).max(16);
    let needed = columns(typed, grouping) + 1;
    let natural = natural_width(kind);
    let width = if needed > natural { needed.min(most.max(natural)) } else { natural };
    let skipped = needed.saturating_sub(width);

    let style = if here { theme.strong() } else { theme.normal() };
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
    for byte in typed {
        if separates(*byte, grouping) {
            cell(column, between, theme.dim());
            run = 0;
        } else {
            if run == size {
                cell(column, between, theme.dim());
                column += 1;
                run = 0;
            }
            cell(column, if masked { theme.sign(Sign::Masked) } else { char::from(*byte) }, style);
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
    here.then(|| Position::new(left + at.saturating_sub(skipped), area.y))
}

/// Whether the character stands between groups rather than in one.
const fn separates(byte: u8, grouping: Grouping) -> bool {
    match grouping {
        Grouping::Plain => false,
        Grouping::Pairs => matches!(byte, b':' | b' ' | b'-'),
        Grouping::Fours => matches!(byte, b':' | b' '),
    }
}

/// The columns that the typed text takes, separators that are put in included.
fn columns(typed: &[u8], grouping: Grouping) -> u16 {
    let (size, _) = grouping.rule();
    let mut run = 0;
    let mut columns = 0_u16;
    for byte in typed {
        columns += 1;
        if separates(*byte, grouping) {
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
