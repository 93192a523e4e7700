//! What is known about the devices: which ones, their PINs and their DKEK.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::{HeldKey, InBackup, KeyDomain, KeyOfCertificate, Peculiar, PinCondition, PinName, WithoutDkek};
use crate::terms::{Advisory, DeviceRole, Genuineness, Kcv, KeyReference, Serial};

/// A device as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDevice {
    /// Its serial.
    pub serial: Serial,
    /// Its version, for example `3.5`.
    pub version: String,
    /// The platform of its application, if reported.
    pub platform: Option<String>,
    /// Whether it had been initialised before.
    pub initialised: bool,
    /// How many keys it held.
    pub keys: u16,
    /// The names of its certificates that belong to no key.
    pub certificates: Vec<String>,
    /// The names of its data objects.
    pub data_objects: Vec<String>,
    /// What its certificates prove; none: nobody has checked them.
    pub genuineness: Option<Genuineness>,
    /// What is known against its version.
    pub advisories: Vec<Advisory>,
    /// What it is called as a PKCS#11 token.
    pub token_label: Option<String>,
    /// What is unusual about it.
    pub peculiar: Peculiar,
    /// User PIN tries left, if reported.
    pub user_pin_tries: Option<u8>,
    /// Otherwise, why not.
    pub user_pin: Option<PinCondition>,
    /// SO-PIN tries left, if reported.
    pub so_pin_tries: Option<u8>,
    /// Otherwise, why not.
    pub so_pin: Option<PinCondition>,
}

/// The devices.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Devices {
    /// Devices by role.
    pub found: BTreeMap<DeviceRole, FoundDevice>,
    /// Devices in readers from which people must pick one.
    pub seen: Vec<Serial>,
    /// The picked one.
    pub picked: Option<Serial>,
    /// The device that was there when people had the program look again.
    pub looked_again_from: Option<Serial>,
    /// Whether looking again found the same device once more.
    pub same_again: bool,
    /// Devices that were abandoned in this sitting.
    pub given_up: Vec<Serial>,
    /// Further devices of a fleet that people leave out.
    pub left_out: BTreeSet<DeviceRole>,
    /// Tries left, as last read.
    pub tries: Vec<(DeviceRole, PinName, u8)>,
    /// The keys on devices that will be erased.
    pub held: BTreeMap<DeviceRole, Vec<HeldKey>>,
    /// Devices that show the KCV of the backup at hand.
    pub same_dkek: BTreeSet<DeviceRole>,
    /// Devices that were initialised in this ceremony.
    pub initialised: BTreeSet<DeviceRole>,
    /// Their serials, also of devices that were given up since.
    pub initialised_today: BTreeSet<Serial>,
    /// Devices whose SO-PIN is already the one on the custodians' cards.
    pub so_pin_on_cards: BTreeSet<DeviceRole>,
    /// Devices known to have the SO-PIN that was chosen or drawn in this sitting.
    pub so_pin_of_today: BTreeSet<DeviceRole>,
    /// Devices that somebody logged in to since they were initialised.
    pub logged_in: BTreeSet<DeviceRole>,
    /// Devices whose login was lost when the program ended.
    pub login_lost: BTreeSet<DeviceRole>,
    /// Devices that were tried out since they were initialised: their SO-PIN does what the plan says.
    pub pin_rules: BTreeSet<DeviceRole>,
    /// Devices with a throw-away key since they were initialised, and what it proved.
    pub proven: BTreeMap<DeviceRole, KeyOfCertificate>,
    /// Devices that have the DKEK.
    pub loaded: BTreeSet<DeviceRole>,
    /// The state of the device's DKEK: shares, outstanding, KCV.
    pub dkek: Option<(Option<u8>, u8, Option<Kcv>)>,
    /// Why it has no shares, if it is not that it was initialised without any.
    pub without_dkek: Option<WithoutDkek>,
    /// Its other key domains.
    pub domains: Vec<KeyDomain>,
    /// Whether somebody logs in to see a hidden KCV, once that has been decided.
    pub kcv_asked: Option<bool>,
}

impl Devices {
    /// The device found for a role.
    pub fn get(&self, role: DeviceRole) -> Option<&FoundDevice> {
        self.found.get(&role)
    }

    /// Its serial.
    pub fn serial(&self, role: DeviceRole) -> Option<Serial> {
        self.get(role).map(|device| device.serial.clone())
    }

    /// Tries left for a PIN, as last read.
    pub fn tries_left(&self, role: DeviceRole, pin: PinName) -> Option<u8> {
        self.tries.iter().find(|(device, name, _)| (*device, *name) == (role, pin)).map(|(_, _, left)| *left)
    }

    /// Whether a device is there that the program does not take for the maker's.
    pub fn is_not_genuine(&self, role: DeviceRole) -> bool {
        let genuineness = self.get(role).and_then(|device| device.genuineness.as_ref());
        genuineness.is_some_and(|genuineness| !genuineness.is_accepted())
    }

    /// A device that started the day uninitialised and was initialised in this sitting now has an SO-PIN.
    pub fn asks_for_its_so_pin(&mut self, role: Option<DeviceRole>) {
        let role = role.filter(|role| self.initialised.contains(role));
        if let Some(device) = role.and_then(|role| self.found.get_mut(&role)) {
            device.initialised = true;
        }
    }

    /// People have the program look again: it tells them if nothing has changed.
    pub fn look_again(&mut self, role: Option<DeviceRole>) {
        self.looked_again_from = role.and_then(|role| self.serial(role));
    }

    /// Whether the device has a DKEK whose KCV it shows only after login.
    pub const fn hides_kcv(&self) -> bool {
        matches!(self.dkek, Some((Some(_), 0, None)))
    }

    /// Whether a device has what the backup at hand was made of: a key of it, or its DKEK.
    pub fn holds_what_is_backed_up(&self, role: DeviceRole) -> bool {
        let in_backup = |key: &HeldKey| key.backup != InBackup::No;
        self.same_dkek.contains(&role) || self.held.get(&role).is_some_and(|keys| keys.iter().any(in_backup))
    }

    /// The keys on a device that will be erased, as people read them.
    pub fn named_keys(&self, role: DeviceRole) -> Vec<KeyReference> {
        self.held.get(&role).into_iter().flatten().map(|held| held.key.reference).collect()
    }

    /// The other devices of the fleet that were found, with their numbers.
    pub fn others_of_the_fleet(&self, role: DeviceRole) -> Vec<(Serial, u8)> {
        let others = self.found.iter().filter(|(other, _)| **other != role && !self.left_out.contains(other));
        others.map(|(other, device)| (device.serial.clone(), other.further().unwrap_or(1))).collect()
    }

    pub(super) fn learn_held(&mut self, role: DeviceRole, keys: &[HeldKey], same_dkek: bool) {
        self.held.insert(role, keys.to_vec());
        self.same_dkek.remove(&role);
        self.same_dkek.extend(same_dkek.then_some(role));
    }

    pub(super) fn learn_seen(&mut self, serials: &[Serial]) {
        self.seen = serials.to_vec();
        self.picked = None;
    }

    pub(super) fn learn_found(&mut self, role: DeviceRole, device: FoundDevice) {
        self.learn_seen(&[]);
        self.same_again = self.looked_again_from.take().is_some_and(|before| before == device.serial);
        // What was known about an abandoned device says nothing about the one in its place.
        self.tries.retain(|(of, ..)| *of != role);
        self.so_pin_on_cards.remove(&role);
        // Of one that lists none, no key is traced in most ceremonies; those that are traced later count.
        if device.keys == 0 {
            self.held.remove(&role);
        }
        self.found.insert(role, device);
    }

    pub(super) fn learn_tries(&mut self, role: DeviceRole, pin: PinName, left: u8) {
        self.tries.retain(|(device, name, _)| (*device, *name) != (role, pin));
        self.tries.push((role, pin, left));
    }

    pub(super) fn learn_current_so_pin(&mut self, role: DeviceRole, on_cards: bool) {
        self.so_pin_on_cards.remove(&role);
        self.so_pin_on_cards.extend(on_cards.then_some(role));
    }

    pub(super) fn learn_initialised(&mut self, role: DeviceRole, serial: &Serial) {
        self.initialised.insert(role);
        self.initialised_today.insert(serial.clone());
        self.logged_in.remove(&role);
        self.proven.remove(&role);
        self.pin_rules.remove(&role);
        // An uninitialised device takes today's SO-PIN at once; others keep theirs until it is changed.
        if self.get(role).is_some_and(|device| !device.initialised) {
            self.so_pin_of_today.insert(role);
        }
    }
}
