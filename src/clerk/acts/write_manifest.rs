//! Writes the manifest, which makes a folder a backup.

use crate::clerk::Clerk;
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::files::{own_share_file, write_once, written};
use crate::faults::{self, Fault};
use crate::folder::names;
use crate::plan::PlannedKey;
use crate::terms::Serial;
use crate::vault::Vault;

/// Write the manifest: from then on the folder is a backup that can be restored. Every planned key must be in it, and
/// every share file as it was written, or it is not a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteManifest {
    /// The keys it must hold.
    pub keys: Vec<PlannedKey>,
}

impl ActKind for WriteManifest {
    const WORD: &'static str = "write-manifest";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        for share in clerk.manifest.share_files.keys() {
            own_share_file(clerk, *share)?;
        }
        let manifest = clerk.manifest.finish(&clerk.title, clerk.rehearsal, clerk.rounds, &self.keys);
        let text = manifest.ok_or(faults::StepNotPossible)?.to_text()?;
        let file = write_once(&clerk.folder, names::MANIFEST, text.as_bytes())?;
        Ok(Begun::Done(vec![written(file)]))
    }
}
