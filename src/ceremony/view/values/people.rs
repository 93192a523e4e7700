//! Values about who sits where, who is needed and who was wrong.

use crate::ceremony::known::Known;
use crate::ceremony::known::character::Cards;
use crate::ceremony::known::roll_call::{Attendance, Called, role, with_role};
use crate::ceremony::machine::interlude::{Change, Interlude};
use crate::ceremony::machine::{Machine, Mode};
use crate::ceremony::steps::hand_over::signs;
use crate::ceremony::steps::{StageKind, Step};
use crate::plan::{Clash, Plan};
use crate::script::words;
use crate::terms::{DkekShareNumber, Holder, MOST_CUSTODIANS, Number, Person, Seat, alike};

/// What whoever acts types to take the keyboard.
pub fn sign(known: &Known, step: &Step) -> Option<String> {
    signs(step.person(known)?, step.custodian()).into_iter().next()
}

/// How many seats are open.
pub fn seats_needed(known: &Known, step: &Step) -> Option<String> {
    step.seat().map(|_| known.open_seats(step.share).min(MOST_CUSTODIANS).to_string())
}

/// Whose share was wrong at the last opening.
pub fn wrong_seats(known: &Known, step: &Step) -> String {
    let who = |seat: &Seat| match known.seats.sitter(*seat) {
        Some(custodian) => known.plan.custodian(step.share, custodian).to_owned(),
        None => seat.to_string(),
    };
    let names = known.seats.wrong.iter().map(who).collect::<Vec<_>>().join(", ");
    if names.is_empty() {
        words::NOBODY.to_owned()
    } else if known.cards() == Cards::Dealt && known.devices.initialised.is_empty() {
        // Nothing has been erased yet: this is the last moment at which a wrong card can be replaced.
        words::WrongBeforeErasing { names }.to_string()
    } else {
        names
    }
}

/// Who is absent, is replaced, or leaves.
pub fn former(machine: &Machine) -> Option<String> {
    changing(machine).map(|person| machine.known().plan.name_of(person).to_owned())
}

/// Their role.
pub fn former_role(machine: &Machine) -> Option<String> {
    changing(machine).map(|person| role(&machine.known().plan, person))
}

/// The name of whoever stands in.
pub fn stand_in(machine: &Machine) -> Option<String> {
    standing_in(machine).map(|(_, name)| name.to_owned())
}

/// The roles of whoever stands in that check the new one.
pub fn checking(machine: &Machine) -> Option<String> {
    let (person, name) = standing_in(machine)?;
    let plan = &machine.known().plan;
    let roles: Vec<String> = plan.checking(person, name).into_iter().map(|other| role(plan, other)).collect();
    Some(roles.join(", "))
}

/// How many names a sentence has at most: on the smallest screen, everything that a decision needs is in sight.
const NAMED: usize = 12;

/// Everybody who can decide what is asked now.
pub fn deciders(machine: &Machine) -> String {
    let known = machine.known();
    let about = match machine.interlude.as_ref() {
        Some(Interlude::Decides(change, ..)) => change.about(known),
        Some(Interlude::NotIdentified(newcomer, _)) => vec![newcomer.name(known).to_owned()],
        Some(_) | None => Vec::new(),
    };
    let names: Vec<String> = known.deciders(&about).into_iter().map(|one| one.name).collect();
    listed(&names)
}

/// Names in a sentence, as many as fit.
fn listed(names: &[String]) -> String {
    match names.split_at_checked(NAMED) {
        Some((named, more @ [_, ..])) => words::DecidersMore { names: named.join(", "), more: more.len() }.to_string(),
        Some((_, [])) | None => names.join(", "),
    }
}

/// Whose identity is asked about.
pub fn newcomer(machine: &Machine) -> Option<String> {
    match machine.interlude.as_ref()? {
        Interlude::Identifies(newcomer)
        | Interlude::IdentifiedBy(newcomer, _)
        | Interlude::NotIdentified(newcomer, _) => Some(newcomer.name(machine.known()).to_owned()),
        _ => None,
    }
}

/// How the plan asks for them to be identified.
pub fn planned_identity(machine: &Machine) -> Option<String> {
    machine.known().arranged_identification(&newcomer(machine)?).map(str::to_owned)
}

/// Everybody of whom nobody has said yet how they were identified.
pub fn to_be_identified(known: &Known) -> String {
    let mut names: Vec<String> = Vec::new();
    for person in known.to_be_identified() {
        let name = known.plan.name_of(person);
        if !names.iter().any(|other| alike(other, name)) {
            names.push(name.to_owned());
        }
    }
    listed(&names)
}

/// Everybody who is here, each on one line, with the step in which they came.
pub fn here(known: &Known) -> String {
    let line = |called: Called| {
        let since = known.people.since.get(&called.person).map(Number::to_string).unwrap_or_default();
        words::HereSince { since, who: called.text }.to_string()
    };
    known.here().into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Everybody with two roles that check each other, one on each line.
pub fn clashes(plan: &Plan) -> String {
    let line = |clash: Clash| {
        let [one, other] = clash.roles.map(|person| role(plan, person));
        format!("  {}: {one}, {other}", clash.name)
    };
    plan.clashes().into_iter().map(line).collect::<Vec<_>>().join("\n")
}

fn changing(machine: &Machine) -> Option<Person> {
    match machine.interlude.as_ref()? {
        Interlude::Absent(person)
        | Interlude::Name(person, _)
        | Interlude::Why(Change::StandsIn(person, _) | Change::Leaves(person), _)
        | Interlude::Decides(Change::StandsIn(person, _) | Change::Leaves(person), ..) => Some(*person),
        Interlude::Stop { .. }
        | Interlude::Menu
        | Interlude::Note(_)
        | Interlude::Break
        | Interlude::AfterBreak
        | Interlude::Confirms(_)
        | Interlude::Arrives
        | Interlude::Goes
        | Interlude::Identifies(_)
        | Interlude::IdentifiedBy(..)
        | Interlude::NotIdentified(..)
        | Interlude::Who => None,
    }
}

fn standing_in(machine: &Machine) -> Option<(Person, &str)> {
    match machine.interlude.as_ref()? {
        Interlude::Why(Change::StandsIn(person, name), _) | Interlude::Decides(Change::StandsIn(person, name), ..) => {
            Some((*person, name))
        }
        _ => None,
    }
}

/// Who is still needed to continue; empty if nobody is called.
pub fn still_needed(machine: &Machine) -> String {
    let (Mode::Asking(asking), Some(StageKind::RollCall(attendance))) =
        (&machine.mode, machine.stage().map(|stage| stage.kind))
    else {
        return String::new();
    };
    let (known, plan) = (machine.known(), &machine.known().plan);
    let several = plan.dkek_shares.len() > 1;
    let line = |(share, more): (DkekShareNumber, u8)| match plan.quorum(share) {
        Some(_) if several => words::NeededCustodiansOf { share, more }.to_string(),
        Some(_) => words::NeededCustodians { more }.to_string(),
        None => with_role(plan, Person::Holder(Holder { share, custodian: None })),
    };
    let here = asking.here();
    let mut people: Vec<String> = match attendance {
        Attendance::Quorum => known.still_needed(&here).into_iter().map(line).collect(),
        Attendance::Everyone | Attendance::Administrator => Vec::new(),
    };
    people.extend(known.without_tick(attendance, &here).into_iter().map(|person| with_role(plan, person)));
    if asking.all_ticked() {
        return words::NEEDED_NONE_ABSENT.to_owned();
    }
    match attendance {
        Attendance::Quorum if people.is_empty() && known.drills_without_device() => words::NEEDED_NO_PINS.to_owned(),
        Attendance::Quorum if people.is_empty() => words::NEEDED_NOBODY.to_owned(),
        Attendance::Everyone if people.is_empty() => words::NEEDED_NOBODY_ELSE.to_owned(),
        Attendance::Administrator if people.is_empty() => words::NEEDED_NO_CUSTODIANS.to_owned(),
        // The names are on the screen already.
        Attendance::Everyone => words::NeededTicks { more: people.len() }.to_string(),
        Attendance::Quorum | Attendance::Administrator => words::Needed { people: people.join("; ") }.to_string(),
    }
}
