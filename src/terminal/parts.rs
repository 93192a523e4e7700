//! What every screen has: header, footer, step list; and how text is wrapped and cut.

use crate::script::words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::keys::{Entry, Mode, entries};
use super::theme::{Sign, Theme};
use crate::ceremony::{Header, StepLine, StepState};
use crate::script::Script;
use crate::script::fill;

/// The narrowest window.
pub const LEAST_WIDTH: u16 = 80;
/// The lowest window.
pub const LEAST_HEIGHT: u16 = 24;
/// From this width on there is room for the step list.
pub const WIDTH_WITH_STEPS: u16 = 110;
/// The step list's width, its wall included: at least, and where there is plenty of room.
const STEPS_WIDTH: (u16, u16) = (37, 60);
/// Lines longer than this are hard to read.
const WIDEST_TEXT: u16 = 84;

/// Where things stand on a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// The text in the middle.
    pub body: Rect,
    /// One line under the body: notices, and that there is more.
    pub notice: Rect,
    /// The step list, where there is room.
    pub steps: Option<Rect>,
    /// One or two lines at the bottom.
    pub footer: Rect,
}

/// Places everything in a window of at least 80×24.
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

/// The columns that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Cuts a text that is too long and says so.
pub fn cut(theme: Theme, text: &str, most: usize) -> String {
    let text = theme.text(text);
    if width(&text) <= most {
        return text.into_owned();
    }
    let sign = theme.cut();
    let mut out = String::new();
    let mut used = width(sign);
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > most {
            break;
        }
        out.push(c);
    }
    let kept = out.trim_end().len();
    out.truncate(kept);
    if width(sign) <= most {
        out.push_str(sign);
    }
    out
}

/// Breaks a text into lines of at most `most` columns, between words where that can be.
pub fn wrap(theme: Theme, text: &str, most: usize) -> Vec<String> {
    let most = most.max(1);
    let text = theme.text(text);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let gap = usize::from(!line.is_empty());
        if width(&line) + gap + width(word) <= most {
            if gap == 1 {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            if width(&line) + c.width().unwrap_or(0) > most {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Breaks a line that is kept as it is (a table, a value) only where it would not fit.
fn hard_wrap(theme: Theme, text: &str, most: usize) -> Vec<String> {
    let text = theme.text(text);
    let mut lines = Vec::new();
    let mut line = String::new();
    for c in text.chars() {
        if width(&line) + c.width().unwrap_or(0) > most {
            lines.push(std::mem::replace(&mut line, "  ".to_owned()));
        }
        line.push(c);
    }
    lines.push(line);
    lines
}

/// Paragraphs as lines: a blank line between two, except between lines that are kept as they are.
pub fn paragraphs(theme: Theme, text: &[String], most: u16, style: Style) -> Vec<Line<'static>> {
    let most = usize::from(most);
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut kept_before = false;
    for paragraph in text.iter().flat_map(|paragraph| paragraph.split('\n')) {
        let kept = paragraph.starts_with("  ");
        if !(lines.is_empty() || kept && kept_before) {
            lines.push(Line::default());
        }
        let broken = if kept { hard_wrap(theme, paragraph, most) } else { wrap(theme, paragraph, most) };
        lines.extend(broken.into_iter().map(|line| Line::from(Span::styled(line, style))));
        kept_before = kept;
    }
    lines
}

/// Writes a text at a place, cut at the end of the area.
pub fn put(buffer: &mut Buffer, x: u16, y: u16, text: &str, style: Style) {
    if y < buffer.area.bottom() && x < buffer.area.right() {
        buffer.set_stringn(x, y, text, usize::from(buffer.area.right() - x), style);
    }
}

/// Writes a text so that it ends before column `end`.
pub fn put_right(buffer: &mut Buffer, end: u16, y: u16, text: &str, style: Style) {
    let long = u16::try_from(width(text)).unwrap_or(u16::MAX);
    put(buffer, end.saturating_sub(long), y, text, style);
}

/// A rule over the whole width.
pub fn rule(buffer: &mut Buffer, theme: Theme, y: u16) {
    for x in 1..buffer.area.right().saturating_sub(1) {
        if let Some(cell) = buffer.cell_mut((x, y)) {
            cell.set_char(theme.sign(Sign::Rule)).set_style(theme.dim());
        }
    }
}

/// Header, rule and step line: always ceremony, step, act, and REHEARSAL where it is one.
pub fn header(buffer: &mut Buffer, theme: Theme, script: &Script, header: &Header) {
    let right = buffer.area.right();
    let mut stamps = right.saturating_sub(1);
    for (wanted, word) in [(header.rehearsal, "stamp-rehearsal"), (header.shortened, "stamp-shortened")] {
        if wanted {
            let stamp = format!(" {} ", theme.text(script.word(word)));
            put_right(buffer, stamps, 0, &stamp, theme.stamp());
            stamps = stamps.saturating_sub(u16::try_from(width(&stamp)).unwrap_or(0) + 1);
        }
    }
    let program = theme.text(words::PROGRAM);
    put(buffer, 1, 0, &program, theme.accent());
    let from = 1 + width(&program) + 3;
    let name = cut(theme, &header.ceremony, usize::from(stamps).saturating_sub(from + 1));
    put(buffer, u16::try_from(from).unwrap_or(0), 0, &name, theme.strong());
    rule(buffer, theme, 1);

    let step = if header.number.is_empty() {
        String::new()
    } else {
        fill(&theme.text(script.word("step")), &[("number", theme.text(&header.number).into_owned())])
    };
    let most = usize::from(right).saturating_sub(2);
    let act = if header.act.is_empty() {
        String::new()
    } else {
        cut(theme, &words::Act { act: &header.act }.to_string(), most / 2)
    };
    put(buffer, 1, 2, &step, theme.accent());
    put_right(buffer, right.saturating_sub(1), 2, &act, theme.dim());
    let from = if step.is_empty() { 1 } else { 1 + width(&step) + 3 };
    let title = cut(theme, &header.title, most.saturating_sub(from + width(&act) + 1));
    put(buffer, u16::try_from(from).unwrap_or(0), 2, &title, theme.strong());
}

/// The footer's parts on one line or, where they do not fit beside the mark, on two.
pub fn footer_lines(theme: Theme, script: &Script, mode: Mode, mark: &str, columns: u16) -> Vec<Vec<(String, String)>> {
    let (own, common) = entries(mode);
    let words = |list: &[Entry]| -> Vec<(String, String)> {
        list.iter()
            .filter(|entry| !entry.foot.is_empty())
            .map(|entry| {
                (theme.text(script.word(entry.key)).into_owned(), theme.text(script.word(entry.foot)).into_owned())
            })
            .collect()
    };
    let (own, common) = (words(&own), words(&common));
    let one: Vec<_> = own.iter().chain(&common).cloned().collect();
    let room = usize::from(columns).saturating_sub(2 + width(mark) + 2);
    if own.is_empty() || length(&one, 2) <= room { vec![one] } else { vec![own, common] }
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

/// The steps around the one on the screen.
pub fn steps(buffer: &mut Buffer, theme: Theme, script: &Script, area: Rect, steps: &[StepLine]) {
    for y in area.top()..area.bottom() {
        if let Some(cell) = buffer.cell_mut((area.x, y)) {
            cell.set_char(theme.sign(Sign::Wall)).set_style(theme.dim());
        }
    }
    let rows = usize::from(area.height);
    let current = steps.iter().position(|step| step.state == StepState::Current).unwrap_or(0);
    let first = current.saturating_sub(rows / 3).min(steps.len().saturating_sub(rows));
    let number_width = steps.iter().map(|step| width(&step.number)).max().unwrap_or(0);
    let if_needed = theme.text(words::IF_NEEDED).into_owned();
    for (y, step) in (area.top()..area.bottom()).zip(steps.iter().skip(first)) {
        let (sign, style) = match step.state {
            StepState::Done => (theme.sign(Sign::Done), theme.good()),
            StepState::NotNeeded => (theme.sign(Sign::Ahead), theme.dim()),
            StepState::Current => (theme.sign(Sign::Here), theme.accent()),
            StepState::Ahead | StepState::IfNeeded => (' ', theme.normal()),
        };
        let title_style = match step.state {
            StepState::Current => theme.strong(),
            StepState::Ahead => theme.normal(),
            _ => theme.dim(),
        };
        let danger = if step.irreversible { '!' } else { ' ' };
        put(buffer, area.x + 2, y, sign.encode_utf8(&mut [0; 4]), style);
        put(buffer, area.x + 4, y, danger.encode_utf8(&mut [0; 4]), theme.warning());
        put(buffer, area.x + 6, y, &theme.text(&step.number), title_style);
        let from = area.x + 6 + u16::try_from(number_width).unwrap_or(0) + 1;
        let room = usize::from(area.right().saturating_sub(from + 1));
        let title = if step.state == StepState::IfNeeded {
            format!("{} {if_needed}", cut(theme, &step.title, room.saturating_sub(width(&if_needed) + 1)))
        } else {
            cut(theme, &step.title, room)
        };
        put(buffer, from, y, &title, title_style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_broken_between_words_and_never_lost() {
        assert_eq!(wrap(Theme::FULL, "one two three", 7), ["one two", "three"]);
        assert_eq!(wrap(Theme::FULL, "abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap(Theme::FULL, "", 4), [""]);
        assert_eq!(wrap(Theme::FULL, "鍵鍵鍵", 4), ["鍵鍵", "鍵"]);
        assert_eq!(wrap(Theme::LEAST, "a … b", 5), ["a ...", "b"]);
    }

    #[test]
    fn long_titles_are_cut_with_a_sign() {
        assert_eq!(cut(Theme::FULL, "Custodian 2 of 4", 12), "Custodian 2…");
        assert_eq!(cut(Theme::LEAST, "Custodian 2 of 4", 12), "Custodian...");
        assert_eq!(cut(Theme::FULL, "short", 5), "short");
        assert_eq!(cut(Theme::FULL, "short", 0), "");
    }

    #[test]
    fn every_footer_fits_the_narrowest_window() {
        let script = Script::load().unwrap();
        let mark = "1234·3fa9";
        for mode in crate::terminal::keys::tests::ALL {
            let lines = footer_lines(Theme::FULL, &script, mode, mark, LEAST_WIDTH);
            let (last, before) = lines.split_last().unwrap();
            assert!(before.len() <= 1, "{mode:?}");
            assert!(length(last, 2) + 2 + width(mark) <= 78, "{mode:?}");
            assert!(before.iter().all(|line| length(line, 2) <= 78), "{mode:?}");
        }
    }

    #[test]
    fn tables_stay_together_and_prose_stands_apart() {
        let text = ["One.", "  a  1", "  b  2", "Two."].map(str::to_owned);
        let lines: Vec<String> =
            paragraphs(Theme::FULL, &text, 40, Style::new()).iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["One.", "", "  a  1", "  b  2", "", "Two."]);
    }
}
