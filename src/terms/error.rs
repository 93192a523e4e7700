//! What is wrong with a text or number that should be a term. Callers have the text, and phrase the message.

/// Why something is not such a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TermError {
    /// M of N is not 2 ≤ M ≤ N ≤ 16.
    #[error("a quorum outside 2 ≤ M ≤ N ≤ 16")]
    Quorum,
    /// Not 4 to 16 letters and digits.
    #[error("not a serial number")]
    Serial,
    /// Not a decimal number from 1 to 255.
    #[error("not a key reference")]
    KeyReference,
    /// Not an even number of hexadecimal digits.
    #[error("not a key id")]
    KeyId,
    /// Not a label that can be part of a file name.
    #[error("not a key label")]
    KeyLabel,
    /// Not a type of key that the device generates.
    #[error("not a key type")]
    KeyType,
    /// Not a day such as `2026-11-27`.
    #[error("not a day")]
    Day,
}
