//! From the options to the image that is embedded.

use std::env;
use std::path::Path;

use bytes::Bytes;
use fs_core::image::{Image, ImageBuilder, ImageError, Origin, Preopening, Settings};
use fs_core::{Clock, ErrorCode, Limits, MemFs, Timestamp};
use vfs_host::WallTime;

use crate::args::{ContentArgs, MountArgs, Mtime};
use crate::failure::Failure;
use crate::input;
use crate::mount::{Collection, Leniency, Times, guest_path};

/// The time of directories that come from nowhere: 1980-01-01, the earliest that every archive
/// format can hold.
const MADE_UP: Timestamp = Timestamp(315_532_800_000_000_000);

/// An image, and what the user should know about it.
pub(crate) struct Embedded {
    pub(crate) image: Bytes,
    pub(crate) warnings: Vec<String>,
}

/// Reads what is to be embedded and writes the image. Every image has a `/tmp`.
///
/// # Errors
/// Those of [`open`]; `Epoch`, `Mount`, `TooMuch`, `WorkingDirectory`, `Image` (it is larger than
/// the limits allow).
pub(crate) fn embedded(args: &ContentArgs) -> Result<Embedded, Failure> {
    let base = args.image.as_deref().map(open).transpose()?;
    let settings = settings_over(args, base.as_ref())?;
    collect(base.as_ref(), &args.mounts, &settings)
}

/// What the options say that the program finds beside the files.
///
/// # Errors
/// Those of [`open`]; `WorkingDirectory`.
pub(crate) fn settings(args: &ContentArgs) -> Result<Settings, Failure> {
    let base = args.image.as_deref().map(open).transpose()?;
    settings_over(args, base.as_ref())
}

fn settings_over(args: &ContentArgs, base: Option<&Image>) -> Result<Settings, Failure> {
    let inherited = base.map(|image| image.settings().clone());
    let inherited = inherited.unwrap_or_default();
    Ok(Settings {
        preopen: if args.no_preopen {
            Preopening::Nothing
        } else {
            inherited.preopen
        },
        working_directory: match &args.cwd {
            Some(cwd) => Some(working_directory(cwd)?),
            None => inherited.working_directory,
        },
        limits: Limits {
            bytes: args.max_fs_size.unwrap_or(inherited.limits.bytes),
            inodes: args.max_files.unwrap_or(inherited.limits.inodes),
        },
    })
}

/// The image of `base`, if there is one, with the mounts over it.
///
/// # Errors
/// `Epoch`, `Mount`, `TooMuch`, `WorkingDirectory`, `Image`.
pub(crate) fn collect(
    base: Option<&Image>,
    args: &MountArgs,
    settings: &Settings,
) -> Result<Embedded, Failure> {
    let times = times(args.mtime)?;
    let made_up = Origin {
        modification: match times {
            Times::Keep => MADE_UP,
            Times::Fixed(time) => time,
        },
        mode: 0o755,
    };
    let mut image = ImageBuilder::new(made_up);
    image.directory("tmp", made_up);
    if let Some(base) = base {
        image = ImageBuilder::new(made_up);
        let files = MemFs::from_image(Epoch, base)?;
        image.tree(&files.root()).map_err(inside)?;
    }
    let leniency = match args.skip_unreadable {
        false => Leniency::Refuse,
        true => Leniency::Skip,
    };
    let mut collection = Collection::new(image, made_up, times, leniency);
    for mount in &args.mount {
        mount.add_to(&mut collection)?;
    }
    let warnings = collection.warnings();
    let image = Bytes::from(collection.image.finish(settings));
    check(&image, settings)?;
    Ok(Embedded { image, warnings })
}

/// The image that a file is, or that is embedded in an artifact, with every checksum checked.
///
/// # Errors
/// `Read`, `Wrap` (damaged WebAssembly), `NoImage`, `DamagedImage`.
pub(crate) fn open(path: &Path) -> Result<Image, Failure> {
    image_in(path, &input::read(path)?.into())
}

/// The image in `bytes`, which `path` names in messages.
///
/// # Errors
/// `Wrap` (damaged WebAssembly), `NoImage`, `DamagedImage`.
pub(crate) fn image_in(path: &Path, bytes: &Bytes) -> Result<Image, Failure> {
    let damaged = |source| Failure::DamagedImage {
        path: path.to_owned(),
        source,
    };
    let no_image = || Failure::NoImage {
        path: path.to_owned(),
    };
    let image = if bytes.starts_with(b"\0asm") {
        let embedded = wrap::embedded_image(bytes).map_err(|source| Failure::Wrap {
            path: path.to_owned(),
            source,
        })?;
        embedded.ok_or_else(no_image)?
    } else {
        bytes.clone()
    };
    let image = Image::parse(image).map_err(|error| match error {
        ImageError::NotAnImage => no_image(),
        error => damaged(error),
    })?;
    image.verify().map_err(damaged)?;
    Ok(image)
}

/// The files themselves, and what else the program finds; `say` gets what the user should know.
///
/// # Errors
/// As [`embedded`].
pub(crate) fn files(args: &ContentArgs, say: impl FnMut(&str)) -> Result<Files, Failure> {
    let Embedded { image, warnings } = embedded(args)?;
    warnings.iter().map(String::as_str).for_each(say);
    let image = Image::parse(image)?;
    Ok(Files {
        files: MemFs::from_image(WallTime, &image)?,
        settings: image.settings().clone(),
    })
}

/// Files for a program that is not wrapped.
pub(crate) struct Files {
    pub(crate) files: MemFs,
    pub(crate) settings: Settings,
}

/// Starts from the image as the program will, so that what is wrong is said now.
fn check(image: &Bytes, settings: &Settings) -> Result<(), Failure> {
    match Image::parse(image.clone()).and_then(|image| MemFs::from_image(Epoch, &image)) {
        Ok(_) => Ok(()),
        Err(ImageError::WorkingDirectory) => Err(Failure::WorkingDirectory {
            directory: settings.working_directory.clone().unwrap_or_default(),
            reason: "a file is in the way; name a directory",
        }),
        Err(error) => Err(Failure::Image(error)),
    }
}

fn inside(code: ErrorCode) -> Failure {
    Failure::Guest {
        path: "/".to_owned(),
        code,
    }
}

/// The time does not matter for a look.
pub(crate) struct Epoch;

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

/// What was asked for, or what the environment says; see
/// reproducible-builds.org/specs/source-date-epoch.
fn times(asked: Option<Mtime>) -> Result<Times, Failure> {
    match asked {
        Some(Mtime::Keep) => return Ok(Times::Keep),
        Some(Mtime::Zero) => return Ok(Times::Fixed(Timestamp(0))),
        None => {}
    }
    let Some(text) = env::var_os("SOURCE_DATE_EPOCH") else {
        return Ok(Times::Keep);
    };
    let seconds = text.to_str().and_then(|text| text.parse::<u64>().ok());
    let nanoseconds = seconds.and_then(|seconds| seconds.checked_mul(1_000_000_000));
    match nanoseconds {
        Some(time) => Ok(Times::Fixed(Timestamp(time))),
        None => Err(Failure::Epoch(text)),
    }
}
