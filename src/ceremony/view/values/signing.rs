//! What the last screen says about the signature of the record.

use crate::ceremony::known::Known;
use crate::ceremony::view::ViewContext;
use crate::plan::Plan;
use crate::record::Ending;
use crate::script::words;

/// Whether the record is signed; empty where no key was to sign it.
pub(super) fn ended(plan: &Plan, known: &Known, context: &ViewContext) -> String {
    match (&context.signed, &plan.arrangements.sign_record, known.progress.ended) {
        (Some(Ok(label)), ..) => words::EndedSigned { label }.to_string(),
        (Some(Err(why)), ..) => words::EndedNotSigned { why }.to_string(),
        (None, Some(_), Some(Ending::Complete)) => words::ENDED_SIGNED_BY_NOBODY.to_owned(),
        (None, Some(_), Some(Ending::Aborted) | None) | (None, None, _) => String::new(),
    }
}
