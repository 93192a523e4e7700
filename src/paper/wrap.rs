//! Lines of a given width from running text.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Breaks a text into lines of at most `most` columns: between words, and where a word is longer, in it.
pub fn wrap(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace().flat_map(|word| cut(word, most)) {
        if !line.is_empty() && line.width() + 1 + word.width() > most {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
}

/// A line in pieces of at most `most` columns, wherever they end. A character stays with a backslash before it.
pub fn cut(line: &str, most: usize) -> Vec<String> {
    let (mut pieces, mut width, mut marked) = (vec![String::new()], 0, false);
    for character in line.chars() {
        let more = character.width().unwrap_or(0);
        if width > 0 && width + more + usize::from(character == '\\') > most && !marked {
            pieces.push(String::new());
            width = 0;
        }
        width += more;
        marked = character == '\\' && !marked;
        if let Some(last) = pieces.last_mut() {
            last.push(character);
        }
    }
    pieces
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

    #[test]
    fn breaks_a_word_that_is_longer_than_a_line() {
        assert_eq!(wrap("a abcdefgh b", 3), ["a", "abc", "def", "gh", "b"]);
        assert_eq!(wrap("界界界", 4), ["界界", "界"]);
        assert_eq!(cut("ab\\*c", 3), ["ab", "\\*c"]);
    }
}
