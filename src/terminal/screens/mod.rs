//! One file for each kind of screen: its page, its keys, and what makes it another screen. A screen becomes a page of
//! rows; what is secret is drawn cell by cell, never as a text.

mod choose;
mod ended;
mod fault;
pub mod form;
mod grid;
mod groups;
mod help;
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
use super::keys::Keys;
use super::screen_state::{ScreenId, ScreenState};
use super::theme::Theme;
use crate::ceremony::{Body, View};
use crate::vault::Vault;

/// What drawing needs besides the view.
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
    /// A sentence as this terminal can draw it.
    pub fn text(&self, sentence: impl std::fmt::Display) -> String {
        self.theme.text(&sentence.to_string()).into_owned()
    }
}

/// The screen's page, or the help that lies over it.
fn page(view: &View, state: &ScreenState, context: &DrawContext<'_>, width: u16) -> Page {
    if state.help {
        return help::page(view, state, context, width);
    }
    match &view.body {
        Body::Read { text } => read::page(context, text, width),
        Body::Tick { text, items, .. } => tick::page(state, context, text, items, width),
        Body::Choose { text, options, .. } => choose::page(state, context, text, options, width),
        Body::Form { text, fields, .. } => form::page(state, context, text, fields, width),
        Body::Reveal { .. } => reveal::page(context, &view.body, width),
        Body::Working { text, progress, seconds, .. } => working::page(context, text, *progress, *seconds, width),
        Body::Fault { happened, truth, choices } => fault::page(state, context, happened, truth, choices, width),
        Body::Ended { text } => ended::page(context, text, width),
    }
}

/// The keys that work now.
pub fn keys(view: &View, state: &ScreenState) -> Keys {
    if state.too_small {
        return too_small::keys();
    }
    if state.help { help::keys() } else { keys_below(view, state) }
}

/// The keys that work when the help does not lie over the screen.
fn keys_below(view: &View, state: &ScreenState) -> Keys {
    let reading = state.reading();
    match &view.body {
        Body::Read { .. } => read::keys(reading),
        Body::Tick { items, enough, .. } => tick::keys(reading, tick::Ticks::of(items, *enough)),
        Body::Choose { options, may_leave, .. } => choose::keys(reading, options.len(), *may_leave),
        Body::Form { fields, may_leave, may_deviate, .. } => {
            form::keys(form::Stands::now(fields, state.focus, *may_leave, *may_deviate))
        }
        Body::Reveal { shown, seen, .. } => reveal::keys(reading, reveal::Reveal::of(*shown, *seen, state.scrolls())),
        Body::Working { may_stop, .. } => working::keys(*may_stop),
        Body::Fault { choices, .. } => fault::keys(reading, choices.len()),
        Body::Ended { .. } => ended::keys(reading),
    }
}

impl ScreenId {
    /// The screen of this view: step, kind and what is asked; not what changes while one and the same screen is up.
    pub fn of(view: &View) -> Self {
        let mut hasher = DefaultHasher::new();
        view.header.number.hash(&mut hasher);
        view.header.title.hash(&mut hasher);
        std::mem::discriminant(&view.body).hash(&mut hasher);
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
            // how far it is does not make it another one
            Body::Working { .. } => {}
            Body::Fault { happened, truth, choices } => fault::identify(happened, truth, choices, &mut hasher),
            Body::Ended { text } => ended::identify(text, &mut hasher),
        }
        Self(hasher.finish())
    }
}

/// What a screen shows that must not stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposes {
    /// Nothing.
    Nothing,
    /// What somebody types, masked or for a moment in clear.
    Typed,
    /// A share in clear.
    Share,
}

/// What a screen is like besides its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nature {
    /// What must be wiped when it goes away.
    pub exposes: Exposes,
    /// It stands alone: no step list beside it.
    pub alone: bool,
    /// It stands in the double frame of what cannot be undone.
    pub irreversible: bool,
    /// People type into it, and the cursor is where they do.
    pub types: bool,
}

impl Nature {
    /// What the screen of this body is like.
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

/// What the focus can be on: each item, option or field, and whether it is open.
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

/// Where the focus begins.
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
