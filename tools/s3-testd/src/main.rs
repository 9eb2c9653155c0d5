//! `s3-testd`: the server on a port of loopback, until it is killed.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use s3_testd::{ACCESS_KEY, Config, Quirks, SECRET_KEY, Server};
use tracing_subscriber::EnvFilter;

/// An S3 server in memory, for tests. Prints its URL, then serves until it is killed.
///
/// `RUST_LOG=s3_testd=info` shows every request on stderr.
#[derive(Parser)]
struct Arguments {
    /// Where to listen; port 0 is any free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// How long every answer waits, in milliseconds.
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
    /// A bucket that exists from the start.
    #[arg(long, default_value = "test")]
    bucket: Vec<String>,
    /// An object of any size that takes no memory, in the first bucket.
    #[arg(long, value_name = "KEY=BYTES")]
    synthesise: Vec<String>,
    /// Ignore conditions, as stores without compare-and-swap do.
    #[arg(long)]
    ignore_conditions: bool,
    /// Ignore conditions of DELETE.
    #[arg(long)]
    ignore_delete_conditions: bool,
    /// Demand equal parts of multipart uploads.
    #[arg(long)]
    equal_parts: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let config = Config {
        listen: arguments.listen,
        latency: Duration::from_millis(arguments.latency_ms),
        quirks: Quirks {
            ignore_conditions: arguments.ignore_conditions,
            ignore_delete_conditions: arguments.ignore_delete_conditions,
            equal_parts: arguments.equal_parts,
        },
        buckets: arguments.bucket.clone(),
    };
    let server = Server::start(config)
        .await
        .with_context(|| format!("cannot listen on {}", arguments.listen))?;
    let bucket = arguments.bucket.first().context("--bucket is missing")?;
    for object in &arguments.synthesise {
        let (key, size) = object
            .rsplit_once('=')
            .context("--synthesise takes KEY=BYTES")?;
        let size = size
            .parse()
            .with_context(|| format!("{size} is not a number of bytes"))?;
        server.store().synthesise(bucket, key, size);
    }
    let mut out = std::io::stdout();
    writeln!(out, "{}", server.endpoint())?;
    writeln!(
        out,
        "AWS_ACCESS_KEY_ID={ACCESS_KEY} AWS_SECRET_ACCESS_KEY={SECRET_KEY}"
    )?;
    out.flush()?;
    std::future::pending().await
}
