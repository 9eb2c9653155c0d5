//! Streams of files, and between files and the standard streams.

use crate::bindings::wasi::cli::{stdin, stdout};
use crate::bindings::wasi::filesystem::types::{
    self, Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags,
};
use crate::bindings::wasi::io::poll;
use crate::bindings::wasi::io::streams::{InputStream, OutputStream, StreamError};
use crate::{Outcome, expect, open, root};

const MEBIBYTE: usize = 1 << 20;

pub(crate) fn all() -> Outcome {
    reading()?;
    writing()?;
    splicing()
}

fn file(name: &str) -> Result<Descriptor, &'static str> {
    open(&root(), name, OpenFlags::CREATE).map_err(|_| "a file")
}

/// A mebibyte in one call, by every way of writing: more than `wasi:io` asks for.
pub(crate) fn large() -> Outcome {
    let file = file("large")?;
    let content: Vec<u8> = (0..MEBIBYTE as u32).map(|i| (i % 251) as u8).collect();
    let stream = file.write_via_stream(0).map_err(|_| "write-via-stream")?;
    expect!(
        stream
            .check_write()
            .is_ok_and(|permit| permit >= MEBIBYTE as u64)
    );
    expect!(stream.write(&content).is_ok());
    expect!(stream.blocking_write_and_flush(&content).is_ok());
    expect!(stream.flush().is_ok() && stream.blocking_flush().is_ok());
    expect!(
        stream
            .blocking_write_zeroes_and_flush(MEBIBYTE as u64)
            .is_ok()
    );
    let (read, end) = file.read(u64::MAX, 0).map_err(|_| "read")?;
    expect!(end && read.len() == 3 * MEBIBYTE);
    expect!(read[..MEBIBYTE] == content && read[MEBIBYTE..2 * MEBIBYTE] == content);
    expect!(read[2 * MEBIBYTE..].iter().all(|byte| *byte == 0));
    let stream = file.read_via_stream(0).map_err(|_| "read-via-stream")?;
    expect!(
        stream
            .blocking_read(MEBIBYTE as u64)
            .is_ok_and(|read| read == content)
    );
    Ok(())
}

fn reading() -> Outcome {
    let file = file("reading")?;
    expect!(file.write(b"0123456789", 0) == Ok(10));
    let stream = file.read_via_stream(2).map_err(|_| "read-via-stream")?;
    expect!(is(&stream, 3, b"234"));
    expect!(stream.skip(2).is_ok_and(|skipped| skipped == 2));
    expect!(stream.read(0).is_ok_and(|read| read.is_empty()));
    expect!(stream.blocking_skip(1).is_ok_and(|skipped| skipped == 1));
    expect!(is(&stream, 100, b"89"));
    expect!(is_closed(stream.read(1)) && is_closed(stream.blocking_read(1)));
    expect!(is_closed(stream.skip(1)));
    // The end is where the file ends now.
    expect!(file.write(b"ab", 10) == Ok(2));
    expect!(is(&stream, 100, b"ab"));
    let ready = stream.subscribe();
    expect!(ready.ready() && poll::poll(&[&ready]) == [0]);
    Ok(())
}

fn is(stream: &InputStream, len: u64, expected: &[u8]) -> bool {
    stream.blocking_read(len).is_ok_and(|read| read == expected)
}

fn is_closed<T>(answer: Result<T, StreamError>) -> bool {
    matches!(answer, Err(StreamError::Closed))
}

fn writing() -> Outcome {
    let file = file("writing")?;
    let first = file.write_via_stream(0).map_err(|_| "write-via-stream")?;
    let last = file.append_via_stream().map_err(|_| "append-via-stream")?;
    expect!(first.write(b"one").is_ok());
    expect!(last.write(b"two").is_ok());
    expect!(first.write(b"X").is_ok());
    expect!(last.write_zeroes(1).is_ok());
    expect!(last.subscribe().ready());
    expect!(file.read(100, 0) == Ok((b"oneXwo\0".to_vec(), true)));
    Ok(())
}

fn splicing() -> Outcome {
    let (from, to) = (file("from")?, file("to")?);
    expect!(from.write(b"spliced", 0) == Ok(7));
    let source = from.read_via_stream(0).map_err(|_| "read-via-stream")?;
    let target = to.write_via_stream(0).map_err(|_| "write-via-stream")?;
    expect!(target.splice(&source, 3).is_ok_and(|moved| moved == 3));
    expect!(
        target
            .blocking_splice(&source, 100)
            .is_ok_and(|moved| moved == 4)
    );
    expect!(is_closed(target.splice(&source, 1)));
    expect!(to.read(100, 0) == Ok((b"spliced".to_vec(), true)));
    // From standard input to a file, and on to standard output.
    let input = stdin::get_stdin();
    let target = to.write_via_stream(0).map_err(|_| "write-via-stream")?;
    while target.blocking_splice(&input, 4096).is_ok() {}
    let source = to.read_via_stream(0).map_err(|_| "read-via-stream")?;
    copy(&source, &stdout::get_stdout());
    Ok(())
}

fn copy(source: &InputStream, target: &OutputStream) {
    while target.blocking_splice(source, u64::MAX).is_ok() {}
    let _ = target.blocking_flush();
}

/// Prints a file.
pub(crate) fn cat(path: &str) -> Outcome {
    let opened = root().open_at(
        PathFlags::SYMLINK_FOLLOW,
        path,
        OpenFlags::empty(),
        DescriptorFlags::READ,
    );
    let file = opened.map_err(|_| "the file opens")?;
    let source = file.read_via_stream(0).map_err(|_| "read-via-stream")?;
    copy(&source, &stdout::get_stdout());
    Ok(())
}

/// The file system has room for a mebibyte.
pub(crate) fn full() -> Outcome {
    let file = file("full")?;
    let stream = file.write_via_stream(0).map_err(|_| "write-via-stream")?;
    let content = vec![7; MEBIBYTE + 1];
    let Err(StreamError::LastOperationFailed(error)) = stream.write(&content) else {
        return Err("the file system is full");
    };
    expect!(types::filesystem_error_code(&error) == Some(ErrorCode::InsufficientSpace));
    expect!(error.to_debug_string().contains("insufficient-space"));
    expect!(is_closed(stream.check_write()) && is_closed(stream.write(b"x")));
    expect!(is_closed(stream.flush()));
    // What there was room for has been written.
    expect!(file.stat().is_ok_and(|stat| stat.size == MEBIBYTE as u64));
    expect!(file.write(b"x", MEBIBYTE as u64) == Err(ErrorCode::InsufficientSpace));
    expect!(file.set_size(0) == Ok(()));
    expect!(file.write(&content, 0) == Ok(MEBIBYTE as u64));
    Ok(())
}
