//! Reading and writing files.

use fs_core::{Limits, MemFs};
use preview1::{Errno, Fd, Ptr};
use proptest::prelude::*;

use crate::guest::{APPEND, DATA, Guest, INPUT, MEMORY, READ, RESULT, ROOT, SET, Ticking, WRITE};
use crate::script::Script;

#[test]
fn every_buffer_of_a_list_is_used() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"");
    assert_eq!(guest.writev(fd, &[b"ab", b"", b"cde", b"f"]), Ok(6));
    assert_eq!(guest.preadv(fd, &[1, 0, 4, 5], 0).unwrap().len(), 6);
    assert_eq!(guest.get(DATA, 1), b"a");
    guest.seek(fd, 0, SET).unwrap();
    assert_eq!(guest.readv(fd, &[3, 3]).unwrap(), b"abcdef");
    assert_eq!(guest.tell(fd), Ok(6));
}

#[test]
fn lists_of_any_length_up_to_1024_are_taken() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"");
    for count in [1, 7, 8, 9, 100, 1024] {
        guest.set_size(fd, 0).unwrap();
        guest.seek(fd, 0, SET).unwrap();
        let pieces: Vec<[u8; 1]> = (0..count).map(|index| [index as u8]).collect();
        let pieces: Vec<&[u8]> = pieces.iter().map(|piece| &piece[..]).collect();
        assert_eq!(guest.writev(fd, &pieces), Ok(count as u32));
        let lens = vec![1; count];
        assert_eq!(guest.preadv(fd, &lens, 0).unwrap(), pieces.concat());
    }
    assert_eq!(guest.readv(fd, &[0; 1025]), Err(Errno::INVAL));
}

#[test]
fn a_list_may_be_overwritten_by_what_is_read() {
    let mut guest = Guest::new();
    let fd = guest.create("file", &[0xee; 64]);
    let list = [INPUT.0, 16, INPUT.0 + 100, 20].map(u32::to_le_bytes);
    guest.put(INPUT, list.as_flattened());
    guest
        .call(|c, m| c.fd_read(m, fd, INPUT, 2, RESULT))
        .unwrap();
    assert_eq!(guest.u32_at(RESULT), 36);
    assert_eq!(guest.get(INPUT, 16), [0xee; 16]);
    assert_eq!(guest.get(Ptr(INPUT.0 + 100), 20), [0xee; 20]);
}

#[test]
fn reads_and_writes_share_one_position() {
    let mut guest = Guest::new();
    let fd = guest.create("file", &[1; 50]);
    assert_eq!(guest.read(fd, 50).unwrap(), [1; 50]);
    assert_eq!(guest.read(fd, 50).unwrap(), b"");
    assert_eq!(guest.write(fd, &[2; 25]), Ok(25));
    assert_eq!(guest.stat(fd).unwrap().size, 75);
    assert_eq!(guest.tell(fd), Ok(75));
}

#[test]
fn interleaved_reads_and_writes_need_no_seek() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"abcdef");
    assert_eq!(guest.write(fd, b"W"), Ok(1));
    assert_eq!(guest.read(fd, 1).unwrap(), b"b");
    assert_eq!(guest.write(fd, b"Z"), Ok(1));
    assert_eq!(guest.read(fd, 1).unwrap(), b"d");
    assert_eq!(guest.content("file"), b"WbZdef");
}

#[test]
fn a_write_is_seen_through_other_descriptors_at_once() {
    let mut guest = Guest::new();
    let writer = guest.create("file", b"");
    let reader = guest.open("file").now().unwrap();
    guest.write(writer, b"1").unwrap();
    assert_eq!(guest.read(reader, 9).unwrap(), b"1");
    guest.write(writer, b"23").unwrap();
    assert_eq!(guest.read(reader, 9).unwrap(), b"23");
}

#[test]
fn a_read_at_the_end_gives_nothing_and_touches_nothing() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"abc");
    guest.put(DATA, &[0x55; 16]);
    assert_eq!(guest.pread(fd, 8, 1).unwrap(), b"bc");
    assert_eq!(guest.get(Ptr(DATA.0 + 2), 14), [0x55; 14]);
    for offset in [3, 4, 1 << 40, i64::MAX as u64] {
        assert_eq!(guest.pread(fd, 8, offset).unwrap(), b"");
    }
    guest.seek(fd, 100, SET).unwrap();
    assert_eq!(guest.read(fd, 8).unwrap(), b"");
    assert_eq!(guest.tell(fd), Ok(100));
}

#[test]
fn an_offset_that_is_negative_as_an_off_t_is_invalid() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"abc");
    for offset in [1 << 63, u64::MAX] {
        assert_eq!(guest.pread(fd, 1, offset), Err(Errno::INVAL));
        assert_eq!(guest.pwrite(fd, b"x", offset), Err(Errno::INVAL));
    }
    assert_eq!(guest.content("file"), b"abc");
}

#[test]
fn a_write_past_the_end_fills_the_gap_with_zeros() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"ab");
    guest.seek(fd, 50, SET).unwrap();
    assert_eq!(guest.write(fd, b"x"), Ok(1));
    assert_eq!(guest.stat(fd).unwrap().size, 51);
    assert_eq!(guest.tell(fd), Ok(51));
    let content = guest.content("file");
    assert_eq!(&content[..3], b"ab\0");
    assert_eq!(content[3..50], [0; 47]);
}

#[test]
fn a_write_of_nothing_changes_neither_size_nor_position() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"ab");
    guest.seek(fd, 50, SET).unwrap();
    let before = guest.stat(fd).unwrap();
    assert_eq!(guest.write(fd, b""), Ok(0));
    assert_eq!(guest.writev(fd, &[]), Ok(0));
    assert_eq!(guest.pwrite(fd, b"", 70), Ok(0));
    guest.set_flags(fd, APPEND).unwrap();
    assert_eq!(guest.write(fd, b""), Ok(0));
    assert_eq!(guest.tell(fd), Ok(50));
    assert_eq!(guest.stat(fd).unwrap(), before);
}

#[test]
fn reads_and_writes_at_an_offset_leave_the_position() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"0123456789");
    guest.seek(fd, 4, SET).unwrap();
    assert_eq!(guest.pread(fd, 3, 1).unwrap(), b"123");
    assert_eq!(guest.pwrite(fd, b"xyz", 12), Ok(3));
    assert_eq!(guest.tell(fd), Ok(4));
    assert_eq!(guest.content("file"), b"0123456789\0\0xyz");
}

#[test]
fn appending_goes_to_the_end_and_takes_the_position_there() {
    let mut guest = Guest::new();
    guest.touch("file");
    let fd = guest
        .open("file")
        .rights(READ | WRITE)
        .flags(APPEND)
        .now()
        .unwrap();
    assert_eq!(guest.write(fd, b"ab"), Ok(2));
    guest.seek(fd, 0, SET).unwrap();
    assert_eq!(guest.writev(fd, &[b"c", b"d"]), Ok(2));
    assert_eq!(guest.tell(fd), Ok(4));
    let other = guest.open("file").rights(WRITE).now().unwrap();
    guest.pwrite(other, b"efgh", 4).unwrap();
    assert_eq!(guest.write(fd, b"i"), Ok(1));
    assert_eq!(guest.tell(fd), Ok(9));
    assert_eq!(guest.content("file"), b"abcdefghi");
}

#[test]
fn append_set_later_holds_for_the_very_next_write() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"");
    guest.write(fd, b"abc").unwrap();
    guest.seek(fd, 0, SET).unwrap();
    guest.set_flags(fd, APPEND).unwrap();
    guest.write(fd, b"de").unwrap();
    guest.set_flags(fd, 0).unwrap();
    guest.seek(fd, 0, SET).unwrap();
    guest.write(fd, b"A").unwrap();
    assert_eq!(guest.content("file"), b"Abcde");
}

#[test]
fn a_write_at_an_offset_of_an_appending_descriptor_appends_and_leaves_the_position() {
    let mut guest = Guest::new();
    guest.create("file", b"1234");
    let fd = guest
        .open("file")
        .rights(READ | WRITE)
        .flags(APPEND)
        .now()
        .unwrap();
    guest.seek(fd, 1, SET).unwrap();
    assert_eq!(guest.pwrite(fd, b"567", 0), Ok(3));
    assert_eq!(guest.tell(fd), Ok(1));
    assert_eq!(guest.content("file"), b"1234567");
}

#[test]
fn a_directory_is_not_read_or_written() {
    let mut guest = Guest::new();
    assert_eq!(guest.read(ROOT, 1), Err(Errno::ISDIR));
    assert_eq!(guest.pread(ROOT, 1, 0), Err(Errno::ISDIR));
    assert_eq!(guest.write(ROOT, b"x"), Err(Errno::BADF));
    assert_eq!(guest.pwrite(ROOT, b"x", 0), Err(Errno::BADF));
}

#[test]
fn a_full_file_system_takes_what_fits_then_nothing() {
    let limits = Limits {
        bytes: 100_000,
        ..Limits::default()
    };
    let fs = MemFs::builder(Ticking::new())
        .limits(limits)
        .build()
        .unwrap();
    let mut guest = Guest::with(&fs, Script::default());
    let fd = guest.create("file", b"");
    let mut total = 0;
    let full = loop {
        match guest.write(fd, &[7; 30_000]) {
            Ok(count) => total += u64::from(count),
            Err(error) => break error,
        }
        assert_eq!(guest.tell(fd), Ok(total));
    };
    assert_eq!(full, Errno::NOSPC);
    assert_eq!(guest.stat(fd).unwrap().size, total);
    assert_eq!(guest.tell(fd), Ok(total));
}

#[test]
fn the_whole_memory_is_written_and_read_back() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"");
    let at = |guest: &mut Guest, start: u32, len: u32| {
        guest.put(INPUT, [start, len].map(u32::to_le_bytes).as_flattened());
    };
    at(&mut guest, 0, MEMORY);
    let before = guest.memory.clone();
    guest
        .call(|c, m| c.fd_write(m, fd, INPUT, 1, RESULT))
        .unwrap();
    assert_eq!(guest.u32_at(RESULT), MEMORY);
    guest.seek(fd, 0, SET).unwrap();
    guest
        .call(|c, m| c.fd_read(m, fd, INPUT, 1, RESULT))
        .unwrap();
    assert_eq!(guest.u32_at(RESULT), MEMORY);
    guest.put(RESULT, &before[RESULT.0 as usize..][..4]);
    assert!(guest.memory == before);
}

/// A read or write of a list of buffers at an offset.
#[derive(Clone, Debug)]
enum Transfer {
    Read {
        offset: u64,
        lens: Vec<usize>,
    },
    Write {
        offset: u64,
        lens: Vec<usize>,
        seed: u8,
    },
    Append {
        lens: Vec<usize>,
        seed: u8,
    },
}

fn transfer() -> impl Strategy<Value = Transfer> {
    let offset = prop_oneof![0..300u64, 60_000..70_000u64];
    let len = prop_oneof![4 => 0..40usize, 1 => 0..9_000usize];
    let lens = prop::collection::vec(len, 0..14);
    prop_oneof![
        (offset.clone(), lens.clone()).prop_map(|(offset, lens)| Transfer::Read { offset, lens }),
        (offset, lens.clone(), any::<u8>()).prop_map(|(offset, lens, seed)| Transfer::Write {
            offset,
            lens,
            seed
        }),
        (lens, any::<u8>()).prop_map(|(lens, seed)| Transfer::Append { lens, seed }),
    ]
}

/// Pieces of these lengths, each byte different from its neighbours.
fn pieces(lens: &[usize], seed: u8) -> Vec<Vec<u8>> {
    let mut next = seed;
    let mut byte = || {
        next = next.wrapping_mul(5).wrapping_add(113);
        next
    };
    let piece = |&len: &usize| (0..len).map(|_| byte()).collect();
    lens.iter().map(piece).collect()
}

fn write_to_model(model: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    let end = offset + bytes.len();
    model.resize(model.len().max(end), 0);
    model[offset..end].copy_from_slice(bytes);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lists_of_buffers_move_the_bytes_of_a_flat_file(
        transfers in prop::collection::vec(transfer(), 1..20),
    ) {
        let mut guest = Guest::new();
        let fd = guest.create("file", b"");
        let appending = guest.open("file").rights(WRITE).flags(APPEND).now().unwrap();
        let mut model: Vec<u8> = Vec::new();
        for transfer in transfers {
            match transfer {
                Transfer::Read { offset, lens } => {
                    let start = model.len().min(offset as usize);
                    let end = model.len().min(start + lens.iter().sum::<usize>());
                    prop_assert_eq!(guest.preadv(fd, &lens, offset).unwrap(), &model[start..end]);
                }
                Transfer::Write { offset, lens, seed } => {
                    let bytes = write(&mut guest, fd, Some(offset), &lens, seed);
                    write_to_model(&mut model, offset as usize, &bytes);
                }
                Transfer::Append { lens, seed } => {
                    let bytes = write(&mut guest, appending, None, &lens, seed);
                    model.extend_from_slice(&bytes);
                }
            }
            prop_assert_eq!(guest.stat(fd).unwrap().size, model.len() as u64);
        }
        for (index, piece) in model.chunks(50_000).enumerate() {
            let offset = 50_000 * index as u64;
            prop_assert_eq!(guest.pread(fd, 50_000, offset).unwrap(), piece);
        }
    }
}

fn write(guest: &mut Guest, fd: Fd, offset: Option<u64>, lens: &[usize], seed: u8) -> Vec<u8> {
    let pieces = pieces(lens, seed);
    let slices: Vec<&[u8]> = pieces.iter().map(|piece| &piece[..]).collect();
    let count = match offset {
        Some(offset) => guest.pwritev(fd, &slices, offset),
        None => guest.writev(fd, &slices),
    };
    let bytes = pieces.concat();
    assert_eq!(count, Ok(bytes.len() as u32));
    bytes
}
