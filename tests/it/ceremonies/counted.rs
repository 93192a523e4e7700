//! What a flawless day asks of people, in screens and keys: the table of the README.

use hsm_ceremony::ceremony::{Body, FieldView, Input, View};
use hsm_ceremony::names::FieldName;
use hsm_ceremony::secret::TypedText;
use hsm_ceremony::vault::Vault;

use super::rig::{Rig, plan_text};

/// Screens on which people do something, and the keys they press there.
#[derive(Default)]
pub struct Day {
    pub screens: usize,
    pub keys: usize,
    /// Bags whose numbers are typed. How long these are is not up to the program, so their keys are counted apart.
    pub bags: usize,
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
            Body::Ended { text, .. } => ("ended", text),
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
        if *name == FieldName::Bag {
            self.bags += 1;
            return;
        }
        let text = vault.typed(*name).map(TypedText::expose).unwrap_or_default();
        let last = fields.last().is_some_and(|field| field.name == *name);
        let typed = match name {
            // Three letters tell most of these words from the others, six tell every one; and between two stands a space.
            FieldName::CheckWords => 6 + 1 + 6,
            // Everybody in the example plan has initials.
            FieldName::ComparedBy => 2,
            _ => text.iter().filter(|byte| **byte != b':').count(),
        };
        self.keys += typed + usize::from(!last);
    }
}

/// What is typed on the same day with OpenSC's tools (0.23): commands, and answers to their prompts. Files, PINs and numbers
/// are as long as with ours.
const TOOLS_PROVISION: [&str; 7] = [
    "sc-hsm-tool --initialize --so-pin 9a41c07be6d25f38 --pin k7Wq42zLmX --dkek-shares 1",
    "sc-hsm-tool --import-dkek-share dkek-1.pbe --pwd-shares-total 2",
    "c80a6e6f2c73d9d7",
    "1",
    "6b5418f5cd84627a",
    "2",
    "0a5418f5cd84627b",
];
const TOOLS_ESTABLISH: [&str; 8] = [
    "sc-hsm-tool --create-dkek-share dkek-1.pbe --pwd-shares-threshold 2 --pwd-shares-total 4",
    // A share, and Enter.
    "",
    "",
    "",
    "",
    "pkcs11-tool --login --pin k7Wq42zLmX --keypairgen --key-type rsa:2048 --id 10 --label rsa-root",
    "pkcs15-tool -D",
    "sc-hsm-tool --wrap-key rsa-root.wrapped --key-reference 1 --pin k7Wq42zLmX",
];
const TOOLS_RESTORE: [&str; 2] =
    ["sc-hsm-tool --unwrap-key rsa-root.wrapped --key-reference 10 --pin k7Wq42zLmX", "pkcs15-tool -D"];

/// Prompts and results to read, and keys with Enter.
fn with_the_tools(own: &[&str]) -> (usize, usize) {
    let all = own.iter().chain(&TOOLS_PROVISION);
    (all.clone().count(), all.map(|line| line.len() + 1).sum())
}

/// What the README says: screens and keys.
fn in_the_readme(day: &str) -> (usize, usize) {
    let readme = include_str!("../../../README.md");
    let row = readme.lines().find(|line| line.starts_with(&format!("| {day} |")));
    let mut cells = row.expect("a row of the table").split('|').skip(2).map(|cell| cell.trim().parse().unwrap());
    (cells.next().unwrap(), cells.next().unwrap())
}

#[test]
fn the_readme_counts_the_screens_and_keys_of_a_flawless_day() {
    let records = tempfile::tempdir().unwrap();
    // As in the example plan, the SO-PIN is drawn; only the key is another, because it is generated quickly.
    let plan = plan_text(2, 4, &[("EC:secp256r1", 10)], false).replace(r#","new_so_pin":"typed""#, "");
    assert!(!plan.contains("new_so_pin"));
    let mut establish = Rig::establish(&plan, records.path());
    establish.run(|_| {});
    let day = std::mem::take(&mut establish.day);
    assert_eq!((day.screens, day.keys), in_the_readme("*establish*"));
    assert_eq!(day.bags, 4, "as the README says");
    let mut restore = Rig::restore(records.path()).with_papers_of(establish);
    restore.run(|_| {});
    assert_eq!((restore.day.screens, restore.day.keys), in_the_readme("*restore*"));
    assert_eq!(restore.day.bags, 2, "as the README says");
    assert_eq!(with_the_tools(&TOOLS_ESTABLISH), in_the_readme("the first day with OpenSC's tools"));
    assert_eq!(with_the_tools(&TOOLS_RESTORE), in_the_readme("their restore"));
}
