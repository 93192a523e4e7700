//! Where the keys of a device that is retired live on.

use crate::ceremony::known::Known;
use crate::record::{LivesOn, TracedKey};
use crate::script::words;

/// One line for each key.
pub fn keys(known: &Known) -> String {
    let opened = known.opens_share_files();
    let lines: Vec<String> = known.keys.traced.iter().map(|key| line(key, opened)).collect();
    if lines.is_empty() { words::TRACED_NOTHING.to_owned() } else { lines.join("\n") }
}

fn line(traced: &TracedKey, opened: bool) -> String {
    let lives = match &traced.lives {
        LivesOn::In(copy) if opened => words::LivesIn { file: copy.place() }.to_string(),
        LivesOn::In(copy) => words::LivesInUnopened { file: copy.place() }.to_string(),
        LivesOn::Perhaps(copy) => words::LivesPerhaps { file: copy.place() }.to_string(),
        LivesOn::Nowhere => words::LIVES_NOWHERE.to_owned(),
    };
    let label = traced.key.label.as_deref().unwrap_or(words::TRACED_UNNAMED);
    words::TracedKey { reference: traced.key.reference, label, lives }.to_string()
}
