//! Pointers and lengths that leave the memory.

use preview1::{Errno, Ptr, Result};

use crate::guest::{DATA, Guest, INPUT, MEMORY, READ, RESULT, ROOT, SET, WRITE};

fn read_into(guest: &mut Guest, buffer: u32, len: u32) -> Result {
    let fd = guest.open("file").now().unwrap();
    guest.put(INPUT, [buffer, len].map(u32::to_le_bytes).as_flattened());
    let answer = guest.call(|c, m| c.fd_read(m, fd, INPUT, 1, RESULT));
    guest.close(fd).unwrap();
    answer
}

#[test]
fn a_buffer_must_lie_inside_the_memory() {
    let mut guest = Guest::new();
    guest.create("file", b"0123456789");
    assert_eq!(read_into(&mut guest, MEMORY - 10, 10), Ok(()));
    assert_eq!(guest.get(Ptr(MEMORY - 10), 10), b"0123456789");
    for (buffer, len) in [
        (MEMORY - 9, 10),
        (MEMORY, 1),
        (MEMORY + 1, 0),
        (u32::MAX, 1),
        (u32::MAX, u32::MAX),
        (1, u32::MAX),
    ] {
        let before = guest.memory.clone();
        assert_eq!(read_into(&mut guest, buffer, len), Err(Errno::FAULT));
        assert_eq!(
            guest.memory[MEMORY as usize / 2..],
            before[MEMORY as usize / 2..]
        );
    }
}

#[test]
fn a_list_must_lie_inside_the_memory_even_if_it_is_empty() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"0123456789");
    for (list, count) in [(MEMORY - 7, 1), (MEMORY + 1, 0), (u32::MAX, 0), (8, 1024)] {
        let list = Ptr(list);
        let expected = if list == Ptr(8) {
            Ok(())
        } else {
            Err(Errno::FAULT)
        };
        guest.memory[..16384].fill(0);
        let answer = guest.call(|c, m| c.fd_read(m, fd, list, count, Ptr(0x8000)));
        assert_eq!(answer, expected);
    }
}

#[test]
fn one_bad_buffer_of_many_and_nothing_is_moved() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"0123456789");
    let list = [DATA.0, 4, u32::MAX - 3, 8].map(u32::to_le_bytes);
    guest.put(INPUT, list.as_flattened());
    let before = guest.memory.clone();
    let answers = guest.call(|c, m| {
        [
            c.fd_read(m, fd, INPUT, 2, RESULT),
            c.fd_write(m, fd, INPUT, 2, RESULT),
            c.fd_pread(m, fd, INPUT, 2, 0, RESULT),
            c.fd_pwrite(m, fd, INPUT, 2, 0, RESULT),
        ]
    });
    assert_eq!(answers, [Err(Errno::FAULT); 4]);
    assert!(guest.memory == before);
    assert_eq!(guest.tell(fd), Ok(0));
    assert_eq!(guest.content("file"), b"0123456789");
}

#[test]
fn a_result_without_a_place_is_found_before_anything_happens() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"0123456789");
    guest.seek(fd, 2, SET).unwrap();
    let (path, len) = guest.put_path("new");
    let nowhere = Ptr(MEMORY - 3);
    let answers = guest.call(|c, m| {
        [
            c.path_open(m, ROOT, 0, path, len, 1, READ | WRITE, 0, 0, nowhere),
            c.fd_seek(m, fd, 5, 0, nowhere),
            c.fd_tell(m, fd, nowhere),
            c.fd_filestat_get(m, fd, Ptr(MEMORY - 63)),
            c.fd_fdstat_get(m, fd, Ptr(MEMORY - 23)),
            c.fd_prestat_get(m, ROOT, Ptr(MEMORY - 7)),
            c.fd_readdir(m, ROOT, DATA, 100, 0, nowhere),
            c.path_readlink(m, ROOT, path, len, DATA, 10, nowhere),
            c.path_filestat_get(m, ROOT, 0, path, len, Ptr(MEMORY - 63)),
        ]
    });
    assert_eq!(answers, [Err(Errno::FAULT); 9]);
    assert_eq!(guest.lstat("new"), Err(Errno::NOENT));
    assert_eq!(guest.tell(fd), Ok(2));
}

#[test]
fn a_record_may_end_with_the_memory() {
    let mut guest = Guest::new();
    let last = guest.call(|c, m| c.fd_filestat_get(m, ROOT, Ptr(MEMORY - 64)));
    assert_eq!(last, Ok(()));
}
