//! Keys that are held, doubled or too early decide nothing, on any screen of any ceremony.

use hsm_ceremony::ceremony::{Body, Event, Input, Notice, View, ViewContext};

use super::rig::{Front, Rig, Turn, plan_text};

/// Everything that a key can decide on a screen.
fn decisions(view: &View) -> Vec<Input> {
    let own = match &view.body {
        Body::Tick { items, .. } => items.iter().map(|item| Input::Tick(item.id)).collect(),
        Body::Choose { options, .. } | Body::Fault { choices: options, .. } => {
            options.iter().map(|option| Input::Chose(option.id.clone())).collect()
        }
        Body::Read { .. } | Body::Form { .. } | Body::Reveal { .. } | Body::Working { .. } | Body::Ended { .. } => {
            vec![]
        }
    };
    own.into_iter().chain([Input::GoOn, Input::Show, Input::Close]).collect()
}

/// People who hold every key on every screen before they do what they should.
#[derive(Default)]
struct Heavy {
    screen: Option<(String, Body)>,
    left: Vec<Input>,
    entries: usize,
    held: usize,
}

impl Heavy {
    fn turn(&mut self, front: &Front<'_>) -> Turn {
        let shown = matches!(front.view.body, Body::Reveal { shown: true, .. });
        if matches!(front.view.body, Body::Working { .. }) || shown {
            return Turn::Autopilot;
        }
        let screen = (front.view.header.number.clone(), front.view.body.clone());
        if self.screen.as_ref() == Some(&screen) {
            assert_eq!(front.entries.len(), self.entries, "a held key is in the record: {:?}", front.entries.last());
        } else {
            assert!(self.left.is_empty(), "{:?} led from {:?} to {screen:?}", self.left, self.screen);
            (self.screen, self.entries, self.left) = (Some(screen), front.entries.len(), decisions(front.view));
        }
        match self.left.pop() {
            Some(input) => {
                self.held += 1;
                Turn::Hold(input)
            }
            None => Turn::Autopilot,
        }
    }
}

#[test]
fn a_held_key_decides_nothing_on_any_screen() {
    let records = tempfile::tempdir().unwrap();
    let mut establish = Rig::establish(&plan_text(2, 3, &[("EC:secp256r1", 10)], false), records.path());
    let mut heavy = Heavy::default();
    establish.play(|front| heavy.turn(front));
    assert!(establish.complete() && heavy.held > 150, "{}", heavy.held);
    let mut restore = Rig::restore(records.path()).with_papers_of(establish);
    let mut heavy = Heavy::default();
    restore.play(|front| heavy.turn(front));
    assert!(restore.complete() && heavy.held > 75, "{}", heavy.held);
}

#[test]
fn a_doubled_key_moves_one_screen_at_most_and_one_that_comes_too_early_none() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&plan_text(2, 3, &[("EC:secp256r1", 10)], false), records.path());
    let around = ViewContext::default();
    let text = |rig: &Rig| rig.machine.view(&around).body;
    let mut now = 10_000;
    let mut after = |rig: &mut Rig, wait: u64, input: Option<Input>| {
        now += wait;
        rig.machine.handle(Event::Time(now));
        if let Some(input) = input {
            rig.machine.handle(Event::Input(input));
        }
    };
    let first = text(&rig);
    after(&mut rig, 0, Some(Input::GoOn));
    after(&mut rig, 35, Some(Input::GoOn));
    after(&mut rig, 500, None);
    assert_eq!(text(&rig), first, "doubled");
    assert_eq!(rig.machine.view(&around).notice, Some(Notice::PressOnce), "and the screen says so");
    after(&mut rig, 500, Some(Input::GoOn));
    after(&mut rig, 200, None);
    let second = text(&rig);
    assert_ne!(second, first, "alone");
    after(&mut rig, 100, Some(Input::GoOn));
    after(&mut rig, 500, None);
    assert_eq!(text(&rig), second, "before it could be read");
    after(&mut rig, 500, Some(Input::GoOn));
    after(&mut rig, 200, None);
    assert_ne!(text(&rig), second);
}
