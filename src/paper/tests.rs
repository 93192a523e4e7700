use std::collections::BTreeMap;

use super::*;
use crate::folder::names;
use crate::names::{CeremonyKind, FaultName, StepName};
use crate::plan::{Custody, Plan};
use crate::script;
use crate::terms::{CustodianNumber, Digest, DkekShareNumber, Quorum, Scheme};
use sha2::{Digest as _, Sha256};
use unicode_width::UnicodeWidthStr;

const RENEW: &str = "renew it: cargo run --locked -- handbook > CEREMONY.md";

fn printed(threshold: u8, custodians: u8, kind: CeremonyKind) -> (Plan, String) {
    let plan = super::walk::plan(threshold, custodians, true);
    let text = markdown(&days_script(kind, &plan, &Digest([7; 32])));
    (plan, text)
}

#[test]
fn the_handbook_is_printed_from_the_script() {
    let printed = handbook();
    let committed = include_str!("../../CEREMONY.md");
    for (number, (left, right)) in (1..).zip(printed.lines().zip(committed.lines())) {
        assert_eq!(left, right, "CEREMONY.md differs in line {number}; {RENEW}");
    }
    assert_eq!(printed.lines().count(), committed.lines().count(), "CEREMONY.md has another length; {RENEW}");
}

#[test]
fn the_handbook_has_every_fault_and_every_step_and_no_open_brace() {
    let book = handbook();
    let (before, rest) = book.split_once("```python\n").unwrap();
    let (rebuild, rest) = rest.split_once("\n```\n").unwrap();
    let (between, rest) = rest.split_once("```py\n").unwrap();
    let (verify, after) = rest.split_once("\n```\n").unwrap();
    assert!([rebuild, verify].iter().all(|program| program.starts_with("import ")));
    assert!([before, between, after].iter().all(|text| !text.contains('{')));
    assert!(verify.lines().count() <= 100, "{} lines", verify.lines().count());
    assert!(!book.contains("paper-") && !book.contains("role-original") && !book.contains("field-serial"));
    for name in FaultName::ALL {
        assert!(book.contains(&format!("`{name}`")), "{name}");
    }
    for name in StepName::ALL
        .into_iter()
        .filter(|name| ![StepName::InBetween, StepName::Ended, StepName::CheckCard].contains(name))
    {
        let title = script::step(name).title.split('{').next().unwrap();
        assert!(book.contains(title), "{name:?}");
    }
    for law in ["Cannot be undone.", "What no program can promise", "sc-hsm-tool --import-dkek-share", "A for 10"] {
        assert!(book.contains(law), "{law}");
    }
}

/// Plans whose names are as long as names can be, with nothing to break them at.
fn long_names() -> Vec<Plan> {
    let mut full = Plan::parse(include_str!("../../assets/plan.full.json")).unwrap();
    full.title = "T".repeat(60);
    full.administrator = "A".repeat(40);
    full.auditors = (1..=9).map(|number| format!("{number}{}", "W".repeat(39))).collect();
    let mut wide = full.clone();
    wide.title = "界".repeat(60);
    wide.administrator = "名".repeat(40);
    vec![super::walk::plan(2, 4, true), super::walk::plan(16, 16, false), full, wide]
}

#[test]
fn the_days_script_is_not_wider_than_a_page_whatever_the_names() {
    for plan in long_names() {
        for kind in CeremonyKind::ALL {
            let text = markdown(&days_script(kind, &plan, &Digest([7; 32])));
            for line in text.replace('\u{c}', "").lines() {
                // A heading is one line, and its reader wraps it.
                assert!(line.width() <= 78 || line.starts_with('#'), "{} columns: {line}", line.width());
                assert!(!line.contains('{') && !line.contains("print-") && !line.contains("bring-"), "{line}");
            }
        }
    }
}

#[test]
fn the_script_of_every_ceremony_has_every_step_once_with_boxes_for_initials_and_time() {
    for kind in CeremonyKind::ALL {
        let (plan, text) = printed(3, 5, kind);
        let machine = crate::ceremony::Machine::new(kind, plan.clone(), false);
        for step in machine.steps() {
            let head = format!("### {} ", step.number);
            assert_eq!(text.lines().filter(|line| line.starts_with(&head)).count(), 1, "{kind:?} {head}");
        }
        let boxes = text.lines().filter(|line| line.starts_with("Initials ____") && line.contains("Time (UTC) ____"));
        assert_eq!(boxes.count(), machine.steps().len());
        for heading in
            ["In an emergency", "People", "What to buy and bring", "Signatures", "Exceptions", "Spelling alphabet"]
        {
            assert_eq!(text.lines().filter(|line| line.trim_start_matches('#') == format!(" {heading}")).count(), 1);
        }
        let deals = [CeremonyKind::Establish, CeremonyKind::Fleet, CeremonyKind::ReSplit, CeremonyKind::ReKey];
        let dealt = deals.contains(&kind);
        assert_eq!(text.contains("CUSTODIAN 1 OF"), dealt, "{kind:?}");
        let set_up = match kind {
            CeremonyKind::Fleet => 3,
            CeremonyKind::Establish | CeremonyKind::ReKey => 2,
            CeremonyKind::Restore | CeremonyKind::Drill => 1,
            CeremonyKind::BackUp
            | CeremonyKind::AddKeys
            | CeremonyKind::Import
            | CeremonyKind::ReSplit
            | CeremonyKind::Retire
            | CeremonyKind::Pins
            | CeremonyKind::Inspect => 0,
        };
        assert_eq!(text.matches("SO-PIN SHEET").count(), set_up, "{kind:?}");
    }
}

/// How many of something the list asks for.
fn asked_for(text: &str, what: &str) -> Option<usize> {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (before, _) = flat.split_once(&format!("What: {what}"))?;
    before.rsplit_once("How many: ")?.1.split(' ').next()?.parse().ok()
}

#[test]
fn the_list_of_what_to_bring_has_the_quantities_of_the_plan() {
    let (_, text) = printed(3, 5, CeremonyKind::Establish);
    for (what, count) in [
        ("This script on paper", 2),
        ("SmartCard-HSM", 2),
        ("Blank cards for shares as numbers", 5),
        ("Blank sheets for PINs", 4),
        ("Opaque envelopes", 5),
        ("Numbered tamper-evident bags", 5 + 2),
    ] {
        assert_eq!(asked_for(&text, what), Some(count), "{what}");
    }
    for absent in ["Dice", "Blank cards for shares as words", "Blank sheets for passwords", "Custodians of DKEK share"]
    {
        assert_eq!(asked_for(&text, absent), None, "{absent}");
    }
    let (_, text) = printed(3, 5, CeremonyKind::Restore);
    assert_eq!(asked_for(&text, "Custodians of DKEK share 1 with their cards"), Some(3));
    assert_eq!((asked_for(&text, "SmartCard-HSM"), asked_for(&text, "Blank cards")), (Some(1), None));
    let (_, text) = printed(3, 5, CeremonyKind::Inspect);
    assert_eq!((asked_for(&text, "SmartCard-HSM"), asked_for(&text, "Numbered tamper")), (Some(1), None));
}

#[test]
fn what_the_plan_arranges_is_on_paper() {
    let plan = Plan::parse(include_str!("../../assets/plan.full.json")).unwrap();
    let text = markdown(&days_script(CeremonyKind::Establish, &plan, &Digest([7; 32])));
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let arranged = &plan.arrangements;
    let approval = arranged.approval.as_ref().unwrap();
    let texts = [Some(&approval.by), approval.reference.as_ref(), approval.date.as_ref()].into_iter().flatten();
    let lists =
        [&arranged.readers, &arranged.bags, &arranged.media, &arranged.envelopes].into_iter().flatten().flatten();
    let rest = [&arranged.place, &arranged.video_reference, &arranged.token_label].into_iter().flatten();
    let lines = arranged.evidence.iter().chain(&arranged.duties).chain(texts).chain(lists).chain(rest);
    for line in lines {
        assert!(flat.contains(line.as_str()), "{line}");
    }
    for device in arranged.devices.iter().filter_map(|device| device.serial.as_ref()) {
        assert!(flat.contains(device.as_str()), "{device}");
    }
    for person in &arranged.people {
        assert!(flat.contains(person.identified_by.as_deref().unwrap()), "{}", person.name);
    }
    let custodian = plan.minutes(StepName::Custodian);
    assert!(custodian != 10 && flat.contains(&format!("· about {custodian} min")));
}

#[test]
fn html_loads_nothing_and_takes_every_name_as_text() {
    let mut plan = super::walk::plan(2, 4, true);
    plan.title = "<script>alert(1)</script>\"} body { x".to_owned();
    plan.administrator = "O'Neil & <b>Sons</b>".to_owned();
    for kind in CeremonyKind::ALL {
        let page = html(&days_script(kind, &plan, &Digest([7; 32])));
        for outside in ["<script", "<b>Sons", "http:", "https:", "url(", "@import", "src=", "<link", "<img", "\"} body"]
        {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(page.contains("O&#39;Neil &amp; &lt;b&gt;Sons"));
        // Everything in print is black on white.
        let colours = page.split("color: #").skip(1).chain(page.split("solid #").skip(1));
        assert!(colours.into_iter().all(|colour| colour.starts_with("000")) && !page.contains("gray"));
        for rule in ["tr { break-inside: avoid; }", "thead { display: table-header-group; }", "overflow-wrap: anywhere"]
        {
            assert!(page.contains(rule), "{rule}");
        }
        for tag in ["section", "table", "tbody", "thead", "tr", "td", "th", "div", "span", "ul", "li", "pre", "dl"] {
            let open = page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
            assert_eq!(open, page.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }
}

#[test]
fn what_is_read_aloud_is_marked() {
    for name in StepName::ALL {
        for (stage, texts) in script::step(name).stages {
            let items = texts.items.iter().map(|(_, text)| *text);
            let says = texts.text.iter().copied().chain(items).any(|text| text.contains("aloud"));
            assert_eq!(texts.aloud, says, "{} {}", name.word(), stage.word());
        }
    }
    let (_, text) = printed(2, 4, CeremonyKind::Establish);
    assert!(text.contains("*READ ALOUD*\n\n> Katherine Johnson, read this aloud."), "beside its sentences");
}

#[test]
fn each_custodian_has_a_card_with_the_id_for_both_programs() {
    let (plan, text) = printed(3, 12, CeremonyKind::Establish);
    // Each begins on a page of its own, as a block of code.
    let pages: Vec<&str> = text.split('\u{c}').map(|page| page.split("\n```").next().unwrap()).collect();
    // The holders of the PINs have sheets for each of the two devices, after the cards.
    let (cards, sheets) = pages[pages.len() - 16..].split_at(12);
    assert!(sheets[0].contains("SO-PIN SHEET") && sheets[0].contains(&plan.so_pin_holder));
    assert!(sheets[1].contains("USER PIN SHEET") && sheets[1].contains(&plan.pin_holder));
    let first = DkekShareNumber::FIRST;
    for (number, card) in plan.quorum(first).unwrap().numbers().zip(cards) {
        assert!(card.contains(&format!("CUSTODIAN {number} OF 12")) && card.contains(plan.custodian(first, number)));
        assert!(card.contains(&format!("[ {number} ]")));
        assert_eq!(card.matches("|    |:|    |").count(), 4 + 4 + 1, "8 boxes twice, and 2 for the check bytes");
        assert_eq!(card.contains("type A into sc-hsm-tool"), number.get() == 10);
        assert!(card.contains("--pwd-shares-total 3"));
        assert!(card.lines().all(|line| line.width() == 78), "a frame without gaps");
    }
}

#[test]
fn paper_names_the_plan_and_the_script_it_was_printed_from() {
    let (_, text) = printed(2, 4, CeremonyKind::Establish);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for digest in [Digest([7; 32]), Digest(script::digest())] {
        assert!(flat.contains(&digest.in_groups().join(" ")));
    }
}

/// A card of every kind, for the only DKEK share and for the last of eight, with the longest names and numbers of any plan.
fn every_card() -> Vec<String> {
    let (title, holder) = ("T".repeat(60), "H".repeat(40));
    let (custodian, quorum) = (CustodianNumber::new(16).unwrap(), Quorum::new(16, 16).unwrap());
    let kinds = [
        Holding::Numbers { custodian, quorum },
        Holding::Words { custodian, quorum },
        Holding::SoPin { custodian, quorum },
        Holding::Password,
        Holding::WholeSoPin,
        Holding::UserPin { tries: 10 },
    ];
    let card = |(holding, shares)| CardOf {
        title: &title,
        holder: &holder,
        holding,
        dkek_share: DkekShareNumber::new(shares).unwrap(),
        dkek_shares: shares,
    };
    let all: Vec<CardOf> = [1, 8].into_iter().flat_map(|shares| kinds.map(|kind| card((kind, shares)))).collect();
    cards_text(&all).split('\u{c}').map(str::to_owned).collect()
}

#[test]
fn every_card_is_one_page_that_says_whose_it_is_and_how_to_use_it() {
    let cards = every_card();
    assert_eq!(cards.len(), 12);
    for card in &cards {
        assert!(card.lines().all(|line| line.width() == 78), "a frame without gaps: {card}");
        assert!(card.lines().count() <= 60, "{} lines", card.lines().count());
        assert!(card.contains(&"T".repeat(60)) && card.contains(&"H".repeat(40)), "{card}");
        for said in ["With the program: ", "Without it: ", "SECRET.", "Date ____", "Bag ____", "[ ] rehearsal"] {
            assert!(card.contains(said), "{said} is missing: {card}");
        }
        assert!(!card.contains('{') && !card.contains("card-"), "{card}");
    }
    for (card, several) in [(&cards[0], false), (&cards[1], false), (&cards[6], true), (&cards[7], true)] {
        assert!(card.contains("CUSTODIAN 16 OF 16") && card.contains("KCV ____"));
        assert_eq!(card.contains("DKEK SHARE 8 OF 8"), several);
        assert_eq!(card.contains("dkek-8.pbe"), several);
        assert_eq!(card.contains("dkek-1.pbe"), !several);
    }
    for card in [&cards[2], &cards[8]] {
        assert!(card.contains("CUSTODIAN 16 OF 16 · SO-PIN") && card.contains("Device ____") && !card.contains(".pbe"));
    }
    for (card, title, room) in [(&cards[4], "SO-PIN SHEET", 16), (&cards[5], "USER PIN SHEET", 15)] {
        assert!(card.contains(title) && card.contains("Device ____") && !card.contains(".pbe"));
        let places = card.lines().find(|line| line.contains("PIN   _ _")).map(|line| line.matches('_').count());
        assert_eq!(places, Some(room), "a place for every digit: {card}");
    }
}

#[test]
fn a_card_for_words_has_a_numbered_box_for_every_word() {
    let cards = every_card();
    let boxes = |card: &str| {
        let number = |part: &str| part.trim().parse::<u8>().ok();
        let parts = card.lines().flat_map(|line| line.split('|'));
        let mut numbers: Vec<u8> = parts.filter_map(number).collect();
        numbers.sort_unstable();
        numbers
    };
    assert_eq!(boxes(&cards[1]), (1..=33).collect::<Vec<_>>());
    assert_eq!(boxes(&cards[2]), (1..=16).collect::<Vec<_>>());
    for (card, check) in [(&cards[1], "31, 32 and 33"), (&cards[2], "14, 15 and 16")] {
        assert!(card.contains(&format!("{check} are check words")) && card.contains("Set  _______ _______ "), "{card}");
    }
}

/// What explains the folder of a sitting, for every ceremony and several plans.
fn explained() -> Vec<(Plan, About, BTreeMap<&'static str, String>)> {
    let mut passwords = super::walk::plan(2, 4, false);
    passwords.dkek_shares = ["Ada", "Grace"].map(|holder| Custody::Password { holder: holder.to_owned() }).to_vec();
    let plans = [super::walk::plan(2, 4, true), super::walk::plan(16, 16, false), super::walk::full_plan(), passwords];
    let mut all = Vec::new();
    for plan in plans {
        for (ceremony, rehearsal) in CeremonyKind::ALL.into_iter().flat_map(|kind| [(kind, true), (kind, false)]) {
            let from = (ceremony == CeremonyKind::Restore).then(|| "2026-11-27-establish-3fa9".to_owned());
            let about = About { ceremony, rehearsal, from };
            let text = |(name, content): (&'static str, Vec<u8>)| (name, String::from_utf8(content).unwrap());
            let files = explaining_files(&about, &plan).into_iter().map(text).collect();
            all.push((plan.clone(), about, files));
        }
    }
    all
}

#[test]
fn every_folder_says_on_one_page_what_it_is_and_has_the_handbook_of_its_plan() {
    for (plan, about, files) in explained() {
        let page = &files[names::RESTORE];
        let at = format!("{about:?} {:?}\n{page}", plan.dkek_shares.len());
        assert!(!page.contains('{') && !page.contains("folder-"), "{at}");
        // A command is not broken, and nothing else is wider than the page.
        assert!(page.lines().all(|line| line.width() <= 78 || line.starts_with("    ")), "{at}");
        assert!(page.lines().count() <= if plan.dkek_shares.len() > 2 { 110 } else { 66 }, "{at}");
        assert_eq!(page.contains("REHEARSAL:"), about.rehearsal, "{at}");
        assert!(page.contains(&plan.title) && page.contains("verify.py") && page.contains("hsm-ceremony"), "{at}");
        let book = &files[names::HANDBOOK];
        assert!(!book.contains("the example plan") && !book.contains("{quorum}"), "{at}");
        for person in plan.people() {
            assert!(book.contains(&format!(": {}\n", plan.name_of(person))), "{at}");
        }
        assert_eq!(Digest(Sha256::digest(&files[names::SCRIPT]).into()), Digest(script::digest()));
        let backup = match about.ceremony {
            CeremonyKind::Establish
            | CeremonyKind::Fleet
            | CeremonyKind::BackUp
            | CeremonyKind::AddKeys
            | CeremonyKind::Import
            | CeremonyKind::ReSplit
            | CeremonyKind::ReKey => true,
            CeremonyKind::Restore
            | CeremonyKind::Drill
            | CeremonyKind::Retire
            | CeremonyKind::Pins
            | CeremonyKind::Inspect => false,
        };
        assert_eq!(page.contains("WHAT YOU NEED"), backup, "{at}");
        assert_eq!(files.contains_key(names::REBUILD), backup, "{at}");
        let words = plan.dkek_shares.iter().any(|share| share.scheme() == Some(Scheme::Words));
        assert_eq!(files.contains_key(names::WORD_LIST), backup && words, "{at}");
        assert_eq!(page.contains("2026-11-27-establish-3fa9"), about.from.is_some(), "{at}");
        if !backup {
            continue;
        }
        // Whoever has to come is named, and what to type is there for every share file, without the other schemes.
        let flat = page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(plan.guards().all(|name| flat.contains(name.as_str())), "{at}");
        for (share, custody) in plan.numbers().zip(&plan.dkek_shares) {
            let import = format!("    sc-hsm-tool --import-dkek-share {}", names::share_file(share));
            let line = page.lines().find(|line| line.starts_with(&import)).unwrap();
            let typed = custody.scheme() == Some(Scheme::ScHsmTool);
            assert_eq!(line.contains("--pwd-shares-total"), typed, "{at}");
            let rebuild = format!("    python3 rebuild.py {}\n", names::share_file(share));
            assert_eq!(page.contains(&rebuild), custody.quorum().is_some(), "{at}");
        }
        // Which keys a device holds, nobody knows before the day.
        let of_device = about.ceremony == CeremonyKind::BackUp;
        assert_eq!(page.contains("--unwrap-key keys/NAME.wrapped"), of_device, "{at}");
        for key in &plan.keys {
            let named = page.contains(&format!("--unwrap-key keys/{}.wrapped", key.label));
            assert_eq!(named, !of_device, "{at}");
        }
    }
}
