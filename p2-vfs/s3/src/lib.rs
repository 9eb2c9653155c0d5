//! Files kept in S3-compatible storage.
