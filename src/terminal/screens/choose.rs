//! Options to choose from.

use std::hash::{Hash, Hasher};

use ratatui::text::Span;

use super::{DrawContext, Page};
use crate::ceremony::{Asks, OptionView, Question};
use crate::script::words;
use crate::terminal::keyboard::Key;
use crate::terminal::keys::{Action, Binding, COMMON, HELP, Keys, LEAVE, LOOK, MOVE, Others, PAGES, STOP, binding};
use crate::terminal::screen_state::{Reading, ScreenState};
use crate::terminal::theme::Sign;

/// With more options than this, digits do not choose: a digit would be ambiguous.
const MOST_DIGITS: usize = 9;

const CHOOSE: Binding =
    binding(&[(Key::Enter, Action::Choose)], words::KEY_ENTER, words::FOOT_CHOOSE, words::HELP_CHOOSE);

/// Digits choose at once; the options decide which digits there are, so they are not in `strokes`.
const CHOOSE_OR_DIGIT: Binding = binding(
    &[(Key::Enter, Action::Choose)],
    words::KEY_ENTER_OR_DIGIT,
    words::FOOT_CHOOSE,
    words::HELP_CHOOSE_OR_DIGIT,
);

/// People choose themselves by their number: Enter, which got them here, chooses nobody.
const CHOOSE_BY_NUMBER: Binding = binding(&[], words::KEY_DIGIT, words::FOOT_CHOOSE, words::HELP_CHOOSE_NUMBER);

/// Text, then the options.
pub fn page(
    state: &ScreenState,
    context: &DrawContext<'_>,
    text: &[String],
    options: &[OptionView],
    width: u16,
) -> Page {
    let mut page = Page::default();
    page.paragraphs(context.theme, text, width, context.theme.normal());
    page.gap();
    add_options(&mut page, state, context, options, width);
    page
}

/// The options, numbered from 1; closed ones are dim, and their number has no accent.
pub fn add_options(
    page: &mut Page,
    state: &ScreenState,
    context: &DrawContext<'_>,
    options: &[OptionView],
    width: u16,
) {
    let theme = context.theme;
    let digits = options.len().to_string().len();
    for (place, option) in options.iter().enumerate() {
        let here = place == state.focus && !option.closed;
        let from = page.len();
        let (number, style) = match (option.closed, here) {
            (true, _) => (theme.sign(Sign::Ahead).to_string(), theme.dim()),
            (false, true) => ((place + 1).to_string(), theme.strong()),
            (false, false) => ((place + 1).to_string(), theme.normal()),
        };
        let before = vec![
            Span::styled(format!("{} ", if here { theme.sign(Sign::Here) } else { ' ' }), theme.accent()),
            Span::styled(format!("{number:>digits$}  "), if option.closed { theme.dim() } else { theme.accent() }),
        ];
        page.hanging(theme, before, &option.text, width, style);
        if here {
            page.focus_from(from);
        }
    }
}

/// What a choice is made by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The mark and Enter, or a digit.
    MarkOrNumber,
    /// The number of whoever chooses themselves.
    OwnNumber,
}

impl By {
    /// How this question is answered.
    pub const fn of(asks: Asks) -> Self {
        match asks {
            Asks::Step(Question::Sitter(_)) => Self::OwnNumber,
            Asks::Step(
                Question::Loss
                | Question::Dkek
                | Question::UnusableKeys
                | Question::Device
                | Question::CurrentSoPin
                | Question::HiddenKcv
                | Question::PinChange
                | Question::Opening
                | Question::Drill
                | Question::OldDevice
                | Question::Departed
                | Question::Cause
                | Question::OldCards
                | Question::KeyFiles
                | Question::RightDevice
                | Question::Missing,
            )
            | Asks::Between
            | Asks::Ceremony => Self::MarkOrNumber,
        }
    }
}

/// Enter chooses the focused option. A question asked in between can be left, and allows no deviation.
pub fn keys(reading: Reading, options: usize, may_leave: bool, by: By) -> Keys {
    match reading {
        Reading::Unread => Keys::unread(COMMON),
        Reading::Scrolls | Reading::Fits => {
            let common = if may_leave { [HELP, LOOK, LEAVE, STOP] } else { COMMON };
            if by == By::OwnNumber && options <= MOST_DIGITS {
                Keys { others: Others::Numbers, ..Keys::new([CHOOSE_BY_NUMBER, PAGES], common) }
            } else if options <= MOST_DIGITS {
                Keys { others: Others::Numbers, ..Keys::new([CHOOSE_OR_DIGIT, MOVE, PAGES], common) }
            } else {
                Keys::new([CHOOSE, MOVE, PAGES], common)
            }
        }
    }
}

/// A different question or different options make a different screen.
pub fn identify(text: &[String], options: &[OptionView], hasher: &mut impl Hasher) {
    text.hash(hasher);
    for option in options {
        option.text.hash(hasher);
    }
}
