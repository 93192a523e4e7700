//! Words being typed and corrected.

use proptest::prelude::*;

use super::*;

/// A text of at most four words and its cursor. `<` erases, `^` and `v` go to the previous and next word, `(` and `)`
/// to the other of two columns, `[` and `]` to either end, `+` makes room, `!` is Enter; anything else is typed.
fn press(cursor: &mut Cursor, text: &mut TypedText, key: u8) -> Done {
    const MOST: usize = 4;
    match key {
        b' ' => cursor.space(text, MOST),
        b'<' => cursor.erase(text),
        b'^' => cursor.before(text, MOST),
        b'v' => cursor.after(text, MOST),
        b'(' => cursor.jump(text, -2, MOST),
        b')' => cursor.jump(text, 2, MOST),
        b'[' => cursor.far(text, false, MOST),
        b']' => cursor.far(text, true, MOST),
        b'+' => cursor.open(text, MOST),
        b'!' => cursor.finish(text),
        letter => cursor.letter(text, letter, MOST),
    }
}

fn typed(keys: &str) -> (String, usize) {
    let (mut cursor, mut text) = (Cursor::End, TypedText::new());
    for key in keys.bytes() {
        press(&mut cursor, &mut text, key);
    }
    (String::from_utf8(text.expose().to_vec()).unwrap(), cursor.cell(text.expose()))
}

#[test]
fn a_space_ends_a_word_and_completes_it_by_four_letters() {
    for (keys, text, cell) in [
        ("aban", "aban", 0),
        ("aban ", "abandon ", 1),
        ("ABAN ", "abandon ", 1),
        ("aban  ", "abandon ", 1),
        ("act ", "act ", 1),
        ("acto ", "actor ", 1),
        ("ab ", "ab ", 1),
        ("qqqq ", "qqqq ", 1),
        (" ", "", 0),
        ("aban!", "abandon", 0),
        ("ab!", "ab", 0),
        ("abandonx", "abandonx", 0),
        ("abandonxy", "abandonx", 0),
        // nothing follows the last word
        ("act act act aban ", "act act act abandon", 3),
        ("act act act aban  ", "act act act abandon", 3),
        ("act act act aban!", "act act act abandon", 3),
    ] {
        assert_eq!(typed(keys), (text.to_owned(), cell), "{keys}");
    }
}

#[test]
fn words_are_corrected_in_the_middle() {
    for (keys, text, cell) in [
        // typing on a word that was moved to replaces it
        ("zoo act able ^^zone", "zoo zone able ", 1),
        ("zoo act able ^^aban ", "zoo abandon able ", 2),
        ("zoo act able ^^aban v", "zoo abandon able ", 3),
        ("zoo act able ^^^aban  ^aban ", "abandon act able ", 1),
        // a word with enough letters is completed when it is left, in both directions
        ("zoo act able ^^aban^", "zoo abandon able ", 0),
        ("zoo act able ^^ab^", "zoo ab able ", 0),
        ("zoo aban^", "zoo abandon ", 0),
        ("zoo aban^v", "zoo abandon ", 1),
        ("zoo aban^vv", "zoo abandon ", 2),
        // including the very last word
        ("zoo act able acid^vable", "zoo act able able", 3),
        ("zoo act able acid[]able", "zoo act able able", 3),
        ("zoo act able acid^v<d", "zoo act able acid", 3),
        // columns
        ("zoo act able (x", "zoo x able ", 1),
        ("zoo act able [)x", "zoo act x ", 2),
        ("zoo act able )x", "zoo act able x", 3),
        ("zoo [)act", "act ", 0),
    ] {
        assert_eq!(typed(keys), (text.to_owned(), cell), "{keys}");
    }
}

#[test]
fn backspace_removes_letters_and_then_goes_to_the_word_before() {
    for (keys, text, cell) in [
        ("<", "", 0),
        ("a<<", "", 0),
        ("zoo act <", "zoo act", 1),
        ("zoo act <or ", "zoo actor ", 2),
        ("zoo act <<<<", "zoo ", 1),
        ("zoo act <<<<<", "zoo", 0),
        // in the middle: the last letter is followed by a gap, into which a word can be typed, or which closes
        ("zoo act able ^^<<", "zoo a able ", 1),
        ("zoo act able ^^<<<", "zoo able ", 1),
        ("zoo act able ^^<<<aban ", "zoo abandon able ", 2),
        ("zoo act able ^^<<<v", "zoo able ", 1),
        ("zoo act able ^^<<< ", "zoo able ", 1),
        ("zoo act able ^^<<<<", "zoo able ", 0),
        ("zoo act able ^^<<<<<", "zo able ", 0),
        ("zoo act able ^^^<<<<<", "act able ", 0),
        ("zoo act able ^^^<<<one ", "one act able ", 1),
        ("zoo act able acid^v<<<<", "zoo act able ", 3),
    ] {
        assert_eq!(typed(keys), (text.to_owned(), cell), "{keys}");
    }
}

#[test]
fn a_missing_word_is_inserted() {
    assert_eq!(typed("zoo able ^+act "), ("zoo act able ".to_owned(), 2));
    assert_eq!(typed("zoo able acid [+one "), ("one zoo able acid".to_owned(), 1), "four are all");
    let (mut cursor, mut text) = (Cursor::End, TypedText::new());
    for key in "zoo act able acid^+".bytes() {
        press(&mut cursor, &mut text, key);
    }
    assert_eq!(press(&mut cursor, &mut text, b'+'), Done::Refused(sentences::HINT_ALL_WORDS));
    // words after the gap are one place further, as they will be once it is filled
    let (mut cursor, mut text) = (Cursor::End, TypedText::new());
    for key in "zoo able ^+".bytes() {
        press(&mut cursor, &mut text, key);
    }
    assert_eq!((cursor.cell_of(text.expose(), 0), cursor.cell_of(text.expose(), 1)), (0, 2));
}

#[test]
fn the_state_of_a_word() {
    for (keys, standing) in [
        ("", Standing::Untouched),
        ("ab", Standing::Unfinished),
        ("act", Standing::Word),
        ("aban", Standing::Word),
        ("abx", Standing::None),
        ("aban ", Standing::Untouched),
        ("zoo act ^^", Standing::Untouched),
        ("zoo act ^^a", Standing::Unfinished),
    ] {
        let (mut cursor, mut text) = (Cursor::End, TypedText::new());
        for key in keys.bytes() {
            press(&mut cursor, &mut text, key);
        }
        assert_eq!(cursor.standing(text.expose()), standing, "{keys}");
    }
}

proptest! {
    #[test]
    fn the_text_is_always_words_with_single_spaces(
        keys in prop::collection::vec(prop::sample::select(&b"aaabnoz  <<<^v()[]+!"[..]), 0..80)
    ) {
        let (mut cursor, mut text) = (Cursor::End, TypedText::new());
        for key in keys {
            let before = text.expose().to_vec();
            let done = press(&mut cursor, &mut text, key);
            prop_assert!(done == Done::Edited || before == text.expose(), "what changed is told");
            let now = text.expose();
            prop_assert!(!now.starts_with(b" ") && !now.windows(2).any(|two| two == b"  "));
            prop_assert!(count(now) <= 4 && cursor.cell(now) < 4, "the cursor is in the grid");
            prop_assert!(words(now).all(|word| word.len() <= LONGEST_WORD));
        }
    }
}
