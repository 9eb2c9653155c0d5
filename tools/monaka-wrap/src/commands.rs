//! One module for each subcommand.

pub(crate) mod fs;
pub(crate) mod generate;
pub(crate) mod inspect;
pub(crate) mod mount;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod wrap;
