//! Values about the DKEK shares and their sets.

use crate::ceremony::known::Known;
use crate::ceremony::steps::Step;
use crate::clerk::acts;
use crate::record::Defect;
use crate::script::words;
use crate::terms::{DkekShareNumber, Purpose, Scheme};

/// The prime of this step's set, or its number.
pub fn set(known: &Known, step: &Step) -> Option<String> {
    known.shares.set(Purpose::DkekShare(step.share)).map(str::to_owned)
}

/// The public values of the sets that were dealt, one per line.
pub fn sets(known: &Known) -> String {
    let several = known.plan.dkek_shares.len() > 1;
    let line = |share: DkekShareNumber| {
        let set = known.shares.set(Purpose::DkekShare(share)).unwrap_or_default();
        let kcv = known.shares.kcv(share).map(|kcv| kcv.to_string()).unwrap_or_default();
        match (known.plan.scheme(share), several) {
            (Some(Scheme::ScHsmTool), false) => words::DealtPrime { set }.to_string(),
            (Some(Scheme::Words), false) => words::DealtSet { set }.to_string(),
            (Some(Scheme::ScHsmTool), true) => words::DealtPrimeOf { share, set, kcv }.to_string(),
            (Some(Scheme::Words), true) => words::DealtSetOf { share, set, kcv }.to_string(),
            (None, _) => words::DealtPasswordOf { share, kcv }.to_string(),
        }
    };
    let so_pin = known.shares.set(Purpose::SoPin).map(|set| words::DealtSoPin { set }.to_string());
    known.plan.numbers().map(line).chain(so_pin).collect::<Vec<_>>().join("\n")
}

/// Words with their places, four in a line, indented, so that a screen does not rewrap them.
pub fn numbered(words: &[&str]) -> String {
    const LONGEST: usize = 11;
    let places: Vec<String> = words.iter().zip(1..).map(|(word, place)| format!("{place} {word:<LONGEST$}")).collect();
    let lines = places.chunks(4).map(|line| format!("  {}", line.join("  ").trim_end()));
    lines.collect::<Vec<_>>().join("\n")
}

/// `3 and 6`.
pub fn asked([first, second]: [u8; 2]) -> String {
    words::WordsAsked { first, second }.to_string()
}

/// Of which files the digest that names the public keys is.
pub fn public_keys(known: &Known) -> String {
    match known.fingerprints().as_slice() {
        [(label, _)] => words::FingerprintOfOne { file: acts::public_key_file(label) }.to_string(),
        keys => words::FingerprintOfAll { keys: keys.len() }.to_string(),
    }
}

/// What the old tool would have failed at.
pub fn defects(known: &Known) -> String {
    let defects: Vec<&str> = known.shares.defects.iter().map(|defect| sentence(*defect)).collect();
    if defects.is_empty() { words::NO_DEFECTS.to_owned() } else { defects.join("\n") }
}

const fn sentence(defect: Defect) -> &'static str {
    match defect {
        Defect::LeadingZero => words::DEFECT_LEADING_ZERO,
        Defect::HexadecimalId => words::DEFECT_HEXADECIMAL_ID,
        Defect::DecimalId => words::DEFECT_DECIMAL_ID,
        Defect::SmallPrime => words::DEFECT_SMALL_PRIME,
        Defect::ShortValue => words::DEFECT_SHORT_VALUE,
        Defect::WrongShare => words::DEFECT_WRONG_SHARE,
    }
}
