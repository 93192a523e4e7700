//! The files with which the folder of a sitting explains itself to a stranger, who may have neither this program nor
//! anybody to ask.

use super::appendix::{REBUILD, VERIFY};
use super::card::{cards_of, cards_text};
use super::handbook::handbook_of;
use super::restore::{About, restore_page};
use crate::ceremony::{Cards, Ceremony};
use crate::folder::names;
use crate::plan::{Custody, Plan};
use crate::script;
use crate::terms::Scheme;
use crate::wordlists;

/// The files that explain the folder of a sitting, by name, with their content. They depend on nothing that happens
/// during the ceremony, so that a folder explains itself however the ceremony ends.
pub fn explaining_files(about: &About, plan: &Plan) -> Vec<(&'static str, Vec<u8>)> {
    let mut files = vec![
        (names::RESTORE, restore_page(about, plan).into_bytes()),
        (names::HANDBOOK, handbook_of(about.ceremony, plan).into_bytes()),
        (names::VERIFY, VERIFY.as_bytes().to_vec()),
        (names::SCRIPT, script::text()),
    ];
    let character = &Ceremony::by(about.ceremony, plan).character;
    // What is on the cards of an earlier ceremony opens a backup, and nothing in a folder without one.
    if character.makes_a_backup() {
        files.push((names::REBUILD, REBUILD.as_bytes().to_vec()));
        let words = |share: &Custody| share.scheme() == Some(Scheme::Words);
        if plan.so_pin_share().is_some() || plan.dkek_shares.iter().any(words) {
            files.push((names::WORD_LIST, word_list().into_bytes()));
        }
    }
    match character.cards {
        Cards::Dealt | Cards::Changed | Cards::Replaced if about.rehearsal => {
            files.push((names::BLANK_CARDS, cards_text(&cards_of(plan)).into_bytes()));
        }
        Cards::Dealt | Cards::Changed | Cards::Replaced | Cards::Earlier | Cards::None => {}
    }
    files
}

/// The word list, one word a line.
fn word_list() -> String {
    (0..wordlists::WORDS).filter_map(wordlists::word).flat_map(|word| [word, "\n"]).collect()
}
