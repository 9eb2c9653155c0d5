//! Creating and writing behind the caller's back, in directories that nobody else changes.
//!
//! A file whose name is known not to be there is made without asking: OPEN waits for company, and so
//! does what is written to the file before OPEN is sent, since until then nobody else can have it open.
//! What goes wrong then is told by the next `sync`.

use std::sync::{Mutex, PoisonError};

use fs_core::{
    Descriptor, DescriptorFlags, FileType, Ino, OpenFlags, PathFlags, Result, WriteAt, Written,
};
use rpc_protocol::{Handle, Lease, Operation, Position};

use super::{Open, RemoteDescriptor};
use crate::link::Connector;
use crate::names::is_simple;
use crate::readahead::Readahead;
use crate::session::Session;

/// The number of a file that the server has not been asked to make yet.
pub(super) const UNKNOWN: Ino = Ino(0);

/// A file that the server has not been asked to make yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fresh {
    /// OPEN is in the batch of this number.
    batch: u64,
    size: u64,
}

impl<C: Connector> RemoteDescriptor<C> {
    /// Makes a file without asking, if it is certain that it can be made.
    ///
    /// # Errors
    /// Those of reading the directory.
    pub(super) fn create_behind(
        &self,
        path: &str,
        open: OpenFlags,
        access: DescriptorFlags,
    ) -> Result<Option<Self>> {
        let is_fit = open.contains(OpenFlags::CREATE) && !open.contains(OpenFlags::DIRECTORY);
        if !is_fit || !is_simple(path) || self.0.file_type != FileType::Directory {
            return Ok(None);
        }
        let directory = self.0.ino;
        if !self.0.shared.session().may_defer_changes() {
            return Ok(None);
        }
        let known = self.0.shared.session().names.has(directory, path);
        let is_there = match known {
            Some(is_there) => is_there,
            None => {
                let names = self.read_dir()?.entries;
                let mut session = self.0.shared.session();
                let names = names.into_iter().map(|entry| entry.name);
                session.names.learn(directory, names);
                session.names.has(directory, path).unwrap_or(true)
            }
        };
        let mut session = self.0.shared.session();
        if is_there {
            return Ok(None);
        }
        let handle = session.new_handle();
        session.defer(&Operation::Open {
            directory: self.0.handle,
            handle,
            at: PathFlags::empty().bits(),
            open: open.bits(),
            access: access.bits(),
            lease: Lease::None,
            inline: 0,
            known: 0,
            path,
        });
        session.names.add(directory, path);
        let fresh = Fresh {
            batch: session.batch(),
            size: 0,
        };
        drop(session);
        Ok(Some(self.fresh(handle, access, fresh)))
    }

    fn fresh(&self, handle: Handle, access: DescriptorFlags, fresh: Fresh) -> Self {
        Self::of(Open {
            shared: self.0.shared.clone(),
            handle,
            ino: UNKNOWN,
            file_type: FileType::RegularFile,
            access,
            is_cached: false,
            readahead: Mutex::new(Readahead::default()),
            fresh: Mutex::new(Some(fresh)),
        })
    }

    /// Writes to a file that the server has not been asked to make yet, without asking.
    pub(super) fn write_behind(
        &self,
        session: &mut Session<C>,
        at: WriteAt,
        data: &[u8],
    ) -> Option<Written> {
        let mut fresh = self.0.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        let file = fresh.as_mut()?;
        let offset = match at {
            WriteAt::Offset(offset) => offset,
            WriteAt::End => file.size,
        };
        let is_fit = file.batch == session.batch()
            && self.0.access.contains(DescriptorFlags::WRITE)
            && offset == file.size
            && session.has_room(data.len());
        if !is_fit {
            // From now on it is a file like others.
            *fresh = None;
            return None;
        }
        file.size += data.len() as u64;
        let written = Written {
            len: data.len(),
            end: file.size,
        };
        session.defer(&Operation::Write {
            handle: self.0.handle,
            position: Position::Offset(offset),
            expected: 0,
            data,
        });
        Some(written)
    }
}
