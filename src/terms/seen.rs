//! Which characters people can see. Names and notes take no others: nobody could compare what cannot be seen.

use std::borrow::Cow;

/// Whether a character shows what it is, alone or above the one before it. Control characters, marks that turn the
/// direction of text, fillers, spaces other than the space bar's, and numbers without a character do not.
///
/// Source: the Unicode Character Database, `Default_Ignorable_Code_Point` and the general categories Cc, Cf, Zs, Zl, Zp,
/// Co and Cn, as far as they have ranges that no version will change. Visible format characters (Arabic number signs)
/// are characters like others.
pub fn can_be_seen(character: char) -> bool {
    let hides = matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{e000}'..='\u{f8ff}'
            | '\u{fdd0}'..='\u{fdef}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{ffff}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{10ffff}'
    );
    let other_space = character.is_whitespace() && character != ' ';
    // the last two of every plane are no characters
    let none = u32::from(character) & 0xfffe == 0xfffe;
    !(character.is_control() || other_space || hides || none)
}

/// A text as it is printed: a character that cannot be seen, or turns the direction of others, is named (`[U+202E]`). Line breaks
/// and form feeds stay, and so does U+FFFD, which stands for what is not text.
pub fn in_sight(text: &str) -> Cow<'_, str> {
    let stays = |c: char| can_be_seen(c) || matches!(c, '\n' | '\u{c}' | char::REPLACEMENT_CHARACTER);
    if text.chars().all(stays) {
        return Cow::Borrowed(text);
    }
    let named = |c: char| if stays(c) { c.to_string() } else { format!("[U+{:04X}]", u32::from(c)) };
    Cow::Owned(text.chars().map(named).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_many_scripts_can_be_seen_and_tricks_cannot() {
        for name in ["Jürgen Groß", "Łukasz", "Nguyễn", "Nguye\u{302}\u{303}n", "Дмитрий", "山田 太郎", "أحمد", "हिन्दी"]
        {
            assert!(name.chars().all(can_be_seen), "{name}");
        }
        for trick in "\u{0}\u{1b}\u{7f}\u{9b}\t\n\u{a0}\u{ad}\u{200b}\u{200d}\u{200e}\u{2028}\u{202e}\u{2066}\u{2069}\u{3000}\u{3164}\u{feff}\u{fffd}\u{e0041}\u{1ffff}\u{f0000}".chars() {
            assert!(!can_be_seen(trick), "{:x}", u32::from(trick));
        }
    }

    #[test]
    fn what_cannot_be_seen_is_named_and_the_rest_stays() {
        assert!(matches!(in_sight("Zo\u{eb}\n\u{c}\u{fffd}"), Cow::Borrowed(_)));
        assert_eq!(in_sight("a\u{202e}b\u{1b}[2Jc\r\u{e0041}"), "a[U+202E]b[U+001B][2Jc[U+000D][U+E0041]");
    }
}
