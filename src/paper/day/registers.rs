//! The registers: devices, bags, envelopes and media, by their numbers.

use super::Day;
use super::sheets::table;
use crate::ceremony::{Cards, role};
use crate::paper::card::Holding;
use crate::paper::document::{Block, Cell, Room, Sheet};
use crate::script::words;
use crate::terms::{DeviceRole, Person};

/// Media that get a copy of the folder, at two places.
pub const COPIES: usize = 2;

impl Day<'_> {
    /// What has a number, and where it comes from and goes to.
    pub(super) fn registers(&self) -> Sheet {
        let mut sheet = Sheet::new(words::PRINT_REGISTERS);
        let mut add = |heading: &str, block: Block| {
            sheet.blocks.extend([Block::Heading(heading.to_owned()), block]);
        };
        add(words::PRINT_DEVICES, self.device_register());
        if self.character.cards != Cards::None {
            add(words::PRINT_BAGS, self.bag_register());
        }
        let envelopes: Vec<Vec<Cell>> = self.cards().iter().filter_map(|of| envelope(of.holder, of.holding)).collect();
        if !envelopes.is_empty() {
            let heads = [
                (words::PRINT_WHAT, 20),
                (words::PRINT_HOLDER, 28),
                (words::PRINT_SERIAL, 20),
                (words::PRINT_ENVELOPE, 16),
                (words::PRINT_KEPT, 16),
            ];
            add(words::PRINT_ENVELOPES, table(&heads, envelopes, Room::Line));
        }
        if self.character.cards != Cards::None {
            let copy = |number: usize| {
                let name = words::PrintCopy { number }.to_string();
                vec![Cell::Text(name), Cell::Blank, Cell::Blank, Cell::Blank]
            };
            let heads = [
                (words::PRINT_WHAT, 16),
                (words::PRINT_LABEL, 28),
                (words::PRINT_READ_BACK, 28),
                (words::PRINT_GOES_TO, 28),
            ];
            add(words::PRINT_MEDIA, table(&heads, (1..=COPIES).map(copy).collect(), Room::Line));
        }
        sheet
    }

    fn device_register(&self) -> Block {
        let device = |role: DeviceRole| match role {
            DeviceRole::Original => words::ROLE_ORIGINAL,
            DeviceRole::Replacement => words::ROLE_REPLACEMENT,
        };
        let devices = self.devices();
        let others = [words::PRINT_READER, words::PRINT_THE_MACHINE, words::PRINT_LIVE];
        let row = |what: &str| vec![Cell::Text(what.to_owned()), Cell::Blank, Cell::Blank, Cell::Blank];
        let rows = devices.into_iter().map(device).chain(others).map(row).collect();
        let heads = [
            (words::PRINT_WHAT, 22),
            (words::PRINT_SERIAL, 30),
            (words::PRINT_BAG_BEFORE, 24),
            (words::PRINT_BAG_AFTER, 24),
        ];
        table(&heads, rows, Room::Line)
    }

    /// Everyone whose card or password is put away, in the order of the steps.
    fn bag_register(&self) -> Block {
        let plan = self.plan;
        let holders = self.steps.steps.iter().filter_map(|step| step.step.puts_away).map(Person::Holder);
        // What is new does not come in a bag.
        let before = (self.character.cards == Cards::Earlier).then_some((words::PRINT_BAG_BEFORE, 18));
        let blanks = [(words::PRINT_BAG_AFTER, 18), (words::PRINT_KEPT, 18)];
        let heads = [(words::PRINT_ROLE, 20), (words::PRINT_HOLDER, 26)].into_iter().chain(before).chain(blanks);
        let heads: Vec<(&str, u8)> = heads.collect();
        let row = |person: Person| {
            let known = [Cell::Text(role(plan, person)), Cell::known(Some(plan.name_of(person)))];
            known.into_iter().chain(heads.iter().skip(2).map(|_| Cell::Blank)).collect()
        };
        table(&heads, holders.map(row).collect(), Room::Line)
    }
}

/// The row of a PIN's sheet; none for the cards that go into bags.
fn envelope(holder: &str, holding: Holding) -> Option<Vec<Cell>> {
    let what = match holding {
        Holding::WholeSoPin => words::PRINT_SHEET_SO_PIN,
        Holding::UserPin { .. } => words::PRINT_SHEET_USER_PIN,
        Holding::Numbers { .. } | Holding::Words { .. } | Holding::SoPin { .. } | Holding::Password => return None,
    };
    let text = |text: &str| Cell::Text(text.to_owned());
    Some(vec![text(what), text(holder), Cell::Blank, Cell::Blank, Cell::Blank])
}
