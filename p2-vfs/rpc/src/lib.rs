//! The protocol, the server and the clients of a file system in another process.
