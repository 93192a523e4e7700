//! What sentences say about the copies of the folder.

use std::path::Path;

use crate::ceremony::known::Known;
use crate::ceremony::known::media::{FolderCopy, planned_label};
use crate::ceremony::steps::Step;
use crate::ceremony::view::ViewContext;
use crate::plan::Plan;
use crate::script::words;

/// Which medium the plan says.
pub(super) fn planned(plan: &Plan, number: u8) -> String {
    planned_label(plan, number)
        .map_or_else(|| words::MEDIUM_OF_CHOICE.to_owned(), |label| words::MediumOfPlan { label }.to_string())
}

/// The copy that a step made.
pub(super) fn copy<'a>(known: &'a Known, step: &Step) -> Option<&'a FolderCopy> {
    known.media.copies.get(&step.medium?)
}

/// The name of a sitting's folder, without where it is.
pub(super) fn folder_name(folder: &str) -> String {
    Path::new(folder).file_name().map_or_else(|| folder.to_owned(), |name| name.to_string_lossy().into_owned())
}

/// What follows when the folder is complete.
pub(super) const fn after_close(plan: &Plan) -> &'static str {
    if plan.arrangements.media.is_empty() { words::AFTER_CLOSE_SEAL } else { words::AFTER_CLOSE_COPIES }
}

/// Which copies hold the sealed record, and which do not.
pub(super) fn ended(context: &ViewContext) -> String {
    let whole: Vec<&str> =
        context.copies.iter().filter(|copy| copy.why_not.is_none()).map(|copy| copy.label.as_str()).collect();
    let whole = (!whole.is_empty()).then(|| words::EndedCopies { labels: whole.join(", ") }.to_string());
    let failed = context.copies.iter().filter_map(|copy| {
        let why = copy.why_not.as_ref()?;
        Some(words::EndedCopyFailed { label: &copy.label, why }.to_string())
    });
    whole.into_iter().chain(failed).collect::<Vec<_>>().join(" ")
}
