//! Sockets, of which there are none.

use fs_core::FileSystem;

use crate::errno::{Errno, Result};
use crate::memory::{GuestMemory, Ptr};
use crate::outside::Outside;
use crate::preview1::Preview1;
use crate::types::Fd;

impl<F: FileSystem, O: Outside> Preview1<F, O> {
    /// Refuses.
    ///
    /// # Errors
    /// `BADF`, `NOTSOCK`.
    pub fn sock_accept(
        &mut self,
        _memory: &mut impl GuestMemory,
        fd: Fd,
        _flags: u32,
        _accepted: Ptr,
    ) -> Result {
        self.not_a_socket(fd)
    }

    /// Refuses.
    ///
    /// # Errors
    /// `BADF`, `NOTSOCK`.
    pub fn sock_recv(
        &mut self,
        _memory: &mut impl GuestMemory,
        fd: Fd,
        _ri_data: Ptr,
        _ri_data_len: u32,
        _ri_flags: u32,
        _ro_data_len: Ptr,
        _ro_flags: Ptr,
    ) -> Result {
        self.not_a_socket(fd)
    }

    /// Refuses.
    ///
    /// # Errors
    /// `BADF`, `NOTSOCK`.
    pub fn sock_send(
        &mut self,
        _memory: &mut impl GuestMemory,
        fd: Fd,
        _si_data: Ptr,
        _si_data_len: u32,
        _si_flags: u32,
        _so_data_len: Ptr,
    ) -> Result {
        self.not_a_socket(fd)
    }

    /// Refuses.
    ///
    /// # Errors
    /// `BADF`, `NOTSOCK`.
    pub fn sock_shutdown(&mut self, _memory: &mut impl GuestMemory, fd: Fd, _how: u32) -> Result {
        self.not_a_socket(fd)
    }

    fn not_a_socket(&self, fd: Fd) -> Result {
        self.fds.get(fd)?;
        Err(Errno::NOTSOCK)
    }
}
