//! Where the fields of a plan are in its text.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A place in a text, as editors count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The character in it, from 1.
    pub column: usize,
}

impl Place {
    /// The place of a byte of a text.
    pub fn of(text: &str, at: usize) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        Self { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
    }
}

/// Whether the name of a field is meant, or its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Its name.
    Name,
    /// Its value.
    Value,
}

/// A field or an item of a list.
struct Spot {
    path: String,
    name: usize,
    value: usize,
}

/// A field that an object has more than once.
pub struct Twice {
    /// Its path.
    pub path: String,
    /// Where it is for the second time.
    pub again: Place,
    /// In which line it is for the first time.
    pub first_line: usize,
}

/// All fields and items of a text, in its order.
pub struct Places<'a> {
    /// What people see.
    original: &'a str,
    /// What can be read, byte by byte in the same place.
    text: &'a str,
    spots: Vec<Spot>,
    /// What is there more than once.
    pub twice: Vec<Twice>,
}

impl<'a> Places<'a> {
    /// Of a text of which `text` can be read as JSON; if it cannot, there is nothing to find.
    pub fn of(original: &'a str, text: &'a str) -> Self {
        let mut places = Self { original, text, spots: Vec::new(), twice: Vec::new() };
        if let Ok(raw) = serde_json::from_str::<&RawValue>(text) {
            let at = places.at(raw);
            places.spots.push(Spot { path: String::new(), name: at, value: at });
            places.walk(raw, "");
        }
        places
    }

    /// Where a field is. One that is missing belongs into the object around it.
    pub fn place(&self, path: &str, part: Part) -> Place {
        let mut path = path;
        loop {
            if let Some(spot) = self.spots.iter().find(|spot| spot.path == path) {
                let at = match part {
                    Part::Name => spot.name,
                    Part::Value => spot.value,
                };
                return Place::of(self.original, at);
            }
            if path.is_empty() {
                return Place { line: 1, column: 1 };
            }
            path = path.rfind(['.', '[']).and_then(|end| path.get(..end)).unwrap_or_default();
        }
    }

    /// Where the first of these fields is that is there; otherwise, where the last belongs.
    pub fn first(&self, paths: &[String], part: Part) -> Place {
        let there = |path: &&String| self.spots.iter().any(|spot| spot.path == **path);
        self.place(paths.iter().find(there).or(paths.last()).map_or("", String::as_str), part)
    }

    fn walk(&mut self, value: &'a RawValue, path: &str) {
        if let Ok(Fields(fields)) = serde_json::from_str(value.get()) {
            let first = self.spots.len();
            for (key, value) in fields {
                let name: String = serde_json::from_str(key.get()).unwrap_or_default();
                let path = if path.is_empty() { name } else { format!("{path}.{name}") };
                let spot = Spot { name: self.at(key), value: self.at(value), path };
                let (path, place) = (spot.path.clone(), Place::of(self.original, spot.name));
                let before = self.spots.iter().skip(first).find(|before| before.path == path);
                if let Some(before) = before {
                    let first_line = Place::of(self.original, before.name).line;
                    self.twice.push(Twice { path: path.clone(), again: place, first_line });
                }
                self.spots.push(spot);
                self.walk(value, &path);
            }
        } else if let Ok(items) = serde_json::from_str::<Vec<&'a RawValue>>(value.get()) {
            for (number, item) in (1..).zip(items) {
                let (path, at) = (format!("{path}[{number}]"), self.at(item));
                self.spots.push(Spot { path: path.clone(), name: at, value: at });
                self.walk(item, &path);
            }
        }
    }

    /// Where a part of the text begins, in bytes.
    fn at(&self, part: &RawValue) -> usize {
        part.get().as_ptr().addr().saturating_sub(self.text.as_ptr().addr())
    }
}

/// The fields of an object as they are written, in their order.
struct Fields<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Fields(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_and_a_missing_one_belongs_into_the_object_around_it() {
        let text = "{\n  \"ä\": [1, {\"b\": true}],\n  \"a\\u0062\": {\"c\": {}}\n}";
        let places = Places::of(text, text);
        let place = |path: &str, part| {
            let place = places.place(path, part);
            (place.line, place.column)
        };
        assert_eq!((place("ä", Part::Name), place("ä", Part::Value)), ((2, 3), (2, 8)));
        assert_eq!((place("ä[1]", Part::Value), place("ä[2].b", Part::Value)), ((2, 9), (2, 18)));
        assert_eq!((place("ab.c", Part::Name), place("ab.c.d.e[3]", Part::Value)), ((3, 15), (3, 20)));
        assert_eq!((place("", Part::Value), place("x", Part::Name)), ((1, 1), (1, 1)));
        assert!(places.twice.is_empty());
    }

    #[test]
    fn a_field_that_is_there_twice_is_found_in_its_own_object_only() {
        let text = "{\"a\": 1,\n \"b\": {\"a\": 1,\n \"a\": 2},\n \"a\": {}}";
        let twice = Places::of(text, text).twice;
        let found: Vec<_> =
            twice.iter().map(|twice| (twice.path.as_str(), twice.again.line, twice.first_line)).collect();
        assert_eq!(found, [("b.a", 3, 2), ("a", 4, 1)]);
    }
}
