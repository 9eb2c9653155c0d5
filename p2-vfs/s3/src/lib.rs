//! Files kept in S3-compatible storage.
//!
//! So far the parts that everything else rests on, none of which does I/O: [`Prefix`] translates
//! between paths and keys, [`parts`] cuts large objects into parts, [`change`] finds out what
//! became of one conditional change.

pub mod change;
mod key;
mod place;
mod problem;
pub mod sync_core;

pub use key::{Entry, Hidden, Key, KeyError, MAX_KEY, Prefix};
pub use place::Place;
pub use problem::Problem;
