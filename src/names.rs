//! The names of all that the script speaks of, made from `assets/script/` when the program is built: a name that is not
//! there does not compile.

include!(concat!(env!("OUT_DIR"), "/names.rs"));
