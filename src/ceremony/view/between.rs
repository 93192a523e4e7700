//! A question in between.

use crate::ceremony::machine::Machine;
use crate::ceremony::machine::input::ChoiceId;
use crate::ceremony::machine::interlude::Interlude;
use crate::ceremony::view::sentences::Sentences;
use crate::ceremony::view::{Asks, Body, OptionView};
use crate::fields::Field;
use crate::names::{StageName, StepName};
use crate::script;

impl Machine {
    pub(super) fn between(&self, interlude: &Interlude, sentences: &Sentences<'_>) -> Body {
        let stage = match interlude {
            Interlude::Stop { .. } => StageName::Stop,
            Interlude::Menu => StageName::Menu,
            Interlude::Note(_) => StageName::Note,
            Interlude::Break => StageName::Break,
            Interlude::Who => StageName::Who,
            Interlude::Name(holder, _) if self.known().knows_the_share(*holder).is_some() => StageName::SubstituteKnown,
            Interlude::Name(..) => StageName::Substitute,
        };
        let texts = script::step(StepName::InBetween).stage(stage);
        let text = sentences.paragraphs(texts);
        let items = texts.map_or(&[][..], |texts| texts.items).iter();
        let items = items.map(|(item, text)| OptionView::open(ChoiceId::Item(*item), *text));
        match interlude {
            Interlude::Menu => Body::Choose { text, options: items.collect(), asks: Asks::Between, may_leave: true },
            Interlude::Who => {
                let plan = &self.known().plan;
                let holders = self
                    .replaceable()
                    .into_iter()
                    .map(|holder| OptionView::open(ChoiceId::Holder(holder), holder.name(plan)));
                Body::Choose { text, options: holders.chain(items).collect(), asks: Asks::Between, may_leave: true }
            }
            Interlude::Break => Body::Read { text },
            Interlude::Stop { .. } | Interlude::Note(_) | Interlude::Name(..) => {
                let check = |field: &Field| self.between.get(&field.name).cloned().unwrap_or_else(|| field.untouched());
                let fields =
                    interlude.fields().iter().map(|field| self.field(field, &check(field), sentences)).collect();
                Body::Form { text, fields, irreversible: false, may_leave: true, may_deviate: false }
            }
        }
    }
}
