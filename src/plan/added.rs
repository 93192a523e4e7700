//! One more key, for a rehearsal in which nobody has planned any.

use serde_json::{Map, Value, json};

use crate::plan::PlannedKey;
use crate::terms::{KeyId, KeyLabel, KeyReference, KeyType};

/// A key on a common curve in a place of its own, imported from a file where there is one, and the text of a plan with it instead of those that it names. `None`: the text is
/// no plan, or no place is left.
pub fn one_more_key(plan: &str, known: &[PlannedKey], file: Option<&str>) -> Option<(PlannedKey, String)> {
    let highest = known.iter().flat_map(|key| [key.reference.get(), key.restore_to.get()]).max().unwrap_or(0);
    let reference = KeyReference::new(highest.checked_add(1)?)?;
    let word = if file.is_some() { "imported" } else { "added" };
    let label = (1..=u8::MAX).map(|number| format!("{word}-{number}"));
    let label = label
        .filter_map(|label| KeyLabel::new(&label).ok())
        .find(|label| known.iter().all(|key| key.label != *label))?;
    let id = (1..=u8::MAX).rev().map(KeyId::of).find(|id| known.iter().all(|key| key.id != *id))?;
    let key_type = KeyType::parse(CURVE).ok()?;
    let mut plan: Map<String, Value> = serde_json::from_str(plan).ok()?;
    let mut row = json!({
        "label": label.as_str(),
        "type": CURVE,
        "id": id.to_string(),
        "reference": reference.get(),
        "restore_to": reference.get(),
    });
    if let (Some(row), Some(file)) = (row.as_object_mut(), file) {
        row.insert("file".to_owned(), Value::from(file));
    }
    plan.insert("keys".to_owned(), Value::Array(vec![row]));
    let text = serde_json::to_string_pretty(&plan).ok()? + "\n";
    let file = file.map(str::to_owned);
    Some((PlannedKey { label, id, key_type, reference, restore_to: reference, file }, text))
}

/// A type of key that every device knows.
const CURVE: &str = "ec:secp256r1";
