//! A copy of a record for an outsider.

use std::fs;

use super::{ceremony, text};

const RECORD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/record/record.jsonl");
const DIGEST: &str = "e04e adbc 97b4 35a9 28b4 90b7 0bdd 7dd2 8c40 369e 1ab3 a438 1f3b 2729 fc2e cdaa";

#[test]
fn a_copy_is_verified_to_the_same_digest_and_says_what_was_withheld() {
    let place = tempfile::tempdir().unwrap();
    let copy = place.path().join("for-the-auditor.jsonl");
    let arguments = ["disclose", RECORD, "--withhold", "names", "--out", text(&copy)];
    let end = ceremony(&arguments);
    assert_eq!(end.code, 0, "{}", end.said);
    assert!(end.said.contains(DIGEST) && end.said.contains("all 7 lines"), "{}", end.said);
    let written = fs::read_to_string(&copy).unwrap();
    assert!(written.contains("A 0017") && !written.contains("Example\""), "{written}");
    let verified = ceremony(&["verify", text(&copy)]);
    assert!(verified.code == 0 && verified.said.contains(DIGEST), "{}", verified.said);
    assert!(verified.said.contains("names 11 times, notes and reasons 0 times"), "{}", verified.said);
    assert!(!ceremony(&["verify", RECORD]).said.contains("Withheld"));
    // A second time, nothing is overwritten.
    let again = ceremony(&arguments);
    assert!(again.code == 3 && again.said.contains("for-the-auditor.jsonl"), "{}", again.said);
    assert_eq!(fs::read_to_string(&copy).unwrap(), written);
}

#[test]
fn what_cannot_be_disclosed_is_refused_and_nothing_is_written() {
    let place = tempfile::tempdir().unwrap();
    let (bad, copy) = (place.path().join("bad.jsonl"), place.path().join("copy.jsonl"));
    fs::write(&bad, fs::read_to_string(RECORD).unwrap().replacen("Ada", "Eva", 1)).unwrap();
    let old = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/forms/fourth/inspected");
    for (record, said) in [(text(&bad), "Line 2"), (old, "before parts of a record could be withheld")] {
        let end = ceremony(&["disclose", record, "--withhold", "names,notes,bags", "--out", text(&copy)]);
        assert!(end.code == 3 && end.said.contains(said), "{}", end.said);
        assert!(!copy.exists());
    }
}
