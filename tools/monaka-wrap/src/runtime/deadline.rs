//! The end of the time that programs have.

use std::thread;
use std::time::{Duration, Instant};

use wasmtime::Engine;

use crate::failure::Failure;

/// How long a program may take to notice that its time is over.
const GRACE: Duration = Duration::from_millis(250);

/// When the time of the programs of an engine is over. They notice by their epoch.
#[derive(Clone, Copy)]
pub(crate) struct Deadline {
    limit: Duration,
    started: Instant,
}

impl Deadline {
    /// Gives the programs of `engine` this much time from now on.
    ///
    /// # Errors
    /// `Thread`.
    pub(crate) fn start(engine: &Engine, limit: Duration) -> Result<Self, Failure> {
        let engine = engine.clone();
        // The thread ends with the process.
        thread::Builder::new()
            .name("deadline".to_owned())
            .spawn(move || {
                thread::sleep(limit);
                engine.increment_epoch();
            })
            .map_err(Failure::Thread)?;
        Ok(Self {
            limit,
            started: Instant::now(),
        })
    }

    /// What became of a program that needed more.
    pub(super) fn failure(self) -> Failure {
        Failure::Timeout(self.limit)
    }

    /// How long it is worth to wait for a program from now on.
    pub(super) fn patience(self) -> Duration {
        let end = self.limit.saturating_add(GRACE);
        end.saturating_sub(self.started.elapsed())
    }
}
