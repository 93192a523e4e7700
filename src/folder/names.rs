//! The names of a sitting's folder and of the files in it.

use crate::terms::{DeviceRole, DkekShareNumber, KeyLabel};

/// The plan, as it was read.
pub const PLAN: &str = "plan.json";

/// The record.
pub const RECORD: &str = "record.jsonl";

/// The manifest.
pub const MANIFEST: &str = "manifest.json";

/// The blank cards, in the folder of a rehearsal.
pub const BLANK_CARDS: &str = "cards.txt";

/// What the folder is, and how to restore from it: one page.
pub const RESTORE: &str = "RESTORE.txt";

/// The handbook, made for the plan of the sitting.
pub const HANDBOOK: &str = "CEREMONY.md";

/// The Python script that rebuilds a password from cards.
pub const REBUILD: &str = "rebuild.py";

/// The Python script that checks the folder.
pub const VERIFY: &str = "verify.py";

/// The word list of cards with words, one a line.
pub const WORD_LIST: &str = "words.txt";

/// Every sentence of the program, as it was that day.
pub const SCRIPT: &str = "script.txt";

/// The signature of the sealed record, which therefore cannot name it.
pub const RECORD_SIGNATURE: &str = "record.sig";

/// The report, as Markdown: made from the record when it is sealed, which is why no record has its digest.
pub const REPORT: &str = "report.md";

/// The same, to print.
pub const REPORT_HTML: &str = "report.html";

/// The digests of both, for `sha256sum -c`: whoever has no program finds damage.
pub const REPORT_SUMS: &str = "report.sha256";

/// The folder of the software cards, in the folder of a rehearsal.
pub const SOFTWARE_CARDS: &str = "cards";

/// The folder of wrapped keys, public keys and proofs.
pub const KEYS: &str = "keys/";

/// The file name extension of wrapped keys, and of no other file.
pub const WRAPPED: &str = "wrapped";

/// The prefix of every name that a rehearsal gives to something that could be mistaken for the real thing.
const REHEARSAL: &str = "REHEARSAL-";

/// The folder of one sitting: `REHEARSAL-2026-11-23-establish-3fa9`, or without the mark.
pub fn sitting(rehearsal: bool, day: &str, ceremony: &str, tail: &str) -> String {
    let mark = if rehearsal { REHEARSAL } else { "" };
    format!("{mark}{day}-{ceremony}-{tail}")
}

/// The folder that stands for a medium in a rehearsal.
pub fn rehearsed_medium(number: u8) -> String {
    format!("{REHEARSAL}medium-{number}")
}

/// Whether this is the name of a rehearsal's folder.
pub fn is_rehearsal(name: &str) -> bool {
    name.starts_with(REHEARSAL)
}

/// The file with the state of a software card, in [`SOFTWARE_CARDS`].
pub fn software_card(serial: &str) -> String {
    format!("{REHEARSAL}card-{serial}.json")
}

/// Whether this is the state of a software card in a sitting's folder.
pub fn is_software_card(name: &str) -> bool {
    let file = name.strip_prefix(SOFTWARE_CARDS).and_then(|rest| rest.strip_prefix('/'));
    let serial = file
        .and_then(|file| file.strip_prefix(REHEARSAL)?.strip_prefix("card-")?.strip_suffix(".json"))
        .unwrap_or_default();
    !serial.is_empty() && serial.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit())
}

/// The folder of what was set aside: the first, the second and so on.
pub fn set_aside(number: usize) -> String {
    format!("set-aside-{number}/")
}

/// Whether this is the name of such a folder.
pub fn is_set_aside(name: &str) -> bool {
    let number = name.strip_prefix("set-aside-").and_then(|rest| rest.strip_suffix('/'));
    number.is_some_and(|number| number.parse::<usize>().is_ok())
}

/// The record in a folder whose sitting went on in another place: nobody takes it for an open one.
pub const MOVED_RECORD: &str = "record-moved-away.jsonl";

/// A line of the record that was being written when the program ended, where it was set aside.
pub const TORN_LINE: &str = "torn-line.txt";

/// The end of the name of a file that is not written whole yet.
pub const UNFINISHED: &str = ".part";

/// A file that is written and removed again, to see whether files can be written.
pub const PROBE: &str = "probe.part";

/// The certificates of a device, as it gave them.
pub fn device_certificates(serial: &str) -> String {
    format!("device-{serial}.cvc")
}

/// The serial of the device whose certificates have this name.
pub fn device_of_certificates(name: &str) -> Option<&str> {
    name.strip_prefix("device-")?.strip_suffix(".cvc")
}

/// The share file of a DKEK share.
pub fn share_file(share: DkekShareNumber) -> String {
    format!("dkek-{share}.pbe")
}

/// The file of a wrapped key.
pub fn wrapped_key(label: &KeyLabel) -> String {
    format!("{KEYS}{label}.{WRAPPED}")
}

/// The file of a public key.
pub fn public_key(label: &KeyLabel) -> String {
    format!("{KEYS}{label}.pub.pem")
}

/// The file of the X.509 certificate that lay beside a key.
pub fn certificate(label: &KeyLabel) -> String {
    format!("{KEYS}{label}.cert.pem")
}

/// The end of the name of a signature.
const SIGNATURE: &str = ".sig";

/// What a restored key signs as its proof.
pub fn proof_text(label: &KeyLabel, role: Option<DeviceRole>) -> String {
    format!("{KEYS}{label}.proof{}.txt", of_device(role))
}

/// The signature of a restored key.
pub fn proof_signature(label: &KeyLabel, role: Option<DeviceRole>) -> String {
    format!("{KEYS}{label}.proof{}{SIGNATURE}", of_device(role))
}

/// What was signed, beside its signature.
pub fn text_of_signature(signature: &str) -> String {
    format!("{}.txt", signature.strip_suffix(SIGNATURE).unwrap_or(signature))
}

/// The further devices of a fleet have proofs of their own.
fn of_device(role: Option<DeviceRole>) -> String {
    role.and_then(DeviceRole::further).map(|number| format!("-{number}")).unwrap_or_default()
}
