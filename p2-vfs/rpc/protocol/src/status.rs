//! How an operation ended.

use crate::error::Malformed;

macro_rules! statuses {
    ($($name:ident = $number:literal),* $(,)?) => {
        /// How an operation ended: well, or with the error of `wasi:filesystem` of that name.
        ///
        /// The numbers are part of the protocol and do not change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u16)]
        #[expect(missing_docs, reason = "they are the names of `error-code` in WASI 0.2")]
        pub enum Status {
            $($name = $number),*
        }

        impl Status {
            /// Every status.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            pub(crate) fn from_wire(number: u16) -> Result<Self, Malformed> {
                match number {
                    $($number => Ok(Self::$name),)*
                    _ => Err(Malformed::Value("status")),
                }
            }
        }
    };
}

statuses! {
    Done = 0,
    Access = 1,
    WouldBlock = 2,
    Already = 3,
    BadDescriptor = 4,
    Busy = 5,
    Deadlock = 6,
    Quota = 7,
    Exist = 8,
    FileTooLarge = 9,
    IllegalByteSequence = 10,
    InProgress = 11,
    Interrupted = 12,
    Invalid = 13,
    Io = 14,
    IsDirectory = 15,
    Loop = 16,
    TooManyLinks = 17,
    MessageSize = 18,
    NameTooLong = 19,
    NoDevice = 20,
    NoEntry = 21,
    NoLock = 22,
    InsufficientMemory = 23,
    InsufficientSpace = 24,
    NotDirectory = 25,
    NotEmpty = 26,
    NotRecoverable = 27,
    Unsupported = 28,
    NoTty = 29,
    NoSuchDevice = 30,
    Overflow = 31,
    NotPermitted = 32,
    Pipe = 33,
    ReadOnly = 34,
    InvalidSeek = 35,
    TextFileBusy = 36,
    CrossDevice = 37,
}
