//! What the handbook has beside the script's own chapters: the plan of a sitting, and the appendices.

use super::wrap::pad;
use crate::ceremony::{Ceremony, KeySource, role};
use crate::folder::names;
use crate::names::CeremonyKind;
use crate::plan::{Custody, Plan};
use crate::script::words;
use crate::terms::Scheme;
use crate::wordlists;

/// The Python script with which a stranger rebuilds a password or an SO-PIN from cards, without this program.
pub(super) const REBUILD: &str = include_str!("../../assets/script/rebuild.py");

/// The Python script with which a stranger checks a folder, without this program.
pub(super) const VERIFY: &str = include_str!("../../assets/verify.py");

/// Words per line of the printed word list.
const IN_A_ROW: u16 = 8;

/// The word list for a page: eight words a line, after the place of the first.
pub(super) fn words_in_rows() -> String {
    let row = |first: u16| {
        let words = (first..first + IN_A_ROW).filter_map(wordlists::word);
        let row: String = words.map(|word| pad(word, wordlists::LONGEST_WORD + 1)).collect();
        format!("{first:>4} {}\n", row.trim_end())
    };
    (0..wordlists::WORDS).step_by(usize::from(IN_A_ROW)).map(row).collect()
}

/// The people, quorums and keys of a plan, for the handbook of its sitting.
pub(super) fn sitting(ceremony: CeremonyKind, plan: &Plan) -> Vec<String> {
    let (keys, ceremony) = (Ceremony::by(ceremony, plan).character.keys, ceremony.word());
    let mut lines = vec![words::PaperSittingCeremony { ceremony, title: &plan.title }.to_string()];
    for person in plan.people() {
        let (role, name) = (role(plan, person), plan.name_of(person));
        lines.push(words::PaperSittingPerson { role, name }.to_string());
    }
    for (share, custody) in plan.numbers().zip(&plan.dkek_shares) {
        let file = names::share_file(share);
        lines.push(match custody {
            Custody::Quorum { quorum, scheme: Scheme::ScHsmTool, .. } => {
                words::PaperSittingNumbers { share, file, quorum }.to_string()
            }
            Custody::Quorum { quorum, scheme: Scheme::Words, .. } => {
                words::PaperSittingWords { share, file, quorum }.to_string()
            }
            Custody::Password { .. } => words::PaperSittingPassword { share, file }.to_string(),
        });
    }
    lines.extend(plan.so_pin_share().map(|share| words::PaperSittingSoPin { share }.to_string()));
    // Where the keys come from a device, those of the plan are about another day.
    let known = match keys {
        KeySource::Known | KeySource::New | KeySource::Files | KeySource::Folder => &plan.keys[..],
        KeySource::Device => &[],
    };
    for key in known {
        let (label, kind, id, reference, restore_to) =
            (&key.label, key.key_type.name(), &key.id, key.reference, key.restore_to);
        lines.push(words::PaperSittingKey { label, kind, id, reference, restore_to }.to_string());
    }
    lines
}
