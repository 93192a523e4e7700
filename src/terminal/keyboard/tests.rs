use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;

/// Bytes in the chunks in which they arrive; `None` is a silence.
pub struct Pieces(pub VecDeque<Option<Vec<u8>>>);

impl Source for Pieces {
    fn read(&mut self, into: &mut [u8], _: Duration) -> io::Result<Option<usize>> {
        let Some(Some(piece)) = self.0.pop_front() else { return Ok(None) };
        let (now, later) = piece.split_at(piece.len().min(into.len()));
        into[..now.len()].copy_from_slice(now);
        if !later.is_empty() {
            self.0.push_front(Some(later.to_vec()));
        }
        Ok(Some(now.len()))
    }
}

fn keyboard(pieces: &[&[u8]]) -> Keyboard<Pieces> {
    Keyboard::new(Pieces(pieces.iter().map(|piece| (!piece.is_empty()).then(|| piece.to_vec())).collect()))
}

fn keys(pieces: &[&[u8]]) -> Vec<Key> {
    let mut keyboard = keyboard(pieces);
    let mut found = Vec::new();
    let mut silences = 0;
    while silences < 4 {
        match keyboard.key(Duration::ZERO).unwrap() {
            Some(key) => found.push(key),
            None => silences += 1,
        }
    }
    found
}

#[test]
fn every_key_in_every_form() {
    use Key::*;
    let table: &[(&[u8], &[Key])] = &[
        (b"a~ ", &[Char(b'a'), Char(b'~'), Char(b' ')]),
        (b"\r\n", &[Enter, Enter]),
        (b"\x7f\x08", &[Backspace, Backspace]),
        (b"\x03\x04\x15\x14", &[Ctrl(b'c'), Ctrl(b'd'), Ctrl(b'u'), Ctrl(b't')]),
        (b"\t\x1b[Z", &[Tab, BackTab]),
        (b"\x1b[A\x1b[B\x1b[C\x1b[D", &[Up, Down, Right, Left]),
        (b"\x1bOA\x1bOB\x1bOC\x1bOD", &[Up, Down, Right, Left]),
        (b"\x1b[5~\x1b[6~", &[PageUp, PageDown]),
        (b"\x1b[H\x1b[F\x1b[1~\x1b[4~\x1bOH\x1bOF", &[Home, End, Home, End, Home, End]),
        (b"\x1bOM\x1b[3~", &[Enter, Delete]),
        // unknown, swallowed whole
        (b"\x1b[1;5Ax", &[Char(b'x')]),
        (b"\x1b[15~\x1b[[A\x1bOPx", &[Char(b'x')]),
        (b"\x1b[?1;2c\x1b[24;80Rx", &[Char(b'x')]),
        (b"\x1b]11;rgb:00/00/00\x07x", &[Char(b'x')]),
        (b"\x1bP1+r\x1b\\x", &[Char(b'x')]),
        (b"\x1bqx", &[Char(b'x')]),
        (b"\0x", &[Char(b'x')]),
        // a paste, including one that contains keys and the start of its own end
        (b"\x1b[200~1234\r\x03\x1b[201\x1b[201~x", &[Paste, Char(b'x')]),
        // characters of two, three and four bytes
        (
            "Jürgen €🔑\u{202e}x".as_bytes(),
            &[
                Char(b'J'),
                NonAscii('ü'),
                Char(b'r'),
                Char(b'g'),
                Char(b'e'),
                Char(b'n'),
                Char(b' '),
                NonAscii('€'),
                NonAscii('🔑'),
                NonAscii('\u{202e}'),
                Char(b'x'),
            ],
        ),
        // no characters: Latin-1, lone and missing bytes, longer forms than needed, a half of a pair, too large
        (b"\xe4x", &[Unreadable, Char(b'x')]),
        (b"\xa3x", &[Unreadable, Char(b'x')]),
        (b"\xe2\x82\r", &[Unreadable, Enter]),
        (b"\xc3\xc3\xa4", &[Unreadable, NonAscii('ä')]),
        (b"\xc3\x1b[A", &[Unreadable, Up]),
        (b"\xc1\xa1\xe0\x81\xa1\xf0\x80\x81\xa1", &[Unreadable; 3]),
        (b"\xed\xa0\x80", &[Unreadable]),
        (b"\xf4\x90\x80\x80\xff", &[Unreadable; 2]),
    ];
    for (bytes, expected) in table {
        assert_eq!(keys(&[bytes]), *expected, "{bytes:?} at once");
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(keys(&single), *expected, "{bytes:?} byte by byte");
    }
}

#[test]
fn escape_alone_is_a_key_after_a_silence() {
    assert_eq!(keys(&[b"\x1b", b"", b"a"]), [Key::Escape, Key::Char(b'a')]);
    assert_eq!(keys(&[b"\x1b\x1b", b""]), [Key::Escape, Key::Escape]);
    assert_eq!(keys(&[b"\x1b[", b"", b"A"]), [Key::Char(b'A')], "a cut sequence is dropped, the next key lives");
    assert_eq!(keys(&[b"\x1b]", b"", b"A"]), [Key::Char(b'A')], "Alt with a bracket does not lock the keyboard");
    assert_eq!(keys(&[b"\xe2\x82", b"", b"A"]), [Key::Unreadable, Key::Char(b'A')], "a character cut short is told");
}

#[test]
fn type_ahead_is_discarded() {
    let mut keyboard = keyboard(&[b"ab\r\r", b"\r\x1b", b"", b"x"]);
    assert_eq!(keyboard.key(Duration::ZERO).unwrap(), Some(Key::Char(b'a')));
    keyboard.discard().unwrap();
    assert_eq!(keyboard.key(Duration::ZERO).unwrap(), Some(Key::Char(b'x')));
}

#[test]
fn a_paste_that_is_still_arriving_stays_a_paste() {
    let mut keyboard = keyboard(&[b"\x1b[200~12", b"", b"34\r\x1b[201~x"]);
    keyboard.discard().unwrap();
    assert_eq!(keyboard.key(Duration::from_secs(9)).unwrap(), Some(Key::Paste));
    assert_eq!(keyboard.key(Duration::ZERO).unwrap(), Some(Key::Char(b'x')));
}

#[test]
fn nothing_that_was_read_stays_in_the_buffer() {
    let mut keyboard = keyboard(&[b"648219"]);
    for digit in b"648219" {
        assert_eq!(keyboard.key(Duration::ZERO).unwrap(), Some(Key::Char(*digit)));
    }
    assert_eq!(keyboard.buffer, [0; 64]);
}

#[test]
fn the_end_of_the_keyboard_is_an_error() {
    struct Gone;
    impl Source for Gone {
        fn read(&mut self, _: &mut [u8], _: Duration) -> io::Result<Option<usize>> {
            Ok(Some(0))
        }
    }
    let error = Keyboard::new(Gone).key(Duration::ZERO).err().map(|error| error.kind());
    assert_eq!(error, Some(io::ErrorKind::UnexpectedEof));
}

proptest! {
    #[test]
    fn survives_any_bytes(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..20)) {
        let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
        for key in keys(&pieces) {
            if let Key::Char(byte) = key {
                prop_assert!((b' '..=b'~').contains(&byte));
            }
        }
    }
}
