//! A share for its owner alone.

use std::hash::{Hash, Hasher};

use ratatui::text::{Line, Span};

use super::grid::Grid;
use super::groups::{Marks, PITCH};
use super::{DrawContext, Page, Row, working};
use crate::ceremony::{Body, CardView};
use crate::script::words;
use crate::terminal::keyboard::Key;
use crate::terminal::keys::{Action, Binding, COMMON, DEVIATION, GO_ON, Keys, Others, SCROLL_QUIETLY, STOP, binding};
use crate::terminal::screen_state::Reading;
use crate::terminal::text;
use crate::terminal::theme::Sign;
use crate::terms::CustodianNumber;

/// Groups of a prime or value.
const GROUPS: u8 = 8;
/// Longer labels are cut.
const WIDEST_LABEL: usize = 30;

/// Not Enter: Enter got people here.
const SHOW: Binding = binding(&[(Key::Char(b' '), Action::Show)], words::KEY_SPACE, words::FOOT_SHOW, words::HELP_SHOW);

const SHOW_AGAIN: Binding = Binding { foot: Some(words::FOOT_SHOW_AGAIN), ..SHOW };

/// While shown, every key hides the share unless it does something else.
const HIDE: Binding = binding(
    &[(Key::Enter, Action::Hide), (Key::Char(b' '), Action::Hide), (Key::Escape, Action::Hide)],
    words::KEY_ANY,
    words::FOOT_HIDE,
    words::HELP_HIDE,
);

/// Before: who comes, who steps back. While shown: the owner's name, the values, how to note them and the countdown;
/// nothing else.
pub fn page(context: &DrawContext<'_>, body: &Body, width: u16) -> Page {
    let theme = context.theme;
    let mut page = Page::default();
    let Body::Reveal { before, during, owner, card, shown, seconds_left, seen, .. } = body else {
        return page;
    };
    if !shown {
        page.paragraphs(theme, before, width, theme.normal());
        page.gap();
        let hidden = if *seen { words::REVEAL_HIDDEN_AGAIN } else { words::REVEAL_HIDDEN };
        page.paragraphs(theme, &[hidden.to_owned()], width, theme.accent());
        return page;
    }
    let countdown = working::duration(context, u64::from(*seconds_left));
    page.rows.push(Row::Spread(
        Line::from(Span::styled(text::cut(theme, owner, usize::from(width) / 2), theme.accent())),
        Line::from(Span::styled(context.text(words::RevealCountdown { time: countdown }), theme.warning())),
    ));
    match card {
        CardView::Numbers { prime, id, value, check, labels, .. } => {
            page.gap();
            let labels = labels.each_ref().map(|label| text::cut(theme, label, WIDEST_LABEL));
            let widest = labels.iter().map(|label| text::width(label)).max().unwrap_or(0);
            let from = u16::try_from(widest + 3).unwrap_or(0);
            let [prime_label, id_label, value_label, check_label] = labels;
            let marks = Row::Marks(Marks { from, pitch: PITCH, groups: GROUPS, wrong: None });
            page.rows.push(marks);
            page.rows.push(Row::Groups(prime_label, from, prime.clone()));
            page.gap();
            let id_label = format!("{id_label:<fill$}", fill = usize::from(from));
            page.hanging(theme, vec![Span::styled(id_label, theme.dim())], id, width, theme.strong());
            page.gap();
            page.rows.push(Row::Marks(Marks { from, pitch: PITCH, groups: GROUPS, wrong: None }));
            page.rows.push(Row::SecretGroups(value_label, from, *value));
            page.gap();
            let ours = Line::from(Span::styled(context.text(words::REVEAL_CHECK), theme.dim()));
            page.rows.push(Row::SecretGroupsWith(check_label, from, *check, ours));
        }
        CardView::Pin { digits, label } => {
            let from = u16::try_from(text::width(label) + 3).unwrap_or(0);
            page.gap();
            page.rows.push(Row::SecretDigits(label.clone(), from, *digits));
        }
        CardView::Words { words, count, heading, .. } => {
            let legend = format!("{} {}", theme.sign(Sign::Check), context.text(words::WORDS_CHECK));
            let room = usize::from(width).saturating_sub(text::width(&legend) + 2);
            page.rows.push(Row::Spread(
                Line::from(Span::styled(text::cut(theme, heading, room), theme.strong())),
                Line::from(Span::styled(legend, theme.dim())),
            ));
            let grid = Grid::of(*count);
            if !grid.is_tall() {
                page.gap();
            }
            page.rows.extend((0..grid.rows()).map(|row| Row::CardWords(grid, row, *words)));
        }
    }
    page.gap();
    page.paragraphs(theme, during, width, theme.normal());
    page
}

/// How far the owner has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reveal {
    /// Not yet shown.
    Concealed,
    /// Shown; whether there is anything to scroll.
    Shown {
        /// There is.
        scrolls: bool,
    },
    /// Hidden again.
    ConcealedAgain,
}

impl Reveal {
    /// Whether it is shown, and whether it was before.
    pub const fn of(shown: bool, seen: bool, scrolls: bool) -> Self {
        match (shown, seen) {
            (true, _) => Self::Shown { scrolls },
            (false, true) => Self::ConcealedAgain,
            (false, false) => Self::Concealed,
        }
    }
}

/// One key shows it; while shown, every key hides it unless it does something else.
pub fn keys(reading: Reading, reveal: Reveal) -> Keys {
    match (reveal, reading) {
        (Reveal::Shown { scrolls }, _) => {
            let own = if scrolls { vec![HIDE, SCROLL_QUIETLY] } else { vec![HIDE] };
            Keys { others: Others::All(Action::Hide), ..Keys::new(own, [DEVIATION, STOP]) }
        }
        (Reveal::Concealed | Reveal::ConcealedAgain, Reading::Unread) => Keys::unread(COMMON),
        (Reveal::Concealed, _) => Keys::new([SHOW, SCROLL_QUIETLY], COMMON),
        (Reveal::ConcealedAgain, _) => Keys::new([GO_ON, SHOW_AGAIN, SCROLL_QUIETLY], COMMON),
    }
}

/// A different card makes a different screen, and so does the same card once it is hidden.
pub fn identify(
    owner: &str,
    custodian: Option<CustodianNumber>,
    card: &CardView,
    shown: bool,
    hasher: &mut impl Hasher,
) {
    match card {
        CardView::Numbers { purpose, .. } | CardView::Words { purpose, .. } => purpose.hash(hasher),
        CardView::Pin { digits, .. } => digits.hash(hasher),
    }
    (owner, custodian, shown).hash(hasher);
}
