//! The text of a view as the terminal lays it out, for the tests of the script.

use super::wrap::wrap;
use crate::ceremony::Body;

/// The text of a view, and how many lines it takes at 76 columns, together with what it asks.
pub fn text_of(body: &Body) -> (Vec<String>, usize) {
    let (text, more) = match body {
        Body::Read { text } | Body::Working { text, .. } | Body::Ended { text, .. } => (text.clone(), 0),
        Body::Tick { text, items, .. } => {
            let all: Vec<String> = text.iter().chain(items.iter().map(|item| &item.text)).cloned().collect();
            return (all, lines(text) + 1 + items.iter().map(|item| wrapped(&item.text, 70)).sum::<usize>());
        }
        Body::Choose { text, options, .. } => {
            let all = text.iter().chain(options.iter().map(|option| &option.text)).cloned().collect();
            return (all, lines(text) + 1 + options.len());
        }
        Body::Form { text, fields, .. } => {
            let words = fields.iter().flat_map(|field| [field.label.clone(), field.hint.clone()]);
            return (text.iter().cloned().chain(words).collect(), lines(text) + 3 * fields.len());
        }
        Body::Reveal { before, during, shown, .. } => (if *shown { during } else { before }.clone(), 0),
        Body::Fault { happened, truth, choices } => {
            let all: Vec<String> = happened.iter().chain(truth).cloned().collect();
            return (all, lines(happened) + lines(truth) + 3 + choices.len());
        }
    };
    let count = lines(&text) + more;
    (text, count)
}

/// How many lines paragraphs take in the terminal: a blank line between two, but not within a table.
pub fn lines(text: &[impl AsRef<str>]) -> usize {
    let mut count = 0;
    let mut table = false;
    for paragraph in text.iter().flat_map(|paragraph| paragraph.as_ref().split('\n')) {
        let kept = paragraph.starts_with("  ");
        count += usize::from(count > 0 && !(kept && table)) + wrapped(paragraph, 76);
        table = kept;
    }
    count
}

fn wrapped(text: &str, most: usize) -> usize {
    wrap(text, most).len()
}
