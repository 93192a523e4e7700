//! Where everything goes on a screen.

use ratatui::layout::Rect;

/// The minimum window width.
pub const LEAST_WIDTH: u16 = 80;
/// The minimum window height.
pub const LEAST_HEIGHT: u16 = 24;
/// From this width there is room for the step list.
pub const WIDTH_WITH_STEPS: u16 = 110;
/// The width of the step list including its wall: the minimum, and the width used if there is plenty of room.
const STEPS_WIDTH: (u16, u16) = (37, 60);
/// Lines longer than this are hard to read.
const WIDEST_TEXT: u16 = 84;

/// The areas of a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// The text in the middle.
    pub body: Rect,
    /// One line below the body: notices, and whether there is more.
    pub notice: Rect,
    /// The step list, if there is room.
    pub steps: Option<Rect>,
    /// One or two lines at the bottom.
    pub footer: Rect,
}

/// Lays out a window of at least 80×24.
pub fn places(area: Rect, footer_lines: u16, with_steps: bool) -> Places {
    let under = area.height.saturating_sub(footer_lines + 1);
    let steps = (with_steps && area.width >= WIDTH_WITH_STEPS).then(|| {
        let (least, most) = STEPS_WIDTH;
        let width = area.width.saturating_sub(6 + WIDEST_TEXT).clamp(least, most);
        Rect::new(area.width - width, 4, width, under.saturating_sub(4))
    });
    let width = area.width.saturating_sub(6 + steps.map_or(0, |steps| steps.width)).min(WIDEST_TEXT);
    Places {
        body: Rect::new(3, 4, width, under.saturating_sub(5)),
        notice: Rect::new(3, under.saturating_sub(1), width, 1),
        steps,
        footer: Rect::new(0, under + 1, area.width, footer_lines),
    }
}
