//! The commands of a device, as errors and the record name them.

/// A command of the device, for errors and the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// SELECT of the application.
    Select,
    /// Reading EF 2F02, the device's certificates.
    ReadCertificates,
    /// GET CHALLENGE.
    Random,
    /// VERIFY without data.
    PinStatus,
    /// VERIFY of the user PIN.
    VerifyUserPin,
    /// CHANGE REFERENCE DATA of the user PIN.
    ChangeUserPin,
    /// CHANGE REFERENCE DATA of the SO-PIN.
    ChangeSoPin,
    /// RESET RETRY COUNTER.
    UnblockUserPin,
    /// INITIALIZE DEVICE.
    Initialise,
    /// IMPORT DKEK SHARE without a share.
    DkekStatus,
    /// IMPORT DKEK SHARE.
    ImportDkekShare,
    /// ENUMERATE OBJECTS.
    List,
    /// SELECT of a file.
    SelectFile,
    /// READ BINARY.
    ReadFile,
    /// UPDATE BINARY.
    WriteFile,
    /// DELETE FILE.
    DeleteFile,
    /// GENERATE ASYMMETRIC KEY PAIR.
    Generate,
    /// WRAP KEY.
    Wrap,
    /// UNWRAP KEY.
    Unwrap,
    /// SIGN.
    Sign,
}

impl Operation {
    /// All operations.
    pub const ALL: [Self; 20] = [
        Self::Select,
        Self::ReadCertificates,
        Self::Random,
        Self::PinStatus,
        Self::VerifyUserPin,
        Self::ChangeUserPin,
        Self::ChangeSoPin,
        Self::UnblockUserPin,
        Self::Initialise,
        Self::DkekStatus,
        Self::ImportDkekShare,
        Self::List,
        Self::SelectFile,
        Self::ReadFile,
        Self::WriteFile,
        Self::DeleteFile,
        Self::Generate,
        Self::Wrap,
        Self::Unwrap,
        Self::Sign,
    ];

    /// The word used in the record; it never changes, because old records contain it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Select => "select",
            Self::ReadCertificates => "read-certificates",
            Self::Random => "random",
            Self::PinStatus => "pin-status",
            Self::VerifyUserPin => "verify-user-pin",
            Self::ChangeUserPin => "change-user-pin",
            Self::ChangeSoPin => "change-so-pin",
            Self::UnblockUserPin => "unblock-user-pin",
            Self::Initialise => "initialise",
            Self::DkekStatus => "dkek-status",
            Self::ImportDkekShare => "import-dkek-share",
            Self::List => "list",
            Self::SelectFile => "select-file",
            Self::ReadFile => "read-file",
            Self::WriteFile => "write-file",
            Self::DeleteFile => "delete-file",
            Self::Generate => "generate",
            Self::Wrap => "wrap",
            Self::Unwrap => "unwrap",
            Self::Sign => "sign",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_its_own_kebab_case_word() {
        let words: std::collections::HashSet<_> = Operation::ALL.iter().map(|o| o.word()).collect();
        assert_eq!(words.len(), Operation::ALL.len());
        assert!(words.iter().all(|w| w.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }
}
