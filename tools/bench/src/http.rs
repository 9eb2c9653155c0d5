//! A `wasi:http` handler whose instances share files, asked over loopback.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use fs_core::MemFs;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use vfs_host::http::{HttpHandler, HttpLimits};
use vfs_host::{VfsCtx, WallTime};
use wasmtime::component::Component;
use wasmtime_wasi::WasiCtx;

use crate::host::foreign;
use crate::trees::failed;

const HANDLER: &[u8] = include_bytes!("../../../examples/cache/cache-server.wasm");

/// What is asked for; after the first request the answer is in a file.
const REQUEST: &[u8] = b"GET /primes/10000 HTTP/1.1\r\nhost: bench\r\n\r\n";

pub(crate) fn run(clients: usize, requests: usize) -> Result<()> {
    tokio::runtime::Runtime::new()?.block_on(measure(clients, requests))
}

async fn measure(clients: usize, requests: usize) -> Result<()> {
    let limits = HttpLimits::default();
    let engine = vfs_host::http::engine(limits).map_err(foreign)?;
    let component = Component::new(&engine, HANDLER).map_err(foreign)?;
    let files = MemFs::builder(WallTime).build().map_err(failed)?;
    let guest = move || {
        let files = VfsCtx::builder().build(&files);
        Ok((files, WasiCtx::builder().build()))
    };
    let handler = HttpHandler::new(&component, limits, guest).map_err(foreign)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(Arc::new(handler).serve(listener));

    let mut first = TcpStream::connect(address).await?;
    let cold = ask(&mut first).await?;
    let start = Instant::now();
    let mut asking = Vec::new();
    for _ in 0..clients {
        asking.push(tokio::spawn(async move {
            let mut connection = TcpStream::connect(address).await?;
            connection.set_nodelay(true)?;
            let mut times = Vec::with_capacity(requests);
            for _ in 0..requests {
                times.push(ask(&mut connection).await?);
            }
            Ok::<_, anyhow::Error>(times)
        }));
    }
    let mut times = Vec::new();
    for client in asking {
        times.extend(client.await??);
    }
    let took = start.elapsed();
    server.abort();
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6;
    println!("{clients} clients and the server on one machine, an instance for each request");
    println!("first request  {:>8.0} us", cold.as_secs_f64() * 1e6);
    println!(
        "requests       {:>8.0} a second",
        times.len() as f64 / took.as_secs_f64()
    );
    println!("p50            {:>8.0} us", at(0.50));
    println!("p99            {:>8.0} us", at(0.99));
    Ok(())
}

/// Asks once and reads the whole answer.
async fn ask(connection: &mut TcpStream) -> Result<Duration> {
    let start = Instant::now();
    connection.write_all(REQUEST).await?;
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let len = connection.read(&mut piece).await?;
        ensure!(len > 0, "the server hung up");
        answer.extend_from_slice(&piece[..len]);
        let text = std::str::from_utf8(&answer)?;
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        ensure!(head.starts_with("HTTP/1.1 200"), anyhow!("{head}"));
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.context("a length")?.parse()?;
        if body.len() == length {
            ensure!(body == "1229\n", "the answer is {body:?}");
            return Ok(start.elapsed());
        }
    }
}
