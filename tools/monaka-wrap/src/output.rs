//! Writing results: whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use wrap::Artifact;

use crate::failure::Failure;
use crate::input::is_stream;

/// Where the result for `input` goes.
///
/// # Errors
/// `NoOutput` (standard input without a name), `SameFile`.
pub(crate) fn destination(input: &Path, output: Option<&Path>) -> Result<PathBuf, Failure> {
    let output = match output {
        Some(output) => output.to_owned(),
        None if is_stream(input) => return Err(Failure::NoOutput),
        None => input.with_extension("wrapped.wasm"),
    };
    let same = !is_stream(&output)
        && matches!((fs::canonicalize(input), fs::canonicalize(&output)), (Ok(a), Ok(b)) if a == b);
    if same {
        return Err(Failure::SameFile { path: output });
    }
    Ok(output)
}

/// Writes a file by way of a temporary one beside it, or to standard output.
pub(crate) fn write(path: &Path, artifact: &Artifact) -> Result<(), Failure> {
    let written = if is_stream(path) {
        let mut stdout = io::stdout().lock();
        artifact.write_to(&mut stdout).and_then(|()| stdout.flush())
    } else {
        replace(path, artifact)
    };
    written.map_err(|source| Failure::Write {
        path: path.to_owned(),
        source,
    })
}

fn replace(path: &Path, artifact: &Artifact) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".monaka-wrap-")
        .permissions(fs::Permissions::from_mode(0o666))
        .tempfile_in(directory)?;
    artifact.write_to(&mut file)?;
    file.persist(path)?;
    Ok(())
}
