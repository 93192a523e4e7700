//! How text is measured, cut and wrapped.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::theme::Theme;

/// The number of columns that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Cuts a text that is too long and marks the cut.
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

/// Breaks a text into lines of at most `most` columns, between words where possible.
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

/// Breaks a line that must keep its form (a table, a value) only where it would not fit.
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

/// Paragraphs as lines: a blank line between two, except between lines that must keep their form.
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
    fn tables_stay_together_and_paragraphs_are_separated() {
        let text = ["One.", "  a  1", "  b  2", "Two."].map(str::to_owned);
        let lines: Vec<String> =
            paragraphs(Theme::FULL, &text, 40, Style::new()).iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["One.", "", "  a  1", "  b  2", "", "Two."]);
    }
}
