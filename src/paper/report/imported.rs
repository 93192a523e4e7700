//! What the report says of a key that was imported from a file.

use super::grouped;
use crate::ceremony::key_file_form;
use crate::record::ImportedKey;
use crate::script::words;

/// Each row with its heading.
pub(super) fn imported(key: &ImportedKey, line: u32) -> Vec<(&'static str, String)> {
    let form = key_file_form(key.form);
    let beside = if key.certificate { words::BESIDE_KEY_CERTIFICATE } else { words::BESIDE_KEY_REQUEST };
    vec![
        (words::REPORT_IMPORTED, words::ReportImportedAt { form, reference: key.reference, line }.to_string()),
        (words::REPORT_ATTESTED, words::REPORT_ATTESTED_NEVER.to_owned()),
        (words::REPORT_BESIDE, beside.to_owned()),
        (words::REPORT_PUBLIC_KEY, grouped(&key.public_key_sha256)),
    ]
}
