//! The sheets beside the steps: people, the end, exceptions, the alphabet, and what to do in an emergency.

use super::Day;
use crate::ceremony::role;
use crate::paper::document::{Block, Cell, Room, Sheet, Table};
use crate::script::{chapters, words};

/// Rows for what nobody foresaw, on one page.
const EXCEPTIONS: usize = 8;

/// Rows for people who are not in the plan.
const GUESTS: usize = 2;

impl Day<'_> {
    /// Who comes, how they show who they are, and when they come and go.
    pub(super) fn people(&self) -> Sheet {
        let plan = self.plan;
        let row = |role: String, name: Option<&str>, identified: Option<&str>| {
            let known = [Cell::Text(role), Cell::known(name), Cell::known(identified)];
            known.into_iter().chain([Cell::Blank, Cell::Blank, Cell::Blank]).collect::<Vec<_>>()
        };
        let called = plan.people().into_iter();
        let people =
            called.map(|person| row(role(plan, person), Some(plan.name_of(person)), plan.identified_by(person)));
        let guests = (0..GUESTS).map(|_| row(words::PRINT_GUESTS.to_owned(), None, None));
        let table = table(
            &[
                (words::PRINT_ROLE, 22),
                (words::PRINT_NAME, 26),
                (words::PRINT_IDENTIFIED, 22),
                (words::PRINT_CAME, 10),
                (words::PRINT_LEFT, 10),
                (words::PRINT_INITIALS, 10),
            ],
            people.chain(guests).collect(),
            Room::Line,
        );
        let sheet = Sheet::new(words::PRINT_PEOPLE).saying(chapters::PRINT_PEOPLE);
        let duties: Vec<String> =
            (1..).zip(&plan.arrangements.duties).map(|(number, duty): (u16, _)| format!("{number}. {duty}")).collect();
        let about: &[&str] = if duties.is_empty() { &[] } else { chapters::PRINT_DUTIES };
        sheet.saying(about).saying(&duties).with(table)
    }

    /// The digest, and who agrees.
    pub(super) fn end(&self) -> Sheet {
        let plan = self.plan;
        let agrees = [words::PRINT_AGREE, words::PRINT_DISAGREE].map(str::to_owned).to_vec();
        let row = |person| {
            let name = Cell::known(Some(plan.name_of(person)));
            vec![Cell::Text(role(plan, person)), name, Cell::Boxes(agrees.clone()), Cell::Blank]
        };
        let people = plan.people().into_iter().map(row).collect();
        let heads =
            [(words::PRINT_ROLE, 20), (words::PRINT_NAME, 25), (words::PRINT_AGREES, 25), (words::PRINT_SIGNATURE, 30)];
        let evidence = &plan.arrangements.evidence;
        let collected = [Block::Heading(words::PRINT_EVIDENCE.to_owned()), Block::Ticks(evidence.clone())];
        let groups = || Block::Blank(words::PRINT_DIGEST_GROUPS.to_owned());
        let mut sheet = Sheet::new(words::PRINT_END)
            .with(Block::Heading(words::PRINT_DIGEST.to_owned()))
            .with(groups())
            .with(groups());
        sheet.blocks.extend(collected.into_iter().filter(|_| !evidence.is_empty()));
        sheet.with(Block::Heading(words::PRINT_SIGNATURES.to_owned())).saying(chapters::PRINT_END).with(table(
            &heads,
            people,
            Room::Signature,
        ))
    }
}

/// What did not go as the script says.
pub fn exceptions() -> Sheet {
    let heads = [
        (words::PRINT_EXCEPTION_NUMBER, 6),
        (words::PRINT_EXCEPTION_WHEN, 11),
        (words::PRINT_EXPECTED, 23),
        (words::PRINT_HAPPENED, 23),
        (words::PRINT_DECIDED, 22),
        (words::PRINT_DECIDED_BY, 15),
    ];
    let row = |number: usize| {
        let blanks = heads.iter().skip(1).map(|_| Cell::Blank);
        [Cell::Text(number.to_string())].into_iter().chain(blanks).collect()
    };
    let rows = (1..=EXCEPTIONS).map(row).collect();
    Sheet::new(words::PRINT_EXCEPTIONS).saying(chapters::PRINT_EXCEPTIONS).with(table(&heads, rows, Room::Paragraph))
}

/// How letters and digits are read aloud.
pub fn alphabet() -> Sheet {
    let pairs = Block::Pairs(named(chapters::PRINT_ALPHABET_WORDS));
    Sheet::new(words::PRINT_ALPHABET).saying(chapters::PRINT_ALPHABET).with(pairs)
}

/// One page that is found at once.
pub fn emergency() -> Sheet {
    let call = [words::PRINT_CALL_SECURITY, words::PRINT_CALL_DECIDES, words::PRINT_CALL_STANDBY];
    Sheet::new(words::PRINT_EMERGENCY)
        .with(Block::Points(named(chapters::PRINT_EMERGENCY)))
        .with(Block::Heading(words::PRINT_CALL.to_owned()))
        .with(Block::Facts(call.map(|label| (label.to_owned(), Cell::Blank)).to_vec()))
}

/// A table of these columns, with the share of the width that each gets.
pub fn table(heads: &[(&str, u8)], rows: Vec<Vec<Cell>>, room: Room) -> Block {
    let heads = heads.iter().map(|(head, width)| ((*head).to_owned(), *width)).collect();
    Block::Table(Table { heads, rows, room })
}

/// Paragraphs of a name, a colon and a text.
fn named(chapter: &[&str]) -> Vec<(String, String)> {
    let split = |text: &&str| text.split_once(": ").map(|(name, text)| (name.to_owned(), text.to_owned()));
    chapter.iter().filter_map(split).collect()
}
