//! What is said beside a field: its state, and the word that its owner's card may show.

use ratatui::style::Style;
use ratatui::text::Span;

use super::entry::Part;
use super::shape::Shape;
use crate::ceremony::{FieldState, FieldView};
use crate::script::words;
use crate::terminal::screen_state::ScreenState;
use crate::terminal::screens::{DrawContext, Page, Row};
use crate::terminal::theme::Sign;
use crate::terminal::word_cursor::Standing;
use crate::terms::Handle;

/// The sign, sentence and style that describe a field's state.
pub fn standing(
    field: &FieldView,
    here: bool,
    state: &ScreenState,
    context: &DrawContext<'_>,
) -> (Option<char>, String, Style) {
    let theme = context.theme;
    match &field.state {
        FieldState::Empty => (None, String::new(), theme.dim()),
        FieldState::Typing(note) => (None, note.clone(), theme.dim()),
        FieldState::Complete(note) => (None, field.note.clone().unwrap_or_else(|| note.clone()), theme.normal()),
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

/// The number of the word that counts as wrong only because somebody is still typing it.
pub fn half_typed(field: &FieldView, here: bool, state: &ScreenState, context: &DrawContext<'_>) -> Option<u8> {
    let typed = typed(field, context);
    let at = usize::from(field.wrong_at?).checked_sub(1)?;
    let same = state.cursor.cell_of(typed, at) == state.cursor.cell(typed);
    (here && Shape::of(&field.kind).is_words() && same && state.cursor.standing(typed) == Standing::Unfinished)
        .then_some(field.wrong_at?)
}

/// The typed text, lent for this frame.
pub fn typed<'a>(field: &FieldView, context: &DrawContext<'a>) -> &'a [u8] {
    context.vault.typed(field.name).map_or(&[], |text| text.expose())
}

/// The word that would be right, lent for this frame.
pub fn suggested<'a>(field: &FieldView, context: &DrawContext<'a>) -> Option<&'a [u8]> {
    context.vault.lend(Handle::Suggestion(field.name))
}

/// Where the vault knows the right word: says so and, while unmasked, shows the word.
pub fn suggest(page: &mut Page, field: &FieldView, state: &ScreenState, context: &DrawContext<'_>, width: u16) {
    let Some(number) = field.wrong_at.filter(|_| suggested(field, context).is_some()) else { return };
    if state.unmasked(context.now) {
        let before = context.text(words::WordsSuggestion { place: number });
        page.rows.push(Row::Field(field.name, Part::Suggestion(before)));
    } else {
        let before = vec![Span::raw("  ")];
        let hint = context.text(words::WORDS_SUGGESTION_HIDDEN);
        page.hanging(context.theme, before, &hint, width, context.theme.accent());
    }
}
