//! Arguments, environment, random bytes, the end.

use preview1::{Errno, Ptr};

use crate::guest::{DATA, Guest, MEMORY, RESULT, empty_file_system};
use crate::script::Script;

fn strings(list: &[&str]) -> Vec<Vec<u8>> {
    list.iter()
        .map(|string| string.as_bytes().to_vec())
        .collect()
}

fn guest() -> Guest {
    let script = Script {
        arguments: strings(&["program", "", "a \"b\"", "c\nd"]),
        environment: strings(&["HOME=/", "EMPTY="]),
        ..Script::default()
    };
    Guest::with(&empty_file_system(), script)
}

/// The strings that an array of pointers at [`RESULT`] points to.
fn pointed_to(guest: &Guest, count: u32) -> Vec<Vec<u8>> {
    let string = |index| {
        let start = guest.u32_at(Ptr(RESULT.0 + 4 * index)) as usize;
        let bytes = &guest.memory[start..];
        let end = bytes.iter().position(|byte| *byte == 0).unwrap();
        bytes[..end].to_vec()
    };
    (0..count).map(string).collect()
}

#[test]
fn arguments_come_verbatim_with_pointers_to_them() {
    let mut guest = guest();
    let second = Ptr(RESULT.0 + 4);
    guest
        .call(|c, m| c.args_sizes_get(m, RESULT, second))
        .unwrap();
    assert_eq!((guest.u32_at(RESULT), guest.u32_at(second)), (4, 19));
    guest.call(|c, m| c.args_get(m, RESULT, DATA)).unwrap();
    assert_eq!(pointed_to(&guest, 4), guest.calls.outside().arguments);
    assert_eq!(guest.get(DATA, 20), b"program\0\0a \"b\"\0c\nd\0\xaa");
}

#[test]
fn the_environment_is_what_was_given_and_nothing_else() {
    let mut guest = guest();
    let second = Ptr(RESULT.0 + 4);
    guest
        .call(|c, m| c.environ_sizes_get(m, RESULT, second))
        .unwrap();
    assert_eq!((guest.u32_at(RESULT), guest.u32_at(second)), (2, 14));
    guest.call(|c, m| c.environ_get(m, RESULT, DATA)).unwrap();
    assert_eq!(pointed_to(&guest, 2), guest.calls.outside().environment);

    let mut bare = Guest::new();
    bare.call(|c, m| c.environ_sizes_get(m, RESULT, second))
        .unwrap();
    assert_eq!((bare.u32_at(RESULT), bare.u32_at(second)), (0, 0));
}

#[test]
fn the_working_directory_is_one_more_variable_behind_those_of_the_host() {
    let mut guest = guest();
    guest.calls = guest.calls.working_directory("/data");
    let second = Ptr(RESULT.0 + 4);
    guest
        .call(|c, m| c.environ_sizes_get(m, RESULT, second))
        .unwrap();
    assert_eq!((guest.u32_at(RESULT), guest.u32_at(second)), (3, 24));
    guest.call(|c, m| c.environ_get(m, RESULT, DATA)).unwrap();
    let expected = strings(&["HOME=/", "EMPTY=", "PWD=/data"]);
    assert_eq!(pointed_to(&guest, 3), expected);
    let near_the_end = Ptr(MEMORY - 20);
    let answer = guest.call(|c, m| c.environ_get(m, RESULT, near_the_end));
    assert_eq!(answer, Err(Errno::FAULT));
}

#[test]
fn strings_that_do_not_fit_fault_and_nothing_is_written() {
    let mut guest = guest();
    let before = guest.memory.clone();
    let (pointers, bytes) = (Ptr(MEMORY - 15), Ptr(MEMORY - 18));
    let answers = guest.call(|c, m| {
        [
            c.args_get(m, pointers, DATA),
            c.args_get(m, RESULT, bytes),
            c.args_sizes_get(m, Ptr(MEMORY - 3), RESULT),
            c.environ_sizes_get(m, RESULT, Ptr(u32::MAX)),
        ]
    });
    assert_eq!(answers, [Err(Errno::FAULT); 4]);
    assert!(guest.memory == before);
}

#[test]
fn random_bytes_fill_exactly_the_buffer() {
    let mut guest = Guest::new();
    for len in [1, 32, 1024, 100_000] {
        guest.memory.fill(0xaa);
        guest.call(|c, m| c.random_get(m, DATA, len)).unwrap();
        assert!(!guest.get(DATA, len as usize).contains(&0xaa));
        assert_eq!(guest.get(Ptr(DATA.0 + len), 1), [0xaa]);
    }
}

#[test]
fn no_random_bytes_are_fine_at_any_pointer() {
    let mut guest = Guest::new();
    for at in [0, MEMORY, u32::MAX] {
        assert_eq!(guest.call(|c, m| c.random_get(m, Ptr(at), 0)), Ok(()));
    }
    let beyond = guest.call(|c, m| c.random_get(m, Ptr(MEMORY), 1));
    assert_eq!(beyond, Err(Errno::FAULT));
}

#[test]
fn the_exit_code_is_exactly_the_one_given() {
    let mut guest = Guest::new();
    for code in [0, 1, 33, 255, u32::MAX] {
        assert_eq!(guest.call(|c, m| c.proc_exit(m, code)), code);
    }
}

#[test]
fn yielding_works_and_signals_do_not_exist() {
    let mut guest = Guest::new();
    assert_eq!(guest.call(|c, m| c.sched_yield(m)), Ok(()));
    assert_eq!(guest.calls.outside().yields, 1);
    assert_eq!(guest.call(|c, m| c.proc_raise(m, 9)), Err(Errno::NOSYS));
}
