//! The files with which the folder of a sitting explains itself to a stranger, who may have neither this program nor
//! anybody to ask.

use super::handbook::handbook_of;
use super::restore::restore_page;
use super::wrap::pad;
use super::{cards_of, cards_text};
use crate::ceremony::{Cards, Ceremony, role};
use crate::folder::names;
use crate::names::CeremonyKind;
use crate::plan::{Custody, Plan};
use crate::script::{self, words};
use crate::terms::Scheme;
use crate::wordlists;

/// The Python script with which a stranger rebuilds a password or an SO-PIN from cards, without this program.
pub(super) const REBUILD: &str = include_str!("../../assets/script/rebuild.py");

/// The Python script with which a stranger checks a folder, without this program.
pub(super) const VERIFY: &str = include_str!("../../assets/verify.py");

/// Words per line of the printed word list.
const IN_A_ROW: u16 = 8;

/// What a folder says about its sitting, other than the plan.
#[derive(Debug, Clone)]
pub struct About {
    /// Which ceremony.
    pub ceremony: CeremonyKind,
    /// Whether it is a rehearsal.
    pub rehearsal: bool,
    /// The name of the folder that is restored from, if any.
    pub from: Option<String>,
}

/// The files that explain the folder of a sitting, by name, with their content. They depend on nothing that happens
/// during the ceremony, so that a folder explains itself however the ceremony ends.
pub fn explaining_files(about: &About, plan: &Plan) -> Vec<(&'static str, Vec<u8>)> {
    let mut files = vec![
        (names::RESTORE, restore_page(about, plan).into_bytes()),
        (names::HANDBOOK, handbook_of(about.ceremony, plan).into_bytes()),
        (names::VERIFY, VERIFY.as_bytes().to_vec()),
        (names::SCRIPT, script::text()),
    ];
    match Ceremony::of(about.ceremony).character.cards {
        Cards::Dealt => {
            files.push((names::REBUILD, REBUILD.as_bytes().to_vec()));
            let words = |share: &Custody| share.scheme() == Some(Scheme::Words);
            if plan.so_pin_share().is_some() || plan.dkek_shares.iter().any(words) {
                files.push((names::WORD_LIST, word_list().into_bytes()));
            }
            if about.rehearsal {
                files.push((names::BLANK_CARDS, cards_text(&cards_of(plan)).into_bytes()));
            }
        }
        // What is on the cards of an earlier ceremony opens that ceremony's folder, and nothing here.
        Cards::Earlier | Cards::None => {}
    }
    files
}

/// The word list, one word a line.
fn word_list() -> String {
    (0..wordlists::WORDS).filter_map(wordlists::word).map(|word| format!("{word}\n")).collect()
}

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
    let ceremony = ceremony.word();
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
    for key in &plan.keys {
        let (label, kind, id, reference, restore_to) =
            (&key.label, key.key_type.name(), &key.id, key.reference, key.restore_to);
        lines.push(words::PaperSittingKey { label, kind, id, reference, restore_to }.to_string());
    }
    lines
}
