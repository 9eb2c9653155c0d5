//! Standard input, read by a thread of its own, so that a guest can wait for it for a while.

use std::io::{self, IsTerminal, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

/// The most that is read ahead.
const BLOCK: usize = 1 << 16;

/// Standard input of a guest.
pub(crate) enum Source {
    Nothing,
    /// The process's own, which its guests share.
    Stdin,
    Reader(Reader),
}

/// How it stands with a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readiness {
    /// Nothing yet.
    Pending,
    /// So many bytes, one or more.
    Bytes(usize),
    End,
    Failed,
}

impl Source {
    pub(crate) fn reader(reader: impl Read + Send + 'static) -> Self {
        Self::Reader(Reader::new(reader))
    }

    pub(crate) fn is_terminal(&self) -> bool {
        matches!(self, Self::Stdin) && io::stdin().is_terminal()
    }

    /// Waits until there is something to say, or for `patience`.
    pub(crate) fn wait(&self, patience: Duration) -> Readiness {
        self.thread()
            .map_or(Readiness::End, |reader| reader.wait(patience))
    }

    /// Takes up to `len` bytes of those that are there.
    pub(crate) fn take(&self, len: usize) -> Vec<u8> {
        self.thread().map_or(Vec::new(), |reader| reader.take(len))
    }

    fn thread(&self) -> Option<&Reader> {
        static STDIN: OnceLock<Reader> = OnceLock::new();
        match self {
            Self::Nothing => None,
            Self::Stdin => Some(STDIN.get_or_init(|| Reader::new(io::stdin()))),
            Self::Reader(reader) => Some(reader),
        }
    }
}

/// The guest's side of a thread that reads when it is asked to.
pub(crate) struct Reader(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

enum State {
    /// Nobody has asked yet: what to read from.
    Unused(Box<dyn Read + Send>),
    /// There is nothing, and nobody has asked for more.
    Empty,
    /// The thread is reading.
    Asked,
    /// What was read, of which so much was taken.
    Read(Vec<u8>, usize),
    End,
    Failed,
    /// The guest is gone.
    Abandoned,
}

impl Reader {
    fn new(reader: impl Read + Send + 'static) -> Self {
        Self(Arc::new(Shared {
            state: Mutex::new(State::Unused(Box::new(reader))),
            changed: Condvar::new(),
        }))
    }

    fn wait(&self, patience: Duration) -> Readiness {
        let mut state = self.0.lock();
        match std::mem::replace(&mut *state, State::Asked) {
            State::Unused(reader) => {
                let shared = self.0.clone();
                let spawned = thread::Builder::new()
                    .name("standard input".to_owned())
                    .spawn(move || shared.serve(reader));
                if spawned.is_err() {
                    *state = State::Failed;
                }
            }
            State::Empty => self.0.changed.notify_all(),
            other => *state = other,
        }
        let is_pending = |state: &mut State| matches!(state, State::Asked);
        let (state, _) = self
            .0
            .changed
            .wait_timeout_while(state, patience, is_pending)
            .unwrap_or_else(PoisonError::into_inner);
        match &*state {
            State::Read(bytes, taken) => Readiness::Bytes(bytes.len() - taken),
            State::End => Readiness::End,
            State::Failed => Readiness::Failed,
            State::Unused(_) | State::Empty | State::Asked | State::Abandoned => Readiness::Pending,
        }
    }

    fn take(&self, len: usize) -> Vec<u8> {
        let mut state = self.0.lock();
        let State::Read(bytes, taken) = &mut *state else {
            return Vec::new();
        };
        let rest = &bytes[*taken..];
        let piece = rest[..len.min(rest.len())].to_vec();
        *taken += piece.len();
        if *taken == bytes.len() {
            *state = State::Empty;
        }
        piece
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        *self.0.lock() = State::Abandoned;
        self.0.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads whenever it is asked to, until the end.
    fn serve(&self, mut reader: Box<dyn Read + Send>) {
        loop {
            let is_idle = |state: &mut State| matches!(state, State::Empty | State::Read(..));
            let state = self
                .changed
                .wait_while(self.lock(), is_idle)
                .unwrap_or_else(PoisonError::into_inner);
            if matches!(*state, State::Abandoned) {
                return;
            }
            drop(state);
            let next = read_block(&mut reader);
            let is_last = !matches!(next, State::Read(..));
            let mut state = self.lock();
            if matches!(*state, State::Abandoned) {
                return;
            }
            *state = next;
            self.changed.notify_all();
            if is_last {
                return;
            }
        }
    }
}

fn read_block(reader: &mut impl Read) -> State {
    let mut block = vec![0; BLOCK];
    loop {
        match reader.read(&mut block) {
            Ok(0) => return State::End,
            Ok(len) => {
                block.truncate(len);
                return State::Read(block, 0);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return State::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn what_is_read_comes_in_order_and_the_end_stays() {
        let source = Source::reader(&b"abcdef"[..]);
        assert_eq!(source.wait(LONG), Readiness::Bytes(6));
        assert_eq!(source.take(4), b"abcd");
        assert_eq!(source.wait(Duration::ZERO), Readiness::Bytes(2));
        assert_eq!(source.take(100), b"ef");
        assert_eq!(source.wait(LONG), Readiness::End);
        assert_eq!(source.wait(LONG), Readiness::End);
        assert_eq!(source.take(1), b"");
    }

    #[test]
    fn a_silent_source_is_pending_and_a_broken_one_fails() {
        let (silent, _writer) = io::pipe().expect("a pipe");
        assert_eq!(
            Source::reader(silent).wait(Duration::ZERO),
            Readiness::Pending
        );

        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::Other.into())
            }
        }
        assert_eq!(Source::reader(Broken).wait(LONG), Readiness::Failed);
    }
}
