//! Where everything is afterwards: bags, envelopes, media, files; and the sheet on which it is written who took what out.

use std::collections::BTreeMap;

use super::{Told, clock, text};
use crate::ceremony::device_role;
use crate::paper::day::table;
use crate::paper::document::{Block, Cell, Room, Sheet};
use crate::record::{Entry, Fact, PinName};
use crate::script::{chapters, words};
use crate::terms::{CustodianNumber, DkekShareNumber, Holder, Person};

/// Rows for media where the plan names none.
const MEDIA: usize = 2;

/// Empty rows of the custody log.
const LATER: usize = 10;

/// Whose card or paper, and the number of its bag.
struct Bag {
    person: Person,
    name: String,
    number: String,
}

impl Told<'_> {
    pub(super) fn registers(&self) -> Sheet {
        let mut sheet = Sheet::new(words::REPORT_STORAGE).saying(chapters::REPORT_STORAGE);
        let mut add = |heading: &str, block: Block| sheet.blocks.extend([Block::Heading(heading.to_owned()), block]);
        let bags = self.bags();
        let rows: Vec<Vec<Cell>> = bags
            .iter()
            .map(|bag| {
                let kept = self.plan.and_then(|plan| plan.keeps_at(bag.person));
                vec![text(self.role(bag.person)), text(&bag.name), text(&bag.number), Cell::known(kept)]
            })
            .collect();
        let heads =
            [(words::PRINT_ROLE, 22), (words::PRINT_HOLDER, 28), (words::REPORT_BAG_NOW, 22), (words::PRINT_KEPT, 28)];
        if !rows.is_empty() {
            add(words::PRINT_BAGS, table(&heads, rows, Room::Text));
        }
        let envelopes = self.envelopes();
        if !envelopes.is_empty() {
            let heads = [
                (words::PRINT_WHAT, 24),
                (words::PRINT_HOLDER, 26),
                (words::PRINT_ENVELOPE, 22),
                (words::PRINT_KEPT, 28),
            ];
            add(words::PRINT_ENVELOPES, table(&heads, envelopes, Room::Line));
        }
        let planned = self.plan.map(|plan| plan.arrangements.media.as_slice()).unwrap_or_default();
        let recorded = self.media();
        let media = (1..=planned.len().max(MEDIA)).map(|number| {
            let label = planned.get(number - 1).and_then(Option::as_deref);
            let copy = text(words::PrintCopy { number }.to_string());
            let (label, read_back) = recorded
                .get(&number)
                .map_or((Cell::known(label), Cell::Blank), |(label, said)| (Cell::known(label.as_deref()), text(said)));
            vec![copy, label, read_back, Cell::Blank]
        });
        let heads = [
            (words::PRINT_WHAT, 14),
            (words::PRINT_LABEL, 28),
            (words::PRINT_READ_BACK, 30),
            (words::PRINT_GOES_TO, 28),
        ];
        add(words::PRINT_MEDIA, table(&heads, media.collect(), Room::Line));
        add(words::REPORT_FILES, self.files());
        sheet
    }

    /// The custody log: one row for everything that is kept now, and room for later.
    pub(super) fn custody(&self) -> Sheet {
        let heads = [
            (words::REPORT_DATE_TIME, 14),
            (words::REPORT_BAG_OR_DEVICE, 20),
            (words::REPORT_TAKEN_BY, 18),
            (words::REPORT_WHY, 18),
            (words::REPORT_NEW_BAG, 12),
            (words::REPORT_TWO_SIGN, 18),
        ];
        let first = |what: String| {
            vec![Cell::Blank, text(what), Cell::Blank, text(words::REPORT_PUT_AWAY), Cell::Blank, Cell::Blank]
        };
        let mut kept: Vec<String> =
            self.bags().into_iter().map(|bag| words::ReportBag { bag: bag.number }.to_string()).collect();
        for (_, fact) in self.facts() {
            if let Fact::Device { serial, .. } = fact {
                let device = words::ReportADevice { serial }.to_string();
                if !kept.contains(&device) {
                    kept.push(device);
                }
            }
        }
        let later = (0..LATER).map(|_| heads.iter().map(|_| Cell::Blank).collect());
        let rows: Vec<Vec<Cell>> = kept.into_iter().map(first).chain(later).collect();
        Sheet::new(words::REPORT_CUSTODY).saying(chapters::REPORT_CUSTODY).with(table(&heads, rows, Room::Line))
    }

    /// The bags as the last line says; where it does not, as each was closed last.
    fn bags(&self) -> Vec<Bag> {
        let holder =
            |share: DkekShareNumber, custodian: Option<CustodianNumber>| Person::Holder(Holder { share, custodian });
        let last = self.proof.lines.last().map(|line| &line.entry);
        if let Some(Entry::Sealed { bags, .. }) = last
            && !bags.is_empty()
        {
            let now = |bag: &crate::record::BagNow| Bag {
                person: holder(bag.share, bag.custodian),
                name: bag.name.clone(),
                number: bag.bag.clone(),
            };
            return bags.iter().map(now).collect();
        }
        let mut closed: BTreeMap<(DkekShareNumber, Option<CustodianNumber>), &str> = BTreeMap::new();
        for (_, fact) in self.facts() {
            if let Fact::Bagged { share, custodian, bag } = fact {
                closed.insert((*share, *custodian), bag);
            }
        }
        let bag = |((share, custodian), bag): ((DkekShareNumber, Option<CustodianNumber>), &str)| {
            let person = holder(share, custodian);
            let name = self.plan.map(|plan| plan.name_of(person).to_owned()).unwrap_or_default();
            Bag { person, name, number: bag.to_owned() }
        };
        closed.into_iter().map(bag).collect()
    }

    /// What became of each copy: what is written on its medium, and when it was read back.
    fn media(&self) -> BTreeMap<usize, (Option<String>, String)> {
        let mut media = BTreeMap::new();
        for (line, fact) in self.facts() {
            match fact {
                Fact::Copied { number, label, files, .. } => {
                    let said = words::ReportCopied { time: clock(line), line: line.line, files }.to_string();
                    media.insert(usize::from(*number), (Some(label.clone()), said));
                }
                Fact::MediumLeftOut { number, label, .. } => {
                    let said = words::ReportNotCopied { line: line.line }.to_string();
                    media.insert(usize::from(*number), (label.clone(), said));
                }
                _ => {}
            }
        }
        media
    }

    /// A row for each PIN that was written down.
    fn envelopes(&self) -> Vec<Vec<Cell>> {
        let mut rows = Vec::new();
        for (_, fact) in self.facts() {
            let Fact::PinShown { role, pin } = fact else { continue };
            let (what, person) = match pin {
                PinName::So => (words::PRINT_SHEET_SO_PIN, Person::SoPinHolder),
                PinName::User => (words::PRINT_SHEET_USER_PIN, Person::PinHolder),
            };
            let device = device_role(*role);
            let holder = self.plan.map(|plan| plan.name_of(person));
            let kept = self.plan.and_then(|plan| plan.keeps_at(person));
            let what = words::ReportPinOf { what, device }.to_string();
            rows.push(vec![text(what), Cell::known(holder), Cell::Blank, Cell::known(kept)]);
        }
        rows
    }
}
