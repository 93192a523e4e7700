//! Which of a step's screens is up, and how many there are.

use std::collections::BTreeSet;

use crate::ceremony::machine::{Machine, Mode};
use crate::ceremony::steps::StageKind;

/// The screens of the current step that people have come through, with the one that is up, by the places of their stages.
#[derive(Debug, Default)]
pub(in crate::ceremony) struct Screens {
    /// The step: its place in the list, or the one inserted there.
    of: Option<(usize, bool)>,
    seen: BTreeSet<usize>,
}

impl Machine {
    /// A stage begins. Whoever goes back comes through the later ones anew.
    pub(super) fn note_screen(&mut self, place: usize) {
        let of = Some((self.known.progress.cursor, self.detour.is_some()));
        if self.screens.of != of {
            self.screens = Screens { of, seen: BTreeSet::new() };
        }
        self.screens.seen.retain(|seen| *seen < place);
        let kind = self.step().and_then(|step| step.stages.get(place)).map(|stage| stage.kind);
        self.screens.seen.extend(kind.filter(|kind| kind.is_screen()).map(|_| place));
    }

    /// Which screen of its step is up, from 1, and how many there are; `None` where there is only one, or where it depends
    /// on what people or devices have yet to answer.
    pub(in crate::ceremony) fn screen_of_step(&self) -> Option<(usize, usize)> {
        let asking = matches!(self.mode, Mode::Asking(_)) && self.interlude.is_none();
        let stages = self.step().filter(|_| asking && self.known.progress.ended.is_none())?.stages.as_slice();
        stages.get(self.stage).filter(|stage| stage.kind.is_screen())?;
        let here = self.screens.seen.len();
        let mut all = here;
        // What has yet to answer, or may have to.
        let mut answers: Vec<StageKind> = stages.get(self.stage).map(|stage| stage.kind).into_iter().collect();
        for ahead in stages.iter().skip(self.stage + 1) {
            let open = answers.iter().any(|answer| ahead.when.hangs_on(*answer));
            if open && ahead.kind.is_screen() {
                return None;
            }
            if open || self.due(ahead.when) {
                answers.push(ahead.kind);
                all += usize::from(ahead.kind.is_screen());
            }
        }
        (all > 1).then_some((here, all))
    }
}
