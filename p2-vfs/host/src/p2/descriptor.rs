//! `wasi:filesystem/types` and `wasi:filesystem/preopens`.

use std::vec;

use fs_core::{
    Descriptor, DirEntry, FileSystem, Preopen, Reader, Remove, SyncLevel, Target, WriteAt, Writer,
};
use wasmtime::component::Resource;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, IoError};

use super::VfsCtxView;
use super::bindings::wasi::filesystem::preopens;
use super::bindings::wasi::filesystem::types::{
    self, Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry,
    DirectoryEntryStream, ErrorCode, Filesize, MetadataHashValue, NewTimestamp, OpenFlags,
    PathFlags,
};
use super::convert::Failure;
use super::streams::{FileInput, FileOutput};

type Result<T = ()> = std::result::Result<T, Failure>;

/// A descriptor as the guest holds it.
type Handle = Resource<types::Descriptor>;

/// What is left of a directory as it was when it was opened for reading.
type Entries = vec::IntoIter<DirEntry>;

/// The generated types of resources are names only: what the table holds under a number depends on
/// the file system, and the table checks that it is of the type asked for.
impl<F> VfsCtxView<'_, F>
where
    F: FileSystem<Descriptor: Send + 'static> + 'static,
{
    fn file(&self, handle: &Handle) -> Result<&F::Descriptor> {
        Ok(self.table.get(&Resource::new_borrow(handle.rep()))?)
    }

    fn files(&self, one: &Handle, other: &Handle) -> Result<[&F::Descriptor; 2]> {
        Ok([self.file(one)?, self.file(other)?])
    }

    fn push(&mut self, descriptor: F::Descriptor) -> Result<Handle> {
        Ok(Resource::new_own(self.table.push(descriptor)?.rep()))
    }

    fn push_writer(&mut self, handle: &Handle, at: WriteAt) -> Result<Resource<DynOutputStream>> {
        let writer = Writer::new(self.file(handle)?.clone(), at)?;
        let stream: DynOutputStream = Box::new(FileOutput(writer));
        Ok(self.table.push(stream)?)
    }

    fn set_times_of(
        &self,
        handle: &Handle,
        target: Target<'_>,
        access: NewTimestamp,
        modification: NewTimestamp,
    ) -> Result {
        let (access, modification) = (access.try_into()?, modification.try_into()?);
        Ok(self
            .file(handle)?
            .set_times_at(target, access, modification)?)
    }
}

impl<F> preopens::Host for VfsCtxView<'_, F>
where
    F: FileSystem<Descriptor: Send + 'static> + 'static,
{
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Handle, String)>> {
        let mut directories = Vec::new();
        for Preopen { descriptor, name } in self.ctx.preopens.clone() {
            let handle = Resource::new_own(self.table.push(descriptor)?.rep());
            directories.push((handle, name));
        }
        Ok(directories)
    }
}

impl<F> types::Host for VfsCtxView<'_, F>
where
    F: FileSystem<Descriptor: Send + 'static> + 'static,
{
    fn convert_error_code(&mut self, failure: Failure) -> wasmtime::Result<ErrorCode> {
        match failure {
            Failure::Code(code) => Ok(code.into()),
            Failure::Trap(error) => Err(error),
        }
    }

    fn filesystem_error_code(
        &mut self,
        error: Resource<IoError>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        Ok(self.table.get(&error)?.downcast_ref().copied())
    }
}

impl<F> types::HostDescriptor for VfsCtxView<'_, F>
where
    F: FileSystem<Descriptor: Send + 'static> + 'static,
{
    fn read_via_stream(
        &mut self,
        file: Handle,
        offset: Filesize,
    ) -> Result<Resource<DynInputStream>> {
        let reader = Reader::new(self.file(&file)?.clone(), offset)?;
        let stream: DynInputStream = Box::new(FileInput(reader));
        Ok(self.table.push(stream)?)
    }

    fn write_via_stream(
        &mut self,
        file: Handle,
        offset: Filesize,
    ) -> Result<Resource<DynOutputStream>> {
        self.push_writer(&file, WriteAt::Offset(offset))
    }

    fn append_via_stream(&mut self, file: Handle) -> Result<Resource<DynOutputStream>> {
        self.push_writer(&file, WriteAt::End)
    }

    fn advise(&mut self, file: Handle, offset: Filesize, len: Filesize, _: Advice) -> Result {
        Ok(self.file(&file)?.advise(offset, len)?)
    }

    fn sync_data(&mut self, file: Handle) -> Result {
        Ok(self.file(&file)?.sync(SyncLevel::Data)?)
    }

    fn get_flags(&mut self, file: Handle) -> Result<DescriptorFlags> {
        Ok(self.file(&file)?.flags().into())
    }

    fn get_type(&mut self, file: Handle) -> Result<DescriptorType> {
        Ok(self.file(&file)?.stat()?.file_type.into())
    }

    fn set_size(&mut self, file: Handle, size: Filesize) -> Result {
        Ok(self.file(&file)?.set_size(size)?)
    }

    fn set_times(
        &mut self,
        file: Handle,
        access: NewTimestamp,
        modification: NewTimestamp,
    ) -> Result {
        self.set_times_of(&file, Target::This, access, modification)
    }

    fn read(&mut self, file: Handle, len: Filesize, offset: Filesize) -> Result<(Vec<u8>, bool)> {
        Ok(self.file(&file)?.read_piece(offset, len)?)
    }

    fn write(&mut self, file: Handle, bytes: Vec<u8>, offset: Filesize) -> Result<Filesize> {
        let file = self.file(&file)?;
        Ok(file.write_slice(WriteAt::Offset(offset), &bytes)?.len as u64)
    }

    fn read_directory(&mut self, directory: Handle) -> Result<Resource<DirectoryEntryStream>> {
        let entries: Entries = self.file(&directory)?.read_dir()?.entries.into_iter();
        Ok(Resource::new_own(self.table.push(entries)?.rep()))
    }

    fn sync(&mut self, file: Handle) -> Result {
        Ok(self.file(&file)?.sync(SyncLevel::All)?)
    }

    fn create_directory_at(&mut self, directory: Handle, path: String) -> Result {
        Ok(self.file(&directory)?.create_directory_at(&path)?)
    }

    fn stat(&mut self, file: Handle) -> Result<DescriptorStat> {
        Ok(self.file(&file)?.stat()?.into())
    }

    fn stat_at(
        &mut self,
        directory: Handle,
        at: PathFlags,
        path: String,
    ) -> Result<DescriptorStat> {
        Ok(self.file(&directory)?.stat_at(at.into(), &path)?.into())
    }

    fn set_times_at(
        &mut self,
        directory: Handle,
        at: PathFlags,
        path: String,
        access: NewTimestamp,
        modification: NewTimestamp,
    ) -> Result {
        let target = Target::At(at.into(), &path);
        self.set_times_of(&directory, target, access, modification)
    }

    fn link_at(
        &mut self,
        old: Handle,
        at: PathFlags,
        old_path: String,
        new: Handle,
        new_path: String,
    ) -> Result {
        let [old, new] = self.files(&old, &new)?;
        Ok(old.link_at(at.into(), &old_path, new, &new_path)?)
    }

    fn open_at(
        &mut self,
        directory: Handle,
        at: PathFlags,
        path: String,
        open: OpenFlags,
        access: DescriptorFlags,
    ) -> Result<Handle> {
        let directory = self.file(&directory)?;
        let opened = directory.open_at(at.into(), &path, open.into(), access.into())?;
        self.push(opened)
    }

    fn readlink_at(&mut self, directory: Handle, path: String) -> Result<String> {
        Ok(self.file(&directory)?.readlink_at(&path)?)
    }

    fn remove_directory_at(&mut self, directory: Handle, path: String) -> Result {
        Ok(self.file(&directory)?.remove_at(&path, Remove::Directory)?)
    }

    fn rename_at(
        &mut self,
        old: Handle,
        old_path: String,
        new: Handle,
        new_path: String,
    ) -> Result {
        let [old, new] = self.files(&old, &new)?;
        Ok(old.rename_at(&old_path, new, &new_path)?)
    }

    fn symlink_at(&mut self, directory: Handle, target: String, path: String) -> Result {
        Ok(self.file(&directory)?.symlink_at(&target, &path)?)
    }

    fn unlink_file_at(&mut self, directory: Handle, path: String) -> Result {
        Ok(self.file(&directory)?.remove_at(&path, Remove::File)?)
    }

    fn is_same_object(&mut self, one: Handle, other: Handle) -> wasmtime::Result<bool> {
        match self.files(&one, &other) {
            Ok([one, other]) => Ok(one.is_same_object(other)),
            Err(Failure::Trap(error)) => Err(error),
            Err(Failure::Code(_)) => Ok(false),
        }
    }

    fn metadata_hash(&mut self, file: Handle) -> Result<MetadataHashValue> {
        Ok(self.file(&file)?.stat()?.metadata_hash().into())
    }

    fn metadata_hash_at(
        &mut self,
        directory: Handle,
        at: PathFlags,
        path: String,
    ) -> Result<MetadataHashValue> {
        let stat = self.file(&directory)?.stat_at(at.into(), &path)?;
        Ok(stat.metadata_hash().into())
    }

    fn drop(&mut self, file: Handle) -> wasmtime::Result<()> {
        let file: Resource<F::Descriptor> = Resource::new_own(file.rep());
        self.table.delete(file)?;
        Ok(())
    }
}

impl<F> types::HostDirectoryEntryStream for VfsCtxView<'_, F>
where
    F: FileSystem<Descriptor: Send + 'static> + 'static,
{
    fn read_directory_entry(
        &mut self,
        stream: Resource<DirectoryEntryStream>,
    ) -> Result<Option<DirectoryEntry>> {
        let stream: Resource<Entries> = Resource::new_borrow(stream.rep());
        let entry = self.table.get_mut(&stream)?.next();
        Ok(entry.map(|entry| DirectoryEntry {
            type_: entry.file_type.into(),
            name: entry.name,
        }))
    }

    fn drop(&mut self, stream: Resource<DirectoryEntryStream>) -> wasmtime::Result<()> {
        let stream: Resource<Entries> = Resource::new_own(stream.rep());
        self.table.delete(stream)?;
        Ok(())
    }
}
