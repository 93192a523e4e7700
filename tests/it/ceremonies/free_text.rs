//! Text for the record takes no secret of the sitting, in whatever notation.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hsm_ceremony::ceremony::{Body, FieldView, Input};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::terms::Handle;

use super::plans::Day;
use super::rig::{Front, Rig, Turn};

/// What is worth trying: texts as long as a share, a PIN or a password. The eight bytes of a share value are a text by
/// chance about once in a hundred times, with a letter or two that stand in any file.
fn is_worth_it(handle: Handle, text: &str) -> bool {
    let check_bytes = matches!(handle, Handle::DealtCheck(..));
    let is_text = !text.chars().any(char::is_control) && bare(text).len() >= 6;
    !check_bytes && is_text && !matches!(handle, Handle::Entry(_))
}

/// Its letters and digits alone.
fn bare(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Whether the form of it says that it is a share or an SO-PIN.
fn was_made_here(secret: &str) -> bool {
    let digits = secret.bytes().filter(u8::is_ascii_hexdigit).count();
    let words = secret.split(' ').count();
    words > 8 || words == 1 && digits >= 16
}

/// Whether what is typed goes into the record as it is.
const fn is_free_text(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Line | FieldKind::Decider { .. } | FieldKind::Bag { .. } | FieldKind::Reason)
}

/// The ways in which somebody could write a secret.
fn notations(secret: &str) -> BTreeSet<String> {
    let bare = bare(secret);
    let fours: Vec<&str> = bare.as_bytes().chunks(4).map(|four| std::str::from_utf8(four).unwrap()).collect();
    let words: Vec<&str> = secret.split(' ').take(8).collect();
    let short: Vec<&str> = words.iter().map(|word| &word[..word.len().min(4)]).collect();
    let mut all = BTreeSet::from([secret.to_owned(), secret.to_uppercase(), secret.replace(':', " ")]);
    all.insert(format!("it says {secret}"));
    all.extend([bare.to_uppercase(), bare.clone()]);
    if words.len() == 1 {
        all.extend([fours.join(" "), fours.join("-")]);
    } else {
        all.extend([words.join(" "), short.join(" "), short.join(", ")]);
    }
    // A field takes no more.
    all.into_iter().filter(|text| text.len() <= 100).collect()
}

/// Somebody who types everything that they can get hold of into every free text.
#[derive(Default)]
struct Babbler {
    secrets: BTreeSet<String>,
    /// What the vault holds now: a password that somebody chose is known by that alone.
    held: BTreeSet<String>,
    left: Vec<String>,
    trying: bool,
    /// The name of a stand-in has been typed, and why they stand in is asked next.
    named: bool,
    asked_at: BTreeSet<String>,
    refused: usize,
    /// The fields that were tried.
    tried: BTreeSet<FieldName>,
}

impl Babbler {
    fn turn(&mut self, front: &mut Front<'_>) -> Turn {
        self.held.clear();
        for handle in front.vault.holds() {
            let text = front.vault.lend(handle).and_then(|secret| std::str::from_utf8(secret).ok());
            self.held.extend(text.filter(|text| is_worth_it(handle, text)).map(str::to_owned));
        }
        self.secrets.extend(self.held.iter().cloned());
        match &front.view.body {
            Body::Form { fields, .. } if fields.len() > 1 => {
                match fields.iter().find(|field| is_free_text(&field.kind)) {
                    Some(field) => self.babble(&field.clone(), true, front),
                    None => Turn::Autopilot,
                }
            }
            Body::Form { fields, .. } => match fields.iter().find(|field| is_free_text(&field.kind)) {
                Some(field) => self.babble(&field.clone(), false, front),
                None => Turn::Autopilot,
            },
            // Once at every step, a note, a substitute, or why to stop.
            Body::Reveal { shown: false, .. } | Body::Tick { .. } | Body::Read { .. }
                if self.asked_at.insert(front.view.header.number.clone()) =>
            {
                Turn::Do(if self.asked_at.len().is_multiple_of(3) { Input::Stop } else { Input::Deviation })
            }
            Body::Choose { options, .. } if options.iter().any(|option| option.id == id(ItemName::Break)) => {
                if self.asked_at.len().is_multiple_of(2) {
                    front.item(ItemName::Substitute)
                } else {
                    front.item(ItemName::Deviation)
                }
            }
            // Whoever stands in for the auditor needs somebody who decides it.
            Body::Choose { options, may_leave: true, .. } => {
                front.pick(options.iter().position(|who| who.text.contains("auditor")).unwrap_or(0))
            }
            _ => Turn::Autopilot,
        }
    }

    /// Types everything into this field; `stops` if it says why people stop, which they do not.
    fn babble(&mut self, field: &FieldView, stops: bool, front: &mut Front<'_>) -> Turn {
        if std::mem::take(&mut self.named) {
            return Turn::Do(Input::GoOn);
        }
        if self.trying && self.left.is_empty() {
            self.trying = false;
            self.tried.insert(field.name);
            return match field.name {
                FieldName::Bag => front.types(field.name, ""),
                FieldName::Substitute => {
                    self.named = true;
                    front.types(field.name, "Niels Bohr")
                }
                FieldName::Reason if !stops => {
                    self.named = true;
                    front.types(field.name, "the last train")
                }
                _ => Turn::Do(Input::Leave),
            };
        }
        if !self.trying {
            let done =
                field.name == FieldName::Bag && !self.asked_at.insert(format!("bag {}", front.view.header.number));
            if done {
                return Turn::Autopilot;
            }
            let tried = self.secrets.iter().filter(|secret| was_made_here(secret) || self.held.contains(*secret));
            self.left = tried.flat_map(|secret| notations(secret)).collect();
            self.trying = true;
            if self.left.is_empty() {
                return self.babble(field, stops, front);
            }
        } else if let Some(text) = self.left.pop() {
            let Turn::Do(typed) = front.types(field.name, &text) else { unreachable!() };
            self.refused += 1;
            let check = hsm_ceremony::fields::check(&field.kind, field.name, front.vault);
            assert!(!check.is_good(), "{text:?} is accepted as {}", field.name.word());
            return Turn::Do(typed);
        }
        Turn::Do(Input::GoOn)
    }
}

fn id(item: ItemName) -> hsm_ceremony::ceremony::ChoiceId {
    hsm_ceremony::ceremony::ChoiceId::Item(item)
}

#[test]
fn no_secret_of_the_sitting_gets_into_a_free_text() {
    let records = tempfile::tempdir().unwrap();
    let mut rig = Rig::establish(&Day::full().text(), records.path());
    let mut babbler = Babbler::default();
    rig.play(|front| babbler.turn(front));
    assert!(rig.complete());
    let fields = [FieldName::Bag, FieldName::DecidedBy, FieldName::Note, FieldName::Reason, FieldName::Substitute];
    assert_eq!(babbler.tried, fields.into());
    assert!(babbler.refused > 200 && babbler.secrets.len() > 10, "{} {}", babbler.refused, babbler.secrets.len());
    let bare = |text: &str| bare(text).to_lowercase();
    let secrets: Vec<String> = babbler.secrets.iter().map(|secret| bare(secret)).collect();
    for file in files(&rig.folder) {
        let text = bare(&String::from_utf8_lossy(&fs::read(&file).unwrap()));
        assert!(!secrets.iter().any(|secret| text.contains(secret)), "{}", file.display());
    }
}

/// All files but the state of software cards, which have the PINs of the rehearsal.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let all = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    all.flat_map(|path| match path.is_dir() {
        true if path.ends_with("cards") => vec![],
        true => files(&path),
        false => vec![path],
    })
    .collect()
}
