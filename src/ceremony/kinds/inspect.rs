//! *Inspect*: what is in the reader. Nothing on the device is changed.

use crate::ceremony::kinds::Ceremony;
use crate::ceremony::known::character::{Cards, Character, DeviceUse, KeySource, Needs, Unattended};
use crate::ceremony::steps::{Actor, Condition, List, Need, Question, StageKind, Step, device, provisioning, step};
use crate::clerk::acts;
use crate::names::{CeremonyKind, StageName, StepName};
use crate::plan::Plan;
use crate::script::ceremonies;

/// The entry for *inspect*.
pub static CEREMONY: Ceremony = Ceremony {
    character: Character {
        kind: CeremonyKind::Inspect,
        text: &ceremonies::INSPECT,
        needs: Needs::PlanIfAny,
        cards: Cards::None,
        keys: KeySource::Known,
        devices: DeviceUse::Keeps,
        unattended: Unattended::ByName,
    },
    steps,
};

/// The steps of *inspect*.
fn steps(_: &Plan) -> Vec<Step> {
    let mut list = List::default();
    list.section();
    list.add(device::found_device(step(StepName::InspectDevice, Actor::Administrator)));
    let read_dkek: crate::ceremony::steps::MakeAct =
        |known, step| Some(acts::ReadDkek { role: step.role, serial: known.devices.serial(step.role)? }.into());
    list.add(
        step(StepName::InspectDkek, Actor::Administrator)
            .then(StageName::Read, StageKind::Do(read_dkek))
            .then(StageName::State, StageKind::Read),
    );
    list.add(
        step(StepName::InspectKeys, Actor::Administrator)
            .then(
                StageName::List,
                StageKind::Do(|known, step| {
                    Some(acts::ListKeys { role: step.role, serial: known.devices.serial(step.role)? }.into())
                }),
            )
            .then(StageName::Listed, StageKind::Read),
    );
    // Last, so that people without a PIN have seen everything else by then.
    // Nobody is called for nothing.
    let asked = step(StepName::InspectLogIn, Actor::PinHolder).only_if(Need::HiddenKcv).then_when(
        Condition::KcvHidden,
        StageName::Ask,
        StageKind::Choose(Question::HiddenKcv),
    );
    list.add(
        provisioning::with_log_in_when(asked, Condition::KcvHidden)
            .then_when(Condition::KcvHidden, StageName::Read, StageKind::Do(read_dkek))
            .then_when(Condition::KcvAsked, StageName::Shown, StageKind::Read),
    );
    list.finish()
}
