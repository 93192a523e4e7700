//! A front end where people occasionally act on their own.

use hsm_ceremony::ceremony::{Asks, Body, ChoiceId, FieldState, Input, Machine, Recovery, View};
use hsm_ceremony::fields::{FieldCheck, FieldKind, check};
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::record::Entry;
use hsm_ceremony::vault::Vault;

/// What people see at a scripted front end.
pub struct Front<'a> {
    pub machine: &'a Machine,
    pub vault: &'a mut Vault,
    pub view: &'a View,
    pub entries: &'a [Entry],
}

/// What they do about it.
pub enum Turn {
    /// The autopilot's action; for a fault, the first choice.
    Autopilot,
    /// This input.
    Do(Input),
    /// Nothing, for so many milliseconds.
    Wait(u64),
    /// The key for this input, held down for three seconds.
    Hold(Input),
}

impl Front<'_> {
    /// The step's name in the script.
    pub fn step(&self) -> &'static str {
        self.machine.step().map_or("", |step| step.id.word())
    }

    /// The empty field of this kind, if the screen has one.
    pub fn empty(&self, kind: fn(&FieldKind) -> bool) -> Option<FieldName> {
        let Body::Form { fields, .. } = &self.view.body else { return None };
        let field = fields.iter().find(|field| kind(&field.kind) && field.state == FieldState::Empty);
        field.map(|field| field.name)
    }

    /// Clears a field and types into it.
    pub fn types(&mut self, name: FieldName, text: &str) -> Turn {
        let typing = self.vault.typing(name);
        typing.clear();
        text.chars().for_each(|character| typing.put(typing.len(), character).unwrap());
        Turn::Do(Input::Edited(name))
    }

    /// What is wrong with the text that was just typed into a field of this form.
    pub fn wrong_now(&self, name: FieldName) -> Option<&'static str> {
        let Body::Form { fields, .. } = &self.view.body else { return None };
        let field = fields.iter().find(|field| field.name == name)?;
        match check(&field.kind, name, self.vault) {
            FieldCheck::Wrong { fault, .. } => Some(fault.name.word()),
            _ => None,
        }
    }

    /// The names of the errors in the typed text; the screen shows them beside each field.
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

    /// Chooses the option at this place on the screen.
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

    /// If the screen asks who acts in place of somebody absent: they have come.
    pub fn arrives(&self) -> Option<Turn> {
        let Body::Choose { options, asks: Asks::Between, .. } = &self.view.body else { return None };
        let arrived = ChoiceId::Item(ItemName::Arrived);
        options.iter().any(|option| option.id == arrived).then_some(Turn::Do(Input::Chose(arrived)))
    }

    /// If the screen asks who decided that somebody stands in: whoever is named first.
    pub fn decides(&mut self) -> Option<Turn> {
        let Body::Form { fields, .. } = &self.view.body else { return None };
        let [field] = fields.as_slice() else { return None };
        let FieldKind::Decider { people, .. } = &field.kind else { return None };
        match field.state {
            FieldState::Good => Some(Turn::Do(Input::GoOn)),
            FieldState::Empty => Some(self.types(FieldName::DecidedBy, &people.first()?.name.clone())),
            FieldState::Typing(_) | FieldState::Complete(_) | FieldState::Wrong(_) => None,
        }
    }

    /// Ticks what stands at this place of the screen.
    pub fn tick(&self, place: usize) -> Turn {
        let Body::Tick { items, .. } = &self.view.body else { panic!("nothing to tick: {:?}", self.view.body) };
        Turn::Do(Input::Tick(items[place].id))
    }

    /// The fault on the screen: its name in the record.
    pub fn fault(&self) -> Option<&str> {
        match (&self.view.body, self.failed()) {
            (Body::Fault { .. }, Some(Entry::Failed { fault, .. })) => Some(fault),
            _ => None,
        }
    }

    /// The failure on the screen. One that came back when people tried again is recorded once.
    fn failed(&self) -> Option<&Entry> {
        self.entries.iter().rfind(|entry| !matches!(entry, Entry::Recovered { .. }))
    }

    /// Chooses this way to continue.
    pub fn goes_on_with(&self, recovery: Recovery) -> Turn {
        let Some(Entry::Failed { .. }) = self.failed() else { panic!("nothing failed") };
        Turn::Do(Input::Chose(ChoiceId::Recovery(recovery)))
    }
}
