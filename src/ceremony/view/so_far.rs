//! What has been shown to everybody so far, to look up again: from what the record says, and nothing else.

use std::fmt::Display;

use crate::ceremony::known::Known;
use crate::ceremony::machine::Machine;
use crate::ceremony::view::ViewContext;
use crate::ceremony::view::values::{device_role, key_table};
use crate::plan::PlannedKey;
use crate::script::words;
use crate::terms::{DeviceRole, Digest, DkekShareNumber, Purpose, Scheme};

/// What has been shown to everybody so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoFar {
    /// The results, in the order of the day.
    pub results: Vec<Shown>,
    /// The digest of the record as it stands, in lines that keep their form.
    pub digest: String,
}

/// One result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// What it is, for example `Key check value (KCV)`.
    pub label: String,
    /// Its value; lines that start with two spaces keep their form.
    pub value: String,
}

impl Shown {
    fn new(label: &dyn Display, value: &dyn Display) -> Self {
        Self { label: label.to_string(), value: value.to_string() }
    }
}

impl Machine {
    pub(super) fn so_far(&self, context: &ViewContext) -> SoFar {
        SoFar { results: results(self.known()), digest: context.digest.clone() }
    }
}

fn results(known: &Known) -> Vec<Shown> {
    let origin = known.restored.from.iter().flat_map(|origin| {
        let record = origin.record.as_ref().map(|digest| Shown::new(&words::SO_FAR_ORIGIN_RECORD, &digest.in_lines()));
        [Shown::new(&words::SO_FAR_ORIGIN, &origin.folder)].into_iter().chain(record)
    });
    let devices = DeviceRole::all().filter_map(|role| {
        let label = words::SoFarDevice { device: device_role(role) };
        known.devices.serial(role).map(|serial| Shown::new(&label, &serial))
    });
    let several = known.plan.dkek_shares.len() > 1;
    let shares = known.plan.numbers().flat_map(|share| {
        let kcv = known.shares.kcv(share).filter(|_| several);
        set(known, share).into_iter().chain(kcv.map(|kcv| Shown::new(&words::SoFarShareKcv { share }, &kcv)))
    });
    let so_pin = known.shares.set(Purpose::SoPin).map(|set| Shown::new(&words::SO_FAR_SO_PIN_SET, &set));
    let kcv = known.shares.dkek_kcv.map(|kcv| Shown::new(&words::SO_FAR_KCV, &kcv));
    let files = known.written.iter().map(|(file, sha256)| digest(file, sha256));
    let made = known.plan.keys.iter().filter_map(|key| {
        let sha256 = known.keys.made.get(key.label.as_str())?;
        Some(digest(&words::SoFarPublicKey { label: &key.label, kind: key.key_type.name() }, sha256))
    });
    let proven = known.plan.keys.iter().flat_map(|key: &PlannedKey| {
        known.keys.proven_on(&key.label).map(|role| {
            let (device, label) = (device_role(role), &key.label);
            Shown::new(&words::SoFarProven { device, label }, &known.restore_to(key))
        })
    });
    let listed =
        (!known.keys.listed.is_empty()).then(|| Shown::new(&words::SO_FAR_LISTED, &key_table(&known.keys.listed)));
    let deviations = [Shown::new(&words::SO_FAR_DEVIATIONS, &known.progress.deviations)];
    let of_device = origin.chain(devices).chain(shares).chain(so_pin).chain(kcv);
    of_device.chain(files).chain(made).chain(listed).chain(proven).chain(deviations).collect()
}

fn set(known: &Known, share: DkekShareNumber) -> Option<Shown> {
    let set = known.shares.set(Purpose::DkekShare(share))?;
    Some(match known.plan.scheme(share)? {
        Scheme::ScHsmTool => Shown::new(&words::SoFarPrime { share }, &set),
        Scheme::Words => Shown::new(&words::SoFarSet { share }, &set),
    })
}

fn digest(label: &dyn Display, sha256: &Digest) -> Shown {
    Shown::new(label, &sha256.in_lines())
}
