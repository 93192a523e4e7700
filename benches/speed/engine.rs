//! The share engine: dealing a set, including its proofs, and recombining a quorum of it.

use super::{Row, median, timed};
use chacha20::ChaCha20Rng;
use hsm_ceremony::share::{Kind, PasswordShare, StrongShare, combine, combine_strong, deal, deal_strong, draw_secret};
use hsm_ceremony::terms::Quorum;
use rand_core::SeedableRng;
use std::time::Duration;

/// How often each is measured; the median counts.
const TIMES: usize = 51;

pub fn measure() -> Vec<Row> {
    eprintln!("dealing and recombining …");
    let mut rng = ChaCha20Rng::from_seed([9; 32]);
    let mut rows = Vec::new();
    for (threshold, custodians) in [(2, 3), (5, 9), (16, 16)] {
        let quorum = Quorum::new(threshold, custodians).unwrap();
        let times = (0..TIMES).map(|_| of_the_old_scheme(quorum, &mut rng)).collect();
        rows.push(row("password shares", quorum, times));
        let times = (0..TIMES).map(|_| of_strong_shares(quorum, &mut rng)).collect();
        rows.push(row("strong shares", quorum, times));
    }
    rows
}

fn of_the_old_scheme(quorum: Quorum, rng: &mut ChaCha20Rng) -> (Duration, Duration) {
    let (dealing, dealt) = timed(|| deal(quorum, rng).unwrap_or_else(|error| panic!("{error}")));
    let members: Vec<&PasswordShare> = dealt.shares.iter().take(usize::from(quorum.threshold())).collect();
    let (combining, secret) = timed(|| combine(&members, quorum.threshold()));
    assert!(secret.is_ok_and(|secret| secret.same(&dealt.password)));
    (dealing, combining)
}

fn of_strong_shares(quorum: Quorum, rng: &mut ChaCha20Rng) -> (Duration, Duration) {
    let (dealing, (secret, dealt)) = timed(|| {
        let secret = draw_secret(Kind::Password, rng);
        let dealt = deal_strong(Kind::Password, &secret, quorum, rng).unwrap_or_else(|error| panic!("{error}"));
        (secret, dealt)
    });
    let members: Vec<&StrongShare> = dealt.shares.iter().take(usize::from(quorum.threshold())).collect();
    let (combining, found) = timed(|| combine_strong(&members));
    assert!(found.is_ok_and(|found| found.same(&secret)));
    (dealing, combining)
}

fn row(scheme: &str, quorum: Quorum, times: Vec<(Duration, Duration)>) -> Row {
    let (dealing, combining): (Vec<_>, Vec<_>) = times.into_iter().unzip();
    let [dealing, combining] = [dealing, combining].map(|times| median(times).as_secs_f64() * 1e6);
    Row {
        what: format!("{scheme} {quorum}: deal with proofs, recombine"),
        ours: format!("{dealing:.0} µs, {combining:.1} µs"),
        theirs: "–".to_owned(),
        ratio: "–".to_owned(),
        target: "≤ 10 ms",
    }
}
