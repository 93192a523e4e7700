//! How everything random comes about, and how the shares come to their custodians.

use crate::ceremony::act::Act;
use crate::ceremony::known::State;
use crate::ceremony::steps::{Actor, Kind, List, Step, step};
use crate::fields::{ExpectedWords, Field, FieldKind};
use crate::names::FieldName;
use crate::plan::Plan;
use crate::terms::{CustodianNumber, DkekShareNumber, Handle, Purpose, Quorum, Scheme};

/// The generator is seeded, passwords are typed, and everything is drawn.
pub fn deal(list: &mut List, plan: &Plan) {
    if plan.dice > 0 {
        list.add(step("dice", Actor::Administrator).then("throw", Kind::Form(dice)));
    }
    list.add(
        step("entropy", Actor::Administrator)
            .then(
                "mix",
                Kind::Do(|state, step| {
                    Some(Act::MixEntropy { serial: state.serial(step.role)?, dice: state.plan.dice })
                }),
            )
            .then("mixed", Kind::Read)
            .forgetting([Handle::Dice]),
    );
    for share in plan.numbers().filter(|share| plan.quorum(*share).is_none()) {
        list.add(step("password", Actor::PasswordHolder).of(share).then("new", Kind::Form(new_password)));
    }
    let deal = step("deal", Actor::Administrator)
        .then("deal", Kind::Do(draw))
        .then(if plan.first_quorum().is_some() { "dealt" } else { "dealt-passwords" }, Kind::Read)
        .forgetting([Handle::GeneratorSeed])
        .forgetting(plan.numbers().map(Handle::SharePassword));
    // Where no custodian's turn comes, nothing else waits for the end of sealing.
    list.add(match plan.first_quorum() {
        Some(_) => deal,
        None => deal.then("seal", Kind::Do(finish_sealing)).then("empty", Kind::Do(prove_empty)),
    });
}

/// Every custodian's turn, DKEK share by DKEK share.
pub fn turns(list: &mut List, plan: &Plan) {
    let mut all: Vec<Step> = Vec::new();
    let mut sections = Vec::new();
    for share in plan.numbers() {
        let (Some(quorum), Some(scheme)) = (plan.quorum(share), plan.scheme(share)) else { continue };
        sections.push(all.len());
        let so_pin = plan.so_pin_share() == Some(share);
        for custodian in quorum.numbers() {
            let mut turn = turn(share, custodian, scheme);
            if all.is_empty() {
                // The plain DKEK shares and the passwords must be gone before anybody else sits down.
                turn = turn.then("seal", Kind::Do(finish_sealing));
            }
            if so_pin {
                all.push(turn);
                turn = so_pin_card(share, custodian);
            }
            all.push(turn.then("bag", Kind::Form(bag)));
        }
    }
    if let Some(last) = all.pop() {
        all.push(last.then("empty", Kind::Do(prove_empty)));
    }
    for (place, step) in all.into_iter().enumerate() {
        if sections.contains(&place) {
            list.section();
        }
        list.add(step);
    }
}

/// One custodian's turn: reveal, note, hide, type everything from the card, put the card away.
fn turn(share: DkekShareNumber, custodian: CustodianNumber, scheme: Scheme) -> Step {
    let card = Purpose::DkekShare(share);
    let turn = step("custodian", Actor::Custodian(custodian)).of(share);
    let turn = match scheme {
        Scheme::ScHsmTool => turn.then("reveal", Kind::Reveal(card)).then("retype", Kind::Form(whole_card)),
        Scheme::Words => turn.then("reveal-words", Kind::Reveal(card)).then("retype-words", Kind::Form(all_words)),
    };
    turn.then("compare", Kind::Do(compare))
        .forgetting([Handle::DealtShare(card, custodian), Handle::DealtCheck(share, custodian)])
}

/// The same custodian's second card: a share of the SO-PIN.
fn so_pin_card(share: DkekShareNumber, custodian: CustodianNumber) -> Step {
    step("so-pin-card", Actor::Custodian(custodian))
        .of(share)
        .then("reveal-words", Kind::Reveal(Purpose::SoPin))
        .then("retype-words", Kind::Form(so_pin_words))
        .then("compare", Kind::Do(compare_so_pin))
        .forgetting([Handle::DealtShare(Purpose::SoPin, custodian)])
}

#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
fn draw(state: &State, _: &Step) -> Option<Act> {
    let so_pin = state.plan.so_pin_share().and_then(|share| state.plan.quorum(share));
    Some(Act::Deal { dkek_shares: state.plan.dkek_shares.clone(), so_pin })
}

#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
const fn finish_sealing(_: &State, _: &Step) -> Option<Act> {
    Some(Act::FinishSealing)
}

#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
const fn prove_empty(_: &State, _: &Step) -> Option<Act> {
    Some(Act::ProveVaultEmpty)
}

fn custodian_of(step: &Step) -> Option<CustodianNumber> {
    match step.actor {
        Actor::Custodian(custodian) => Some(custodian),
        _ => None,
    }
}

fn compare(state: &State, step: &Step) -> Option<Act> {
    Some(Act::CompareShare {
        card: Purpose::DkekShare(step.share),
        custodian: custodian_of(step)?,
        scheme: state.plan.scheme(step.share)?,
        set: state.set(Purpose::DkekShare(step.share))?.to_owned(),
    })
}

fn compare_so_pin(state: &State, step: &Step) -> Option<Act> {
    Some(Act::CompareShare {
        card: Purpose::SoPin,
        custodian: custodian_of(step)?,
        scheme: Scheme::Words,
        set: state.set(Purpose::SoPin)?.to_owned(),
    })
}

/// The whole card: prime, id, value, check bytes, as its custodian noted it.
pub fn whole_card(state: &State, step: &Step) -> Vec<Field> {
    let expected = custodian_of(step).map(CustodianNumber::get);
    let prime = state.set(Purpose::DkekShare(step.share)).map(str::to_owned);
    let id = FieldKind::ShareId { share: step.share, expected, taken: Vec::new(), foreign: false };
    vec![
        Field::new(FieldName::Prime, FieldKind::Prime { expected: prime }),
        Field::new(FieldName::ShareId, id),
        Field::new(FieldName::ShareValue, FieldKind::ShareValue),
        Field::new(FieldName::CheckBytes, FieldKind::CheckBytes { optional: false, prime: None }),
    ]
}

fn all_words(state: &State, step: &Step) -> Vec<Field> {
    words(state, step, Purpose::DkekShare(step.share))
}

fn so_pin_words(state: &State, step: &Step) -> Vec<Field> {
    words(state, step, Purpose::SoPin)
}

fn words(state: &State, step: &Step, card: Purpose) -> Vec<Field> {
    let expected = ExpectedWords {
        set: state.set_number(card),
        threshold: state.plan.quorum(step.share).map(Quorum::threshold),
        number: custodian_of(step).map(CustodianNumber::get),
        taken: Vec::new(),
    };
    vec![Field::words(card, expected)]
}

fn dice(state: &State, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::Dice, FieldKind::Dice { throws: state.plan.dice }).kept(Handle::Dice)]
}

fn new_password(_: &State, step: &Step) -> Vec<Field> {
    let password = Field::new(FieldName::NewPassword, FieldKind::NewPassword).kept(Handle::SharePassword(step.share));
    vec![password, Field::new(FieldName::Again, FieldKind::Again(FieldName::NewPassword))]
}

fn bag(_: &State, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::Bag, FieldKind::Line { optional: true })]
}
