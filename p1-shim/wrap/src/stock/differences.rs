//! What a program under the stock adapter finds different, after all that the rewrite puts right.

use super::layout::Layout;
use crate::ExitStatus;

/// What its user should know, in one line.
pub(super) fn warning(layout: &Layout, exit_status: ExitStatus) -> String {
    let mut differences = vec![
        "at most 128 descriptors".to_owned(),
        "reads and writes that use their first buffer only".to_owned(),
        "no fsync of directories, no posix_fallocate".to_owned(),
        "traps on paths that are not UTF-8".to_owned(),
    ];
    if let Some(limit) = layout
        .memory
        .as_ref()
        .and_then(|memory| memory.extent.cut())
    {
        differences.push(format!(
            "at most {limit} KiB of memory (--max-guest-memory)"
        ));
    }
    if layout.memory.is_some() {
        differences.push("no trap beyond the end of memory".to_owned());
    }
    match exit_status {
        ExitStatus::Code => {}
        ExitStatus::Outcome => differences.push("no exit codes but 0 and 1".to_owned()),
    }
    format!(
        "the stock adapter has limits that the shim has not: {}",
        differences.join("; ")
    )
}
