//! Fields to fill in.

mod characters;
pub mod entry;
mod note;
mod shape;
mod throws;

pub use self::entry::Part;
pub use self::shape::Shape;
pub use self::throws::count as count_throws;

use std::hash::{Hash, Hasher};

use ratatui::text::{Line, Span};

use super::grid::Grid;
use super::groups::Marks;
use super::{DrawContext, Page, Row};
use crate::ceremony::FieldView;
use crate::names::FieldName;
use crate::script::words;
use crate::terminal::caret::Step;
use crate::terminal::grouping::Grouping;
use crate::terminal::keyboard::Key;
use crate::terminal::keys::{
    Action, Binding, DEVIATION, HELP, HELP_WHILE_TYPING, Keys, LEAVE, LOOK, Others, PAGES, STOP, WordAction, binding,
    quiet,
};
use crate::terminal::screen_state::ScreenState;
use crate::terminal::text;

const ADVANCE: Binding =
    binding(&[(Key::Enter, Action::Advance)], words::KEY_ENTER, words::FOOT_ADVANCE, words::HELP_ADVANCE);

const COMPLETE: Binding =
    binding(&[(Key::Enter, Action::Advance)], words::KEY_ENTER, words::FOOT_GO_ON, words::HELP_GO_ON);

const ONLY: Binding =
    binding(&[(Key::Enter, Action::Advance)], words::KEY_ENTER, words::FOOT_ONLY, words::HELP_ADVANCE);

const FIELDS: Binding = binding(
    &[(Key::Tab, Action::After), (Key::BackTab, Action::Before), (Key::Down, Action::After), (Key::Up, Action::Before)],
    words::KEY_TAB,
    words::FOOT_FIELDS,
    words::HELP_FIELDS,
);

/// For forms in which the arrows move between words.
const FIELDS_BY_TAB: Binding = binding(
    &[(Key::Tab, Action::After), (Key::BackTab, Action::Before)],
    words::KEY_TAB,
    words::FOOT_FIELDS,
    words::HELP_FIELDS_BY_TAB,
);

const WORDS: Binding = binding(
    &[
        (Key::Up, Action::AmongWords(WordAction::Before)),
        (Key::Down, Action::AmongWords(WordAction::After)),
        (Key::Left, Action::AmongWords(WordAction::ColumnBefore)),
        (Key::Right, Action::AmongWords(WordAction::ColumnAfter)),
        (Key::Home, Action::AmongWords(WordAction::First)),
        (Key::End, Action::AmongWords(WordAction::Last)),
    ],
    words::KEY_ALL_ARROWS,
    words::FOOT_WORDS,
    words::HELP_WORDS,
);

/// The caret in a field of characters or throws.
const GROUPS: Binding = binding(
    &[
        (Key::Left, Action::AmongGroups(Step::Before)),
        (Key::Right, Action::AmongGroups(Step::After)),
        (Key::Home, Action::AmongGroups(Step::First)),
        (Key::End, Action::AmongGroups(Step::Last)),
    ],
    words::KEY_SIDEWAYS,
    words::FOOT_GROUPS,
    words::HELP_GROUPS,
);

/// Acts like any character, and so is not among the strokes.
const WORD_ENDS: Binding = quiet(&[], words::KEY_SPACE, words::HELP_WORD_ENDS);

const INSERT: Binding =
    quiet(&[(Key::Ctrl(b'n'), Action::AmongWords(WordAction::Insert))], words::KEY_CTRL_N, words::HELP_INSERT);

const UNMASK: Binding =
    binding(&[(Key::Ctrl(b't'), Action::Unmask)], words::KEY_CTRL_T, words::FOOT_UNMASK, words::HELP_UNMASK);

const CLEAR: Binding =
    binding(&[(Key::Ctrl(b'u'), Action::Clear)], words::KEY_CTRL_U, words::FOOT_CLEAR, words::HELP_CLEAR);

const ERASE: Binding = quiet(&[(Key::Backspace, Action::Erase)], words::KEY_BACKSPACE, words::HELP_ERASE);

const DELETE: Binding = quiet(&[(Key::Delete, Action::Delete)], words::KEY_DELETE, words::HELP_DELETE);

/// Text, then for each field its label and hint, the typed text, and its state.
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
        let (sign, note, style) = note::standing(field, here, state, context);
        let note = theme.text(&note).into_owned();
        let note = sign.map_or(note.clone(), |sign| format!("{sign} {note}"));
        let shape = Shape::drawn(fields, field);
        let fits = |right: &str| text::width(&label) + 3 + text::width(right) <= most;
        // a grid of words needs every row: its note replaces the hint
        let above = shape.is_words() && !note.is_empty() && fits(&note);
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
        let beside = match shape {
            Shape::Words(words) => {
                let rows = (0..Grid::of(words).rows()).map(Part::Words);
                page.rows.extend(rows.map(|row| Row::Field(field.name, row)));
                false
            }
            Shape::Throws(all) => {
                let rows = (0..throws::rows(usize::from(all))).map(Part::Throws);
                page.rows.extend(rows.map(|row| Row::Field(field.name, row)));
                false
            }
            Shape::Characters { width, grouping } => {
                let beside = text::width(&note) <= most.saturating_sub(usize::from(width) + 5);
                let shown = if beside { Line::from(Span::styled(note.clone(), style)) } else { Line::default() };
                page.rows.push(Row::Field(field.name, Part::Characters(shown)));
                if grouping == Grouping::Pairs && (here || field.wrong_at.is_some()) {
                    let groups = u8::try_from((width + 1) / 3).unwrap_or(0);
                    page.rows.push(Row::Marks(Marks { from: 2, pitch: 3, groups, wrong: field.wrong_at }));
                }
                beside
            }
        };
        if !(above || beside || note.is_empty()) {
            page.hanging(theme, vec![Span::raw("  ")], &note, width, style);
        }
        if here {
            note::suggest(&mut page, field, state, context, width);
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

/// What the keys of a form depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own; none excludes another")]
pub struct Stands {
    /// What is typed into the focused field.
    pub shape: Option<Shape>,
    /// It is masked.
    pub masked: bool,
    /// There is more than one field.
    pub several: bool,
    /// Everything is good, and Enter on the last field continues.
    pub complete: bool,
    /// Esc leaves.
    pub may_leave: bool,
    /// A deviation may be recorded.
    pub may_deviate: bool,
}

impl Stands {
    /// The state of a form with the focus on this field.
    pub fn now(fields: &[FieldView], focus: usize, may_leave: bool, may_deviate: bool) -> Self {
        let here = fields.get(focus);
        Self {
            shape: here.map(|field| Shape::of(&field.kind)),
            masked: here.is_some_and(|field| field.masked),
            several: fields.len() > 1,
            complete: first_not_good(fields).is_none() && focus + 1 >= fields.len(),
            may_leave,
            may_deviate,
        }
    }
}

/// Enter advances; characters are typed.
pub fn keys(stands: Stands) -> Keys {
    let Stands { shape, masked, several, complete, may_leave, may_deviate } = stands;
    let mut own = vec![match (complete, several) {
        (true, _) => COMPLETE,
        (false, true) => ADVANCE,
        (false, false) => ONLY,
    }];
    let (fields, words, question_mark) = match shape {
        Some(Shape::Words(_)) => (FIELDS_BY_TAB, vec![WORD_ENDS, WORDS, INSERT], false),
        Some(Shape::Throws(_)) => (FIELDS, vec![GROUPS], false),
        Some(Shape::Characters { .. }) | None => (FIELDS, vec![GROUPS], true),
    };
    own.extend(several.then_some(fields));
    own.extend(words);
    own.extend(masked.then_some(UNMASK));
    own.extend([CLEAR, ERASE, DELETE, PAGES]);
    // where characters are typed, a question mark is text
    let help = if question_mark { HELP_WHILE_TYPING } else { HELP };
    let common = [Some(help), Some(LOOK), may_leave.then_some(LEAVE), may_deviate.then_some(DEVIATION), Some(STOP)];
    let common: Vec<Binding> = common.into_iter().flatten().collect();
    Keys { others: Others::Typed { question_mark }, ..Keys::new(own, common) }
}

/// The same question for a different card makes a different screen; typing does not.
pub fn identify(fields: &[FieldView], irreversible: bool, may_leave: bool, hasher: &mut impl Hasher) {
    (irreversible, may_leave).hash(hasher);
    for field in fields {
        (&field.label, field.kind.card()).hash(hasher);
    }
}

/// The field to which Enter leads.
pub fn first_not_good(fields: &[FieldView]) -> Option<usize> {
    fields.iter().position(|field| !field.state.is_good())
}

/// The references that the plan fills in.
pub fn planned(fields: &[FieldView]) -> Vec<(FieldName, u8)> {
    fields.iter().filter_map(|field| Some((field.name, field.kind.properties().filled_in?))).collect()
}
