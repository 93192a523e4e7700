//! The text of strong shares: words, a share in a line. A text that begins with 0 is the bytes of a share and a slip of the pen,
//! because nobody guesses check words.

use hsm_ceremony::secret::WipingBytes;
use hsm_ceremony::share::{
    Expected, Kind, SetId, StrongShare, WordsReading, check_words, combine_strong, read_words, strong_candidates,
    suggestion, write_words,
};
use hsm_ceremony::wordlists::{Found, find, word};

/// Eight of sixteen are enough quorums.
const SHARES: usize = 8;

pub fn check(data: &[u8]) {
    let mut shares = Vec::new();
    if let Some((0, bytes)) = data.split_first() {
        for bytes in bytes.chunks(60).take(SHARES) {
            shares.extend(a_slip(bytes));
        }
    } else {
        for line in data.split(|byte| *byte == b'\n').take(SHARES) {
            shares.extend(text(line));
        }
    }
    let shares: Vec<&StrongShare> = shares.iter().collect();
    let ways = strong_candidates(&shares);
    if let Ok(secret) = combine_strong(&shares) {
        let ways = ways.unwrap_or_default();
        assert!(ways.iter().any(|way| way.secret.same(&secret) && way.agreeing.len() == shares.len()));
    }
}

/// What is said while somebody types, and what is read afterwards, agree; what is written is read back.
fn text(text: &[u8]) -> Option<StrongShare> {
    let read = read_words(text).ok();
    for kind in [Kind::Password, Kind::SoPin] {
        let expected = Expected { kind, set: None, threshold: None, number: None, taken: &[] };
        let complete = check_words(text, &expected) == WordsReading::Complete;
        assert_eq!(complete, read.as_ref().is_some_and(|share| share.kind == kind));
        let other = Expected { kind, set: Some(5), threshold: Some(2), number: Some(1), taken: &[2, 3] };
        let _ = check_words(text, &other);
    }
    if let Some(right) = suggestion(text) {
        assert!(matches!(find(right.expose()), Found::Word(_)));
    }
    let share = read?;
    assert!(share.check().is_ok());
    let again = write_words(&share);
    let again = read_words(again.expose()).ok();
    assert!(again.is_some_and(|again| same(&again, &share)), "what is written is what was read");
    Some(share)
}

fn same(one: &StrongShare, other: &StrongShare) -> bool {
    let named = |share: &StrongShare| (share.set.get(), share.kind, share.threshold, share.number);
    named(one) == named(other) && one.body.same(&other.body)
}

/// One wrong word is found, and the right one suggested.
fn a_slip(bytes: &[u8]) -> Option<StrongShare> {
    let [place, high, low, kind, set_high, set, set_low, threshold, number, body @ ..] = bytes else { return None };
    let kind = if kind % 2 == 0 { Kind::Password } else { Kind::SoPin };
    let set = SetId::new(u32::from_be_bytes([0, set_high & 0x3F, *set, *set_low]))?;
    let body = body.get(..kind.body_length())?;
    let share =
        StrongShare { set, kind, threshold: threshold % 20, number: number % 20, body: WipingBytes::from_slice(body) };
    share.check().ok()?;
    let written = write_words(&share);
    let written = std::str::from_utf8(written.expose()).expect("words are ASCII");
    assert!(text(written.as_bytes()).is_some_and(|read| same(&read, &share)));
    let mut words: Vec<&str> = written.split(' ').collect();
    let place = usize::from(*place) % words.len();
    let wrong = word(u16::from_be_bytes([*high, *low]) % 2048).expect("the list has it");
    let right = std::mem::replace(&mut words[place], wrong);
    let slipped = words.join(" ");
    let expected = Expected { kind, set: None, threshold: None, number: None, taken: &[] };
    let said = check_words(slipped.as_bytes(), &expected);
    if right == wrong {
        assert_eq!(said, WordsReading::Complete);
    } else {
        assert!(read_words(slipped.as_bytes()).is_err());
        assert_eq!(said, WordsReading::Wrong { place: u8::try_from(place + 1).expect("33 words") });
        assert!(suggestion(slipped.as_bytes()).is_some_and(|word| word.expose() == right.as_bytes()));
    }
    Some(share)
}
