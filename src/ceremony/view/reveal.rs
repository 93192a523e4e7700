//! A custodian's card, for their eyes alone: the handles of its secrets, and everything that is public.

use crate::ceremony::machine::{Asking, Machine, REVEAL_SECONDS};
use crate::ceremony::steps::Step;
use crate::ceremony::view::{Body, CardView};
use crate::names::FieldName;
use crate::record::PinName;
use crate::script::{self, words};
use crate::terms::{CustodianNumber, Handle, Purpose, Scheme};

impl Machine {
    /// `before` is shown while the card is hidden, `during` while it is shown.
    pub(super) fn reveal(
        &self,
        asking: &Asking,
        card: Purpose,
        (before, during): (Vec<String>, Vec<String>),
        step: &Step,
    ) -> Body {
        let Some(custodian) = step.custodian() else { return Body::Read { text: before } };
        Body::Reveal {
            before,
            during,
            owner: self.known().plan.custodian(step.share, custodian).to_owned(),
            custodian: Some(custodian),
            card: self.card(step, custodian, card),
            shown: asking.shown_at.is_some(),
            seconds_left: self.seconds_left(asking),
            seen: asking.seen,
        }
    }

    /// A drawn PIN, for its holder.
    pub(super) fn reveal_pin(
        &self,
        asking: &Asking,
        pin: PinName,
        (before, during): (Vec<String>, Vec<String>),
    ) -> Body {
        let plan = &self.known().plan;
        let (owner, digits, field) = match pin {
            PinName::So => (&plan.so_pin_holder, Handle::NewSoPin, FieldName::DrawnSoPin),
            PinName::User => (&plan.pin_holder, Handle::UserPin, FieldName::DrawnUserPin),
        };
        Body::Reveal {
            before,
            during,
            owner: owner.clone(),
            custodian: None,
            card: CardView::Pin { digits, label: script::field(field).label.to_owned() },
            shown: asking.shown_at.is_some(),
            seconds_left: self.seconds_left(asking),
            seen: asking.seen,
        }
    }

    fn seconds_left(&self, asking: &Asking) -> u32 {
        let shown_for = asking.shown_at.map_or(0, |at| self.now.saturating_sub(at) / 1000);
        REVEAL_SECONDS.saturating_sub(u32::try_from(shown_for).unwrap_or(u32::MAX))
    }

    fn card(&self, step: &Step, custodian: CustodianNumber, card: Purpose) -> CardView {
        let (known, number) = (self.known(), custodian.get());
        let set = known.shares.set(card).unwrap_or_default();
        let value = Handle::DealtShare(card, custodian);
        let scheme = match card {
            Purpose::DkekShare(share) => known.plan.scheme(share),
            Purpose::SoPin => Some(Scheme::Words),
        };
        match (scheme, known.plan.quorum(step.share)) {
            (Some(Scheme::Words), Some(quorum)) => {
                let (threshold, custodians) = (quorum.threshold(), quorum.custodians());
                let heading = words::WordsHeading { set, threshold, custodians, number }.to_string();
                CardView::Words { purpose: card, words: value, count: card.words(), heading }
            }
            (Some(Scheme::Words), None) | (Some(Scheme::ScHsmTool) | None, _) => CardView::Numbers {
                purpose: card,
                prime: set.to_owned(),
                id: if number < 10 {
                    number.to_string()
                } else {
                    words::IdOldTool { id: number, letter: format!("{number:X}") }.to_string()
                },
                value,
                check: Handle::DealtCheck(step.share, custodian),
                labels: [FieldName::Prime, FieldName::ShareId, FieldName::ShareValue, FieldName::CheckBytes]
                    .map(|name| script::field(name).label.to_owned()),
            },
        }
    }
}
