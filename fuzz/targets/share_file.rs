#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::hostile::share_file::check(data));
