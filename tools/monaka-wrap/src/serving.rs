//! A server for one run, in another process.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use tempfile::TempDir;

use crate::attach::AttachFailure;

/// A server that ends with this value, or with this process however that ends.
pub(crate) struct Serving {
    process: Child,
    pub(crate) address: String,
    /// Holds the image and the socket.
    _folder: TempDir,
}

impl Serving {
    /// Starts a server of the files in an image.
    ///
    /// # Errors
    /// `Server`.
    pub(crate) fn start(image: &Bytes) -> Result<Self, AttachFailure> {
        let folder = tempfile::tempdir().map_err(AttachFailure::Server)?;
        let path = folder.path().join("image");
        fs::write(&path, image).map_err(AttachFailure::Server)?;
        let program = env::current_exe().map_err(AttachFailure::Server)?;
        let mut process = Command::new(program)
            .args(["--quiet", "serve", "--until-stdin-ends", "--listen"])
            .arg(format!("unix:{}", folder.path().join("socket").display()))
            .arg("--image")
            .arg(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(AttachFailure::Server)?;
        let out = process.stdout.take();
        let mut serving = Self {
            process,
            address: String::new(),
            _folder: folder,
        };
        if let Some(out) = out {
            let read = BufReader::new(out).read_line(&mut serving.address);
            read.map_err(AttachFailure::Server)?;
        }
        // It said why on standard error.
        let line = serving.address.trim_end().to_owned();
        if line.is_empty() {
            return Err(AttachFailure::Server(io::ErrorKind::UnexpectedEof.into()));
        }
        serving.address = line;
        Ok(serving)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // There is nobody to tell.
        let _ = self.process.wait();
    }
}
