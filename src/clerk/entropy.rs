//! One generator for all random values, seeded by all sources together: any one good source suffices.

use chacha20::ChaCha20Rng;
use hkdf::Hkdf;
use rand_core::SeedableRng;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::faults::{self, Fault};
use crate::fields::dice::{Throws, look};
use crate::secret::WipingBytes;
use crate::terms::Serial;

/// How many bytes each source gives.
pub const SOURCE_BYTES: usize = 64;

/// The seed from the contributions of the device, if one takes part, the host and, if planned, this many throws of dice as they were
/// typed; and the names of these sources for the record.
///
/// # Errors
/// A source gave what no working generator would give, or the number of throws is not as planned.
pub fn seed(
    device: Option<(&Serial, &WipingBytes)>,
    host: &WipingBytes,
    thrown: Option<(&WipingBytes, u16)>,
) -> Result<(WipingBytes, Vec<String>), Fault> {
    for source in device.iter().map(|(_, device)| *device).chain([host]) {
        plausible(source)?;
    }
    let dice = thrown.map(|(throws, wanted)| dice_source(throws, wanted).map(|dice| (wanted, dice))).transpose()?;
    let device = device.map(|(serial, device)| (format!("device {serial}"), device));
    let mut sources: Vec<_> = device.into_iter().chain([("this computer".to_owned(), host)]).collect();
    sources.extend(dice.as_ref().map(|(wanted, dice)| (format!("{wanted} throws of dice"), dice)));
    // The sources that are named and those that are mixed come from the same list.
    let (names, given): (Vec<String>, Vec<&WipingBytes>) = sources.into_iter().unzip();
    Ok((mix(&given)?, names))
}

/// Mixes the sources' contributions into a seed: HKDF-SHA256 over all of them, each prefixed with its length, so that
/// no source can take another's place. Knowing all but one of them reveals nothing about the seed.
fn mix(sources: &[&WipingBytes]) -> Result<WipingBytes, Fault> {
    let capacity = sources.iter().map(|source| source.len() + 8).sum();
    let mut all = WipingBytes::with_capacity(capacity);
    for source in sources {
        let length = (source.len() as u64).to_be_bytes();
        if all.extend(&length).and_then(|()| all.extend(source.expose())).is_err() {
            return Err(faults::RandomFailed.into());
        }
    }
    let mut seed = WipingBytes::zeros(32);
    Hkdf::<Sha256>::new(Some(b"ceremony generator"), all.expose())
        .expand(b"seed", seed.expose_mut())
        .map_err(|_| faults::RandomFailed)?;
    Ok(seed)
}

/// The generator for a seed; it wipes itself.
///
/// # Errors
/// The seed has the wrong length.
pub fn generator(seed: &[u8]) -> Result<ChaCha20Rng, Fault> {
    let mut bytes = Zeroizing::new([0; 32]);
    if seed.len() != bytes.len() {
        return Err(faults::RandomFailed.into());
    }
    bytes.copy_from_slice(seed);
    Ok(ChaCha20Rng::from_seed(*bytes))
}

/// The host's own randomness.
///
/// # Errors
/// The system provides none.
pub fn host() -> Result<WipingBytes, Fault> {
    let mut bytes = WipingBytes::zeros(SOURCE_BYTES);
    getrandom::fill(bytes.expose_mut()).map_err(|_| faults::RandomFailed)?;
    Ok(bytes)
}

/// Refuses what no working generator would give: fewer than 24 different values among 64 bytes.
fn plausible(bytes: &WipingBytes) -> Result<(), Fault> {
    let mut seen = [false; 256];
    for byte in bytes.expose() {
        if let Some(place) = seen.get_mut(usize::from(*byte)) {
            *place = true;
        }
    }
    let different = seen.iter().filter(|seen| **seen).count();
    if bytes.len() >= SOURCE_BYTES && different >= 24 { Ok(()) } else { Err(Fault::from(faults::RandomFailed)) }
}

/// The dice's contribution to the seed: the typed faces, without spaces.
fn dice_source(text: &WipingBytes, wanted: u16) -> Result<WipingBytes, Fault> {
    match look(text.expose(), usize::from(wanted)) {
        Throws::Good => {}
        Throws::Wrong { fault, .. } => return Err(fault),
        Throws::Typing(_) => return Err(Fault::from(faults::RandomFailed)),
    }
    let mut bytes = WipingBytes::with_capacity(text.len().max(SOURCE_BYTES));
    for face in text.expose().iter().filter(|character| **character != b' ') {
        bytes.push(*face).map_err(|_| faults::RandomFailed)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_one_source_changes_the_seed() {
        let zeros = WipingBytes::zeros(SOURCE_BYTES);
        let seed = |device: &WipingBytes, host: &WipingBytes| mix(&[device, host]).unwrap();
        let fixed = seed(&zeros, &zeros);
        let (one, other) = (host().unwrap(), host().unwrap());
        assert!(!seed(&one, &zeros).same(&fixed) && !seed(&zeros, &one).same(&fixed));
        assert!(!seed(&one, &zeros).same(&seed(&other, &zeros)));
        assert!(!seed(&one, &zeros).same(&seed(&zeros, &one)), "each source has its own place");
    }

    #[test]
    fn a_source_that_is_stuck_is_refused() {
        assert!(plausible(&WipingBytes::zeros(SOURCE_BYTES)).is_err());
        assert!(plausible(&WipingBytes::from_slice(&[1, 2].repeat(32))).is_err());
    }
}
