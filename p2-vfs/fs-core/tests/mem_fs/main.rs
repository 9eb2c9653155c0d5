//! What is `MemFs`'s own: its quotas, its images, its forks, how it keeps bytes and takes times. What every file
//! system does is tested by `fs-testsuite`.

mod content;
mod fork;
mod image;
mod space;
mod support;
mod times;
