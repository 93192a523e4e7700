#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::hostile::card_file::check(data));
