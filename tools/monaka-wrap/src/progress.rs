//! A sign of life for long work, on terminals only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::Verbosity;
use crate::wrapping::warning;

/// Shows `what` beside a spinner until dropped.
pub(crate) struct Spinner(ProgressBar);

impl Spinner {
    pub(crate) fn start(what: String, verbosity: &Verbosity) -> Self {
        // indicatif draws nothing where standard error is not a terminal.
        let target = if verbosity.quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(None, target).with_message(what);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    /// A printer of warnings that does not tear the line; quiet where the user wants it so.
    pub(crate) fn warnings<'s>(&'s self, verbosity: &Verbosity) -> impl Fn(&str) + use<'s> {
        let is_quiet = verbosity.quiet;
        move |text| {
            if !is_quiet {
                self.suspend(|| warning(text));
            }
        }
    }

    /// Prints something else without tearing the line.
    pub(crate) fn suspend(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
