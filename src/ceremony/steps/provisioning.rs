//! How a device gets its PINs, is erased and initialised, and gets the DKEK.

use crate::ceremony::act::Act;
use crate::ceremony::known::State;
use crate::ceremony::steps::{Actor, Kind, List, Question, Step, When, step};
use crate::fields::{Field, FieldKind};
use crate::names::FieldName;
use crate::plan::Plan;
use crate::record::PinName;
use crate::terms::{DeviceRole, Handle};

/// The device gets its PINs and is erased and initialised.
pub fn provision(list: &mut List, plan: &Plan, role: DeviceRole) {
    let under_quorum = plan.so_pin_share().is_some();
    let so_pin = step(if under_quorum { "so-pin-quorum" } else { "so-pin" }, Actor::SoPinHolder).on(role);
    let so_pin = if under_quorum {
        so_pin.then("rebuilt", Kind::Read).then_when(
            When::MayHaveCardsSoPin(role),
            "whose",
            Kind::Choose(Question::CurrentSoPin),
        )
    } else {
        so_pin
    };
    let so_pin = so_pin
        .then_when(When::Initialised(role), "tries", Kind::Do(|state, step| read_tries(state, step, PinName::So)))
        .then_when(When::LastTry(role, PinName::So), "last-try", Kind::Form(last_try))
        .then_when(When::OtherSoPin(role), "current", Kind::Form(current_so_pin));
    list.add(if under_quorum { so_pin } else { so_pin.then("new", Kind::Form(new_so_pin)) });
    list.add(step("user-pin", Actor::PinHolder).on(role).then("new", Kind::Form(new_user_pin)));
    list.add(
        step("initialise", Actor::Administrator)
            .on(role)
            .then("danger", Kind::Danger(typed_serial))
            .then("initialise", Kind::Do(initialise))
            .then_when(When::OtherSoPin(role), "change", Kind::Do(change_so_pin))
            .then("initialised", Kind::Read)
            .forgetting([Handle::SoPin, Handle::UserPin])
            // One that was rebuilt from cards is kept until nothing can ask for another initialisation.
            .forgetting((!under_quorum).then_some(Handle::NewSoPin)),
    );
}

/// The PIN holder logs in, and the device gets the DKEK. (A throw-away key's attestation comes before this.)
pub fn load(list: &mut List, role: DeviceRole, forgets: &[Handle]) {
    list.section();
    list.add(with_log_in(step("log-in", Actor::PinHolder).on(role)).forgetting([Handle::UserPin]));
    list.add(
        step("load", Actor::Administrator)
            .on(role)
            .then("load", Kind::Do(load_dkek))
            .then("loaded", Kind::Read)
            .forgetting([Handle::NewSoPin])
            .forgetting(forgets.iter().copied()),
    );
}

/// The stages of logging in; also the detour after a login was lost.
pub fn with_log_in(step: Step) -> Step {
    with_log_in_when(step, When::Always)
}

/// The stages of logging in where that is due.
pub fn with_log_in_when(step: Step, when: When) -> Step {
    step.then_when(when, "tries", Kind::Do(|state, step| read_tries(state, step, PinName::User)))
        .then_when(When::LastTry(DeviceRole::Original, PinName::User), "last-try", Kind::Form(last_try))
        .then_when(When::LastTry(DeviceRole::Replacement, PinName::User), "last-try", Kind::Form(last_try))
        .then_when(when, "pin", Kind::Form(user_pin))
        .then_when(when, "log-in", Kind::Do(log_in))
}

fn read_tries(state: &State, step: &Step, pin: PinName) -> Option<Act> {
    Some(Act::ReadTries { role: step.role, serial: state.serial(step.role)?, pin })
}

fn last_try(_: &State, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::LastTry, FieldKind::Word("LAST TRY"))]
}

fn current_so_pin(state: &State, step: &Step) -> Vec<Field> {
    let chosen_here = step.id == "so-pin" && state.so_pin_of_today.contains(&step.role);
    let name = if chosen_here { FieldName::SoPinOfToday } else { FieldName::SoPin };
    vec![Field::new(name, FieldKind::SoPin { chosen_here }).kept(Handle::SoPin)]
}

fn new_so_pin(_: &State, _: &Step) -> Vec<Field> {
    vec![
        Field::new(FieldName::NewSoPin, FieldKind::NewSoPin).kept(Handle::NewSoPin),
        Field::new(FieldName::Again, FieldKind::Again(FieldName::NewSoPin)),
    ]
}

fn new_user_pin(state: &State, _: &Step) -> Vec<Field> {
    let tries = state.plan.user_pin_tries;
    let pin = Field::new(FieldName::NewUserPin, FieldKind::NewUserPin { tries }).kept(Handle::UserPin);
    vec![pin, Field::new(FieldName::Again, FieldKind::Again(FieldName::NewUserPin))]
}

fn typed_serial(state: &State, step: &Step) -> Vec<Field> {
    state.serial(step.role).map(|serial| Field::new(FieldName::Serial, FieldKind::Serial(serial))).into_iter().collect()
}

fn initialise(state: &State, step: &Step) -> Option<Act> {
    let device = state.device(step.role)?;
    Some(Act::Initialise {
        role: step.role,
        serial: device.serial.clone(),
        initialised: device.initialised,
        so_pin_tries: state.tries_left(step.role, PinName::So),
        user_pin_tries: state.plan.user_pin_tries,
        pin_reset: state.plan.pin_reset,
        dkek_shares: u8::try_from(state.plan.dkek_shares.len()).ok()?,
        same_so_pin: state.so_pin_on_cards.contains(&step.role),
        cut: state.cut,
    })
}

fn change_so_pin(state: &State, step: &Step) -> Option<Act> {
    Some(Act::ChangeSoPin { role: step.role, serial: state.serial(step.role)?, cut: state.cut })
}

fn user_pin(_: &State, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::UserPin, FieldKind::UserPin).kept(Handle::UserPin)]
}

fn log_in(state: &State, step: &Step) -> Option<Act> {
    Some(Act::LogIn { role: step.role, serial: state.serial(step.role)? })
}

fn load_dkek(state: &State, step: &Step) -> Option<Act> {
    Some(Act::LoadDkek { role: step.role, serial: state.serial(step.role)?, kcv: state.kcv? })
}
