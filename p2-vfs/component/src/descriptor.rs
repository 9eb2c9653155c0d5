//! `wasi:filesystem/types` and `wasi:filesystem/preopens`.

use core::cell::RefCell;

use fs_core::{Preopen, Reader, Remove, SyncLevel, Target, WriteAt, Writer};

use crate::bindings::exports::wasi::filesystem::preopens;
use crate::bindings::exports::wasi::filesystem::types::{
    self, Advice, Descriptor, DescriptorBorrow, DescriptorFlags, DescriptorStat, DescriptorType,
    DirectoryEntryStream, ErrorBorrow, ErrorCode, Filesize, MetadataHashValue, NewTimestamp,
    OpenFlags, PathFlags,
};
use crate::bindings::exports::wasi::io::streams::{InputStream, OutputStream};
use crate::directory::Entries;
use crate::error::Failure;
use crate::input::Input;
use crate::output::Output;
use crate::{Backend, Vfs};

type Result<T = ()> = core::result::Result<T, ErrorCode>;

impl<B: Backend> types::Guest for Vfs<B> {
    type Descriptor = B::Descriptor;
    type DirectoryEntryStream = Entries;

    fn filesystem_error_code(error: ErrorBorrow<'_>) -> Option<ErrorCode> {
        match error.get::<Failure>() {
            Failure::File(code) => Some(*code),
            Failure::Host(_) => None,
        }
    }
}

impl<B: Backend> preopens::Guest for Vfs<B> {
    fn get_directories() -> Vec<(Descriptor, String)> {
        let preopens = B::preopens().into_iter();
        preopens
            .map(|Preopen { descriptor, name }| (Descriptor::new(descriptor), name))
            .collect()
    }
}

/// Every open file description behind the seam.
impl<D: fs_core::Descriptor + 'static> types::GuestDescriptor for D {
    fn read_via_stream(&self, offset: Filesize) -> Result<InputStream> {
        let reader = Reader::new(self.clone(), offset)?;
        Ok(InputStream::new(Input::File(RefCell::new(reader))))
    }

    fn write_via_stream(&self, offset: Filesize) -> Result<OutputStream> {
        write_via_stream(self, WriteAt::Offset(offset))
    }

    fn append_via_stream(&self) -> Result<OutputStream> {
        write_via_stream(self, WriteAt::End)
    }

    fn advise(&self, offset: Filesize, length: Filesize, _advice: Advice) -> Result {
        Ok(fs_core::Descriptor::advise(self, offset, length)?)
    }

    fn sync_data(&self) -> Result {
        Ok(fs_core::Descriptor::sync(self, SyncLevel::Data)?)
    }

    fn get_flags(&self) -> Result<DescriptorFlags> {
        Ok(self.flags().into())
    }

    fn get_type(&self) -> Result<DescriptorType> {
        Ok(fs_core::Descriptor::stat(self)?.file_type.into())
    }

    fn set_size(&self, size: Filesize) -> Result {
        Ok(fs_core::Descriptor::set_size(self, size)?)
    }

    fn set_times(&self, access: NewTimestamp, modification: NewTimestamp) -> Result {
        set_times(self, Target::This, access, modification)
    }

    fn read(&self, length: Filesize, offset: Filesize) -> Result<(Vec<u8>, bool)> {
        let bytes = self.read_to_vec(offset, length)?;
        // Less than asked for, and than is read at once, is only had at the end. A program that
        // gets nothing and is not told that it is the end asks for ever.
        let is_end = (bytes.len() as u64) < length.min(fs_core::MAX_READ) || bytes.is_empty();
        Ok((bytes, is_end))
    }

    fn write(&self, buffer: Vec<u8>, offset: Filesize) -> Result<Filesize> {
        let mut rest = &buffer[..];
        let written = self.write_at(WriteAt::Offset(offset), buffer.len(), |piece| {
            let (now, later) = rest.split_at(piece.len());
            piece.copy_from_slice(now);
            rest = later;
        })?;
        Ok(written.len as u64)
    }

    fn read_directory(&self) -> Result<DirectoryEntryStream> {
        let listing = self.read_dir()?;
        Ok(DirectoryEntryStream::new(Entries::new(listing)))
    }

    fn sync(&self) -> Result {
        Ok(fs_core::Descriptor::sync(self, SyncLevel::All)?)
    }

    fn create_directory_at(&self, path: String) -> Result {
        Ok(fs_core::Descriptor::create_directory_at(self, &path)?)
    }

    fn stat(&self) -> Result<DescriptorStat> {
        Ok(fs_core::Descriptor::stat(self)?.into())
    }

    fn stat_at(&self, at: PathFlags, path: String) -> Result<DescriptorStat> {
        Ok(fs_core::Descriptor::stat_at(self, at.into(), &path)?.into())
    }

    fn set_times_at(
        &self,
        at: PathFlags,
        path: String,
        access: NewTimestamp,
        modification: NewTimestamp,
    ) -> Result {
        set_times(self, Target::At(at.into(), &path), access, modification)
    }

    fn link_at(
        &self,
        at: PathFlags,
        old_path: String,
        new_directory: DescriptorBorrow<'_>,
        new_path: String,
    ) -> Result {
        let new_directory = new_directory.get::<Self>();
        Ok(fs_core::Descriptor::link_at(
            self,
            at.into(),
            &old_path,
            new_directory,
            &new_path,
        )?)
    }

    fn open_at(
        &self,
        at: PathFlags,
        path: String,
        open: OpenFlags,
        access: DescriptorFlags,
    ) -> Result<Descriptor> {
        let opened =
            fs_core::Descriptor::open_at(self, at.into(), &path, open.into(), access.into())?;
        Ok(Descriptor::new(opened))
    }

    fn readlink_at(&self, path: String) -> Result<String> {
        Ok(fs_core::Descriptor::readlink_at(self, &path)?)
    }

    fn remove_directory_at(&self, path: String) -> Result {
        Ok(self.remove_at(&path, Remove::Directory)?)
    }

    fn rename_at(
        &self,
        old_path: String,
        new_directory: DescriptorBorrow<'_>,
        new_path: String,
    ) -> Result {
        let new_directory = new_directory.get::<Self>();
        Ok(fs_core::Descriptor::rename_at(
            self,
            &old_path,
            new_directory,
            &new_path,
        )?)
    }

    fn symlink_at(&self, target: String, path: String) -> Result {
        Ok(fs_core::Descriptor::symlink_at(self, &target, &path)?)
    }

    fn unlink_file_at(&self, path: String) -> Result {
        Ok(self.remove_at(&path, Remove::File)?)
    }

    fn is_same_object(&self, other: DescriptorBorrow<'_>) -> bool {
        fs_core::Descriptor::is_same_object(self, other.get::<Self>())
    }

    fn metadata_hash(&self) -> Result<MetadataHashValue> {
        Ok(fs_core::Descriptor::stat(self)?.metadata_hash().into())
    }

    fn metadata_hash_at(&self, at: PathFlags, path: String) -> Result<MetadataHashValue> {
        let stat = fs_core::Descriptor::stat_at(self, at.into(), &path)?;
        Ok(stat.metadata_hash().into())
    }
}

fn write_via_stream<D>(file: &D, at: WriteAt) -> Result<OutputStream>
where
    D: fs_core::Descriptor + 'static,
{
    let writer = Writer::new(file.clone(), at)?;
    Ok(OutputStream::new(Output::File(RefCell::new(writer))))
}

fn set_times(
    file: &impl fs_core::Descriptor,
    target: Target<'_>,
    access: NewTimestamp,
    modification: NewTimestamp,
) -> Result {
    Ok(file.set_times_at(target, access.try_into()?, modification.try_into()?)?)
}
