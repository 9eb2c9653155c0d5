//! The memory a program may have.

use std::fmt;

use wasmtime::ResourceLimiter;

/// Ends a program that grows its memories, taken together, beyond a limit in bytes.
#[derive(Debug)]
pub(super) struct MemoryLimit {
    limit: u64,
    used: u64,
}

/// The program wanted more than the limit.
#[derive(Debug)]
pub(super) struct OutOfMemory {
    pub(super) limit: u64,
}

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} bytes of memory", self.limit)
    }
}

impl std::error::Error for OutOfMemory {}

impl MemoryLimit {
    pub(super) fn new(limit: u64) -> Self {
        Self { limit, used: 0 }
    }
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let used = self.used + desired.saturating_sub(current) as u64;
        if used > self.limit {
            return Err(wasmtime::Error::from(OutOfMemory { limit: self.limit }));
        }
        self.used = used;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(maximum.is_none_or(|maximum| desired <= maximum))
    }
}
