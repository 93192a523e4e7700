//! Reads the finished folder that keys are restored from.

use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::{Clerk, as_fault, opening};
use crate::dkek::ShareFile;
use crate::faults::{self, Fault};
use crate::record::Fact;
use crate::terms::{DkekShareNumber, Kcv, Serial};
use crate::vault::Vault;

/// Find the finished folder that keys are restored from. Of files made elsewhere, only those under one DKEK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFolder {
    /// The DKEK that people chose, if there are several.
    pub dkek: Option<Kcv>,
}

impl ActKind for ReadFolder {
    const WORD: &'static str = "read-folder";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        if let (Some(dkek), Some(source)) = (self.dkek, &mut clerk.source) {
            source.choose(dkek);
        }
        let source = clerk.source()?;
        if source.is_foreign() {
            // Of a folder of ours, the manifest says it.
            for (name, content) in source.share_files(DkekShareNumber::FIRST, &[])? {
                let file = ShareFile::parse(&content).map_err(|error| as_fault::share_file(&error))?;
                opening::of_this_kind(&name, &file, true, clerk)?;
            }
            // Whose keys they are is known once one DKEK is chosen.
            let chosen = self.dkek.is_some() || source.several_dkeks().is_empty();
            if let Some(serial) =
                source.devices.iter().filter(|_| chosen).find(|serial| serial.is_rehearsal() && !clerk.rehearsal)
            {
                return Err(Fault::from(faults::RehearsalArtefact { what: serial }));
            }
        }
        let dkeks = source.several_dkeks();
        if self.dkek.is_none() && !dkeks.is_empty() {
            return Ok(Begun::Done(vec![Fact::SeveralDkeks { dkeks }]));
        }
        Ok(Begun::Done(source.facts(clerk.rehearsal)?))
    }
}
