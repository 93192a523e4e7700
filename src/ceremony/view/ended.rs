//! The last screen.

use crate::ceremony::known::Known;
use crate::ceremony::known::character::Cards;
use crate::ceremony::machine::farewell::Heard;
use crate::ceremony::machine::{Asking, Machine};
use crate::ceremony::view::Body;
use crate::ceremony::view::sentences::Sentences;
use crate::ceremony::view::values::{asked as shares_asked, changed};
use crate::names::{StageName, StepName};
use crate::record::Ending;
use crate::script::{self, words};
use crate::terms::Serial;

impl Machine {
    pub(super) fn ended(&self, ending: Ending, sentences: &Sentences<'_>) -> Body {
        let stage = match ending {
            Ending::Complete if self.known().progress.deviations == 0 => StageName::Complete,
            Ending::Complete => StageName::Deviations,
            Ending::Aborted => StageName::Aborted,
        };
        let mut text = sentences.paragraphs(script::step(StepName::Ended).stage(stage));
        let heard = self.farewell.as_ref().map(|farewell| (farewell.heard, shares_asked(farewell.asked())));
        text.extend(heard.as_ref().map(|(heard, asked)| match heard {
            Heard::Reads | Heard::Types => words::ENDED_CONFIRM.to_owned(),
            Heard::Other => words::EndedOtherWords { asked }.to_string(),
            Heard::Right => words::EndedConfirmed { asked }.to_string(),
        }));
        let confirms = heard.is_some_and(|(heard, _)| heard != Heard::Right);
        Body::Ended { text, confirms }
    }

    /// Two words of the record's last digest, from notes.
    pub(super) fn types_digest(&self, asking: &Asking, sentences: &Sentences<'_>) -> Body {
        let text = sentences.paragraphs(script::step(StepName::Ended).stage(StageName::Heard));
        let fields = asking.fields.iter().zip(&asking.checks);
        let fields = fields.map(|(field, check)| self.field(field, check, sentences)).collect();
        Body::Form { text, fields, irreversible: false, may_leave: true, may_deviate: false }
    }
}

/// What happens to the cards if people stop halfway: if a device has, or may have, an SO-PIN from cards, those cards
/// are the only copy of it.
pub(in crate::ceremony) fn fate_of_the_cards(known: &Known) -> &'static str {
    let erased = !known.devices.initialised.is_empty() || known.doubt.devices().next().is_some();
    if known.ceremony.cards != Cards::Dealt {
        words::CARDS_KEEP_ALL
    } else if erased && known.plan.so_pin_share().is_some() {
        words::CARDS_KEEP_SO_PIN
    } else if known.shares.sets.is_empty() && known.shares.kcvs.is_empty() {
        words::CARDS_NONE
    } else {
        words::CARDS_DESTROY
    }
}

/// Which devices this sitting changed, for people who stop halfway.
pub(in crate::ceremony) fn what_was_changed(known: &Known) -> String {
    let erased: Vec<Serial> = known.devices.initialised.iter().filter_map(|role| known.devices.serial(*role)).collect();
    let list = |serials: Vec<String>| (!serials.is_empty()).then(|| serials.join(", "));
    let perhaps = known.doubt.devices().filter(|serial| !erased.contains(serial)).map(Serial::to_string);
    let perhaps = list(perhaps.collect()).map(|serials| words::ChangedPerhaps { serials }.to_string());
    let erased = list(erased.iter().map(Serial::to_string).collect());
    let erased = erased.map(|serials| words::ChangedDevices { serials }.to_string());
    let said: Vec<String> = erased.into_iter().chain(perhaps).chain(changed(known)).collect();
    if said.is_empty() { words::CHANGED_NOTHING.to_owned() } else { said.join(" ") }
}
