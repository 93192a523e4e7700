//! The bytes of a keyboard, in pieces: a byte of 0xFF begins a new piece, for no terminal sends one.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use hsm_ceremony::terminal::{Key, KeySource, Keyboard};

/// Pieces as they arrive; then the terminal is gone.
struct Pieces(VecDeque<Vec<u8>>);

impl KeySource for Pieces {
    fn read(&mut self, into: &mut [u8], _: Duration) -> io::Result<Option<usize>> {
        let Some(mut piece) = self.0.pop_front() else { return Ok(Some(0)) };
        let later = piece.split_off(piece.len().min(into.len()));
        into[..piece.len()].copy_from_slice(&piece);
        if !later.is_empty() {
            self.0.push_front(later);
        }
        Ok(Some(piece.len()))
    }
}

pub fn check(data: &[u8]) {
    let pieces: Vec<&[u8]> = data.split(|byte| *byte == 0xFF).filter(|piece| !piece.is_empty()).collect();
    let whole = pieces.concat();
    let together = keys([whole.as_slice()].into_iter());
    assert!(together.len() <= whole.len(), "no key is made up");
    assert!(keys(pieces.into_iter()) == together, "how the bytes arrive changes nothing");
    assert!(keys(whole.chunks(1)) == together, "not even one by one");
    for key in together {
        assert!(match key {
            Key::Char(byte) => (b' '..=b'~').contains(&byte),
            Key::Ctrl(byte) => byte.is_ascii_lowercase(),
            Key::NonAscii(character) => !character.is_ascii(),
            _ => true,
        });
    }
    // What never ends is read in a bounded number of pieces (1,024), so that it holds up no screen.
    let pieces = whole.chunks(7.max(whole.len() / 1000)).map(<[u8]>::to_vec).collect();
    let mut keyboard = Keyboard::new(Pieces(pieces));
    assert!(keyboard.discard().is_err(), "type-ahead is thrown away up to the end of the terminal");
}

fn keys<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<Key> {
    let pieces = pieces.filter(|piece| !piece.is_empty()).map(<[u8]>::to_vec).collect();
    let mut keyboard = Keyboard::new(Pieces(pieces));
    let mut keys = Vec::new();
    while let Ok(key) = keyboard.key(Duration::from_hours(1)) {
        keys.extend(key);
    }
    keys
}
