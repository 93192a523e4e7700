//! The time of day, for the record. It is read here and nowhere else.

use std::time::Instant;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::record::Moment;
use crate::terms::Day;

/// The day, in UTC.
pub fn today() -> Day {
    Day::new(Timestamp::now().to_zoned(TimeZone::UTC).date())
}

/// The clocks of this machine, and when the ceremony began.
pub struct Clock {
    began: Instant,
    /// Milliseconds of the ceremony before that.
    before: u64,
    /// None: the machine does not say, and its local time is UTC.
    zone: Option<TimeZone>,
}

impl Clock {
    /// The ceremony begins now.
    pub fn start() -> Self {
        Self::after(0)
    }

    /// The ceremony goes on now, after this many milliseconds.
    pub fn after(before: u64) -> Self {
        Self { began: Instant::now(), before, zone: TimeZone::try_system().ok() }
    }

    /// Now.
    pub fn now(&self) -> Moment {
        let now = Timestamp::now();
        let local = now.to_zoned(self.zone.clone().unwrap_or(TimeZone::UTC));
        Moment {
            utc: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            local: local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            zone: self.zone.as_ref().and_then(TimeZone::iana_name).map(str::to_owned),
            since_start_ms: u64::try_from(self.began.elapsed().as_millis())
                .unwrap_or(u64::MAX)
                .saturating_add(self.before),
        }
    }
}
