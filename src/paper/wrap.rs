//! Lines of a given width from running text.

use unicode_width::UnicodeWidthStr;

/// Breaks a text between words into lines of at most `most` columns; a longer word gets a line of its own.
pub fn wrap(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.width() + 1 + word.width() > most {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// Fills a text with spaces up to `columns`.
pub fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// Pages as one text, separated by form feeds.
pub fn join(pages: Vec<Vec<String>>) -> String {
    let text = |page: Vec<String>| page.iter().map(|line| line.trim_end().to_owned() + "\n").collect::<String>();
    pages.into_iter().map(text).collect::<Vec<_>>().join("\u{c}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_between_words_and_counts_columns() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("äöü äöü", 7), ["äöü äöü"]);
        assert_eq!(pad("ä", 3), "ä  ");
    }
}
