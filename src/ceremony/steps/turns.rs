//! How all random values are drawn, and how the shares reach their custodians.

use crate::ceremony::known::Known;
use crate::ceremony::known::character::Cards;
use crate::ceremony::steps::{Actor, List, StageKind, Step, step};
use crate::clerk::{Act, acts};
use crate::fields::{ExpectedWords, Field, FieldKind};
use crate::names::{FieldName, StageName, StepName};
use crate::plan::Plan;
use crate::terms::{CustodianNumber, DeviceRole, DkekShareNumber, Handle, Purpose, Quorum, Scheme};

/// The generator is seeded, also by this device, passwords are typed, and everything is drawn.
pub fn deal(list: &mut List, plan: &Plan, role: DeviceRole) {
    if plan.dice > 0 {
        list.add(step(StepName::Dice, Actor::Administrator).then(StageName::Throw, StageKind::Form(dice)));
    }
    list.add(
        step(StepName::Entropy, Actor::Administrator)
            .on(role)
            .then(
                StageName::Mix,
                StageKind::Do(|known, step| {
                    let serial = Some(known.devices.serial(step.role)?);
                    Some(acts::MixEntropy { serial, dice: known.plan.dice }.into())
                }),
            )
            .then(StageName::Mixed, StageKind::Read)
            .forgetting([Handle::Dice]),
    );
    passwords_and_shares(list, plan, StageName::Deal);
}

/// The same where no device takes part, for a DKEK that was opened.
///
/// The vault must keep that DKEK until the shares are computed, or there would be nothing to encrypt for the new custodians.
/// It is given away there: from then on only the workers have it, until sealing ends.
pub fn deal_again(list: &mut List, plan: &Plan) {
    if plan.dice > 0 {
        list.add(step(StepName::Dice, Actor::Administrator).then(StageName::Throw, StageKind::Form(dice)));
    }
    list.add(
        step(StepName::Entropy, Actor::Administrator)
            .then(
                StageName::MixHost,
                StageKind::Do(|known, _| Some(acts::MixEntropy { serial: None, dice: known.plan.dice }.into())),
            )
            .then(StageName::MixedHost, StageKind::Read)
            .forgetting([Handle::Dice]),
    );
    passwords_and_shares(list, plan, StageName::DealAgain);
}

fn passwords_and_shares(list: &mut List, plan: &Plan, computing: StageName) {
    for share in plan.numbers().filter(|share| plan.quorum(*share).is_none()) {
        list.add(
            step(StepName::Password, Actor::PasswordHolder)
                .of(share)
                .then(StageName::New, StageKind::Form(new_password)),
        );
    }
    let deal = step(StepName::Deal, Actor::Administrator)
        .then(computing, StageKind::Do(draw))
        .then(if plan.first_quorum().is_some() { StageName::Dealt } else { StageName::DealtPasswords }, StageKind::Read)
        .forgetting([Handle::GeneratorSeed])
        .forgetting(plan.numbers().map(Handle::SharePassword));
    // If there is no custodian's turn, nothing else waits for the end of sealing.
    list.add(match plan.first_quorum() {
        Some(_) => deal,
        None => {
            deal.then(StageName::Seal, StageKind::Do(finish_sealing)).then(StageName::Empty, StageKind::Do(prove_empty))
        }
    });
}

/// Every custodian's turn, one DKEK share after another. Afterwards nothing is held.
pub fn turns(list: &mut List, plan: &Plan) {
    turns_then(list, plan, |last| last.then(StageName::Empty, StageKind::Do(prove_empty)));
}

/// The same where the old DKEK is held until the keys under it are wrapped anew.
pub fn turns_beside_old_dkek(list: &mut List, plan: &Plan) {
    turns_then(list, plan, |last| last);
}

fn turns_then(list: &mut List, plan: &Plan, ends: fn(Step) -> Step) {
    let mut all: Vec<Step> = Vec::new();
    let mut sections = Vec::new();
    for share in plan.numbers() {
        let (Some(quorum), Some(scheme)) = (plan.quorum(share), plan.scheme(share)) else { continue };
        sections.push(all.len());
        let so_pin = plan.so_pin_share() == Some(share);
        for custodian in quorum.numbers() {
            let mut turn = turn(share, custodian, scheme);
            if all.is_empty() {
                // The unencrypted DKEK shares and the passwords must be gone before anybody else sits down.
                turn = turn.then(StageName::Seal, StageKind::Do(finish_sealing));
            }
            if so_pin {
                all.push(turn);
                turn = so_pin_card(share, custodian);
            }
            all.push(turn);
        }
    }
    if let Some(last) = all.pop() {
        all.push(ends(last));
    }
    for (place, step) in all.into_iter().enumerate() {
        if sections.contains(&place) {
            list.section();
        }
        list.add(step);
    }
}

/// The share file is written.
pub fn share_file(share: DkekShareNumber) -> Step {
    step(StepName::ShareFile, Actor::Administrator)
        .of(share)
        .then(StageName::Write, StageKind::Do(|_, step| Some(acts::WriteShareFile { share: step.share }.into())))
        .then(StageName::Written, StageKind::Read)
}

/// One custodian's turn: reveal, note, hide, type everything from the card.
fn turn(share: DkekShareNumber, custodian: CustodianNumber, scheme: Scheme) -> Step {
    let card = Purpose::DkekShare(share);
    let turn = step(StepName::Custodian, Actor::Custodian(custodian)).of(share);
    let turn = match scheme {
        Scheme::ScHsmTool => turn.then(StageName::Reveal, StageKind::Reveal { card, note: StageName::Note }).then(
            if custodian.get() == 1 { StageName::Retype } else { StageName::RetypeRest },
            StageKind::FromCard(whole_card),
        ),
        Scheme::Words => turn
            .then(StageName::RevealWords, StageKind::Reveal { card, note: StageName::NoteWords })
            .then(StageName::RetypeWords, StageKind::FromCard(all_words)),
    };
    turn.then(StageName::Compare, StageKind::Do(compare))
        .forgetting([Handle::DealtShare(card, custodian), Handle::DealtCheck(share, custodian)])
}

/// The same custodian's second card: a share of the SO-PIN.
fn so_pin_card(share: DkekShareNumber, custodian: CustodianNumber) -> Step {
    step(StepName::SoPinCard, Actor::Custodian(custodian))
        .of(share)
        .then(StageName::RevealWords, StageKind::Reveal { card: Purpose::SoPin, note: StageName::NoteWords })
        .then(StageName::RetypeWords, StageKind::FromCard(so_pin_words))
        .then(StageName::Compare, StageKind::Do(compare_so_pin))
        .forgetting([Handle::DealtShare(Purpose::SoPin, custodian)])
}

#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
fn draw(known: &Known, _: &Step) -> Option<Act> {
    let so_pin = known.plan.so_pin_share().and_then(|share| known.plan.quorum(share));
    let dkek = match known.ceremony.cards {
        Cards::Changed => acts::DealtDkek::Opened,
        Cards::Replaced => acts::DealtDkek::InPlaceOfOpened,
        Cards::Dealt | Cards::Earlier | Cards::None => acts::DealtDkek::New,
    };
    Some(acts::Deal { dkek_shares: known.plan.dkek_shares.clone(), dkek, so_pin }.into())
}

#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
fn finish_sealing(_: &Known, _: &Step) -> Option<Act> {
    Some(acts::FinishSealing.into())
}

#[allow(clippy::unnecessary_wraps, reason = "the form of every act's maker")]
fn prove_empty(_: &Known, _: &Step) -> Option<Act> {
    Some(acts::ProveVaultEmpty.into())
}

fn compare(known: &Known, step: &Step) -> Option<Act> {
    Some(
        acts::CompareShare {
            card: Purpose::DkekShare(step.share),
            custodian: step.custodian()?,
            scheme: known.plan.scheme(step.share)?,
            set: known.shares.set(Purpose::DkekShare(step.share))?.to_owned(),
        }
        .into(),
    )
}

fn compare_so_pin(known: &Known, step: &Step) -> Option<Act> {
    Some(
        acts::CompareShare {
            card: Purpose::SoPin,
            custodian: step.custodian()?,
            scheme: Scheme::Words,
            set: known.shares.set(Purpose::SoPin)?.to_owned(),
        }
        .into(),
    )
}

/// What a custodian types back: value and check bytes. The id is their number, and the first custodian types the prime, which
/// all cards share, for everybody: the others compare it by eye, and their check bytes cover it.
fn whole_card(known: &Known, step: &Step) -> Vec<Field> {
    let set = known.shares.set(Purpose::DkekShare(step.share)).map(str::to_owned);
    let (prime, shown) = if types_prime(step) {
        (Some(Field::new(FieldName::Prime, FieldKind::Prime { expected: set })), None)
    } else {
        (None, set)
    };
    let of = step.custodian().map(|custodian| (step.share, custodian.get()));
    let check = FieldKind::CheckBytes { optional: false, prime: shown, of };
    prime
        .into_iter()
        .chain([Field::new(FieldName::ShareValue, FieldKind::ShareValue), Field::new(FieldName::CheckBytes, check)])
        .collect()
}

fn types_prime(step: &Step) -> bool {
    step.custodian().is_some_and(|custodian| custodian.get() == 1)
}

fn all_words(known: &Known, step: &Step) -> Vec<Field> {
    words(known, step, Purpose::DkekShare(step.share))
}

fn so_pin_words(known: &Known, step: &Step) -> Vec<Field> {
    words(known, step, Purpose::SoPin)
}

fn words(known: &Known, step: &Step, card: Purpose) -> Vec<Field> {
    let expected = ExpectedWords {
        set: known.shares.set_number(card),
        threshold: known.plan.quorum(step.share).map(Quorum::threshold),
        number: step.custodian().map(CustodianNumber::get),
        taken: Vec::new(),
    };
    vec![Field::words(card, expected)]
}

fn dice(known: &Known, _: &Step) -> Vec<Field> {
    vec![Field::new(FieldName::Dice, FieldKind::Dice { throws: known.plan.dice }).kept(Handle::Dice)]
}

fn new_password(_: &Known, step: &Step) -> Vec<Field> {
    let password = Field::new(FieldName::NewPassword, FieldKind::NewPassword).kept(Handle::SharePassword(step.share));
    vec![password, Field::new(FieldName::Again, FieldKind::Again(FieldName::NewPassword))]
}
