//! A line as salted leaves: what lets parts of a record be withheld from a reader who can still verify the rest. The
//! construction is written down in `docs/record.md`.

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::canonical;
use crate::terms::Digest;

/// What the digest of a leaf begins with.
const LEAF: &[u8] = b"ceremony record 2: leaf\0";

/// What the digest of a line begins with.
const LINE: &[u8] = b"ceremony record 2: line\0";

/// The one member of an object that stands in place of a value that was withheld.
pub(super) const WITHHELD: &str = "withheld";

/// The member of a line that holds its salts.
pub(super) const SALTS: &str = "salts";

/// The member of a line that holds its digest.
pub(super) const SHA256: &str = "sha256";

/// A salt: 16 bytes of the operating system's generator. They hide a withheld value from whoever guesses it.
pub(super) type Salt = [u8; 16];

/// A value of a line that holds no other value: a text, a number, `true`, `false`, `null`, or an empty list or object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf<'a> {
    /// Where it is: `/fact/people/0`.
    pub path: String,
    /// What it is. The digest of a withheld one stands in its place.
    pub value: &'a Value,
}

/// All leaves of a value, in the order of the canonical text.
pub(super) fn leaves(value: &Value) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    collect(String::new(), value, &mut found);
    found
}

fn collect<'a>(path: String, value: &'a Value, found: &mut Vec<Leaf<'a>>) {
    match value {
        Value::Array(list) if !list.is_empty() => {
            for (place, inner) in list.iter().enumerate() {
                collect(format!("{path}/{place}"), inner, found);
            }
        }
        Value::Object(members) if !members.is_empty() && !members.contains_key(WITHHELD) => {
            for (name, inner) in canonical::members(value) {
                collect(format!("{path}/{name}"), inner, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            found.push(Leaf { path, value });
        }
    }
}

impl Leaf<'_> {
    /// The digest that stands in place of the value, if it was withheld.
    pub(super) fn withheld(&self) -> Option<Digest> {
        digest_from_text(self.value.as_object().filter(|members| members.len() == 1)?.get(WITHHELD)?)
    }

    /// Whether it is an object that says that something was withheld.
    pub(super) fn is_withheld(&self) -> bool {
        self.value.get(WITHHELD).is_some()
    }

    /// The digest of the leaf under its salt.
    pub(super) fn digest(&self, salt: &Salt) -> Option<Digest> {
        let value = canonical::text(self.value)?;
        let parts = [LEAF, salt, self.path.as_bytes(), b"\0", value.as_bytes()];
        Some(sha256(parts))
    }
}

/// The digest of a line, from what it holds (without salts and digest) and the salts of its leaves in their order; a
/// withheld leaf has none. `None` if there are not exactly as many salts as leaves that are not withheld.
pub(super) fn line_digest(line: &Value, salts: &[Salt]) -> Option<Digest> {
    let mut salts = salts.iter();
    let mut hash = Sha256::new_with_prefix(LINE);
    for leaf in leaves(line) {
        let digest = if leaf.is_withheld() { leaf.withheld() } else { leaf.digest(salts.next()?) }?;
        hash.update(&leaf.path);
        hash.update([0]);
        hash.update(digest.0);
    }
    salts.next().is_none().then(|| Digest(hash.finalize().into()))
}

/// The next digest of the chain.
pub(super) fn chained(before: &Digest, line: &Digest) -> Digest {
    sha256([&before.0[..], &line.0[..]])
}

fn sha256<const N: usize>(parts: [&[u8]; N]) -> Digest {
    Digest(parts.into_iter().fold(Sha256::new(), sha2::Digest::chain_update).finalize().into())
}

/// The salts of a line as its member [`SALTS`].
pub(super) fn salts_as_text(salts: &[Salt]) -> Value {
    salts.iter().map(|salt| Value::String(base16ct::lower::encode_string(salt))).collect()
}

/// The other way round; `None` if they are not salts.
pub(super) fn salts_from_text(value: &Value) -> Option<Vec<Salt>> {
    let read = |salt: &Value| {
        let mut bytes = Salt::default();
        let text = salt.as_str().filter(|text| text.len() == 2 * bytes.len())?;
        base16ct::lower::decode(text, &mut bytes).ok()?;
        Some(bytes)
    };
    value.as_array()?.iter().map(read).collect()
}

/// A digest as a record writes it, in lower case: there is only one way to write a line.
pub(super) fn digest_from_text(value: &Value) -> Option<Digest> {
    let text = value.as_str()?;
    Digest::parse(text).filter(|digest| digest.to_string() == text)
}

/// The text of a line: canonical, with salts and digest, newline included.
pub(super) fn line_text(mut line: Map<String, Value>, salts: &[Salt], digest: &Digest) -> Option<String> {
    line.insert(SALTS.to_owned(), salts_as_text(salts));
    line.insert(SHA256.to_owned(), Value::String(digest.to_string()));
    canonical::text(&Value::Object(line)).map(|text| text + "\n")
}
