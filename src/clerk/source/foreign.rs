//! A folder of files made by sc-hsm-tool: share files, wrapped keys, no record.

use crate::card::{AuthenticatedRequest, KeyDescription, is_own_request};
use crate::clerk::source::found::{Found, FoundFile};
use crate::clerk::source::{DkekInFolder, Source, Standing};
use crate::clerk::wrapped_keys::{kept_description, stated_type};
use crate::dkek::{ShareFile, WrappedKeyFile};
use crate::faults::{self, Fault};
use crate::folder::Folder;
use crate::plan::{Plan, PlannedKey};
use crate::record::{BackedUpKey, FoundDkek, FoundKey, KnownShare};
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
    let mut dkeks = dkeks(&found)?;
    if found.keys.len() > MOST_KEYS {
        return Err(Fault::from(faults::SourceTooManyKeys { found: found.keys.len(), most: MOST_KEYS }));
    }
    // With several DKEKs, share files of each may lie here: which of them it is, only opening them tells.
    let one_dkek = dkeks.len() == 1;
    one_for_each_share(&found, plan, one_dkek)?;
    let kcv = dkeks.first().map(|dkek| dkek.found.kcv).ok_or_else(|| no_keys(&found))?;
    let alone = (found.share_files.len() == 1 && one_dkek).then_some(kcv);
    let share_files = found.share_files.into_iter().map(|file| known(file, alone)).collect();
    let (keys, described): (Vec<_>, Vec<_>) = described(&found.keys).into_iter().unzip();
    let mut planned = Vec::new();
    for (file, key) in found.keys.iter().zip(&keys) {
        // Every DKEK is restored to a device of its own.
        let Some(dkek) = dkeks.iter_mut().find(|dkek| dkek.found.kcv == file.content.blob.kcv()) else { continue };
        planned.push(to_a_free_reference(key, plan, |reference| !is_taken(&planned, &dkek.found, reference))?);
        dkek.found.keys.push((key.label.clone(), key.wrapped.clone()));
        dkek.devices.extend(original(&file.content).filter(|device| !dkek.devices.contains(device)));
    }
    let plan = Plan { keys: planned, ..plan.clone() };
    let title = plan.title.clone();
    let devices = dkeks.first().map(|dkek| dkek.devices.clone()).unwrap_or_default();
    let standing = Standing::Elsewhere {
        passed_over: found.passed_over,
        damaged: found.damaged,
        copies: found.copies,
        keys: described,
        dkeks,
    };
    let (kcv, so_pin_set) = (Some(kcv), None);
    let (others, before, shares_elsewhere) = (Vec::new(), None, true);
    Ok(Source {
        folder,
        plan,
        keys,
        title,
        kcv,
        so_pin_set,
        devices,
        share_files,
        standing,
        shares_elsewhere,
        others,
        before,
    })
}

/// Takes the folder's share files for the DKEK of a device; whatever else is in the folder is passed over.
///
/// # Errors
/// There is not one for each DKEK share of the plan.
pub fn share_files(folder: Folder, plan: &Plan) -> Result<Source, Fault> {
    let mut found = Found::look_through(&folder)?;
    one_for_each_share(&found, plan, true)?;
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
            dkeks: Vec::new(),
        },
        shares_elsewhere: true,
        others: Vec::new(),
        before: None,
    })
}

fn known(file: FoundFile<ShareFile>, kcv: Option<Kcv>) -> (KnownShare, Digest) {
    (KnownShare { file: file.name, set: None, kcv }, file.digest)
}

/// There is one share file for each DKEK share, or at least one if not `exactly`.
fn one_for_each_share(found: &Found, plan: &Plan, exactly: bool) -> Result<(), Fault> {
    if found.share_files.is_empty() {
        return Err(Fault::from(faults::SourceNoShareFile { damaged: files(&found.damaged_shares) }));
    }
    let (count, planned) = (found.share_files.len(), plan.dkek_shares.len());
    if count < planned || exactly && count != planned {
        return Err(Fault::from(faults::SourceSeveralShareFiles {
            found: count,
            planned,
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

/// The DKEKs that wrapped keys name, in the order of their first files; their keys are yet to be called something.
fn dkeks(found: &Found) -> Result<Vec<DkekInFolder>, Fault> {
    let mut dkeks: Vec<DkekInFolder> = Vec::new();
    for file in &found.keys {
        let kcv = file.content.blob.kcv();
        if !dkeks.iter().any(|dkek| dkek.found.kcv == kcv) {
            dkeks.push(DkekInFolder { found: FoundDkek { kcv, keys: Vec::new() }, devices: Vec::new() });
        }
    }
    if dkeks.is_empty() { Err(no_keys(found)) } else { Ok(dkeks) }
}

fn no_keys(found: &Found) -> Fault {
    Fault::from(faults::SourceNoKeys { damaged: files(&found.damaged) })
}

/// Whether a key under the same DKEK goes to this reference.
fn is_taken(planned: &[PlannedKey], dkek: &FoundDkek, reference: KeyReference) -> bool {
    let under_it = |key: &&PlannedKey| dkek.keys.iter().any(|(label, _)| *label == key.label);
    planned.iter().filter(under_it).any(|key| key.restore_to == reference)
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

/// The device that a key was generated on, as that device recorded it. None generated a key that signed its own request.
fn original(file: &WrappedKeyFile) -> Option<Serial> {
    let request = AuthenticatedRequest::parse(file.certificate.as_deref()?).ok()?;
    if is_own_request(&request) { None } else { request.device_serial().ok() }
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

/// The keys of one DKEK as those of a plan, each at a reference of its own.
pub(in crate::clerk) fn planned(keys: &[BackedUpKey], plan: &Plan) -> Result<Vec<PlannedKey>, Fault> {
    let mut planned: Vec<PlannedKey> = Vec::new();
    for key in keys {
        let free = |reference: KeyReference| planned.iter().all(|other| other.restore_to != reference);
        planned.push(to_a_free_reference(key, plan, free)?);
    }
    Ok(planned)
}

/// A key as one of a plan: it goes to the reference that the given plan has for its label, otherwise to its original one,
/// otherwise to a free one.
fn to_a_free_reference(
    key: &BackedUpKey,
    plan: &Plan,
    is_free: impl Fn(KeyReference) -> bool,
) -> Result<PlannedKey, Fault> {
    let wish = plan.keys.iter().find(|wish| wish.label == key.label).map(|wish| wish.restore_to);
    let any = (1..=u8::MAX).filter_map(KeyReference::new);
    let restore_to = wish.into_iter().chain([key.reference]).chain(any).find(|reference| is_free(*reference));
    Ok(PlannedKey {
        label: key.label.clone(),
        id: key.id.clone(),
        key_type: key.key_type,
        reference: key.reference,
        restore_to: restore_to.ok_or_else(|| Fault::from(faults::StepNotPossible))?,
        file: None,
    })
}
