//! `errno`, and the one map from a file system's errors to it.

use core::fmt;
use core::num::NonZeroU16;

use fs_core::ErrorCode;

/// Why a call failed: an `errno` other than success.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(NonZeroU16);

/// What a preview 1 call answers.
pub type Result<T = ()> = core::result::Result<T, Errno>;

macro_rules! errnos {
    ($($(#[$doc:meta])* $name:ident = $number:literal;)*) => {
        impl Errno {
            $($(#[$doc])* pub const $name: Self = Self(NonZeroU16::new($number).expect("not 0"));)*

            fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$name => Some(stringify!($name)),)*
                    _ => None,
                }
            }
        }
    };
}

errnos! {
    /// Permission denied.
    ACCES = 2;
    /// Try again.
    AGAIN = 6;
    /// Connection already in progress.
    ALREADY = 7;
    /// Closed, or not open for what was asked.
    BADF = 8;
    /// Device or resource busy.
    BUSY = 10;
    /// Resource deadlock would occur.
    DEADLK = 16;
    /// The quota is used up.
    DQUOT = 19;
    /// The name exists.
    EXIST = 20;
    /// A pointer or a length leaves the guest's memory.
    FAULT = 21;
    /// The file would be too large.
    FBIG = 22;
    /// Not UTF-8.
    ILSEQ = 25;
    /// Operation in progress.
    INPROGRESS = 26;
    /// Interrupted.
    INTR = 27;
    /// An argument makes no sense.
    INVAL = 28;
    /// The medium or the stream failed.
    IO = 29;
    /// A directory, where a file was asked for.
    ISDIR = 31;
    /// Too many symbolic links, or one where none may be.
    LOOP = 32;
    /// The descriptor table is full.
    MFILE = 33;
    /// Too many links.
    MLINK = 34;
    /// Message too large.
    MSGSIZE = 35;
    /// A name, or the room for one, has the wrong length.
    NAMETOOLONG = 37;
    /// No such device.
    NODEV = 43;
    /// No such file or directory.
    NOENT = 44;
    /// No locks available.
    NOLCK = 46;
    /// Not enough memory for the call itself.
    NOMEM = 48;
    /// The file system is full.
    NOSPC = 51;
    /// No such function.
    NOSYS = 52;
    /// Not a directory.
    NOTDIR = 54;
    /// The directory is not empty.
    NOTEMPTY = 55;
    /// The operation cannot be repeated.
    NOTRECOVERABLE = 56;
    /// Not a socket.
    NOTSOCK = 57;
    /// Not supported.
    NOTSUP = 58;
    /// Not a terminal.
    NOTTY = 59;
    /// No such device or address.
    NXIO = 60;
    /// A value does not fit its type.
    OVERFLOW = 61;
    /// Not permitted.
    PERM = 63;
    /// Broken pipe.
    PIPE = 64;
    /// The file system is read-only.
    ROFS = 69;
    /// The descriptor cannot be positioned.
    SPIPE = 70;
    /// The file is being executed.
    TXTBSY = 74;
    /// The names are on different file systems.
    XDEV = 75;
}

impl Errno {
    /// What a function returns at the ABI: 0 for success, else the number.
    #[inline]
    #[must_use]
    pub fn code(answer: Result) -> u32 {
        match answer {
            Ok(()) => 0,
            Err(Self(number)) => u32::from(number.get()),
        }
    }

    /// Reads what a function returned at the ABI.
    ///
    /// # Errors
    /// Any number but 0; one that is no `errno` at all counts as [`Errno::IO`].
    #[inline]
    pub fn check(code: u32) -> Result {
        match u16::try_from(code) {
            Ok(number) => NonZeroU16::new(number).map_or(Ok(()), |number| Err(Self(number))),
            Err(_) => Err(Self::IO),
        }
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "Errno({})", self.0),
        }
    }
}

/// Name by name. `NotPermitted` is `PERM` and never `NOTCAPABLE`: there are no rights to lack.
impl From<ErrorCode> for Errno {
    fn from(code: ErrorCode) -> Self {
        match code {
            ErrorCode::Access => Self::ACCES,
            ErrorCode::WouldBlock => Self::AGAIN,
            ErrorCode::Already => Self::ALREADY,
            ErrorCode::BadDescriptor => Self::BADF,
            ErrorCode::Busy => Self::BUSY,
            ErrorCode::Deadlock => Self::DEADLK,
            ErrorCode::Quota => Self::DQUOT,
            ErrorCode::Exist => Self::EXIST,
            ErrorCode::FileTooLarge => Self::FBIG,
            ErrorCode::IllegalByteSequence => Self::ILSEQ,
            ErrorCode::InProgress => Self::INPROGRESS,
            ErrorCode::Interrupted => Self::INTR,
            ErrorCode::Invalid => Self::INVAL,
            ErrorCode::Io => Self::IO,
            ErrorCode::IsDirectory => Self::ISDIR,
            ErrorCode::Loop => Self::LOOP,
            ErrorCode::TooManyLinks => Self::MLINK,
            ErrorCode::MessageSize => Self::MSGSIZE,
            ErrorCode::NameTooLong => Self::NAMETOOLONG,
            ErrorCode::NoDevice => Self::NODEV,
            ErrorCode::NoEntry => Self::NOENT,
            ErrorCode::NoLock => Self::NOLCK,
            ErrorCode::InsufficientMemory => Self::NOMEM,
            ErrorCode::InsufficientSpace => Self::NOSPC,
            ErrorCode::NotDirectory => Self::NOTDIR,
            ErrorCode::NotEmpty => Self::NOTEMPTY,
            ErrorCode::NotRecoverable => Self::NOTRECOVERABLE,
            ErrorCode::Unsupported => Self::NOTSUP,
            ErrorCode::NoTty => Self::NOTTY,
            ErrorCode::NoSuchDevice => Self::NXIO,
            ErrorCode::Overflow => Self::OVERFLOW,
            ErrorCode::NotPermitted => Self::PERM,
            ErrorCode::Pipe => Self::PIPE,
            ErrorCode::ReadOnly => Self::ROFS,
            ErrorCode::InvalidSeek => Self::SPIPE,
            ErrorCode::TextFileBusy => Self::TXTBSY,
            ErrorCode::CrossDevice => Self::XDEV,
        }
    }
}
