//! What is not files: the arguments, the clocks, random bytes, the standard streams, the end.

use alloc::vec::Vec;

use crate::errno::{Errno, Result};
use crate::iovec::Iovecs;
use crate::memory::{GuestMemory, GuestRange, Ptr};
use crate::types::{ClockId, EventFlags};

/// The world around the program and its file system.
///
/// Results go straight to the guest's memory, to ranges that were checked. So one implementation
/// can pass the guest's own pointers on to a preview 1 host, while another gets its data in
/// memory of its own and copies; [`store_sizes`](crate::store_sizes),
/// [`store_strings`](crate::store_strings) and [`IovecCursor`](crate::IovecCursor) are for that
/// one.
pub trait Outside {
    /// What ending the program gives: nothing (`Infallible`) where it ends within the call, an
    /// error for the runtime where the embedder unwinds.
    type Exited;

    /// Stores the number of strings (`u32` at `count`) and the bytes they take with one NUL each
    /// (`u32` at `bytes`).
    ///
    /// # Errors
    /// `OVERFLOW`, and whatever the host answers.
    fn strings_sizes(
        &mut self,
        memory: &mut impl GuestMemory,
        which: Strings,
        count: GuestRange,
        bytes: GuestRange,
    ) -> Result;

    /// Stores the strings one behind the other at `bytes`, each ended by a NUL, and an array of
    /// pointers to them at `pointers`. Neither has been checked: the guest gives no lengths.
    ///
    /// # Errors
    /// `FAULT`, and whatever the host answers.
    fn strings_get(
        &mut self,
        memory: &mut impl GuestMemory,
        which: Strings,
        pointers: Ptr,
        bytes: Ptr,
    ) -> Result;

    /// Stores the resolution of a clock in nanoseconds (`u64`).
    ///
    /// # Errors
    /// Whatever the host answers.
    fn clock_resolution(
        &mut self,
        memory: &mut impl GuestMemory,
        clock: ClockId,
        resolution: GuestRange,
    ) -> Result;

    /// Stores the time of a clock in nanoseconds (`u64`). `precision` is how far it may lag.
    ///
    /// # Errors
    /// `OVERFLOW`, and whatever the host answers.
    fn clock_time(
        &mut self,
        memory: &mut impl GuestMemory,
        clock: ClockId,
        precision: u64,
        time: GuestRange,
    ) -> Result;

    /// Fills a range with random bytes.
    ///
    /// # Errors
    /// Whatever the host answers.
    fn random(&mut self, memory: &mut impl GuestMemory, bytes: GuestRange) -> Result;

    /// Reads standard input into the buffers and stores the number of bytes (`u32` at `count`):
    /// none only at its end, or if there is no room.
    ///
    /// # Errors
    /// Whatever the host answers.
    fn read_stdin(
        &mut self,
        memory: &mut impl GuestMemory,
        buffers: &Iovecs,
        count: GuestRange,
    ) -> Result;

    /// Writes the buffers to a stream and stores the number of bytes taken (`u32` at `count`).
    ///
    /// # Errors
    /// `PIPE`, `IO`, and whatever the host answers.
    fn write_output(
        &mut self,
        memory: &mut impl GuestMemory,
        output: Output,
        buffers: &Iovecs,
        count: GuestRange,
    ) -> Result;

    /// Whether a stream is a terminal. `scratch` is 24 bytes that may be overwritten: the record
    /// that a preview 1 host would answer with.
    fn is_terminal(
        &mut self,
        memory: &mut impl GuestMemory,
        stream: Stdio,
        scratch: GuestRange,
    ) -> bool;

    /// Waits until at least one of `waits` is over, and gives all that are, each at most once.
    ///
    /// There is at least one, and not only [`Wait::Now`], which says that something else is ready
    /// already: the call then only looks whether the others are, too.
    ///
    /// # Errors
    /// `NOTSUP` (a stream that cannot be waited for), and whatever the host answers.
    fn poll(
        &mut self,
        memory: &mut impl GuestMemory,
        waits: &[Wait],
        scratch: &PollScratch,
    ) -> Result<Vec<Ready>>;

    /// Lets others run.
    ///
    /// # Errors
    /// Whatever the host answers.
    fn sched_yield(&mut self) -> Result;

    /// Ends the program with exactly this code.
    fn exit(&mut self, code: u32) -> Self::Exited;
}

/// The two lists of strings a program is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strings {
    /// The arguments, the program's name first.
    Arguments,
    /// The environment, as `NAME=VALUE`.
    Environment,
}

/// A standard stream. It stays what it is when the guest moves it to another number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stdio {
    /// Standard input.
    Input,
    /// Standard output or standard error.
    Output(Output),
}

/// A standard stream that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Something `poll_oneoff` waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Nothing: ready at once.
    Now,
    /// A moment.
    Clock {
        /// Whose time.
        clock: ClockId,
        /// When, in nanoseconds of that clock.
        timeout: Timeout,
        /// How much later is still fine, in nanoseconds.
        precision: u64,
    },
    /// Standard input has bytes, or has ended.
    Read,
    /// The stream takes bytes.
    Write(Output),
}

/// When a clock subscription is over; never earlier. What is past is over at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeout {
    /// So many nanoseconds from now.
    After(u64),
    /// When the clock shows this.
    At(u64),
}

/// A wait that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready {
    /// Which: its index in the list of waits.
    pub wait: usize,
    /// Why it cannot be waited for, if so.
    pub error: Option<Errno>,
    /// How many bytes can be read or written; 0 for clocks.
    pub bytes: u64,
    /// More about a stream.
    pub flags: EventFlags,
}

/// The guest's own arrays of a `poll_oneoff` call, for an [`Outside`] that needs room in the
/// guest's memory.
///
/// The subscriptions may be changed for the time of the call. They have one record for each wait,
/// in the same order. Events and count may be left in any shape.
#[derive(Clone, Copy, Debug)]
pub struct PollScratch {
    /// `subscription` records of 48 bytes.
    pub subscriptions: GuestRange,
    /// As many `event` records of 32 bytes.
    pub events: GuestRange,
    /// The number of events, a `u32`.
    pub count: GuestRange,
}
