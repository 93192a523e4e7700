//! Values about the origin of a restore.

use crate::ceremony::known::Known;
use crate::ceremony::known::restored::Origin;
use crate::ceremony::steps::{Answer, Question};
use crate::names::{StageName, StepName};
use crate::record::{FoundDkek, FoundInstead, Loss, UnusableFile};
use crate::script::{self, words};
use crate::terms::{DeviceRole, Digest, KeyId, KeyLabel, Serial};

/// The devices that the keys were generated on.
pub fn devices(origin: &Origin) -> String {
    let serials: Vec<String> = origin.devices.iter().map(Serial::to_string).collect();
    if serials.is_empty() { words::UNKNOWN.to_owned() } else { serials.join(", ") }
}

/// Which devices the replacement must not be: those of the backup, or the one of this sitting.
pub fn not_these_devices(known: &Known) -> String {
    let of_backup = known.restored.from.iter().flat_map(|origin| origin.devices.clone());
    let originals: Vec<String> =
        of_backup.chain(known.devices.serial(DeviceRole::Original)).map(|s| s.to_string()).collect();
    if originals.is_empty() { words::ORIGINALS_UNKNOWN.to_owned() } else { originals.join(", ") }
}

/// The last digest of its record.
pub fn record(origin: &Origin) -> String {
    origin.record.as_ref().map_or_else(|| words::NO_RECORD.to_owned(), Digest::in_lines)
}

/// Files that were passed over.
pub fn passed_over(origin: &Origin) -> String {
    if origin.passed_over.is_empty() { words::NOTHING_PASSED_OVER.to_owned() } else { origin.passed_over.join(", ") }
}

/// Wrapped keys that cannot be read, one per line.
pub fn damaged(origin: &Origin) -> String {
    indented(&origin.damaged)
}

/// Files that say the same as others, one per line.
pub fn copies(origin: &Origin) -> String {
    indented(&origin.copies.iter().map(|(copy, of)| format!("{copy} = {of}")).collect::<Vec<_>>())
}

/// Keys without a description, one per line, with what their new one says.
pub fn undescribed(origin: &Origin) -> String {
    let new = origin.keys.iter().filter(|found| found.described.is_none()).map(|found| {
        let id = found.id.as_ref().map_or_else(|| "-".to_owned(), KeyId::shown);
        format!("{}  id {id}  {}", found.label, found.file)
    });
    indented(&new.collect::<Vec<_>>())
}

/// Public key files that cannot be used, one per line, with what differs from the manifest.
pub fn public_unusable(origin: &Origin) -> String {
    if origin.public_found.is_empty() {
        return indented(&origin.public_unusable);
    }
    indented(&origin.public_found.iter().map(differs).collect::<Vec<_>>())
}

/// Wrapped keys that are not those of the manifest, one per line, with what differs.
pub fn wrapped_unusable(origin: &Origin) -> String {
    indented(&origin.wrapped_unusable.iter().map(|(_, file)| differs(file)).collect::<Vec<_>>())
}

/// What is there instead of the file that the manifest names. Two groups of a digest tell two files apart; the record has
/// all of it.
fn differs(unusable: &UnusableFile) -> String {
    let groups = |digest: &Digest| digest.in_groups().into_iter().take(2).collect::<Vec<_>>().join(" ");
    let file = &unusable.file;
    match &unusable.found {
        FoundInstead::Missing => words::FileIsMissing { file }.to_string(),
        FoundInstead::Changed(digest) => {
            let (found, expected) = (groups(digest), groups(&unusable.expected));
            words::FileIsChanged { file, found, expected }.to_string()
        }
        FoundInstead::Unreadable(why) => words::FileIsUnreadable { file, why }.to_string(),
        FoundInstead::NoPublicKey => words::FileIsNoPublicKey { file }.to_string(),
    }
}

/// Several DKEKs of one folder, each with its keys and their files.
pub fn dkeks(known: &Known) -> String {
    let one = |dkek: &FoundDkek| {
        let keys = dkek.keys.iter().map(|(label, file)| format!("    {label}  {file}"));
        std::iter::once(format!("  KCV {}", dkek.kcv)).chain(keys).collect::<Vec<_>>().join("\n")
    };
    known.restored.dkeks.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn indented(files: &[String]) -> String {
    files.iter().map(|file| format!("  {file}")).collect::<Vec<_>>().join("\n")
}

/// What became of the old device, in the words of the choice.
pub fn loss(loss: Loss) -> Option<String> {
    let (item, _) = Question::Loss.answers().iter().find(|(_, answer)| *answer == Answer::Loss(loss))?;
    let items = script::step(StepName::Loss).stage(StageName::Ask)?.items;
    items.iter().find(|(name, _)| name == item).map(|(_, text)| (*text).to_owned())
}

/// What follows from it.
pub const fn loss_follows(loss: Loss) -> &'static str {
    match loss {
        Loss::Broken => words::LOSS_BROKEN,
        Loss::Lost => words::LOSS_LOST,
        Loss::Stolen => words::LOSS_STOLEN,
        Loss::Nothing => words::LOSS_NOTHING,
    }
}

/// Further folders, one per line, each with its keys.
pub fn also_from(known: &Known) -> String {
    let labels = |keys: &[KeyLabel]| keys.iter().map(KeyLabel::to_string).collect::<Vec<_>>().join(", ");
    let line = |(folder, keys): &(String, Vec<KeyLabel>)| format!("  {folder}\n    {}", labels(keys));
    known.restored.also_from.iter().map(line).collect::<Vec<_>>().join("\n")
}
