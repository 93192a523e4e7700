//! One file for each kind of screen: its page, its keys, and what identifies it. A screen becomes a page of rows;
//! secrets are drawn cell by cell, never as a string.

mod choose;
mod ended;
mod fault;
pub mod form;
mod grid;
mod groups;
mod help;
mod look;
mod page;
mod read;
mod reveal;
mod tick;
mod too_small;
mod window;
mod working;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Instant;

use ratatui::buffer::Buffer;

pub use self::grid::Grid;
pub use self::page::{Page, Row};
pub use self::window::draw;
use super::keys::{Action, Keys};
use super::screen_state::{Cover, ScreenId, ScreenState};
use super::theme::Theme;
use crate::ceremony::{Body, Notice, View};
use crate::vault::Vault;

/// What drawing needs in addition to the view.
#[derive(Clone, Copy)]
pub struct DrawContext<'a> {
    /// Colours and signs.
    pub theme: Theme,
    /// Lends secrets for this frame.
    pub vault: &'a Vault,
    /// For what is shown only for a moment.
    pub now: Instant,
}

impl DrawContext<'_> {
    /// A sentence in the characters that this terminal can draw.
    pub fn text(&self, sentence: impl std::fmt::Display) -> String {
        self.theme.text(&sentence.to_string()).into_owned()
    }
}

/// The screen's page, or what covers it.
fn page(view: &View, state: &ScreenState, context: &DrawContext<'_>, width: u16) -> Page {
    match (state.cover, &view.so_far) {
        (Some(Cover::Help), _) => return help::page(view, state, context, width),
        (Some(Cover::Look), Some(so_far)) => return look::page(context, so_far, &view.steps, width),
        (Some(Cover::Look), None) | (None, _) => {}
    }
    match &view.body {
        Body::Read { text } => read::page(context, text, width),
        Body::Tick { text, items, .. } => tick::page(state, context, text, items, width),
        Body::Choose { text, options, .. } => choose::page(state, context, text, options, width),
        Body::Form { text, fields, .. } => form::page(state, context, text, fields, width),
        Body::Reveal { .. } => reveal::page(context, &view.body, width),
        Body::Working { text, progress, seconds, .. } => working::page(context, text, *progress, *seconds, width),
        Body::Fault { happened, truth, choices } => fault::page(state, context, happened, truth, choices, width),
        Body::Ended { text, .. } => ended::page(context, text, width),
    }
}

/// The keys that work now.
pub fn keys(view: &View, state: &ScreenState) -> Keys {
    if state.too_small {
        return too_small::keys();
    }
    match state.cover {
        Some(Cover::Help) => help::keys(),
        Some(Cover::Look) => look::keys(),
        None => keys_below(view, state),
    }
}

/// The keys that work while nothing covers the screen.
fn keys_below(view: &View, state: &ScreenState) -> Keys {
    let reading = state.reading();
    let keys = match &view.body {
        Body::Read { .. } => read::keys(reading),
        Body::Tick { items, enough, .. } => {
            tick::keys(reading, tick::Ticks::of(items, *enough), tick::calls_people(items))
        }
        Body::Choose { options, asks, may_leave, .. } => {
            choose::keys(reading, options.len(), *may_leave, choose::By::of(*asks))
        }
        Body::Form { fields, may_leave, may_deviate, .. } => {
            form::keys(form::Stands::now(fields, state.focus, *may_leave, *may_deviate))
        }
        Body::Reveal { shown, seen, .. } => reveal::keys(reading, reveal::Reveal::of(*shown, *seen, state.scrolls())),
        Body::Working { may_stop, .. } => working::keys(*may_stop),
        Body::Fault { choices, .. } => fault::without_notes(fault::keys(reading, choices.len()), choices),
        Body::Ended { confirms, .. } => ended::keys(reading, *confirms),
    };
    if view.so_far.is_some() { keys } else { keys.without(Action::Look) }
}

impl ScreenId {
    /// The screen of this view: step, kind and question, but not what changes while the same screen is up.
    pub fn of(view: &View) -> Self {
        let mut hasher = DefaultHasher::new();
        view.header.number.hash(&mut hasher);
        view.header.title.hash(&mut hasher);
        std::mem::discriminant(&view.body).hash(&mut hasher);
        // The fields are empty again: the focus begins anew.
        (view.notice == Some(Notice::LeftAlone)).hash(&mut hasher);
        match &view.body {
            Body::Read { text } => read::identify(text, &mut hasher),
            Body::Tick { items, .. } => tick::identify(items, &mut hasher),
            Body::Choose { text, options, .. } => choose::identify(text, options, &mut hasher),
            Body::Form { fields, irreversible, may_leave, .. } => {
                form::identify(fields, *irreversible, *may_leave, &mut hasher);
            }
            Body::Reveal { owner, custodian, card, shown, .. } => {
                reveal::identify(owner, *custodian, card, *shown, &mut hasher);
            }
            // progress does not make it a different screen
            Body::Working { .. } => {}
            Body::Fault { happened, truth, choices } => fault::identify(happened, truth, choices, &mut hasher),
            Body::Ended { text, .. } => ended::identify(text, &mut hasher),
        }
        Self(hasher.finish())
    }
}

/// What a screen shows that must not stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposes {
    /// Nothing.
    Nothing,
    /// Typed text, masked or shown in clear for a moment.
    Typed,
    /// A share in clear.
    Share,
}

/// Properties of a screen other than its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nature {
    /// What must be wiped when it goes away.
    pub exposes: Exposes,
    /// It is shown alone, without the step list.
    pub alone: bool,
    /// It has the double frame of an irreversible act.
    pub irreversible: bool,
    /// People type into it, and the cursor is where they type.
    pub types: bool,
}

impl Nature {
    /// The properties of the screen for this body.
    pub fn of(body: &Body) -> Self {
        let plain = Self { exposes: Exposes::Nothing, alone: false, irreversible: false, types: false };
        match body {
            Body::Read { .. }
            | Body::Tick { .. }
            | Body::Choose { .. }
            | Body::Reveal { shown: false, .. }
            | Body::Working { .. }
            | Body::Fault { .. }
            | Body::Ended { .. } => plain,
            Body::Form { fields, irreversible, .. } => {
                let secret = fields.iter().any(|field| field.masked);
                let exposes = if secret { Exposes::Typed } else { Exposes::Nothing };
                Self { exposes, irreversible: *irreversible, types: true, ..plain }
            }
            Body::Reveal { shown: true, .. } => Self { exposes: Exposes::Share, alone: true, ..plain },
        }
    }
}

/// What can be focused: each item, option or field, and whether it is open.
pub fn open_places(body: &Body) -> Vec<bool> {
    match body {
        Body::Tick { items, .. } => vec![true; items.len()],
        Body::Form { fields, .. } => vec![true; fields.len()],
        Body::Choose { options, .. } | Body::Fault { choices: options, .. } => {
            options.iter().map(|option| !option.closed).collect()
        }
        Body::Read { .. } | Body::Reveal { .. } | Body::Working { .. } | Body::Ended { .. } => Vec::new(),
    }
}

/// Where the focus starts.
pub fn first_place(body: &Body) -> usize {
    let first = match body {
        Body::Tick { items, .. } => items.iter().position(|item| !item.ticked),
        Body::Form { fields, .. } => form::first_not_good(fields),
        Body::Choose { .. }
        | Body::Fault { .. }
        | Body::Read { .. }
        | Body::Reveal { .. }
        | Body::Working { .. }
        | Body::Ended { .. } => open_places(body).iter().position(|open| *open),
    };
    first.unwrap_or(0)
}

/// What the wipe leaves on the screen: nothing.
pub fn neutral(buffer: &mut Buffer) {
    buffer.reset();
}

#[cfg(test)]
pub mod tests;
