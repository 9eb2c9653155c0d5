//! `run --s3 URL`: files that are kept in a bucket.

use std::process;
use std::thread;
use std::time::Duration;

use clap::{Args, ValueEnum};
use fs_core::MemFs;
use s3::sync_core::Policy;
use s3::{Access, Location, Options, S3Fs};
use tokio::signal::unix::{SignalKind, signal};

use crate::args::duration;
use crate::failure::Failure;
use crate::wrapping::warning;

/// Where files are kept beyond the run, and how.
#[derive(Debug, Args)]
pub(crate) struct S3Args {
    /// Keep the files in a bucket, one object for each: what is there is there at the start, and
    /// what the program changes is saved. Credentials are those of the environment, a profile or a
    /// role, as for other S3 clients.
    #[arg(long, value_name = "s3://BUCKET/PREFIX")]
    s3: Option<Location>,

    /// Ask another store than Amazon's.
    #[arg(long, value_name = "URL", requires = "s3")]
    s3_endpoint: Option<String>,

    /// What to do where somebody else changed an object that the program changed too.
    #[arg(long, value_name = "WHAT", requires = "s3", default_value = "fail")]
    s3_conflict: Conflict,

    /// How long to wait at the end until everything is saved.
    #[arg(long, value_name = "TIME", requires = "s3", default_value = "30s", value_parser = duration)]
    s3_drain: Duration,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Conflict {
    /// Leave it as it is, and say that the program's version is not saved.
    Fail,
    /// Save the program's version over it.
    Overwrite,
}

impl S3Args {
    /// Whether files are to be kept in a bucket.
    pub(crate) fn is_given(&self) -> bool {
        self.s3.is_some()
    }

    /// The files of the bucket, in `memory`, if they are to be kept in one. From now on a signal
    /// that ends this process saves them first.
    ///
    /// # Errors
    /// `Bucket`, `Signals`.
    pub(crate) fn mount(&self, memory: &MemFs) -> Result<Option<Kept>, Failure> {
        let Some(location) = &self.s3 else {
            return Ok(None);
        };
        let access = Access {
            endpoint: self.s3_endpoint.clone(),
            credentials: None,
        };
        let options = Options {
            policy: match self.s3_conflict {
                Conflict::Fail => Policy::Fail,
                Conflict::Overwrite => Policy::Overwrite,
            },
            ..Options::default()
        };
        let files = S3Fs::mount(memory.clone(), location.clone(), access, &options)?;
        let kept = Kept {
            files,
            location: location.clone(),
            patience: self.s3_drain,
        };
        kept.save_on_signals()?;
        Ok(Some(kept))
    }
}

/// Files that are kept in a bucket.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) files: S3Fs,
    location: Location,
    patience: Duration,
}

impl Kept {
    /// Waits until everything is saved, and says what is not.
    ///
    /// # Errors
    /// `Unsaved`.
    pub(crate) fn drain(&self) -> Result<(), Failure> {
        let unsaved = self.files.drain(self.patience);
        for (place, problem) in &unsaved {
            match problem {
                Some(problem) => warning(&format!("{place} is not saved: {problem}")),
                None => warning(&format!("{place} is not saved: the time was over")),
            }
        }
        match unsaved.len() {
            0 => Ok(()),
            count => Err(Failure::Unsaved {
                count,
                location: self.location.clone(),
            }),
        }
    }

    fn save_on_signals(&self) -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Failure::Signals)?;
        let (mut terminate, mut interrupt) = {
            let _inside = runtime.enter();
            let terminate = signal(SignalKind::terminate()).map_err(Failure::Signals)?;
            (
                terminate,
                signal(SignalKind::interrupt()).map_err(Failure::Signals)?,
            )
        };
        let kept = self.clone();
        let wait = move || {
            let number = runtime.block_on(async {
                tokio::select! {
                    _ = terminate.recv() => 15,
                    _ = interrupt.recv() => 2,
                }
            });
            process::exit(match kept.drain() {
                // As the shell says it of a process that a signal ended.
                Ok(()) => 128 + number,
                Err(failure) => {
                    anstream::eprintln!("monaka-wrap: {failure}");
                    i32::from(failure.exit_code())
                }
            });
        };
        // The thread ends with the process.
        thread::Builder::new()
            .spawn(wait)
            .map(drop)
            .map_err(Failure::Signals)
    }
}
