//! A log of every call, as lines of JSON.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use fs_core::{Clock, ErrorCode};

use super::Operation;
use crate::time::WallTime;

/// One call.
#[derive(Clone, Copy, Debug)]
pub struct Event<'e> {
    /// Whose.
    pub guest: &'e str,
    /// What was called.
    pub operation: Operation,
    /// On what: the guest's own name for it, as far as it gave one. For an open file that is the
    /// path by which it was opened.
    pub path: &'e str,
    /// Why it failed, if it did.
    pub error: Option<ErrorCode>,
}

impl Event<'_> {
    /// `ok`, or the name of the error.
    pub(super) fn result(&self) -> String {
        self.error
            .map_or_else(|| "ok".to_owned(), |error| format!("{error:?}"))
    }
}

/// Where events go: one line of JSON for each, with the members `time` (nanoseconds since 1970),
/// `guest`, `operation`, `path` and `result`.
///
/// A line is written whole, before the guest has its answer.
pub struct AuditLog(Mutex<Log>);

struct Log {
    writer: Box<dyn Write + Send>,
    failed: Option<io::Error>,
}

impl AuditLog {
    /// A log that `writer` keeps.
    pub fn new(writer: impl Write + Send + 'static) -> Self {
        Self(Mutex::new(Log {
            writer: Box::new(writer),
            failed: None,
        }))
    }

    pub(super) fn write(&self, event: &Event<'_>) {
        let line = line(event, WallTime.now().0);
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if log.failed.is_none() {
            log.failed = log.writer.write_all(line.as_bytes()).err();
        }
    }

    /// Writes what is still held.
    ///
    /// # Errors
    /// A line could not be written. It is the last one, perhaps in part, as nothing was written
    /// from then on.
    pub fn finish(&self) -> io::Result<()> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match log.failed.take() {
            Some(error) => Err(error),
            None => log.writer.flush(),
        }
    }
}

impl fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditLog").finish_non_exhaustive()
    }
}

fn line(event: &Event<'_>, time: u64) -> String {
    let value = serde_json::json!({
        "time": time,
        "guest": event.guest,
        "operation": event.operation.name(),
        "path": event.path,
        "result": event.result(),
    });
    format!("{value}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_path_holds_is_one_line_of_json() {
        let event = Event {
            guest: "one",
            operation: Operation::Rename,
            path: "/a \"b\"\n\u{1}c",
            error: Some(ErrorCode::NoEntry),
        };
        let line = line(&event, 7);
        assert_eq!(line.lines().count(), 1);
        let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(value["path"], event.path);
        assert_eq!(value["result"], "NoEntry");
        assert_eq!(value["time"], 7);
    }
}
