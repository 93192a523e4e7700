//! Looks at a file with a private key that is to be imported: what form it has. Nothing of it is kept.

use std::path::Path;

use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::{Clerk, as_fault};
use crate::faults::Fault;
use crate::key_file;
use crate::plan::PlannedKey;
use crate::record::{Fact, KeyFile};
use crate::terms::Serial;
use crate::vault::Vault;

/// Read the file of a key, and say what form it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadKeyFile {
    /// The key.
    pub key: PlannedKey,
}

impl ActKind for ReadKeyFile {
    const WORD: &'static str = "read-key-file";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    /// In the card worker, whose stack is wiped: an unencrypted file is the key.
    fn perform(self, _: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        Ok(Begun::on_card(move |_| {
            let file = self.key.file.unwrap_or_default();
            let content =
                key_file::read(Path::new(&file)).map_err(|unread| as_fault::unread_key_file(&file, &unread))?;
            let form = key_file::form(&content).map_err(|error| as_fault::key_file(&file, &error))?;
            Ok(vec![Fact::KeyFileRead(KeyFile { label: self.key.label, file, form })])
        }))
    }
}
