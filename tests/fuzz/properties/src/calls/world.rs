//! What is around a program that is fuzzed: nothing waits, nothing is kept.

use preview1::{
    ClockId, EventFlags, GuestMemory, GuestRange, Iovecs, Output, Outside, PollScratch, Ptr, Ready,
    Result, Stdio, Strings, Wait, store_sizes, store_strings,
};

/// Standard input is as long as what is read from it, output is counted, and time stands still.
#[derive(Default)]
pub(super) struct World {
    written: u64,
}

const STRINGS: [&[u8]; 2] = [b"NAME=value", b""];
const PIECE: usize = 64;

impl Outside for World {
    type Exited = u32;

    fn strings_sizes(
        &mut self,
        memory: &mut impl GuestMemory,
        _which: Strings,
        count: GuestRange,
        bytes: GuestRange,
    ) -> Result {
        store_sizes(memory, &STRINGS, count, bytes)
    }

    fn strings_get(
        &mut self,
        memory: &mut impl GuestMemory,
        _which: Strings,
        pointers: Ptr,
        bytes: Ptr,
    ) -> Result {
        store_strings(memory, &STRINGS, pointers, bytes)
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
        _clock: ClockId,
        _precision: u64,
        time: GuestRange,
    ) -> Result {
        memory.store_u64(time, 1_700_000_000_000_000_000);
        Ok(())
    }

    fn random(&mut self, memory: &mut impl GuestMemory, mut bytes: GuestRange) -> Result {
        while !bytes.is_empty() {
            bytes.put(memory, b"random");
        }
        Ok(())
    }

    fn read_stdin(
        &mut self,
        memory: &mut impl GuestMemory,
        buffers: &Iovecs,
        count: GuestRange,
    ) -> Result {
        let bytes = [b'i'; PIECE];
        let len = PIECE.min(buffers.total() as usize);
        buffers.cursor().scatter(memory, &bytes[..len]);
        memory.store_u32(count, len as u32);
        Ok(())
    }

    fn write_output(
        &mut self,
        memory: &mut impl GuestMemory,
        _output: Output,
        buffers: &Iovecs,
        count: GuestRange,
    ) -> Result {
        let mut cursor = buffers.cursor();
        let mut left = buffers.total() as usize;
        let mut piece = [0; PIECE];
        while left > 0 {
            let len = left.min(PIECE);
            cursor.gather(memory, &mut piece[..len]);
            left -= len;
        }
        self.written += u64::from(buffers.total());
        memory.store_u32(count, buffers.total());
        Ok(())
    }

    fn is_terminal(
        &mut self,
        memory: &mut impl GuestMemory,
        _stream: Stdio,
        scratch: GuestRange,
    ) -> bool {
        memory.write(scratch, &[0xff; 24]);
        false
    }

    fn poll(
        &mut self,
        _memory: &mut impl GuestMemory,
        waits: &[Wait],
        scratch: &PollScratch,
    ) -> Result<Vec<Ready>> {
        assert_eq!(scratch.subscriptions.len() as usize, 48 * waits.len());
        assert_eq!(scratch.events.len() as usize, 32 * waits.len());
        let ready = |wait| Ready {
            wait,
            error: None,
            bytes: 0,
            flags: EventFlags::empty(),
        };
        Ok((0..waits.len()).map(ready).collect())
    }

    fn sched_yield(&mut self) -> Result {
        Ok(())
    }

    fn exit(&mut self, code: u32) -> u32 {
        code
    }
}
