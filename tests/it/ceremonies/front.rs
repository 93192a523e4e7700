//! A front where people do something of their own now and then.

use hsm_ceremony::ceremony::{Body, ChoiceId, FieldState, Input, Machine, Recovery, View};
use hsm_ceremony::fields::{FieldCheck, FieldKind, check};
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::record::Entry;
use hsm_ceremony::vault::Vault;

/// What people at a scripted front see.
pub struct Front<'a> {
    pub machine: &'a Machine,
    pub vault: &'a mut Vault,
    pub view: &'a View,
    pub entries: &'a [Entry],
}

/// What they do about it.
pub enum Turn {
    /// What the autopilot does; of a fault's choices the first.
    Autopilot,
    /// This.
    Do(Input),
}

impl Front<'_> {
    /// The step's name in the script.
    pub fn step(&self) -> &'static str {
        self.machine.step().map_or("", |step| step.id.word())
    }

    /// The empty field of this kind, where the screen has one.
    pub fn empty(&self, kind: fn(&FieldKind) -> bool) -> Option<FieldName> {
        let Body::Form { fields, .. } = &self.view.body else { return None };
        let field = fields.iter().find(|field| kind(&field.kind) && field.state == FieldState::Empty);
        field.map(|field| field.name)
    }

    /// Types a field anew.
    pub fn types(&mut self, name: FieldName, text: &str) -> Turn {
        let typing = self.vault.typing(name);
        typing.clear();
        text.bytes().for_each(|byte| typing.push(byte).unwrap());
        Turn::Do(Input::Edited(name))
    }

    /// The names of what is wrong with what was typed; the screen says so beside each field.
    pub fn wrong(&self) -> Vec<&'static str> {
        let Body::Form { fields, .. } = &self.view.body else { return Vec::new() };
        let checked = fields.iter().map(|field| (check(&field.kind, field.name, self.vault), &field.state));
        checked
            .filter_map(|(check, state)| match check {
                FieldCheck::Wrong { fault, .. } => {
                    assert!(matches!(state, FieldState::Wrong(sentence) if !sentence.is_empty()), "{}", fault.name);
                    Some(fault.name.word())
                }
                _ => None,
            })
            .collect()
    }

    /// Chooses what stands at this place of the screen.
    pub fn pick(&self, place: usize) -> Turn {
        let (Body::Choose { options, .. } | Body::Fault { choices: options, .. }) = &self.view.body else {
            panic!("nothing to choose: {:?}", self.view.body)
        };
        Turn::Do(Input::Chose(options[place].id.clone()))
    }

    /// Chooses this item of the script, which must be on the screen.
    pub fn item(&self, name: ItemName) -> Turn {
        let Body::Choose { options, .. } = &self.view.body else { panic!("nothing to choose: {:?}", self.view.body) };
        let id = ChoiceId::Item(name);
        assert!(options.iter().any(|option| option.id == id), "{name:?} is not on the screen: {options:?}");
        Turn::Do(Input::Chose(id))
    }

    /// Ticks what stands at this place of the screen.
    pub fn tick(&self, place: usize) -> Turn {
        let Body::Tick { items, .. } = &self.view.body else { panic!("nothing to tick: {:?}", self.view.body) };
        Turn::Do(Input::Tick(items[place].id))
    }

    /// The fault on the screen: its name in the record.
    pub fn fault(&self) -> Option<&str> {
        match (&self.view.body, self.entries.last()) {
            (Body::Fault { .. }, Some(Entry::Failed { fault, .. })) => Some(fault),
            _ => None,
        }
    }

    /// Chooses this way on.
    pub fn goes_on_with(&self, recovery: Recovery) -> Turn {
        let Some(Entry::Failed { .. }) = self.entries.last() else { panic!("nothing failed") };
        Turn::Do(Input::Chose(ChoiceId::Recovery(recovery)))
    }
}
