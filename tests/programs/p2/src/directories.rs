//! Names: the methods of `descriptor` on directories, and preopens.

use crate::bindings::wasi::cli::environment;
use crate::bindings::wasi::filesystem::preopens;
use crate::bindings::wasi::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorType, ErrorCode, OpenFlags, PathFlags,
};
use crate::{Outcome, expect, open, root};

pub(crate) fn all() -> Outcome {
    let root = root();
    expect!(root.create_directory_at("d") == Ok(()));
    expect!(root.create_directory_at("d") == Err(ErrorCode::Exist));
    // Without mutate-directory, as the libraries of languages open directories.
    let access = DescriptorFlags::READ;
    let directory = root
        .open_at(PathFlags::empty(), "d", OpenFlags::DIRECTORY, access)
        .map_err(|_| "a directory")?;
    names(&directory)?;
    listing(&directory)?;
    escapes(&directory)?;
    expect!(root.remove_directory_at("d") == Err(ErrorCode::NotEmpty));
    Ok(())
}

fn names(directory: &Descriptor) -> Outcome {
    open(directory, "a", OpenFlags::CREATE).map_err(|_| "a")?;
    let exclusive = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    expect!(open(directory, "a", exclusive).err() == Some(ErrorCode::Exist));
    expect!(open(directory, "absent", OpenFlags::empty()).err() == Some(ErrorCode::NoEntry));
    expect!(directory.symlink_at("a", "link") == Ok(()));
    expect!(directory.readlink_at("link") == Ok("a".to_owned()));
    expect!(directory.readlink_at("a") == Err(ErrorCode::Invalid));
    expect!(directory.symlink_at("/a", "absolute") == Err(ErrorCode::NotPermitted));
    let kept = directory.open_at(
        PathFlags::empty(),
        "link",
        OpenFlags::empty(),
        DescriptorFlags::READ,
    );
    expect!(kept.err() == Some(ErrorCode::Loop));
    let stat = directory.stat_at(PathFlags::empty(), "link");
    expect!(stat.map(|stat| stat.type_) == Ok(DescriptorType::SymbolicLink));
    let stat = directory.stat_at(PathFlags::SYMLINK_FOLLOW, "link");
    expect!(stat.map(|stat| stat.type_) == Ok(DescriptorType::RegularFile));
    expect!(directory.rename_at("a", directory, "b") == Ok(()));
    expect!(directory.rename_at("a", directory, "c") == Err(ErrorCode::NoEntry));
    let removed = open(directory, "b", OpenFlags::empty()).map_err(|_| "b")?;
    expect!(removed.write(b"content", 0) == Ok(7));
    expect!(directory.unlink_file_at("b") == Ok(()));
    expect!(directory.unlink_file_at("b") == Err(ErrorCode::NoEntry));
    expect!(removed.read(100, 0) == Ok((b"content".to_vec(), true)));
    expect!(directory.unlink_file_at(".") == Err(ErrorCode::IsDirectory));
    expect!(directory.remove_directory_at("link") == Err(ErrorCode::NotDirectory));
    Ok(())
}

fn listing(directory: &Descriptor) -> Outcome {
    for name in ["one", "two"] {
        open(directory, name, OpenFlags::CREATE).map_err(|_| "a file")?;
    }
    let entries = directory.read_directory().map_err(|_| "read-directory")?;
    let mut found = Vec::new();
    while let Some(entry) = entries.read_directory_entry().map_err(|_| "an entry")? {
        // The entries are those of the moment of opening.
        expect!(directory.unlink_file_at(&entry.name) == Ok(()));
        open(directory, &(entry.name.clone() + "+"), OpenFlags::CREATE).map_err(|_| "a file")?;
        found.push((entry.name, entry.type_));
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    let expected = [
        ("link".to_owned(), DescriptorType::SymbolicLink),
        ("one".to_owned(), DescriptorType::RegularFile),
        ("two".to_owned(), DescriptorType::RegularFile),
    ];
    expect!(found == expected);
    let file = open(directory, "one+", OpenFlags::empty()).map_err(|_| "one+")?;
    expect!(file.read_directory().err() == Some(ErrorCode::NotDirectory));
    expect!(open(&file, "x", OpenFlags::CREATE).err() == Some(ErrorCode::NotDirectory));
    Ok(())
}

fn escapes(directory: &Descriptor) -> Outcome {
    let opened = |path: &str| open(directory, path, OpenFlags::CREATE).err();
    for path in ["/a", "..", "../a", "x/../../a", "../d/one+"] {
        expect!(matches!(
            opened(path),
            Some(ErrorCode::NotPermitted | ErrorCode::NoEntry)
        ));
    }
    expect!(opened("../a") == Some(ErrorCode::NotPermitted));
    expect!(opened("") == Some(ErrorCode::NoEntry));
    expect!(opened("a\0b") == Some(ErrorCode::Invalid));
    expect!(opened(&"n".repeat(256)) == Some(ErrorCode::NameTooLong));
    Ok(())
}

/// The program was started in a working directory.
pub(crate) fn working_directory(directory: &str) -> Outcome {
    expect!(environment::initial_cwd().as_deref() == Some(directory));
    let variables = environment::get_environment();
    expect!(variables.contains(&("PWD".to_owned(), directory.to_owned())));
    let preopens = preopens::get_directories();
    expect!(preopens.iter().any(|(_, name)| name == "/"));
    let here = preopens.iter().find(|(_, name)| name == ".");
    let (here, _) = here.ok_or("a preopen for relative paths")?;
    let there = root()
        .open_at(
            PathFlags::empty(),
            directory.trim_start_matches('/'),
            OpenFlags::DIRECTORY,
            DescriptorFlags::READ,
        )
        .map_err(|_| "the directory")?;
    expect!(here.is_same_object(&there));
    Ok(())
}

/// The program was given no directory.
pub(crate) fn nothing() -> Outcome {
    expect!(preopens::get_directories().is_empty());
    expect!(environment::initial_cwd().is_none());
    Ok(())
}
