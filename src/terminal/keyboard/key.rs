//! What keys are, and which of them are text.

/// One key. A character may be part of a secret, so this type cannot be printed outside tests.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum Key {
    /// A printable ASCII character.
    Char(u8),
    /// Enter or Return.
    Enter,
    /// Backspace, as either code.
    Backspace,
    /// Escape on its own.
    Escape,
    /// Tab.
    Tab,
    /// Shift-Tab.
    BackTab,
    /// Up arrow.
    Up,
    /// Down arrow.
    Down,
    /// Left arrow.
    Left,
    /// Right arrow.
    Right,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Home.
    Home,
    /// End.
    End,
    /// Delete.
    Delete,
    /// Ctrl with this lower-case letter.
    Ctrl(u8),
    /// A paste; its text has already been discarded.
    Paste,
    /// A character beyond ASCII. Not every field takes one, and not every one can be seen.
    NonAscii(char),
    /// Bytes that are no character in UTF-8.
    Unreadable,
}

/// Text that somebody wants to enter. Like a [`Key`], it may be part of a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum Text {
    /// A printable ASCII character.
    Character(u8),
    /// A character beyond ASCII.
    NonAscii(char),
    /// A paste, which is refused.
    Paste,
    /// Bytes that are no character, which are refused.
    Unreadable,
}

impl Key {
    /// The text this key enters; `None` if it is not text.
    pub const fn text(self) -> Option<Text> {
        match self {
            Self::Char(byte) => Some(Text::Character(byte)),
            Self::Paste => Some(Text::Paste),
            Self::NonAscii(character) => Some(Text::NonAscii(character)),
            Self::Unreadable => Some(Text::Unreadable),
            Self::Enter
            | Self::Backspace
            | Self::Escape
            | Self::Tab
            | Self::BackTab
            | Self::Up
            | Self::Down
            | Self::Left
            | Self::Right
            | Self::PageUp
            | Self::PageDown
            | Self::Home
            | Self::End
            | Self::Delete
            | Self::Ctrl(_) => None,
        }
    }
}
