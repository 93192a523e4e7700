//! What has been shown to everybody so far, and where in the list of steps the ceremony is. It covers the screen that is up
//! and changes nothing there.

use ratatui::text::Span;

use super::{DrawContext, Page};
use crate::ceremony::{SoFar, StepLine, StepState};
use crate::script::words;
use crate::terminal::keyboard::Key;
use crate::terminal::keys::{Action, Binding, Keys, SCROLL, binding};
use crate::terminal::step_list::signs;
use crate::terminal::text::{cut, width};

/// Not Enter: it would go on in the screen below.
const GO_BACK: Binding = binding(
    &[(Key::Ctrl(b'l'), Action::Look), (Key::Escape, Action::Look)],
    words::KEY_CTRL_L_OR_ESC,
    words::FOOT_LEAVE,
    words::HELP_LOOK,
);

/// Results, digest, steps.
pub fn page(context: &DrawContext<'_>, so_far: &SoFar, steps: &[StepLine], room: u16) -> Page {
    let theme = context.theme;
    let mut page = Page::default();
    page.line(context.text(words::LOOK_TITLE), theme.strong());
    page.gap();
    for shown in &so_far.results {
        let lines: Vec<&str> = shown.value.split('\n').collect();
        let fits = |value: &&&str| width(&shown.label) + 2 + width(value) <= usize::from(room);
        match lines.as_slice() {
            [value] if fits(&value) => {
                let label = theme.text(&shown.label).into_owned();
                page.hanging(theme, vec![Span::styled(format!("{label}  "), theme.dim())], value, room, theme.normal());
            }
            _ => {
                page.hanging(theme, Vec::new(), &shown.label, room, theme.dim());
                page.paragraphs(
                    theme,
                    &lines.iter().map(|line| format!("  {}", line.trim_start())).collect::<Vec<_>>(),
                    room,
                    theme.normal(),
                );
            }
        }
    }
    page.gap();
    page.line(context.text(words::LOOK_DIGEST), theme.strong());
    page.paragraphs(theme, std::slice::from_ref(&so_far.digest), room, theme.normal());
    page.gap();
    page.line(context.text(words::LOOK_STEPS), theme.strong());
    let numbers = steps.iter().map(|step| width(&step.number)).max().unwrap_or(0);
    for step in steps {
        let (sign, sign_style, style) = signs(theme, step.state);
        let danger = if step.irreversible { '!' } else { ' ' };
        let note = match step.state {
            StepState::Current => format!("  {}", context.text(words::LOOK_HERE)),
            StepState::IfNeeded => format!(" {}", context.text(words::IF_NEEDED)),
            StepState::Done | StepState::NotNeeded | StepState::Ahead => String::new(),
        };
        let title = cut(theme, &step.title, usize::from(room).saturating_sub(6 + numbers + width(&note)));
        let before = vec![
            Span::styled(format!("{sign} "), sign_style),
            Span::styled(format!("{danger} "), theme.warning()),
            Span::styled(format!("{:<numbers$} ", step.number), style),
        ];
        page.hanging(theme, before, &format!("{title}{note}"), room, style);
    }
    page
}

/// Only going back and scrolling work.
pub fn keys() -> Keys {
    Keys::new([GO_BACK, SCROLL], [])
}
