//! Whether the times of a record can be those of one day's clock. The chain proves an order, and no time: a clock that was set
//! back, or a time that no clock shows, is for people to look at.

use jiff::Timestamp;

use super::line::Line;
use super::verify::Proof;

/// What is odd about the time of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OddTime {
    /// It is no time, or the local one is not the same moment.
    None,
    /// It is before that of the line above.
    Back,
    /// So is the time since the ceremony began, by a clock that nobody can set.
    SinceBack,
}

impl OddTime {
    /// The word for machines.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "no-time",
            Self::Back => "before-the-line-above",
            Self::SinceBack => "since-start-before-the-line-above",
        }
    }
}

impl Proof {
    /// Every line whose time is odd.
    pub fn odd_times(&self) -> Vec<(&Line, OddTime)> {
        let mut odd = Vec::new();
        let (mut latest, mut since) = (None, 0);
        for line in &self.lines {
            let Some(now) = moment(line) else {
                odd.push((line, OddTime::None));
                continue;
            };
            let since_now = line.around.as_ref().map_or(since, |around| around.since_start_ms);
            if latest.is_some_and(|latest| now < latest) {
                odd.push((line, OddTime::Back));
            } else if since_now < since {
                odd.push((line, OddTime::SinceBack));
            }
            (latest, since) = (Some(now), since_now);
        }
        odd
    }
}

/// The time of a line, if it is one, written as this program writes it.
fn moment(line: &Line) -> Option<Timestamp> {
    let utc: Timestamp = line.utc.parse().ok()?;
    let as_written = utc.strftime("%Y-%m-%dT%H:%M:%SZ").to_string() == line.utc;
    let local = line.around.as_ref().map_or(Some(utc), |around| around.local.parse().ok());
    (as_written && local == Some(utc)).then_some(utc)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Chain, Entry, Keyboard, Moment, verify};
    use crate::terms::Number;

    fn odd(times: &[(&str, &str, u64)]) -> Vec<(u32, OddTime)> {
        let mut chain = Chain::new(true);
        let entries = std::iter::once(crate::record::verify::tests::began())
            .chain(std::iter::repeat_with(|| Entry::Done { step: Number { section: 1, step: 1 }, by: None }));
        let add = |((utc, local, since_start_ms), entry): (&(&str, &str, u64), Entry)| {
            let moment =
                Moment { utc: (*utc).into(), local: (*local).into(), zone: None, since_start_ms: *since_start_ms };
            chain.add(moment, Keyboard::NobodyYet, &entry).unwrap()
        };
        let text: String = times.iter().zip(entries).map(add).collect();
        let proof = verify(text.as_bytes()).unwrap();
        proof.odd_times().into_iter().map(|(line, odd)| (line.line, odd)).collect()
    }

    #[test]
    fn times_that_are_none_or_run_backwards_are_found_and_others_are_not() {
        const TEN: (&str, &str, u64) = ("2026-11-23T10:00:00Z", "2026-11-23T11:00:00+01:00", 0);
        const LATER: (&str, &str, u64) = ("2026-11-23T10:00:09Z", "2026-11-23T05:00:09-05:00", 9000);
        assert_eq!(odd(&[TEN, TEN, LATER]), []);
        assert_eq!(odd(&[TEN, LATER, TEN]), [(3, OddTime::Back)]);
        assert_eq!(odd(&[TEN, LATER, (LATER.0, LATER.1, 8999)]), [(3, OddTime::SinceBack)]);
        for none in ["", "yesterday", "2026-02-30T10:00:00Z", "2026-11-23 10:00:00Z", "2026-11-23T10:00:00+00:00"] {
            assert_eq!(odd(&[TEN, (none, TEN.1, 0), LATER]), [(2, OddTime::None)], "{none}");
        }
        assert_eq!(odd(&[(TEN.0, "2026-11-23T11:00:00+02:00", 0)]), [(1, OddTime::None)], "another moment");
    }
}
