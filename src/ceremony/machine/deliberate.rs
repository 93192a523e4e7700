//! Tells a decision from a slip of the keyboard. A key that is held, doubled or pressed before its screen could be read
//! decides nothing: what reveals, confirms, decides or ends takes effect only if the screen has stood for a moment and
//! the key stays alone for a moment.

use std::mem::Discriminant;

use crate::ceremony::machine::farewell::Heard;
use crate::ceremony::machine::input::Input;
use crate::ceremony::machine::interlude::{Asked, Interlude};
use crate::ceremony::machine::{Machine, Mode};

/// How long a screen stands before it takes a decision, in milliseconds: nobody has read it sooner.
pub const STANDS: u64 = 500;
/// How long a key stays alone before it counts, in milliseconds. A held key repeats about every 30 ms, a bouncing or
/// doubled one comes once more within that time.
pub const ALONE: u64 = 120;

/// What distinguishes one screen from the next for people at the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Face {
    step: usize,
    stage: usize,
    logging_in: bool,
    mode: Discriminant<Mode>,
    between: Option<Asked>,
    shown: bool,
    ended: bool,
    heard: Option<Heard>,
}

/// The decisions that people press keys for on the current screen.
#[derive(Debug, Clone, Default)]
pub struct Deliberate {
    face: Option<Face>,
    /// When the screen appeared.
    since: u64,
    /// The last decision that somebody pressed a key for, and when.
    last: Option<(Input, u64)>,
    /// It waits to be the only one.
    waits: bool,
    /// The last key was ignored.
    ignored: bool,
}

impl Deliberate {
    /// Those of a screen that appears at `now`.
    pub fn appeared(now: u64) -> Self {
        Self { since: now, ..Self::default() }
    }

    /// Somebody decides something at `now`. It takes effect later, if at all.
    pub fn press(&mut self, input: Input, now: u64) {
        let again = self.last.as_ref().is_some_and(|(last, at)| *last == input && now.saturating_sub(*at) < ALONE);
        self.waits = !again && self.stands(now);
        self.ignored = !self.waits;
        self.last = Some((input, now));
    }

    /// The decision that has stayed alone, if there is one.
    pub fn ripe(&mut self, now: u64) -> Option<Input> {
        let alone = self.last.as_ref().is_some_and(|(_, at)| now.saturating_sub(*at) >= ALONE);
        if self.waits && alone { self.take() } else { None }
    }

    /// Whether the last key came too early or was held, and did nothing.
    pub const fn ignored(&self) -> bool {
        self.ignored
    }

    /// The decision that waits, as another key has been pressed.
    fn take(&mut self) -> Option<Input> {
        if std::mem::take(&mut self.waits) { self.last.as_ref().map(|(input, _)| input.clone()) } else { None }
    }

    /// Whether the screen has stood long enough.
    pub const fn stands(&self, now: u64) -> bool {
        now.saturating_sub(self.since) >= STANDS
    }

    /// Starts anew if it is another screen.
    fn look(&mut self, face: Face, now: u64) {
        if self.face != Some(face) {
            *self = Self { face: Some(face), since: now, last: self.last.take(), waits: false, ignored: false };
        }
    }
}

impl Machine {
    /// Whether this screen takes decisions already.
    pub fn takes_decisions(&self) -> bool {
        self.deliberate.stands(self.now)
    }

    /// Whether the last key came too early or was held, and did nothing.
    pub const fn ignored_a_key(&self) -> bool {
        self.deliberate.ignored()
    }

    /// Milliseconds until the passing of time changes something about decisions.
    pub fn next_moment(&self) -> Option<u64> {
        let Deliberate { since, last, waits, .. } = &self.deliberate;
        let ripe = last.as_ref().filter(|_| *waits).map(|(_, at)| at + ALONE);
        let stands = Some(since + STANDS).filter(|_| !self.takes_decisions());
        ripe.into_iter().chain(stands).min().map(|at| at.saturating_sub(self.now))
    }

    /// Somebody pressed a key. What decides something waits until it has stayed alone; anything else happens at once.
    pub(super) fn pressed(&mut self, input: Input) {
        let same = self.deliberate.last.as_ref().is_some_and(|(last, _)| *last == input);
        if !same && let Some(earlier) = self.deliberate.take() {
            self.act_on(earlier);
        }
        if input.decides() {
            self.deliberate.press(input, self.now);
        } else {
            self.act_on(input);
        }
    }

    /// Time has passed.
    pub(super) fn let_ripen(&mut self) {
        if let Some(input) = self.deliberate.ripe(self.now) {
            self.act_on(input);
        }
    }

    fn act_on(&mut self, input: Input) {
        match self.interlude.take() {
            Some(interlude) => self.in_between(interlude, input),
            None => self.input(input),
        }
        self.look();
    }

    /// Notices when another screen has appeared.
    pub(super) fn look(&mut self) {
        let face = Face {
            step: self.known.progress.cursor,
            stage: self.stage,
            logging_in: self.detour.is_some(),
            mode: std::mem::discriminant(&self.mode),
            between: self.interlude.as_ref().map(Interlude::asked),
            shown: match &self.mode {
                Mode::Asking(asking) => asking.shown_at.is_some(),
                Mode::Working { .. } | Mode::Faulted { .. } => false,
            },
            ended: self.known.progress.ended.is_some(),
            heard: self.farewell.as_ref().map(|farewell| farewell.heard),
        };
        self.deliberate.look(face, self.now);
    }
}

impl Input {
    /// Whether it reveals, confirms, decides or ends something.
    pub(in crate::ceremony) const fn decides(&self) -> bool {
        match self {
            Self::GoOn | Self::Tick(_) | Self::Chose(_) | Self::Show | Self::Close => true,
            Self::Hide
            | Self::Cover
            | Self::Edited(_)
            | Self::Leave
            | Self::Deviation
            | Self::StandIn(_)
            | Self::Identify(_)
            | Self::Stop => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(now: u64) -> Deliberate {
        Deliberate { since: now, ..Deliberate::default() }
    }

    #[test]
    fn a_key_alone_counts_once() {
        let mut keys = at(0);
        keys.press(Input::GoOn, 2000);
        assert_eq!(keys.ripe(2000 + ALONE - 1), None);
        assert_eq!(keys.ripe(2000 + ALONE), Some(Input::GoOn));
        assert_eq!(keys.ripe(9000), None);
    }

    #[test]
    fn a_held_key_never_counts() {
        for every in [10, 30, 100, ALONE - 1] {
            let mut keys = at(0);
            for now in (2000..20_000).step_by(usize::try_from(every).unwrap()) {
                assert_eq!(keys.ripe(now), None);
                keys.press(Input::Show, now);
            }
            assert!(every > 2000 || keys.ignored);
            assert_eq!(keys.ripe(90_000), None, "nor when it is let go");
        }
    }

    #[test]
    fn a_key_before_the_screen_could_be_read_does_not_count() {
        let mut keys = at(1000);
        keys.press(Input::GoOn, 1000 + STANDS - 1);
        assert_eq!(keys.ripe(9000), None);
        keys.press(Input::GoOn, 9001);
        assert_eq!(keys.ripe(9001 + ALONE), Some(Input::GoOn));
    }
}
