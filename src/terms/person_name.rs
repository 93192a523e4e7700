//! When two names are one: case, spaces, invisible characters and look-alikes of other scripts make no second person.

use unicode_security::confusable_detection::skeleton;

use super::seen::can_be_seen;

/// Whether two names would be taken for one.
pub fn alike(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}

/// What is left of a name once what people overlook is taken away. Only for comparing: nobody reads it.
pub fn folded(name: &str) -> String {
    let seen = |text: &str| text.chars().filter(|char| can_be_seen(*char) && !char.is_whitespace()).collect::<String>();
    // Look-alikes in the case in which they stand: "В" looks like "B", its small letter like nothing. Small letters have
    // look-alikes of their own.
    let upright: String = skeleton(&seen(name)).collect();
    let small: String = skeleton(&upright.to_lowercase()).collect();
    // A capital I and a small L look alike; a small I is the same letter as the capital.
    seen(&small).replace(['i', 'ı'], "l")
}

/// First and last initial, in capitals; `None` where not every keyboard can type them.
pub fn initials(name: &str) -> Option<String> {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(char::is_ascii_alphabetic));
    let plain = name.split_whitespace().all(|word| word.starts_with(|first: char| first.is_ascii_alphabetic()));
    let first = words.next().filter(|_| plain)?;
    let letters = [Some(first), words.next_back()].into_iter().flatten();
    Some(letters.map(|letter| letter.to_ascii_uppercase()).collect())
}

/// The first character that nobody sees, or that turns the direction of what is read.
pub fn invisible(text: &str) -> Option<char> {
    text.chars().find(|char| !can_be_seen(*char))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_are_one_name_and_names_that_look_different_are_two() {
        for (one, other) in [
            ("Ada Lovelace", "ada  lovelace "),
            ("Ada Lovelace", "AdaLovelace"),
            ("Ada Lovelace", "\u{410}d\u{430} L\u{43e}vel\u{430}ce"),
            ("Boris", "\u{412}oris"),
            ("BARBARA LISKOV", "Barbara Liskov"),
            ("Alan Turing", "A\u{200b}lan\u{202e} Turing"),
            ("Alan Turing", "A1an Turing"),
            ("J\u{fc}rgen", "Ju\u{308}rgen"),
            ("\u{391}\u{3bd}\u{3bd}\u{3b1}", "Avva"),
        ] {
            assert!(alike(one, other), "{one} / {other}: {} / {}", folded(one), folded(other));
        }
        for (one, other) in
            [("Ada Lovelace", "Ada Lovelock"), ("Anna", "Hanna"), ("Jos\u{e9}", "Jose"), ("Guard 1", "Guard 2")]
        {
            assert!(!alike(one, other), "{one} / {other}");
        }
    }

    #[test]
    fn what_nobody_sees_is_found() {
        for hidden in ['\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{200b}', '\u{200f}', '\u{feff}'] {
            assert_eq!(invisible(&format!("Ada{hidden} L")), Some(hidden));
        }
        assert_eq!(invisible("J\u{fc}rgen Gro\u{df}"), None);
    }
}
