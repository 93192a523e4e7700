//! The objects of a plan file, and which fields each of them has.

use serde_json::{Map, Value};

use crate::names::PlanField;

/// Fields that are together in an object of the plan.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// At the top of the plan.
    Top,
    /// The three that make a quorum: at the top of the plan, or in one of several DKEK shares.
    Quorum,
    /// In a DKEK share whose password one person holds.
    Password,
    /// In `device`.
    Device,
    /// In one of `keys`.
    Key,
}

impl Part {
    /// Where a field belongs.
    pub const fn of(field: PlanField) -> Self {
        match field {
            PlanField::Plan
            | PlanField::Title
            | PlanField::Administrator
            | PlanField::Auditors
            | PlanField::Witnesses
            | PlanField::DkekShares
            | PlanField::Dice
            | PlanField::Device
            | PlanField::Keys
            | PlanField::ProveRestore => Self::Top,
            PlanField::Custodians | PlanField::Threshold | PlanField::Scheme => Self::Quorum,
            PlanField::DkekSharesPasswordHolder => Self::Password,
            PlanField::DeviceSoPin
            | PlanField::DeviceSoPinHolder
            | PlanField::DevicePinHolder
            | PlanField::DeviceUserPinTries
            | PlanField::DevicePinReset => Self::Device,
            PlanField::KeysLabel
            | PlanField::KeysType
            | PlanField::KeysId
            | PlanField::KeysReference
            | PlanField::KeysRestoreTo => Self::Key,
        }
    }
}

/// An object of the plan, with the path to it that faults name.
pub struct Object<'a> {
    map: &'a Map<String, Value>,
    path: String,
}

impl<'a> Object<'a> {
    /// Its path ends with a dot, except at the top.
    pub const fn new(map: &'a Map<String, Value>, path: String) -> Self {
        Self { map, path }
    }

    /// What is in a field.
    pub fn get(&self, field: PlanField) -> Option<&'a Value> {
        self.map.get(key(field))
    }

    /// A field as faults name it: `keys[2].label`.
    pub fn place(&self, field: PlanField) -> String {
        self.place_of(key(field))
    }

    /// The same for a key that may be no field.
    pub fn place_of(&self, key: &str) -> String {
        format!("{}{key}", self.path)
    }

    /// Keys that are none of these fields.
    pub fn unknown(&self, parts: &[Part]) -> impl Iterator<Item = &'a str> {
        let known: Vec<&str> =
            PlanField::ALL.into_iter().filter(|field| parts.contains(&Part::of(*field))).map(key).collect();
        self.map.keys().map(String::as_str).filter(move |key| !known.contains(key))
    }
}

/// A field's key in its object: the last part of its path.
pub fn key(field: PlanField) -> &'static str {
    let path = field.word();
    path.rsplit_once('.').map_or(path, |(_, key)| key)
}
