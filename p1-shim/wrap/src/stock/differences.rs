//! What a program under the stock adapter finds different, after all that the rewrite puts right.

use crate::ExitStatus;

/// What its user should know, in one line.
pub(super) fn warning(exit: ExitStatus) -> String {
    let exit = match exit {
        ExitStatus::Code => "",
        ExitStatus::Outcome => "; every failure exits with 1",
    };
    format!(
        "the stock adapter falls short of preview 1: at most 128 descriptors; fsync of a directory \
         and posix_fallocate fail; reads and writes use the first buffer only; a path that is not \
         UTF-8 traps{exit}; the default adapter has none of this"
    )
}
