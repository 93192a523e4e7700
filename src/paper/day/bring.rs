//! What to buy and bring, with the quantities of the plan.

use super::Day;
use super::sheets::table;
use crate::ceremony::Cards;
use crate::names::StepName;
use crate::paper::card::Holding;
use crate::paper::document::{Cell, Room, Sheet};
use crate::plan::DeviceUse;
use crate::script::{chapters, words};
use crate::terms::Quorum;

/// Dice that are thrown at once.
const DICE: usize = 5;

impl Day<'_> {
    /// The list of what has to be on the table.
    pub(super) fn bring(&self) -> Sheet {
        let row = |(count, what): (usize, String)| {
            vec![Cell::Text(count.to_string()), Cell::Text(what), Cell::Boxes(vec![String::new()])]
        };
        let rows = self.things().into_iter().filter(|(count, _)| *count > 0).map(row).collect();
        let heads = [(words::PRINT_MANY, 12), (words::PRINT_WHAT, 76), (words::PRINT_THERE, 12)];
        Sheet::new(words::PRINT_BRING).saying(chapters::PRINT_BRING).with(table(&heads, rows, Room::Text))
    }

    fn things(&self) -> Vec<(usize, String)> {
        let plan = self.plan;
        let steps = || self.steps.steps.iter().map(|step| &step.step);
        let cards = self.cards();
        let how_many = |is: fn(&Holding) -> bool| cards.iter().filter(|of| is(&of.holding)).count();
        let sheets = how_many(|holding| matches!(holding, Holding::WholeSoPin | Holding::UserPin { .. }));
        let (devices, set_up) = (self.devices().len(), self.set_up().len());
        let bags = steps().filter(|step| step.puts_away.is_some()).count();
        let some = |count: usize, more: usize| if count == 0 { 0 } else { count + more };
        let dice = if steps().any(|step| step.id == StepName::Dice) { DICE } else { 0 };
        let mut writers: Vec<&str> = cards.iter().map(|of| of.holder).collect();
        writers.sort_unstable();
        writers.dedup();
        let spare = plan.devices_for(DeviceUse::Spare).count();
        let text = str::to_owned;
        let mut things = vec![
            (1 + plan.auditors.len(), text(words::BRING_SCRIPT)),
            (1, text(words::BRING_MACHINE)),
            (2, text(words::BRING_LIVE)),
            (devices, text(words::BRING_DEVICES)),
            (if set_up > 0 { spare.max(1) } else { 0 }, text(words::BRING_SPARE_DEVICE)),
            (plan.arrangements.readers.len().max(2), text(words::BRING_READERS)),
        ];
        if self.character.cards.come_from_before() {
            things.push((2, text(words::BRING_FOLDER)));
            let before = plan.of_those_before();
            things.extend(before.numbers().map(|share| match before.quorum(share) {
                Some(quorum) => {
                    let custodians = quorum.custodians();
                    (usize::from(Quorum::threshold(quorum)), words::BringQuorum { share, custodians }.to_string())
                }
                None => (1, words::BringPassword { share }.to_string()),
            }));
        }
        things.extend([
            (how_many(|holding| matches!(holding, Holding::Numbers { .. })), text(words::BRING_NUMBERS)),
            (how_many(|holding| matches!(holding, Holding::Words { .. })), text(words::BRING_WORDS)),
            (how_many(|holding| matches!(holding, Holding::SoPin { .. })), text(words::BRING_SO_PIN_CARDS)),
            (how_many(|holding| matches!(holding, Holding::Password)), text(words::BRING_PASSWORDS)),
            (sheets, text(words::BRING_SHEETS)),
            (some(sheets, 1), text(words::BRING_ENVELOPES)),
            (some(bags, 2), text(words::BRING_BAGS)),
            (writers.len() + plan.auditors.len(), text(words::BRING_PENS)),
            (dice, text(words::BRING_DICE)),
            (if self.character.cards == Cards::None { 0 } else { self.copies() }, text(words::BRING_MEDIA)),
            (plan.people().len(), text(words::BRING_IDENTITY)),
            (1, text(words::BRING_CLOCK)),
            (usize::from(!cards.is_empty()), text(words::BRING_DESTROY)),
        ]);
        things
    }
}
