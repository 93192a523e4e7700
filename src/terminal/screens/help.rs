//! The keys that work now, the words on this screen, and the text about privacy.

use crate::script::{GLOSSARY, GlossaryTerm, words};
use ratatui::text::Span;

use super::{DrawContext, Page};
use crate::ceremony::{Body, View};
use crate::terminal::keyboard::Key;
use crate::terminal::keys::{Action, Binding, Keys, SCROLL, binding};
use crate::terminal::screen_state::ScreenState;
use crate::terminal::text;

/// Columns for the labels of the keys.
const KEYS: usize = 18;

const CLOSE_HELP: Binding = binding(
    &[
        (Key::Char(b'?'), Action::Help),
        (Key::Ctrl(b'g'), Action::Help),
        (Key::Enter, Action::Help),
        (Key::Escape, Action::Help),
    ],
    words::KEY_QUESTION,
    words::FOOT_CLOSE_HELP,
    words::HELP_HELP,
);

/// Covers the screen it explains.
pub fn page(view: &View, state: &ScreenState, context: &DrawContext<'_>, width: u16) -> Page {
    let theme = context.theme;
    let mut page = Page::default();
    page.line(context.text(words::HELP_TITLE), theme.strong());
    page.gap();
    for binding in super::keys_below(view, state).bindings() {
        let key = text::cut(theme, binding.key, KEYS - 2);
        let before = vec![Span::styled(format!("{key:<KEYS$}"), theme.accent())];
        page.hanging(theme, before, binding.help, width, theme.normal());
    }
    let terms = terms(view);
    if !terms.is_empty() {
        page.gap();
        page.line(context.text(words::HELP_WORDS_TITLE), theme.strong());
        page.gap();
        for term in terms {
            let word = text::cut(theme, term.word, KEYS - 2);
            let before = vec![Span::styled(format!("{word:<KEYS$}"), theme.accent())];
            page.hanging(theme, before, term.meaning, width, theme.normal());
        }
    }
    page.gap();
    page.line(context.text(words::HELP_PRIVACY_TITLE), theme.strong());
    page.gap();
    page.paragraphs(theme, &[words::HELP_PRIVACY.to_owned()], width, theme.normal());
    page
}

/// The words of the glossary that are on this screen.
fn terms(view: &View) -> Vec<&'static GlossaryTerm> {
    let (text, more): (&[String], Vec<&str>) = match &view.body {
        Body::Read { text } | Body::Working { text, .. } | Body::Ended { text, .. } => (text, Vec::new()),
        Body::Tick { text, items, .. } => (text, items.iter().map(|item| item.text.as_str()).collect()),
        Body::Choose { text, options, .. } => (text, options.iter().map(|option| option.text.as_str()).collect()),
        Body::Form { text, fields, .. } => {
            (text, fields.iter().flat_map(|field| [field.label.as_str(), field.hint.as_str()]).collect())
        }
        Body::Reveal { before, .. } => (before, Vec::new()),
        Body::Fault { happened, truth, choices } => {
            let choices = choices.iter().map(|choice| choice.text.as_str());
            (happened, truth.iter().map(String::as_str).chain(choices).collect())
        }
    };
    let title = [view.header.title.as_str(), view.header.act.as_str()];
    let all: Vec<&str> = text.iter().map(String::as_str).chain(more).chain(title).collect();
    GLOSSARY.iter().filter(|term| all.iter().any(|text| term.is_in(text))).collect()
}

/// Only closing and scrolling work.
pub fn keys() -> Keys {
    Keys::new([CLOSE_HELP, SCROLL], [])
}
