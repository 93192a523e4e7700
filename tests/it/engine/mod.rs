//! The share engine as people use it: every share goes via "paper", and paper and fingers make mistakes.

mod files;
mod quorums;
mod rewrap;
mod slips;

use chacha20::ChaCha20Rng;
use hsm_ceremony::secret::WipingBytes;
use hsm_ceremony::share::{Kind, StrongDealt, StrongShare, deal_strong, draw_secret, read_words, write_words};
use hsm_ceremony::terms::Quorum;

/// What a custodian reads from their card and types: words.
fn reread(share: &StrongShare) -> StrongShare {
    read_words(write_words(share).expose()).ok().unwrap()
}

fn strong_set(kind: Kind, quorum: Quorum, rng: &mut ChaCha20Rng) -> (WipingBytes, StrongDealt) {
    let secret = draw_secret(kind, rng);
    let dealt = deal_strong(kind, &secret, quorum, rng).ok().unwrap();
    (secret, dealt)
}
