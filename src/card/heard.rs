//! What is kept of an answer that was not understood: enough for a specialist, and nothing that may hold a secret.

use super::operation::Operation;
use super::status::Status;
use super::transport::Response;

/// How many bytes of such an answer are kept.
const KEPT: usize = 16;

/// An answer that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Its status word.
    pub status: Status,
    /// The length of its data in bytes.
    pub length: usize,
    /// How the data begins; empty where it may hold a secret.
    pub begins: Vec<u8>,
}

impl Heard {
    /// What is kept of an answer to this operation.
    pub fn of(operation: Operation, answer: &Response) -> Self {
        Self::of_data(operation, answer.status(), answer.data())
    }

    /// The same for data that were put together from several answers.
    pub fn of_data(operation: Operation, status: Status, data: &[u8]) -> Self {
        let kept = if holds_no_secret(operation) { data.len().min(KEPT) } else { 0 };
        Self { status, length: data.len(), begins: data.iter().copied().take(kept).collect() }
    }

    /// How the data begins, in hexadecimal; a dash if nothing of it is kept.
    pub fn begins_in_hex(&self) -> String {
        if self.begins.is_empty() { "-".to_owned() } else { base16ct::upper::encode_string(&self.begins) }
    }
}

/// Whether nothing in an answer to this operation can be secret, not even if the device answers with something else than it
/// was asked for, such as the data of the command.
const fn holds_no_secret(operation: Operation) -> bool {
    match operation {
        // What the device says of itself to anybody, lists of files, and public keys.
        Operation::Select
        | Operation::ReadCertificates
        | Operation::PinStatus
        | Operation::DkekStatus
        | Operation::List
        | Operation::SelectFile
        | Operation::DeleteFile
        | Operation::Generate
        | Operation::Sign => true,
        // The generator is seeded with it.
        Operation::Random
        // Their commands carry a PIN or a DKEK share, which an answer may repeat.
        | Operation::VerifyUserPin
        | Operation::ChangeUserPin
        | Operation::ChangeSoPin
        | Operation::UnblockUserPin
        | Operation::Initialise
        | Operation::ImportDkekShare
        // A file may hold anything, wrapped keys among them.
        | Operation::ReadFile
        | Operation::WriteFile
        | Operation::Wrap
        | Operation::Unwrap => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_kept_of_an_answer_that_may_hold_a_secret() {
        let data: Vec<u8> = (0xA0..0xC0).collect();
        for operation in Operation::ALL {
            let heard = Heard::of_data(operation, Status::Done, &data);
            assert_eq!((heard.status, heard.length), (Status::Done, 32));
            let secret = ["random", "pin", "import", "initialise", "read-file", "write", "wrap"];
            let public = ["pin-status"];
            let word = operation.word();
            let may = secret.iter().any(|part| word.contains(part)) && !public.contains(&word);
            assert_eq!(heard.begins_in_hex(), if may { "-" } else { "A0A1A2A3A4A5A6A7A8A9AAABACADAEAF" }, "{word}");
        }
    }
}
