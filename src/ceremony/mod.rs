//! The machine: a cursor over a list of numbered steps. Pure: no I/O, no clock, no secret.

mod card_check;
mod kinds;
mod known;
mod machine;
mod steps;
mod unwritten;
mod view;

pub use crate::terms::Holder;
pub use card_check::{CardCheck, CardCheckRequest};
pub use kinds::{CEREMONIES, Ceremony};
pub use known::Known;
pub use known::character::{Cards, Character, DeviceUse, KeySource, Needs, Unattended};
pub use known::custodians::{Whose, carried, custody};
pub use known::devices::FoundDevice;
pub use known::restored::Origin;
pub use known::roll_call::{Person, role};
pub use machine::deliberate::Deliberate;
pub use machine::event::Event;
pub use machine::input::{ChoiceId, Input, OpenSittingChoice, TickId, UnwrittenChoice};
pub use machine::interlude::STOP_WORD;
pub use machine::recovery::Recovery;
pub use machine::resumption::Resumption;
pub use machine::{Machine, REVEAL_SECONDS, Request};

pub use steps::{Actor, Answer, Condition, Question, Stage, StageKind, Step};
pub use unwritten::{Unwritten, UnwrittenRequest};
pub use view::values::{
    advisory, device_role, finding, genuineness, key_file_form, key_of_certificate, key_table, planned,
};
pub use view::{
    Asks, Body, CardView, FieldState, FieldView, FinishedCopy, Header, Notice, OptionView, Shown, SoFar, StepLine,
    StepState, TickView, View, ViewContext,
};
