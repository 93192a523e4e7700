//! The last screen.

use crate::ceremony::known::Known;
use crate::ceremony::known::character::Cards;
use crate::ceremony::machine::Machine;
use crate::ceremony::view::Body;
use crate::ceremony::view::sentences::Sentences;
use crate::ceremony::view::values::changed;
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
        Body::Ended { text: sentences.paragraphs(script::step(StepName::Ended).stage(stage)) }
    }
}

/// What happens to the cards if people stop halfway: if a device has, or may have, an SO-PIN from cards, those cards
/// are the only copy of it.
pub(super) fn fate_of_the_cards(known: &Known) -> &'static str {
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
pub(super) fn what_was_changed(known: &Known) -> String {
    let erased: Vec<Serial> = known.devices.initialised.iter().filter_map(|role| known.devices.serial(*role)).collect();
    let list = |serials: Vec<String>| (!serials.is_empty()).then(|| serials.join(", "));
    let perhaps = known.doubt.devices().filter(|serial| !erased.contains(serial)).map(Serial::to_string);
    let perhaps = list(perhaps.collect()).map(|serials| words::ChangedPerhaps { serials }.to_string());
    let erased = list(erased.iter().map(Serial::to_string).collect());
    let erased = erased.map(|serials| words::ChangedDevices { serials }.to_string());
    let said: Vec<String> = erased.into_iter().chain(perhaps).chain(changed(known)).collect();
    if said.is_empty() { words::CHANGED_NOTHING.to_owned() } else { said.join(" ") }
}
