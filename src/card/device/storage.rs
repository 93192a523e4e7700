//! Files: read, write, delete, and check whether one exists.

use super::Device;
use crate::card::apdu::{self, Command};
use crate::card::error::{CardError, Operation};
use crate::card::files::FileId;
use crate::card::status::Status;
use crate::card::tlv::Malformed;
use crate::card::transport::Transport;

/// What fits into a short command besides offset and length; every reader and every card carries it.
const SHORT_CHUNK: usize = 248;
/// A piece in an extended command, if the reader carries those: the whole command stays under the 1014 bytes of the
/// smallest such reader (the protocol reference, section 3).
const EXTENDED_CHUNK: usize = 900;
/// In a short command: header, Lc, offset object and the longest header of the data object.
const SHORT_OVERHEAD: usize = 5 + 4 + 3;
/// The same in an extended command.
const EXTENDED_OVERHEAD: usize = 7 + 4 + 4;
/// Offsets have two bytes.
const MOST_FILE: usize = 0xFFFF;

impl Device {
    /// Reads a whole file.
    pub fn read_file(&mut self, file: FileId) -> Result<Vec<u8>, CardError> {
        read_whole(self.connected()?, file, Operation::ReadFile)
    }

    /// Writes a file; an existing one is deleted first, so that nothing of it remains. Needs the user PIN.
    pub fn write_file(&mut self, file: FileId, content: &[u8]) -> Result<(), CardError> {
        self.delete_file(file)?;
        self.create_and_fill(file, content)
    }

    /// Writes a file that does not exist yet: the first piece creates it, and if the reader carries extended commands,
    /// the pieces are large. Needs the user PIN. If the file exists after all, the result is uncertain: read it back,
    /// and fall back on [`Device::write_file`].
    pub fn write_new_file(&mut self, file: FileId, content: &[u8]) -> Result<(), CardError> {
        let carries = self.transport.largest_command() >= EXTENDED_CHUNK + EXTENDED_OVERHEAD;
        self.fill(file, content, if carries { EXTENDED_CHUNK } else { self.short_chunk() })
    }

    /// Deletes a file; `false` when there was none. Needs the user PIN.
    pub fn delete_file(&mut self, file: FileId) -> Result<bool, CardError> {
        let answer = self.send(&Command::new(0x00, 0xE4, 0x02, 0x00).data(&[&file.to_bytes()]))?;
        match answer.status() {
            Status::Done => Ok(true),
            Status::NotFound => Ok(false),
            status => Err(CardError::Refused { operation: Operation::DeleteFile, status }),
        }
    }

    /// Whether a file exists. Works for keys too, which can be selected but not read.
    pub fn file_exists(&mut self, file: FileId) -> Result<bool, CardError> {
        let id = file.to_bytes();
        let pieces = [&id[..]];
        let command = Command::new(0x00, 0xA4, 0x00, 0x00).data(&pieces).expect(apdu::MOST_SHORT);
        match self.send(&command)?.status() {
            Status::Done => Ok(true),
            Status::NotFound => Ok(false),
            status => Err(CardError::Refused { operation: Operation::SelectFile, status }),
        }
    }

    /// Creates an empty file and writes the contents in pieces.
    pub(super) fn create_and_fill(&mut self, file: FileId, content: &[u8]) -> Result<(), CardError> {
        self.write_piece(file, 0, &[])?;
        self.fill(file, content, self.short_chunk())
    }

    fn short_chunk(&self) -> usize {
        self.transport.largest_command().saturating_sub(SHORT_OVERHEAD).clamp(1, SHORT_CHUNK)
    }

    fn fill(&mut self, file: FileId, content: &[u8], chunk: usize) -> Result<(), CardError> {
        if content.len() > MOST_FILE {
            return Err(CardError::Malformed { operation: Operation::WriteFile, what: "file-too-long", heard: None });
        }
        for (number, piece) in content.chunks(chunk).enumerate() {
            self.write_piece(file, number * chunk, piece)?;
        }
        Ok(())
    }

    /// UPDATE BINARY with the odd instruction byte: offset object 54, data object 53.
    fn write_piece(&mut self, file: FileId, offset: usize, piece: &[u8]) -> Result<(), CardError> {
        let [high, low] = file.to_bytes();
        // By construction, a piece has at most 1000 bytes and an offset two bytes.
        let [upper, lower] = u16::try_from(piece.len()).unwrap_or(u16::MAX).to_be_bytes();
        let header: &[u8] = match (upper, lower) {
            (0, 0x00..0x80) => &[0x53, lower],
            (0, _) => &[0x53, 0x81, lower],
            _ => &[0x53, 0x82, upper, lower],
        };
        let pieces = [&offset_object(offset)[..], header, piece];
        self.done(Operation::WriteFile, &Command::new(0x00, 0xD7, high, low).data(&pieces)).map(|_| ())
    }
}

/// Reads a file until a read is empty: before version 3.4, a device may say "end reached" (6282) although more follows,
/// and at the very end some answer 6282 or 6B00, others 9000 without data.
pub(super) fn read_whole(
    transport: &mut dyn Transport,
    file: FileId,
    operation: Operation,
) -> Result<Vec<u8>, CardError> {
    let [high, low] = file.to_bytes();
    let mut content = Vec::new();
    while content.len() <= MOST_FILE {
        let offset = offset_object(content.len());
        let pieces = [&offset[..]];
        let command = Command::new(0x00, 0xB1, high, low).data(&pieces).expect(apdu::MOST_SHORT);
        let answer = apdu::exchange(transport, &command)?;
        match answer.status() {
            Status::Done | Status::EndReached if answer.data().is_empty() => return Ok(content),
            Status::Done | Status::EndReached => content.extend_from_slice(answer.data()),
            Status::WrongOffset if !content.is_empty() => return Ok(content),
            status => return Err(CardError::Refused { operation, status }),
        }
    }
    Err(CardError::malformed_file(operation, &content)(Malformed("file-without-end")))
}

/// The object 54, which contains an offset.
fn offset_object(offset: usize) -> [u8; 4] {
    let [high, low] = u16::try_from(offset).unwrap_or(u16::MAX).to_be_bytes();
    [0x54, 0x02, high, low]
}
