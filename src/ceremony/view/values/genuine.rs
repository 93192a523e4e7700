//! Whether a device is genuine, in words.

use crate::ceremony::known::Known;
use crate::ceremony::known::devices::FoundDevice;
use crate::ceremony::steps::Step;
use crate::record::KeyOfCertificate;
use crate::script::words;
use crate::terms::{Advisory, Genuineness, KeyLabel};

/// What is known of a device that was found.
pub fn of_device(device: &FoundDevice) -> String {
    device.genuineness.as_ref().map_or_else(|| words::GENUINE_NOT_CHECKED.to_owned(), genuineness)
}

/// What its certificates prove, in one line.
pub fn genuineness(found: &Genuineness) -> String {
    match found {
        Genuineness::Genuine { root } => words::GenuineYes { root }.to_string(),
        Genuineness::Software { .. } => words::GENUINE_SOFTWARE.to_owned(),
        other => words::GenuineNo { why: why_not(other) }.to_string(),
    }
}

/// Why the device of a step is not taken for genuine.
pub fn why_of_device(known: &Known, step: &Step) -> Option<String> {
    known.devices.get(step.role)?.genuineness.as_ref().map(why_not)
}

fn why_not(found: &Genuineness) -> String {
    match found {
        // Neither is asked why.
        Genuineness::Genuine { root } => words::GenuineYes { root }.to_string(),
        Genuineness::Software { .. } => words::GENUINE_SOFTWARE.to_owned(),
        Genuineness::Unreadable => words::NOT_GENUINE_UNREADABLE.to_owned(),
        Genuineness::SelfSigned { certificate } => words::NotGenuineSelfSigned { certificate }.to_string(),
        Genuineness::IssuerMissing { issuer } => words::NotGenuineIssuerMissing { issuer }.to_string(),
        Genuineness::OtherMaker { root } => words::NotGenuineOtherMaker { root }.to_string(),
        Genuineness::BrokenSignature { certificate, issuer } => {
            words::NotGenuineBrokenSignature { certificate, issuer }.to_string()
        }
        Genuineness::NotAllowed { certificate } => words::NotGenuineNotAllowed { certificate }.to_string(),
        Genuineness::Expired { certificate, last } => words::NotGenuineExpired { certificate, last }.to_string(),
        Genuineness::NotYetValid { certificate, first } => {
            words::NotGenuineNotYetValid { certificate, first }.to_string()
        }
        Genuineness::OutsideTerm { certificate, issuer } => {
            words::NotGenuineOutsideTerm { issuer, certificate }.to_string()
        }
    }
}

/// What is known against its version, one note each; empty: nothing.
pub fn advisories(device: &FoundDevice) -> String {
    let said = device.advisories.iter().map(|known| format!("- {}", advisory(*known)));
    said.collect::<Vec<_>>().join("\n")
}

/// One of them, with its source.
pub fn advisory(known: Advisory) -> String {
    let source = known.source();
    match known {
        Advisory::WrapOf31 => words::AdvisoryWrapOf31 { source }.to_string(),
        Advisory::RestoreOf33 => words::AdvisoryRestoreOf33 { source }.to_string(),
    }
}

/// That the device generated a key, and whether it signed for it. On paper, that it did.
pub fn attested(known: Option<&Known>, step: &Step) -> &'static str {
    let key = step.key.as_ref().map(KeyLabel::as_str);
    match known.zip(key) {
        Some((known, key)) if !known.keys.attested.contains(key) => words::ATTESTED_CANNOT_CHECK,
        Some(_) | None => words::ATTESTED_YES,
    }
}

/// Whether the device of a step has the key of its certificate. On paper, that it has.
pub fn certificate_key(known: Option<&Known>, step: &Step) -> &'static str {
    match known.map(|known| known.devices.proven.get(&step.role).copied()) {
        None => words::CERTIFICATE_KEY_HELD,
        Some(Some(KeyOfCertificate::Held)) if known.is_some_and(|known| known.devices.is_not_genuine(step.role)) => {
            words::CERTIFICATE_KEY_OF_ITS_OWN
        }
        Some(Some(outcome)) => key_of_certificate(outcome),
        Some(None) => words::CERTIFICATE_KEY_NOT_TRIED,
    }
}

/// What a throw-away key proved.
pub const fn key_of_certificate(outcome: KeyOfCertificate) -> &'static str {
    match outcome {
        KeyOfCertificate::Held => words::CERTIFICATE_KEY_HELD,
        KeyOfCertificate::CannotCheck => words::CERTIFICATE_KEY_CANNOT_CHECK,
        KeyOfCertificate::NotGenerated => words::CERTIFICATE_KEY_NOT_GENERATED,
    }
}
