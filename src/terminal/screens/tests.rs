//! The keys of all screens.

use super::choose::By;
use super::form::{Shape, Stands};
use super::reveal::Reveal;
use super::tick::Ticks;
use super::*;
use crate::terminal::grouping::Grouping;
use crate::terminal::keyboard::Key;
use crate::terminal::keys::{Action, Meaning};
use crate::terminal::screen_state::Reading;

const READINGS: [Reading; 3] = [Reading::Unread, Reading::Scrolls, Reading::Fits];

/// The keys of every screen in every state.
pub fn every_keys() -> Vec<(String, Keys)> {
    let mut all = vec![
        ("too small".to_owned(), too_small::keys()),
        ("help".to_owned(), help::keys()),
        ("look".to_owned(), look::keys()),
    ];
    for reading in READINGS {
        all.push((format!("read {reading:?}"), read::keys(reading)));
        for confirms in [false, true] {
            all.push((format!("ended {reading:?} {confirms}"), ended::keys(reading, confirms)));
        }
        for ticks in [Ticks::Missing, Ticks::Enough, Ticks::All] {
            for people in [false, true] {
                all.push((format!("tick {reading:?} {ticks:?} {people}"), tick::keys(reading, ticks, people)));
            }
        }
        for options in [2, 9, 10] {
            for (may_leave, by) in [(false, By::MarkOrNumber), (true, By::MarkOrNumber), (false, By::OwnNumber)] {
                let keys = choose::keys(reading, options, may_leave, by);
                all.push((format!("choose {reading:?} {options} {may_leave} {by:?}"), keys));
            }
            all.push((format!("fault {reading:?} {options}"), fault::keys(reading, options)));
        }
        let shown = [false, true].map(|scrolls| Reveal::Shown { scrolls });
        for reveal in [Reveal::Concealed, Reveal::ConcealedAgain].into_iter().chain(shown) {
            all.push((format!("reveal {reading:?} {reveal:?}"), reveal::keys(reading, reveal)));
        }
    }
    for may_stop in [false, true] {
        all.push((format!("working {may_stop}"), working::keys(may_stop)));
    }
    let characters = Shape::Characters { width: 15, grouping: Grouping::Plain };
    for shape in [characters, Shape::Words(33), Shape::Throws(250)] {
        for bits in 0..32 {
            let [masked, several, complete, may_leave, may_deviate] = [1, 2, 4, 8, 16].map(|bit| bits & bit != 0);
            let stands = Stands { shape: Some(shape), masked, several, complete, may_leave, may_deviate };
            all.push((format!("form {stands:?}"), form::keys(stands)));
        }
    }
    all
}

#[test]
fn no_key_has_two_actions() {
    for (screen, keys) in every_keys() {
        let mut seen: Vec<Key> = Vec::new();
        for (stroke, _) in keys.bindings().flat_map(|binding| binding.strokes) {
            assert!(!seen.contains(stroke), "{stroke:?} twice in {screen}");
            seen.push(*stroke);
        }
    }
}

#[test]
fn enter_never_continues_while_there_is_more_to_read_or_tick() {
    let does = |keys: Keys| keys.meaning(Key::Enter);
    let unread = Reading::Unread;
    for keys in [
        read::keys(unread),
        ended::keys(unread, false),
        ended::keys(unread, true),
        tick::keys(unread, Ticks::All, true),
        choose::keys(unread, 2, true, By::MarkOrNumber),
        fault::keys(unread, 2),
        reveal::keys(unread, Reveal::ConcealedAgain),
    ] {
        assert_eq!(does(keys), Some(Meaning::Does(Action::ReadOn)));
    }
    for reading in [Reading::Scrolls, Reading::Fits] {
        for ticks in [Ticks::Missing, Ticks::Enough] {
            let says = Some(Meaning::Does(Action::StillOpen));
            assert_eq!(does(tick::keys(reading, ticks, true)), says, "Space ticks, and Enter says so");
        }
        assert_eq!(does(reveal::keys(reading, Reveal::Concealed)), None, "Space shows");
        let shown = Reveal::Shown { scrolls: false };
        assert_eq!(does(reveal::keys(reading, shown)), Some(Meaning::Does(Action::Hide)));
    }
    assert_eq!(does(help::keys()), Some(Meaning::Does(Action::Help)));
    assert_eq!(does(too_small::keys()), None);
}

#[test]
fn any_key_hides_a_share() {
    for (scrolls, arrow) in [(false, Action::Hide), (true, Action::Up)] {
        let keys = reveal::keys(Reading::Fits, Reveal::Shown { scrolls });
        for key in [Key::Char(b'h'), Key::Char(b'?'), Key::Paste, Key::Unreadable, Key::Tab, Key::Escape] {
            assert_eq!(keys.meaning(key), Some(Meaning::Does(Action::Hide)));
        }
        assert_eq!(keys.meaning(Key::Up), Some(Meaning::Does(arrow)), "where there is nothing to scroll, it hides too");
        assert_eq!(keys.meaning(Key::Ctrl(b'c')), Some(Meaning::Does(Action::Stop)));
    }
}
