//! The whole window: header, screen, notice, step list, footer.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::page::draw_row;
use super::{DrawContext, Nature, keys, page, too_small};
use crate::ceremony::{Notice, View};
use crate::script::words;
use crate::terminal::layout::{self, LEAST_HEIGHT, LEAST_WIDTH};
use crate::terminal::screen_state::ScreenState;
use crate::terminal::theme::{Sign, Theme};
use crate::terminal::{cells, footer, header, step_list, text};

/// Draws the whole window. Returns the cursor's position if there is one.
pub fn draw(buffer: &mut Buffer, view: &View, state: &mut ScreenState, context: &DrawContext<'_>) -> Option<Position> {
    let area = buffer.area;
    state.too_small = area.width < LEAST_WIDTH || area.height < LEAST_HEIGHT;
    if state.too_small {
        too_small::draw(buffer, context);
        return None;
    }
    let theme = context.theme;
    header::header(buffer, theme, &view.header);
    let Nature { alone, irreversible, types, .. } = Nature::of(&view.body);
    let framed = irreversible && state.cover.is_none();
    // the footer's keys depend on whether all the text fits, and that depends on the height of the footer
    let mut footer_lines = 1;
    let before = state.place();
    let (places, page, first, lines) = loop {
        let mut places = layout::places(area, footer_lines, !alone);
        if framed {
            // the frame takes the line above the body and leaves the first line inside it empty
            places.body.y += 1;
            places.body.height = places.body.height.saturating_sub(2);
        }
        let page = page(view, state, context, places.body.width);
        // a trial with a lower footer must not take back what was scrolled
        state.back_to(before);
        let first = state.settle(page.len(), usize::from(places.body.height), page.focus.as_ref());
        let lines = footer::footer_lines(
            theme,
            &keys(view, state),
            view.takes_decisions || state.cover.is_some(),
            &view.header.mark,
            area.width,
        );
        if lines.len() <= usize::from(footer_lines) {
            break (places, page, first, lines);
        }
        footer_lines += 1;
    };
    let mut cursor = None;
    let rows = page.rows.iter().enumerate().skip(first);
    for (y, (number, row)) in (places.body.top()..places.body.bottom()).zip(rows) {
        let here = draw_row(buffer, row, Rect::new(places.body.x, y, places.body.width, 1), view, state, context);
        // the cursor sits on the focus, where screen readers and braille displays look for it
        let focus = page.focus.as_ref().is_some_and(|focus| focus.start == number && !types);
        cursor = cursor.or(here).or(focus.then_some(Position::new(places.body.x, y)));
    }
    if framed {
        let rows = u16::try_from(page.len()).unwrap_or(u16::MAX).min(places.body.height);
        let inside = Rect { height: rows, ..places.body };
        frame(buffer, theme, inside, &context.text(words::FRAME_IRREVERSIBLE));
    }
    notice(buffer, places.notice, view, state, context);
    if let Some(steps) = places.steps {
        step_list::steps(buffer, theme, steps, &view.steps);
    }
    footer::footer(buffer, theme, places.footer, &lines, &view.header.mark);
    cursor
}

/// What a notice says.
const fn said(notice: Notice) -> &'static str {
    match notice {
        Notice::PressOnce => words::HINT_PRESS_ONCE,
        Notice::LeftAlone => words::HINT_LEFT_ALONE,
    }
}

fn notice(buffer: &mut Buffer, area: Rect, view: &View, state: &ScreenState, context: &DrawContext<'_>) {
    let theme = context.theme;
    let (above, below) = state.more();
    let more = match (above, below) {
        (false, false) => None,
        (true, false) => Some(format!("{} {}", theme.sign(Sign::Above), context.text(words::MORE_ABOVE))),
        (_, true) => Some(format!("{} {}", theme.sign(Sign::Below), context.text(words::MORE_BELOW))),
    };
    if let Some(more) = &more {
        cells::put_right(buffer, area.right(), area.y, more, theme.accent());
    }
    if let Some(hint) = state.hint.or(view.notice.map(said)) {
        let room = usize::from(area.width).saturating_sub(more.map_or(0, |more| text::width(&more) + 2));
        cells::put(buffer, area.x, area.y, &text::cut(theme, hint, room), theme.warning());
    }
}

/// The double frame of an irreversible act, drawn just outside the body.
fn frame(buffer: &mut Buffer, theme: Theme, body: Rect, title: &str) {
    let (left, right) = (body.x.saturating_sub(2), body.right() + 1);
    let (top, bottom) = (body.y.saturating_sub(2), body.bottom());
    let mut set = |x: u16, y: u16, sign: Sign| {
        if let Some(cell) = buffer.cell_mut((x, y)) {
            cell.set_char(theme.sign(sign)).set_style(theme.bad());
        }
    };
    for x in left..=right {
        set(x, top, Sign::FrameRule);
        set(x, bottom, Sign::FrameRule);
    }
    for y in top..=bottom {
        set(left, y, Sign::FrameWall);
        set(right, y, Sign::FrameWall);
    }
    set(left, top, Sign::FrameTopLeft);
    set(right, top, Sign::FrameTopRight);
    set(left, bottom, Sign::FrameBottomLeft);
    set(right, bottom, Sign::FrameBottomRight);
    cells::put(buffer, body.x, top, &format!(" {title} "), theme.bad());
}
