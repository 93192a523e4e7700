//! Values about the devices of a fleet.

use crate::ceremony::known::Known;
use crate::ceremony::known::character::DeviceUse;
use crate::ceremony::view::values::planned::role;
use crate::plan::Plan;
use crate::script::words;
use crate::terms::{DeviceRole, Serial};

/// The widest name of a device.
const NAME: usize = 14;

/// The widest serial.
const SERIAL: usize = 16;

/// The serial that the plan names for a device.
pub fn serial(plan: &Plan, device: DeviceRole) -> String {
    plan.planned_serial(device).map_or_else(|| words::FLEET_SERIAL_BLANK.to_owned(), Serial::to_string)
}

/// The devices of the plan, one per line, with what each gets.
pub fn planned(plan: &Plan) -> String {
    let first = (DeviceRole::Original, words::FLEET_MAKES_KEYS);
    let further = plan
        .fleet()
        .into_iter()
        .map(|device| (device.role, if device.copy_keys { words::FLEET_GETS_KEYS } else { words::FLEET_GETS_DKEK }));
    let row = |(device, gets)| row(name(device), &serial(plan, device), gets);
    [first].into_iter().chain(further).map(row).collect::<Vec<_>>().join("\n")
}

/// What became of each device.
pub fn done(known: &Known) -> String {
    let further = known.plan.fleet().into_iter().map(|device| device.role);
    let line = |device: DeviceRole| {
        let serial = known.devices.serial(device);
        let serial = serial.as_ref().map_or(words::FLEET_NEVER_FOUND, Serial::as_str);
        let keys = match device {
            DeviceRole::Original => known.keys_that_stay().count(),
            DeviceRole::Replacement | DeviceRole::Further(_) => {
                known.keys.proven.iter().filter(|(on, _)| *on == device).count()
            }
        };
        let state = match known.shares.dkek_kcv.filter(|_| known.devices.loaded.contains(&device)) {
            Some(_) | None if known.devices.left_out.contains(&device) => words::FLEET_LEFT_OUT.to_owned(),
            Some(found) => words::FleetHas { found, keys }.to_string(),
            None => words::FLEET_LEFT_OUT.to_owned(),
        };
        row(name(device), serial, &state)
    };
    [DeviceRole::Original].into_iter().chain(further).map(line).collect::<Vec<_>>().join("\n")
}

/// What of the PINs is still in memory once a device has them.
pub fn pins_wiped(known: &Known) -> &'static str {
    match known.ceremony.devices {
        DeviceUse::Fleet if known.plan.so_pin_share().is_some() => words::USER_PIN_WIPED,
        DeviceUse::Fleet
        | DeviceUse::Provisions
        | DeviceUse::Keeps
        | DeviceUse::Adds
        | DeviceUse::Retires
        | DeviceUse::ChangesPins
        | DeviceUse::None => words::PINS_WIPED,
    }
}

/// The one on which the keys are made is the first.
const fn name(device: DeviceRole) -> &'static str {
    match device {
        DeviceRole::Original => words::FLEET_FIRST,
        DeviceRole::Replacement | DeviceRole::Further(_) => role(device),
    }
}

fn row(name: &str, serial: &str, what: &str) -> String {
    format!("  {name:<NAME$}  {serial:<SERIAL$}  {what}")
}
