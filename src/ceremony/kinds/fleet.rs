//! *Fleet*: several devices get the same DKEK in one sitting. The first generates the keys, and further ones get them from their
//! backups. Only one device at a time is in a reader.

use crate::ceremony::kinds::{Ceremony, establish};
use crate::ceremony::known::Known;
use crate::ceremony::known::character::{Cards, Character, DeviceUse, KeySource, Needs, Unattended};
use crate::ceremony::known::roll_call::Attendance;
use crate::ceremony::steps::{
    Actor, Condition, List, Need, Part, StageKind, Step, bags, closing, device, keys, people, provisioning, step,
};
use crate::clerk::acts;
use crate::fields::{Field, FieldKind};
use crate::names::{CeremonyKind, FieldName, StageName, StepName};
use crate::plan::Plan;
use crate::record::Fact;
use crate::script::ceremonies;
use crate::terms::{DeviceRole, Handle};

/// The entry for *fleet*.
pub static CEREMONY: Ceremony = Ceremony {
    character: Character {
        kind: CeremonyKind::Fleet,
        text: &ceremonies::FLEET,
        needs: Needs::Plan,
        cards: Cards::Dealt,
        keys: KeySource::Known,
        devices: DeviceUse::Fleet,
        unattended: Unattended::ByName,
    },
    steps,
};

/// The steps of *fleet* for a plan: those of *establish* for the first device, then each of the others.
fn steps(plan: &Plan) -> Vec<Step> {
    let mut list = List::default();
    list.section();
    list.add(establish::plan_step());
    list.add(step(StepName::FleetDevices, Actor::Administrator).then(StageName::Read, StageKind::Read));
    people::people_and_room(&mut list, Attendance::Everyone);
    establish::shares(&mut list, plan);
    bags::first_bags(&mut list, plan);

    list.section();
    provisioning::provision(&mut list, plan, DeviceRole::Original);
    // The other devices need DKEK and, from cards, SO-PIN.
    provisioning::load(&mut list, DeviceRole::Original, &[]);
    establish::keys_of_the_plan(&mut list, plan);
    list.section();
    for key in &plan.keys {
        list.add(keys::wrapped_keeping_dkek(key));
    }
    list.add(
        step(StepName::FleetBackup, Actor::Administrator)
            .then(
                StageName::Manifest,
                StageKind::Do(|known, _| Some(acts::WriteManifest { keys: known.kept_keys() }.into())),
            )
            .then(StageName::Written, StageKind::Read),
    );

    for further in plan.fleet() {
        let role = further.role;
        list.part(Part::OfDevice(role), |list| {
            list.section();
            list.add(device::device(role));
            provisioning::provision(list, plan, role);
            provisioning::load(list, role, &[]);
            if further.copy_keys {
                keys::bring_keys_to(list, plan, role);
            }
        });
        list.add(
            step(StepName::FleetLeftOut, Actor::Administrator)
                .on(role)
                .only_if(Need::DeviceLeftOut(role))
                .then(StageName::Decide, StageKind::Form(without_device)),
        );
    }

    list.section();
    list.add(
        step(StepName::FleetResult, Actor::Administrator)
            .then_when(Condition::FleetProven(true), StageName::Listed, StageKind::Read)
            .then_when(Condition::FleetProven(false), StageName::State, StageKind::States(|| Fact::RestoreNotProven))
            .forgetting([Handle::Dkek, Handle::NewSoPin]),
    );
    closing::close(&mut list, plan);
    list.finish()
}

fn without_device(known: &Known, _: &Step) -> Vec<Field> {
    vec![known.who_decides(Vec::new()), Field::new(FieldName::Reason, FieldKind::Reason)]
}
