//! Who must be present, and whether the room and the machine are fit.

use crate::ceremony::known::Known;
use crate::ceremony::known::character::DeviceUse;
use crate::ceremony::known::roll_call::Attendance;
use crate::ceremony::steps::{Actor, Condition, List, Question, StageKind, Step, step};
use crate::clerk::{Act, acts};
use crate::fields::{Field, FieldKind};
use crate::names::{FieldName, StageName, StepName};

/// The room is fit and nothing is missing, and then everyone who is needed is called: nobody waits for a reader.
pub fn people_and_room(list: &mut List, attendance: Attendance) {
    room(list);
    let call = match attendance {
        Attendance::Everyone => StageName::Call,
        Attendance::Quorum => StageName::CallQuorum,
        Attendance::Administrator => StageName::CallFew,
    };
    roll_call(list, &[(Condition::Always, call, attendance)]);
}

/// The same for a drill: where every share is to be proven, a quorum is enough to go on, too.
pub fn people_of_drill_and_room(list: &mut List) {
    room(list);
    let quorum = (Condition::DrillsEveryShare(false), StageName::CallQuorum, Attendance::Quorum);
    let everyone = (Condition::DrillsEveryShare(true), StageName::CallCustodians, Attendance::Quorum);
    roll_call(list, &[quorum, everyone]);
}

/// The same, where people have chosen whether a quorum opens anything.
pub fn people_if_opened_and_room(list: &mut List) {
    room(list);
    let (opened, kept_shut) = (Condition::Opens(true), Condition::Opens(false));
    let called = (opened, StageName::CallQuorum, Attendance::Quorum);
    roll_call(list, &[called, (kept_shut, StageName::CallFew, Attendance::Administrator)]);
}

/// The people of the plan are called, where others came before them.
pub fn people_of_the_plan(list: &mut List) {
    roll_call(list, &[(Condition::Always, StageName::Call, Attendance::Everyone)]);
}

/// A quorum that needs everyone is confirmed by typed words.
pub fn everyone(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::Everyone, FieldKind::Word("ALL NEEDED"))]
}

fn room(list: &mut List) {
    list.add(
        step(StepName::Room, Actor::Administrator)
            .then(StageName::Examine, StageKind::Do(examine_room))
            .then_when(Condition::Missing, StageName::Missing, StageKind::Choose(Question::Missing))
            .then(StageName::Found, StageKind::Tick)
            .then_when(Condition::Unfit, StageName::Override, StageKind::Form(override_unfit))
            .then(StageName::Keyboard, StageKind::Form(keyboard)),
    );
}

fn roll_call(list: &mut List, attendances: &[(Condition, StageName, Attendance)]) {
    let mut roll_call = step(StepName::RollCall, Actor::Administrator);
    // Where everyone is needed, the first screen has said it.
    if attendances.iter().any(|(_, _, attendance)| *attendance != Attendance::Everyone) {
        roll_call = roll_call.then_when(Condition::RolesClash, StageName::RolesClash, StageKind::Read);
    }
    for (when, call, attendance) in attendances {
        roll_call = roll_call.then_when(*when, *call, StageKind::RollCall(*attendance));
    }
    roll_call = roll_call.then_when(Condition::ToBeIdentified, StageName::Identified, StageKind::Form(identified));
    list.add(roll_call.then_when(
        Condition::AuditorAbsent,
        StageName::WithoutAuditor,
        StageKind::Form(without_auditor),
    ));
}

#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
fn examine_room(known: &Known, _: &Step) -> Option<Act> {
    let readers = match known.ceremony.devices {
        DeviceUse::Provisions
        | DeviceUse::Fleet
        | DeviceUse::Keeps
        | DeviceUse::Adds
        | DeviceUse::ChangesPins
        | DeviceUse::Retires => true,
        DeviceUse::None => false,
    };
    Some(acts::ExamineRoom { readers }.into())
}

/// Letters and digits that change places between keyboard layouts, in lower case: what the keyboard types is found before
/// anybody types a secret.
const KEYBOARD: &str = "azy1";

fn keyboard(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::Keyboard, FieldKind::Copy(KEYBOARD))]
}

/// One line for everybody of whom the plan does not say it.
fn identified(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::IdentifiedBy, FieldKind::Line)]
}

fn without_auditor(known: &Known, _: &Step) -> Vec<Field> {
    vec![known.who_decides(Vec::new()), Field::new(FieldName::Reason, FieldKind::Reason)]
}

fn override_unfit(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::Override, FieldKind::Word("OVERRIDE")), Field::new(FieldName::Reason, FieldKind::Reason)]
}
