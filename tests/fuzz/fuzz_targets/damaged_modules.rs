//! See `fuzz_properties::damaged_modules`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_properties::damaged_modules(data));
