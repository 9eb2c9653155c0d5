//! The errors a file system answers with.

/// Why an operation failed: the `error-code` enum of `wasi:filesystem/types@0.2`, name by name.
///
/// Every binding maps it to its own numbers in one exhaustive `match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// Permission denied (`EACCES`).
    Access,
    /// The operation would block (`EAGAIN`).
    WouldBlock,
    /// Connection already in progress (`EALREADY`).
    Already,
    /// Closed, or not open for what was asked (`EBADF`).
    BadDescriptor,
    /// Device or resource busy (`EBUSY`).
    Busy,
    /// Resource deadlock would occur (`EDEADLK`).
    Deadlock,
    /// The quota is used up (`EDQUOT`).
    Quota,
    /// The name exists (`EEXIST`).
    Exist,
    /// The file would be larger than the file system allows (`EFBIG`).
    FileTooLarge,
    /// The name is not UTF-8 (`EILSEQ`).
    IllegalByteSequence,
    /// Operation in progress (`EINPROGRESS`).
    InProgress,
    /// Interrupted (`EINTR`).
    Interrupted,
    /// An argument makes no sense (`EINVAL`).
    Invalid,
    /// The medium failed (`EIO`).
    Io,
    /// A directory, where a file was asked for (`EISDIR`).
    IsDirectory,
    /// Too many symbolic links, or one where none may be (`ELOOP`).
    Loop,
    /// The link count is at its limit (`EMLINK`).
    TooManyLinks,
    /// Message too large (`EMSGSIZE`).
    MessageSize,
    /// A name is over 255 bytes, or a path over 4,095 (`ENAMETOOLONG`).
    NameTooLong,
    /// No such device (`ENODEV`).
    NoDevice,
    /// No such file or directory (`ENOENT`).
    NoEntry,
    /// No locks available (`ENOLCK`).
    NoLock,
    /// Not enough memory for the call itself (`ENOMEM`).
    InsufficientMemory,
    /// The file system is full (`ENOSPC`).
    InsufficientSpace,
    /// Not a directory (`ENOTDIR`).
    NotDirectory,
    /// The directory is not empty (`ENOTEMPTY`).
    NotEmpty,
    /// The write lost a race and cannot be repeated (`ENOTRECOVERABLE`).
    NotRecoverable,
    /// Not supported (`ENOTSUP`).
    Unsupported,
    /// Not a terminal (`ENOTTY`).
    NoTty,
    /// No such device or address (`ENXIO`).
    NoSuchDevice,
    /// A value does not fit its type (`EOVERFLOW`).
    Overflow,
    /// Not permitted, such as a path that leaves its directory (`EPERM`).
    NotPermitted,
    /// Broken pipe (`EPIPE`).
    Pipe,
    /// The file system is read-only (`EROFS`).
    ReadOnly,
    /// The descriptor cannot be positioned (`ESPIPE`).
    InvalidSeek,
    /// The file is being executed (`ETXTBSY`).
    TextFileBusy,
    /// The names are on different file systems (`EXDEV`).
    CrossDevice,
}

/// What every operation of a file system answers.
pub type Result<T> = core::result::Result<T, ErrorCode>;

/// Hands the names of all codes to the macro `then`, for bindings whose own codes have the same
/// names.
///
/// ```
/// macro_rules! name {
///     ($($code:ident),+) => {
///         fn name(code: fs_core::ErrorCode) -> &'static str {
///             match code { $(fs_core::ErrorCode::$code => stringify!($code)),+ }
///         }
///     };
/// }
/// fs_core::for_each_error_code!(name);
/// assert_eq!(name(fs_core::ErrorCode::Loop), "Loop");
/// ```
#[macro_export]
macro_rules! for_each_error_code {
    ($then:ident) => {
        $then! {
            Access, WouldBlock, Already, BadDescriptor, Busy, Deadlock, Quota, Exist, FileTooLarge,
            IllegalByteSequence, InProgress, Interrupted, Invalid, Io, IsDirectory, Loop,
            TooManyLinks, MessageSize, NameTooLong, NoDevice, NoEntry, NoLock, InsufficientMemory,
            InsufficientSpace, NotDirectory, NotEmpty, NotRecoverable, Unsupported, NoTty,
            NoSuchDevice, Overflow, NotPermitted, Pipe, ReadOnly, InvalidSeek, TextFileBusy,
            CrossDevice
        }
    };
}
