//! Reads a plan file field by field, and collects everything that is wrong with it.

mod custody;
mod fields;
mod keys;
mod object;

use serde_json::{Map, Value};

use super::{Custody, PinReset, Plan};
use crate::faults::{self, Fault};
use crate::script::plan_fields;
use object::{Object, Part};

/// The longest title, in characters.
const LONGEST_TITLE: usize = 60;

/// The longest name of a person, in characters.
const LONGEST_NAME: usize = 40;

/// Fewer throws than this add little: each gives 2.6 bits.
const FEWEST_THROWS: u16 = 50;

/// More throws than this add nothing to a seed of 256 bits.
const MOST_THROWS: u16 = 250;

/// Reads a plan; on failure all its faults, never none.
pub fn plan(map: &Map<String, Value>) -> Result<Plan, Vec<Fault>> {
    let mut reader = Reader { faults: Vec::new() };
    match reader.plan(&Object::new(map, String::new())) {
        Some(plan) if reader.faults.is_empty() => Ok(plan),
        _ if reader.faults.is_empty() => Err(vec![Fault::from(faults::PlanNotObject)]),
        _ => Err(reader.faults),
    }
}

/// Reads fields and collects what is wrong with them.
struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    fn plan(&mut self, plan: &Object) -> Option<Plan> {
        self.known_only(plan, &[Part::Top, Part::Quorum]);
        if plan.get(plan_fields::PLAN).and_then(Value::as_u64) != Some(1) {
            self.fault(faults::PlanVersion);
        }
        let title = self.text(plan, plan_fields::TITLE, LONGEST_TITLE);
        let administrator = self.text(plan, plan_fields::ADMINISTRATOR, LONGEST_NAME);
        let auditors = self.names(plan, plan_fields::AUDITORS);
        let witnesses = self.names(plan, plan_fields::WITNESSES);
        let dkek_shares = self.dkek_shares(plan);
        let dice = self.dice(plan);
        let device = self.object(plan, plan_fields::DEVICE, Part::Device);
        let device = device.as_ref();
        let so_pin_under_quorum = device.and_then(|device| self.so_pin_under_quorum(device, dkek_shares.as_deref()));
        let so_pin_holder = device.and_then(|device| match so_pin_under_quorum {
            // Nobody holds it; whatever a device had before, the administrator types.
            Some(true) if device.get(plan_fields::DEVICE_SO_PIN_HOLDER).is_none() => administrator.clone(),
            _ => self.text(device, plan_fields::DEVICE_SO_PIN_HOLDER, LONGEST_NAME),
        });
        let pin_holder = device.and_then(|device| self.text(device, plan_fields::DEVICE_PIN_HOLDER, LONGEST_NAME));
        let user_pin_tries = device.and_then(|device| self.number(device, plan_fields::DEVICE_USER_PIN_TRIES, 1, 10));
        let pin_reset = device.and_then(|device| {
            self.choice(device, plan_fields::DEVICE_PIN_RESET, PinReset::Off, PinReset::parse, |_| {
                faults::PlanPinReset.into()
            })
        });
        let keys = self.keys(plan);
        let prove_restore = self.flag(plan, plan_fields::PROVE_RESTORE);
        Some(Plan {
            title: title?,
            administrator: administrator?,
            auditors,
            witnesses,
            dkek_shares: dkek_shares?,
            dice: dice?,
            so_pin_holder: so_pin_holder?,
            so_pin_under_quorum: so_pin_under_quorum?,
            pin_holder: pin_holder?,
            user_pin_tries: user_pin_tries?,
            pin_reset: pin_reset?,
            keys,
            prove_restore: prove_restore?,
        })
    }

    fn dice(&mut self, plan: &Object) -> Option<u16> {
        let Some(value) = plan.get(plan_fields::DICE) else { return Some(0) };
        let throws = value.as_u64().and_then(|throws| u16::try_from(throws).ok());
        let throws = throws.filter(|throws| *throws == 0 || (FEWEST_THROWS..=MOST_THROWS).contains(throws));
        if throws.is_none() {
            self.fault(faults::PlanDice { least: FEWEST_THROWS, most: MOST_THROWS });
        }
        throws
    }

    fn so_pin_under_quorum(&mut self, device: &Object, shares: Option<&[Custody]>) -> Option<bool> {
        let read = |word: &str| match word {
            "holder" => Some(false),
            "quorum" => Some(true),
            _ => None,
        };
        let under_quorum =
            self.choice(device, plan_fields::DEVICE_SO_PIN, false, read, |_| faults::PlanSoPin.into())?;
        if under_quorum && shares.is_some_and(|shares| shares.iter().all(|share| share.quorum().is_none())) {
            self.fault(faults::PlanSoPinNobody);
            return None;
        }
        Some(under_quorum)
    }
}
