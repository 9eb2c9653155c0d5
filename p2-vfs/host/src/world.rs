//! What of a guest's world is not files.

use std::thread;
use std::time::Duration;

use fs_core::{Clock, Timestamp};
use preview1::{
    ClockId, Errno, EventFlags, GuestMemory, GuestRange, Iovecs, Output, Outside, PollScratch, Ptr,
    Ready, Result, Stdio, Strings, Timeout, Wait, store_sizes, store_strings,
};
use rand::Rng;
use wasmtime_wasi::I32Exit;

use crate::input::{Readiness, Source};
use crate::output::Sink;
use crate::time::Monotonic;

/// How long a guest waits before its epoch is looked at.
pub(crate) const PATIENCE: Duration = Duration::from_millis(10);

/// How many random bytes are held at once.
const RANDOM_BLOCK: usize = 4096;

/// The most of standard input that one call moves.
const READ_BLOCK: u32 = 1 << 16;

/// One guest's arguments, streams, clocks and random bytes.
pub(crate) struct World {
    pub(crate) args: Vec<String>,
    /// Each as `NAME=VALUE`.
    pub(crate) env: Vec<String>,
    pub(crate) stdin: Source,
    pub(crate) stdout: Sink,
    pub(crate) stderr: Sink,
    pub(crate) wall: Box<dyn Clock>,
    pub(crate) monotonic: Monotonic,
    pub(crate) random: Box<dyn Rng + Send>,
    /// Since when the present call has been waiting, by the monotonic clock.
    pub(crate) waiting_since: Option<u64>,
    /// How many bytes of the present call are out.
    pub(crate) written: u32,
    /// The present call has not been answered: it is to be made again.
    pub(crate) must_wait: bool,
}

impl World {
    fn strings(&self, which: Strings) -> &[String] {
        match which {
            Strings::Arguments => &self.args,
            Strings::Environment => &self.env,
        }
    }

    fn output(&mut self, output: Output) -> &mut Sink {
        match output {
            Output::Stdout => &mut self.stdout,
            Output::Stderr => &mut self.stderr,
        }
    }

    fn time(&self, clock: ClockId) -> u64 {
        match clock {
            ClockId::Realtime => {
                let Timestamp(time) = self.wall.now();
                time
            }
            ClockId::Monotonic => self.monotonic.now(),
        }
    }

    /// Has the call made again once the epoch was looked at. What it answers now is not seen.
    fn wait<T>(&mut self) -> Result<T> {
        self.must_wait = true;
        Err(Errno::INTR)
    }

    /// The waits that are over, and how long it is until the first of the others.
    fn look(&self, waits: &[Wait], since: u64) -> (Vec<Ready>, Duration) {
        let mut over = Vec::new();
        let mut patience = PATIENCE;
        for (index, wait) in waits.iter().enumerate() {
            let mut ready = Ready {
                wait: index,
                error: None,
                bytes: 0,
                flags: EventFlags::empty(),
            };
            match *wait {
                Wait::Now => {}
                // A pipe has room for as much as this without blocking.
                Wait::Write(_) => ready.bytes = 4096,
                Wait::Read => match self.stdin.wait(Duration::ZERO) {
                    Readiness::Pending => continue,
                    Readiness::Bytes(bytes) => ready.bytes = bytes as u64,
                    Readiness::End => ready.flags = EventFlags::HANGUP,
                    Readiness::Failed => ready.error = Some(Errno::IO),
                },
                Wait::Clock { clock, timeout, .. } => {
                    let rest = self.until(clock, timeout, since);
                    if rest > 0 {
                        patience = patience.min(Duration::from_nanos(rest));
                        continue;
                    }
                }
            }
            over.push(ready);
        }
        (over, patience)
    }

    /// Nanoseconds until a timeout.
    fn until(&self, clock: ClockId, timeout: Timeout, since: u64) -> u64 {
        match timeout {
            Timeout::After(duration) => {
                let end = since.saturating_add(duration);
                end.saturating_sub(self.monotonic.now())
            }
            Timeout::At(time) => time.saturating_sub(self.time(clock)),
        }
    }
}

impl Outside for World {
    type Exited = wasmtime::Error;

    fn strings_sizes(
        &mut self,
        memory: &mut impl GuestMemory,
        which: Strings,
        count: GuestRange,
        bytes: GuestRange,
    ) -> Result {
        store_sizes(memory, self.strings(which), count, bytes)
    }

    fn strings_get(
        &mut self,
        memory: &mut impl GuestMemory,
        which: Strings,
        pointers: Ptr,
        bytes: Ptr,
    ) -> Result {
        store_strings(memory, self.strings(which), pointers, bytes)
    }

    fn clock_resolution(
        &mut self,
        memory: &mut impl GuestMemory,
        _clock: ClockId,
        resolution: GuestRange,
    ) -> Result {
        memory.store_u64(resolution, 1);
        Ok(())
    }

    fn clock_time(
        &mut self,
        memory: &mut impl GuestMemory,
        clock: ClockId,
        _precision: u64,
        time: GuestRange,
    ) -> Result {
        memory.store_u64(time, self.time(clock));
        Ok(())
    }

    fn random(&mut self, memory: &mut impl GuestMemory, mut bytes: GuestRange) -> Result {
        let mut block = [0; RANDOM_BLOCK];
        while !bytes.is_empty() {
            let piece = bytes.take(RANDOM_BLOCK);
            let block = &mut block[..piece.len() as usize];
            self.random.fill_bytes(block);
            memory.write(piece, block);
        }
        Ok(())
    }

    fn read_stdin(
        &mut self,
        memory: &mut impl GuestMemory,
        buffers: &Iovecs,
        count: GuestRange,
    ) -> Result {
        let room = buffers.total().min(READ_BLOCK);
        if room > 0 {
            match self.stdin.wait(PATIENCE) {
                Readiness::Pending => return self.wait(),
                Readiness::Failed => return Err(Errno::IO),
                Readiness::Bytes(_) | Readiness::End => {}
            }
        }
        let bytes = self.stdin.take(room as usize);
        buffers.cursor().scatter(memory, &bytes);
        memory.store_u32(count, bytes.len() as u32);
        Ok(())
    }

    fn write_output(
        &mut self,
        memory: &mut impl GuestMemory,
        output: Output,
        buffers: &Iovecs,
        count: GuestRange,
    ) -> Result {
        let before = self.written;
        self.written = self.output(output).write(memory, buffers, before)?;
        if self.written < buffers.total() {
            return self.wait();
        }
        memory.store_u32(count, self.written);
        Ok(())
    }

    fn is_terminal(
        &mut self,
        _memory: &mut impl GuestMemory,
        stream: Stdio,
        _scratch: GuestRange,
    ) -> bool {
        match stream {
            Stdio::Input => self.stdin.is_terminal(),
            Stdio::Output(output) => self.output(output).is_terminal(),
        }
    }

    fn poll(
        &mut self,
        _memory: &mut impl GuestMemory,
        waits: &[Wait],
        _scratch: &PollScratch,
    ) -> Result<Vec<Ready>> {
        let now = self.monotonic.now();
        let since = *self.waiting_since.get_or_insert(now);
        let (mut over, patience) = self.look(waits, since);
        if over.is_empty() {
            if waits.contains(&Wait::Read) {
                self.stdin.wait(patience);
            } else {
                thread::sleep(patience);
            }
            (over, _) = self.look(waits, since);
        }
        if over.is_empty() {
            return self.wait();
        }
        Ok(over)
    }

    fn sched_yield(&mut self) -> Result {
        thread::yield_now();
        Ok(())
    }

    fn exit(&mut self, code: u32) -> wasmtime::Error {
        I32Exit(code.cast_signed()).into()
    }
}
