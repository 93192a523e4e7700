//! The machine: a cursor over a list of numbered steps. Pure: no I/O, no clock, no secret.

mod field;
mod people;
mod view;

pub use field::{Field, FieldCheck, FieldKind};
pub use people::People;
pub use view::{Body, FieldState, FieldView, Header, OptionView, StepLine, StepState, View};
