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
    /// The adapter gives `..` the inode number 0, whereupon wasi-libc asks for its attributes, which
    /// is not permitted: `scandir` fails.
    ReadDirectory,
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

impl Surroundings<'_> {
    /// The operand of a load or store. The pointers are a program's; nothing says that they are
    /// aligned.
    fn address(&self, offset: u64) -> MemArg {
        MemArg {
            offset,
            align: 0,
            target: MemArgTarget::Memory(self.memory.raw()),
            ordering: None,
        }
    }
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
            "fd_readdir" => Some(Self::ReadDirectory),
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
            Self::ReadDirectory => &["fd_readdir"],
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
            Self::ReadDirectory => read_directory(guarded, at),
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
    let borrowed = at.address(0);
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

/// Reads a directory and then gives `..` a number. It is the second entry, if not cut off: behind
/// that of `.` when reading from the start, and first when reading from cookie 1.
fn read_directory(guarded: &preview1::Function, at: &Surroundings<'_>) -> Function {
    const BUFFER: u32 = 1;
    const COOKIE: u32 = 3;
    const USED: u32 = 4;
    const ERROR: u32 = 5;
    const ENTRY: u32 = 6;
    // A `dirent` is the cookie behind it, the inode number, the name's length and the type; the
    // name follows.
    const DIRENT: i32 = 24;
    const INODE: u64 = 8;
    const INODE_END: i32 = 16;
    // The parent's number is not to be had.
    const NUMBER: i64 = 1;

    let mut function = Function::new([(2, ValType::I32)]);
    let code = &mut function.instructions();
    forward(code, guarded, at);
    code.local_tee(ERROR).i32_eqz();
    code.local_get(COOKIE).i64_const(2).i64_lt_u().i32_and();
    code.if_(BlockType::Empty);
    code.i32_const(DIRENT + 1).i32_const(0);
    code.local_get(COOKIE).i64_eqz().select();
    code.local_tee(ENTRY).i32_const(INODE_END).i32_add();
    code.local_get(USED).i32_load(at.address(0)).i32_le_u();
    code.if_(BlockType::Empty);
    code.local_get(BUFFER).local_get(ENTRY).i32_add();
    code.i64_const(NUMBER).i64_store(at.address(INODE));
    code.end().end();
    code.local_get(ERROR).end();
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
