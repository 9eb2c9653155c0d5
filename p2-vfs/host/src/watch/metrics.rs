//! The numbers as Prometheus reads them.

use std::fmt::Write;

use fs_core::{Limits, MemFs, Usage};

use super::{Activity, Monitor, Operation};

/// All numbers in the text format of Prometheus, version 0.0.4.
///
/// By guest: `monaka_fs_calls_total` and `monaka_fs_failures_total` (by operation, too),
/// `monaka_fs_read_bytes_total`, `monaka_fs_written_bytes_total`, `monaka_fs_open_descriptors`. Of
/// the file system: `monaka_fs_bytes` (what is held beside the image or snapshot that it started
/// from), `monaka_fs_inodes`, and the limits of both.
#[must_use]
pub fn metrics(monitor: &Monitor, files: &MemFs) -> String {
    let mut text = String::new();
    let guests = monitor.guests();
    by_operation(
        &mut text,
        &guests,
        "monaka_fs_calls_total",
        "Calls.",
        Activity::calls,
    );
    by_operation(
        &mut text,
        &guests,
        "monaka_fs_failures_total",
        "Calls that failed.",
        Activity::failures,
    );
    by_guest(
        &mut text,
        &guests,
        ("monaka_fs_read_bytes_total", "counter", "Bytes read."),
        Activity::bytes_read,
    );
    by_guest(
        &mut text,
        &guests,
        ("monaka_fs_written_bytes_total", "counter", "Bytes written."),
        Activity::bytes_written,
    );
    by_guest(
        &mut text,
        &guests,
        (
            "monaka_fs_open_descriptors",
            "gauge",
            "Descriptors open now.",
        ),
        Activity::open_descriptors,
    );
    let (Usage { bytes, inodes }, limits) = (files.usage(), files.limits());
    let Limits {
        bytes: most_bytes,
        inodes: most_inodes,
    } = limits;
    for (name, help, value) in [
        ("monaka_fs_bytes", "Bytes held beside the base.", bytes),
        (
            "monaka_fs_limit_bytes",
            "Bytes that may be held.",
            most_bytes,
        ),
        ("monaka_fs_inodes", "Inodes.", inodes),
        (
            "monaka_fs_limit_inodes",
            "Inodes that there may be.",
            most_inodes,
        ),
    ] {
        head(&mut text, (name, "gauge", help));
        line(&mut text, name, "", value);
    }
    text
}

fn by_operation(
    text: &mut String,
    guests: &[impl AsRef<Activity>],
    name: &str,
    help: &str,
    value: impl Fn(&Activity, Operation) -> u64,
) {
    head(text, (name, "counter", help));
    for activity in guests {
        let activity = activity.as_ref();
        let guest = escaped(activity.guest());
        for operation in Operation::ALL {
            let labels = format!("{{guest=\"{guest}\",operation=\"{}\"}}", operation.name());
            line(text, name, &labels, value(activity, operation));
        }
    }
}

fn by_guest(
    text: &mut String,
    guests: &[impl AsRef<Activity>],
    metric: (&str, &str, &str),
    value: impl Fn(&Activity) -> u64,
) {
    head(text, metric);
    for activity in guests {
        let activity = activity.as_ref();
        let labels = format!("{{guest=\"{}\"}}", escaped(activity.guest()));
        line(text, metric.0, &labels, value(activity));
    }
}

fn head(text: &mut String, (name, kind, help): (&str, &str, &str)) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn line(text: &mut String, name: &str, labels: &str, value: u64) {
    let _ = writeln!(text, "{name}{labels} {value}");
}

/// A label's value, between quotes.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
