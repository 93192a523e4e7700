//! How terms are written into records and manifests, and read back.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    CustodianNumber, DeviceRole, Digest, DkekShareNumber, HostFinding, Kcv, KeyId, KeyLabel, KeyReference, KeyType,
    Number, Person, Purpose, Quorum, Scheme, Seat, Serial,
};

/// Terms are written into records and manifests as the text that people read, and checked when read back.
macro_rules! as_text {
    ($($term:ty => $read:expr;)*) => {$(
        impl Serialize for $term {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $term {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let read: fn(&str) -> Option<Self> = $read;
                read(&text).ok_or_else(|| serde::de::Error::custom(concat!("no ", stringify!($term))))
            }
        }
    )*};
}

as_text! {
    Quorum => |text| {
        let (threshold, custodians) = text.split_once("-of-")?;
        Quorum::new(threshold.parse().ok()?, custodians.parse().ok()?).ok()
    };
    Serial => |text| Serial::new(text).ok();
    KeyReference => |text| KeyReference::parse(text).ok();
    KeyId => |text| KeyId::parse(text).ok();
    KeyLabel => |text| KeyLabel::new(text).ok();
    KeyType => |text| KeyType::parse(text).ok();
    Kcv => Kcv::parse;
    CustodianNumber => |text| CustodianNumber::new(text.parse().ok()?);
    DkekShareNumber => |text| DkekShareNumber::new(text.parse().ok()?);
    Purpose => Purpose::parse;
    Person => Person::parse;
    Scheme => Scheme::parse;
    Seat => |text| text.parse().ok().map(Seat);
    Number => Number::parse;
    DeviceRole => |text| DeviceRole::all().find(|role| role.word() == text);
    Digest => Digest::parse;
    HostFinding => |text| Some(HostFinding::from_word(text));
}
