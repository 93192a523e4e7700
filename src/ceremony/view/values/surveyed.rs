//! Values about the keys of a device that is backed up.

use crate::ceremony::known::Known;
use crate::record::{KeyToBackUp, NotWrapped, RefusedKey};
use crate::script::words;
use crate::terms::{KeyId, KeyReference};

/// The keys that the device wraps, a line for each, in columns.
pub fn surveyed(keys: &[KeyToBackUp]) -> Vec<(KeyReference, String)> {
    let width = keys.iter().map(|key| key.key_type.name().chars().count()).max().unwrap_or(0);
    let line = |key: &KeyToBackUp| {
        let id = key.described_id.as_ref().map_or_else(|| "-".to_owned(), KeyId::in_column);
        let label = key.described.as_deref().filter(|label| !label.is_empty()).unwrap_or("-");
        let label: String = label.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
        let (reference, kind) = (key.reference.to_string(), key.key_type.name());
        (key.reference, format!("{reference:>3}  id {id:<10}  {kind:<width$}  {label}"))
    };
    keys.iter().map(line).collect()
}

/// The keys that it does not wrap, each with the reason.
pub fn refused(keys: &[RefusedKey]) -> String {
    if keys.is_empty() {
        return words::ALL_ARE_WRAPPED.to_owned();
    }
    let line = |refused: &RefusedKey| {
        let RefusedKey { key, why } = refused;
        let (label, reference) = (key.label.as_deref().unwrap_or("-"), key.reference);
        let why = match why {
            NotWrapped::NotExportable => words::NOT_WRAPPED_NOT_EXPORTABLE.to_owned(),
            NotWrapped::OtherDomain => words::NOT_WRAPPED_OTHER_DOMAIN.to_owned(),
            NotWrapped::NoDkek => words::NOT_WRAPPED_NO_DKEK.to_owned(),
            NotWrapped::OtherDkek(kcv) => words::NotWrappedOtherDkek { found: kcv }.to_string(),
            NotWrapped::Refused(status) => words::NotWrappedRefused { status }.to_string(),
        };
        words::NotWrapped { reference, label, why }.to_string()
    };
    keys.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What is in the backup, and which keys of the device are not.
pub fn chosen(known: &Known) -> String {
    let kept = known.kept_keys();
    let outside = known.keys.surveyed.iter().filter(|key| kept.iter().all(|kept| kept.label != key.label));
    let outside = outside.map(|key| key.label.to_string());
    let refused = known.keys.refused.iter().map(|refused| match &refused.key.label {
        Some(label) => format!("{label} ({})", refused.key.reference),
        None => refused.key.reference.to_string(),
    });
    let outside: Vec<String> = outside.chain(refused).collect();
    let kept: Vec<String> = kept.iter().map(|key| key.label.to_string()).collect();
    let kept = kept.join(", ");
    if outside.is_empty() {
        words::AllChosen { kept }.to_string()
    } else {
        words::SomeChosen { kept, others: outside.join(", ") }.to_string()
    }
}
