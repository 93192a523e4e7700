//! Values about keys that were found in files made elsewhere, whose labels and ids are not always those of a plan.

use crate::ceremony::known::Known;
use crate::plan::{Plan, PlannedKey};
use crate::record::{FoundKey, NotProven};
use crate::script::words;
use crate::terms::{KeyFileForm, KeyId, THROW_AWAY_NAME};

/// A line that a screen does not break.
const LINE: usize = 76;

/// The most characters of a label.
const LABEL: usize = 36;

/// What a key is called on every screen: the label that the device shows; if it is not that of one key alone, together
/// with the name of its file.
pub fn name(known: &Known, key: &PlannedKey) -> String {
    let Some(found) = known.restored.found(&key.label) else { return key.label.to_string() };
    let keys = known.restored.from.as_ref().map_or(&[][..], |origin| origin.keys.as_slice());
    let same = |other: &&FoundKey| described(other).map(str::to_lowercase) == described(found).map(str::to_lowercase);
    match described(found) {
        Some(label) if keys.iter().filter(same).count() > 1 => format!("\"{}\" ({})", shown(label), key.label),
        Some(label) if label == key.label.as_str() => key.label.to_string(),
        Some(label) => format!("\"{}\"", shown(label)),
        None => key.label.to_string(),
    }
}

/// The label that the device shows.
pub fn label(known: &Known, key: &PlannedKey) -> String {
    match known.restored.found(&key.label).map(|found| found.described.as_deref()) {
        Some(Some("")) => "-".to_owned(),
        Some(Some(label)) => shown(label),
        Some(None) | None => key.label.to_string(),
    }
}

/// The id; a dash if its description has none.
pub fn id(known: &Known, key: &PlannedKey) -> String {
    stated_id(known, key).map_or_else(|| "-".to_owned(), KeyId::shown)
}

fn stated_id<'a>(known: &'a Known, key: &'a PlannedKey) -> Option<&'a KeyId> {
    known.restored.found(&key.label).map_or(Some(&key.id), |found| found.id.as_ref())
}

/// The key reference that it had on the device it came from, if anything states it.
pub fn reference(known: &Known, key: &PlannedKey) -> String {
    let found = known.restored.found(&key.label);
    let reference = found.map_or(Some(key.reference), |found| found.reference);
    reference.map_or_else(|| words::UNKNOWN.to_owned(), |reference| reference.to_string())
}

/// Where it is said which keys there must be.
pub fn expected(known: &Known) -> &'static str {
    if known.restored.is_foreign() { words::KEYS_OF_THE_FOLDER } else { words::KEYS_OF_THE_PLAN }
}

/// The keys in columns, one per line; those of files made elsewhere with their files.
pub fn planned(known: &Known) -> String {
    let width = |of: &dyn Fn(&PlannedKey) -> String| known.keys_of_today().map(|key| of(key).chars().count()).max();
    let (labels, types) = (width(&|key| label(known, key)), width(&|key| key.key_type.name()));
    let (labels, types) = (labels.unwrap_or(0), types.unwrap_or(0));
    let line = |key: &PlannedKey, id: String| {
        let file = known.restored.found(&key.label).map_or_else(String::new, |found| format!("  {}", found.file));
        format!("  {:<labels$}  {:<types$}  id {id}{file}", label(known, key), key.key_type.name())
    };
    let one = |key: &PlannedKey| {
        let whole = line(key, id(known, key));
        let short = || stated_id(known, key).map_or_else(|| "-".to_owned(), KeyId::in_column);
        if whole.chars().count() <= LINE { whole } else { line(key, short()) }
    };
    known.keys_of_today().map(one).collect::<Vec<_>>().join("\n")
}

/// Why nobody can prove a key here.
pub fn why_not_proven(known: &Known, key: &PlannedKey) -> String {
    match known.keys.not_provable.get(key.label.as_str()).copied().flatten() {
        Some(NotProven::NoPublicKey) => words::NOT_PROVEN_NO_PUBLIC_KEY.to_owned(),
        Some(NotProven::Curve) => words::NotProvenCurve { key_type: key.key_type.name() }.to_string(),
        Some(NotProven::Algorithms) => words::NOT_PROVEN_ALGORITHMS.to_owned(),
        Some(NotProven::Secret) => words::NOT_PROVEN_SECRET.to_owned(),
        None => words::NOT_PROVEN.to_owned(),
    }
}

/// A label that anyone may have written, for one line of a screen.
fn shown(label: &str) -> String {
    let clean: String = label.chars().map(|c| if c.is_control() { '?' } else { c }).take(LABEL).collect();
    if label.chars().count() > LABEL { format!("{clean}…") } else { clean }
}

fn described(found: &FoundKey) -> Option<&str> {
    found.described.as_deref().filter(|label| !label.is_empty())
}

/// The file that a key is imported from, where the plan names one.
pub fn file(key: &PlannedKey, known: Option<&Known>) -> Option<String> {
    key.file.clone().or_else(|| known.map(|_| "-".to_owned()))
}

/// The files of all keys that are imported.
pub fn files(plan: &Plan, known: Option<&Known>) -> String {
    let stays = |key: &&PlannedKey| known.is_none_or(|known| !known.keys.left_out.contains(key.label.as_str()));
    let line = |key: &PlannedKey| format!("  {}: {}", key.label, key.file.as_deref().unwrap_or("-"));
    plan.keys.iter().filter(stays).map(line).collect::<Vec<_>>().join("\n")
}

/// What the file that was read last is.
pub fn form(known: &Known) -> Option<&'static str> {
    known.keys.read.as_ref().map(|(_, form)| key_file_form(*form))
}

/// A form of key files in words.
pub const fn key_file_form(form: KeyFileForm) -> &'static str {
    match form {
        KeyFileForm::Pkcs8 => words::KEY_FILE_PKCS8,
        KeyFileForm::EncryptedPkcs8 => words::KEY_FILE_ENCRYPTED_PKCS8,
        KeyFileForm::Pkcs12 => words::KEY_FILE_PKCS12,
    }
}

/// What lies beside an imported key on the device.
pub fn beside(known: &Known, key: &PlannedKey) -> &'static str {
    if known.keys.certified.contains(key.label.as_str()) {
        words::BESIDE_KEY_CERTIFICATE
    } else {
        words::BESIDE_KEY_REQUEST
    }
}

/// What the password of the throw-away key of a rehearsal is. Of any other file the program does not know it.
pub fn throw_away(known: &Known, key: &PlannedKey) -> &'static str {
    let is_ours = key.file.as_deref().is_some_and(|file| file.contains(THROW_AWAY_NAME));
    if known.rehearsal && is_ours { words::THROW_AWAY_PASSWORD } else { "" }
}
