//! A folder of files made by sc-hsm-tool: share files, wrapped keys, no record.

use crate::card::{AuthenticatedRequest, KeyDescription};
use crate::clerk::source::found::{Found, FoundFile};
use crate::clerk::source::{Source, Standing};
use crate::clerk::wrapped_keys::{kept_description, stated_type};
use crate::dkek::{ShareFile, WrappedKeyFile};
use crate::faults::{self, Fault};
use crate::folder::Folder;
use crate::plan::{Plan, PlannedKey};
use crate::record::{BackedUpKey, FoundKey, KnownShare};
use crate::terms::{Digest, Kcv, KeyId, KeyLabel, KeyReference, Serial};

/// Each key needs two steps of one section, which has two more, and steps are numbered up to 255.
pub(in crate::clerk) const MOST_KEYS: usize = 126;

/// How many files a fault names of each kind.
const NAMED: usize = 4;

/// Takes the folder's files for a backup.
///
/// # Errors
/// They are not a backup, or not one that fits the plan.
pub fn open(folder: Folder, plan: &Plan) -> Result<Source, Fault> {
    let found = Found::look_through(&folder)?;
    let kcv = the_kcv(&found)?;
    if found.keys.len() > MOST_KEYS {
        return Err(Fault::from(faults::SourceTooManyKeys { found: found.keys.len(), most: MOST_KEYS }));
    }
    one_for_each_share(&found, plan)?;
    let alone = (found.share_files.len() == 1).then_some(kcv);
    let share_files = found.share_files.into_iter().map(|file| known(file, alone)).collect();
    let (keys, described): (Vec<_>, Vec<_>) = described(&found.keys).into_iter().unzip();
    let mut devices = Vec::new();
    for file in &found.keys {
        devices.extend(original(&file.content).filter(|device| !devices.contains(device)));
    }
    let plan = Plan { keys: planned(&keys, plan)?, ..plan.clone() };
    let title = plan.title.clone();
    let standing = Standing::Elsewhere {
        passed_over: found.passed_over,
        damaged: found.damaged,
        copies: found.copies,
        keys: described,
    };
    let (kcv, so_pin_set) = (Some(kcv), None);
    Ok(Source { folder, plan, keys, title, kcv, so_pin_set, devices, share_files, standing, shares_elsewhere: true })
}

/// Takes the folder's share files for the DKEK of a device; whatever else is in the folder is passed over.
///
/// # Errors
/// There is not one for each DKEK share of the plan.
pub fn share_files(folder: Folder, plan: &Plan) -> Result<Source, Fault> {
    let mut found = Found::look_through(&folder)?;
    one_for_each_share(&found, plan)?;
    found.passed_over.extend(found.keys.into_iter().map(|file| file.name));
    found.passed_over.append(&mut found.damaged);
    Ok(Source {
        folder,
        plan: plan.clone(),
        keys: Vec::new(),
        title: plan.title.clone(),
        kcv: None,
        so_pin_set: None,
        devices: Vec::new(),
        share_files: found.share_files.into_iter().map(|file| known(file, None)).collect(),
        standing: Standing::Elsewhere {
            passed_over: found.passed_over,
            damaged: Vec::new(),
            copies: found.copies,
            keys: Vec::new(),
        },
        shares_elsewhere: true,
    })
}

fn known(file: FoundFile<ShareFile>, kcv: Option<Kcv>) -> (KnownShare, Digest) {
    (KnownShare { file: file.name, set: None, kcv }, file.digest)
}

fn one_for_each_share(found: &Found, plan: &Plan) -> Result<(), Fault> {
    if found.share_files.is_empty() {
        return Err(Fault::from(faults::SourceNoShareFile { damaged: files(&found.damaged_shares) }));
    }
    if found.share_files.len() != plan.dkek_shares.len() {
        return Err(Fault::from(faults::SourceSeveralShareFiles {
            found: found.share_files.len(),
            planned: plan.dkek_shares.len(),
            files: files(found.share_files.iter().map(|file| &file.name)),
        }));
    }
    Ok(())
}

/// What each wrapped key is called here, and how it was found.
pub(in crate::clerk) fn described(files: &[FoundFile<WrappedKeyFile>]) -> Vec<(BackedUpKey, FoundKey)> {
    let free_ids = free_ids(files);
    let places = files.iter().zip(labels(files)).enumerate();
    places.map(|(place, (file, label))| key(file, label, &free_ids, place)).collect()
}

/// The DKEK that all wrapped keys name.
fn the_kcv(found: &Found) -> Result<Kcv, Fault> {
    let mut groups: Vec<(Kcv, Vec<&String>)> = Vec::new();
    for file in &found.keys {
        let kcv = file.content.blob.kcv();
        match groups.iter_mut().find(|(known, _)| *known == kcv) {
            Some((_, names)) => names.push(&file.name),
            None => groups.push((kcv, vec![&file.name])),
        }
    }
    match groups.as_slice() {
        [(kcv, _)] => Ok(*kcv),
        [] => Err(Fault::from(faults::SourceNoKeys { damaged: files(&found.damaged) })),
        _ => {
            let group = |(kcv, names): &(Kcv, Vec<&String>)| format!("{kcv}: {}", files(names.iter().copied()));
            let groups: Vec<String> = groups.iter().map(group).collect();
            Err(Fault::from(faults::SourceMixed { groups: groups.join("; ") }))
        }
    }
}

/// The first few names, and how many more there are; a dash for none.
fn files<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
    match names.split_at_checked(NAMED) {
        Some((named, [_, ..])) => format!("{} (+{})", named.join(", "), names.len() - NAMED),
        _ if names.is_empty() => "-".to_owned(),
        _ => names.join(", "),
    }
}

/// The device that a key was generated on, as that device recorded it.
fn original(file: &WrappedKeyFile) -> Option<Serial> {
    AuthenticatedRequest::parse(file.certificate.as_deref()?).ok()?.device_serial().ok()
}

/// What each key is called in this sitting: by the label in its description or, if it has none that can name a file, or
/// not it alone, by its file.
fn labels(files: &[FoundFile<WrappedKeyFile>]) -> Vec<KeyLabel> {
    // Labels are also file names, and some disks are case-insensitive.
    let same = |one: &KeyLabel, other: &KeyLabel| one.as_str().eq_ignore_ascii_case(other.as_str());
    let own: Vec<Option<KeyLabel>> = files.iter().map(|file| label_of(&file.content)).collect();
    let alone = |label: &KeyLabel| own.iter().flatten().filter(|other| same(label, other)).count() == 1;
    let mut labels: Vec<Option<KeyLabel>> =
        own.iter().map(|label| label.clone().filter(|label| alone(label))).collect();
    for place in 0..labels.len() {
        if labels.get(place).is_some_and(Option::is_some) {
            continue;
        }
        let free = |label: &KeyLabel| !labels.iter().flatten().any(|other| same(label, other));
        let stem = files.get(place).and_then(|file| file.name.split('.').next()).and_then(cleaned);
        let numbered = || (1..=u8::MAX).filter_map(|number| KeyLabel::new(&format!("key-{number}")).ok()).find(&free);
        let label = stem.filter(&free).or_else(numbered);
        if let Some(empty) = labels.get_mut(place) {
            *empty = label;
        }
    }
    labels.into_iter().map(|label| label.unwrap_or_else(KeyLabel::unnamed)).collect()
}

fn label_of(file: &WrappedKeyFile) -> Option<KeyLabel> {
    kept_description(file).and_then(|(_, description)| cleaned(&description.label))
}

fn cleaned(text: &str) -> Option<KeyLabel> {
    let clean: String = text.chars().map(|c| if c == ' ' { '-' } else { c }).take(32).collect();
    KeyLabel::new(&clean).ok()
}

/// Ids of one byte that no description has.
fn free_ids(files: &[FoundFile<WrappedKeyFile>]) -> Vec<KeyId> {
    let taken: Vec<Vec<u8>> = files
        .iter()
        .filter_map(|file| kept_description(&file.content))
        .map(|(_, description)| description.id)
        .collect();
    (1..=u8::MAX).filter(|id| !taken.iter().any(|taken| taken == &[*id])).map(KeyId::of).collect()
}

/// What a wrapped key's description and certificate say about it; for want of a description, it gets a new one with one
/// of the free ids.
fn key(
    file: &FoundFile<WrappedKeyFile>,
    label: KeyLabel,
    free_ids: &[KeyId],
    before: usize,
) -> (BackedUpKey, FoundKey) {
    let described: Option<KeyDescription> = kept_description(&file.content).map(|(_, description)| description);
    let key_type = stated_type(&file.content);
    let number = u8::try_from(before + 1).unwrap_or(u8::MAX);
    let reference = described.as_ref().and_then(|described| described.reference).and_then(KeyReference::new);
    let own_id = described.as_ref().and_then(|described| KeyId::from_bytes(&described.id));
    let free_id = || free_ids.get(before).cloned().unwrap_or_else(|| KeyId::of(number));
    let id = own_id.clone().unwrap_or_else(free_id);
    let found = FoundKey {
        label: label.clone(),
        file: file.name.clone(),
        described: described.as_ref().map(|described| described.label.clone()),
        id: if described.is_some() { own_id } else { Some(id.clone()) },
        reference,
    };
    let key = BackedUpKey {
        label,
        id,
        key_type,
        reference: reference.unwrap_or_else(|| KeyReference::least(number)),
        wrapped: file.name.clone(),
        wrapped_sha256: file.digest,
        // The public key comes from the request or certificate inside the wrapped key.
        public: String::new(),
        public_sha256: file.digest,
    };
    (key, found)
}

/// The keys as a plan: each goes to the reference that the given plan has for its label, otherwise to its original one,
/// otherwise to a free one.
pub(in crate::clerk) fn planned(keys: &[BackedUpKey], plan: &Plan) -> Result<Vec<PlannedKey>, Fault> {
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
