//! What the terminal itself remembers about the screen that is up: focus, scrolling, help, a hint. It turns keys into
//! what people did, and decides nothing.

mod typing;

use std::io;
use std::ops::Range;
use std::time::{Duration, Instant};

use super::keyboard::{Key, Keyboard, Source};
use super::keys::{Action, MadeOf, Mode, action};
use super::screen_id::screen_id;
use super::word_cursor::Cursor;
use crate::ceremony::{Body, FieldState, FieldView, Input, OptionView, View};
use crate::fields::FieldKind;
use crate::names::FieldName;
use crate::script::words;
use crate::vault::Vault;

/// How long typed text stays unmasked.
pub const UNMASKED_FOR: Duration = Duration::from_secs(5);

/// What a frame shows that must not stay: of which screen, and whether in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exposure {
    screen: u64,
    clear: bool,
}

/// The terminal's own memory of the screen that is up.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own; none excludes another")]
pub struct ScreenState {
    screen: Option<u64>,
    /// The item, option or field in focus.
    pub focus: usize,
    /// Lines scrolled down.
    pub scroll: usize,
    /// The help lies over the screen.
    pub help: bool,
    /// A sentence to show under the body until the next key.
    pub hint: Option<&'static str>,
    /// The window is too small for anything.
    pub too_small: bool,
    /// Where the word cursor is, if the field in focus has words.
    pub cursor: Cursor,
    /// Enter completed a word; now that it is checked, go on with what Enter does.
    enter: bool,
    most_scroll: usize,
    page: usize,
    read_to_end: bool,
    follow: bool,
    focus_seen: bool,
    help_scroll: usize,
    unmasked_until: Option<Instant>,
    planned: Vec<(FieldName, u8)>,
    changed: bool,
}

impl ScreenState {
    /// Looks at the view that is to be drawn; `true` when it is another screen than before, so that keys typed ahead
    /// do not belong to it.
    pub fn meet(&mut self, view: &View) -> bool {
        let screen = screen_id(view);
        if self.screen == Some(screen) {
            return false;
        }
        *self = Self { screen: Some(screen), too_small: self.too_small, ..Self::default() };
        match &view.body {
            Body::Tick { items, .. } => self.focus = items.iter().position(|item| !item.ticked).unwrap_or(0),
            Body::Choose { options, .. } | Body::Fault { choices: options, .. } => {
                self.focus = options.iter().position(|option| !option.closed).unwrap_or(0);
            }
            Body::Form { fields, .. } => {
                self.follow = true;
                self.focus = first_not_good(fields).unwrap_or(0);
                self.planned = fields
                    .iter()
                    .filter_map(|field| match field.kind {
                        FieldKind::KeyReference { planned, .. } => Some((field.name, planned)),
                        _ => None,
                    })
                    .collect();
            }
            _ => {}
        }
        true
    }

    /// What the next frame of this view shows that must be wiped afterwards.
    pub fn exposure(&self, view: &View, now: Instant) -> Option<Exposure> {
        let screen = screen_id(view);
        match &view.body {
            Body::Reveal { shown: true, .. } => Some(Exposure { screen, clear: true }),
            Body::Form { fields, .. } if fields.iter().any(|field| field.masked) => {
                Some(Exposure { screen, clear: self.screen == Some(screen) && self.unmasked(now) })
            }
            _ => None,
        }
    }

    /// Whether typed text is shown in clear for a moment.
    pub fn unmasked(&self, now: Instant) -> bool {
        self.unmasked_until.is_some_and(|until| now < until)
    }

    /// Hides at once what is shown for a moment.
    pub const fn mask(&mut self) {
        self.unmasked_until = None;
    }

    /// Which keys work now.
    pub fn mode(&self, view: &View) -> Mode {
        if self.too_small {
            return Mode::TooSmall;
        }
        if self.help { Mode::Help } else { self.mode_below(view) }
    }

    /// Which keys work when the help does not lie over the screen.
    pub fn mode_below(&self, view: &View) -> Mode {
        let unread = !self.read_to_end && self.most_scroll > 0;
        match &view.body {
            Body::Read { .. }
            | Body::Tick { .. }
            | Body::Choose { .. }
            | Body::Fault { .. }
            | Body::Reveal { shown: false, .. }
            | Body::Ended { .. }
                if unread =>
            {
                Mode::Unread { ended: matches!(view.body, Body::Ended { .. }) }
            }
            Body::Read { .. } => Mode::Read { scrolls: self.most_scroll > 0 },
            Body::Tick { items, .. } if items.iter().all(|item| item.ticked) => Mode::Ticked,
            Body::Tick { enough: true, .. } => Mode::Enough,
            Body::Tick { .. } => Mode::Tick,
            Body::Choose { options, may_leave, .. } => {
                Mode::Choose { digits: options.len() <= 9, may_leave: *may_leave }
            }
            Body::Fault { choices, .. } => Mode::Choose { digits: choices.len() <= 9, may_leave: false },
            Body::Form { fields, may_leave, may_deviate, .. } => Mode::Form {
                made_of: match fields.get(self.focus).map(|field| &field.kind) {
                    Some(FieldKind::ShareWords { .. }) => MadeOf::Words,
                    Some(FieldKind::Dice { .. }) => MadeOf::Throws,
                    _ => MadeOf::Characters,
                },
                masked: fields.get(self.focus).is_some_and(|field| field.masked),
                may_leave: *may_leave,
                may_deviate: *may_deviate,
                several: fields.len() > 1,
                complete: first_not_good(fields).is_none() && self.focus + 1 >= fields.len(),
            },
            Body::Reveal { shown: true, .. } => Mode::Shown,
            Body::Reveal { seen: true, .. } => Mode::ConcealedAgain,
            Body::Reveal { .. } => Mode::Concealed,
            Body::Working { may_stop, .. } => Mode::Working { may_stop: *may_stop },
            Body::Ended { .. } => Mode::Ended,
        }
    }

    /// Takes note of how the page was laid out: its rows, the rows that fit, and where the focus is. Gives the first
    /// row to draw.
    pub fn settle(&mut self, rows: usize, fit: usize, focus: Option<&Range<usize>>) -> usize {
        self.page = fit.saturating_sub(1).max(1);
        self.most_scroll = rows.saturating_sub(fit);
        if self.help {
            self.help_scroll = self.help_scroll.min(self.most_scroll);
            return self.help_scroll;
        }
        if let (Some(focus), true) = (focus, self.follow) {
            self.scroll = self.scroll.max(focus.end.saturating_sub(fit)).min(focus.start);
        }
        self.scroll = self.scroll.min(self.most_scroll);
        self.read_to_end |= self.scroll == self.most_scroll;
        self.focus_seen = focus.is_none_or(|focus| focus.start >= self.scroll && focus.end <= self.scroll + fit);
        self.scroll
    }

    /// Whether there is more above and below, for the notice line.
    pub const fn more(&self) -> (bool, bool) {
        let scroll = if self.help { self.help_scroll } else { self.scroll };
        (scroll > 0, scroll < self.most_scroll)
    }

    /// Whether something changed since the last call that the next frame should show.
    pub const fn changed(&mut self) -> bool {
        std::mem::replace(&mut self.changed, false)
    }

    /// Waits for a key and says what was done with it. `Ok(None)`: nothing for the machine; draw again.
    pub fn next<S: Source>(
        &mut self,
        keyboard: &mut Keyboard<S>,
        view: &View,
        vault: &mut Vault,
        wait: Duration,
    ) -> io::Result<Option<Input>> {
        if let Some(done) = self.fill_in(vault) {
            return Ok(Some(done));
        }
        if std::mem::take(&mut self.enter) {
            self.changed = true;
            return Ok(self.advance(view));
        }
        let now = Instant::now();
        let moment = self.unmasked_until.map(|until| until.saturating_duration_since(now));
        let key = keyboard.key(moment.map_or(wait, |moment| wait.min(moment)))?;
        if self.unmasked_until.is_some_and(|until| until <= Instant::now()) {
            self.mask();
            self.changed = true;
        }
        let Some(key) = key else { return Ok(None) };
        self.changed = true;
        Ok(self.press(key, view, vault, Instant::now()))
    }

    /// Fills in what the plan says where the person typed nothing yet; once for each time a form comes up.
    fn fill_in(&mut self, vault: &mut Vault) -> Option<Input> {
        while let Some((name, planned)) = self.planned.pop() {
            let typing = vault.typing(name);
            if typing.is_empty() {
                for digit in planned.to_string().bytes() {
                    // three digits always fit
                    let _ = typing.push(digit);
                }
                return Some(Input::Edited(name));
            }
        }
        None
    }

    /// What a key does on this screen.
    pub fn press(&mut self, key: Key, view: &View, vault: &mut Vault, now: Instant) -> Option<Input> {
        self.hint = None;
        let mode = self.mode(view);
        let text = match (mode, key) {
            (Mode::Form { made_of, .. }, Key::Char(b'?')) => made_of == MadeOf::Characters,
            (Mode::Form { .. }, Key::Char(_) | Key::Paste | Key::Foreign) => true,
            _ => false,
        };
        if text {
            return self.type_in(key, view, vault);
        }
        if let (Mode::Choose { digits: true, .. }, Key::Char(digit @ b'1'..=b'9')) = (mode, key) {
            let place = usize::from(digit - b'1');
            return chosen(view, place);
        }
        let scrolling = [Key::Up, Key::Down, Key::PageUp, Key::PageDown].contains(&key);
        if mode == Mode::Shown && scrolling && self.most_scroll == 0 {
            // nothing to scroll: any key hides
            return Some(Input::Hide);
        }
        self.perform(action(mode, key)?, view, vault, now)
    }

    fn perform(&mut self, action: Action, view: &View, vault: &mut Vault, now: Instant) -> Option<Input> {
        let name = self.field(view).map(|field| field.name);
        if let Some(done) = self.among_words(action, view, vault) {
            return self.told(done, name?);
        }
        let scroll = if self.help { &mut self.help_scroll } else { &mut self.scroll };
        match action {
            // nothing of this kind where there are no words
            Action::WordBefore
            | Action::WordAfter
            | Action::ColumnBefore
            | Action::ColumnAfter
            | Action::FirstWord
            | Action::LastWord
            | Action::Insert => return None,
            Action::GoOn => return Some(Input::GoOn),
            Action::Show => return Some(Input::Show),
            Action::Hide => return Some(Input::Hide),
            Action::Leave => return Some(Input::Leave),
            Action::Deviation => return Some(Input::Deviation),
            Action::Stop => return Some(Input::Stop),
            Action::Up => *scroll = scroll.saturating_sub(1),
            Action::Down => *scroll = (*scroll + 1).min(self.most_scroll),
            Action::PageUp => *scroll = scroll.saturating_sub(self.page),
            Action::PageDown | Action::ReadOn => *scroll = (*scroll + self.page).min(self.most_scroll),
            Action::Help => {
                self.help = !self.help;
                self.help_scroll = 0;
                return None;
            }
            Action::Before | Action::After => {
                self.move_focus(view, action == Action::After);
                return None;
            }
            Action::Tick => return if self.seen_focus() { ticked(view, self.focus) } else { None },
            Action::TickNext => return self.tick_next(view),
            Action::Choose => {
                return if self.seen_focus() { chosen(view, self.focus) } else { None };
            }
            Action::Advance => return self.advance(view),
            Action::Unmask => {
                self.unmasked_until = if self.unmasked(now) { None } else { now.checked_add(UNMASKED_FOR) };
                return None;
            }
            Action::Clear => {
                let name = name?;
                vault.typing(name).clear();
                self.cursor = Cursor::End;
                return Some(Input::Edited(name));
            }
            Action::Erase => {
                let name = name?;
                return vault.typing(name).pop().then_some(Input::Edited(name));
            }
        }
        self.follow = false;
        None
    }

    /// Whether the focus is on the screen; if not, the next frame brings it there, and nothing else happens.
    const fn seen_focus(&mut self) -> bool {
        self.follow = true;
        self.focus_seen
    }

    fn move_focus(&mut self, view: &View, forward: bool) {
        let open: Vec<bool> = match &view.body {
            Body::Tick { items, .. } => vec![true; items.len()],
            Body::Form { fields, .. } => vec![true; fields.len()],
            _ => options(view).iter().map(|option| !option.closed).collect(),
        };
        let many = open.len();
        let step = if forward { 1 } else { many.saturating_sub(1) };
        let mut place = self.focus;
        for _ in 0..many {
            place = (place + step) % many;
            if open.get(place) == Some(&true) {
                break;
            }
        }
        self.focus_on(place);
    }

    fn focus_on(&mut self, place: usize) {
        if self.focus != place {
            // only the field whose owner asked is shown in clear
            self.unmasked_until = None;
            self.cursor = Cursor::End;
        }
        self.focus = place;
        self.follow = true;
    }

    /// Ticks the item in focus and moves the focus to the next one without a tick; on a ticked one it only moves.
    fn tick_next(&mut self, view: &View) -> Option<Input> {
        let Body::Tick { items, .. } = &view.body else { return None };
        let open = |place: &usize| items.get(*place).is_some_and(|item| !item.ticked);
        let place = (self.focus..items.len()).chain(0..self.focus).find(open)?;
        if place != self.focus || !self.focus_seen {
            // nobody ticks what is not marked: the next Enter does
            self.focus_on(place);
            return None;
        }
        let after = (place + 1..items.len()).chain(0..place).find(open);
        self.focus_on(after.unwrap_or(place));
        ticked(view, place)
    }

    /// Enter in a form: to the first field that is not good, to the next field, or on when all is good.
    fn advance(&mut self, view: &View) -> Option<Input> {
        let Body::Form { fields, .. } = &view.body else { return None };
        match first_not_good(fields) {
            None if self.focus + 1 >= fields.len() => return Some(Input::GoOn),
            Some(place) if place <= self.focus => {
                let field = fields.get(place);
                let words = field.is_some_and(|field| matches!(field.kind, FieldKind::ShareWords { .. }));
                let wrong_word = field.and_then(|field| field.wrong_at).filter(|_| words);
                self.hint = Some(match field.map(|field| &field.state) {
                    Some(FieldState::Wrong(_)) if wrong_word.is_some() => words::HINT_WRONG_WORD,
                    Some(FieldState::Wrong(_)) => words::HINT_WRONG,
                    Some(FieldState::Empty) => words::HINT_EMPTY,
                    _ => words::HINT_UNFINISHED,
                });
                self.focus_on(place);
                if let Some(at) = wrong_word.and_then(|number| usize::from(number).checked_sub(1)) {
                    self.cursor = Cursor::On { at, typed: false };
                }
            }
            _ => self.focus_on(self.focus + 1),
        }
        None
    }
}

fn first_not_good(fields: &[FieldView]) -> Option<usize> {
    fields.iter().position(|field| field.state != FieldState::Good)
}

/// What choosing at a place of the screen means; nothing where it is closed.
fn chosen(view: &View, place: usize) -> Option<Input> {
    options(view).get(place).filter(|option| !option.closed).map(|option| Input::Chose(option.id.clone()))
}

/// What a tick at a place of the screen means.
fn ticked(view: &View, place: usize) -> Option<Input> {
    let Body::Tick { items, .. } = &view.body else { return None };
    items.get(place).map(|item| Input::Tick(item.id))
}

fn options(view: &View) -> &[OptionView] {
    match &view.body {
        Body::Choose { options, .. } | Body::Fault { choices: options, .. } => options,
        _ => &[],
    }
}
