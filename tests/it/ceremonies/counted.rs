//! What a flawless day asks of people, in screens and keys: the table of the README.

use hsm_ceremony::ceremony::{Body, FieldView, Input, View};
use hsm_ceremony::record::CeremonyKind;
use hsm_ceremony::secret::TypedText;
use hsm_ceremony::vault::Vault;

use super::rig::{Rig, plan_text};

/// Screens on which people do something, and the keys they press there.
#[derive(Default)]
pub struct Day {
    pub screens: usize,
    pub keys: usize,
    last: Option<(String, Vec<String>)>,
}

impl Day {
    /// A screen is another one if its step, its kind or its text is.
    pub fn sees(&mut self, view: &View) {
        let (kind, text) = match &view.body {
            Body::Working { .. } => return,
            Body::Read { text } => ("read", text),
            Body::Tick { text, .. } => ("tick", text),
            Body::Choose { text, .. } => ("choose", text),
            Body::Form { text, .. } => ("form", text),
            Body::Reveal { shown: true, during, .. } => ("shown", during),
            Body::Reveal { before, .. } => ("hidden", before),
            Body::Fault { happened, .. } => ("fault", happened),
            Body::Ended { text } => ("ended", text),
        };
        // What is ticked does not make another screen, nor does how many are still needed.
        let text = if kind == "tick" { vec![] } else { text.clone() };
        let screen = Some((format!("{} {kind}", view.header.number), text));
        if self.last != screen {
            self.screens += 1;
            self.last = screen;
        }
    }

    /// One field is typed, without the separators that nobody has to type, and Enter leads to the next.
    pub fn typed(&mut self, fields: &[FieldView], input: &Input, vault: &Vault) {
        let Input::Edited(name) = input else { return };
        let text = vault.typed(*name).map(TypedText::expose).unwrap_or_default();
        let last = fields.last().is_some_and(|field| field.name == *name);
        self.keys += text.iter().filter(|byte| **byte != b':').count() + usize::from(!last);
    }
}

/// What the README says of a ceremony: screens and keys.
fn in_the_readme(ceremony: CeremonyKind) -> (usize, usize) {
    let readme = include_str!("../../../README.md");
    let row = readme.lines().find(|line| line.starts_with(&format!("| *{}* |", ceremony.word())));
    let mut cells = row.expect("a row of the table").split('|').skip(2).map(|cell| cell.trim().parse().unwrap());
    (cells.next().unwrap(), cells.next().unwrap())
}

#[test]
fn the_readme_counts_the_screens_and_keys_of_a_flawless_day() {
    let records = tempfile::tempdir().unwrap();
    let mut establish = Rig::establish(&plan_text(2, 4, &[("EC:secp256r1", 10)], false), records.path());
    establish.run(|_| {});
    let day = std::mem::take(&mut establish.day);
    assert_eq!((day.screens, day.keys), in_the_readme(CeremonyKind::Establish));
    let mut restore = Rig::restore(records.path()).with_papers_of(establish);
    restore.run(|_| {});
    assert_eq!((restore.day.screens, restore.day.keys), in_the_readme(CeremonyKind::Restore));
}
