//! `host --ui ADDR`: a page that shows the files and what the programs do with them. It changes
//! nothing.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use fs_core::{Descriptor, FileType, MemFs, PathFlags};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;
use vfs_host::watch::{Monitor, Operation, metrics};

use crate::failure::Failure;
use crate::mount::guest_path;

const PAGE: &str = include_str!("ui/page.html");
const SCRIPT: &str = include_str!("ui/page.js");
const STYLE: &str = include_str!("ui/page.css");

/// How many names of a directory are shown.
const MOST_NAMES: usize = 2000;

/// What is shown.
struct Ui {
    files: MemFs,
    monitor: Monitor,
}

type Answer = Response<Full<Bytes>>;

/// Shows `files` and `monitor` at `address` from a thread that ends with the process; gives the
/// address where it listens.
///
/// # Errors
/// `Listen`, `Thread`.
pub(super) fn start(
    address: SocketAddr,
    files: MemFs,
    monitor: Monitor,
) -> Result<SocketAddr, Failure> {
    let failed = |source| Failure::Listen { address, source };
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(failed)?;
    let listener = runtime
        .block_on(TcpListener::bind(address))
        .map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let ui = Arc::new(Ui { files, monitor });
    thread::Builder::new()
        .name("ui".to_owned())
        .spawn(move || runtime.block_on(serve(listener, ui)))
        .map_err(Failure::Thread)?;
    Ok(bound)
}

async fn serve(listener: TcpListener, ui: Arc<Ui>) {
    loop {
        match listener.accept().await {
            Ok((connection, _)) => drop(tokio::spawn(talk(connection, ui.clone()))),
            // A client that is gone already, or a moment without descriptors.
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

async fn talk(connection: TcpStream, ui: Arc<Ui>) {
    let service = service_fn(|request| {
        let answer = ui.answer(&request);
        async move { Ok::<_, Infallible>(answer) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(connection), service);
    // Who looks at it may go at any time.
    drop(served.await);
}

impl Ui {
    fn answer(&self, request: &Request<Incoming>) -> Answer {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED, "this page only shows\n");
            let methods = HeaderValue::from_static("GET, HEAD");
            answer.headers_mut().insert(ALLOW, methods);
            return answer;
        }
        let path = request.uri().path();
        match path {
            "/" => of_type("text/html; charset=utf-8", PAGE),
            "/page.js" => of_type("text/javascript; charset=utf-8", SCRIPT),
            "/page.css" => of_type("text/css; charset=utf-8", STYLE),
            "/metrics" => of_type(
                "text/plain; version=0.0.4; charset=utf-8",
                metrics(&self.monitor, &self.files),
            ),
            "/guests" => of_type("application/json", self.guests().to_string()),
            _ => match path.strip_prefix("/tree") {
                Some(path) => self.tree(path),
                None => plain(StatusCode::NOT_FOUND, "no such page\n"),
            },
        }
    }

    /// What every guest has done.
    fn guests(&self) -> Value {
        let guests = self.monitor.guests();
        let guests = guests.iter().map(|activity| {
            let calls = Operation::ALL.map(|operation| {
                (
                    operation.name().to_owned(),
                    activity.calls(operation).into(),
                )
            });
            let failures = Operation::ALL.map(|operation| activity.failures(operation));
            json!({
                "guest": activity.guest(),
                "calls": Value::Object(calls.into_iter().collect()),
                "failures": failures.iter().sum::<u64>(),
                "read": activity.bytes_read(),
                "written": activity.bytes_written(),
                "open": activity.open_descriptors(),
            })
        });
        let (usage, limits) = (self.files.usage(), self.files.limits());
        json!({
            "guests": guests.collect::<Vec<_>>(),
            "bytes": usage.bytes,
            "limit_bytes": limits.bytes,
            "inodes": usage.inodes,
            "limit_inodes": limits.inodes,
        })
    }

    /// The names in the directory at an absolute path, percent-encoded as in an address.
    fn tree(&self, path: &str) -> Answer {
        let Some(path) = decoded(path) else {
            return plain(StatusCode::BAD_REQUEST, "not a path\n");
        };
        let absolute = if path.is_empty() { "/" } else { &*path };
        match guest_path(absolute).map(|path| self.entries(&path)) {
            Ok(Ok(entries)) => of_type("application/json", entries.to_string()),
            Ok(Err(code)) => plain(StatusCode::NOT_FOUND, format!("{code:?}\n")),
            Err(reason) => plain(StatusCode::BAD_REQUEST, format!("{reason}\n")),
        }
    }

    fn entries(&self, path: &str) -> fs_core::Result<Value> {
        let root = self.files.root();
        let directory = match path {
            "" => root,
            path => root.open_directory_at(path)?,
        };
        let listing = directory.read_dir()?.entries;
        let all = listing.len();
        let mut entries = Vec::new();
        for entry in listing.into_iter().take(MOST_NAMES) {
            // It may be gone by now.
            let Ok(stat) = directory.stat_at(PathFlags::empty(), &entry.name) else {
                continue;
            };
            entries.push(json!({
                "name": entry.name,
                "type": match stat.file_type {
                    FileType::RegularFile => "file",
                    FileType::Directory => "directory",
                    FileType::SymbolicLink => "link",
                },
                "size": stat.size,
                "links": stat.link_count,
                "modified": stat.modification.parts().0,
            }));
        }
        Ok(json!({ "path": format!("/{path}"), "all": all, "entries": entries }))
    }
}

/// A path without its percent signs; `None` if it is not UTF-8 or a sign is followed by no number.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        bytes.push((high * 16 + low) as u8);
    }
    String::from_utf8(bytes).ok()
}

fn plain(status: StatusCode, text: impl Into<Bytes>) -> Answer {
    let mut answer = of_type("text/plain; charset=utf-8", text);
    *answer.status_mut() = status;
    answer
}

fn of_type(content_type: &'static str, text: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(text.into()));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    // Names of files are the guests': whatever they hold must not become a script.
    let policy = HeaderValue::from_static(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'",
    );
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    answer
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn percent_signs_stand_for_bytes() {
        assert_eq!(decoded("/a%20b/%C3%A9").as_deref(), Some("/a b/é"));
        for broken in ["/%", "/%4", "/%zz", "/%ff"] {
            assert_eq!(decoded(broken), None, "{broken}");
        }
    }
}
