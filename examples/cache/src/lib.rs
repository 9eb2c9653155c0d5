//! A handler of HTTP requests whose instances have nothing in common but files.
//!
//! | request | answer |
//! | --- | --- |
//! | `GET /primes/N` | how many primes there are below N, from the cache in `/cache` if it was asked before; the header `x-cache` says `hit` or `miss` |
//! | `POST /log` | adds the body to `/log` as one line |
//! | `GET /files/PATH` | what a file holds |
//! | `POST /loop`, `/trap`, `/hog`, `/silence` | none: what a handler should not do |
#![cfg_attr(
    not(target_family = "wasm"),
    allow(dead_code, reason = "nothing is exported to native code")
)]

mod bindings;
#[cfg(target_family = "wasm")]
mod exports;

use bindings::wasi::filesystem::preopens;
use bindings::wasi::filesystem::types::{
    Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags,
};
use bindings::wasi::http::types::{
    Fields, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use bindings::wasi::io::streams::StreamError;

struct Handler;

/// What a request is answered with.
struct Answer {
    status: u16,
    cache: Option<&'static str>,
    body: Vec<u8>,
}

impl Answer {
    fn plain(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            cache: None,
            body: body.into(),
        }
    }
}

impl bindings::exports::wasi::http::incoming_handler::Guest for Handler {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        let words: Vec<&str> = path.trim_start_matches('/').splitn(2, '/').collect();
        let answer = match (request.method(), words.as_slice()) {
            (Method::Get, ["primes", limit]) => primes(limit),
            (Method::Get, ["files", path]) => file(path),
            (Method::Post, ["log"]) => log(&request),
            (Method::Post, ["loop"]) => endless(),
            (Method::Post, ["trap"]) => panic!("as asked"),
            (Method::Post, ["hog"]) => hog(),
            (Method::Post, ["silence"]) => return,
            _ => Answer::plain(404, "no such path\n"),
        };
        send(out, answer);
    }
}

fn root() -> Descriptor {
    preopens::get_directories().swap_remove(0).0
}

/// What is asked for costs time, unless somebody has asked before.
fn primes(limit: &str) -> Answer {
    let Ok(limit) = limit.parse::<u32>() else {
        return Answer::plain(400, "not a number\n");
    };
    let root = root();
    let name = format!("cache/{limit}");
    if let Ok(body) = read(&root, &name) {
        return Answer {
            status: 200,
            cache: Some("hit"),
            body,
        };
    }
    let is_prime = |n: &u32| {
        (2..)
            .take_while(|d| d * d <= *n)
            .all(|d| !n.is_multiple_of(d))
    };
    let count = (2..limit).filter(is_prime).count();
    let body = format!("{count}\n").into_bytes();
    match keep(&root, &name, &body) {
        Ok(()) => Answer {
            status: 200,
            cache: Some("miss"),
            body,
        },
        Err(code) => Answer::plain(507, format!("{code:?}\n")),
    }
}

/// Puts a file in its place whole: nobody finds a part of it.
fn keep(root: &Descriptor, name: &str, content: &[u8]) -> Result<(), ErrorCode> {
    match root.create_directory_at("cache") {
        Ok(()) | Err(ErrorCode::Exist) => {}
        Err(code) => return Err(code),
    }
    let temporary = format!("{name}.new");
    match open(root, &temporary, OpenFlags::CREATE | OpenFlags::EXCLUSIVE) {
        Ok(file) => file.write(content, 0)?,
        // Another instance is at it.
        Err(ErrorCode::Exist) => return Ok(()),
        Err(code) => return Err(code),
    };
    root.rename_at(&temporary, root, name)
}

fn file(path: &str) -> Answer {
    match read(&root(), path) {
        Ok(content) => Answer::plain(200, content),
        Err(code) => Answer::plain(404, format!("{code:?}\n")),
    }
}

fn read(root: &Descriptor, path: &str) -> Result<Vec<u8>, ErrorCode> {
    let file = root.open_at(
        PathFlags::SYMLINK_FOLLOW,
        path,
        OpenFlags::empty(),
        DescriptorFlags::READ,
    )?;
    let (content, _) = file.read(u64::MAX, 0)?;
    Ok(content)
}

fn open(root: &Descriptor, path: &str, flags: OpenFlags) -> Result<Descriptor, ErrorCode> {
    let access = DescriptorFlags::READ | DescriptorFlags::WRITE;
    root.open_at(PathFlags::SYMLINK_FOLLOW, path, flags, access)
}

fn log(request: &IncomingRequest) -> Answer {
    let Ok(mut line) = body(request) else {
        return Answer::plain(400, "the body cannot be read\n");
    };
    line.push(b'\n');
    let written = open(&root(), "log", OpenFlags::CREATE)
        .and_then(|file| file.append_via_stream())
        .map(|stream| stream.write(&line));
    match written {
        Ok(Ok(())) => Answer::plain(204, ""),
        Ok(Err(_)) | Err(_) => Answer::plain(507, "no room\n"),
    }
}

fn body(request: &IncomingRequest) -> Result<Vec<u8>, ()> {
    let body = request.consume()?;
    let stream = body.stream()?;
    let mut content = Vec::new();
    loop {
        match stream.blocking_read(64 << 10) {
            Ok(piece) => content.extend(piece),
            Err(StreamError::Closed) => return Ok(content),
            Err(StreamError::LastOperationFailed(_)) => return Err(()),
        }
    }
}

fn endless() -> Answer {
    let mut rounds = 0_u64;
    loop {
        rounds = core::hint::black_box(rounds.wrapping_add(1));
    }
}

fn hog() -> Answer {
    let mut hoard = Vec::new();
    loop {
        hoard.push(core::hint::black_box(vec![1_u8; 1 << 20]));
    }
}

fn send(out: ResponseOutparam, answer: Answer) {
    let headers = Fields::new();
    let length = answer.body.len().to_string().into_bytes();
    let _ = headers.append("content-length", &length);
    if let Some(cache) = answer.cache {
        let _ = headers.append("x-cache", cache.as_bytes());
    }
    let response = OutgoingResponse::new(headers);
    let _ = response.set_status_code(answer.status);
    let body = response.body().expect("asked for once");
    ResponseOutparam::set(out, Ok(response));
    if let Ok(stream) = body.write() {
        for piece in answer.body.chunks(4096) {
            if stream.blocking_write_and_flush(piece).is_err() {
                break;
            }
        }
    }
    let _ = OutgoingBody::finish(body, None);
}
