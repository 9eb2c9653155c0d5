//! Functions in front of the adapter's, where those give a wrong answer or trap.

use std::collections::BTreeMap;

use wasm_encoder::{BlockType, Function, InstructionSink, MemArg, MemArgTarget, ValType};

use crate::encode::body;
use crate::encode::index::{FuncIndex, Index, MemoryIndex};
use crate::preview1;

const NOSYS: i32 = 52;
const NOTSOCK: i32 = 57;
const WHENCE_CUR: i32 = 1;

/// What stands between the application and a function of the adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    /// Without buffers, the adapter succeeds on any descriptor.
    Read,
    /// As for reading. Besides, the adapter goes on with the stream of the last write, wherever a
    /// read or a change to appending has moved the position.
    Write,
    /// The adapter traps. Nothing that it opens is a socket.
    Socket,
    /// The adapter traps.
    Signal,
}

/// `fd_renumber(fd, fd)` changes nothing and fails on a descriptor that is not open.
const CHECK: &str = "fd_renumber";

/// `fd_seek` by nothing lets go of a file's streams, and fails on anything else.
const SEEK: &str = "fd_seek";

/// What guards are linked to.
pub(super) struct Surroundings<'s> {
    /// The adapter's functions by name, [`Guard::callees`] among them.
    pub(super) adapter: &'s BTreeMap<&'static str, FuncIndex>,
    pub(super) memory: MemoryIndex,
}

/// Parameters of `fd_read` and `fd_write`; of every guarded function with parameters, the first is
/// the descriptor.
const FD: u32 = 0;
const BUFFERS: u32 = 1;
const COUNT: u32 = 2;

impl Guard {
    /// The guard of the preview1 function `name`, if it needs one.
    pub(super) fn of(name: &str) -> Option<Self> {
        match name {
            "fd_read" => Some(Self::Read),
            "fd_write" => Some(Self::Write),
            "sock_accept" | "sock_recv" | "sock_send" => Some(Self::Socket),
            "proc_raise" => Some(Self::Signal),
            _ => None,
        }
    }

    /// The functions of the adapter that it calls.
    pub(super) fn callees(self) -> &'static [&'static str] {
        match self {
            Self::Read => &["fd_read", CHECK],
            Self::Write => &["fd_write", CHECK, SEEK],
            Self::Socket => &[CHECK],
            Self::Signal => &[],
        }
    }

    /// The function that the application calls instead of `guarded`.
    pub(super) fn body(self, guarded: &preview1::Function, at: &Surroundings<'_>) -> Function {
        match self {
            Self::Read => body(|code| {
                code.local_get(COUNT).i32_eqz().if_(BlockType::Empty);
                check(code, at);
                code.end();
                forward(code, guarded, at);
            }),
            Self::Write => write(guarded, at),
            Self::Socket => body(|code| {
                check(code, at);
                code.i32_const(NOTSOCK);
            }),
            Self::Signal => body(|code| {
                code.i32_const(NOSYS);
            }),
        }
    }
}

/// Seeks to where the position is, if there is something to write, and then writes.
fn write(guarded: &preview1::Function, at: &Surroundings<'_>) -> Function {
    // `fd_seek` needs 8 bytes for the position. The first buffer's description lends them.
    let borrowed = MemArg {
        offset: 0,
        align: 0,
        target: MemArgTarget::Memory(at.memory.raw()),
        ordering: None,
    };
    const DESCRIPTION: u32 = 4;
    let mut function = Function::new([(1, ValType::I64)]);
    let code = &mut function.instructions();
    code.local_get(COUNT).if_(BlockType::Empty);
    code.local_get(BUFFERS).i64_load(borrowed);
    code.local_set(DESCRIPTION);
    code.local_get(FD).i64_const(0).i32_const(WHENCE_CUR);
    code.local_get(BUFFERS);
    code.call(at.adapter[SEEK].raw()).drop();
    code.local_get(BUFFERS).local_get(DESCRIPTION);
    code.i64_store(borrowed);
    code.else_();
    check(code, at);
    code.end();
    forward(code, guarded, at);
    code.end();
    function
}

/// Returns an error if the descriptor is not open. The second parameter, which nobody looks at then,
/// is lost.
fn check(code: &mut InstructionSink<'_>, at: &Surroundings<'_>) {
    const ERROR: u32 = 1;
    code.local_get(FD).local_get(FD);
    code.call(at.adapter[CHECK].raw());
    code.local_tee(ERROR).if_(BlockType::Empty);
    code.local_get(ERROR).return_();
    code.end();
}

fn forward(code: &mut InstructionSink<'_>, guarded: &preview1::Function, at: &Surroundings<'_>) {
    for (parameter, _) in (0..).zip(guarded.ty().params()) {
        code.local_get(parameter);
    }
    code.call(at.adapter[guarded.name].raw());
}
