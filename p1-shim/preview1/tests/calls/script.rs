//! An outside that follows a script.

use std::collections::VecDeque;

use preview1::{
    ClockId, Errno, EventFlags, GuestMemory, GuestRange, Iovecs, Output, Outside, PollScratch, Ptr,
    Ready, Result, Stdio, Strings, Timeout, Wait, store_sizes, store_strings,
};

/// What the world is made of, and what has become of it.
#[derive(Default)]
pub(crate) struct Script {
    pub(crate) arguments: Vec<Vec<u8>>,
    pub(crate) environment: Vec<Vec<u8>>,
    pub(crate) stdin: VecDeque<u8>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) terminals: Vec<Stdio>,
    /// What the clocks show. It moves when the guest waits.
    pub(crate) now: u64,
    /// The waits of every call that came through.
    pub(crate) polled: Vec<Vec<Wait>>,
    pub(crate) yields: u32,
}

impl Script {
    fn strings(&self, which: Strings) -> &[Vec<u8>] {
        match which {
            Strings::Arguments => &self.arguments,
            Strings::Environment => &self.environment,
        }
    }

    fn readiness(&self, wait: &Wait) -> Option<u64> {
        match wait {
            Wait::Now => Some(0),
            Wait::Clock { timeout, .. } => self.is_past(*timeout).then_some(0),
            Wait::Read => (!self.stdin.is_empty()).then_some(self.stdin.len() as u64),
            Wait::Write(_) => Some(4096),
        }
    }

    fn is_past(&self, timeout: Timeout) -> bool {
        match timeout {
            Timeout::After(duration) => duration == 0,
            Timeout::At(time) => time <= self.now,
        }
    }

    fn ready(&self, waits: &[Wait]) -> Vec<Ready> {
        let ready = |(wait, of): (usize, &Wait)| {
            Some(Ready {
                wait,
                error: None,
                bytes: self.readiness(of)?,
                flags: EventFlags::empty(),
            })
        };
        waits.iter().enumerate().filter_map(ready).collect()
    }

    /// Lets the first timeout pass.
    fn sleep(&mut self, waits: &[Wait]) -> Vec<Ready> {
        let now = self.now;
        let end = |wait: &Wait| match wait {
            Wait::Clock { timeout, .. } => Some(match timeout {
                Timeout::After(duration) => now.saturating_add(*duration),
                Timeout::At(time) => *time,
            }),
            Wait::Now | Wait::Read | Wait::Write(_) => None,
        };
        let ends: Vec<_> = waits.iter().map(end).collect();
        let Some(first) = ends.iter().flatten().min().copied() else {
            return Vec::new();
        };
        self.now = first;
        let over = ends
            .iter()
            .enumerate()
            .filter(|(_, end)| **end == Some(first));
        over.map(|(wait, _)| Ready {
            wait,
            error: None,
            bytes: 0,
            flags: EventFlags::empty(),
        })
        .collect()
    }
}

impl Outside for Script {
    type Exited = u32;

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
        clock: ClockId,
        resolution: GuestRange,
    ) -> Result {
        let nanoseconds = match clock {
            ClockId::Realtime => 1_000,
            ClockId::Monotonic => 1,
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
        let nanoseconds = match clock {
            ClockId::Realtime => 1_700_000_000_000_000_000 + self.now,
            ClockId::Monotonic => self.now,
        };
        memory.store_u64(time, nanoseconds);
        Ok(())
    }

    fn random(&mut self, memory: &mut impl GuestMemory, mut bytes: GuestRange) -> Result {
        while !bytes.is_empty() {
            bytes.put(memory, b"rnd");
        }
        Ok(())
    }

    fn read_stdin(
        &mut self,
        memory: &mut impl GuestMemory,
        buffers: &Iovecs,
        count: GuestRange,
    ) -> Result {
        let len = self.stdin.len().min(buffers.total() as usize);
        let bytes: Vec<u8> = self.stdin.drain(..len).collect();
        buffers.cursor().scatter(memory, &bytes);
        memory.store_u32(count, len as u32);
        Ok(())
    }

    fn write_output(
        &mut self,
        memory: &mut impl GuestMemory,
        output: Output,
        buffers: &Iovecs,
        count: GuestRange,
    ) -> Result {
        // In pieces, as an outside does that may not allocate what the guest asks for.
        let mut cursor = buffers.cursor();
        let mut left = buffers.total() as usize;
        let mut piece = [0; 7];
        while left > 0 {
            let piece = &mut piece[..left.min(7)];
            cursor.gather(memory, piece);
            match output {
                Output::Stdout => self.stdout.extend_from_slice(piece),
                Output::Stderr => self.stderr.extend_from_slice(piece),
            }
            left -= piece.len();
        }
        memory.store_u32(count, buffers.total());
        Ok(())
    }

    fn is_terminal(
        &mut self,
        memory: &mut impl GuestMemory,
        stream: Stdio,
        scratch: GuestRange,
    ) -> bool {
        memory.write(scratch, &[0xff; 24]);
        self.terminals.contains(&stream)
    }

    fn poll(
        &mut self,
        memory: &mut impl GuestMemory,
        waits: &[Wait],
        scratch: &PollScratch,
    ) -> Result<Vec<Ready>> {
        assert_eq!(scratch.subscriptions.len() as usize, 48 * waits.len());
        assert_eq!(scratch.events.len() as usize, 32 * waits.len());
        self.polled.push(waits.to_vec());
        let ready = match self.ready(waits) {
            none if none.is_empty() => self.sleep(waits),
            some => some,
        };
        if ready.is_empty() {
            // A host would wait for ever.
            return Err(Errno::DEADLK);
        }
        memory.store_u32(scratch.count, u32::MAX);
        Ok(ready)
    }

    fn sched_yield(&mut self) -> Result {
        self.yields += 1;
        Ok(())
    }

    fn exit(&mut self, code: u32) -> u32 {
        code
    }
}
