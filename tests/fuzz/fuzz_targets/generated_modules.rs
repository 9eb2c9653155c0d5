//! See `fuzz_properties::generated_modules`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_properties::generated_modules(data));
