//! *Retire*: a device is erased for good, after each of its keys was found in a verified backup or named as lost.

use crate::ceremony::kinds::Ceremony;
use crate::ceremony::known::Known;
use crate::ceremony::known::character::{Cards, Character, DeviceUse, KeySource, Needs, Unattended};
use crate::ceremony::steps::{
    Actor, Condition, List, Part, Question, StageKind, Step, bags, closing, device, keys, opening, people,
    provisioning, source, step,
};
use crate::clerk::{Act, acts};
use crate::fields::{Field, FieldKind};
use crate::names::{CeremonyKind, FieldName, StageName, StepName};
use crate::plan::Plan;
use crate::record::PinName;
use crate::script::ceremonies;
use crate::terms::{DeviceRole, Handle};

/// The entry for *retire*.
pub static CEREMONY: Ceremony = Ceremony {
    character: Character {
        kind: CeremonyKind::Retire,
        text: &ceremonies::RETIRE,
        needs: Needs::Backup,
        cards: Cards::Earlier,
        keys: KeySource::Known,
        devices: DeviceUse::Retires,
        unattended: Unattended::ByNameAfterDealing,
    },
    steps,
};

/// The steps of *retire* for the plan of the sitting whose backup the keys are looked for in.
fn steps(plan: &Plan) -> Vec<Step> {
    let mut list = List::default();
    list.section();
    list.add(source::backup());
    list.add(
        step(StepName::RetireOpening, Actor::Administrator)
            .then(StageName::Opening, StageKind::Choose(Question::Opening))
            .then_when(Condition::Opens(false), StageName::ByNobody, StageKind::Read),
    );
    people::people_if_opened_and_room(&mut list);

    list.section();
    list.add(device::found_device(step(StepName::RetireDevice, Actor::Administrator)));

    list.part(Part::IfOpened, |list| {
        opening::open_all(list, plan, Cards::Earlier);
        bags::new_bags(list, plan);
    });

    list.section();
    for key in &plan.keys {
        list.add(
            step(StepName::RetireBackup, Actor::Administrator)
                .about(&key.label)
                .then_when(Condition::LeftOut(false), StageName::Verify, StageKind::Do(keys::verify_backup))
                .then_when(Condition::BackedUp(true), StageName::Verified, StageKind::Read)
                .then_when(Condition::BackedUp(false), StageName::VerifiedUnopened, StageKind::Read)
                .then_when(Condition::LeftOut(true), StageName::LeftOut, StageKind::Read),
        );
    }
    list.add(
        step(StepName::RetireKeys, Actor::Administrator)
            .then(StageName::Trace, StageKind::Do(trace_keys))
            .then_when(Condition::LosesKeys(false), StageName::Traced, StageKind::Read)
            .then_when(Condition::LosesKeys(true), StageName::Loses, StageKind::Confirm(lose_keys))
            .forgetting([Handle::Dkek]),
    );

    list.section();
    erase_for_good(&mut list);
    closing::close_erased(&mut list, plan);
    list.finish()
}

/// The device is erased, with its SO-PIN as it is and a user PIN that nobody has seen.
pub(super) fn erase_for_good(list: &mut List) {
    let so_pin = step(StepName::RetireSoPin, Actor::SoPinHolder).where_pins_begin();
    list.add(
        so_pin
            .then(StageName::Tries, StageKind::Do(|known, step| provisioning::read_tries(known, step, PinName::So)))
            .then_when(
                Condition::LastTry(DeviceRole::Original, PinName::So),
                StageName::LastTry,
                StageKind::Form(provisioning::last_try),
            )
            .then_when(Condition::SoPinRebuilt, StageName::Whose, StageKind::Choose(Question::CurrentSoPin))
            .then_when(Condition::TypesSoPin, StageName::Current, StageKind::Form(so_pin_as_it_is)),
    );
    list.add(
        step(StepName::RetireErase, Actor::Administrator)
            .then(StageName::Draw, StageKind::Do(|known, step| provisioning::draw_pin(known, step, PinName::User)))
            .then(StageName::Danger, StageKind::Danger(provisioning::typed_serial))
            .then(StageName::Initialise, StageKind::Do(erase))
            .then(StageName::List, StageKind::Do(list_keys))
            .then(StageName::Erased, StageKind::Read)
            .forgetting([Handle::NewSoPin, Handle::UserPin]),
    );
}

/// The act that looks for each key of the device in the backups that were verified.
pub(super) fn trace_keys(known: &Known, step: &Step) -> Option<Act> {
    Some(
        acts::TraceKeys {
            role: step.role,
            serial: known.devices.serial(step.role)?,
            verified: known.keys_that_stay().map(|key| key.label.clone()).collect(),
            opened: known.opens_share_files(),
        }
        .into(),
    )
}

/// The words for keys that are lost with the device.
pub(super) fn lose_keys(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::LoseKeys, FieldKind::Word("LOSE THESE KEYS"))]
}

/// The SO-PIN stays as it is: it is the current one and the one that the device must have.
fn so_pin_as_it_is(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::SoPin, FieldKind::SoPin { chosen_here: false }).kept(Handle::NewSoPin)]
}

/// The device gets a user PIN that nobody has seen: whoever wants to use it once more has to erase it again.
fn erase(known: &Known, step: &Step) -> Option<Act> {
    match provisioning::initialise(known, step)? {
        Act::Initialise(act) => Some(acts::Initialise { same_so_pin: true, ..act }.into()),
        other => Some(other),
    }
}

fn list_keys(known: &Known, step: &Step) -> Option<Act> {
    Some(acts::ListKeys { role: step.role, serial: known.devices.serial(step.role)? }.into())
}
