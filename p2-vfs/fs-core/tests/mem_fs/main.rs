//! What is `MemFs`'s own: its quotas, its images, how it keeps bytes and takes times. What every file
//! system does is tested by `fs-testsuite`.

mod content;
mod image;
mod snapshot;
mod space;
mod support;
mod times;
