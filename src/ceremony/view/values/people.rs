//! Values about who sits where, who is needed and who was wrong.

use crate::ceremony::known::Known;
use crate::ceremony::known::character::Cards;
use crate::ceremony::known::roll_call::password_holder;
use crate::ceremony::machine::interlude::Interlude;
use crate::ceremony::machine::{Machine, Mode};
use crate::ceremony::steps::hand_over::signs;
use crate::ceremony::steps::{StageKind, Step};
use crate::script::words;
use crate::terms::{DkekShareNumber, MOST_CUSTODIANS, Seat};

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
    } else if known.ceremony.cards == Cards::Dealt && known.devices.initialised.is_empty() {
        // Nothing has been erased yet: this is the last moment at which a wrong card can be replaced.
        words::WrongBeforeErasing { names }.to_string()
    } else {
        names
    }
}

/// Whose place the substitute takes.
pub fn former(machine: &Machine) -> Option<String> {
    match machine.interlude.as_ref()? {
        Interlude::Name(holder, _) => Some(holder.name(&machine.known().plan).to_owned()),
        Interlude::Stop { .. } | Interlude::Menu | Interlude::Note(_) | Interlude::Break | Interlude::Who => None,
    }
}

/// Who is still needed to continue; empty if nobody is called.
pub fn still_needed(machine: &Machine) -> String {
    let (Mode::Asking(asking), Some(StageKind::RollCall(_))) = (&machine.mode, machine.stage().map(|stage| stage.kind))
    else {
        return String::new();
    };
    let (known, plan) = (machine.known(), &machine.known().plan);
    let several = plan.dkek_shares.len() > 1;
    let line = |(share, more): (DkekShareNumber, u8)| match plan.quorum(share) {
        Some(_) if several => words::NeededCustodiansOf { share, more }.to_string(),
        Some(_) => words::NeededCustodians { more }.to_string(),
        None => password_holder(plan, share),
    };
    let people: Vec<String> = known.still_needed(&asking.here()).into_iter().map(line).collect();
    if asking.all_ticked() {
        words::NEEDED_NONE_ABSENT.to_owned()
    } else if people.is_empty() {
        words::NEEDED_NOBODY.to_owned()
    } else {
        words::Needed { people: people.join("; ") }.to_string()
    }
}
