//! The wipe recipe: nothing that was shown remains on the screen, in the scrollback or in a buffer.
//!
//! Clearing behind ratatui's back breaks its next frame, and its own `clear` waits for a reply that not every terminal
//! sends; `resize` clears, forgets the old frame and waits for nothing (measured).

use std::io::Write;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;

use super::screens::neutral;

/// Erase the screen, then the scrollback (some terminals push erased text into it), then cursor home. Attributes off
/// first, because some terminals erase with the current background colour.
pub const ERASE: &[u8] = b"\x1b[0m\x1b[2J\x1b[3J\x1b[H";

/// Erases, forgets the old frame, and draws an empty one into each of ratatui's two buffers.
pub fn wipe<W: Write>(screen: &mut Terminal<CrosstermBackend<W>>, area: Rect) -> std::io::Result<()> {
    screen.backend_mut().write_all(ERASE)?;
    screen.resize(area)?;
    for _ in 0..2 {
        screen.draw(|frame| neutral(frame.buffer_mut()))?;
    }
    Write::flush(screen.backend_mut())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::num::NonZero;
    use std::rc::Rc;

    use ratatui::style::Style;
    use ratatui::{TerminalOptions, Viewport};

    use super::*;
    use crate::terminal::writer::WipingWriter;

    /// Everything that was sent to the terminal.
    #[derive(Clone, Default)]
    struct Line(Rc<RefCell<Vec<u8>>>);

    impl Write for Line {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn after_a_wipe_the_screen_is_empty_and_the_next_frame_complete() {
        let area = Rect::new(0, 0, 80, 24);
        let line = Line::default();
        let sent = || line.0.borrow().len();
        let options = TerminalOptions { viewport: Viewport::Fixed(area) };
        let backend = CrosstermBackend::new(WipingWriter::new(line.clone()));
        let mut screen = Terminal::with_options(backend, options).unwrap();
        let draw = |screen: &mut Terminal<_>, text: &str| {
            screen.draw(|frame| frame.buffer_mut().set_string(5, 5, text, Style::new())).unwrap();
            sent()
        };
        let shown = draw(&mut screen, "CANARY next");
        wipe(&mut screen, area).unwrap();
        let wiped = sent();
        draw(&mut screen, "header next");

        let bytes = line.0.borrow();
        let size = |number| NonZero::new(number).unwrap();
        let mut emulator = vt100::Parser::new(size(24), size(80), 100);
        emulator.process(&bytes[..shown]);
        assert!(emulator.screen().contents().contains("CANARY"), "the test can see");
        emulator.process(&bytes[shown..wiped]);
        assert_eq!(emulator.screen().contents().trim(), "");
        assert!(bytes[shown..wiped].starts_with(ERASE));
        emulator.process(&bytes[wiped..]);
        assert_eq!(emulator.screen().contents().trim(), "header next");
        assert!(!bytes.windows(4).any(|four| four == b"\x1b[6n"), "the terminal is never asked");
    }
}
