//! How a device gets its PINs, is erased and initialised, and gets the DKEK.

use crate::ceremony::known::Known;
use crate::ceremony::steps::{Actor, Condition, Fields, List, MakeAct, Need, Question, StageKind, Step, step};
use crate::clerk::{Act, acts};
use crate::fields::{Field, FieldKind};
use crate::names::{FieldName, StageName, StepName};
use crate::plan::{NewPin, Plan};
use crate::record::PinName;
use crate::terms::{DeviceRole, Genuineness, Handle};

/// The device gets its PINs and is erased and initialised.
pub fn provision(list: &mut List, plan: &Plan, role: DeviceRole) {
    let under_quorum = plan.so_pin_share().is_some();
    let so_pin = step(if under_quorum { StepName::SoPinQuorum } else { StepName::SoPin }, Actor::SoPinHolder)
        .on(role)
        .where_pins_begin();
    let so_pin = if under_quorum {
        so_pin.then(StageName::Rebuilt, StageKind::Read).then_when(
            Condition::MayHaveCardsSoPin(role),
            StageName::Whose,
            StageKind::Choose(Question::CurrentSoPin),
        )
    } else {
        so_pin
    };
    let so_pin = so_pin
        .then_when(
            Condition::Initialised(role),
            StageName::Tries,
            StageKind::Do(|known, step| read_tries(known, step, PinName::So)),
        )
        .then_when(Condition::LastTry(role, PinName::So), StageName::LastTry, StageKind::Form(last_try))
        .then_when(Condition::OtherSoPin(role), StageName::Current, StageKind::Form(current_so_pin));
    list.add(match (under_quorum, plan.new_so_pin) {
        (true, NewPin::Drawn | NewPin::Typed) => so_pin,
        (false, NewPin::Drawn) => drawn(so_pin, PinName::So),
        (false, NewPin::Typed) => so_pin.then(StageName::New, StageKind::Form(new_so_pin)),
    });
    let user_pin = step(StepName::UserPin, Actor::PinHolder).on(role);
    list.add(match plan.new_user_pin {
        NewPin::Drawn => drawn(user_pin, PinName::User),
        NewPin::Typed => user_pin.then(StageName::New, StageKind::Form(new_user_pin)),
    });
    list.add(
        step(StepName::Initialise, Actor::Administrator)
            .on(role)
            .then(StageName::Danger, StageKind::Danger(typed_serial))
            .then(StageName::Initialise, StageKind::Do(initialise))
            .then_when(Condition::OtherSoPin(role), StageName::Change, StageKind::Do(change_so_pin))
            .then(StageName::ProvePinRules, StageKind::Do(prove_pin_rules))
            // The PIN is held already, and this is the last time: nobody has to type it once more.
            .then(StageName::LogIn, StageKind::Do(|known, step| log_in(known, step, true)))
            .forgetting([Handle::SoPin, Handle::UserPin])
            // An SO-PIN rebuilt from cards is kept until nothing can ask for another initialisation.
            .forgetting((!under_quorum).then_some(Handle::NewSoPin)),
    );
}

/// A PIN is drawn, shown to its holder, and typed from the paper. It is wiped where a chosen one is.
fn drawn(step: Step, pin: PinName) -> Step {
    let (draw, retype): (MakeAct, Fields) = match pin {
        PinName::So => (|known, step| draw_pin(known, step, PinName::So), drawn_so_pin),
        PinName::User => (|known, step| draw_pin(known, step, PinName::User), drawn_user_pin),
    };
    step.then(StageName::Draw, StageKind::Do(draw))
        .then(StageName::Reveal, StageKind::RevealPin { pin, note: StageName::Note })
        .then(StageName::Retype, StageKind::FromCard(retype))
}

/// The act that draws a PIN.
pub fn draw_pin(known: &Known, step: &Step, pin: PinName) -> Option<Act> {
    Some(acts::DrawPin { role: step.role, serial: known.devices.serial(step.role)?, pin }.into())
}

fn drawn_so_pin(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::DrawnSoPin, FieldKind::DrawnSoPin)]
}

fn drawn_user_pin(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::DrawnUserPin, FieldKind::DrawnUserPin)]
}

/// The device gets the DKEK; the PIN holder logs in first if that did not work with the PIN that was just set. A throw-away
/// key proves before that the device has the key of its certificate. `forgets`: what nothing needs any more.
pub fn load(list: &mut List, role: DeviceRole, forgets: &[Handle]) {
    list.section();
    let types_pin = step(StepName::LogIn, Actor::PinHolder).on(role).only_if(Need::LogIn(role));
    list.add(with_log_in(types_pin).forgetting([Handle::UserPin]));
    list.add(
        step(StepName::Load, Actor::Administrator)
            .on(role)
            .then(StageName::ProveDevice, StageKind::Do(prove_device))
            .then(StageName::Load, StageKind::Do(load_dkek))
            .then(StageName::Loaded, StageKind::Read)
            .forgetting(forgets.iter().copied()),
    );
}

/// The stages of logging in; also used when a login was lost.
pub fn with_log_in(step: Step) -> Step {
    with_log_in_when(step, Condition::Always)
}

/// The stages of logging in, on a condition.
pub fn with_log_in_when(step: Step, when: Condition) -> Step {
    let role = step.role;
    step.then_when(when, StageName::Tries, StageKind::Do(|known, step| read_tries(known, step, PinName::User)))
        .then_when(Condition::LastTry(role, PinName::User), StageName::LastTry, StageKind::Form(last_try))
        .then_when(when, StageName::Pin, StageKind::Form(user_pin))
        .then_when(when, StageName::LogIn, StageKind::Do(|known, step| log_in(known, step, false)))
}

/// The act that reads how many tries a PIN has left.
pub fn read_tries(known: &Known, step: &Step, pin: PinName) -> Option<Act> {
    Some(acts::ReadTries { role: step.role, serial: known.devices.serial(step.role)?, pin }.into())
}

/// The word that is typed before the last try.
pub fn last_try(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::LastTry, FieldKind::Word("LAST TRY"))]
}

fn current_so_pin(known: &Known, step: &Step) -> Vec<Field> {
    let chosen_here = known.plan.so_pin_share().is_none() && known.devices.so_pin_of_today.contains(&step.role);
    let name = if chosen_here { FieldName::SoPinOfToday } else { FieldName::SoPin };
    vec![Field::new(name, FieldKind::SoPin { chosen_here }).kept(Handle::SoPin)]
}

fn new_so_pin(_: &Known, _: &Step) -> Vec<Field> {
    vec![
        Field::new(FieldName::NewSoPin, FieldKind::NewSoPin).kept(Handle::NewSoPin),
        Field::new(FieldName::Again, FieldKind::Again(FieldName::NewSoPin)),
    ]
}

fn new_user_pin(known: &Known, _: &Step) -> Vec<Field> {
    let tries = known.plan.user_pin_tries;
    let pin = Field::new(FieldName::NewUserPin, FieldKind::NewUserPin { tries }).kept(Handle::UserPin);
    vec![pin, Field::new(FieldName::Again, FieldKind::Again(FieldName::NewUserPin))]
}

/// The serial of the device that is erased, typed.
pub fn typed_serial(known: &Known, step: &Step) -> Vec<Field> {
    known
        .devices
        .serial(step.role)
        .map(|serial| Field::new(FieldName::Serial, FieldKind::Serial(serial)))
        .into_iter()
        .collect()
}

/// The act that erases and initialises the device.
pub fn initialise(known: &Known, step: &Step) -> Option<Act> {
    let device = known.devices.get(step.role)?;
    Some(
        acts::Initialise {
            role: step.role,
            serial: device.serial.clone(),
            initialised: device.initialised,
            so_pin_tries: known.devices.tries_left(step.role, PinName::So),
            user_pin_tries: known.plan.user_pin_tries,
            pin_reset: known.plan.pin_reset,
            dkek_shares: u8::try_from(known.plan.dkek_shares.len()).ok()?,
            token_label: known.label_to_write().map(str::to_owned),
            named: known.devices.named_keys(step.role),
            same_so_pin: known.devices.so_pin_on_cards.contains(&step.role),
            cut: known.doubt.cut || known.doubt.perhaps_erased.contains(&device.serial),
        }
        .into(),
    )
}

fn change_so_pin(known: &Known, step: &Step) -> Option<Act> {
    let (role, serial) = (step.role, known.devices.serial(step.role)?);
    Some(acts::ChangeSoPin { role, serial, cut: known.doubt.cut, just_initialised: true }.into())
}

fn prove_pin_rules(known: &Known, step: &Step) -> Option<Act> {
    let (pin_reset, user_pin_tries) = (known.plan.pin_reset, known.plan.user_pin_tries);
    let (role, serial) = (step.role, known.devices.serial(step.role)?);
    Some(acts::ProvePinRules { role, serial, pin_reset, user_pin_tries }.into())
}

fn user_pin(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::UserPin, FieldKind::UserPin).kept(Handle::UserPin)]
}

fn log_in(known: &Known, step: &Step, held: bool) -> Option<Act> {
    Some(acts::LogIn { role: step.role, serial: known.devices.serial(step.role)?, held }.into())
}

fn prove_device(known: &Known, step: &Step) -> Option<Act> {
    let device = known.devices.get(step.role)?;
    let accepted = device.genuineness.as_ref().is_some_and(Genuineness::is_accepted);
    let (role, serial, again) = (step.role, device.serial.clone(), known.doubt.again);
    Some(acts::ProveDevice { role, serial, accepted, again }.into())
}

fn load_dkek(known: &Known, step: &Step) -> Option<Act> {
    Some(
        acts::LoadDkek { role: step.role, serial: known.devices.serial(step.role)?, kcv: known.shares.dkek_kcv? }
            .into(),
    )
}
