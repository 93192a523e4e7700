//! Whole ceremonies in this process: machine, vault, clerk and autopilot on software cards.

mod counted;
mod cuts;
mod drawn_pins;
mod files;
mod foreign;
mod foreign_sets;
mod forged;
mod free_text;
mod front;
mod given;
mod hand_over;
mod held;
mod inspect;
mod laws;
mod left_alone;
mod listening;
mod mistakes;
mod old;
mod one_slip;
mod plans;
mod real;
mod restore_choices;
mod resume;
mod rig;
mod roll_call;
mod salvage;
mod schemes;
mod several;
mod slips;
mod small_readers;
mod so_pin;
mod so_pin_tries;
mod stand_in;
mod ways_out;

pub use plans::{Cards, Day, Guard, dkek_share, established, note};
pub use rig::{Front, Rig, Turn, plan_text};
