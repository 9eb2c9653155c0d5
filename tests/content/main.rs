//! Files into artifacts and out again, as a user does it.

mod damage;
mod inside;
mod limits;
mod mounts;
mod record;
mod reproducible;
mod round_trip;
mod saving;
mod support;
