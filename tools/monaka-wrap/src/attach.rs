//! `--connect ADDR` and what belongs to it: the server that a command attaches to.

use std::env;
use std::io;
use std::path::PathBuf;

use clap::Args;
use fs_core::image::Settings;
use fs_core::{Descriptor, FileSystem, FileType, Preopen};
use rpc_client::{Address, AttachError, Attachment, Consistency, RemoteDescriptor, RemoteFs, Tls};
use thiserror::Error;

use crate::failure::Failure;
use crate::input;

/// The server to attach to. What is not given is taken from the environment.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ConnectArgs {
    /// Attach to a server at HOST:PORT or unix:PATH. [env: MONAKA_CONNECT]
    #[arg(long, value_name = "ADDR")]
    pub(crate) connect: Option<String>,

    /// A file whose first line is the token for the server. [env: MONAKA_TOKEN, the token itself]
    #[arg(long, value_name = "FILE")]
    connect_token_file: Option<PathBuf>,

    /// Encrypt, and trust servers with a certificate that one in this file has signed, in PEM.
    /// [env: MONAKA_TLS_CA]
    #[arg(long, value_name = "FILE")]
    connect_tls_ca: Option<PathBuf>,

    /// The directory of the server that becomes the root. [env: MONAKA_SUBTREE]
    #[arg(long, value_name = "DIR")]
    subtree: Option<String>,

    /// What may be cached: nothing (strict), files until others change them (cto), or everything, as
    /// nobody else may be there (private). [env: MONAKA_MODE] [default: cto]
    #[arg(long, value_name = "MODE", value_parser = mode)]
    mode: Option<String>,
}

fn mode(text: &str) -> Result<String, &'static str> {
    match Consistency::named(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("expected strict, cto or private"),
    }
}

/// Why a command is not attached.
#[derive(Debug, Error)]
pub(crate) enum AttachFailure {
    #[error("no server to attach to: name one with --connect or MONAKA_CONNECT")]
    Nowhere,

    #[error("--connect {address}: {source}")]
    Attach {
        address: String,
        source: AttachError,
    },

    #[error("{}: {source}", path.display())]
    Authority {
        path: PathBuf,
        source: rpc_client::TlsError,
    },

    #[error("{}: is empty; write the token into its first line", path.display())]
    NoToken { path: PathBuf },

    #[error("MONAKA_MODE is {0:?}; set it to strict, cto or private")]
    Mode(String),

    #[error("a server for this run cannot be started: {0}; name one with --connect")]
    Server(io::Error),
}

impl ConnectArgs {
    /// Attaches to the server, if one is named.
    ///
    /// # Errors
    /// `Read`; every [`AttachFailure`] but `Nowhere`.
    pub(crate) fn attach(&self) -> Result<Option<RemoteFs<Address>>, Failure> {
        match or_variable(self.connect.as_ref(), "MONAKA_CONNECT") {
            Some(address) => self.attach_to(address).map(Some),
            None => Ok(None),
        }
    }

    /// Attaches to the server at `address`.
    ///
    /// # Errors
    /// As [`ConnectArgs::attach`].
    pub(crate) fn attach_to(&self, address: String) -> Result<RemoteFs<Address>, Failure> {
        let mode = or_variable(self.mode.as_ref(), "MONAKA_MODE");
        let mode = mode.unwrap_or_else(|| "cto".to_owned());
        let attachment = Attachment {
            token: self.token()?,
            consistency: Consistency::named(&mode).ok_or(AttachFailure::Mode(mode))?,
            subtree: or_variable(self.subtree.as_ref(), "MONAKA_SUBTREE").unwrap_or_default(),
            ..Attachment::default()
        };
        let attached = RemoteFs::attach(self.endpoint(&address)?, &attachment);
        Ok(attached.map_err(|source| AttachFailure::Attach { address, source })?)
    }

    /// What a program that attaches by itself is told by its environment.
    ///
    /// # Errors
    /// `Nowhere`, `Read`, `NoToken`.
    pub(crate) fn variables(&self) -> Result<Vec<(String, String)>, Failure> {
        let address = or_variable(self.connect.as_ref(), "MONAKA_CONNECT");
        let token = String::from_utf8_lossy(&self.token()?).into_owned();
        let variables = [
            (
                "MONAKA_CONNECT",
                Some(address.ok_or(AttachFailure::Nowhere)?),
            ),
            (
                "MONAKA_TOKEN",
                Some(token).filter(|token| !token.is_empty()),
            ),
            (
                "MONAKA_SUBTREE",
                or_variable(self.subtree.as_ref(), "MONAKA_SUBTREE"),
            ),
            (
                "MONAKA_MODE",
                or_variable(self.mode.as_ref(), "MONAKA_MODE"),
            ),
        ];
        let given = variables.into_iter();
        Ok(given
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect())
    }

    fn endpoint(&self, address: &str) -> Result<Address, Failure> {
        let authority = self.connect_tls_ca.clone();
        match authority.or_else(|| env::var_os("MONAKA_TLS_CA").map(PathBuf::from)) {
            Some(path) => {
                let tls = Tls::new(address.to_owned(), &input::read(&path)?);
                let tls = tls.map_err(|source| AttachFailure::Authority { path, source })?;
                Ok(Address::Tls(tls))
            }
            None => Ok(Address::plain(address)),
        }
    }

    fn token(&self) -> Result<Vec<u8>, Failure> {
        let Some(path) = &self.connect_token_file else {
            return Ok(env::var("MONAKA_TOKEN").unwrap_or_default().into_bytes());
        };
        let text = input::read(path)?;
        let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let token = line
            .split(u8::is_ascii_whitespace)
            .next()
            .unwrap_or_default();
        match token.is_empty() {
            true => Err(AttachFailure::NoToken { path: path.clone() }.into()),
            false => Ok(token.to_vec()),
        }
    }
}

fn or_variable(given: Option<&String>, name: &str) -> Option<String> {
    let variable = || env::var(name).ok().filter(|value| !value.is_empty());
    given.cloned().or_else(variable)
}

/// The directory that a server gives.
pub(crate) fn root(files: &RemoteFs<Address>) -> RemoteDescriptor<Address> {
    files.preopens().remove(0).descriptor
}

/// The permission bits that an inode is shown with: they do not cross the protocol.
pub(crate) fn usual_mode(inode: &RemoteDescriptor<Address>) -> u32 {
    match inode.file_type() {
        Ok(FileType::Directory) => 0o755,
        Ok(FileType::RegularFile | FileType::SymbolicLink) | Err(_) => 0o644,
    }
}

/// What a program is given of the files of a server.
pub(crate) struct Attached {
    pub(crate) files: RemoteFs<Address>,
    preopens: Vec<Preopen<RemoteDescriptor<Address>>>,
}

impl Attached {
    /// What `settings` give.
    ///
    /// # Errors
    /// `Guest`: there is no such working directory, and it cannot be made.
    pub(crate) fn new(files: RemoteFs<Address>, settings: &Settings) -> Result<Self, Failure> {
        let preopens = settings.preopens(&root(&files));
        let preopens = preopens.map_err(|code| Failure::Guest {
            path: settings.working_directory.clone().unwrap_or_default(),
            code,
        })?;
        Ok(Self { files, preopens })
    }
}

impl FileSystem for Attached {
    type Descriptor = RemoteDescriptor<Address>;

    fn preopens(&self) -> Vec<Preopen<Self::Descriptor>> {
        self.preopens.clone()
    }
}
