//! What script files are made of: objects without duplicate keys, and sentences that are not empty.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};

/// An object whose keys are names, in the order of the file. Unlike serde's maps, it refuses a duplicate key, and an error
/// inside it names the key.
pub struct Entries<T>(pub Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Entries<T> {
    /// The keys.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
    type Value = Entries<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value().map_err(|error| A::Error::custom(format!("{key}: {error}")))?;
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(format!("{key} appears twice")));
            }
            entries.push((key, value));
        }
        Ok(Entries(entries))
    }
}

/// Text that is not empty.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub struct Sentence(pub String);

impl TryFrom<String> for Sentence {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.trim().is_empty() { Err("the sentence is empty") } else { Ok(Self(text)) }
    }
}
