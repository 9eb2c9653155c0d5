//! The methods of `descriptor` on files.

use crate::bindings::wasi::clocks::wall_clock::{self, Datetime};
use crate::bindings::wasi::filesystem::types::{
    Advice, DescriptorFlags, DescriptorType, ErrorCode, NewTimestamp, OpenFlags, PathFlags,
};
use crate::{Outcome, expect, open, root};

pub(crate) fn all() -> Outcome {
    positions()?;
    attributes()?;
    times()?;
    access()
}

fn positions() -> Outcome {
    let root = root();
    let file = open(&root, "positions", OpenFlags::CREATE).map_err(|_| "positions")?;
    expect!(file.write(b"hello", 3) == Ok(5));
    expect!(file.read(100, 0) == Ok((b"\0\0\0hello".to_vec(), true)));
    expect!(file.read(2, 3) == Ok((b"he".to_vec(), false)));
    // What got nothing is at the end, or it would be asked again for ever.
    expect!(file.read(10, 8) == Ok((Vec::new(), true)));
    expect!(file.read(0, 0) == Ok((Vec::new(), true)));
    expect!(file.read(u64::MAX, 1 << 62) == Ok((Vec::new(), true)));
    expect!(file.read(1, 1 << 63) == Err(ErrorCode::Invalid));
    expect!(file.set_size(1 << 43) == Ok(()));
    let (zeros, end) = file.read(u64::MAX, 0).map_err(|_| "a sparse file")?;
    expect!(zeros.len() == 64 << 20 && !end);
    expect!(file.set_size(4) == Ok(()));
    expect!(file.read(u64::MAX, 0) == Ok((b"\0\0\0h".to_vec(), true)));
    expect!(file.write(b"x", 1 << 50) == Err(ErrorCode::FileTooLarge));
    expect!(file.sync() == Ok(()) && file.sync_data() == Ok(()));
    for advice in [Advice::Normal, Advice::DontNeed, Advice::WillNeed] {
        expect!(file.advise(0, 0, advice) == Ok(()));
    }
    expect!(root.advise(0, 0, Advice::Normal) == Err(ErrorCode::BadDescriptor));
    Ok(())
}

fn attributes() -> Outcome {
    let root = root();
    let file = open(&root, "attributes", OpenFlags::CREATE).map_err(|_| "attributes")?;
    expect!(file.get_type() == Ok(DescriptorType::RegularFile));
    expect!(root.get_type() == Ok(DescriptorType::Directory));
    expect!(file.get_flags() == Ok(DescriptorFlags::READ | DescriptorFlags::WRITE));
    expect!(root.link_at(PathFlags::empty(), "attributes", &root, "second") == Ok(()));
    let second = open(&root, "second", OpenFlags::empty()).map_err(|_| "second")?;
    expect!(file.is_same_object(&second) && !file.is_same_object(&root));
    let stat = file.stat().map_err(|_| "stat")?;
    expect!(stat.link_count == 2 && stat.size == 0);

    let before = file.metadata_hash().map_err(|_| "metadata-hash")?;
    let at = root.metadata_hash_at(PathFlags::empty(), "second");
    let at = at.map_err(|_| "metadata-hash-at")?;
    expect!((before.lower, before.upper) == (at.lower, at.upper));
    expect!(file.write(b"more", 0) == Ok(4));
    let after = file.metadata_hash().map_err(|_| "metadata-hash")?;
    // Programs take the lower half for the number of the inode.
    expect!(before.lower == after.lower && before.upper != after.upper);
    let other = root.metadata_hash().map_err(|_| "metadata-hash")?;
    expect!(other.lower != after.lower);
    expect!(root.stat_at(PathFlags::empty(), "absent").err() == Some(ErrorCode::NoEntry));
    Ok(())
}

fn times() -> Outcome {
    let root = root();
    let start = seconds_of(wall_clock::now());
    let file = open(&root, "times", OpenFlags::CREATE).map_err(|_| "times")?;
    let stat = file.stat().map_err(|_| "stat")?;
    let modified = stat.data_modification_timestamp.ok_or("a time")?;
    expect!(seconds_of(modified) >= start);

    let chosen = Datetime {
        seconds: 1_000_000_000,
        nanoseconds: 123_456_789,
    };
    let at = NewTimestamp::Timestamp(chosen);
    expect!(file.set_times(at, NewTimestamp::NoChange) == Ok(()));
    expect!(root.set_times_at(PathFlags::empty(), "times", NewTimestamp::NoChange, at) == Ok(()));
    let stat = file.stat().map_err(|_| "stat")?;
    for time in [stat.data_access_timestamp, stat.data_modification_timestamp] {
        let time = time.ok_or("a time")?;
        expect!((time.seconds, time.nanoseconds) == (chosen.seconds, chosen.nanoseconds));
    }
    let late = NewTimestamp::Timestamp(Datetime {
        seconds: u64::MAX,
        nanoseconds: 0,
    });
    expect!(file.set_times(late, NewTimestamp::Now) == Err(ErrorCode::Overflow));
    let odd = NewTimestamp::Timestamp(Datetime {
        seconds: 0,
        nanoseconds: 1_000_000_000,
    });
    expect!(file.set_times(NewTimestamp::Now, odd) == Err(ErrorCode::Invalid));
    Ok(())
}

fn seconds_of(time: Datetime) -> u64 {
    time.seconds
}

fn access() -> Outcome {
    let root = root();
    open(&root, "access", OpenFlags::CREATE).map_err(|_| "access")?;
    let opened = |access| root.open_at(PathFlags::empty(), "access", OpenFlags::empty(), access);
    let reader = opened(DescriptorFlags::READ).map_err(|_| "to read")?;
    expect!(reader.write(b"x", 0) == Err(ErrorCode::BadDescriptor));
    expect!(reader.write_via_stream(0).err() == Some(ErrorCode::BadDescriptor));
    expect!(reader.append_via_stream().err() == Some(ErrorCode::BadDescriptor));
    expect!(reader.set_size(1) == Err(ErrorCode::Invalid));
    let writer = opened(DescriptorFlags::WRITE).map_err(|_| "to write")?;
    expect!(writer.read(1, 0) == Err(ErrorCode::BadDescriptor));
    expect!(writer.read_via_stream(0).err() == Some(ErrorCode::BadDescriptor));
    expect!(root.read(1, 0) == Err(ErrorCode::IsDirectory));
    expect!(root.read_via_stream(0).err() == Some(ErrorCode::IsDirectory));
    Ok(())
}
