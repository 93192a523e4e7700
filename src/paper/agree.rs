//! The printed script, the screens and the record of every ceremony agree: on every number, every title and every sentence.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Block, Part, StepRow};
use super::walk::{self, walk_recorded};
use super::{Document, days_script};
use crate::ceremony::{Asks, Body, CEREMONIES, FieldView, Question, TickId, View};
use crate::plan::{Custody, NewPin, Plan};
use crate::record::{Entry, Fact};
use crate::script::words;
use crate::terms::{Digest, Number, Quorum, Scheme};

/// How many plans the repository has.
const EXAMPLES: usize = 3;

/// The plans of the repository, and others: every N in both schemes, several DKEK shares, and all that can be chosen.
fn plans() -> Vec<Plan> {
    let examples: [&str; EXAMPLES] = [
        include_str!("../../assets/plan.example.json"),
        include_str!("../../assets/plan.full.json"),
        include_str!("../../assets/plan.inspect.json"),
    ];
    let mut plans: Vec<Plan> = examples.map(|text| Plan::parse(text).unwrap()).to_vec();
    for custodians in 2..=16 {
        let threshold = 2.max(custodians / 2);
        let mut plan = walk::plan(threshold, custodians, custodians % 2 == 0);
        plan.dkek_shares = vec![quorum(threshold, custodians, 1, scheme(custodians))];
        plan.so_pin_under_quorum = custodians % 4 == 3;
        plan.carry_keys = custodians % 4 == 2;
        plan.new_so_pin = if custodians % 3 == 0 { NewPin::Typed } else { NewPin::Drawn };
        plan.new_user_pin = if custodians % 5 == 0 { NewPin::Drawn } else { NewPin::Typed };
        plans.push(plan);
    }
    for shares in 2..=8 {
        let mut plan = walk::plan(2, 3, shares % 2 == 0);
        let custody = |share: u8| match share % 3 {
            0 => Custody::Password { holder: format!("Holder Of Password {share}") },
            rest => quorum(2, 2 + rest, share, scheme(share)),
        };
        plan.dkek_shares = (1..=shares).map(custody).collect();
        plan.dice = 50;
        plan.carry_keys = shares % 3 == 0;
        // One person in two roles that check each other, and nobody to watch.
        plan.auditors = if shares % 2 == 0 { vec![plan.administrator.clone()] } else { Vec::new() };
        plans.push(plan);
    }
    for plan in plans.iter_mut().filter(|plan| plan.carry_keys) {
        // Keys that are carried over are offered their old places, whatever the plan of another day says.
        plan.keys.iter_mut().for_each(|key| key.restore_to = key.reference);
    }
    plans
}

fn scheme(number: u8) -> Scheme {
    if number.is_multiple_of(2) { Scheme::Words } else { Scheme::ScHsmTool }
}

fn quorum(threshold: u8, custodians: u8, share: u8, scheme: Scheme) -> Custody {
    let custodians: Vec<String> = (1..=custodians).map(|number| format!("Custodian {share} Number {number}")).collect();
    let quorum = Quorum::new(threshold, u8::try_from(custodians.len()).unwrap()).unwrap();
    Custody::Quorum { custodians, quorum, scheme }
}

/// The printed steps, by number.
fn printed(document: &Document) -> BTreeMap<String, &StepRow> {
    let blocks = document.sheets.iter().flat_map(|sheet| &sheet.blocks);
    let steps = blocks.filter_map(|block| if let Block::Steps(steps) = block { Some(&steps.rows) } else { None });
    let rows: Vec<&StepRow> = steps.flatten().collect();
    let by_number: BTreeMap<String, &StepRow> = rows.iter().map(|row| (row.number.clone(), *row)).collect();
    assert_eq!(by_number.len(), rows.len(), "no number is printed twice");
    by_number
}

/// Whether a text is what was printed, with something in the place of each value in angle marks.
fn says(printed: &str, text: &str) -> bool {
    let mut literals = printed
        .split('‹')
        .enumerate()
        .map(|(place, part)| if place == 0 { part } else { part.split_once('›').map_or(part, |(_, after)| after) });
    let Some(mut rest) = text.strip_prefix(literals.next().unwrap_or_default()) else { return false };
    let mut literals = literals.peekable();
    if literals.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(literal) = literals.next() {
        if literals.peek().is_none() {
            return rest.ends_with(literal);
        }
        match rest.find(literal) {
            Some(at) => rest = &rest[at + literal.len()..],
            None => return false,
        }
    }
    true
}

#[test]
fn a_printed_sentence_is_told_from_another() {
    assert!(says("‹name›, come to ‹place›.", "Ada, come to the keyboard.") && says("one", "one"));
    assert!(says("‹list›\nthen ‹b›", "  a\n  b\nthen c") && says("‹a›‹b›", "x"));
    assert!(!says("‹name›, come.", "Ada, go.") && !says("one", "one more") && !says("one", "not one"));
    assert!(!says("a ‹x› b ‹y› c", "a 1 c") && !says("a ‹x› b", "b 1 b"));
}

/// What is printed of one screen: its sentences, those beside what it shows, and what is typed, ticked or chosen.
#[derive(Default)]
struct Screen {
    text: Vec<String>,
    shown: Vec<String>,
    typed: Option<String>,
    items: Vec<String>,
}

fn screen(part: &Part) -> Screen {
    let (before, after) = words::PAPER_SHOWN.split_at(words::PAPER_SHOWN.len());
    let typed = words::PaperType { fields: "\u{1}" }.to_string();
    let (label, dot) = typed.split_once('\u{1}').unwrap();
    let (mut screen, mut is_shown) = (Screen::default(), false);
    for block in &part.blocks {
        let lines = match block {
            Block::Text(text) if text == before && after.is_empty() => {
                is_shown = true;
                continue;
            }
            Block::Text(text) if text.starts_with(label) => {
                screen.typed = text.strip_prefix(label).and_then(|rest| rest.strip_suffix(dot)).map(str::to_owned);
                continue;
            }
            Block::Text(text) => vec![text.clone()],
            Block::Kept(lines) => lines.clone(),
            Block::Ticks(items) | Block::Options(items) => {
                screen.items.clone_from(items);
                continue;
            }
            _ => continue,
        };
        if is_shown { screen.shown.extend(lines) } else { screen.text.extend(lines) }
    }
    screen
}

/// Lines that say something, as one text.
fn joined(lines: &[String]) -> String {
    lines.iter().filter(|line| !line.trim().is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// Whether a screen of the machine is this printed one.
fn is(screen: &Screen, body: &Body) -> bool {
    // A line that is nothing but a value can be empty on the day.
    let always: Vec<String> =
        screen.text.iter().filter(|line| !(line.starts_with('‹') && line.ends_with('›'))).cloned().collect();
    let text = |text: &[String]| says(&joined(&screen.text), &joined(text)) || says(&joined(&always), &joined(text));
    match body {
        Body::Read { text: said } | Body::Working { text: said, .. } => text(said) && screen.items.is_empty(),
        Body::Tick { text: said, items, .. } => {
            // Which keys a device holds is known only on the day.
            let of_the_day = items.iter().all(|item| matches!(item.id, TickId::Key(_)));
            if of_the_day {
                return text(said) && screen.items == [words::PAPER_EVERY_KEY];
            }
            text(said)
                && items.len() == screen.items.len()
                && screen.items.iter().zip(items).all(|(printed, item)| {
                    // Behind a person whom people have identified earlier in the day, the screen says how.
                    let earlier =
                        matches!(item.id, TickId::Person(_)) && item.text.starts_with(&format!("{printed} · "));
                    earlier || says(printed, &item.text)
                })
        }
        Body::Choose { text: said, options, asks, .. } => {
            let printed = |(printed, text): (&String, &String)| match asks {
                // Behind the name the screen says who has given a share, and which bag a card is in.
                Asks::Step(Question::Sitter(_)) => text.starts_with(printed.as_str()),
                // And what cannot be done to a PIN, and why.
                Asks::Step(Question::PinChange) => says(printed, text.split(" · ").next().unwrap_or_default()),
                _ => says(printed, text),
            };
            let texts: Vec<String> = options.iter().map(|option| option.text.clone()).collect();
            let of_the_day = *asks == Asks::Step(Question::Device);
            text(said)
                && (of_the_day || texts.len() == screen.items.len() && screen.items.iter().zip(&texts).all(printed))
        }
        Body::Form { text: said, fields, .. } => {
            // Behind a label, the screen may say of which set.
            let printed: Vec<&str> = screen.typed.iter().flat_map(|typed| typed.split(" · ")).collect();
            let same = |(printed, field): (&&str, &FieldView)| field.label.starts_with(*printed);
            text(said) && printed.len() == fields.len() && printed.iter().zip(fields).all(same)
        }
        Body::Reveal { before, during, shown, .. } => {
            if *shown {
                says(&joined(&screen.shown), &joined(during))
            } else {
                text(before)
            }
        }
        Body::Fault { .. } | Body::Ended { .. } => false,
    }
}

/// Compares a screen with the printed step of its number; false if none of its screens is this one.
fn check(rows: &BTreeMap<String, &StepRow>, view: &View, seen: &mut BTreeSet<(String, usize)>) -> bool {
    let (number, title) = (&view.header.number, &view.header.title);
    let row = rows.get(number).unwrap_or_else(|| panic!("step {number} is not printed"));
    // Whoever has taken a seat is named on the screen.
    let seated = title.strip_prefix(row.title.as_str()).is_some_and(|rest| rest.starts_with(" · "));
    assert!(says(&row.title, title) || seated, "{number}: {} is not {title}", row.title);
    assert!(row.lead.iter().any(|lead| lead.contains(&view.header.act)), "{number}: {}", view.header.act);
    let listed = view.steps.iter().find(|line| line.number == *number).unwrap();
    assert_eq!(
        row.warnings.iter().any(|warning| warning == words::PRINT_IRREVERSIBLE),
        listed.irreversible,
        "{number}: what cannot be undone says so"
    );
    let place = row.parts.iter().position(|part| is(&screen(part), &view.body));
    seen.extend(place.map(|place| (number.clone(), place)));
    place.is_some()
}

/// The step of an entry.
fn step_of(entry: &Entry) -> Option<Number> {
    match entry {
        Entry::Began { .. } | Entry::Sealed { .. } => None,
        Entry::Learned { step, .. }
        | Entry::Intent { step, .. }
        | Entry::Revealed { step, .. }
        | Entry::Done { step, .. }
        | Entry::Failed { step, .. }
        | Entry::Recovered { step, .. }
        | Entry::Resumed { step, .. }
        | Entry::Deviates { step, .. }
        | Entry::Remarked { step, .. }
        | Entry::Substituted { step, .. }
        | Entry::StoodIn { step, .. } => Some(*step),
    }
}

#[test]
fn paper_screens_and_record_agree_on_every_step_and_sentence() {
    let (mut screens, mut wrong) = (0, BTreeSet::new());
    for (which, plan) in plans().iter().enumerate() {
        for ceremony in CEREMONIES {
            let kind = ceremony.character.kind;
            let document = days_script(kind, plan, &Digest([7; 32]));
            let rows = printed(&document);
            // The examples on a device in use and on a new one, the others on one of them.
            let devices: &[bool] = if which < EXAMPLES { &[true, false] } else { &[which % 2 == 0] };
            for &initialised in devices {
                let (mut seen, mut done) = (BTreeSet::new(), Vec::new());
                let look = |view: &View| {
                    if !matches!(view.body, Body::Ended { .. }) {
                        if !check(&rows, view, &mut seen) {
                            wrong.insert(format!("{kind:?} {} not printed: {:?}", view.header.title, view.body));
                        }
                        screens += 1;
                    }
                };
                walk_recorded(kind, plan, initialised, look, |entry| {
                    let number = step_of(entry).map(|step| step.to_string());
                    if let Some(number) = &number {
                        assert!(rows.contains_key(number), "plan {which}: {entry:?}");
                    }
                    if let Entry::Done { by: Some(by), .. } = entry {
                        let row = rows[number.as_ref().unwrap()];
                        let name = by.split(" · ").next().unwrap();
                        let anybody = row.lead[0].starts_with(words::PAPER_ANY_CUSTODIAN);
                        assert!(anybody || row.lead[0].starts_with(name), "{number:?}: {by} is not {}", row.lead[0]);
                    }
                    if let Entry::Learned { fact: Fact::Made { label, .. }, .. } = entry {
                        assert!(rows[number.as_ref().unwrap()].title.contains(label.as_str()));
                    }
                    if let Entry::Done { step, .. } = entry {
                        done.push(*step);
                    }
                });
                let sure =
                    rows.values().filter(|row| !row.warnings.iter().any(|one| one.contains(words::PRINT_IF_NEEDED)));
                let done: BTreeSet<String> = done.iter().map(Number::to_string).collect();
                for row in sure {
                    assert!(done.contains(&row.number), "plan {which}, {kind:?}: {} is not recorded", row.number);
                }
                // What always comes was on a screen.
                for row in rows.values().filter(|row| done.contains(&row.number)) {
                    for (place, part) in row.parts.iter().enumerate() {
                        let blank = part.blocks.iter().all(|block| matches!(block, Block::Blank(_)));
                        let came = part.when.is_some() || blank || seen.contains(&(row.number.clone(), place));
                        if !came {
                            wrong.insert(format!("{kind:?} {} never shown: {:?}", row.title, screen(part).text));
                        }
                    }
                }
            }
        }
    }
    let first: Vec<&String> = wrong.iter().take(12).collect();
    assert!(wrong.is_empty(), "{} differ: {first:#?}", wrong.len());
    assert!(screens > 7_500, "only {screens} screens were compared");
}
