//! Work on the functions of a module, spread over the processors.

use std::num::NonZero;
use std::thread;

/// Below this many bytes of code a thread costs more than it saves.
const BYTES_PER_THREAD: usize = 512 * 1024;

/// Splits `items` into runs of about equal weight and maps each run on a thread of its own.
///
/// `weight` is an item's size in bytes. The results are in the order of the items.
///
/// # Errors
/// The error of the first run that has one.
pub(crate) fn map_runs<T: Send, R: Send, E: Send>(
    items: Vec<T>,
    weight: impl Fn(&T) -> usize,
    map: impl Fn(Vec<T>) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let total: usize = items.iter().map(&weight).sum();
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let runs = split(
        items,
        weight,
        processors.min(total / BYTES_PER_THREAD + 1),
        total,
    );
    let [_, _, ..] = runs.as_slice() else {
        return runs.into_iter().map(map).collect();
    };
    let map = &map;
    thread::scope(|scope| {
        let threads: Vec<_> = runs
            .into_iter()
            .map(|run| scope.spawn(move || map(run)))
            .collect();
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    })
}

/// Cuts `items` into at most `parts` runs of about `total / parts` each.
fn split<T>(
    mut items: Vec<T>,
    weight: impl Fn(&T) -> usize,
    parts: usize,
    total: usize,
) -> Vec<Vec<T>> {
    let target = total.div_ceil(parts.max(1)).max(1);
    let mut runs = Vec::with_capacity(parts);
    let mut end = items.len();
    let mut filled = 0;
    for index in (0..items.len()).rev() {
        filled += weight(&items[index]);
        if filled >= target {
            runs.push(items.split_off(index));
            end = index;
            filled = 0;
        }
    }
    if end > 0 {
        runs.push(items);
    }
    runs.reverse();
    runs
}
