//! What can be found against a machine and its terminal.

use std::fmt;

/// What a finding means for a real ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It does not go on without a typed decision: secrets could reach a disk, a recording or another machine.
    Unfit,
    /// People should know it.
    ToKnow,
    /// The ceremony needs it and stops at the latest where it is used: people put it right before anybody is called.
    Missing,
}

/// One row for each finding: its name, its word in the record, what it means for a real ceremony.
macro_rules! findings {
    ($($(#[$doc:meta])* $name:ident, $word:literal, $severity:ident;)*) => {
        /// Something that makes a machine or its terminal less than fit for secrets.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum HostFinding {
            $($(#[$doc])* $name,)*
            /// A record of another version says this.
            Unknown(String),
        }

        impl HostFinding {
            /// All that this version looks for.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word of the record.
            pub fn word(&self) -> &str {
                match self {
                    $(Self::$name => $word,)*
                    Self::Unknown(word) => word,
                }
            }

            /// What it means for a real ceremony. What is not known may be anything.
            pub const fn severity(&self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity,)*
                    Self::Unknown(_) => Severity::Unfit,
                }
            }
        }
    };
}

findings! {
    /// Memory is not locked and may reach swap.
    MemoryNotLocked, "room-memory-not-locked", Unfit;
    /// A crash would write memory to a file.
    CoresEnabled, "room-cores-enabled", Unfit;
    /// Swap is in use; the detail names devices or files.
    Swap, "room-swap", ToKnow;
    /// Network interfaces are connected; the detail names them.
    Network, "room-network", ToKnow;
    /// Runs inside tmux, which keeps what was shown.
    InsideTmux, "room-tmux", Unfit;
    /// Runs inside screen, which keeps what was shown.
    InsideScreen, "room-screen", Unfit;
    /// Somebody sits at another machine.
    OverSsh, "room-ssh", Unfit;
    /// The terminal is recorded; the detail names the program.
    Recorded, "room-recorded", Unfit;
    /// A debugger is attached.
    Traced, "room-traced", Unfit;
    /// The program can reach files that are none of its own: the kernel has no Landlock, or it is off.
    FilesOpen, "room-files-open", Unfit;
    /// The program can open network sockets and start programs: the kernel takes no filter of system calls.
    CallsOpen, "room-calls-open", Unfit;
    /// The clock shows a time before this program was written.
    ClockUnset, "room-clock", ToKnow;
    /// The service of the readers does not answer.
    NoReaderService, "room-no-service", Missing;
    /// No reader is connected.
    NoReader, "room-no-reader", Missing;
    /// The folder of the sitting cannot be written; the detail says why.
    FolderNotWritable, "room-folder-not-writable", Missing;
    /// The disk of the folder is full, or nearly; the detail says how much is free.
    FolderFull, "room-folder-full", Missing;
}

impl HostFinding {
    /// The finding of this word. A word that this version does not know stays what it is.
    pub fn from_word(word: &str) -> Self {
        let known = Self::ALL.iter().find(|finding| finding.word() == word).cloned();
        known.unwrap_or_else(|| Self::Unknown(word.to_owned()))
    }
}

impl fmt::Display for HostFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_of_another_version_is_read_written_the_same_and_unfit() {
        let other = r#"["room-haunted","by a poltergeist"]"#;
        let read: (HostFinding, String) = serde_json::from_str(other).unwrap();
        assert_eq!(read.0.severity(), Severity::Unfit);
        assert_eq!(serde_json::to_string(&read).unwrap(), other);
        for finding in HostFinding::ALL {
            assert_eq!(HostFinding::from_word(finding.word()), *finding);
        }
    }
}
