//! A file system for the kernels of Linux and others.
