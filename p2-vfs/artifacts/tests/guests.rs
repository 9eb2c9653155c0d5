//! The committed modules are what their sources and their manifest say they are.

use anyhow::Result;
use xtask::checkout::Checkout;
use xtask::guests::{Guest, check};

#[test]
fn modules_are_those_of_the_manifest() -> Result<()> {
    check::files(&Checkout::of_this_program())
}

#[test]
fn modules_were_built_from_these_sources() -> Result<()> {
    check::sources(&Checkout::of_this_program())
}

#[test]
fn guests_are_valid_and_have_one_memory_of_their_own() -> Result<()> {
    for guest in Guest::ALL {
        check::memory(&Checkout::of_this_program(), guest)?;
    }
    Ok(())
}

#[test]
fn guests_export_what_they_are_for() -> Result<()> {
    for guest in Guest::ALL {
        check::exports(&Checkout::of_this_program(), guest)?;
    }
    Ok(())
}

#[test]
fn guests_import_only_their_world_of_one_version() -> Result<()> {
    for guest in Guest::ALL {
        check::imports(&Checkout::of_this_program(), guest)?;
    }
    Ok(())
}
