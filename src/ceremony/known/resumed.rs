//! What is known after the program ended before the ceremony did: what was in memory only is gone.

use crate::ceremony::known::Known;
use crate::ceremony::known::bags::Bags;
use crate::ceremony::known::holders::everybody;
use crate::ceremony::known::shares::Shares;
use crate::record::Again;
use crate::terms::Number;

/// The program was started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restarted {
    /// Cards that were dealt are void.
    pub void: bool,
}

/// What is done before a sitting is where it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Return {
    /// At the end of which step the ceremony goes on with which other.
    pub after: Vec<(Number, Number)>,
    /// The step it returns to, and the stages of it that were done already.
    pub done: Option<(Number, Vec<String>)>,
}

impl Return {
    /// What an entry says.
    pub(super) fn learn(&mut self, to: Number, again: &[Again], done: &[String]) {
        let next = again.iter().skip(1).map(|again| again.from).chain([to]);
        self.after = again.iter().map(|again| again.until).zip(next).collect();
        self.done = (!done.is_empty()).then(|| (to, done.to_vec()));
    }

    /// Where the ceremony goes on after a step that was done again; `None`: with the next step.
    pub(in crate::ceremony) fn after(&mut self, step: Number) -> Option<Number> {
        if self.done.as_ref().is_some_and(|(of, _)| *of == step) {
            self.done = None;
        }
        let place = self.after.iter().position(|(until, _)| *until == step)?;
        self.after.drain(..=place).next_back().map(|(_, next)| next)
    }
}

impl Known {
    /// The program has been started again.
    pub(super) fn learn_resumed(&mut self, to: Number, again: &[Again], done: &[String], void: bool) {
        self.doubt.learn_interrupted();
        self.seats.free();
        let lost = std::mem::take(&mut self.devices.logged_in);
        self.devices.login_lost.extend(lost);
        self.devices.learn_seen(&[]);
        self.pins.perhaps |= self.pins.chosen.is_some();
        self.progress.returns.learn(to, again, done);
        // Whoever was here may have left, and nobody watched the room.
        self.progress.not_confirmed = !self.people.since.is_empty();
        self.progress.restarted = self.progress.not_confirmed.then_some(Restarted { void });
        if void {
            let Shares { kcvs, dkek_kcv, earlier, .. } = std::mem::take(&mut self.shares);
            self.shares = Shares { kcvs, dkek_kcv, earlier, ..Shares::default() };
            self.bags = Bags::default();
        }
    }

    /// Those who guarded the DKEK before open it once more: it is gone, and the cards made of it are void.
    pub(in crate::ceremony) fn back_to_those_before(&mut self) {
        if self.coming.is_some() || self.plan.before.is_empty() {
            return;
        }
        let today = std::mem::replace(&mut self.plan.dkek_shares, self.plan.before.clone());
        self.coming = Some(today);
        self.shares.back_to_earlier();
        self.people.knowing = everybody(&self.plan).into_iter().collect();
    }
}
