//! Strong shares as words, against shares written by another program.

use proptest::prelude::*;

use super::super::*;
use super::gf256::dealt;
use crate::wordlists::word;

/// 2 of 3, set 2b1 f3c, an SO-PIN.
const SO_PIN: [&str; 3] = [
    "culture language link record school affair crush meadow width juice fine island source sample pulp gate",
    "culture language lion knee verify over vehicle chimney rescue gasp box neglect fix travel luggage gorilla",
    "culture language liquid sign rocket betray era water invite half scan sketch cactus enlist rather sure",
];
/// Numbers 1, 9 and 16 of 3 of 16, set 3ff fff, a password.
const PASSWORD: [&str; 3] = [
    "cable zoo tomato banner scare potato struggle mouse wave mountain fashion order dress toddler carbon hurry deposit \
     just shield cart unusual vault length arctic pony stove vendor catch frog still cruel black doll",
    "cable zoo topic lesson gym school slush narrow occur ocean quit unable trumpet pen stairs craft silent mango sweet \
     gun brief walk rabbit benefit destroy draw tragic junk sell width carry fresh limit",
    "cable zoo tourist transfer alpha miracle just brown cushion will equip fat sudden leader grace planet slice bronze \
     loan inside identify box thing caught tissue effort found goddess army pear embrace escape above",
];
const SO_PIN_SET: u32 = 0x2b_1f3c;

fn read(text: &str) -> StrongShare {
    read_words(text.as_bytes()).ok().unwrap()
}

fn expecting(kind: Kind) -> Expected<'static> {
    Expected { kind, set: None, threshold: None, number: None, taken: &[] }
}

fn reading(text: &str) -> WordsReading {
    check_words(text.as_bytes(), &expecting(Kind::SoPin))
}

fn suggested(text: &str) -> Option<String> {
    suggestion(text.as_bytes()).map(|word| String::from_utf8(word.expose().to_vec()).unwrap())
}

/// The share with the words at these places (from 1) replaced.
fn with(text: &str, changes: &[(usize, &str)]) -> String {
    let mut words: Vec<&str> = text.split(' ').collect();
    for (place, word) in changes {
        words[place - 1] = word;
    }
    words.join(" ")
}

#[test]
fn shares_of_another_program_are_read_and_written_the_same() {
    let mut secrets = Vec::new();
    for (set, kind, threshold, id, numbers) in
        [(SO_PIN, Kind::SoPin, 2, SO_PIN_SET, [1, 2, 3]), (PASSWORD, Kind::Password, 3, 0x3f_ffff, [1, 9, 16])]
    {
        let shares = set.map(read);
        for ((share, text), number) in shares.iter().zip(set).zip(numbers) {
            assert_eq!((share.kind, share.threshold, share.set.get(), share.number), (kind, threshold, id, number));
            assert_eq!(text.split(' ').count(), usize::from(kind.words()));
            assert_eq!(write_words(share).expose(), text.as_bytes());
            assert_eq!(check_words(text.as_bytes(), &expecting(kind)), WordsReading::Complete);
            assert_eq!(suggested(text), None);
        }
        secrets.push(combine_strong(&shares.each_ref()).ok().unwrap());
    }
    assert_eq!(password_of(&secrets[0]).expose(), b"0011223344556677");
    let counted: Vec<u8> = (0..32).collect();
    assert_eq!(secrets[1].expose(), counted);
}

#[test]
fn words_may_be_shortened_spaced_and_capitalised() {
    let short: Vec<&str> = SO_PIN[0].split(' ').map(|word| &word[..4.min(word.len())]).collect();
    for text in [short.join(" "), SO_PIN[0].to_uppercase(), SO_PIN[0].replace(' ', "   "), format!(" {} ", SO_PIN[0])] {
        assert!(write_words(&read(&text)).same(&write_words(&read(SO_PIN[0]))), "{text}");
        assert_eq!(reading(&text), WordsReading::Complete);
    }
}

#[test]
fn every_prefix_is_accepted_and_the_last_word_completes_the_share() {
    let expected = Expected {
        set: Some(SO_PIN_SET),
        threshold: Some(2),
        number: Some(2),
        taken: &[1, 3],
        ..expecting(Kind::SoPin)
    };
    for end in 0..=SO_PIN[1].len() {
        let text = &SO_PIN[1][..end];
        let done = u8::try_from(text.matches(' ').count()).unwrap();
        let wanted = match end {
            0 => WordsReading::Empty,
            // "gori" is enough
            _ if end + 3 >= SO_PIN[1].len() => WordsReading::Complete,
            _ => WordsReading::Typing { done, of: 16 },
        };
        assert_eq!(check_words(text.as_bytes(), &expected), wanted, "{text}");
    }
    assert_eq!(reading("   "), WordsReading::Empty);
}

#[test]
fn an_unknown_word_is_named_at_once() {
    for (text, place) in [
        ("x", 1),
        ("culx", 1),
        ("cul ", 1),
        ("culture lx", 2),
        ("culture la link", 2),
        ("culture 1 link", 2),
        ("culture languages ", 2),
        ("\u{e4}", 1),
    ] {
        assert_eq!(reading(text), WordsReading::Unknown { place }, "{text}");
    }
    assert_eq!(read_words(b"culture 1 link").err(), Some(WordsError::Unknown { place: 2 }));
    // all other words are present, so the right word is known
    let text = with(SO_PIN[0], &[(5, "skool")]);
    assert_eq!(reading(&text), WordsReading::Unknown { place: 5 });
    assert_eq!(suggested(&text).as_deref(), Some("school"));
    let text = with(SO_PIN[0], &[(16, "gte")]);
    assert_eq!(reading(&text), WordsReading::Unknown { place: 16 });
    assert_eq!(suggested(&text).as_deref(), Some("gate"));
    assert_eq!(suggested(&with(SO_PIN[0], &[(5, "skool"), (6, "affairs")])), None);
    assert_eq!(suggested(&with(SO_PIN[0], &[(5, "skool"), (6, "zoo")])), None);
    assert_eq!(suggested(&with(SO_PIN[0], &[(5, "skool"), (16, "ga")])), None);
}

#[test]
fn one_wrong_word_is_named_and_corrected_even_in_the_header() {
    let known = Expected { set: Some(SO_PIN_SET), threshold: Some(2), number: Some(1), ..expecting(Kind::SoPin) };
    for place in 1..=16 {
        let right = SO_PIN[0].split(' ').nth(place - 1).unwrap();
        for wrong in ["abandon", "zoo", "cable", "link"].into_iter().filter(|wrong| *wrong != right) {
            let text = with(SO_PIN[0], &[(place, wrong)]);
            let place = u8::try_from(place).unwrap();
            for expected in [known, expecting(Kind::SoPin)] {
                assert_eq!(check_words(text.as_bytes(), &expected), WordsReading::Wrong { place }, "{text}");
            }
            assert_eq!(read_words(text.as_bytes()).err(), Some(WordsError::Wrong { place }));
            assert_eq!(suggested(&text).as_deref(), Some(right));
        }
    }
}

#[test]
fn swapped_words_and_several_wrong_words_are_told_apart() {
    let swapped = with(SO_PIN[0], &[(7, "meadow"), (8, "crush")]);
    assert_eq!(reading(&swapped), WordsReading::Swapped { place: 7 });
    assert_eq!(read_words(swapped.as_bytes()).err(), Some(WordsError::Swapped { place: 7 }));
    let header = with(SO_PIN[0], &[(1, "language"), (2, "culture")]);
    let known = Expected { set: Some(SO_PIN_SET), ..expecting(Kind::SoPin) };
    assert_eq!(check_words(header.as_bytes(), &known), WordsReading::Swapped { place: 1 });
    let several = with(SO_PIN[0], &[(4, "zoo"), (9, "zoo")]);
    assert_eq!(reading(&several), WordsReading::Several);
    assert_eq!(read_words(several.as_bytes()).err(), Some(WordsError::Several));
    assert_eq!(suggested(&several), None);
}

#[test]
fn a_wrong_last_word_is_named_even_if_more_letters_could_make_another_word() {
    let fat = with(SO_PIN[0], &[(16, "fat")]);
    assert_eq!(
        reading(&fat),
        WordsReading::Wrong { place: 16 },
        "fatigue is a word too, and nothing may follow the last"
    );
}

#[test]
fn an_unexpected_share_is_detected_in_its_first_words() {
    let known = Expected { set: Some(SO_PIN_SET), threshold: Some(2), number: Some(1), ..expecting(Kind::SoPin) };
    let judged = |text: &str, expected: &Expected| check_words(text.as_bytes(), expected);
    assert_eq!(judged("cable ", &known), WordsReading::OtherSet { place: 1 }, "a slip is likelier than another kind");
    assert_eq!(judged(PASSWORD[0], &known), WordsReading::OtherKind);
    assert_eq!(judged("culture ", &expecting(Kind::Password)), WordsReading::Typing { done: 1, of: 33 });
    assert_eq!(judged("culture language link ", &expecting(Kind::Password)), WordsReading::OtherKind);
    assert_eq!(judged("zoo language link ", &expecting(Kind::Password)), WordsReading::OtherSet { place: 1 });
    assert_eq!(judged("cupboard ", &known), WordsReading::OtherSet { place: 1 });
    assert_eq!(judged("culture lamp ", &known), WordsReading::OtherSet { place: 2 });
    assert_eq!(judged("culture language zoo ", &known), WordsReading::OtherSet { place: 3 });
    assert_eq!(judged("culture language link ", &known), WordsReading::Typing { done: 3, of: 16 });
    assert_eq!(judged("culture language lion ", &known), WordsReading::OtherNumber { number: 2 });
    assert_eq!(judged(SO_PIN[1], &known), WordsReading::OtherNumber { number: 2 });
    let other_threshold = Expected { threshold: Some(3), ..known };
    assert_eq!(judged("culture language link ", &other_threshold), WordsReading::OtherSet { place: 3 });
    let others_were_here = Expected { number: None, taken: &[3, 2], ..known };
    assert_eq!(judged("culture language lion ", &others_were_here), WordsReading::Taken { number: 2 });
    assert_eq!(judged(SO_PIN[2], &others_were_here), WordsReading::Taken { number: 3 });
    assert_eq!(judged(SO_PIN[0], &others_were_here), WordsReading::Complete);
    let other_set = Expected { set: Some(SO_PIN_SET ^ 1), ..expecting(Kind::SoPin) };
    assert_eq!(judged(SO_PIN[0], &other_set), WordsReading::OtherSet { place: 3 });
}

#[test]
fn too_many_and_too_few_words() {
    assert_eq!(reading(&format!("{} zoo", SO_PIN[0])), WordsReading::TooMany);
    assert_eq!(reading(&format!("{} x", SO_PIN[0])), WordsReading::TooMany);
    assert_eq!(read_words(format!("{} zoo", SO_PIN[0]).as_bytes()).err(), Some(WordsError::Count { given: 17 }));
    assert_eq!(read_words(b"").err(), Some(WordsError::Count { given: 0 }));
    assert_eq!(read_words("zoo ".repeat(99).as_bytes()).err(), Some(WordsError::Count { given: 34 }));
    let (most, _) = SO_PIN[0].rsplit_once(' ').unwrap();
    assert_eq!(reading(most), WordsReading::Typing { done: 14, of: 16 });
    assert_eq!(reading(&format!("{most} ")), WordsReading::Typing { done: 15, of: 16 });
}

#[test]
fn right_check_words_do_not_make_a_share() {
    let as_words = |symbols: &[u16]| {
        let checks = super::super::check_symbols::OF_WORDS.encode(symbols);
        let all: Vec<&str> = symbols.iter().chain(checks.iter()).map(|symbol| word(*symbol).unwrap()).collect();
        all.join(" ")
    };
    let header = [1 << 8, 0, 1 << 4];
    let text = |header: [u16; 3], last: u16| as_words(&[&header[..], &[5; 9], &[last]].concat());
    assert!(read_words(text(header, 64).as_bytes()).is_ok());
    assert_eq!(reading(&text(header, 64)), WordsReading::Complete);
    // padding that is not zero, a threshold of 1, an unknown kind, the length of the other kind
    let unknown_kind = text([2 << 8, 0, 1 << 4], 0);
    let other_length = text([0, 0, 1 << 4], 0);
    for text in [&text(header, 1), &text(header, 32), &text([1 << 8, 0, 0], 0), &unknown_kind, &other_length] {
        assert_eq!(read_words(text.as_bytes()).err(), Some(WordsError::NoShare), "{text}");
    }
    assert_eq!(reading(&text(header, 1)), WordsReading::Several);
    assert_eq!(reading(&unknown_kind), WordsReading::OtherSet { place: 1 });
    assert_eq!(reading(&other_length), WordsReading::OtherKind);
}

#[test]
fn dealt_shares_can_be_written_and_read() {
    for (kind, seed) in [(Kind::Password, 1), (Kind::SoPin, 2)] {
        let (_, set) = dealt(kind, 16, 16, seed);
        for share in &set.shares {
            let text = write_words(share);
            assert!(read_words(text.expose()).is_ok_and(|read| write_words(&read).same(&write_words(share))));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn typing_anything_never_panics(text in "[ -~]{0,60}", tail in any::<usize>()) {
        let known = Expected { set: Some(1), threshold: Some(2), number: Some(3), taken: &[4], ..expecting(Kind::Password) };
        let mixed = format!("{}{text}", &SO_PIN[0][..tail % SO_PIN[0].len()]);
        for text in [text.as_bytes(), mixed.as_bytes()] {
            let reads = read_words(text).is_ok();
            prop_assert!(!reads);
            prop_assert!(check_words(text, &known) != WordsReading::Complete);
            prop_assert!(reading(core::str::from_utf8(text).unwrap()) != WordsReading::Complete);
            let _ = suggestion(text);
            let _ = (check_check(text), read_check(text).is_ok());
        }
    }
}
