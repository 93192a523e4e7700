//! The machine: a cursor over a list of numbered steps. Pure: no I/O, no clock, no secret.

mod act;
mod answers;
mod establish;
mod event;
mod failures;
mod field;
mod inspect;
mod interlude;
mod machine;
mod outcome;
mod parts;
mod people;
mod recovery;
mod render;
mod restore;
mod state;
mod step;
mod values;
mod view;

pub use act::Act;
pub use event::Event;
pub use field::{ExpectedWords, Field, FieldCheck, FieldKind};
pub use interlude::STOP_WORD;
pub use machine::{Machine, REVEAL_SECONDS, Request};
pub use outcome::Outcome;
pub use people::People;
pub use recovery::Recovery;
pub use render::Surroundings;
pub use state::{FoundDevice, Source, State};
pub use step::{Actor, Kind, Question, Stage, Step, When};
pub use values::NAMES;
pub use view::{Body, CardView, FieldState, FieldView, Header, OptionView, StepLine, StepState, View};
