//! See `fuzz_properties::paths`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_properties::paths(data));
