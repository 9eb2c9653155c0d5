//! The record of what was done and why.

use std::fmt;

/// One thing that [`wrap`](crate::wrap) did, or noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Which step of the pipeline.
    pub step: Step,
    /// Whether the user should know without asking.
    pub level: Level,
    /// What was done and why, in one line.
    pub note: String,
}

/// A step of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Telling what the input is.
    Detect,
    /// Leaving the input as it is.
    PassThrough,
    /// Merging application and shim.
    Merge,
    /// Preparing the application for the stock adapter.
    Rewrite,
    /// Placing the embedded image.
    Embed,
    /// Making the merged or rewritten module a component.
    Lift,
    /// Binding a component's imports to the VFS component.
    Compose,
    /// Proving the result valid and closed.
    Validate,
}

/// How much a stage matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// For those who ask for an explanation.
    Note,
    /// For everybody.
    Warning,
}

impl Stage {
    pub(crate) fn note(step: Step, note: impl Into<String>) -> Self {
        Self {
            step,
            level: Level::Note,
            note: note.into(),
        }
    }

    pub(crate) fn warning(step: Step, note: impl Into<String>) -> Self {
        Self {
            step,
            level: Level::Warning,
            note: note.into(),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Detect => "detect",
            Self::PassThrough => "pass-through",
            Self::Merge => "merge",
            Self::Rewrite => "rewrite",
            Self::Embed => "embed",
            Self::Lift => "lift",
            Self::Compose => "compose",
            Self::Validate => "validate",
        })
    }
}
