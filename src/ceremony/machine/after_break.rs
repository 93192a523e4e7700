//! Breaks: when there can be one, and who confirms afterwards that nothing was moved.

use crate::ceremony::known::Known;
use crate::ceremony::machine::Machine;
use crate::ceremony::machine::input::{ChoiceId, Input};
use crate::ceremony::machine::interlude::{Confirmation, Interlude};
use crate::ceremony::steps::{Actor, StageKind, hand_over};
use crate::fields::{Decider, Field, FieldCheck, FieldKind};
use crate::names::{FieldName, ItemName};
use crate::record::{Entry, Fact};
use crate::terms::{Person, alike};

/// What the administrator and somebody else fill in after a break.
pub(super) fn fields(known: &Known, changed: bool) -> Vec<Field> {
    let administrator = known.plan.administrator.clone();
    let signs = hand_over::signs(&administrator, None);
    let people = confirmers(known);
    let reader = if people.iter().all(|one| one.name == administrator) { Vec::new() } else { vec![administrator] };
    let mut fields = vec![
        Field::new(FieldName::AdministratorSigns, FieldKind::Sign(signs)),
        Field::new(FieldName::ConfirmedBy, FieldKind::Confirmer { people, reader }),
    ];
    fields.extend(changed.then(|| Field::new(FieldName::WhatChanged, FieldKind::Reason)));
    fields
}

/// The auditors who are here; without any, everybody else who is; if nobody else is here, the administrator.
fn confirmers(known: &Known) -> Vec<Decider> {
    let others = known.deciders(std::slice::from_ref(&known.plan.administrator));
    let audits = |one: &&Decider| {
        let auditors = known.plan.people().into_iter().filter(|person| matches!(person, Person::Auditor(_)));
        auditors.into_iter().any(|person| !known.is_absent(person) && alike(known.plan.name_of(person), &one.name))
    };
    let auditors: Vec<Decider> = others.iter().filter(audits).cloned().collect();
    match (auditors.is_empty(), others.is_empty()) {
        (false, _) => auditors,
        (true, false) => others,
        (true, true) => known.deciders(&[]),
    }
}

impl Confirmation {
    /// The text typed so far into a field was checked.
    pub(super) fn checked(&mut self, field: FieldName, check: &FieldCheck, text: Option<String>) {
        if field == FieldName::AdministratorSigns {
            self.signed = *check == FieldCheck::Good;
        } else if field == FieldName::ConfirmedBy {
            self.by = text;
        } else if field == FieldName::WhatChanged {
            self.what = text;
        }
    }
}

impl Machine {
    /// Whether people can take a break now; if not, whose turn has to end first. In the middle of a turn, something that is
    /// theirs alone is kept for them, or lies open on the table.
    pub(in crate::ceremony) fn may_break(&self) -> Result<(), String> {
        let (Some(step), Some(stage)) = (self.step(), self.stage()) else { return Ok(()) };
        let in_a_turn = match stage.kind {
            StageKind::HandOver | StageKind::Choose(_) => false,
            StageKind::Read
            | StageKind::Tick
            | StageKind::RollCall(_)
            | StageKind::PickKeys
            | StageKind::SignOut
            | StageKind::Form(_)
            | StageKind::FromCard(_)
            | StageKind::Confirm(_)
            | StageKind::Danger(_)
            | StageKind::Reveal { .. }
            | StageKind::RevealPin { .. }
            | StageKind::Do(_)
            | StageKind::States(_)
            | StageKind::Deviates(_) => step.actor != Actor::Administrator && !self.nobody_acts,
        };
        if in_a_turn { Err(step.person(&self.known).unwrap_or_default().to_owned()) } else { Ok(()) }
    }

    /// Whether anything has changed. There is no way past it: a break without an answer proves nothing.
    pub(super) fn after_break(&mut self, input: &Input) {
        match input {
            Input::Chose(ChoiceId::Item(item @ (ItemName::Unchanged | ItemName::Changed))) => {
                let changed = *item == ItemName::Changed;
                self.ask_next(Interlude::Confirms(Confirmation { changed, ..Confirmation::default() }));
            }
            Input::Stop => self.ask_next(Interlude::STOP),
            _ => self.interlude = Some(Interlude::AfterBreak),
        }
    }

    /// Who confirms it, and what has changed.
    pub(super) fn confirms(&mut self, confirmation: Confirmation, input: &Input) {
        match (input, &confirmation) {
            (Input::Leave, _) => self.ask_next(Interlude::AfterBreak),
            (Input::Stop, _) => self.ask_next(Interlude::STOP),
            (Input::GoOn, Confirmation { changed, signed: true, by: Some(by), what })
                if !*changed || what.is_some() =>
            {
                let administrator = self.known.plan.administrator.clone();
                let confirmed_by = self.known.decider(by, &[]);
                let changed = what.as_ref().filter(|_| *changed).map(|what| what.trim().to_owned());
                let fact = Fact::AfterBreak { administrator, confirmed_by, changed };
                self.emit(Entry::Learned { step: self.number(), fact });
                self.back();
            }
            _ => self.interlude = Some(Interlude::Confirms(confirmation)),
        }
    }
}
