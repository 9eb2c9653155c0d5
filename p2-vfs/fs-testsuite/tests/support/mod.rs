//! The implementations that the test programs run the rules on.

#[cfg(target_os = "linux")]
pub(crate) mod host_fs;
pub(crate) mod mem_subject;
