//! The standard streams.

use preview1::{Errno, GuestMemory, Iovecs, Output, Result, Stdio};

use crate::bindings::wasi::cli::{
    stderr, stdin, stdout, terminal_stderr, terminal_stdin, terminal_stdout,
};
use crate::bindings::wasi::io::streams::{InputStream, OutputStream, StreamError};

/// What `blocking-write-and-flush` takes at once.
const BLOCK: usize = 4096;

/// The most that the shim holds of a transfer.
const LARGE_BLOCK: usize = 1 << 16;

/// The streams that have been used.
#[derive(Default)]
pub(crate) struct Streams {
    stdin: Option<InputStream>,
    stdout: Option<OutputStream>,
    stderr: Option<OutputStream>,
}

impl Streams {
    pub(crate) fn input(&mut self) -> &InputStream {
        self.stdin.get_or_insert_with(stdin::get_stdin)
    }

    pub(crate) fn output(&mut self, output: Output) -> &OutputStream {
        match output {
            Output::Stdout => self.stdout.get_or_insert_with(stdout::get_stdout),
            Output::Stderr => self.stderr.get_or_insert_with(stderr::get_stderr),
        }
    }
}

pub(crate) fn is_terminal(stream: Stdio) -> bool {
    match stream {
        Stdio::Input => terminal_stdin::get_terminal_stdin().is_some(),
        Stdio::Output(Output::Stdout) => terminal_stdout::get_terminal_stdout().is_some(),
        Stdio::Output(Output::Stderr) => terminal_stderr::get_terminal_stderr().is_some(),
    }
}

/// Reads what is there, or waits for it. No bytes: the end, or no room.
pub(crate) fn read(
    stream: &InputStream,
    memory: &mut impl GuestMemory,
    buffers: &Iovecs,
) -> Result<u32> {
    let room = u64::from(buffers.total()).min(LARGE_BLOCK as u64);
    if room == 0 {
        return Ok(0);
    }
    loop {
        match stream.blocking_read(room) {
            // Not the end, which is an error of its own.
            Ok(bytes) if bytes.is_empty() => {}
            Ok(bytes) => {
                buffers.cursor().scatter(memory, &bytes);
                return Ok(bytes.len() as u32);
            }
            Err(StreamError::Closed) => return Ok(0),
            Err(error @ StreamError::LastOperationFailed(_)) => return Err(errno(&error)),
        }
    }
}

/// Writes all of it and returns when it is out: what follows may be a trap.
pub(crate) fn write(
    stream: &OutputStream,
    memory: &impl GuestMemory,
    buffers: &Iovecs,
) -> Result<u32> {
    let written = match buffers.total() as usize {
        0 => Ok(()),
        len @ ..=BLOCK => write_block(stream, memory, buffers, len),
        len => write_blocks(stream, memory, buffers, len),
    };
    written.map(|()| buffers.total())
}

fn write_block(
    stream: &OutputStream,
    memory: &impl GuestMemory,
    buffers: &Iovecs,
    len: usize,
) -> Result {
    let mut block = [0; BLOCK];
    let block = &mut block[..len];
    buffers.cursor().gather(memory, block);
    stream
        .blocking_write_and_flush(block)
        .map_err(|error| errno(&error))
}

fn write_blocks(
    stream: &OutputStream,
    memory: &impl GuestMemory,
    buffers: &Iovecs,
    len: usize,
) -> Result {
    let mut block = Vec::new();
    block
        .try_reserve_exact(LARGE_BLOCK)
        .map_err(|_| Errno::NOMEM)?;
    let mut cursor = buffers.cursor();
    let mut rest = len;
    while rest > 0 {
        let permit = stream.check_write().map_err(|error| errno(&error))?;
        if permit == 0 {
            stream.subscribe().block();
            continue;
        }
        let permit = usize::try_from(permit).unwrap_or(usize::MAX);
        block.resize(permit.min(rest).min(LARGE_BLOCK), 0);
        cursor.gather(memory, &mut block);
        stream.write(&block).map_err(|error| errno(&error))?;
        rest -= block.len();
    }
    stream.blocking_flush().map_err(|error| errno(&error))
}

/// Why a stream failed.
pub(crate) fn errno(error: &StreamError) -> Errno {
    match error {
        StreamError::Closed => Errno::PIPE,
        StreamError::LastOperationFailed(_) => Errno::IO,
    }
}
