//! Something failed: what happened, what is true now, what can be done.

use std::hash::{Hash, Hasher};

use super::{DrawContext, Page, choose};
use crate::ceremony::{ChoiceId, OptionView};
use crate::script::words;
use crate::terminal::keys::{Action, Keys};
use crate::terminal::screen_state::{Reading, ScreenState};
use crate::terminal::theme::Sign;

/// Three parts, each under its heading.
pub fn page(
    state: &ScreenState,
    context: &DrawContext<'_>,
    happened: &[String],
    truth: &[String],
    choices: &[OptionView],
    width: u16,
) -> Page {
    let theme = context.theme;
    let mut page = Page::default();
    page.line(format!("{} {}", theme.sign(Sign::Wrong), context.text(words::FAULT_HAPPENED)), theme.bad());
    page.paragraphs(theme, happened, width, theme.normal());
    if !truth.is_empty() {
        page.gap();
        page.line(context.text(words::FAULT_TRUTH), theme.strong());
        page.paragraphs(theme, truth, width, theme.normal());
    }
    if !choices.is_empty() {
        page.gap();
        page.line(context.text(words::FAULT_CHOICES), theme.strong());
        choose::add_options(&mut page, state, context, choices, width);
    }
    page
}

/// The same as for choosing.
pub fn keys(reading: Reading, choices: usize) -> Keys {
    choose::keys(reading, choices, false, choose::By::MarkOrNumber)
}

/// While the record cannot be written, nothing can be noted in it.
pub fn without_notes(keys: Keys, choices: &[OptionView]) -> Keys {
    let unwritten = choices.iter().any(|choice| matches!(choice.id, ChoiceId::Unwritten(_)));
    if unwritten { keys.without(Action::Deviation) } else { keys }
}

/// A different fault makes a different screen.
pub fn identify(happened: &[String], truth: &[String], choices: &[OptionView], hasher: &mut impl Hasher) {
    (happened, truth).hash(hasher);
    for choice in choices {
        choice.text.hash(hasher);
    }
}
