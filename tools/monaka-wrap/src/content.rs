//! From the options to the image that is embedded.

use std::env;

use bytes::Bytes;
use fs_core::image::{Image, ImageBuilder, ImageError, Origin, Preopening, Settings};
use fs_core::{Clock, Limits, MemFs, Timestamp};
use vfs_host::WallTime;

use crate::args::ContentArgs;
use crate::failure::Failure;
use crate::mount::{Times, guest_path};

/// The time of directories that come from nowhere: 1980-01-01, the earliest that every archive
/// format can hold.
const MADE_UP: Timestamp = Timestamp(315_532_800_000_000_000);

/// Reads what is to be embedded and writes the image. Every image has a `/tmp`.
///
/// # Errors
/// `Mount`, `WorkingDirectory`, `Image` (it is larger than the limits allow).
pub(crate) fn image(args: &ContentArgs) -> Result<Vec<u8>, Failure> {
    let times = source_date_epoch().map_or(Times::Keep, Times::Fixed);
    let made_up = Origin {
        modification: match times {
            Times::Keep => MADE_UP,
            Times::Fixed(time) => time,
        },
        mode: 0o755,
    };
    let mut image = ImageBuilder::new(made_up);
    image.directory("tmp", made_up);
    for mount in &args.mount {
        mount.add_to(&mut image, times)?;
    }
    let defaults = Limits::default();
    let settings = Settings {
        preopen: if args.no_preopen {
            Preopening::Nothing
        } else {
            Preopening::Root
        },
        working_directory: args.cwd.as_deref().map(working_directory).transpose()?,
        limits: Limits {
            bytes: args.max_fs_size.unwrap_or(defaults.bytes),
            inodes: args.max_files.unwrap_or(defaults.inodes),
        },
    };
    let bytes = Bytes::from(image.finish(&settings));
    check(&bytes, args)?;
    Ok(bytes.into())
}

/// The files themselves, and what else the program finds.
///
/// # Errors
/// As [`image`].
pub(crate) fn files(args: &ContentArgs) -> Result<Files, Failure> {
    let image = Image::parse(Bytes::from(image(args)?))?;
    Ok(Files {
        files: MemFs::from_image(WallTime, &image)?,
        working_directory: image.settings().working_directory.clone(),
    })
}

/// Files for a program that is not wrapped.
pub(crate) struct Files {
    pub(crate) files: MemFs,
    pub(crate) working_directory: Option<String>,
}

/// Starts from the image as the program will, so that what is wrong is said now.
fn check(image: &Bytes, args: &ContentArgs) -> Result<(), Failure> {
    match Image::parse(image.clone()).and_then(|image| MemFs::from_image(Epoch, &image)) {
        Ok(_) => Ok(()),
        Err(ImageError::WorkingDirectory) => Err(Failure::WorkingDirectory {
            directory: args.cwd.clone().unwrap_or_default(),
            reason: "a file is in the way; name a directory",
        }),
        Err(error) => Err(Failure::Image(error)),
    }
}

/// The time does not matter for a look.
struct Epoch;

impl Clock for Epoch {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }
}

fn working_directory(directory: &str) -> Result<String, Failure> {
    match guest_path(directory) {
        Ok(clean) => Ok(format!("/{clean}")),
        Err(reason) => Err(Failure::WorkingDirectory {
            directory: directory.to_owned(),
            reason,
        }),
    }
}

/// See reproducible-builds.org/specs/source-date-epoch.
fn source_date_epoch() -> Option<Timestamp> {
    let seconds: u64 = env::var("SOURCE_DATE_EPOCH").ok()?.parse().ok()?;
    Some(Timestamp(seconds.checked_mul(1_000_000_000)?))
}
