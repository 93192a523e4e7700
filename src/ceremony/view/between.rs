//! A question in between.

use crate::ceremony::known::resumed::Restarted;
use crate::ceremony::known::roll_call::with_role;
use crate::ceremony::machine::Machine;
use crate::ceremony::machine::input::ChoiceId;
use crate::ceremony::machine::interlude::{Change, Confirmation, Interlude};
use crate::ceremony::view::sentences::Sentences;
use crate::ceremony::view::{Asks, Body, OptionView};
use crate::fields::Field;
use crate::names::{ItemName, StageName, StepName};
use crate::script::{self, words};
use crate::terms::Person;

impl Machine {
    pub(super) fn between(&self, interlude: &Interlude, sentences: &Sentences<'_>) -> Body {
        let known = self.known();
        let stage = match interlude {
            Interlude::Stop { .. } => StageName::Stop,
            Interlude::Menu => StageName::Menu,
            Interlude::Note(_) => StageName::Note,
            Interlude::Break => StageName::Break,
            Interlude::AfterBreak => match known.progress.restarted {
                None => StageName::AfterBreak,
                Some(Restarted { void: false }) => StageName::AfterRestart,
                Some(Restarted { void: true }) => StageName::AfterRestartVoid,
            },
            Interlude::Confirms(Confirmation { changed: false, .. }) => StageName::Confirms,
            Interlude::Confirms(Confirmation { changed: true, .. }) => StageName::ConfirmsChange,
            Interlude::Who => StageName::Who,
            Interlude::Arrives => StageName::Arrives,
            Interlude::Goes => StageName::Goes,
            Interlude::Absent(_) => StageName::Absent,
            Interlude::Name(Person::Holder(holder), _) if self.known().knows_the_share(*holder).is_some() => {
                StageName::SubstituteKnown
            }
            Interlude::Name(Person::Holder(_), _) => StageName::Substitute,
            Interlude::Name(..) => StageName::StandIn,
            Interlude::Why(Change::StandsIn(..), _) => StageName::Why,
            Interlude::Why(Change::Leaves(_), _) => StageName::WhyLeaves,
            Interlude::Decides(Change::Leaves(_), ..) => StageName::DecidesLeaves,
            Interlude::Decides(Change::StandsIn(person, name), ..)
                if self.known().plan.checking(*person, name).is_empty() =>
            {
                StageName::DecidesStandIn
            }
            Interlude::Decides(Change::StandsIn(..), ..) => StageName::DecidesClash,
            Interlude::Identifies(_) => StageName::Identifies,
            Interlude::IdentifiedBy(..) => StageName::IdentifiedBy,
            Interlude::NotIdentified(..) => StageName::NotIdentified,
        };
        let texts = script::step(StepName::InBetween).stage(stage);
        let text = sentences.paragraphs(texts);
        let items = texts.map_or(&[][..], |texts| texts.items).iter();
        let items = items.map(|(item, text)| OptionView::open(ChoiceId::Item(*item), sentences.fill(text)));
        match interlude {
            Interlude::Menu => {
                let mut options: Vec<OptionView> = items.collect();
                if let Err(name) = self.may_break() {
                    for option in options.iter_mut().filter(|option| option.id == ChoiceId::Item(ItemName::Break)) {
                        option.closed = true;
                        option.text = words::BreakNotNow { name: &name }.to_string();
                    }
                }
                Body::Choose { text, options, asks: Asks::Between, may_leave: true }
            }
            Interlude::AfterBreak => {
                Body::Choose { text, options: items.collect(), asks: Asks::Between, may_leave: false }
            }
            Interlude::Who | Interlude::Arrives | Interlude::Goes => {
                let people = match interlude {
                    Interlude::Arrives => known.people.absent.iter().copied().collect(),
                    Interlude::Goes => self.may_go(),
                    _ => self.replaceable(),
                };
                let person = |person| OptionView::open(ChoiceId::Person(person), with_role(&known.plan, person));
                let options = people.into_iter().map(person).chain(items).collect();
                Body::Choose { text, options, asks: Asks::Between, may_leave: true }
            }
            Interlude::Absent(person) => {
                let replaceable = self.replaceable().contains(person);
                let options =
                    items.filter(|item| replaceable || item.id != ChoiceId::Item(ItemName::Substitute)).collect();
                Body::Choose { text, options, asks: Asks::Between, may_leave: false }
            }
            Interlude::Identifies(newcomer) => {
                let planned = known.arranged_identification(newcomer.name(known)).is_some();
                let options = items.filter(|item| planned || item.id != ChoiceId::Item(ItemName::AsPlanned)).collect();
                Body::Choose { text, options, asks: Asks::Between, may_leave: true }
            }
            Interlude::Break => Body::Read { text },
            Interlude::Stop { .. }
            | Interlude::Note(_)
            | Interlude::Confirms(_)
            | Interlude::Name(..)
            | Interlude::Why(..)
            | Interlude::Decides(..)
            | Interlude::IdentifiedBy(..)
            | Interlude::NotIdentified(..) => {
                let check = |field: &Field| self.between.get(&field.name).cloned().unwrap_or_else(|| field.untouched());
                let fields =
                    interlude.fields(known).iter().map(|field| self.field(field, &check(field), sentences)).collect();
                Body::Form { text, fields, irreversible: false, may_leave: true, may_deviate: false }
            }
        }
    }
}
