//! Reading directories.

use std::collections::BTreeSet;

use preview1::Errno;
use proptest::prelude::*;

use crate::guest::{
    DATA, DIRECTORY_TYPE, Guest, REGULAR_FILE, RESULT, ROOT, STDIN, SYMBOLIC_LINK, dirents,
};

#[test]
fn an_empty_directory_is_itself_and_its_parent() {
    let mut guest = Guest::new();
    guest.mkdir("dir").unwrap();
    let fd = guest.open("dir").now().unwrap();
    let (own, parent) = (guest.stat(fd).unwrap().ino, guest.stat(ROOT).unwrap().ino);
    let entries = guest.list(fd, 4096);
    let shown: Vec<_> = entries
        .iter()
        .map(|entry| (entry.name.as_str(), entry.ino, entry.filetype))
        .collect();
    assert_eq!(
        shown,
        [(".", own, DIRECTORY_TYPE), ("..", parent, DIRECTORY_TYPE)]
    );
}

#[test]
fn the_top_is_its_own_parent() {
    let mut guest = Guest::new();
    let entries = guest.list(ROOT, 4096);
    assert_eq!(entries[0].ino, entries[1].ino);
    assert_ne!(entries[0].ino, 0);
}

#[test]
fn entries_agree_with_a_stat_of_their_names() {
    let mut guest = Guest::new();
    guest.touch("file");
    guest.mkdir("dir").unwrap();
    guest.symlink("file", "link").unwrap();
    let types = [
        ("file", REGULAR_FILE),
        ("dir", DIRECTORY_TYPE),
        ("link", SYMBOLIC_LINK),
    ];
    let entries = guest.list(ROOT, 4096);
    assert_eq!(entries.len(), 5);
    for (name, filetype) in types {
        let entry = entries.iter().find(|entry| entry.name == name).unwrap();
        assert_eq!(entry.filetype, filetype);
        assert_eq!(entry.ino, guest.lstat(name).unwrap().ino);
    }
}

#[test]
fn a_cookie_continues_behind_its_entry() {
    let mut guest = Guest::new();
    for name in ["a", "b", "c"] {
        guest.touch(name);
    }
    let all = guest.list(ROOT, 4096);
    assert_eq!(all[0].next, 1);
    assert_eq!(all[1].next, 2);
    for (index, entry) in all.iter().enumerate() {
        let rest = dirents(&guest.readdir(ROOT, 4096, entry.next).unwrap());
        assert_eq!(rest, all[index + 1..]);
    }
}

#[test]
fn a_cookie_at_or_past_the_end_gives_nothing() {
    let mut guest = Guest::new();
    guest.touch("file");
    for cookie in [3, 4, 1 << 32, u64::MAX - 1, u64::MAX] {
        assert_eq!(guest.readdir(ROOT, 4096, cookie).unwrap(), b"");
    }
}

#[test]
fn the_buffer_is_filled_to_its_last_byte() {
    let mut guest = Guest::new();
    guest.touch("a-name-of-some-length");
    let all = guest.readdir(ROOT, 4096, 0).unwrap();
    for len in 0..all.len() {
        guest.memory.fill(0x5a);
        let part = guest.readdir(ROOT, len as u32, 0).unwrap();
        assert_eq!(part, all[..len]);
        assert_eq!(guest.get(preview1::Ptr(DATA.0 + len as u32), 8), [0x5a; 8]);
    }
}

#[test]
fn a_hundred_files_come_through_256_bytes() {
    let mut guest = Guest::new();
    for file in 0..100 {
        guest.touch(&format!("file.{file}"));
    }
    let entries = guest.list(ROOT, 256);
    assert_eq!(entries.len(), 102);
    let names: BTreeSet<_> = entries.into_iter().map(|entry| entry.name).collect();
    assert_eq!(names.len(), 102);
}

#[test]
fn unlinking_while_reading_removes_every_entry() {
    let mut guest = Guest::new();
    guest.mkdir("dir").unwrap();
    for file in 0..500 {
        guest.touch(&format!("dir/{file}"));
    }
    let fd = guest.open("dir").now().unwrap();
    let mut cookie = 0;
    loop {
        let bytes = guest.readdir(fd, 512, cookie).unwrap();
        for entry in dirents(&bytes) {
            cookie = entry.next;
            if entry.filetype == REGULAR_FILE {
                guest.unlink(&format!("dir/{}", entry.name)).unwrap();
            }
        }
        if bytes.len() < 512 {
            break;
        }
    }
    assert_eq!(guest.rmdir("dir"), Ok(()));
}

#[test]
fn a_new_file_shows_after_a_rewind_and_not_before() {
    let mut guest = Guest::new();
    guest.touch("old");
    assert_eq!(guest.list(ROOT, 4096).len(), 3);
    guest.touch("new");
    let rest = guest.readdir(ROOT, 4096, 2).unwrap();
    assert_eq!(dirents(&rest).len(), 1);
    assert_eq!(guest.list(ROOT, 4096).len(), 4);
}

#[test]
fn each_descriptor_has_its_own_snapshot() {
    let mut guest = Guest::new();
    guest.touch("a");
    let first = guest.open(".").now().unwrap();
    let second = guest.open(".").now().unwrap();
    guest.readdir(first, 4096, 0).unwrap();
    guest.unlink("a").unwrap();
    assert_eq!(dirents(&guest.readdir(second, 4096, 0).unwrap()).len(), 2);
    assert_eq!(dirents(&guest.readdir(first, 4096, 2).unwrap()).len(), 1);
}

#[test]
fn many_large_directories_at_once_are_no_memory() {
    let mut guest = Guest::new();
    guest.mkdir("large").unwrap();
    guest.touch("file");
    for number in 0..20_000 {
        guest
            .link("file", &format!("large/{number:0>250}"))
            .unwrap();
    }
    let mut begun = Vec::new();
    let refused = loop {
        let fd = guest.open("large").directory().now().unwrap();
        match guest.readdir(fd, 64, 0) {
            Ok(_) => begun.push(fd),
            Err(error) => break (fd, error),
        }
        assert!(begun.len() < 100, "there is no limit");
    };
    assert_eq!(refused.1, Errno::NOMEM);
    assert!(begun.len() > 2, "a few at a time are fine");

    // What has been read to its end makes room, and so does closing.
    let next = guest.list(begun[0], 0x8000).len();
    assert_eq!(next, 20_002);
    assert!(guest.readdir(refused.0, 64, 0).is_ok());
    let another = guest.open("large").directory().now().unwrap();
    assert_eq!(guest.readdir(another, 64, 0), Err(Errno::NOMEM));
    guest.close(begun[1]).unwrap();
    assert!(guest.readdir(another, 64, 0).is_ok());
}

#[test]
fn a_cookie_from_another_descriptor_still_means_the_same_place() {
    let mut guest = Guest::new();
    for name in ["a", "b"] {
        guest.touch(name);
    }
    let all = guest.list(ROOT, 4096);
    let fd = guest.open(".").now().unwrap();
    let rest = guest.readdir(fd, 4096, all[2].next).unwrap();
    assert_eq!(dirents(&rest), all[3..]);
}

#[test]
fn only_directories_are_read() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"");
    assert_eq!(guest.readdir(fd, 64, 0), Err(Errno::NOTDIR));
    assert_eq!(guest.readdir(STDIN, 64, 0), Err(Errno::NOTDIR));
}

#[test]
fn a_buffer_outside_the_memory_faults() {
    let mut guest = Guest::new();
    let len = guest.memory.len() as u32;
    let answer = guest.call(|c, m| c.fd_readdir(m, ROOT, DATA, len, 0, RESULT));
    assert_eq!(answer, Err(Errno::FAULT));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_buffer_that_holds_the_longest_entry_gives_every_name_once(
        names in prop::collection::btree_set("[a-zé]{1,20}", 0..40),
        room in 0..300u32,
    ) {
        let mut guest = Guest::new();
        for name in &names {
            guest.touch(name);
        }
        let longest = names.iter().map(String::len).max().unwrap_or(0).max(2) as u32;
        let entries = guest.list(ROOT, 24 + longest + room);
        prop_assert_eq!(&entries[0].name, ".");
        prop_assert_eq!(&entries[1].name, "..");
        let mut listed: Vec<_> = entries[2..].iter().map(|entry| entry.name.clone()).collect();
        listed.sort();
        prop_assert_eq!(listed, names.into_iter().collect::<Vec<_>>());
    }
}
