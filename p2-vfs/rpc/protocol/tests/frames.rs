//! Layouts that do not change, values that survive the wire, and bytes of strangers.

use proptest::prelude::*;
use rpc_protocol::{
    Attributes, Challenge, Code, Compound, CompoundBuilder, Fatal, FileKind, Handle, Hello, Key,
    Lease, ListingId, MAX_DATA, MAX_FRAME, Malformed, Mode, NewTime, Nonce, Operation, Outcome,
    Position, Proof, Reason, Recall, Reply, ReplyBuilder, Resume, Seq, SessionId, Space, Status,
    TimesOf, Welcome, frame,
};

const ATTRIBUTES: Attributes = Attributes {
    node: 7,
    kind: FileKind::Regular,
    links: 1,
    size: 3,
    accessed: 10,
    modified: 11,
    changed: 12,
    version: 13,
};

fn compound(operations: &[Operation<'_>]) -> Vec<u8> {
    let mut builder = CompoundBuilder::default();
    operations
        .iter()
        .for_each(|operation| builder.push(operation));
    let mut bytes = Vec::new();
    builder.finish(Seq(2), Seq(1), &mut bytes);
    bytes
}

fn read_compound(bytes: &[u8]) -> Result<Vec<Operation<'_>>, Malformed> {
    let (frame, len) = frame::split(bytes, MAX_FRAME)?.expect("a whole frame");
    assert_eq!(len, bytes.len());
    Compound::read(&frame)?.operations().collect()
}

/// One of every operation.
fn operations() -> Vec<Operation<'static>> {
    vec![
        Operation::Open {
            directory: Handle::ROOT,
            handle: Handle(5),
            at: 1,
            open: 9,
            access: 3,
            lease: Lease::Write,
            inline: 65536,
            known: 13,
            path: "a/b",
        },
        Operation::Close(Handle(5)),
        Operation::Stat {
            handle: Handle(5),
            lease: Lease::Read,
        },
        Operation::StatAt {
            directory: Handle::ROOT,
            at: 0,
            path: "ü",
        },
        Operation::Read {
            handle: Handle(5),
            offset: 1 << 40,
            len: 4096,
        },
        Operation::Write {
            handle: Handle(5),
            position: Position::Offset(1),
            expected: 13,
            data: b"abc",
        },
        Operation::Write {
            handle: Handle(5),
            position: Position::End,
            expected: 0,
            data: b"de",
        },
        Operation::SetSize {
            handle: Handle(5),
            size: 2,
        },
        Operation::Allocate {
            handle: Handle(5),
            offset: 1,
            len: 2,
        },
        Operation::SetTimes {
            handle: Handle(5),
            of: TimesOf::Handle,
            access: NewTime::Keep,
            modification: NewTime::Now,
        },
        Operation::SetTimes {
            handle: Handle::ROOT,
            of: TimesOf::Path(1, "a"),
            access: NewTime::At(9),
            modification: NewTime::Keep,
        },
        Operation::ReadDirectory {
            handle: Handle::ROOT,
            listing: ListingId(1),
            cookie: 2,
            len: 1000,
        },
        Operation::CreateDirectory {
            directory: Handle::ROOT,
            path: "d",
        },
        Operation::SymbolicLink {
            directory: Handle::ROOT,
            target: "t",
            path: "l",
        },
        Operation::ReadLink {
            directory: Handle::ROOT,
            path: "l",
        },
        Operation::HardLink {
            directory: Handle::ROOT,
            at: 0,
            path: "a",
            new_directory: Handle(6),
            new_path: "b",
        },
        Operation::Rename {
            directory: Handle::ROOT,
            path: "a",
            new_directory: Handle(6),
            new_path: "b",
        },
        Operation::Remove {
            directory: Handle::ROOT,
            is_directory: true,
            path: "d",
        },
        Operation::Sync {
            handle: Handle(5),
            data_only: true,
        },
        Operation::Space,
        Operation::ReturnLease { node: 7 },
    ]
}

/// One of every outcome, with the code of its operation.
fn outcomes() -> Vec<(Code, Outcome<'static>)> {
    vec![
        (
            Code::Open,
            Outcome::Opened {
                attributes: ATTRIBUTES,
                lease: Lease::Read,
                data: b"abc",
            },
        ),
        (Code::Close, Outcome::Done),
        (Code::Rename, Outcome::Failed(Status::NotEmpty)),
        (
            Code::Stat,
            Outcome::Attributes {
                attributes: ATTRIBUTES,
                lease: Lease::None,
            },
        ),
        (Code::Read, Outcome::Data(b"defg")),
        (
            Code::Write,
            Outcome::Written {
                len: 3,
                end: 4,
                attributes: ATTRIBUTES,
            },
        ),
        (
            Code::ReadDirectory,
            Outcome::Page {
                this: 1,
                parent: 2,
                is_last: true,
                entries: &[3, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, b'n'],
            },
        ),
        (Code::ReadLink, Outcome::Target("t")),
        (
            Code::Space,
            Outcome::Space(Space {
                bytes: 1,
                used_bytes: 2,
                inodes: 3,
                used_inodes: 4,
            }),
        ),
    ]
}

fn reply() -> Vec<u8> {
    let mut builder = ReplyBuilder::default();
    for (code, outcome) in outcomes() {
        builder.push(code as u16, &outcome);
    }
    builder.recall(Recall { node: 7 });
    let mut bytes = Vec::new();
    builder.finish(Seq(2), &mut bytes);
    bytes
}

fn handshakes() -> Vec<Vec<u8>> {
    let nonce = |byte| Nonce([byte; 32]);
    let mut frames = vec![Vec::new(); 6];
    Hello {
        versions: (1, 1),
        features: 0,
        mode: Mode::Private,
        read_only: true,
        nonce: nonce(1),
        subtree: "ci",
    }
    .write(&mut frames[0]);
    Resume {
        session: SessionId(9),
        ack: Seq(3),
        nonce: nonce(2),
    }
    .write(&mut frames[1]);
    Challenge {
        version: 1,
        nonce: nonce(3),
    }
    .write(&mut frames[2]);
    Key::of_token(b"secret")
        .client_proof(&nonce(3), &nonce(1))
        .write(&mut frames[3]);
    Welcome {
        features: 0,
        session: SessionId(9),
        epoch: 4,
        executed: Seq(3),
        lease_ms: 500,
        proof: Proof([5; 32]),
        root: ATTRIBUTES,
    }
    .write(&mut frames[4]);
    Fatal {
        reason: Reason::Denied,
        message: "no".into(),
    }
    .write(&mut frames[5]);
    frames
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .chunks(32)
        .map(|line| line.iter().map(|byte| format!("{byte:02x}")).collect())
        .collect::<Vec<String>>()
        .join("\n")
}

/// `BLESS=1` writes what is there now.
#[test]
fn the_bytes_on_the_wire_are_those_of_version_1() {
    let mut all = vec![("compound", compound(&operations())), ("reply", reply())];
    let names = ["hello", "resume", "challenge", "proof", "welcome", "fatal"];
    all.extend(names.into_iter().zip(handshakes()));
    let text: String = all
        .iter()
        .map(|(name, bytes)| format!("{name}\n{}\n\n", hex(bytes)))
        .collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &text).expect("the golden file");
    }
    let golden = std::fs::read_to_string(path).expect("the golden file");
    assert_eq!(text, golden);
}

#[test]
fn every_operation_and_every_outcome_survives_the_wire() {
    let bytes = compound(&operations());
    assert_eq!(read_compound(&bytes), Ok(operations()));

    let bytes = reply();
    let (frame, _) = frame::split(&bytes, MAX_FRAME)
        .expect("a good frame")
        .expect("a whole one");
    let reply = Reply::read(&frame).expect("a good reply");
    let read: Result<Vec<_>, _> = reply.outcomes().collect();
    let written: Vec<_> = outcomes().into_iter().map(|(_, outcome)| outcome).collect();
    assert_eq!(read, Ok(written));
    assert_eq!(reply.outcomes().recalls(), Ok(vec![Recall { node: 7 }]));
}

#[test]
fn a_frame_that_ends_early_is_waited_for_and_never_misread() {
    let mut frames = handshakes();
    frames.push(compound(&operations()));
    frames.push(reply());
    for bytes in frames {
        for cut in 0..bytes.len() {
            let split = frame::split(&bytes[..cut], MAX_FRAME).map(|frame| frame.is_some());
            assert_eq!(split, Ok(false), "cut at {cut}");
        }
    }
}

#[test]
fn a_body_that_ends_early_is_malformed() {
    for whole in [compound(&operations()), reply()] {
        for cut in frame::HEADER..whole.len() {
            let mut bytes = whole[..cut].to_vec();
            bytes[..4].copy_from_slice(&(cut as u32).to_le_bytes());
            assert!(!rpc_protocol::exercise(&bytes), "cut at {cut}");
        }
    }
}

#[test]
fn lengths_over_the_limits_are_refused_before_anything_is_read() {
    for len in [0u32, 15, MAX_FRAME as u32 + 1, u32::MAX] {
        let refused = frame::split(&len.to_le_bytes(), MAX_FRAME).map(|_| ());
        let max = MAX_FRAME;
        assert_eq!(refused, Err(Malformed::FrameLength { len, max }));
    }
    let huge = Operation::Read {
        handle: Handle(1),
        offset: 0,
        len: MAX_DATA as u32 + 1,
    };
    let refused = compound(&[huge]);
    assert!(matches!(
        read_compound(&refused),
        Err(Malformed::OverLimit { .. })
    ));
}

#[test]
fn what_a_later_version_adds_is_unsupported_and_not_fatal() {
    let bytes = compound(&[Operation::Unknown(999), Operation::Space]);
    assert_eq!(
        read_compound(&bytes),
        Ok(vec![Operation::Unknown(999), Operation::Space])
    );
}

#[test]
fn a_name_that_is_not_utf8_spoils_its_operation_only() {
    let mut bytes = compound(&[
        Operation::ReadLink {
            directory: Handle::ROOT,
            path: "x",
        },
        Operation::Space,
    ]);
    let at = bytes.iter().rposition(|byte| *byte == b'x');
    bytes[at.expect("the path")] = 0xff;
    assert_eq!(
        read_compound(&bytes),
        Ok(vec![Operation::NotText(Code::ReadLink), Operation::Space])
    );
}

#[test]
fn a_proof_is_good_for_its_key_its_side_and_its_nonces_only() {
    let (server, client) = (Nonce([1; 32]), Nonce([2; 32]));
    let key = Key::of_token(b"one");
    let proof = key.client_proof(&server, &client);
    assert!(key.accepts(&proof, &server, &client));
    assert!(!key.accepts(&proof, &client, &server));
    assert!(!key.accepts(&key.server_proof(&server, &client), &server, &client));
    assert!(!Key::of_token(b"two").accepts(&proof, &server, &client));
}

#[test]
fn statuses_are_numbers_of_their_own() {
    let mut numbers: Vec<_> = Status::ALL.iter().map(|status| *status as u16).collect();
    numbers.dedup();
    assert_eq!(numbers.len(), 38);
}

proptest! {
    #[test]
    fn strangers_bytes_are_harmless(bytes: Vec<u8>) {
        rpc_protocol::exercise(&bytes);
    }

    #[test]
    fn spoilt_frames_are_harmless(which in 0usize..8, at: prop::sample::Index, byte: u8) {
        let mut frames = handshakes();
        frames.push(compound(&operations()));
        frames.push(reply());
        let frame = &mut frames[which];
        let at = at.index(frame.len());
        frame[at] = byte;
        rpc_protocol::exercise(frame);
    }

    #[test]
    fn operations_survive_in_any_number_and_order(
        picked in prop::collection::vec(prop::sample::select(operations()), 0..40),
    ) {
        let bytes = compound(&picked);
        prop_assert_eq!(read_compound(&bytes), Ok(picked));
    }
}
