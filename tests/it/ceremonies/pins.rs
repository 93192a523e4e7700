//! *PINs*: one PIN of a device in use is changed, or the user PIN unblocked, and nothing else.

use std::path::Path;

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::card::transport::Readers as _;
use hsm_ceremony::card::{Device, Initialise, PinReset};
use hsm_ceremony::ceremony::{Body, ChoiceId, Input, Recovery, ViewContext};
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Fact, PinChange};
use hsm_ceremony::secret::{SoPin, TypedText, UserPin};
use hsm_ceremony::softcard::{CutOff, Rack, SoftCard};
use hsm_ceremony::terms::{Curve, KeyReference, KeyType};
use serde_json::Value;

use super::plans::{Day, Guard};
use super::rig::{Front, Rig, Turn, plan_text};
use crate::support::torture;

const USER: &str = "27182818";
const NEXT_USER: &str = "16180339";
const SO: &str = "1f2e3d4c5b6a7988";
const NEXT_SO: &str = "9a41c07be6d25f38";

const CHOICES: [(ItemName, PinChange); 4] = [
    (ItemName::ChangeUserPin, PinChange::ChangeUserPin),
    (ItemName::UnblockUserPin, PinChange::UnblockUserPin),
    (ItemName::SetUserPin, PinChange::SetUserPin),
    (ItemName::ChangeSoPin, PinChange::ChangeSoPin),
];

fn typed(text: &str) -> TypedText {
    let mut typed = TypedText::new();
    text.bytes().for_each(|byte| typed.push(byte).unwrap());
    typed
}

/// A reader with a device in use: it has a key, and so many wrong user PINs were typed into it.
fn in_use(pin_reset: PinReset, user_pin_tries: u8, wrong: u8) -> Rack {
    let rack = Rack::new(1);
    rack.insert(0, SoftCard::new("REH0000042").unwrap());
    let mut device = Device::open(rack.clone().connect(&Rack::name(0)).unwrap()).unwrap();
    let so_pin = SoPin::from_typed(&typed(SO)).ok().unwrap();
    let user_pin = UserPin::from_typed(&typed(USER)).ok().unwrap();
    let settings = Initialise { so_pin: &so_pin, user_pin: &user_pin, user_pin_tries, dkek_shares: Some(1), pin_reset };
    device.initialise(&settings).unwrap();
    device.verify_user_pin(&user_pin).unwrap();
    device.generate(KeyReference::new(7).unwrap(), KeyType::Ec(Curve::P256)).unwrap();
    for _ in 0..wrong {
        device.verify_user_pin(&UserPin::from_typed(&typed("wrong-one")).ok().unwrap()).unwrap();
    }
    rack
}

/// The PINs of the card: both values and tries left.
fn pins(rack: &Rack) -> (String, u64, String, u64) {
    let pins = rack.with_card(0, |card| card.to_json()["pins"].clone()).unwrap();
    let of = |pin: &Value| (pin["value"].as_str().unwrap().to_owned(), pin["left"].as_u64().unwrap());
    let ((user, user_left), (so, so_left)) = (of(&pins["user"]), of(&pins["so"]));
    (user, user_left, so, so_left)
}

/// What the card has besides its PINs.
fn besides(rack: &Rack) -> Value {
    let mut card = rack.with_card(0, SoftCard::to_json).unwrap();
    card["pins"].take();
    card
}

fn stored(user_pin: &str) -> String {
    base16ct::lower::encode_string(user_pin.as_bytes())
}

fn sitting(rack: &Rack, plan: &str, records: &Path, cut: &CutOff) -> Rig {
    let parsed = Plan::parse(plan).unwrap();
    let mut setup =
        Setup::by_plan(CeremonyKind::Pins, parsed, plan.to_owned(), records, Environment::SoftwareCards).unwrap();
    setup.context.readers = Box::new(rack.clone());
    setup.context.inserter = None;
    Rig::in_hands(setup, |readers| cut.readers(readers))
}

fn plan() -> String {
    plan_text(2, 3, &[("EC:secp256r1", 10)], false)
}

/// What people type, by the field: the current PINs can be typed several times.
struct People {
    chooses: Vec<ItemName>,
    user: Vec<&'static str>,
    next_user: Vec<&'static str>,
    so: Vec<&'static str>,
    next_so: Vec<&'static str>,
}

impl People {
    fn who_choose(choices: &[ItemName]) -> Self {
        let (user, next_user, so, next_so) = (vec![USER], vec![NEXT_USER], vec![SO], vec![NEXT_SO]);
        Self { chooses: choices.to_vec(), user, next_user, so, next_so }
    }

    /// The next of several; the last one as often as it is asked for.
    fn next<T: Copy>(of: &mut Vec<T>) -> T {
        if of.len() > 1 { of.remove(0) } else { of[0] }
    }

    fn act(&mut self, front: &mut Front<'_>) -> Turn {
        if front.step() == "pins-choose" && matches!(front.view.body, Body::Choose { .. }) {
            return front.item(Self::next(&mut self.chooses));
        }
        let Some(field) = front.empty(|_| true) else { return Turn::Autopilot };
        let text = match field {
            FieldName::CurrentUserPin => Self::next(&mut self.user),
            FieldName::NewUserPin => self.next_user[0],
            FieldName::SoPin => Self::next(&mut self.so),
            FieldName::NewSoPin => self.next_so[0],
            FieldName::Again if front.step() == "change-so-pin" => Self::next(&mut self.next_so),
            FieldName::Again => Self::next(&mut self.next_user),
            _ => return Turn::Autopilot,
        };
        front.types(field, text)
    }
}

/// The options of the choice: which one, and whether it is closed.
fn options(front: &Front<'_>) -> Vec<(ItemName, bool, String)> {
    let Body::Choose { options, .. } = &front.view.body else { return Vec::new() };
    let item = |id: &ChoiceId| if let ChoiceId::Item(item) = id { *item } else { panic!("{id:?}") };
    options.iter().map(|option| (item(&option.id), option.closed, option.text.clone())).collect()
}

/// The tries that a device reports, of the user PIN and the SO-PIN.
type Tries = (Option<u8>, Option<u8>);

/// What was done, as the record has it, and the tries that it read last.
fn recorded(rig: &Rig) -> (Vec<PinChange>, Option<Tries>) {
    let done = rig.facts().into_iter().filter_map(|fact| match fact {
        Fact::PinChanged { serial, change, .. } => {
            assert_eq!(serial.as_str(), "REH0000042");
            Some(*change)
        }
        Fact::SoPinChanged { .. } => Some(PinChange::ChangeSoPin),
        _ => None,
    });
    let mut read = rig.facts().into_iter().filter_map(|fact| match fact {
        Fact::PinsRead { user_pin_tries, so_pin_tries, .. } => Some((*user_pin_tries, *so_pin_tries)),
        _ => None,
    });
    (done.collect(), read.next_back())
}

/// The state that a choice leaves.
fn after(change: PinChange) -> (String, u64, String, u64) {
    let user = match change {
        PinChange::ChangeUserPin | PinChange::SetUserPin => NEXT_USER,
        PinChange::UnblockUserPin | PinChange::ChangeSoPin => USER,
    };
    let so = if change == PinChange::ChangeSoPin { NEXT_SO } else { SO };
    (stored(user), 3, so.to_owned(), 15)
}

#[test]
fn each_choice_changes_what_it_says_and_nothing_else() {
    for (item, change) in CHOICES {
        for wrong in [0, 2] {
            let (records, rack) = (tempfile::tempdir().unwrap(), in_use(PinReset::Set, 3, wrong));
            let before = besides(&rack);
            let mut rig = sitting(&rack, &plan(), records.path(), &CutOff::never());
            let mut people = People::who_choose(&[item]);
            let mut last_try = 0;
            rig.play(|front| {
                last_try += usize::from(front.empty(|_| true) == Some(FieldName::LastTry));
                people.act(front)
            });
            assert!(rig.complete() && rig.faults.is_empty(), "{:?}", rig.faults);
            let mut expected = after(change);
            if change == PinChange::ChangeSoPin {
                expected.1 -= u64::from(wrong);
            }
            assert_eq!(pins(&rack), expected, "{change:?}");
            assert_eq!(besides(&rack), before, "{change:?}");
            let tries = (Some(u8::try_from(expected.1).unwrap()), Some(15));
            assert_eq!(recorded(&rig), (vec![change], Some(tries)));
            assert_eq!(
                last_try,
                usize::from(wrong == 2 && change == PinChange::ChangeUserPin),
                "the last one is confirmed"
            );
            let record = rig.lines.to_lowercase();
            for secret in [USER, NEXT_USER, SO, NEXT_SO] {
                assert!(!record.contains(secret) && !record.contains(&stored(secret)), "{change:?}");
            }
        }
    }
}

#[test]
fn a_wrong_pin_costs_one_try_is_named_and_the_step_starts_again() {
    for (item, change) in CHOICES {
        let (records, rack) = (tempfile::tempdir().unwrap(), in_use(PinReset::Set, 3, 0));
        let mut rig = sitting(&rack, &plan(), records.path(), &CutOff::never());
        let mut people = People::who_choose(&[item]);
        people.user.insert(0, "31415926");
        people.so.insert(0, "3537363231383830");
        let mut left = None;
        rig.play(|front| {
            if front.fault().is_some() {
                let (_, user, _, so) = pins(&rack);
                left = Some((user, so));
                return front.goes_on_with(Recovery::FromStart);
            }
            people.act(front)
        });
        let (fault, tries) = if change == PinChange::ChangeUserPin {
            ("user-pin-not-accepted", (2, 15))
        } else {
            ("so-pin-not-accepted", (3, 14))
        };
        assert_eq!((rig.failed(), left), (vec![fault], Some(tries)), "{change:?}");
        assert!(rig.complete());
        assert_eq!(pins(&rack), after(change), "{change:?}");
    }
}

#[test]
fn a_user_pin_that_is_blocked_on_the_way_is_unblocked_in_the_same_sitting() {
    let (records, rack) = (tempfile::tempdir().unwrap(), in_use(PinReset::Unblock, 3, 2));
    let mut rig = sitting(&rack, &plan(), records.path(), &CutOff::never());
    let mut people = People::who_choose(&[ItemName::ChangeUserPin, ItemName::UnblockUserPin]);
    people.user.insert(0, "31415926");
    let mut closed = Vec::new();
    rig.play(|front| {
        if front.step() == "pins-choose" {
            closed = options(front).into_iter().filter(|(_, closed, _)| *closed).map(|(item, ..)| item).collect();
        }
        people.act(front)
    });
    assert_eq!(rig.failed(), ["pin-blocked"]);
    assert_eq!(closed, [ItemName::ChangeUserPin, ItemName::SetUserPin], "as it was at the second choice");
    assert!(rig.complete());
    assert_eq!(pins(&rack), after(PinChange::UnblockUserPin));
}

#[test]
fn what_cannot_be_done_is_closed_and_says_why_before_anybody_types() {
    let quorum = || Day::of(&[Guard::Words(2, 3), Guard::Password]).so_pin_under_quorum().text();
    let (blocked, not_allowed, on_cards) =
        (" · it is blocked", " · the device does not allow it", " · nobody can type it");
    let (user, unblock, set, so) = (CHOICES[0].0, CHOICES[1].0, CHOICES[2].0, CHOICES[3].0);
    for (plan, reset, wrong, closed) in [
        (plan(), PinReset::Off, 0, vec![(unblock, not_allowed), (set, not_allowed)]),
        (plan(), PinReset::Unblock, 0, vec![(set, not_allowed)]),
        (plan(), PinReset::Set, 3, vec![(user, blocked)]),
        (quorum(), PinReset::Set, 0, vec![(unblock, on_cards), (set, on_cards), (so, on_cards)]),
    ] {
        let (records, rack) = (tempfile::tempdir().unwrap(), in_use(reset, 3, wrong));
        let before = pins(&rack);
        let mut rig = sitting(&rack, &plan, records.path(), &CutOff::never());
        let (mut seen, mut tried) = (Vec::new(), false);
        rig.play(|front| {
            assert!(!tried || front.step() == "pins-choose" || matches!(front.view.body, Body::Ended { .. }));
            if front.step() != "pins-choose" || !matches!(front.view.body, Body::Choose { .. }) {
                return Turn::Autopilot;
            }
            seen = options(front);
            if !tried {
                // Nothing happens.
                tried = true;
                return front.item(closed[0].0);
            }
            Turn::Do(Input::Stop)
        });
        let shut: Vec<_> = seen.iter().filter(|(_, closed, _)| *closed).map(|(item, _, text)| (*item, text)).collect();
        assert_eq!(shut.len(), closed.len(), "{seen:?}");
        for ((item, text), (expected, why)) in shut.into_iter().zip(closed) {
            assert_eq!(item, expected);
            assert!(text.ends_with(why), "{text}");
        }
        assert_eq!(pins(&rack), before);
    }
}

#[test]
fn a_new_pin_is_neither_the_current_one_nor_one_from_the_manuals() {
    for (item, refused, wrong) in [
        (ItemName::ChangeUserPin, USER, "pin-not-new"),
        (ItemName::ChangeUserPin, "57621880", "pin-published"),
        (ItemName::ChangeUserPin, "164018", "pin-user-tries"),
        (ItemName::ChangeSoPin, "1F2E3D4C5B6A7988", "pin-not-new"),
        (ItemName::ChangeSoPin, "3537363231383830", "pin-published"),
    ] {
        let (records, rack) = (tempfile::tempdir().unwrap(), in_use(PinReset::Set, 5, 0));
        let mut rig = sitting(&rack, &plan(), records.path(), &CutOff::never());
        let mut people = People::who_choose(&[item]);
        let mut named = None;
        rig.play(|front| {
            for field in [FieldName::NewUserPin, FieldName::NewSoPin] {
                if named.is_none() && front.empty(|_| true) == Some(field) {
                    front.types(field, refused);
                    named = front.wrong_now(field);
                    assert_eq!(named, Some(wrong), "{refused}");
                }
            }
            people.act(front)
        });
        assert!(rig.complete() && named.is_some());
    }
}

#[test]
fn a_device_without_pins_is_not_taken() {
    let (records, rack) = (tempfile::tempdir().unwrap(), Rack::new(1));
    rack.insert(0, SoftCard::new("REH0000043").unwrap());
    let mut rig = sitting(&rack, &plan(), records.path(), &CutOff::never());
    let mut people = People::who_choose(&[ItemName::UnblockUserPin]);
    rig.play(|front| {
        if front.fault() == Some("device-without-pins") {
            rack.remove(0);
            rack.insert(0, in_use(PinReset::Unblock, 3, 3).remove(0).unwrap());
        }
        people.act(front)
    });
    assert_eq!(rig.failed(), ["device-without-pins"]);
    assert!(rig.complete());
    assert_eq!(pins(&rack), after(PinChange::UnblockUserPin));
}

#[test]
fn a_card_that_vanishes_at_any_command_ends_with_the_pin_that_was_chosen() {
    for (item, change) in CHOICES {
        let run = |cut: &CutOff| {
            let (records, rack) = (tempfile::tempdir().unwrap(), in_use(PinReset::Set, 3, 0));
            let mut rig = sitting(&rack, &plan(), records.path(), cut);
            let mut people = People::who_choose(&[item]);
            rig.play(|front| people.act(front));
            (rig, pins(&rack))
        };
        let counting = CutOff::never();
        let (uncut, _) = run(&counting);
        assert!(uncut.failed().is_empty());
        let all = counting.sent();
        let log = uncut.log.lock().unwrap().clone();
        // What comes before is the same in every ceremony. Outside the long run, the commands about PINs.
        let chosen = log.iter().position(|command| command.starts_with(&[0x00, 0x20, 0x00, 0x88])).unwrap() + 1;
        let about_pins = |n: &usize| matches!(log[n - 1][..2], [0x00, 0x20 | 0x24 | 0x2C]);
        for n in (chosen..=all).filter(|n| torture() || about_pins(n)) {
            for cut in [CutOff::before(n), CutOff::after(n)] {
                let (rig, left) = run(&cut);
                assert!(rig.complete(), "{change:?}, cut at {n} of {all}");
                assert_eq!(left, after(change), "{change:?}, cut at {n} of {all}");
                let others: Vec<_> = rig.failed().into_iter().filter(|fault| !fault.starts_with("card-")).collect();
                assert!(others.is_empty(), "{change:?}, cut at {n} of {all}: {others:?}");
                assert_eq!(recorded(&rig).0, [change]);
            }
        }
    }
}

#[test]
fn with_a_single_try_nothing_is_guessed_after_a_lost_answer() {
    let run = |cut: &CutOff, people: &mut People| {
        let (records, rack) = (tempfile::tempdir().unwrap(), in_use(PinReset::Off, 1, 0));
        let mut rig = sitting(&rack, &plan(), records.path(), cut);
        rig.play(|front| people.act(front));
        (rig, pins(&rack))
    };
    let (uncut, _) = run(&CutOff::never(), &mut People::who_choose(&[ItemName::ChangeUserPin]));
    let log = uncut.log.lock().unwrap().clone();
    let change = log.iter().position(|command| command.starts_with(&[0x00, 0x24, 0x00, 0x81])).unwrap() + 1;
    for (cut, then) in [(CutOff::before(change), USER), (CutOff::after(change), NEXT_USER)] {
        let mut people = People::who_choose(&[ItemName::ChangeUserPin]);
        people.user = vec![USER, then];
        people.next_user = vec![NEXT_USER, "14142135"];
        let (rig, (user, left, ..)) = run(&cut, &mut people);
        let named: Vec<_> = rig.failed().into_iter().filter(|fault| !fault.starts_with("card-")).collect();
        assert_eq!(named, ["user-pin-either"]);
        assert!(rig.complete());
        assert_eq!((user, left), (stored("14142135"), 1));
    }
}

#[test]
fn the_last_screen_says_what_was_changed() {
    let (records, rack) = (tempfile::tempdir().unwrap(), in_use(PinReset::Set, 3, 0));
    let mut rig = sitting(&rack, &plan(), records.path(), &CutOff::never());
    let mut people = People::who_choose(&[ItemName::SetUserPin]);
    rig.play(|front| people.act(front));
    let Body::Ended { text, .. } = rig.machine.view(&ViewContext { rehearsal: true, ..ViewContext::default() }).body
    else {
        panic!("it has not ended")
    };
    let text = text.join(" ");
    assert!(text.contains("A new user PIN of REH0000042 was set.") && text.contains("It holds no PIN."), "{text}");
}
