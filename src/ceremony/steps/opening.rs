//! How the DKEK shares come back: quorums type their shares from paper, holders their passwords, and the written share
//! files open.

use crate::ceremony::act::Act;
use crate::ceremony::known::State;
use crate::ceremony::steps::{Actor, Kind, List, Question, Step, When, step};
use crate::fields::{ExpectedWords, Field, FieldKind};
use crate::names::FieldName;
use crate::plan::Plan;
use crate::terms::{CustodianNumber, DkekShareNumber, Handle, Purpose, Quorum, Scheme, Seat};

/// All share files are opened, one after the other, and the DKEK shares are joined.
pub fn open_all(list: &mut List, plan: &Plan) {
    let last = plan.dkek_shares.len();
    for share in plan.numbers() {
        list.section();
        let open = match (plan.quorum(share), plan.scheme(share)) {
            (Some(quorum), Some(scheme)) => {
                let so_pin = plan.so_pin_share() == Some(share);
                seats(list, share, quorum, scheme, so_pin);
                quorum_opens(share, quorum, so_pin)
            }
            _ => holder_opens(share),
        };
        let salvages = plan.quorum(share).is_some();
        let open = if usize::from(share.get()) == last {
            open.then("join", Kind::Do(join))
                .then("opened", Kind::Read)
                .forgetting(plan.numbers().map(Handle::DkekShare))
        } else {
            open.then("opened-one", Kind::Read)
        };
        list.add(if salvages { open.then_when(When::Salvaged, "salvaged", Kind::Read) } else { open });
    }
}

/// M custodians, and more if needed, type what is on their cards.
fn seats(list: &mut List, share: DkekShareNumber, quorum: Quorum, scheme: Scheme, so_pin: bool) {
    for seat in (1..=quorum.custodians()).map(Seat) {
        let sits = step("seat", Actor::Seat(seat))
            .of(share)
            .only_if_needed(seat.0 > quorum.threshold())
            .then("sitter", Kind::Choose(Question::Sitter(seat)));
        let types = match scheme {
            Scheme::ScHsmTool => sits
                .then_when(When::TypesPrime, "first-share", Kind::Form(seat_share))
                .then_when(When::KnowsPrime, "share", Kind::Form(seat_share))
                .then_when(When::KnowsOldPrime, "old-share", Kind::Form(seat_share)),
            Scheme::Words => sits.then("share-words", Kind::Form(seat_words)),
        };
        let types = types.then("take", Kind::Do(take_share));
        list.add(if so_pin {
            types.then("so-pin-words", Kind::Form(seat_so_pin)).then("take-so-pin", Kind::Do(take_so_pin))
        } else {
            types
        });
    }
}

fn quorum_opens(share: DkekShareNumber, quorum: Quorum, so_pin: bool) -> Step {
    let opens = step("open", Actor::Administrator).of(share).then("open", Kind::Do(open_share_file));
    let opens = if so_pin { opens.then("so-pin", Kind::Do(rebuild_so_pin)) } else { opens };
    let seats = || (1..=quorum.custodians()).map(Seat);
    opens
        .forgetting(seats().map(|seat| Handle::SeatShare(Purpose::DkekShare(share), seat)))
        .forgetting(seats().map(|seat| Handle::SeatShare(Purpose::SoPin, seat)))
}

fn holder_opens(share: DkekShareNumber) -> Step {
    step("password-open", Actor::PasswordHolder)
        .of(share)
        .then("password", Kind::Form(password))
        .then("open", Kind::Do(open_with_password))
}

fn seat_of(step: &Step) -> Option<Seat> {
    match step.actor {
        Actor::Seat(seat) => Some(seat),
        _ => None,
    }
}

/// The number that the card of whoever sits here must have; of a set made elsewhere nobody knows who has which.
fn sitter(state: &State, step: &Step) -> Option<u8> {
    let sitter = seat_of(step).and_then(|seat| state.sitter(seat)).map(CustodianNumber::get);
    sitter.filter(|_| !state.is_foreign())
}

/// The ids that were given at the other seats.
fn taken(state: &State, step: &Step, card: Purpose) -> Vec<u8> {
    let others = state.given(card).iter().filter(|(seat, _)| Some(*seat) != seat_of(step));
    others.filter_map(|(_, ids)| ids.first().copied()).collect()
}

/// At a seat the prime is on the screen where it is known, for it is public; id and value come from the card. The first of a
/// set made elsewhere types the prime too.
fn seat_share(state: &State, step: &Step) -> Vec<Field> {
    let card = Purpose::DkekShare(step.share);
    let types_prime = types_set(state, step);
    let known = state.set(card).filter(|_| !types_prime).map(str::to_owned);
    let id = FieldKind::ShareId {
        share: step.share,
        expected: sitter(state, step),
        taken: taken(state, step, card),
        foreign: state.is_foreign(),
    };
    let prime = types_prime.then(|| Field::new(FieldName::Prime, FieldKind::Prime { expected: None }));
    prime
        .into_iter()
        .chain([
            Field::new(FieldName::ShareId, id),
            Field::new(FieldName::ShareValue, FieldKind::ShareValue),
            Field::new(FieldName::CheckBytesIfAny, FieldKind::CheckBytes { optional: true, prime: known }),
        ])
        .collect()
}

fn seat_words(state: &State, step: &Step) -> Vec<Field> {
    words(state, step, Purpose::DkekShare(step.share))
}

fn seat_so_pin(state: &State, step: &Step) -> Vec<Field> {
    words(state, step, Purpose::SoPin)
}

fn words(state: &State, step: &Step, card: Purpose) -> Vec<Field> {
    let expected = ExpectedWords {
        // Of a set made elsewhere, no seat is more to be believed than another.
        set: state.set_number(card).filter(|_| !state.is_foreign()),
        threshold: state.plan.quorum(step.share).map(Quorum::threshold).filter(|_| !state.is_foreign()),
        number: sitter(state, step),
        taken: taken(state, step, card),
    };
    vec![Field::words(card, expected)]
}

/// The first seat types the prime of a set made elsewhere, also when everybody types again.
pub(in crate::ceremony) fn types_set(state: &State, step: &Step) -> bool {
    state.set(Purpose::DkekShare(step.share)).is_none() || retypes_set(state, step)
}

fn retypes_set(state: &State, step: &Step) -> bool {
    state.is_foreign() && seat_of(step) == Some(Seat(1))
}

fn take_share(state: &State, step: &Step) -> Option<Act> {
    take(state, step, Purpose::DkekShare(step.share), state.plan.scheme(step.share)?)
}

fn take_so_pin(state: &State, step: &Step) -> Option<Act> {
    take(state, step, Purpose::SoPin, Scheme::Words)
}

fn take(state: &State, step: &Step, card: Purpose, scheme: Scheme) -> Option<Act> {
    let again = if card == Purpose::SoPin { retypes_set(state, step) } else { types_set(state, step) };
    let set = state.set(card).filter(|_| !again).map(str::to_owned);
    let threshold = state.plan.quorum(step.share)?.threshold();
    Some(Act::TakeShare { card, seat: seat_of(step)?, scheme, set, threshold, foreign: state.is_foreign() })
}

fn open_share_file(state: &State, step: &Step) -> Option<Act> {
    let card = Purpose::DkekShare(step.share);
    Some(Act::OpenShareFile {
        share: step.share,
        seats: state.given(card).to_vec(),
        threshold: state.plan.quorum(step.share)?.threshold(),
        scheme: state.plan.scheme(step.share)?,
        set: state.set(card)?.to_owned(),
        foreign: state.is_foreign(),
        kcv: state.share_kcv(step.share),
    })
}

#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
fn rebuild_so_pin(state: &State, _: &Step) -> Option<Act> {
    Some(Act::RebuildSoPin { seats: state.given(Purpose::SoPin).iter().map(|(seat, _)| *seat).collect() })
}

fn password(_: &State, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::Password, FieldKind::Password)]
}

#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
fn open_with_password(state: &State, step: &Step) -> Option<Act> {
    Some(Act::OpenWithPassword { share: step.share, kcv: state.share_kcv(step.share), foreign: state.is_foreign() })
}

fn join(state: &State, _: &Step) -> Option<Act> {
    Some(Act::JoinDkek { shares: u8::try_from(state.plan.dkek_shares.len()).ok()?, kcv: state.kcv? })
}
