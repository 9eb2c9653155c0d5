//! The implementations under test.

#[cfg(target_os = "linux")]
pub(crate) mod host_fs;
pub(crate) mod mem_subject;
