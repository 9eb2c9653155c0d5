//! Files into artifacts and out again, as a user does it.

mod damage;
mod mounts;
mod round_trip;
mod saving;
mod support;
