//! What is printed for the people at the table: the handbook (CEREMONY.md), and the script of the day with the blank cards.
//!
//! Every sentence comes from the script; this room arranges them on paper.

mod appendix;
mod card;
mod day;
mod document;
mod explain;
mod frame;
mod handbook;
mod html;
mod markdown;
mod plan_field;
mod report;
mod restore;
mod steps;
mod when;
mod wrap;

pub use card::{CardOf, Holding, cards_of, cards_text};
pub use day::days_script;
pub use document::{Block, Cell, Document, Part, Room, Sheet, StepRow, Steps, Table};
pub use explain::explaining_files;
pub use handbook::handbook;
pub use html::html;
pub use markdown::markdown;
pub use plan_field::meaning;
pub use report::{first_drill, makes_the_same_report, plan_of, report, reports, write_reports};
pub use restore::About;

#[cfg(test)]
mod agree;
#[cfg(test)]
mod complete;
#[cfg(test)]
mod made_up;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod walk;
#[cfg(test)]
pub(crate) mod walk_text;
