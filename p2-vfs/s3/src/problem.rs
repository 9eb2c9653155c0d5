//! Why something is not saved.

use fs_core::ErrorCode;
use thiserror::Error;

/// Why the store lacks something.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    /// Somebody else changed the object.
    #[error("changed by another writer in the store")]
    Conflict,
    /// The store said no.
    #[error("refused by the store")]
    Refused,
    /// The store said no, and why.
    #[error("refused by the store: {0}")]
    RefusedWith(String),
    /// No answer, or none that tells.
    #[error("the store cannot be reached")]
    Unreachable,
    /// The key would be too long.
    #[error("the path is too long for a key")]
    TooLong,
    /// The object would be too large.
    #[error("more than 5 GiB, which one object written at once may not have")]
    TooLarge,
    /// What is to be written is not here and did not come from the store.
    #[error("its content in the store is gone")]
    ContentGone,
}

impl Problem {
    /// Whether trying again will not help.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Unreachable => false,
            Self::Conflict
            | Self::ContentGone
            | Self::Refused
            | Self::RefusedWith(_)
            | Self::TooLong
            | Self::TooLarge => true,
        }
    }

    /// What a program is told.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Conflict | Self::ContentGone => ErrorCode::NotRecoverable,
            Self::Refused | Self::RefusedWith(_) => ErrorCode::Access,
            Self::Unreachable => ErrorCode::Io,
            Self::TooLong => ErrorCode::NameTooLong,
            Self::TooLarge => ErrorCode::FileTooLarge,
        }
    }
}
