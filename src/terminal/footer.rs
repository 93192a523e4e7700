//! The last lines of every screen: exactly the keys that work now, and the mark of the record.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::cells::{put, put_right, rule};
use super::keys::{Action, Binding, Keys};
use super::text::width;
use super::theme::Theme;

/// The footer's parts on one line or, if they do not fit beside the mark, on two. Looking back is left out where it alone
/// would take a line from the text. What decides is left out until the screen takes decisions, and its place stays free.
pub fn footer_lines(
    theme: Theme,
    keys: &Keys,
    takes_decisions: bool,
    mark: &str,
    columns: u16,
) -> Vec<Vec<(String, String)>> {
    let named = |list: &[Binding], all: bool| -> Vec<(String, String)> {
        let text = |text| theme.text(text).into_owned();
        let now = list.iter().filter(|binding| all || !Keys::decides(binding));
        now.filter_map(|binding| Some((text(binding.key), text(binding.foot?)))).collect()
    };
    let room = usize::from(columns).saturating_sub(2 + width(mark) + 2);
    let is_one = |keys: &Keys| {
        let (own, common) = (named(&keys.own, true), named(&keys.common, true));
        own.is_empty() || length(&own.into_iter().chain(common).collect::<Vec<_>>(), 2) <= room
    };
    let shorter = keys.clone().without(Action::Look);
    let (keys, is_one) = match (is_one(keys), is_one(&shorter)) {
        (false, true) => (&shorter, true),
        (false, false) if length(&named(&keys.common, true), 2) > room => (&shorter, false),
        (is_one, _) => (keys, is_one),
    };
    let (own, common) = (named(&keys.own, takes_decisions), named(&keys.common, takes_decisions));
    if is_one { vec![own.into_iter().chain(common).collect()] } else { vec![own, common] }
}

fn length(parts: &[(String, String)], gap: usize) -> usize {
    let words: usize = parts.iter().map(|(key, does)| width(key) + 1 + width(does)).sum();
    words + gap * parts.len().saturating_sub(1)
}

/// Rule, the keys that work now, and the mark of the record.
pub fn footer(buffer: &mut Buffer, theme: Theme, area: Rect, lines: &[Vec<(String, String)>], mark: &str) {
    rule(buffer, theme, area.y.saturating_sub(1));
    let mark = theme.text(mark);
    let last = area.bottom().saturating_sub(1);
    for (y, parts) in (area.y..area.bottom()).zip(lines) {
        let taken = if y == last { width(&mark) + 2 } else { 0 };
        let room = usize::from(area.width).saturating_sub(2 + taken);
        let gap = (2..=4).rev().find(|gap| length(parts, *gap) <= room).unwrap_or(2);
        let mut x = 1;
        for (key, does) in parts {
            put(buffer, x, y, key, theme.accent());
            x += u16::try_from(width(key) + 1).unwrap_or(0);
            put(buffer, x, y, does, theme.normal());
            x += u16::try_from(width(does) + gap).unwrap_or(0);
        }
    }
    put_right(buffer, area.right().saturating_sub(1), last, &mark, theme.dim());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::layout::LEAST_WIDTH;
    use crate::terminal::screens::tests::every_keys;

    #[test]
    fn every_footer_fits_the_narrowest_window() {
        let mark = "1234·3fa9";
        for (screen, keys) in every_keys() {
            let lines = footer_lines(Theme::FULL, &keys, true, mark, LEAST_WIDTH);
            let (last, before) = lines.split_last().unwrap();
            assert!(before.len() <= 1, "{screen}");
            assert!(length(last, 2) + 2 + width(mark) <= 78, "{screen}");
            assert!(before.iter().all(|line| length(line, 2) <= 78), "{screen}");
        }
    }
}
