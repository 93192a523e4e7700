//! *PINs*: one PIN of a device that is in use is changed, or the user PIN unblocked. Nothing else on it is changed.

use crate::ceremony::kinds::Ceremony;
use crate::ceremony::known::Known;
use crate::ceremony::known::character::{Cards, Character, DeviceUse, KeySource, Needs, Unattended};
use crate::ceremony::known::roll_call::Attendance;
use crate::ceremony::steps::provisioning::{last_try, read_tries};
use crate::ceremony::steps::{Actor, Condition, List, Need, Question, StageKind, Step, closing, device, people, step};
use crate::clerk::{Act, acts};
use crate::fields::{Field, FieldKind};
use crate::names::{CeremonyKind, FieldName, StageName, StepName};
use crate::plan::Plan;
use crate::record::{PinChange, PinName};
use crate::script::ceremonies;
use crate::terms::{DeviceRole, Handle};

/// The entry for *pins*.
pub static CEREMONY: Ceremony = Ceremony {
    character: Character {
        kind: CeremonyKind::Pins,
        text: &ceremonies::PINS,
        needs: Needs::Plan,
        cards: Cards::None,
        keys: KeySource::Known,
        devices: DeviceUse::ChangesPins,
        unattended: Unattended::ByNameAfterDealing,
    },
    steps,
};

/// The steps of *pins*: what the device allows is known before people choose, and the steps of what they do not choose are
/// left out.
fn steps(plan: &Plan) -> Vec<Step> {
    let mut list = List::default();
    list.section();
    people::people_and_room(&mut list, Attendance::Administrator);

    list.section();
    list.add(device::found_device(step(StepName::PinsDevice, Actor::Administrator)));
    list.add(
        step(StepName::PinsChoose, Actor::Administrator)
            .then(StageName::Read, StageKind::Do(read_pins))
            .then(StageName::Choose, StageKind::Choose(Question::PinChange)),
    );

    list.section();
    list.add(change_user_pin());
    // The new PIN comes first: whoever types the SO-PIN then types it once, and it is used at once.
    list.add(
        step(StepName::NewUserPin, Actor::PinHolder)
            .only_if(Need::PinChange(PinChange::SetUserPin))
            .then(StageName::New, StageKind::Form(new_user_pin)),
    );
    let set = with_so_pin(step(StepName::SetUserPin, Actor::SoPinHolder), PinChange::SetUserPin)
        .then(StageName::Set, StageKind::Do(|known, step| reset_user_pin(known, step, true)))
        .then(StageName::Prove, StageKind::Do(|known, step| verify_user_pin(known, step, true)));
    list.add(ending(set));
    let unblock = with_so_pin(step(StepName::UnblockUserPin, Actor::SoPinHolder), PinChange::UnblockUserPin)
        .then(StageName::Unblock, StageKind::Do(|known, step| reset_user_pin(known, step, false)));
    list.add(ending(unblock));
    let change = with_so_pin(step(StepName::ChangeSoPin, Actor::SoPinHolder), PinChange::ChangeSoPin)
        .then(StageName::New, StageKind::Form(next_so_pin))
        .then(StageName::Change, StageKind::Do(change_so_pin));
    list.add(ending(change));
    closing::close(&mut list, plan);
    list.finish()
}

/// Its holder types the user PIN; only if it is right, the new one.
fn change_user_pin() -> Step {
    let step = step(StepName::ChangeUserPin, Actor::PinHolder)
        .only_if(Need::PinChange(PinChange::ChangeUserPin))
        .then(StageName::Tries, StageKind::Do(|known, step| read_tries(known, step, PinName::User)))
        .then_when(
            Condition::LastTry(DeviceRole::Original, PinName::User),
            StageName::LastTry,
            StageKind::Form(last_try),
        )
        .then(StageName::Current, StageKind::Form(current_user_pin))
        .then(StageName::Check, StageKind::Do(|known, step| verify_user_pin(known, step, false)))
        .then(StageName::New, StageKind::Form(next_user_pin))
        .then(StageName::Change, StageKind::Do(change_user_pin_act))
        .then(StageName::Prove, StageKind::Do(|known, step| verify_user_pin(known, step, true)));
    ending(step)
}

/// The SO-PIN holder types the SO-PIN.
fn with_so_pin(step: Step, change: PinChange) -> Step {
    step.only_if(Need::PinChange(change))
        .then(StageName::Tries, StageKind::Do(|known, step| read_tries(known, step, PinName::So)))
        .then_when(Condition::LastTry(DeviceRole::Original, PinName::So), StageName::LastTry, StageKind::Form(last_try))
        .then(StageName::Current, StageKind::Form(current_so_pin))
}

/// The device is logged out and says how many tries are left; the PINs are wiped.
fn ending(step: Step) -> Step {
    step.then(StageName::Read, StageKind::Do(read_pins)).then(StageName::Done, StageKind::Read).forgetting([
        Handle::UserPin,
        Handle::NewUserPin,
        Handle::SoPin,
        Handle::NewSoPin,
    ])
}

fn read_pins(known: &Known, step: &Step) -> Option<Act> {
    Some(acts::ReadPins { role: step.role, serial: known.devices.serial(step.role)? }.into())
}

fn verify_user_pin(known: &Known, step: &Step, new: bool) -> Option<Act> {
    let tries = known.devices.tries_left(step.role, PinName::User).filter(|_| !new);
    Some(acts::VerifyUserPin { role: step.role, serial: known.devices.serial(step.role)?, new, tries }.into())
}

fn change_user_pin_act(known: &Known, step: &Step) -> Option<Act> {
    let (role, serial) = (step.role, known.devices.serial(step.role)?);
    Some(acts::ChangeUserPin { role, serial, cut: known.doubt.cut }.into())
}

fn reset_user_pin(known: &Known, step: &Step, set: bool) -> Option<Act> {
    let tries = known.devices.tries_left(step.role, PinName::So);
    Some(acts::ResetUserPin { role: step.role, serial: known.devices.serial(step.role)?, set, tries }.into())
}

fn change_so_pin(known: &Known, step: &Step) -> Option<Act> {
    let (role, serial) = (step.role, known.devices.serial(step.role)?);
    Some(acts::ChangeSoPin { role, serial, cut: known.doubt.cut, just_initialised: false }.into())
}

fn current_user_pin(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::CurrentUserPin, FieldKind::UserPin).kept(Handle::UserPin)]
}

fn next_user_pin(known: &Known, _: &Step) -> Vec<Field> {
    twice(FieldName::NewUserPin, FieldKind::NextUserPin { tries: known.most_user_pin_tries() }, Handle::NewUserPin)
}

fn new_user_pin(known: &Known, _: &Step) -> Vec<Field> {
    twice(FieldName::NewUserPin, FieldKind::NewUserPin { tries: known.most_user_pin_tries() }, Handle::NewUserPin)
}

fn current_so_pin(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::SoPin, FieldKind::SoPin { chosen_here: false }).kept(Handle::SoPin)]
}

fn next_so_pin(_: &Known, _: &Step) -> Vec<Field> {
    twice(FieldName::NewSoPin, FieldKind::NextSoPin, Handle::NewSoPin)
}

fn twice(name: FieldName, kind: FieldKind, handle: Handle) -> Vec<Field> {
    vec![Field::new(name, kind).kept(handle), Field::new(FieldName::Again, FieldKind::Again(name))]
}
