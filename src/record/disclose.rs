//! A copy of a record for an outsider: what is withheld is replaced by its digest, so that the last line's digest stays
//! the one that was read aloud.

use serde_json::{Value, json};

use super::leaves::{SALTS, SHA256, WITHHELD, digest_from_text, leaves, line_text, salts_from_text};
use super::parts::{Part, part_at};
use super::verify::{Proof, verify};
use crate::faults::{self, Fault};

/// The copy of a record without the texts of these parts. What was withheld before stays withheld.
///
/// # Errors
/// The record is not intact, or has an earlier form, of which nothing can be withheld.
pub fn disclose(text: &[u8], parts: &[Part]) -> Result<String, Fault> {
    let proof = verify(text)?;
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    lines.zip(&proof.lines).try_fold(String::new(), |copy, (raw, line)| {
        if line.around.is_none() {
            return Err(Fault::from(faults::RecordOfOldForm));
        }
        let part = |path: &str| part_at(&line.entry, path).is_some_and(|part| parts.contains(&part));
        let written = without(raw, part).ok_or_else(|| Fault::from(faults::RecordLineBroken { line: line.line }))?;
        Ok(copy + &written)
    })
}

/// A verified line without the values at the paths that are `private`.
fn without(raw: &[u8], private: impl Fn(&str) -> bool) -> Option<String> {
    let mut line: Value = serde_json::from_slice(raw).ok()?;
    let members = line.as_object_mut()?;
    let mut salts = salts_from_text(&members.remove(SALTS)?)?.into_iter();
    let digest = digest_from_text(&members.remove(SHA256)?)?;
    let (mut kept, mut withheld) = (Vec::new(), Vec::new());
    for leaf in leaves(&line).into_iter().filter(|leaf| !leaf.is_withheld()) {
        let salt = salts.next()?;
        // An absent text (`null`) says nothing about anybody.
        if private(&leaf.path) && leaf.value.is_string() {
            withheld.push((leaf.path.clone(), leaf.digest(&salt)?));
        } else {
            kept.push(salt);
        }
    }
    for (path, digest) in withheld {
        *line.pointer_mut(&path)? = json!({ WITHHELD: digest.to_string() });
    }
    let Value::Object(members) = line else { return None };
    line_text(members, &kept, &digest)
}

impl Proof {
    /// How many values of a part were withheld.
    pub fn withheld(&self, part: Part) -> usize {
        self.withheld.iter().filter(|withheld| **withheld == part).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::FaultName;
    use crate::record::{Chain, Entry, Fact, Keyboard, Moment, Remark, WITHHELD_TEXT};
    use crate::terms::{CustodianNumber, DkekShareNumber, Number, Person};

    const NAMES: [&str; 2] = ["Ada Example", "Zo\u{eb} \"Q\""];
    const NOTE: &str = "Ada dropped a card";

    fn record() -> String {
        let mut chain = Chain::new(false);
        let step = Number { section: 1, step: 1 };
        let learned = |fact| Entry::Learned { step, fact };
        let bagged =
            Fact::Bagged { share: DkekShareNumber::FIRST, custodian: CustodianNumber::new(1), bag: "B-0042".into() };
        let entries = [
            crate::record::verify::tests::began(),
            learned(Fact::Present { people: NAMES.map(|name| format!("{name} · administrator")).to_vec() }),
            learned(bagged),
            Entry::Remarked { step, remark: Remark::Deviation, text: NOTE.into() },
        ];
        let add = |entry: &Entry| {
            let moment = Moment {
                utc: "2026-11-27T10:00:00Z".into(),
                local: "2026-11-27T10:00:00+00:00".into(),
                zone: None,
                since_start_ms: 5,
            };
            let keyboard = Keyboard::Person(Person::Administrator, NAMES[0].into());
            chain.add(moment, keyboard, entry).unwrap()
        };
        entries.iter().map(add).collect()
    }

    #[test]
    fn the_rest_verifies_to_the_same_digest_and_what_was_withheld_is_counted() {
        let whole = record();
        let mark = verify(whole.as_bytes()).unwrap().mark;
        for (parts, counts, gone) in [
            (&[Part::Names][..], [6, 0, 0], &["Ada Example", "Zo\u{eb}"][..]),
            (&[Part::Notes], [0, 1, 0], &[NOTE]),
            (&[Part::Bags], [0, 0, 1], &["B-0042"]),
            (&Part::ALL, [6, 1, 1], &["Ada", "Zo\u{eb}", NOTE, "B-0042"]),
            (&[], [0, 0, 0], &[]),
        ] {
            let copy = disclose(whole.as_bytes(), parts).unwrap();
            let proof = verify(copy.as_bytes()).unwrap();
            assert_eq!(proof.mark, mark, "{parts:?}");
            assert_eq!(Part::ALL.map(|part| proof.withheld(part)), counts, "{parts:?}");
            for text in gone {
                assert!(whole.contains(text) && !copy.contains(text), "{text}");
            }
            assert_eq!(copy == whole, parts.is_empty());
        }
        // One part after the other is as good as both at once.
        let once = disclose(whole.as_bytes(), &[Part::Names, Part::Notes]).unwrap();
        let names = disclose(whole.as_bytes(), &[Part::Names]).unwrap();
        assert_eq!(disclose(names.as_bytes(), &[Part::Notes]).unwrap(), once);
        let proof = verify(once.as_bytes()).unwrap();
        assert!(matches!(&proof.lines[3].entry, Entry::Remarked { text, .. } if text == WITHHELD_TEXT));
    }

    #[test]
    fn any_altered_byte_of_a_copy_is_detected() {
        let good = disclose(record().as_bytes(), &Part::ALL).unwrap().into_bytes();
        for place in 0..good.len() {
            for flip in [0x01, 0x20] {
                let mut bad = good.clone();
                bad[place] ^= flip;
                assert!(verify(&bad).is_err(), "byte {place}");
            }
        }
    }

    #[test]
    fn a_name_cannot_be_put_in_place_of_what_was_withheld_nor_a_value_hidden_that_must_be_seen() {
        let whole = record();
        let copy = disclose(whole.as_bytes(), &[Part::Names]).unwrap();
        let claimed = copy.replacen(&copy[copy.find("{\"withheld\"").unwrap()..][..79], "\"Mallory\"", 1);
        assert_ne!(claimed, copy);
        assert_eq!(verify(claimed.as_bytes()).unwrap_err().name, FaultName::RecordLineChanged);
        // The right digest of a value that is no name, note or bag: the chain holds, and it is refused all the same.
        let first = whole.split_inclusive('\n').next().unwrap();
        for (path, refused) in [("/title", true), ("/keyboard/name", false)] {
            let hidden = without(first.as_bytes(), |leaf| leaf == path).unwrap();
            assert!(hidden.contains(WITHHELD));
            let said = verify(hidden.as_bytes()).map_err(|fault| fault.name);
            assert_eq!(said.err(), refused.then_some(FaultName::RecordLineUnknown), "{path}");
        }
    }

    #[test]
    fn of_a_record_of_an_earlier_form_nothing_is_withheld() {
        let old = include_bytes!("../../tests/vectors/forms/fourth/inspected/record.jsonl");
        assert_eq!(disclose(old, &[Part::Names]).unwrap_err().name, FaultName::RecordOfOldForm);
    }
}
