//! Hostile input: whatever comes from a keyboard, a file, a card or a record, nothing panics, hangs or lies. What must hold is
//! written here once; `fuzz/` looks for bytes that break it (`make fuzz`), and what it finds becomes a seed in `seeds.rs`.

pub mod beside;
pub mod card;
pub mod card_file;
pub mod certificates;
pub mod description;
pub mod device;
pub mod key_file;
pub mod keyboard;
pub mod machine;
pub mod manifest;
pub mod numbers;
pub mod plan;
pub mod record;
pub mod script;
pub mod share_file;
pub mod tlv;
pub mod words;
pub mod wrapped_key;

#[cfg(test)]
mod seeds;
