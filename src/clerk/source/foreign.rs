//! A folder of files made by sc-hsm-tool: share files, wrapped keys, no record.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::card::{AuthenticatedRequest, DescribedType, KeyDescription};
use crate::clerk::source::{Source, Standing};
use crate::dkek::{ShareFile, WrappedKeyFile};
use crate::faults::{self, Fault, FaultName};
use crate::folder::{Folder, names};
use crate::plan::{Plan, PlannedKey};
use crate::record::{BackedUpKey, KnownShare};
use crate::terms::{Curve, Digest, Kcv, KeyId, KeyLabel, KeyReference, KeyType, Serial};

/// A folder with more files than this is not a backup.
const MOST_FILES: usize = 1000;

/// Each key needs two steps of one section, which has two more, and steps are numbered up to 255.
const MOST_KEYS: usize = 126;

/// What the files of a folder are.
#[derive(Default)]
struct Found {
    share_files: Vec<(String, Digest)>,
    keys: Vec<(BackedUpKey, Kcv)>,
    devices: Vec<Serial>,
    passed_over: Vec<String>,
    damaged: Vec<String>,
}

/// Goes through the folder's files: one that starts like a share file is one, one that parses as a wrapped key is one.
/// All others are listed, and those that look like a damaged key are set apart.
///
/// # Errors
/// They are not a backup, or not one that fits the plan.
pub fn open(folder: Folder, plan: &Plan) -> Result<Source, Fault> {
    let Found { share_files, keys, devices, passed_over, damaged } = look_through(&folder)?;
    let kcv = keys.first().map(|(_, kcv)| *kcv).ok_or_else(|| Fault::from(faults::SourceNoKeys))?;
    if let Some((other, _)) = keys.iter().find(|(_, other)| *other != kcv) {
        return Err(Fault::from(faults::SourceMixed { file: &other.wrapped }));
    }
    if keys.len() > MOST_KEYS {
        return Err(Fault::from(faults::SourceTooManyKeys { found: keys.len(), most: MOST_KEYS }));
    }
    if share_files.is_empty() {
        return Err(Fault::from(faults::SourceNoShareFile));
    }
    if share_files.len() != plan.dkek_shares.len() {
        return Err(Fault::from(faults::SourceSeveralShareFiles {
            found: share_files.len(),
            planned: plan.dkek_shares.len(),
        }));
    }
    let alone = (share_files.len() == 1).then_some(kcv);
    let known = |(file, digest)| (KnownShare { file, set: None, kcv: alone }, digest);
    let share_files = share_files.into_iter().map(known).collect();
    let keys: Vec<BackedUpKey> = keys.into_iter().map(|(key, _)| key).collect();
    let plan = Plan { keys: planned(&keys, plan)?, ..plan.clone() };
    let title = plan.title.clone();
    let standing = Standing::Elsewhere { passed_over, damaged };
    Ok(Source { folder, plan, keys, title, kcv, so_pin_set: None, devices, share_files, standing })
}

fn look_through(folder: &Folder) -> Result<Found, Fault> {
    if !folder.path().is_dir() {
        return Err(Fault::from(faults::SourceMissing { folder: folder.path().display() }));
    }
    let too_many = || Fault::from(faults::SourceTooManyFiles { folder: folder.path().display(), most: MOST_FILES });
    let mut listing = folder.list("", MOST_FILES)?.ok_or_else(too_many)?;
    // A sitting of ours that was broken off before its manifest was written has its keys in a folder of their own.
    if let Some(place) = listing.others.iter().position(|name| name == names::KEYS) {
        listing.others.remove(place);
        let inside = folder.list(names::KEYS, MOST_FILES)?.ok_or_else(too_many)?;
        listing.files.extend(inside.files);
        listing.others.extend(inside.others);
    }
    listing.files.sort();
    let mut found = Found { passed_over: listing.others, ..Found::default() };
    for name in listing.files {
        let content = match folder.read(&name) {
            Err(fault) if fault.name == FaultName::FileTooLarge => {
                found.passed_over.push(name);
                continue;
            }
            content => content?,
        };
        let digest = Digest(Sha256::digest(&content).into());
        if ShareFile::parse(&content).is_ok() {
            found.share_files.push((name, digest));
            continue;
        }
        match WrappedKeyFile::parse(&content) {
            Ok(file) => {
                let known = key(&name, digest, &file, &found.keys);
                found.keys.push((known, file.blob.kcv()));
                found.devices.extend(original(&file).filter(|device| !found.devices.contains(device)));
            }
            Err(_) if WrappedKeyFile::begins(&content) || is_named_wrapped(&name) => found.damaged.push(name),
            Err(_) => found.passed_over.push(name),
        }
    }
    for name in found.passed_over.iter_mut().chain(&mut found.damaged) {
        // Only people read them, and no name may look like a sentence of the program.
        *name = name.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    }
    found.passed_over.sort();
    Ok(found)
}

/// Whether a file has a name that this program gives only to wrapped keys.
fn is_named_wrapped(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end == names::WRAPPED)
}

/// The device that a key was generated on, as that device recorded it.
fn original(file: &WrappedKeyFile) -> Option<Serial> {
    AuthenticatedRequest::parse(file.certificate.as_deref()?).ok()?.device_serial().ok()
}

/// What a wrapped key's description and request say about it; the rest comes from its file name.
fn key(name: &str, digest: Digest, file: &WrappedKeyFile, others: &[(BackedUpKey, Kcv)]) -> BackedUpKey {
    let described = file.description.as_deref().and_then(|bytes| KeyDescription::decode(bytes).ok());
    let request = file.certificate.as_deref().and_then(|bytes| AuthenticatedRequest::parse(bytes).ok());
    let key_type = request.and_then(|request| request.public_key()).map(|public| public.key_type());
    let key_type = key_type.unwrap_or(match described.as_ref().map(|described| described.key_type) {
        Some(DescribedType::Rsa { bits }) => KeyType::Rsa(bits),
        // Without a request, nobody can tell which curve of this size it is.
        Some(DescribedType::Ec { field_bits: 384 }) => KeyType::Ec(Curve::P384),
        Some(DescribedType::Ec { field_bits: 512 }) => KeyType::Ec(Curve::BrainpoolP512r1),
        // OpenSCDP writes the size in whole bytes (seen in OpenSC's pull request 3157).
        Some(DescribedType::Ec { field_bits: 521 | 528 }) => KeyType::Ec(Curve::P521),
        Some(DescribedType::Ec { .. } | DescribedType::Other) | None => KeyType::Ec(Curve::P256),
    });
    let stem = name.split('.').next().unwrap_or_default();
    let words = [described.as_ref().map_or("", |described| described.label.as_str()), stem];
    let named = words.into_iter().find_map(|word| KeyLabel::new(&clean(word)).ok());
    let number = u8::try_from(others.len() + 1).unwrap_or(u8::MAX);
    // Labels are also file names, and some disks are case-insensitive.
    let same = |label: &KeyLabel, other: &KeyLabel| label.as_str().eq_ignore_ascii_case(other.as_str());
    let free = |label: &KeyLabel| others.iter().all(|(other, _)| !same(label, &other.label));
    let label = named.filter(&free);
    let numbered = || (1..=u8::MAX).filter_map(|number| KeyLabel::new(&format!("key-{number}")).ok()).find(&free);
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

/// The keys as a plan: each goes to the reference that the given plan has for its label, otherwise to its original one,
/// otherwise to a free one.
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
            restore_to: restore_to.ok_or_else(|| Fault::from(faults::StepNotPossible))?,
        });
    }
    Ok(planned)
}
