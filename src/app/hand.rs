//! The software cards of a rehearsal, and who puts them into the readers.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::resume::OpenSitting;
use crate::clerk::CardInserter;
use crate::faults::{self, Fault};
use crate::folder::names;
use crate::softcard::{Rack, SoftCard};
use crate::terms::{DeviceRole, Serial};
use zeroize::Zeroizing;

/// The software cards of a rehearsal, by hand.
#[derive(Default)]
pub struct Hand {
    /// The device in use.
    kept: Option<SoftCard>,
    /// Those of a sitting that goes on.
    of_roles: Vec<(DeviceRole, SoftCard)>,
}

impl Hand {
    /// Those of a sitting that begins: the device in use, if there is one.
    pub const fn begin(kept: Option<SoftCard>) -> Self {
        Self { kept, of_roles: Vec::new() }
    }

    /// What the sitting that goes on has in its folder counts more than what another kept.
    pub fn of(open: &OpenSitting, kept: Option<SoftCard>) -> Self {
        let card = |(role, serial): (DeviceRole, Serial)| Some((role, kept_in(open.folder.path(), &serial)?));
        let of_roles: Vec<(DeviceRole, SoftCard)> = open.devices().into_iter().filter_map(card).collect();
        let known = |role: DeviceRole| of_roles.iter().any(|(of, _)| *of == role);
        let kept = if known(DeviceRole::Original) { None } else { kept };
        Self { kept, of_roles }
    }

    fn take(&mut self, role: DeviceRole) -> Option<SoftCard> {
        let place = self.of_roles.iter().position(|(of, _)| *of == role);
        let of_role = place.map(|place| self.of_roles.swap_remove(place).1);
        of_role.or_else(|| if role == DeviceRole::Original { self.kept.take() } else { None })
    }
}

/// Inserts a card of the hand, or else a fresh software card, for a role when a reader is searched; removes the previous card of
/// the sitting. Of a sitting that goes on, the last one is in its reader already.
pub fn card_inserter(rack: Rack, cards: PathBuf, mut hand: Hand) -> Result<CardInserter, Fault> {
    let fault = |error: &io::Error| Fault::from(faults::FileWrite { file: names::SOFTWARE_CARDS, why: error });
    if !cards.is_dir() {
        fs::DirBuilder::new().mode(0o700).create(&cards).map_err(|error| fault(&error))?;
    }
    let insert = move |reader: usize, card: SoftCard| {
        let file = cards.join(names::software_card(card.serial()));
        // Where the card cannot be inserted, no device is found, and the screen says so.
        rack.insert_with_file(reader, card, &file).is_ok()
    };
    let mut inserted: Option<DeviceRole> = hand.of_roles.last().map(|(role, _)| *role);
    if let Some(card) = inserted.and_then(|role| hand.take(role))
        && !insert(0, card)
    {
        inserted = None;
    }
    Ok(Box::new(move |role| {
        if inserted == Some(role) {
            return;
        }
        let fresh = || SoftCard::random_serial().and_then(|serial| SoftCard::new(&serial));
        let Some(card) = hand.take(role).or_else(fresh) else { return };
        // A device that has got its keys stays where it is when the old one comes.
        let reader = usize::from(role == DeviceRole::Original && inserted == Some(DeviceRole::Replacement));
        if insert(reader, card) {
            inserted = Some(role);
        }
    }))
}

/// The software card of this serial, as the sitting with this folder kept it.
pub fn kept_in(folder: &Path, serial: &Serial) -> Option<SoftCard> {
    let file = folder.join(names::SOFTWARE_CARDS).join(names::software_card(serial.as_str()));
    SoftCard::from_text(&Zeroizing::new(fs::read(file).ok()?)).ok()
}
