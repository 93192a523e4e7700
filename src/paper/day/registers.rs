//! The registers: devices, bags, envelopes and media, by their numbers.

use super::Day;
use super::sheets::table;
use crate::ceremony::{Cards, device_role, role};
use crate::paper::card::Holding;
use crate::paper::document::{Block, Cell, Room, Sheet};
use crate::plan::{DeviceUse, PlannedDevice};
use crate::script::words;
use crate::terms::{Person, Serial};

/// Media that get a copy of the folder, at two places.
const COPIES: usize = 2;

impl Day<'_> {
    /// What has a number, and where it comes from and goes to.
    pub(super) fn registers(&self) -> Sheet {
        let mut sheet = Sheet::new(words::PRINT_REGISTERS);
        let arranged = &self.plan.arrangements;
        let add = |sheet: &mut Sheet, heading: &str, block: Block| {
            sheet.blocks.extend([Block::Heading(heading.to_owned()), block]);
        };
        add(&mut sheet, words::PRINT_DEVICES, self.device_register());
        if self.character.cards != Cards::None {
            add(&mut sheet, words::PRINT_BAGS, self.bag_register());
            sheet.blocks.extend(brought(words::PRINT_BAGS_BROUGHT, &arranged.bags));
        }
        let envelopes: Vec<Vec<Cell>> =
            self.cards().iter().filter_map(|of| self.envelope(of.holder, of.holding)).collect();
        if !envelopes.is_empty() {
            let heads = [
                (words::PRINT_WHAT, 20),
                (words::PRINT_HOLDER, 28),
                (words::PRINT_SERIAL, 20),
                (words::PRINT_ENVELOPE, 16),
                (words::PRINT_KEPT, 16),
            ];
            add(&mut sheet, words::PRINT_ENVELOPES, table(&heads, envelopes, Room::Line));
            sheet.blocks.extend(brought(words::PRINT_ENVELOPES_BROUGHT, &arranged.envelopes));
        }
        if self.character.cards != Cards::None {
            let copy = |number: usize| {
                let label = arranged.media.get(number - 1).and_then(Option::as_deref);
                let name = words::PrintCopy { number }.to_string();
                vec![Cell::Text(name), Cell::known(label), Cell::Blank, Cell::Blank]
            };
            let heads = [
                (words::PRINT_WHAT, 16),
                (words::PRINT_LABEL, 28),
                (words::PRINT_READ_BACK, 28),
                (words::PRINT_GOES_TO, 28),
            ];
            add(&mut sheet, words::PRINT_MEDIA, table(&heads, (1..=self.copies()).map(copy).collect(), Room::Line));
        }
        sheet
    }

    /// How many media get a copy of the folder.
    pub(super) fn copies(&self) -> usize {
        match self.plan.arrangements.media.len() {
            0 => COPIES,
            planned => planned,
        }
    }

    fn device_register(&self) -> Block {
        let plan = self.plan;
        let row = |what: &str, serial: Option<&str>| {
            vec![Cell::Text(what.to_owned()), Cell::known(serial), Cell::Blank, Cell::Blank]
        };
        let named = |planned: &'_ PlannedDevice| planned.serial.as_ref().map(|serial| serial.as_str().to_owned());
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        for role in self.devices() {
            rows.push(row(device_role(role), plan.planned_serial(role).map(Serial::as_str)));
        }
        let spare = plan.devices_for(DeviceUse::Spare);
        rows.extend(spare.map(|device| row(words::PRINT_SPARE, named(device).as_deref())));
        match plan.arrangements.readers.as_slice() {
            [] => rows.push(row(words::PRINT_READER, None)),
            readers => rows.extend(readers.iter().map(|reader| row(words::PRINT_READER, reader.as_deref()))),
        }
        rows.extend([words::PRINT_THE_MACHINE, words::PRINT_LIVE].map(|what| row(what, None)));
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
            let blanks = heads.iter().skip(3).map(|_| Cell::Blank);
            known.into_iter().chain(blanks).chain([Cell::known(plan.keeps_at(person))]).collect()
        };
        table(&heads, holders.map(row).collect(), Room::Line)
    }

    /// The row of a PIN's sheet; none for the cards that go into bags.
    fn envelope(&self, holder: &str, holding: Holding) -> Option<Vec<Cell>> {
        let (what, person) = match holding {
            Holding::WholeSoPin => (words::PRINT_SHEET_SO_PIN, Person::SoPinHolder),
            Holding::UserPin { .. } => (words::PRINT_SHEET_USER_PIN, Person::PinHolder),
            Holding::Numbers { .. } | Holding::Words { .. } | Holding::SoPin { .. } | Holding::Password => return None,
        };
        let text = |text: &str| Cell::Text(text.to_owned());
        Some(vec![text(what), text(holder), Cell::Blank, Cell::Blank, Cell::known(self.plan.keeps_at(person))])
    }
}

/// What the plan says is brought; what is left blank there is written by hand.
fn brought(label: &str, numbers: &[Option<String>]) -> Option<Block> {
    let number = |number: &Option<String>| number.clone().unwrap_or_else(|| words::PRINT_NUMBER.to_owned());
    let all: Vec<String> = numbers.iter().map(number).collect();
    (!all.is_empty()).then(|| Block::Facts(vec![(label.to_owned(), Cell::Boxes(all))]))
}
