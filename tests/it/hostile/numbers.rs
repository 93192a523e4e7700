//! The text of shares of `sc-hsm-tool`'s scheme: the first line is a prime, every other line an id, a value and check bytes,
//! with commas between them.

use hsm_ceremony::share::{
    MOST_SHARES, PasswordShare, ReadError, Reading, SharePrime, candidates, check_check, check_hex, combine,
    id_readings, ids_together, read_check, read_id, read_prime, read_value, verdict, write_check, write_value,
};

/// Eight shares have seventy quorums of four; more of them would only take longer.
const SHARES: usize = 8;

pub fn check(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let prime = prime(lines.next().unwrap_or_default());
    let (mut meanings, mut shares) = (Vec::new(), Vec::new());
    for line in lines.take(SHARES) {
        let mut parts = line.split(|byte| *byte == b',');
        let mut part = || parts.next().unwrap_or_default();
        meanings.push(ids(part()));
        let value = part();
        reads_as_it_says(value);
        let noted = check_bytes(part());
        let id = meanings.last().and_then(|ids: &Vec<u8>| ids.first().copied());
        if let (Some(prime), Some(id), Ok(value)) = (prime, id, read_value(value, false)) {
            if let Some(noted) = &noted {
                let _ = verdict(prime.get(), id, &value, noted);
            }
            shares.push(PasswordShare { prime, id, value });
        }
    }
    let ways = ids_together(&meanings);
    assert!(ways.len() <= 64 && ways.iter().all(|ids| ids.len() == meanings.len()));
    quorums(&shares);
}

/// What is said while somebody types, and what is read afterwards, agree; what is written is read back.
fn reads_as_it_says(text: &[u8]) {
    let own = read_value(text, true);
    match (check_hex(text), &own) {
        (Reading::Complete, Ok(value)) => {
            let written = write_value(value);
            assert!(read_value(written.expose(), true).is_ok_and(|again| again.same(value)));
            assert!(read_value(text, false).is_ok_and(|foreign| foreign.same(value)));
        }
        (
            Reading::Incomplete { groups },
            Err(ReadError::Short { groups: read } | ReadError::OddGroup { group: read }),
        ) => {
            assert!(groups == *read || groups + 1 == *read);
        }
        (Reading::WrongCharacter { position, group }, Err(error)) => {
            assert_eq!(*error, ReadError::WrongCharacter { position, group });
            assert!(position <= text.len() && (1..=8).contains(&group));
        }
        (Reading::OddGroup { group }, Err(error)) => assert_eq!(*error, ReadError::OddGroup { group }),
        (Reading::TooLong, Err(error)) => assert_eq!(*error, ReadError::TooLong),
        (said, read) => panic!("{said:?}, and then {:?}", read.as_ref().err()),
    }
}

fn prime(text: &[u8]) -> Option<SharePrime> {
    reads_as_it_says(text);
    let prime = read_prime(text).ok()?;
    assert!(prime.get() >> 63 == 1 && prime.get() % 2 == 1 && check_hex(text) == Reading::Complete);
    Some(prime)
}

fn ids(text: &[u8]) -> Vec<u8> {
    let meanings = id_readings(text);
    assert!(meanings.len() <= 2 && !meanings.contains(&0));
    if let Ok(id) = read_id(text) {
        assert!((1..=16).contains(&id) && meanings.contains(&id));
    }
    meanings
}

fn check_bytes(text: &[u8]) -> Option<hsm_ceremony::secret::Secret<[u8; 2]>> {
    let read = read_check(text);
    assert_eq!(check_check(text) == Reading::Complete, read.is_ok());
    let read = read.ok()?;
    assert!(read_check(write_check(&read).expose()).is_ok_and(|again| again.same(&read)));
    Some(read)
}

/// What the shares give together, for every threshold. If all agree, nothing else is a candidate.
fn quorums(shares: &[PasswordShare]) {
    assert!(shares.len() <= MOST_SHARES);
    let shares: Vec<&PasswordShare> = shares.iter().collect();
    for threshold in 0..=5 {
        let all = candidates(&shares, threshold);
        if let Ok(secret) = combine(&shares, threshold) {
            assert!(usize::from(threshold) <= shares.len() && threshold >= 2);
            let [only] = all.as_deref().unwrap_or_default() else {
                panic!("all shares agree, and there is another way")
            };
            assert!(only.secret.same(&secret) && only.agreeing.len() == shares.len());
        }
    }
}
