//! Any arguments whatsoever: no call panics, and one that fails leaves the memory alone.

use preview1::{Fd, Ptr, Result, for_each_function};

use crate::guest::{Guest, Preview1, empty_file_system};
use crate::script::Script;

const MEMORY: u32 = 0x1000;

/// xorshift64*: seeded, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// A value of a parameter: mostly one that gets somewhere, sometimes an extreme one.
trait Argument {
    fn random(random: &mut Random) -> Self;
}

impl Argument for u32 {
    fn random(random: &mut Random) -> Self {
        match random.below(8) {
            0 | 1 => 0,
            2 | 3 => 1,
            4 => random.below(9) as u32,
            5 => random.below(u64::from(MEMORY)) as u32,
            6 => u32::MAX - random.below(9) as u32,
            _ => random.next() as u32,
        }
    }
}

impl Argument for u64 {
    fn random(random: &mut Random) -> Self {
        match random.below(8) {
            0..5 => random.below(1 << 10),
            5 => u64::MAX - random.below(9),
            6 => (1 << 63) - 5 + random.below(9),
            _ => random.next(),
        }
    }
}

impl Argument for i64 {
    fn random(random: &mut Random) -> Self {
        u64::random(random).cast_signed()
    }
}

impl Argument for Fd {
    fn random(random: &mut Random) -> Self {
        match random.below(16) {
            0..8 => Self(3),
            8..15 => Self(random.below(12) as u32),
            _ => Self(u32::random(random)),
        }
    }
}

impl Argument for Ptr {
    fn random(random: &mut Random) -> Self {
        match random.below(16) {
            0..10 => Self(4 * random.below(u64::from(MEMORY / 4)) as u32),
            10..14 => Self(random.below(u64::from(MEMORY)) as u32),
            14 => Self(MEMORY - 70 + random.below(80) as u32),
            _ => Self(u32::random(random)),
        }
    }
}

/// Memory in which a pointer tends to find something: paths, lists of buffers, subscriptions.
fn fill(memory: &mut [u8], random: &mut Random) {
    for word in memory.chunks_exact_mut(4) {
        let value = match random.below(8) {
            0 | 1 => Ptr::random(random).0,
            2 => u32::random(random),
            3..7 => u32::from_le_bytes([(); 4].map(|()| b"abdfghk/"[random.below(8) as usize])),
            _ => 0,
        };
        word.copy_from_slice(&value.to_le_bytes());
    }
}

macro_rules! random_call {
    (
        answering { $($name:ident($($parameter:ident: $type:ty),*);)* }
        ending { $exit:ident($code:ident: $code_type:ty); }
    ) => {
        const FUNCTIONS: &[&str] = &[$(stringify!($name),)* stringify!($exit)];

        /// Calls a function with random arguments.
        fn call(guest: &mut Guest, function: &str, random: &mut Random) -> Result {
            match function {
                $(stringify!($name) => {
                    $(let $parameter = <$type>::random(random);)*
                    guest.call(|calls, memory| calls.$name(memory, $($parameter),*))
                })*
                stringify!($exit) => {
                    let code = <$code_type>::random(random);
                    let exited = guest.call(|calls, memory| calls.$exit(memory, code));
                    assert_eq!(exited, code);
                    Ok(())
                }
                _ => unreachable!("{function} is not in the list"),
            }
        }
    };
}
for_each_function!(random_call);

fn hostile_guest(random: &mut Random) -> Guest {
    let script = Script {
        arguments: vec![b"program".to_vec(), b"argument".to_vec()],
        environment: vec![b"A=B".to_vec()],
        stdin: (0..=255).collect(),
        ..Script::default()
    };
    let mut guest = Guest::over(Preview1::with_fd_limit(&empty_file_system(), script, 12));
    for name in ["a", "b"] {
        guest.mkdir(name).unwrap();
    }
    for name in ["a/a", "d", "f"] {
        guest.create(name, b"content");
    }
    guest.symlink("a", "h").unwrap();
    guest.memory = vec![0; MEMORY as usize];
    fill(&mut guest.memory, random);
    guest
}

#[test]
fn no_arguments_do_harm() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut succeeded = vec![0; FUNCTIONS.len()];
    for _ in 0..4000 {
        let mut guest = hostile_guest(&mut random);
        // Few, because sooner or later the preopen is closed.
        for _ in 0..100 {
            let function = random.below(FUNCTIONS.len() as u64) as usize;
            let before = guest.memory.clone();
            match call(&mut guest, FUNCTIONS[function], &mut random) {
                Ok(()) => succeeded[function] += 1,
                Err(error) => {
                    let name = FUNCTIONS[function];
                    assert!(guest.memory == before, "{name} failed with {error:?}");
                }
            }
        }
    }
    // Arguments that only ever fail would show nothing about what comes behind the checks.
    for (function, succeeded) in FUNCTIONS.iter().zip(succeeded) {
        let refuses = function.starts_with("sock_")
            || ["proc_raise", "fd_fdstat_set_rights"].contains(function);
        assert_eq!(
            succeeded == 0,
            refuses,
            "{function} succeeded {succeeded} times"
        );
    }
}
