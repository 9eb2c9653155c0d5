//! See `fuzz_properties::calls`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_properties::calls(data));
