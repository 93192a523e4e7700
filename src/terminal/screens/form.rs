//! Fields to fill in. What was typed is drawn from the vault, cell by cell.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::grid::{self, Grid, Look};
use super::{DrawContext, Marks, Page, Row, dice};
use crate::ceremony::{Body, FieldState, FieldView, View};
use crate::fields::FieldKind;
use crate::names::FieldName;
use crate::script::words;
use crate::terminal::screen_state::ScreenState;
use crate::terminal::theme::Sign;
use crate::terminal::word_cursor::{self, Cursor, Standing};
use crate::terminal::{cells, text};
use crate::terms::Handle;

/// How the characters of a field stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grouping {
    /// One after the other.
    Plain,
    /// Groups of two with colons, as primes, values and check bytes are written.
    Pairs,
    /// 4 groups of four, as 16 digits are counted best.
    Fours,
}

impl Grouping {
    fn of(kind: &FieldKind) -> Self {
        match kind {
            FieldKind::Prime { .. } | FieldKind::ShareValue | FieldKind::CheckBytes { .. } => Self::Pairs,
            FieldKind::SoPin { .. } | FieldKind::NewSoPin => Self::Fours,
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
        FieldKind::Again(other) => {
            fields.iter().find(|field| field.name == *other).map_or(&field.kind, |other| &other.kind)
        }
        kind => kind,
    }
}

/// The columns that the field wants.
fn natural_width(kind: &FieldKind) -> u16 {
    match kind {
        FieldKind::Prime { .. } | FieldKind::ShareValue => 23,
        FieldKind::CheckBytes { .. } => 5,
        FieldKind::NewPassword | FieldKind::Password => 40,
        FieldKind::SoPin { .. } | FieldKind::NewSoPin => 19,
        FieldKind::ShareId { .. } | FieldKind::KeyReference { .. } => 3,
        FieldKind::UserPin | FieldKind::NewUserPin { .. } => 15,
        FieldKind::Serial(_) | FieldKind::Again(_) => 16,
        FieldKind::Word(word) => u16::try_from(word.len()).unwrap_or(0).max(12),
        FieldKind::Line { .. } => 60,
        // over the whole width, row by row
        FieldKind::ShareWords { .. } | FieldKind::Dice { .. } => 0,
    }
}

/// Text, then for each field its label and hint, what was typed, and how far it has come.
pub fn page(state: &ScreenState, context: &DrawContext<'_>, text: &[String], fields: &[FieldView], width: u16) -> Page {
    let theme = context.theme;
    let mut page = Page::default();
    page.paragraphs(theme, text, width, theme.normal());
    page.gap();
    for (place, field) in fields.iter().enumerate() {
        let here = place == state.focus;
        let from = page.len();
        let label_style = if here { theme.strong() } else { theme.normal() };
        let most = usize::from(width);
        let label = text::cut(theme, &field.label, most);
        let (sign, note, style) = standing(field, here, state, context);
        let note = theme.text(&note).into_owned();
        let note = sign.map_or(note.clone(), |sign| format!("{sign} {note}"));
        let kind = meant(fields, field);
        let fits = |right: &str| text::width(&label) + 3 + text::width(right) <= most;
        // a grid of words needs every row: its note takes the place of the hint
        let above = matches!(kind, FieldKind::ShareWords { .. }) && !note.is_empty() && fits(&note);
        let hint = theme.text(&field.hint).into_owned();
        if above || fits(&hint) {
            let (right, style) = if above { (note.clone(), style) } else { (hint, theme.dim()) };
            page.rows.push(Row::Spread(
                Line::from(Span::styled(label, label_style)),
                Line::from(Span::styled(right, style)),
            ));
        } else {
            page.line(label, label_style);
            page.hanging(theme, vec![Span::raw("  ")], &hint, width, theme.dim());
        }
        let rows = match kind {
            FieldKind::ShareWords { words, .. } => {
                page.rows.extend((0..Grid::of(*words).rows()).map(|row| Row::EntryWords(field.name, row)));
                true
            }
            FieldKind::Dice { throws } => {
                page.rows.extend((0..dice::rows(usize::from(*throws))).map(|row| Row::EntryDice(field.name, row)));
                true
            }
            _ => false,
        };
        let room = most.saturating_sub(usize::from(natural_width(kind)) + 5);
        let beside = !rows && text::width(&note) <= room;
        if !rows {
            let shown = if beside { Line::from(Span::styled(note.clone(), style)) } else { Line::default() };
            page.rows.push(Row::Entry(field.name, shown));
        }
        if Grouping::of(kind) == Grouping::Pairs && (here || field.wrong_at.is_some()) {
            let groups = u8::try_from((natural_width(kind) + 1) / 3).unwrap_or(0);
            page.rows.push(Row::Marks(Marks { from: 2, pitch: 3, groups, wrong: field.wrong_at }));
        }
        if !(above || beside || note.is_empty()) {
            page.hanging(theme, vec![Span::raw("  ")], &note, width, style);
        }
        if here {
            suggest(&mut page, field, state, context, width);
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

/// The sign, the sentence and the style that say how far a field has come.
fn standing(
    field: &FieldView,
    here: bool,
    state: &ScreenState,
    context: &DrawContext<'_>,
) -> (Option<char>, String, Style) {
    let theme = context.theme;
    match &field.state {
        FieldState::Empty => (None, String::new(), theme.dim()),
        FieldState::Typing(note) => (None, note.clone(), theme.dim()),
        FieldState::Good => {
            let word = || context.text(words::FIELD_GOOD);
            (Some(theme.sign(Sign::Good)), field.note.clone().unwrap_or_else(word), theme.good())
        }
        FieldState::Wrong(note) => match half_typed(field, here, state, context) {
            Some(number) => (None, context.text(words::WordsTyping { place: number }), theme.dim()),
            None => (Some(theme.sign(Sign::Wrong)), note.clone(), theme.bad()),
        },
    }
}

/// The number of the word that is called wrong for no other reason than that somebody is typing it.
fn half_typed(field: &FieldView, here: bool, state: &ScreenState, context: &DrawContext<'_>) -> Option<u8> {
    let typed = typed(field, context);
    let at = usize::from(field.wrong_at?).checked_sub(1)?;
    let here = here && matches!(field.kind, FieldKind::ShareWords { .. });
    let same = state.cursor.cell_of(typed, at) == state.cursor.cell(typed);
    (here && same && state.cursor.standing(typed) == Standing::Unfinished).then_some(field.wrong_at?)
}

fn typed<'a>(field: &FieldView, context: &DrawContext<'a>) -> &'a [u8] {
    context.vault.typed(field.name).map_or(&[], |text| text.expose())
}

fn suggested<'a>(field: &FieldView, context: &DrawContext<'a>) -> Option<&'a [u8]> {
    context.vault.lend(Handle::Suggestion(field.name))
}

/// Where the vault knows the word that would be right: that it does, and, while unmasked, the word.
fn suggest(page: &mut Page, field: &FieldView, state: &ScreenState, context: &DrawContext<'_>, width: u16) {
    let Some(number) = field.wrong_at.filter(|_| suggested(field, context).is_some()) else { return };
    if state.unmasked(context.now) {
        let before = context.text(words::WordsSuggestion { place: number });
        page.rows.push(Row::Suggestion(field.name, before));
    } else {
        let before = vec![Span::raw("  ")];
        let hint = context.text(words::WORDS_SUGGESTION_HIDDEN);
        page.hanging(context.theme, before, &hint, width, context.theme.accent());
    }
}

/// A field as it is drawn now.
struct Drawn<'a> {
    field: &'a FieldView,
    /// It has the focus.
    here: bool,
    masked: bool,
    typed: &'a [u8],
}

impl<'a> Drawn<'a> {
    fn now(name: FieldName, view: &'a View, state: &ScreenState, context: &DrawContext<'a>) -> Option<Self> {
        let (place, field) = form_fields(view).iter().enumerate().find(|(_, field)| field.name == name)?;
        let here = place == state.focus;
        let masked = field.masked && !(here && state.unmasked(context.now));
        Some(Self { field, here, masked, typed: typed(field, context) })
    }
}

fn form_fields(view: &View) -> &[FieldView] {
    match &view.body {
        Body::Form { fields, .. } => fields,
        _ => &[],
    }
}

/// The word that would make the field right, cell by cell, for its owner's eyes.
pub fn suggestion(
    buffer: &mut Buffer,
    area: Rect,
    name: FieldName,
    before: &str,
    view: &View,
    state: &ScreenState,
    context: &DrawContext<'_>,
) {
    let Some(Drawn { field, here: true, .. }) = Drawn::now(name, view, state, context) else { return };
    if !state.unmasked(context.now) {
        return;
    }
    let left = area.x + 2;
    cells::put(buffer, left, area.y, before, context.theme.accent());
    let from = left + u16::try_from(text::width(before) + 1).unwrap_or(0);
    grid::letters(buffer, area, from, suggested(field, context).unwrap_or_default(), context.theme.strong());
}

/// One row of words that are being typed. Gives the cursor's place where it is in this row.
pub fn words(
    buffer: &mut Buffer,
    area: Rect,
    name: FieldName,
    row: usize,
    view: &View,
    state: &ScreenState,
    context: &DrawContext<'_>,
) -> Option<Position> {
    let Drawn { field, here, masked, typed } = Drawn::now(name, view, state, context)?;
    let FieldKind::ShareWords { words, .. } = &field.kind else { return None };
    let theme = context.theme;
    let cursor = if here { state.cursor } else { Cursor::End };
    let half_typed = half_typed(field, here, state, context).is_some();
    let wrong = field.wrong_at.and_then(|place| usize::from(place).checked_sub(1)).filter(|_| !half_typed);
    let mut at = None;
    for (cell, column) in Grid::of(*words).row(row) {
        let word = word_cursor::words(typed).enumerate().find(|(word, _)| cursor.cell_of(typed, *word) == cell);
        let focus = here && cursor.cell(typed) == cell;
        let standing = if focus { cursor.standing(typed) } else { Standing::Untouched };
        let marked = wrong.is_some() && wrong == word.as_ref().map(|(word, _)| *word) || standing == Standing::None;
        let look = Look {
            focus,
            sign: match (marked, standing) {
                (true, _) => Some((theme.sign(Sign::Wrong), theme.bad())),
                (false, Standing::Word) => Some((theme.sign(Sign::Good), theme.good())),
                _ => None,
            },
            style: if marked { theme.bad() } else { theme.normal() },
        };
        let from = grid::number(buffer, area, column, Grid::of(*words), cell, &look, theme);
        let letters = word.and_then(|(_, word)| typed.get(word)).unwrap_or_default();
        // how long a word is would tell something of it: finished words are all of one length
        let dots = if standing == Standing::Untouched { MASKED_WORD } else { letters.len() };
        let end = match (letters.is_empty(), masked) {
            (true, _) => {
                grid::fill(buffer, area, from, MASKED_WORD, '_', theme.dim());
                0
            }
            (false, true) => {
                grid::fill(buffer, area, from, dots, theme.sign(Sign::Masked), look.style);
                dots
            }
            (false, false) => {
                grid::letters(buffer, area, from, letters, look.style);
                letters.len()
            }
        };
        if focus {
            at = u16::try_from(end).ok().map(|end| Position::new(from + end, area.y));
        }
    }
    at
}

/// A masked word has so many dots.
const MASKED_WORD: usize = 4;

/// One row of dice that are being typed. Gives the cursor's place where it is in this row.
pub fn dice(
    buffer: &mut Buffer,
    area: Rect,
    name: FieldName,
    row: usize,
    view: &View,
    state: &ScreenState,
    context: &DrawContext<'_>,
) -> Option<Position> {
    let Drawn { field, here, masked, typed } = Drawn::now(name, view, state, context)?;
    let FieldKind::Dice { throws } = &field.kind else { return None };
    let dice = dice::Dice { text: typed, all: usize::from(*throws), masked, here };
    dice::row(buffer, area, row, &dice, context.theme)
}

/// What was typed into one field, masked or not. Gives the cursor's place where the field has the focus.
pub fn entry(
    buffer: &mut Buffer,
    area: Rect,
    name: FieldName,
    view: &View,
    state: &ScreenState,
    context: &DrawContext<'_>,
) -> Option<Position> {
    let Drawn { field, here, masked, typed } = Drawn::now(name, view, state, context)?;
    let theme = context.theme;
    let kind = meant(form_fields(view), field);
    let grouping = Grouping::of(kind);
    if here {
        cells::put(buffer, area.x, area.y, theme.sign(Sign::Here).encode_utf8(&mut [0; 4]), theme.accent());
    }
    let left = area.x + 2;
    let note = match &field.state {
        FieldState::Typing(note) | FieldState::Wrong(note) => text::width(note) + 4,
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
    let mut group = 1;
    for byte in typed {
        if separates(*byte, grouping) {
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
            let wrong = grouping == Grouping::Pairs && field.wrong_at == Some(group);
            let style = if wrong { theme.bad() } else { style };
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
        Grouping::Pairs => matches!(byte, b':' | b' '),
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
