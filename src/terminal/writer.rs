//! A writer that retains nothing: what was written is wiped as soon as it has been sent.
//!
//! The standard library's output buffer retains the last frame, and with it a share that was shown (measured).

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use zeroize::Zeroize;

/// Collects a frame in one allocation that never grows; wipes it on flush.
pub struct WipingWriter<W: Write> {
    buffer: Vec<u8>,
    out: W,
}

impl<W: Write> WipingWriter<W> {
    /// More than most frames need; a larger one is sent in pieces.
    const CAPACITY: usize = 1 << 16;

    /// Collects for `out`, which must not retain anything itself.
    pub fn new(out: W) -> Self {
        Self { buffer: Vec::with_capacity(Self::CAPACITY), out }
    }

    /// Lends the underlying writer, for tests.
    #[cfg(test)]
    pub const fn out(&self) -> &W {
        &self.out
    }
}

impl<W: Write> Write for WipingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() == self.buffer.capacity() {
            self.flush()?;
        }
        let room = self.buffer.capacity() - self.buffer.len();
        let (fits, _) = bytes.split_at(room.min(bytes.len()));
        self.buffer.extend_from_slice(fits);
        Ok(fits.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.out.write_all(&self.buffer);
        // zeroize() also empties the buffer, and keeps the allocation
        self.buffer.zeroize();
        result.and_then(|()| self.out.flush())
    }
}

impl<W: Write> Drop for WipingWriter<W> {
    fn drop(&mut self) {
        self.buffer.zeroize();
    }
}

/// Standard output without a buffer of its own.
#[derive(Clone, Default)]
pub struct Stdout {
    mute: Arc<AtomicBool>,
}

impl Stdout {
    /// From now on all output is discarded, here and in every clone. ratatui writes once more when it is dropped; if
    /// the connection is lost, it would report the error on standard error, which is lost too, and that panics.
    pub fn mute(&self) {
        self.mute.store(true, Ordering::SeqCst);
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.mute.load(Ordering::SeqCst) {
            return Ok(bytes.len());
        }
        let fd = rustix::stdio::stdout();
        loop {
            match rustix::io::write(fd, bytes) {
                Ok(written) => return Ok(written),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    let _ = poll(&mut [PollFd::new(&fd, PollFlags::OUT)], None);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_after_a_flush() {
        let mut writer = WipingWriter::new(Vec::new());
        writer.write_all(b"a3:0f:77:c1").unwrap();
        let place = writer.buffer.as_ptr();
        writer.flush().unwrap();
        assert_eq!(writer.out(), b"a3:0f:77:c1");
        assert!(writer.buffer.is_empty());
        assert_eq!(writer.buffer.as_ptr(), place, "the same allocation stays");
        // growing the buffer with zeros, without writing, shows what the allocation holds
        writer.buffer.resize(11, 0);
        assert_eq!(writer.buffer, [0; 11]);
    }

    #[test]
    fn a_large_frame_is_sent_in_pieces_and_the_allocation_never_moves() {
        let mut writer = WipingWriter::new(Vec::new());
        let place = writer.buffer.as_ptr();
        let frame: Vec<u8> = (0..200_000_u32).map(|i| i.to_le_bytes()[0]).collect();
        writer.write_all(&frame).unwrap();
        writer.flush().unwrap();
        assert!(writer.out() == &frame && writer.buffer.as_ptr() == place);
    }

    #[test]
    fn a_failed_flush_wipes_too() {
        struct Broken;
        impl Write for Broken {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut writer = WipingWriter::new(Broken);
        writer.write_all(b"secret").unwrap();
        assert!(writer.flush().is_err());
        assert!(writer.buffer.is_empty());
    }
}
