//! WASI 0.2 as the outside: results come to the shim's memory and are copied.

use core::convert::Infallible;

use preview1::{
    ClockId, GuestMemory, GuestRange, Iovecs, Output, Outside, PollScratch, Ptr, Ready, Result,
    Stdio, Strings, Wait, store_sizes, store_strings,
};

use crate::bindings::wasi::cli::{environment, exit};
use crate::bindings::wasi::clocks::{monotonic_clock, wall_clock};
use crate::bindings::wasi::random::random;
use crate::streams::{self, Streams};
use crate::wall_clock::nanoseconds;
use crate::{CLOCK, poll};

/// How many random bytes the shim holds at once.
const RANDOM_BLOCK: usize = 4096;

/// WASI 0.2.
#[derive(Default)]
pub struct Wasi {
    streams: Streams,
}

impl Outside for Wasi {
    type Exited = Infallible;

    fn strings_sizes(
        &mut self,
        memory: &mut impl GuestMemory,
        which: Strings,
        count: GuestRange,
        bytes: GuestRange,
    ) -> Result {
        store_sizes(memory, &strings(which), count, bytes)
    }

    fn strings_get(
        &mut self,
        memory: &mut impl GuestMemory,
        which: Strings,
        pointers: Ptr,
        bytes: Ptr,
    ) -> Result {
        store_strings(memory, &strings(which), pointers, bytes)
    }

    fn clock_resolution(
        &mut self,
        memory: &mut impl GuestMemory,
        clock: ClockId,
        resolution: GuestRange,
    ) -> Result {
        let nanoseconds = match clock {
            ClockId::Realtime => nanoseconds(wall_clock::resolution())?,
            ClockId::Monotonic => monotonic_clock::resolution(),
        };
        memory.store_u64(resolution, nanoseconds);
        Ok(())
    }

    fn clock_time(
        &mut self,
        memory: &mut impl GuestMemory,
        clock: ClockId,
        _precision: u64,
        time: GuestRange,
    ) -> Result {
        CLOCK.expire();
        let nanoseconds = match clock {
            ClockId::Realtime => nanoseconds(wall_clock::now())?,
            ClockId::Monotonic => monotonic_clock::now(),
        };
        memory.store_u64(time, nanoseconds);
        Ok(())
    }

    fn random(&mut self, memory: &mut impl GuestMemory, mut bytes: GuestRange) -> Result {
        while !bytes.is_empty() {
            let block = bytes.take(RANDOM_BLOCK);
            memory.write(block, &random::get_random_bytes(block.len().into()));
        }
        Ok(())
    }

    fn read_stdin(
        &mut self,
        memory: &mut impl GuestMemory,
        buffers: &Iovecs,
        count: GuestRange,
    ) -> Result {
        CLOCK.expire();
        let read = streams::read(self.streams.input(), memory, buffers)?;
        memory.store_u32(count, read);
        Ok(())
    }

    fn write_output(
        &mut self,
        memory: &mut impl GuestMemory,
        output: Output,
        buffers: &Iovecs,
        count: GuestRange,
    ) -> Result {
        CLOCK.expire();
        let written = streams::write(self.streams.output(output), memory, buffers)?;
        memory.store_u32(count, written);
        Ok(())
    }

    fn is_terminal(
        &mut self,
        _memory: &mut impl GuestMemory,
        stream: Stdio,
        _scratch: GuestRange,
    ) -> bool {
        streams::is_terminal(stream)
    }

    fn poll(
        &mut self,
        _memory: &mut impl GuestMemory,
        waits: &[Wait],
        _scratch: &PollScratch,
    ) -> Result<Vec<Ready>> {
        CLOCK.expire();
        Ok(poll::poll(&mut self.streams, waits))
    }

    fn sched_yield(&mut self) -> Result {
        // Nobody else is there.
        Ok(())
    }

    fn exit(&mut self, code: u32) -> Infallible {
        let [code, ..] = code.to_le_bytes();
        exit::exit_with_code(code);
        // The host does not return.
        std::process::abort()
    }
}

fn strings(which: Strings) -> Vec<String> {
    match which {
        Strings::Arguments => environment::get_arguments(),
        Strings::Environment => environment::get_environment()
            .into_iter()
            .map(|(name, value)| name + "=" + &value)
            .collect(),
    }
}
