//! Versions of devices that are known to lose or mis-wrap keys: `assets/advisories.json`.

use serde::{Deserialize, Serialize};

/// What is known against a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Advisory {
    /// Keys that allow only some algorithms can be wrapped, and do not come back.
    #[serde(rename = "wrap-of-3-1")]
    WrapOf31,
    /// A key that was wrapped on it came back on a later version, and no tool showed it.
    #[serde(rename = "restore-of-3-3")]
    RestoreOf33,
}

/// One line of the table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    advisory: Advisory,
    first: String,
    last: String,
    source: String,
}

/// A table that does not parse has no lines; a test says that it parses.
fn table() -> Vec<Known> {
    serde_json::from_str(include_str!("../../assets/advisories.json")).unwrap_or_default()
}

fn number(version: &str) -> Option<(u8, u8)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

impl Advisory {
    /// What is known against a version such as `3.1`.
    pub fn of_version(version: &str) -> Vec<Self> {
        let Some(version) = number(version) else { return Vec::new() };
        let concerns = |known: &Known| Some((number(&known.first)?..=number(&known.last)?).contains(&version));
        let known = table().into_iter().filter(|known| concerns(known) == Some(true));
        known.map(|known| known.advisory).collect()
    }

    /// Where it was said.
    pub fn source(self) -> String {
        table().into_iter().find(|known| known.advisory == self).map(|known| known.source).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_names_the_versions() {
        let table = table();
        for advisory in [Advisory::WrapOf31, Advisory::RestoreOf33] {
            assert_eq!(table.iter().filter(|known| known.advisory == advisory).count(), 1, "{advisory:?}");
            assert!(advisory.source().starts_with("https://"), "{advisory:?}");
        }
        for known in &table {
            assert!(number(&known.first).is_some() && number(&known.first) <= number(&known.last));
        }
        let of = Advisory::of_version;
        assert_eq!(of("3.1"), [Advisory::WrapOf31]);
        assert_eq!(of("3.3"), [Advisory::RestoreOf33]);
        for quiet in ["2.6", "3.0", "3.2", "3.4", "3.5", "4.0", "6.6", "3.10", "", "3", "x.y"] {
            assert_eq!(of(quiet), [], "{quiet}");
        }
    }
}
