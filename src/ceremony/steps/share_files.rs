//! How share files of an earlier sitting, or of another tool, come into the folder of today, for a device that has their DKEK.

use crate::ceremony::known::Known;
use crate::ceremony::steps::{Actor, List, StageKind, Step, step};
use crate::clerk::{Act, acts};
use crate::names::{StageName, StepName};
use crate::plan::{Custody, Plan};
use crate::terms::Purpose;

/// The act that compares the DKEK of the device with the one that the share files guard.
pub fn compare_dkek(known: &Known, step: &Step) -> Option<Act> {
    Some(
        acts::CompareDkek {
            role: step.role,
            serial: known.devices.serial(step.role)?,
            shares: u8::try_from(known.plan.dkek_shares.len()).ok()?,
            kcv: known.shares.dkek_kcv,
        }
        .into(),
    )
}

/// Every share file is copied.
pub fn copy_share_files(list: &mut List, plan: &Plan) {
    for share in plan.numbers() {
        list.add(
            step(StepName::CopyShareFile, Actor::Administrator)
                .of(share)
                .then(StageName::Write, StageKind::Do(copy_share_file))
                .then(StageName::Written, StageKind::Read),
        );
    }
}

#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
fn copy_share_file(known: &Known, step: &Step) -> Option<Act> {
    Some(
        acts::CopyShareFile {
            share: step.share,
            opened: known.shares.opened.get(&step.share).cloned(),
            custody: known.plan.dkek_shares.iter().map(Custody::word).collect(),
            set: known.shares.set(Purpose::DkekShare(step.share)).map(str::to_owned),
            kcv: known.shares.kcv(step.share),
            so_pin_set: known.shares.set(Purpose::SoPin).map(str::to_owned),
        }
        .into(),
    )
}
