//! Every step as it was done: when, by whom at the keyboard, and how long it took against what was planned.

use super::{Told, clock, text};
use crate::paper::day::table;
use crate::paper::document::{Cell, Room, Sheet};
use crate::record::{Entry, Keyboard, Line, Remark};
use crate::script::{chapters, words};

impl Told<'_> {
    pub(super) fn timeline(&self) -> Sheet {
        let (mut rows, mut planned) = (Vec::new(), 0_u32);
        let (mut since, mut paused, mut pause) = (self.proof.lines.first().map(seconds).unwrap_or_default(), 0, None);
        let (began, mut all_paused) = (since, 0);
        for line in &self.proof.lines {
            match &line.entry {
                Entry::Remarked { remark: Remark::BreakBegan, .. } => pause = Some(seconds(line)),
                Entry::Remarked { remark: Remark::BreakEnded, .. } => {
                    let break_took = pause.take().map_or(0, |began: u64| seconds(line).saturating_sub(began));
                    paused += break_took;
                    all_paused += break_took;
                    rows.push(row(line, words::REPORT_BREAK.to_owned(), String::new(), "", shown(break_took)));
                }
                Entry::Done { step, by } => {
                    let now = seconds(line);
                    let took = now.saturating_sub(since).saturating_sub(paused);
                    (since, paused) = (now, 0);
                    let known = self.steps.get(&step.to_string());
                    let minutes = known.and_then(|known| Some(self.plan?.minutes(known.id)));
                    planned += minutes.map_or(0, u32::from);
                    let minutes = minutes.map(|minutes| minutes.to_string()).unwrap_or_default();
                    rows.push(row(line, self.step(*step), self.keyboard(line, by.as_deref()), &minutes, shown(took)));
                }
                _ => {}
            }
        }
        let last = self.proof.lines.last().map(seconds).unwrap_or_default();
        let whole = shown(last.saturating_sub(began).saturating_sub(all_paused));
        let planned = if planned == 0 { String::new() } else { planned.to_string() };
        rows.push(vec![text(""), text(words::REPORT_TOGETHER), text(""), text(planned), text(whole)]);
        let heads = [
            (words::REPORT_TIME_HEAD, 14),
            (words::PRINT_STEP_NUMBER, 36),
            (words::REPORT_KEYBOARD, 28),
            (words::REPORT_PLANNED, 11),
            (words::REPORT_TOOK, 11),
        ];
        Sheet::new(words::REPORT_TIMELINE).saying(chapters::REPORT_TIMELINE).with(table(&heads, rows, Room::Text))
    }

    /// Who was at the keyboard. The first builds did not say; those after them, in the line itself.
    fn keyboard(&self, line: &Line, by: Option<&str>) -> String {
        match line.around.as_ref().map(|around| &around.keyboard) {
            Some(Keyboard::Person(person, name)) => format!("{name} ({})", self.role(*person)),
            Some(Keyboard::NobodyYet) => words::REPORT_NOBODY_YET.to_owned(),
            None => by.unwrap_or_default().to_owned(),
        }
    }
}

fn row(line: &Line, what: String, keyboard: String, planned: &str, took: String) -> Vec<Cell> {
    let when = words::ReportTimeLine { time: clock(line), line: line.line }.to_string();
    vec![text(when), text(what), text(keyboard), text(planned), text(took)]
}

/// Seconds of a line's clock: since the ceremony began or, in earlier forms, since 1970.
fn seconds(line: &Line) -> u64 {
    match &line.around {
        Some(around) => around.since_start_ms / 1000,
        None => line.utc.parse::<jiff::Timestamp>().map_or(0, |time| u64::try_from(time.as_second()).unwrap_or(0)),
    }
}

/// `75:05`: minutes and seconds.
fn shown(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
