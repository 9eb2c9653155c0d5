//! An S3 server in memory, for tests.
