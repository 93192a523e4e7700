//! Lists of events to the machine, with its clerk, vault, record and a software card: two bytes are an event. Whatever
//! people, time and the card do, the laws hold, and from every state a way to an end exists.

mod day;
mod laws;
mod people;

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::CeremonyKind;

use self::day::Day;
use self::people::Event;

/// Two custodians, one key on a curve, and a second device or none.
fn plan(which: u8) -> String {
    let scheme = if which & 1 == 0 { "sc-hsm-tool" } else { "words" };
    let (proves, pins) = (which & 2 != 0, if which & 4 == 0 { "typed" } else { "drawn" });
    format!(
        r#"{{"plan":1,"title":"Hostile","administrator":"Admin","auditors":["Audit"],"custodians":["One","Two"],
        "threshold":2,"scheme":"{scheme}","device":{{"so_pin_holder":"So","pin_holder":"Pin","user_pin_tries":3,
        "new_so_pin":"{pins}","new_user_pin":"{pins}"}},
        "keys":[{{"label":"key","type":"EC:secp256r1","id":"10","restore_to":10}}],"prove_restore":{proves}}}"#
    )
}

/// The second ceremony, from what the first one made.
const NEXT: [CeremonyKind; 4] =
    [CeremonyKind::Restore, CeremonyKind::Drill, CeremonyKind::BackUp, CeremonyKind::Retire];

pub fn check(data: &[u8]) {
    let Some((which, events)) = data.split_first() else { return };
    let records = tempfile::tempdir().expect("a folder");
    let text = plan(*which);
    let plan = Plan::parse(&text).unwrap_or_else(|faults| panic!("the plan: {faults:?}"));
    let setup = Setup::by_plan(CeremonyKind::Establish, plan, text, records.path(), Environment::SoftwareCards)
        .expect("a sitting");
    let mut events = events.chunks_exact(2).map(|event| Event::of(event[0], event[1]));
    let mut first = Day::new(setup, None);
    first.play(&mut events);
    let Some(made) = first.made_a_backup() else { return };
    let next = NEXT[usize::from(which >> 3) % NEXT.len()];
    let setup = Setup::from_backup(next, &made, None, records.path(), Environment::SoftwareCards).expect("a sitting");
    Day::new(setup, Some(first)).play(&mut events);
}
