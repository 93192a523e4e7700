//! The software cards of a rehearsal, and who puts them into the readers.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::resume::OpenSitting;
use crate::clerk::{CardInserter, CardMover};
use crate::faults::{self, Fault};
use crate::folder::{Folder, names, reason};
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

/// The first inserts a card of the hand, or else a fresh software card, for a role when a reader is searched; it removes the
/// previous card of the sitting. Of a sitting that goes on, the last one is in its reader already. The second lets the cards keep
/// their states in another folder.
pub fn card_hands(rack: &Rack, cards: PathBuf, hand: Hand) -> Result<(CardInserter, CardMover), Fault> {
    if !cards.is_dir() {
        fs::DirBuilder::new().mode(0o700).create(&cards).map_err(|error| not_written(&error))?;
    }
    // The inserter works in the thread of the cards.
    let place = Arc::new(Mutex::new(cards));
    let mut inserter = Inserter { rack: rack.clone(), cards: Arc::clone(&place), inserted: None, hand };
    if let Some((role, _)) = inserter.hand.of_roles.last() {
        inserter.put(*role, 0)?;
    }
    let rack = rack.clone();
    let follow = move |folder: &Folder| {
        let there = folder.path().join(names::SOFTWARE_CARDS);
        let mut cards = place.lock().unwrap_or_else(PoisonError::into_inner);
        let copied = copy_cards(&cards, &there).and_then(|()| rack.keep_in(&there));
        copied.map_err(|error| not_written(&error))?;
        *cards = there;
        Ok(())
    };
    Ok((Box::new(move |role| inserter.insert(role)), Box::new(follow)))
}

struct Inserter {
    rack: Rack,
    cards: Arc<Mutex<PathBuf>>,
    inserted: Option<DeviceRole>,
    hand: Hand,
}

impl Inserter {
    fn insert(&mut self, role: DeviceRole) -> Result<(), Fault> {
        if self.inserted == Some(role) {
            return Ok(());
        }
        // A device that has got its keys stays where it is when the old one comes.
        let reader = usize::from(role == DeviceRole::Original && self.inserted == Some(DeviceRole::Replacement));
        self.put(role, reader)
    }

    /// A card whose state cannot be written stays in the hand: the disk is at fault, and no device is missing.
    fn put(&mut self, role: DeviceRole, reader: usize) -> Result<(), Fault> {
        let fresh = || SoftCard::random_serial().and_then(|serial| SoftCard::new(&serial));
        let Some(card) = self.hand.take(role).or_else(fresh) else { return Ok(()) };
        let folder = self.cards.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let file = folder.join(names::software_card(card.serial()));
        if let Err(error) = self.rack.insert_with_file(reader, card.clone(), &file) {
            self.hand.of_roles.push((role, card));
            return Err(not_written(&error));
        }
        self.inserted = Some(role);
        Ok(())
    }
}

fn not_written(error: &io::Error) -> Fault {
    Fault::from(faults::CardNotKept { why: reason(error) })
}

/// Copies the states of all cards of a sitting, also of those that are in no reader now.
fn copy_cards(from: &Path, to: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|end| end == "json") {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// The software card of this serial, as the sitting with this folder kept it.
pub fn kept_in(folder: &Path, serial: &Serial) -> Option<SoftCard> {
    let file = folder.join(names::SOFTWARE_CARDS).join(names::software_card(serial.as_str()));
    SoftCard::from_text(&Zeroizing::new(fs::read(file).ok()?)).ok()
}
