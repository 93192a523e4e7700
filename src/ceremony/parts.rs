//! Parts that ceremonies share: how a quorum opens the share file, how a device is provisioned, how a key comes back.

use super::act::Act;
use super::field::{Field, FieldKind};
use super::state::State;
use super::step::{Actor, Kind, List, Question, Step, When, step};
use crate::plan::{Plan, PlannedKey};
use crate::record::PinName;
use crate::terms::{CustodianNumber, DeviceRole, DkekShareNumber, Handle, Purpose, Seat};

/// The stages that find the device of a step: it is put in, found, picked among several, and shown.
pub fn found_device(step: Step) -> Step {
    step.then("insert", Kind::Read)
        .then("find", Kind::Do(find))
        .then_when(When::Several, "which", Kind::Choose(Question::Device))
        .then_when(When::Several, "find", Kind::Do(find_picked))
        .then("found", Kind::Read)
}

/// A replacement is never the original: that is lost, or it is what the replacement is for.
#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
fn find(state: &State, step: &Step) -> Option<Act> {
    let mut not = state.given_up.clone();
    if step.role == DeviceRole::Replacement {
        not.extend(state.source.as_ref().and_then(|source| source.serial.clone()));
        not.extend(state.serial(DeviceRole::Original));
    }
    Some(Act::FindDevice { role: step.role, not, picked: None })
}

fn find_picked(state: &State, step: &Step) -> Option<Act> {
    Some(Act::FindDevice { role: step.role, not: Vec::new(), picked: Some(state.picked.clone()?) })
}

/// Everyone is here, and the room is fit.
pub fn people_and_room(list: &mut List) {
    list.add(step("roll-call", Actor::Administrator).then("call", Kind::RollCall));
    list.add(
        step("room", Actor::Administrator)
            .then("examine", Kind::Do(|_, _| Some(Act::ExamineRoom)))
            .then("found", Kind::Tick)
            .then_when(When::Unfit, "override", Kind::Form(override_unfit)),
    );
}

/// M custodians, and more if needed, type their shares from paper; the written share file opens, its KCV is right.
pub fn quorum_opens(list: &mut List, plan: &Plan) {
    list.section();
    let most = plan.quorum.custodians();
    for seat in (1..=most).map(Seat) {
        list.add(
            step("seat", Actor::Seat(seat))
                .only_if_needed(seat.0 > plan.quorum.threshold())
                .then("sitter", Kind::Choose(Question::Sitter(seat)))
                .then_when(When::TypesPrime, "first-share", Kind::Form(seat_share))
                .then_when(When::KnowsPrime, "share", Kind::Form(seat_share))
                .then_when(When::KnowsOldPrime, "old-share", Kind::Form(seat_share))
                .then("take", Kind::Do(take_share)),
        );
    }
    list.add(
        step("open", Actor::Administrator)
            .then("open", Kind::Do(open_share_file))
            .then("opened", Kind::Read)
            .then_when(When::Salvaged, "salvaged", Kind::Read)
            .forgetting((1..=most).map(|seat| Handle::SeatShare(Purpose::FIRST, Seat(seat)))),
    );
}

/// The device gets its PINs and is erased and initialised.
pub fn provision(list: &mut List, role: DeviceRole) {
    list.add(
        step("so-pin", Actor::SoPinHolder)
            .on(role)
            .then_when(When::Initialised(role), "tries", Kind::Do(|state, step| read_tries(state, step, PinName::So)))
            .then_when(When::LastTry(role, PinName::So), "last-try", Kind::Form(last_try))
            .then_when(When::Initialised(role), "current", Kind::Form(current_so_pin))
            .then("new", Kind::Form(new_so_pin)),
    );
    list.add(step("user-pin", Actor::PinHolder).on(role).then("new", Kind::Form(new_user_pin)));
    list.add(
        step("initialise", Actor::Administrator)
            .on(role)
            .then("danger", Kind::Danger(typed_serial))
            .then("initialise", Kind::Do(initialise))
            .then_when(When::Initialised(role), "change", Kind::Do(change_so_pin))
            .then("initialised", Kind::Read)
            .forgetting([Handle::SoPin, Handle::NewSoPin, Handle::UserPin]),
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

/// The list shows nothing, every key comes back, the list shows them, each signs.
pub fn bring_keys_back(list: &mut List, plan: &Plan) {
    let role = DeviceRole::Replacement;
    list.section();
    list.add(
        step("empty-list", Actor::Administrator)
            .on(role)
            .then("list", Kind::Do(inventory_empty))
            .then("listed", Kind::Read),
    );
    for key in &plan.keys {
        list.add(
            step("restore-key", Actor::Administrator)
                .on(role)
                .about(&key.label)
                .then("reference", Kind::Form(key_reference))
                .then("restore", Kind::Do(restore_key))
                .then("restored", Kind::Read),
        );
    }
    list.add(
        step("full-list", Actor::Administrator)
            .on(role)
            .then("list", Kind::Do(inventory_restored))
            .then("listed", Kind::Read),
    );
    for key in &plan.keys {
        list.add(
            step("prove-key", Actor::Administrator)
                .on(role)
                .about(&key.label)
                .then("sign", Kind::Do(prove_key))
                .then_when(When::Proven, "proven", Kind::Read)
                .then_when(When::NotProvable, "not-provable", Kind::Read),
        );
    }
}

/// Nothing is held, the folder is complete, the record can be sealed.
pub fn close(list: &mut List) {
    list.section();
    list.add(
        step("close", Actor::Administrator)
            .then("empty", Kind::Do(|_, _| Some(Act::ProveVaultEmpty)))
            .then("close", Kind::Do(|_, _| Some(Act::CloseFolder)))
            .then("closed", Kind::Tick),
    );
}

fn field(name: &'static str, kind: FieldKind) -> Field {
    Field { name, kind, keep: None }
}

fn kept(name: &'static str, kind: FieldKind, handle: Handle) -> Field {
    Field { name, kind, keep: Some(handle) }
}

/// The whole card: prime, id, value, as its custodian noted it.
pub fn whole_card(state: &State, step: &Step) -> Vec<Field> {
    let expected = match step.actor {
        Actor::Custodian(number) => Some(number.get()),
        _ => None,
    };
    vec![
        field("prime", FieldKind::Prime { expected: state.prime.clone() }),
        field(
            "share-id",
            FieldKind::ShareId { share: DkekShareNumber::FIRST, expected, taken: Vec::new(), foreign: false },
        ),
        field("share-value", FieldKind::ShareValue),
    ]
}

fn override_unfit(_: &State, _: &Step) -> Vec<Field> {
    vec![field("override", FieldKind::Word("OVERRIDE")), field("reason", FieldKind::Line)]
}

fn seat_of(step: &Step) -> Option<Seat> {
    match step.actor {
        Actor::Seat(seat) => Some(seat),
        _ => None,
    }
}

/// At a seat the prime is on the screen where it is known, for it is public; id and value come from the card. The first of a
/// set made elsewhere types the prime too.
fn seat_share(state: &State, step: &Step) -> Vec<Field> {
    let foreign = state.is_foreign();
    let sitter = seat_of(step).and_then(|seat| state.sitter(seat)).map(CustodianNumber::get);
    let here = seat_of(step);
    let others = state.given.iter().filter(|(seat, _)| Some(*seat) != here);
    let taken = others.filter_map(|(_, ids)| ids.first().copied()).collect();
    let mut fields = Vec::new();
    if types_prime(state, step) {
        fields.push(field("prime", FieldKind::Prime { expected: None }));
    }
    let expected = sitter.filter(|_| !foreign);
    fields.push(field("share-id", FieldKind::ShareId { share: DkekShareNumber::FIRST, expected, taken, foreign }));
    fields.push(field("share-value", FieldKind::ShareValue));
    fields
}

/// The first seat types the prime of a set made elsewhere, also when everybody types again.
pub(super) fn types_prime(state: &State, step: &Step) -> bool {
    state.prime.is_none() || (state.is_foreign() && seat_of(step) == Some(Seat(1)))
}

fn take_share(state: &State, step: &Step) -> Option<Act> {
    let prime = if types_prime(state, step) { None } else { state.prime.clone() };
    Some(Act::TakeShare { seat: seat_of(step)?, prime, foreign: state.is_foreign() })
}

fn open_share_file(state: &State, _: &Step) -> Option<Act> {
    let seats = state.given.clone();
    Some(Act::OpenShareFile {
        seats,
        threshold: state.plan.quorum.threshold(),
        prime: state.prime.clone()?,
        foreign: state.is_foreign(),
        kcv: state.kcv?,
    })
}

fn read_tries(state: &State, step: &Step, pin: PinName) -> Option<Act> {
    Some(Act::ReadTries { role: step.role, serial: state.serial(step.role)?, pin })
}

fn last_try(_: &State, _: &Step) -> Vec<Field> {
    vec![field("last-try", FieldKind::Word("LAST TRY"))]
}

fn current_so_pin(_: &State, _: &Step) -> Vec<Field> {
    vec![kept("so-pin", FieldKind::SoPin, Handle::SoPin)]
}

fn new_so_pin(_: &State, _: &Step) -> Vec<Field> {
    vec![kept("new-so-pin", FieldKind::NewSoPin, Handle::NewSoPin), field("again", FieldKind::Again(0))]
}

fn new_user_pin(state: &State, _: &Step) -> Vec<Field> {
    let tries = state.plan.user_pin_tries;
    vec![kept("new-user-pin", FieldKind::NewUserPin { tries }, Handle::UserPin), field("again", FieldKind::Again(0))]
}

fn typed_serial(state: &State, step: &Step) -> Vec<Field> {
    state.serial(step.role).map(|serial| field("serial", FieldKind::Serial(serial))).into_iter().collect()
}

fn initialise(state: &State, step: &Step) -> Option<Act> {
    let device = state.device(step.role)?;
    Some(Act::Initialise {
        role: step.role,
        serial: device.serial.clone(),
        initialised: device.initialised,
        user_pin_tries: state.plan.user_pin_tries,
        pin_reset: state.plan.pin_reset,
        cut: state.cut,
    })
}

fn change_so_pin(state: &State, step: &Step) -> Option<Act> {
    Some(Act::ChangeSoPin { role: step.role, serial: state.serial(step.role)?, cut: state.cut })
}

fn user_pin(_: &State, _: &Step) -> Vec<Field> {
    vec![kept("user-pin", FieldKind::UserPin, Handle::UserPin)]
}

fn log_in(state: &State, step: &Step) -> Option<Act> {
    Some(Act::LogIn { role: step.role, serial: state.serial(step.role)? })
}

fn load_dkek(state: &State, step: &Step) -> Option<Act> {
    Some(Act::LoadDkek { role: step.role, serial: state.serial(step.role)?, kcv: state.kcv? })
}

/// The act that makes this step's key.
pub fn make_key(state: &State, step: &Step) -> Option<Act> {
    let key = state.key(step.key.as_ref())?.clone();
    Some(Act::MakeKey { key, serial: state.serial(step.role)?, again: state.again })
}

/// The act that compares the device's list with the plan.
pub fn inventory_planned(state: &State, step: &Step) -> Option<Act> {
    inventory(state, step, state.plan.keys.clone())
}

fn inventory_empty(state: &State, step: &Step) -> Option<Act> {
    inventory(state, step, Vec::new())
}

fn inventory_restored(state: &State, step: &Step) -> Option<Act> {
    let moved = |key: &PlannedKey| PlannedKey { reference: state.restore_to(key), ..key.clone() };
    inventory(state, step, state.plan.keys.iter().map(moved).collect())
}

fn inventory(state: &State, step: &Step, expected: Vec<PlannedKey>) -> Option<Act> {
    Some(Act::TakeInventory { role: step.role, serial: state.serial(step.role)?, expected })
}

/// The act that wraps this step's key.
pub fn back_up(state: &State, step: &Step) -> Option<Act> {
    let key = state.key(step.key.as_ref())?.clone();
    Some(Act::BackUp { key, serial: state.serial(step.role)?, kcv: state.kcv? })
}

/// The act that verifies this step's wrapped key.
pub fn verify_backup(state: &State, step: &Step) -> Option<Act> {
    Some(Act::VerifyBackup { label: step.key.clone()?, kcv: state.kcv? })
}

fn key_reference(state: &State, step: &Step) -> Vec<Field> {
    let Some(key) = state.key(step.key.as_ref()) else { return Vec::new() };
    let others = state.plan.keys.iter().filter(|other| other.label != key.label);
    let taken = others.map(|other| state.restore_to(other).get()).collect();
    vec![field("key-reference", FieldKind::KeyReference { taken, planned: key.restore_to.get() })]
}

fn restore_key(state: &State, step: &Step) -> Option<Act> {
    let key = state.key(step.key.as_ref())?;
    let to = state.restore_to(key);
    Some(Act::RestoreKey { label: key.label.clone(), to, serial: state.serial(step.role)?, again: state.again })
}

fn prove_key(state: &State, step: &Step) -> Option<Act> {
    let key = state.key(step.key.as_ref())?;
    let at = state.restore_to(key);
    Some(Act::ProveKey { label: key.label.clone(), key_type: key.key_type, at, serial: state.serial(step.role)? })
}
