//! What a sitting that goes on runs on: the same folder, plan and backup as before.

use std::path::Path;

use super::resume::OpenSitting;
use super::setup::{Environment, Place, Setup};
use crate::ceremony::{Ceremony, Needs};
use crate::faults::{self, Fault};
use crate::folder::names;
use crate::plan::Plan;

impl Setup {
    /// The sitting that goes on. `from`: the folder that it is about, if that is not where its record says; `before`: the plan of
    /// those who guarded a DKEK before, where files made elsewhere do not say it.
    ///
    /// # Errors
    /// Its plan cannot be read, or the folder that it is about is not there.
    pub fn again(open: &OpenSitting, from: Option<&Path>, before: Option<&Plan>) -> Result<Self, Fault> {
        let environment = match (open.rehearsal, open.on_software_cards) {
            (false, _) => Environment::Real,
            (true, true) => Environment::SoftwareCards,
            (true, false) => Environment::VirtualReaders,
        };
        let text = open.plan_text.clone();
        let first = |faults: Vec<Fault>| faults.into_iter().next().unwrap_or_else(|| faults::PlanNotObject.into());
        let from = || {
            let found = from.map(Path::to_owned).or_else(|| open.source()).filter(|from| from.is_dir());
            found.ok_or_else(|| Fault::from(faults::ResumeNeedsSource { folder: open.folder.path().display() }))
        };
        let (ceremony, place) = (open.ceremony, Place::Of(open));
        match Ceremony::of(ceremony).character.needs {
            Needs::Plan | Needs::PlanIfAny => {
                let plan = Plan::parse(&text).map_err(first)?;
                Self::by_plan(ceremony, plan, text, place, environment)
            }
            Needs::PlanAndBackup => {
                let plan = Plan::parse(&text).map_err(first)?;
                Self::by_change(ceremony, &from()?, (plan, text), before, place, environment)
            }
            Needs::NewKeysAndBackup => {
                let plan = Plan::parse(&text).map_err(first)?;
                Self::by_addition(ceremony, &from()?, Some((plan, text)), place, environment)
            }
            Needs::Backup => {
                let from = from()?;
                // A folder of ours has its own plan.
                let ours = from.join(names::MANIFEST).exists();
                let plan = (!ours).then(|| Plan::parse_kept(&text).map_err(first)).transpose()?;
                Self::from_backup(ceremony, &from, plan.map(|plan| (plan, text)), place, environment)
            }
        }
    }
}
