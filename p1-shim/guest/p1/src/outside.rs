//! The host as the outside: its results go where the application wants them.

use core::convert::Infallible;

use preview1::{
    ClockId, Errno, GuestMemory, GuestRange, Iovecs, Output, Outside, PollScratch, Ptr, Ready,
    Result, Stdio, Strings, Wait,
};

use crate::{CLOCK, host, poll};

/// `filetype` of terminals, and of other devices.
const CHARACTER_DEVICE: u8 = 2;

/// `FD_SEEK` and `FD_TELL`, which terminals lack.
const POSITIONED: u64 = 1 << 2 | 1 << 5;

/// The number of a standard stream at the host, wherever the application has moved it to.
pub(crate) fn fd(stream: Stdio) -> u32 {
    match stream {
        Stdio::Input => 0,
        Stdio::Output(Output::Stdout) => 1,
        Stdio::Output(Output::Stderr) => 2,
    }
}

/// The host.
#[derive(Default)]
pub(crate) struct Host;

impl Outside for Host {
    type Exited = Infallible;

    fn strings_sizes(
        &mut self,
        _memory: &mut impl GuestMemory,
        which: Strings,
        count: GuestRange,
        bytes: GuestRange,
    ) -> Result {
        Errno::check(match which {
            Strings::Arguments => host::args_sizes_get(count.start(), bytes.start()),
            Strings::Environment => host::environ_sizes_get(count.start(), bytes.start()),
        })
    }

    fn strings_get(
        &mut self,
        _memory: &mut impl GuestMemory,
        which: Strings,
        pointers: Ptr,
        bytes: Ptr,
    ) -> Result {
        Errno::check(match which {
            Strings::Arguments => host::args_get(pointers, bytes),
            Strings::Environment => host::environ_get(pointers, bytes),
        })
    }

    fn clock_resolution(
        &mut self,
        _memory: &mut impl GuestMemory,
        clock: ClockId,
        resolution: GuestRange,
    ) -> Result {
        Errno::check(host::clock_res_get(clock.to_raw(), resolution.start()))
    }

    fn clock_time(
        &mut self,
        _memory: &mut impl GuestMemory,
        clock: ClockId,
        precision: u64,
        time: GuestRange,
    ) -> Result {
        CLOCK.expire();
        Errno::check(host::clock_time_get(
            clock.to_raw(),
            precision,
            time.start(),
        ))
    }

    fn random(&mut self, _memory: &mut impl GuestMemory, bytes: GuestRange) -> Result {
        Errno::check(host::random_get(bytes.start(), bytes.len()))
    }

    fn read_stdin(
        &mut self,
        _memory: &mut impl GuestMemory,
        buffers: &Iovecs,
        count: GuestRange,
    ) -> Result {
        CLOCK.expire();
        let stdin = fd(Stdio::Input);
        Errno::check(host::fd_read(
            stdin,
            buffers.list(),
            buffers.count(),
            count.start(),
        ))
    }

    fn write_output(
        &mut self,
        _memory: &mut impl GuestMemory,
        output: Output,
        buffers: &Iovecs,
        count: GuestRange,
    ) -> Result {
        CLOCK.expire();
        let output = fd(Stdio::Output(output));
        Errno::check(host::fd_write(
            output,
            buffers.list(),
            buffers.count(),
            count.start(),
        ))
    }

    fn is_terminal(
        &mut self,
        memory: &mut impl GuestMemory,
        stream: Stdio,
        mut scratch: GuestRange,
    ) -> bool {
        if host::fd_fdstat_get(fd(stream), scratch.start()) != 0 {
            return false;
        }
        let [filetype, ..] = memory.load_u64(scratch.take(8)).to_le_bytes();
        let rights = memory.load_u64(scratch.take(8));
        filetype == CHARACTER_DEVICE && rights & POSITIONED == 0
    }

    fn poll(
        &mut self,
        memory: &mut impl GuestMemory,
        waits: &[Wait],
        scratch: &PollScratch,
    ) -> Result<Vec<Ready>> {
        CLOCK.expire();
        poll::poll(memory, waits, scratch)
    }

    fn sched_yield(&mut self) -> Result {
        Errno::check(host::sched_yield())
    }

    fn exit(&mut self, code: u32) -> Infallible {
        host::proc_exit(code)
    }
}
