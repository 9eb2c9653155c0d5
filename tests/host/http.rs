//! `host --http`: the handler of `examples/cache`, an instance for each request.

use std::fs;
use std::thread;

use crate::support::{Listening, host, lines, program, repository};

fn handler() -> String {
    let path = repository().join("examples/cache/cache-server.wasm");
    path.to_str().expect("a path of text").to_owned()
}

fn server(options: &[&str]) -> Listening {
    let handler = handler();
    let mut args = vec!["--http", "127.0.0.1:0"];
    args.extend(options);
    args.push(&handler);
    Listening::on_stdout(&args)
}

#[test]
fn what_one_request_leaves_in_files_the_next_finds() {
    let server = server(&[]);
    for expected in ["miss", "hit", "hit"] {
        let answer = server.ask("GET", "/primes/1000", "");
        assert_eq!((answer.status, answer.body.as_str()), (200, "168\n"));
        let header = format!("x-cache: {expected}");
        assert!(answer.head.contains(&header), "{answer:?}");
    }
    assert_eq!(server.ask("GET", "/files/cache/1000", "").body, "168\n");
    assert_eq!(server.ask("GET", "/files/absent", "").status, 404);
}

#[test]
fn forked_requests_find_what_was_there_at_the_start() {
    let server = server(&["--fork"]);
    for _ in 0..3 {
        let answer = server.ask("GET", "/primes/1000", "");
        assert!(answer.head.contains("x-cache: miss"), "{answer:?}");
    }
}

#[test]
fn requests_at_the_same_time_lose_no_line_and_the_files_are_saved_at_the_end() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let saved = folder.path().join("log");
    let save = format!("/log={}", saved.display());
    let server = server(&["--save", &save]);
    thread::scope(|scope| {
        for client in 0..4 {
            let server = &server;
            scope.spawn(move || {
                for number in 0..50 {
                    let line = format!("client {client} line {number}");
                    assert_eq!(server.ask("POST", "/log", &line).status, 204);
                }
            });
        }
    });
    assert!(server.terminate().success());
    let log = fs::read(saved).expect("the log is saved");
    let mut expected: Vec<_> = (0..4)
        .flat_map(|client| (0..50).map(move |line| format!("client {client} line {line}")))
        .collect();
    expected.sort_unstable();
    assert_eq!(lines(&log), expected);
}

#[test]
fn a_request_that_goes_wrong_harms_no_other() {
    let server = server(&["--timeout", "2s", "--max-memory", "64M"]);
    thread::scope(|scope| {
        let looping: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| server.ask("POST", "/loop", "")))
            .collect();
        for (path, status) in [("/trap", 500), ("/hog", 500), ("/silence", 500)] {
            assert_eq!(server.ask("POST", path, "").status, status, "{path}");
            assert_eq!(server.ask("GET", "/primes/100", "").body, "25\n");
        }
        for garbage in [
            "\r\n\r\n",
            "GET\r\n\r\n",
            "GET / HTTP/9.9\r\n\r\n",
            "\u{1}\u{2}\r\n\r\n",
        ] {
            let answer = server.send(garbage);
            assert!(answer.is_empty() || answer.contains(" 400 "), "{answer}");
        }
        // Without the name of a host there is no address.
        let nameless = server.send("GET /primes/100 HTTP/1.1\r\nconnection: close\r\n\r\n");
        assert!(
            nameless.contains(" 500 ") || nameless.contains(" 400 "),
            "{nameless}"
        );
        for looping in looping {
            let answer = looping.join().expect("an answer");
            assert_eq!(answer.status, 504, "{answer:?}");
        }
    });
    assert_eq!(server.ask("GET", "/primes/100", "").body, "25\n");
}

#[test]
fn programs_beside_a_handler_share_its_files() {
    let app = format!("--root /cache {} 1 3", program("append"));
    let server = server(&["--app", &app]);
    let expected = "<1 0 x>\n<1 1 xx>\n<1 2 xxx>\n";
    while server.ask("GET", "/files/cache/log", "").body != expected {}
    assert!(server.terminate().success());
}

#[test]
fn what_is_no_handler_is_refused_by_its_name() {
    for file in [program("append"), program("fixed.wat")] {
        let output = host(&["--http", "127.0.0.1:0", &file], &[]);
        assert_eq!(output.status.code(), Some(125), "{output:?}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains("wasi:http"), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}
