//! Tables of answers: a row is an operation's arguments and the error it gives, or none.

use fs_core::{Descriptor, ErrorCode, Result};

use crate::scene::everything_below;

/// The error of an operation, if it fails.
pub(crate) type Answer = Option<ErrorCode>;

pub(crate) const OK: Answer = None;
pub(crate) const NOENT: Answer = Some(ErrorCode::NoEntry);
pub(crate) const NOTDIR: Answer = Some(ErrorCode::NotDirectory);
pub(crate) const ISDIR: Answer = Some(ErrorCode::IsDirectory);
pub(crate) const NOTEMPTY: Answer = Some(ErrorCode::NotEmpty);
pub(crate) const EXIST: Answer = Some(ErrorCode::Exist);
pub(crate) const INVAL: Answer = Some(ErrorCode::Invalid);
pub(crate) const LOOP: Answer = Some(ErrorCode::Loop);
pub(crate) const TOOLONG: Answer = Some(ErrorCode::NameTooLong);
pub(crate) const BUSY: Answer = Some(ErrorCode::Busy);
pub(crate) const PERM: Answer = Some(ErrorCode::NotPermitted);

/// Runs `operation` and compares its answer; an operation that fails must have changed nothing.
pub(crate) fn answers<D: Descriptor, T>(
    directory: &D,
    row: &str,
    expected: Answer,
    operation: impl FnOnce(&D) -> Result<T>,
) {
    let before = everything_below(directory);
    let answer = operation(directory).err();
    assert_eq!(answer, expected, "{row}");
    if answer.is_some() {
        assert_eq!(before, everything_below(directory), "{row} failed");
    }
}
