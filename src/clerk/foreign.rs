//! A folder with files that sc-hsm-tool made: share files, wrapped keys, no record.

use std::fs;

use sha2::{Digest as _, Sha256};

use super::folder::Folder;
use super::source::Source;
use crate::card::{AuthenticatedRequest, DescribedType, KeyDescription};
use crate::dkek::{ShareFile, WrappedKeyFile};
use crate::plan::{Plan, PlannedKey};
use crate::record::{BackedUpKey, KnownShare};
use crate::terms::{Curve, Digest, Fault, Kcv, KeyId, KeyLabel, KeyReference, KeyType, Serial};

/// More files than this are no backup.
const MOST_FILES: usize = 1000;

/// Looks through the folder's files: what begins as a share file is one, what parses as a wrapped key is one.
pub fn open(folder: Folder, plan: &Plan) -> Result<Source, Fault> {
    let missing = || Fault::new("source-missing").with("folder", folder.path().display());
    let names_in = |place: &str| -> Option<Vec<String>> {
        let entries = fs::read_dir(folder.path().join(place)).ok()?;
        let files = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
        let names = files.filter_map(|entry| entry.file_name().into_string().ok());
        Some(names.map(|name| format!("{place}{name}")).take(MOST_FILES).collect())
    };
    let mut names = names_in("").ok_or_else(missing)?;
    // A sitting of ours that was broken off before its manifest was written has its keys in a folder of their own.
    names.extend(names_in("keys/").unwrap_or_default());
    names.sort();
    let mut share_files = Vec::new();
    let mut keys: Vec<(BackedUpKey, Kcv)> = Vec::new();
    for name in names {
        let Ok(content) = folder.read(&name) else { continue };
        let digest = Digest(Sha256::digest(&content).into());
        if ShareFile::parse(&content).is_ok() {
            share_files.push((name, digest));
        } else if let Ok(file) = WrappedKeyFile::parse(&content) {
            let kcv = file.blob.kcv();
            keys.push((key(&name, digest, &file, &keys), kcv));
        }
    }
    let kcv = keys.first().map(|(_, kcv)| *kcv).ok_or_else(|| Fault::new("source-no-keys"))?;
    if let Some((other, _)) = keys.iter().find(|(_, other)| *other != kcv) {
        return Err(Fault::new("source-mixed").with("file", &other.wrapped));
    }
    if share_files.is_empty() {
        return Err(Fault::new("source-no-share-file"));
    }
    if share_files.len() != plan.dkek_shares.len() {
        return Err(Fault::new("source-several-share-files")
            .with("found", share_files.len())
            .with("planned", plan.dkek_shares.len()));
    }
    let alone = (share_files.len() == 1).then_some(kcv);
    let known = |(file, digest)| (KnownShare { file, set: None, kcv: alone }, digest);
    let share_files = share_files.into_iter().map(known).collect();
    let keys: Vec<BackedUpKey> = keys.into_iter().map(|(key, _)| key).collect();
    let serial = keys.iter().find_map(|key| original(&folder, key));
    let plan = Plan { keys: planned(&keys, plan)?, ..plan.clone() };
    let title = plan.title.clone();
    Ok(Source { folder, plan, keys, title, kcv, so_pin_set: None, serial, share_files, ours: None })
}

/// The device that a key was made on: its request is held by the device's serial and a sequence of five characters.
fn original(folder: &Folder, key: &BackedUpKey) -> Option<Serial> {
    let file = WrappedKeyFile::parse(&folder.read(&key.wrapped).ok()?).ok()?;
    AuthenticatedRequest::parse(file.certificate.as_deref()?).ok()?.request.serial().ok()
}

/// What a wrapped key's description and request say of it; what they do not say comes from its file's name.
fn key(name: &str, digest: Digest, file: &WrappedKeyFile, others: &[(BackedUpKey, Kcv)]) -> BackedUpKey {
    let described = file.description.as_deref().and_then(|bytes| KeyDescription::decode(bytes).ok());
    let request = file.certificate.as_deref().and_then(|bytes| AuthenticatedRequest::parse(bytes).ok());
    let key_type = request.and_then(|request| request.public_key()).map(|public| public.key_type());
    let key_type = key_type.unwrap_or(match described.as_ref().map(|described| described.key_type) {
        Some(DescribedType::Rsa { bits }) => KeyType::Rsa(bits),
        // Which curve of this size it is, nobody can say without a request.
        Some(DescribedType::Ec { field_bits: 384 }) => KeyType::Ec(Curve::P384),
        Some(DescribedType::Ec { field_bits: 512 }) => KeyType::Ec(Curve::BrainpoolP512r1),
        // OpenSCDP writes the size of whole bytes (seen by OpenSC's pull request 3157).
        Some(DescribedType::Ec { field_bits: 521 | 528 }) => KeyType::Ec(Curve::P521),
        _ => KeyType::Ec(Curve::P256),
    });
    let stem = name.split('.').next().unwrap_or_default();
    let words = [described.as_ref().map_or("", |described| described.label.as_str()), stem];
    let named = words.into_iter().find_map(|word| KeyLabel::new(&clean(word)).ok());
    let number = u8::try_from(others.len() + 1).unwrap_or(u8::MAX);
    let taken = |label: &KeyLabel| others.iter().any(|(other, _)| other.label == *label);
    let label = named.filter(|label| !taken(label));
    let numbered = || KeyLabel::new(&format!("key-{number}")).ok();
    let reference = described.as_ref().and_then(|described| described.reference).and_then(KeyReference::new);
    BackedUpKey {
        label: label.or_else(numbered).unwrap_or_else(KeyLabel::unnamed),
        id: described.and_then(|described| KeyId::from_bytes(&described.id)).unwrap_or_else(|| KeyId::of(number)),
        key_type,
        reference: reference.unwrap_or_else(|| KeyReference::least(number)),
        wrapped: name.to_owned(),
        wrapped_sha256: digest,
        // The public key comes from the request inside the wrapped key.
        public: String::new(),
        public_sha256: digest,
    }
}

fn clean(label: &str) -> String {
    label.chars().map(|c| if c == ' ' { '-' } else { c }).take(32).collect()
}

/// The keys as a plan: each goes where the given plan says for its label, otherwise where it was, otherwise to a free place.
fn planned(keys: &[BackedUpKey], plan: &Plan) -> Result<Vec<PlannedKey>, Fault> {
    let mut planned: Vec<PlannedKey> = Vec::new();
    for key in keys {
        let wish = plan.keys.iter().find(|wish| wish.label == key.label).map(|wish| wish.restore_to);
        let free = |reference: &KeyReference| planned.iter().all(|other| other.restore_to != *reference);
        let any = (1..=u8::MAX).filter_map(KeyReference::new);
        let restore_to = wish.into_iter().chain([key.reference]).chain(any).find(free);
        planned.push(PlannedKey {
            label: key.label.clone(),
            id: key.id.clone(),
            key_type: key.key_type,
            reference: key.reference,
            restore_to: restore_to.ok_or_else(|| Fault::new("step-not-possible"))?,
        });
    }
    Ok(planned)
}
