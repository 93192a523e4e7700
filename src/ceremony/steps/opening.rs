//! How the DKEK shares are recovered: quorums type their shares from paper, holders type their passwords, and the
//! written share files open.

use crate::ceremony::known::Known;
use crate::ceremony::known::character::Cards;
use crate::ceremony::steps::{Actor, Condition, List, Need, Question, StageKind, Step, step};
use crate::clerk::{Act, acts};
use crate::fields::{ExpectedWords, Field, FieldKind};
use crate::names::{FieldName, StageName, StepName};
use crate::plan::Plan;
use crate::terms::{CustodianNumber, DkekShareNumber, Handle, Purpose, Quorum, Scheme, Seat};

/// Opens all share files, one after the other, and combines the DKEK shares.
/// `cards`: whether they come out of their bags, or lie on the table since they were dealt.
pub fn open_all(list: &mut List, plan: &Plan, cards: Cards) {
    open_all_after(list, plan, cards, false);
}

/// The same, and before a quorum's share file is opened, the program tries it with a wrong share, and with one of an earlier set
/// if a card of it is here: it must stay shut.
pub fn open_all_controlled(list: &mut List, plan: &Plan) {
    open_all_after(list, plan, Cards::Earlier, true);
}

fn open_all_after(list: &mut List, plan: &Plan, cards: Cards, controlled: bool) {
    let last = plan.dkek_shares.len();
    for share in plan.numbers() {
        list.section();
        let open = match (plan.quorum(share), plan.scheme(share)) {
            (Some(quorum), Some(scheme)) => {
                let so_pin = plan.so_pin_share() == Some(share);
                seats(list, (share, quorum, scheme), so_pin, cards);
                if controlled {
                    list.add(departed(share));
                }
                quorum_opens(share, quorum, so_pin, controlled)
            }
            _ => holder_opens(share),
        };
        let salvages = plan.quorum(share).is_some();
        let open = if usize::from(share.get()) == last {
            open.then(StageName::Join, StageKind::Do(join))
                .then(StageName::Opened, StageKind::Read)
                .forgetting(plan.numbers().map(Handle::DkekShare))
        } else {
            open.then(StageName::OpenedOne, StageKind::Read)
        };
        list.add(if salvages {
            open.then_when(Condition::Salvaged, StageName::Salvaged, StageKind::Read).then_when(
                Condition::OtherThreshold,
                StageName::OtherThreshold,
                StageKind::Read,
            )
        } else {
            open
        });
    }
}

/// M custodians, and more if needed, type what is on their cards.
fn seats(list: &mut List, (share, quorum, scheme): (DkekShareNumber, Quorum, Scheme), so_pin: bool, cards: Cards) {
    let sitter = match cards {
        Cards::Earlier => StageName::SitterWithBag,
        Cards::Dealt | Cards::Changed | Cards::Replaced | Cards::None => StageName::Sitter,
    };
    for seat in (1..=quorum.custodians()).map(Seat) {
        let sits =
            step(StepName::Seat, Actor::Seat(seat)).of(share).then(sitter, StageKind::Choose(Question::Sitter(seat)));
        let sits = if seat.0 > quorum.threshold() { sits.only_if(Need::Seat(seat)) } else { sits };
        let types = match scheme {
            Scheme::ScHsmTool => sits
                .then_when(Condition::TypesPrime, StageName::FirstShare, StageKind::FromCard(seat_share))
                .then_when(Condition::KnowsPrime, StageName::Share, StageKind::FromCard(seat_share))
                .then_when(Condition::KnowsOldPrime, StageName::OldShare, StageKind::FromCard(seat_share)),
            Scheme::Words => sits.then(StageName::ShareWords, StageKind::FromCard(seat_words)),
        };
        let types = types.then(StageName::Take, StageKind::Do(take_share));
        list.add(if so_pin {
            types
                .then_when(Condition::NotGiven(Purpose::SoPin), StageName::SoPinWords, StageKind::FromCard(seat_so_pin))
                .then_when(Condition::NotGiven(Purpose::SoPin), StageName::TakeSoPin, StageKind::Do(take_so_pin))
        } else {
            types
        });
    }
}

fn quorum_opens(share: DkekShareNumber, quorum: Quorum, so_pin: bool, controlled: bool) -> Step {
    let opens = step(StepName::Open, Actor::Administrator).of(share);
    let opens = if controlled { opens.then(StageName::Control, StageKind::Do(try_wrong_share)) } else { opens };
    let opens = opens.then(StageName::Open, StageKind::Do(open_share_file));
    let opens = if so_pin { opens.then(StageName::SoPin, StageKind::Do(rebuild_so_pin)) } else { opens };
    let seats = || (1..=quorum.custodians()).map(Seat);
    opens
        .freeing_seats()
        .forgetting(seats().map(|seat| Handle::SeatShare(Purpose::DkekShare(share), seat)))
        .forgetting(seats().map(|seat| Handle::SeatShare(Purpose::SoPin, seat)))
}

/// Whoever has a card of an earlier set types it among those of today.
fn departed(share: DkekShareNumber) -> Step {
    step(StepName::DepartedShare, Actor::Administrator)
        .of(share)
        .only_if(Need::SetBefore(share))
        .then(StageName::Ask, StageKind::Choose(Question::Departed))
        .then_when(Condition::DepartedHere, StageName::Share, StageKind::Form(departed_share))
        .then_when(Condition::DepartedHere, StageName::Try, StageKind::Do(try_departed_share))
        .then_when(Condition::DepartedHere, StageName::Refused, StageKind::Read)
}

/// Of a card of before, nobody in this sitting says whose it is.
fn departed_share(known: &Known, step: &Step) -> Vec<Field> {
    let card = Purpose::DkekShare(step.share);
    let before = known.set_before(step.share).map(str::to_owned);
    match known.plan.scheme(step.share) {
        Some(Scheme::Words) => {
            let digits: String = before.unwrap_or_default().chars().filter(|c| *c != ' ').collect();
            let set = u32::from_str_radix(&digits, 16).ok();
            vec![Field::words(card, ExpectedWords { set, threshold: None, number: None, taken: Vec::new() })]
        }
        Some(Scheme::ScHsmTool) | None => vec![
            Field::new(FieldName::ShareId, FieldKind::ShareId { share: step.share, taken: Vec::new() }),
            Field::new(FieldName::ShareValue, FieldKind::ShareValue),
            Field::new(FieldName::CheckBytesIfAny, FieldKind::CheckBytes { optional: true, prime: before, of: None }),
        ],
    }
}

fn try_departed_share(known: &Known, step: &Step) -> Option<Act> {
    let Act::TryWrongShare(acts::TryWrongShare { share, seats, threshold, scheme, set, foreign }) =
        try_wrong_share(known, step)?
    else {
        return None;
    };
    let set_before = known.set_before(share)?.to_owned();
    Some(Act::from(acts::TryDepartedShare { share, seats, threshold, scheme, set, set_before, foreign }))
}

fn holder_opens(share: DkekShareNumber) -> Step {
    step(StepName::PasswordOpen, Actor::PasswordHolder)
        .of(share)
        .then(StageName::Password, StageKind::Form(password))
        .then(StageName::Open, StageKind::Do(open_with_password))
}

/// The number that must be on the card of the person at this seat; for a set made elsewhere, nobody knows who has
/// which.
fn sitter(known: &Known, step: &Step) -> Option<u8> {
    let sitter = step.seat().and_then(|seat| known.seats.sitter(seat)).map(CustodianNumber::get);
    sitter.filter(|_| !known.restored.shares_are_foreign())
}

/// The possible meanings of the ids given at the other seats.
fn taken(known: &Known, step: &Step, card: Purpose) -> Vec<Vec<u8>> {
    let others = known.seats.given(card).iter().filter(|(seat, _)| Some(*seat) != step.seat());
    others.map(|(_, ids)| ids.clone()).collect()
}

/// At a seat the prime, which is public, is on the screen if it is known. Whoever sits there has said which card they bring:
/// of a card dealt by this program, value and check bytes are typed, and these cover prime and id. Of a set made elsewhere,
/// nobody knows who has which card, and the first custodian types the prime too.
fn seat_share(known: &Known, step: &Step) -> Vec<Field> {
    let card = Purpose::DkekShare(step.share);
    let types_prime = types_set(known, step);
    let shown = known.shares.set(card).filter(|_| !types_prime).map(str::to_owned);
    let of = sitter(known, step).map(|id| (step.share, id));
    let prime = types_prime.then(|| Field::new(FieldName::Prime, FieldKind::Prime { expected: None }));
    let id = of.is_none().then(|| {
        let id = FieldKind::ShareId { share: step.share, taken: taken(known, step, card) };
        Field::new(FieldName::ShareId, id)
    });
    let optional = known.restored.shares_are_foreign();
    let check = if optional { FieldName::CheckBytesIfAny } else { FieldName::CheckBytes };
    let value = Field::new(FieldName::ShareValue, FieldKind::ShareValue);
    let check = Field::new(check, FieldKind::CheckBytes { optional, prime: shown, of });
    prime.into_iter().chain(id).chain([value, check]).collect()
}

fn seat_words(known: &Known, step: &Step) -> Vec<Field> {
    words(known, step, Purpose::DkekShare(step.share))
}

fn seat_so_pin(known: &Known, step: &Step) -> Vec<Field> {
    words(known, step, Purpose::SoPin)
}

fn words(known: &Known, step: &Step, card: Purpose) -> Vec<Field> {
    let expected = ExpectedWords {
        // For a set made elsewhere, no seat is more trustworthy than another.
        set: known.shares.set_number(card).filter(|_| !known.restored.shares_are_foreign()),
        threshold: known
            .plan
            .quorum(step.share)
            .map(Quorum::threshold)
            .filter(|_| !known.restored.shares_are_foreign()),
        number: sitter(known, step),
        taken: taken(known, step, card).concat(),
    };
    vec![Field::words(card, expected)]
}

/// The first seat types the prime of a set made elsewhere, including when everybody types again.
pub(in crate::ceremony) fn types_set(known: &Known, step: &Step) -> bool {
    known.shares.set(Purpose::DkekShare(step.share)).is_none() || retypes_set(known, step)
}

fn retypes_set(known: &Known, step: &Step) -> bool {
    known.restored.shares_are_foreign() && step.seat() == Some(Seat(1))
}

fn take_share(known: &Known, step: &Step) -> Option<Act> {
    take(known, step, Purpose::DkekShare(step.share), known.plan.scheme(step.share)?)
}

fn take_so_pin(known: &Known, step: &Step) -> Option<Act> {
    take(known, step, Purpose::SoPin, Scheme::Words)
}

fn take(known: &Known, step: &Step, card: Purpose, scheme: Scheme) -> Option<Act> {
    let again = if card == Purpose::SoPin { retypes_set(known, step) } else { types_set(known, step) };
    let set = known.shares.set(card).filter(|_| !again).map(str::to_owned);
    let threshold = known.plan.quorum(step.share)?.threshold();
    Some(
        acts::TakeShare {
            card,
            seat: step.seat()?,
            scheme,
            set,
            id: sitter(known, step),
            threshold,
            foreign: known.restored.shares_are_foreign(),
        }
        .into(),
    )
}

fn open_share_file(known: &Known, step: &Step) -> Option<Act> {
    let card = Purpose::DkekShare(step.share);
    Some(Act::from(acts::OpenShareFile {
        share: step.share,
        seats: known.seats.given(card).to_vec(),
        threshold: known.plan.quorum(step.share)?.threshold(),
        scheme: known.plan.scheme(step.share)?,
        set: known.shares.set(card)?.to_owned(),
        foreign: known.restored.shares_are_foreign(),
        kcv: known.shares.kcv(step.share),
    }))
}

fn try_wrong_share(known: &Known, step: &Step) -> Option<Act> {
    let card = Purpose::DkekShare(step.share);
    let threshold = known.plan.quorum(step.share)?.threshold();
    let given = known.seats.given(card).iter().take(threshold.into()).cloned();
    Some(Act::from(acts::TryWrongShare {
        share: step.share,
        seats: given.collect(),
        threshold,
        scheme: known.plan.scheme(step.share)?,
        set: known.shares.set(card)?.to_owned(),
        foreign: known.restored.shares_are_foreign(),
    }))
}

#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
fn rebuild_so_pin(known: &Known, _: &Step) -> Option<Act> {
    Some(acts::RebuildSoPin { seats: known.seats.given(Purpose::SoPin).iter().map(|(seat, _)| *seat).collect() }.into())
}

fn password(_: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::Password, FieldKind::Password)]
}

#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
fn open_with_password(known: &Known, step: &Step) -> Option<Act> {
    Some(
        acts::OpenWithPassword {
            share: step.share,
            kcv: known.shares.kcv(step.share),
            foreign: known.restored.shares_are_foreign(),
        }
        .into(),
    )
}

fn join(known: &Known, _: &Step) -> Option<Act> {
    Some(
        acts::JoinDkek { shares: u8::try_from(known.plan.dkek_shares.len()).ok()?, kcv: known.shares.dkek_kcv? }.into(),
    )
}
