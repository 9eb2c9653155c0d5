//! A file system in memory for the guests of a wasmtime host.
