//! A drill tries a share of an earlier set among those of today: whoever is no custodian any more opens nothing with them.

use std::path::Path;

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::ceremony::{Body, Input, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, DepartedOutcome, Fact};

use super::mistakes::{goes_on, stopped};
use super::plans::Noted;
use super::rig::{Front, Rig, Turn};
use super::{Cards, Day, Guard, dkek_share, note};

/// A re-split of the backup of an *establish*, its cards, and those of before.
struct Split {
    rig: Rig,
    before: Cards,
    today: Cards,
}

fn re_split(before: Guard, after: Guard, records: &Path) -> Split {
    let mut old = Cards::new();
    let mut made = Rig::establish(&Day::of(&[before]).text(), records);
    made.run(|sight| note(&mut old, sight.view, sight.vault));
    let text = Day::of(&[after]).text();
    let new = (Plan::parse(&text).unwrap(), text);
    let environment = Environment::SoftwareCards;
    let setup = Setup::by_change(CeremonyKind::ReSplit, &made.folder, new, None, records, environment).unwrap();
    let mut rig = Rig::in_hands(setup, |readers| readers).with_papers_of(made);
    let mut today = Cards::new();
    rig.run(|sight| note(&mut today, sight.view, sight.vault));
    assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
    Split { rig, before: old, today }
}

fn drill(split: Rig, records: &Path) -> Rig {
    let environment = Environment::SoftwareCards;
    let setup = Setup::from_backup(CeremonyKind::Drill, &split.folder, None, records, environment).unwrap();
    Rig::in_hands(setup, |readers| readers).with_papers_of(split)
}

/// Types a card at the screen that asks for one of before; its check bytes only if they are to be typed.
fn types(front: &mut Front<'_>, number: u8, card: &Noted, with_check: bool) -> Turn {
    let number = number.to_string();
    let texts = [
        (FieldName::ShareWords, Some(card.text.as_str())),
        (FieldName::ShareId, Some(number.as_str())),
        (FieldName::ShareValue, Some(card.text.as_str())),
        (FieldName::CheckBytesIfAny, card.check.as_deref().filter(|_| with_check)),
    ];
    for (name, text) in texts {
        let empty = match name {
            FieldName::ShareWords => front.empty(|kind| matches!(kind, FieldKind::ShareWords { .. })),
            FieldName::ShareId => front.empty(|kind| matches!(kind, FieldKind::ShareId { .. })),
            FieldName::ShareValue => front.empty(|kind| matches!(kind, FieldKind::ShareValue)),
            _ => front.empty(|kind| matches!(kind, FieldKind::CheckBytes { .. })),
        };
        if let (Some(name), Some(text)) = (empty, text) {
            return front.types(name, text);
        }
    }
    Turn::Do(Input::GoOn)
}

fn outcomes(rig: &Rig) -> Vec<DepartedOutcome> {
    let outcome = |fact: &Fact| if let Fact::DepartedShare { outcome, .. } = fact { Some(*outcome) } else { None };
    rig.facts().into_iter().filter_map(outcome).collect()
}

#[test]
fn a_share_of_before_opens_nothing_together_with_shares_of_today() {
    for (before, after) in [
        (Guard::Numbers(2, 3), Guard::Numbers(2, 3)),
        (Guard::Numbers(2, 4), Guard::Numbers(3, 4)),
        (Guard::Words(2, 3), Guard::Words(3, 4)),
    ] {
        let records = tempfile::tempdir().unwrap();
        let Split { rig, before: cards, .. } = re_split(before, after, records.path());
        let mut rig = drill(rig, records.path());
        let mut result = String::new();
        rig.play(|front| match &front.view.body {
            Body::Choose { .. } if front.step() == "departed-share" => front.item(ItemName::DepartedHere),
            Body::Form { .. } if front.step() == "departed-share" && asks_for_a_card(front) => {
                types(front, 2, &cards[&(dkek_share(1), 2)], true)
            }
            Body::Read { text } if front.step() == "drill-result" => {
                result = text.join("\n");
                Turn::Autopilot
            }
            _ => Turn::Autopilot,
        });
        goes_on(&rig, &[]);
        assert_eq!(outcomes(&rig), [DepartedOutcome::Here, DepartedOutcome::Refused], "{before:?} to {after:?}");
        assert!(result.contains("tried, and it opened nothing"), "{result}");
        // It is between the test with a wrong digit and the opening that nothing was changed.
        assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Opened { .. })));
    }
}

/// Not the word of a hand-over, nor that of people who stop.
fn asks_for_a_card(front: &Front<'_>) -> bool {
    let Body::Form { fields, .. } = &front.view.body else { return false };
    fields.iter().any(|field| [FieldName::ShareWords, FieldName::ShareValue].contains(&field.name))
}

#[test]
fn where_no_card_of_before_is_here_screen_record_and_report_say_that_it_was_not_tried() {
    let records = tempfile::tempdir().unwrap();
    let split = re_split(Guard::Words(2, 3), Guard::Words(2, 3), records.path());
    let mut rig = drill(split.rig, records.path());
    let mut said = String::new();
    rig.run(|sight| {
        if let Body::Read { text } = &sight.view.body {
            said += &text.join("\n");
        }
    });
    goes_on(&rig, &[]);
    assert_eq!(outcomes(&rig), [DepartedOutcome::NotHere]);
    assert!(said.contains("not tried: no card of before was here"), "{said}");
    let proof = hsm_ceremony::record::verify(rig.lines.as_bytes()).unwrap();
    let reports = hsm_ceremony::paper::reports(&hsm_ceremony::folder::Folder::open(&rig.folder), &proof);
    assert!(reports.iter().any(|(_, text)| text.contains("no card of an earlier set was here")));
}

#[test]
fn cards_of_another_form_and_a_first_set_are_said_to_be_untried_and_nobody_is_asked() {
    let records = tempfile::tempdir().unwrap();
    let split = re_split(Guard::Numbers(2, 3), Guard::Words(2, 3), records.path());
    let mut said = Vec::new();
    let mut first = Rig::establish(&Day::of(&[Guard::Words(2, 3)]).text(), records.path());
    first.run(|_| {});
    for (made, expected) in [(split.rig, "another form"), (first, "there is none")] {
        let mut rig = drill(made, records.path());
        rig.run(|sight| {
            if let Body::Read { text } = &sight.view.body {
                said.push(text.join("\n"));
            }
        });
        goes_on(&rig, &[]);
        assert!(outcomes(&rig).is_empty() && said.iter().any(|text| text.contains(expected)), "{said:?}");
    }
}

#[test]
fn a_share_of_today_typed_as_one_of_before_opens_and_that_stops_the_drill() {
    let records = tempfile::tempdir().unwrap();
    // A value of today may be too large for the prime of before; then it could not be typed, and other cards are dealt.
    let (split, number) = loop {
        let split = re_split(Guard::Numbers(2, 3), Guard::Numbers(2, 3), records.path());
        let digits = |text: &str| text.replace([':', ' '], "").to_lowercase();
        let prime = digits(split.before[&(dkek_share(1), 1)].prime.as_ref().unwrap());
        let fits = |number: &u8| digits(&split.today[&(dkek_share(1), *number)].text) < prime;
        if let Some(number) = [1, 2, 3].into_iter().find(fits) {
            break (split, number);
        }
    };
    let Split { rig, today, .. } = split;
    let mut rig = drill(rig, records.path());
    rig.play(|front| match &front.view.body {
        Body::Choose { .. } if front.step() == "departed-share" => front.item(ItemName::DepartedHere),
        Body::Form { .. } if front.step() == "departed-share" && asks_for_a_card(front) => {
            types(front, number, &today[&(dkek_share(1), number)], false)
        }
        Body::Fault { .. } => front.goes_on_with(Recovery::Stop),
        _ => Turn::Autopilot,
    });
    assert_eq!(rig.failed(), ["departed-share-opens"]);
    stopped(&rig, &["departed-share-opens"]);
}
