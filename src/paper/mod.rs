//! What is printed for the table: the handbook (CEREMONY.md) and the script of a day with the custodians' cards.
//!
//! Every sentence comes from the script; this room arranges them on paper.

mod wrap;

#[cfg(test)]
mod complete;
#[cfg(test)]
mod walk;
