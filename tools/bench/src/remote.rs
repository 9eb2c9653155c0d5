//! A file system in another process, against the loopback that it is reached by.
//!
//! The server is another process: this program, started again. The baseline of every line is measured
//! in turns with it: bytes of the same size over a plain TCP connection to a thread that does nothing
//! but answer.

use std::env;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use fs_core::{
    Descriptor, DescriptorFlags, FileSystem, MemFs, OpenFlags, PathFlags, Timestamp, WriteAt,
};
use rpc_client::{Attachment, Consistency, RemoteDescriptor, RemoteFs, Tcp};
use rpc_server::{Server, StrictClock};

use crate::table::median;

/// Bytes of a random read.
const PAGE: usize = 4096;

/// Bytes of the file.
const FILE: usize = 64 << 20;

/// Bytes of a sequential read.
const PIECE: usize = 256 << 10;

/// Random reads in a round.
const READS: usize = 2000;

/// Files that are created.
const FILES: usize = 10_000;

const RW: DescriptorFlags = DescriptorFlags::READ.union(DescriptorFlags::WRITE);

pub(crate) fn run(rounds: usize) -> Result<()> {
    let server = OtherProcess::start()?;
    let strict = attach(&server.address, Consistency::Strict)?;
    let cached = attach(&server.address, Consistency::CloseToOpen)?;
    plant(&strict)?;
    let mut raw = RawLoopback::start()?;

    println!("a random read of {PAGE} bytes, and the same bytes over plain loopback");
    let page = ratio(rounds, || raw.ask(PAGE, READS), || random(&strict, READS))?;
    page.print("strict", READS as f64, "µs", 1e6);
    let warm = open(&cached, "large", OpenFlags::empty())?;
    read_all(&warm, 4 << 20)?;
    let again = ratio(rounds, || raw.ask(PAGE, READS), || near(&warm, READS))?;
    again.print("cached", READS as f64, "µs", 1e6);
    let local = local()?;
    let memory = ratio(rounds, || near(&local, READS), || near(&warm, READS))?;
    memory.print("cached, against memory", READS as f64, "µs", 1e6);

    println!(
        "reading {} MiB in order, against plain loopback",
        FILE >> 20
    );
    let file = open(&cached, "large", OpenFlags::empty())?;
    let order = ratio(rounds, || raw.stream(FILE), || read_all(&file, FILE))?;
    order.print("in order", 1.0, "ms", 1e3);

    println!("round trips");
    let (before, files) = (cached.round_trips(), 100);
    for _ in 0..files {
        let small = open(&cached, "small", OpenFlags::empty())?;
        black_box(done(small.read_to_vec(0, PAGE as u64))?);
    }
    let trips = (cached.round_trips() - before) as f64 / f64::from(files);
    println!("  open, read and close a small file  {trips:>8.2}");
    drop((warm, file, strict, cached));
    let private = attach(&server.address, Consistency::Private)?;
    let (before, start) = (private.round_trips(), Instant::now());
    for number in 0..FILES {
        let new = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
        let file = open(&private, &format!("created {number}"), new)?;
        write(&file, b"a small file")?;
    }
    let trips = (private.round_trips() - before) as f64 / FILES as f64;
    let each = start.elapsed().as_secs_f64() / FILES as f64 * 1e6;
    println!("  create a small file, private       {trips:>8.2}    {each:.1} µs");
    Ok(())
}

/// Serves a file system until standard input ends, and says where.
pub(crate) fn serve() -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let files = done(MemFs::builder(StrictClock::new(now)).build())?;
    let server = Server::builder(files).build();
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    listener.set_nonblocking(true)?;
    runtime.spawn(async move {
        if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
            server.serve_tcp(listener, None).await;
        }
    });
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Timestamp(since.map_or(0, |time| time.as_nanos() as u64))
}

/// A server in another process, which ends with this value.
struct OtherProcess {
    process: Child,
    address: String,
}

impl OtherProcess {
    fn start() -> Result<Self> {
        let mut process = Command::new(env::current_exe()?)
            .arg("rpc-server")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let out = process.stdout.take().context("its output")?;
        let mut address = String::new();
        BufReader::new(out).read_line(&mut address)?;
        let address = address.trim_end().to_owned();
        Ok(Self { process, address })
    }
}

impl Drop for OtherProcess {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // It ends with its input.
        let _ = self.process.wait();
    }
}

/// A connection to a thread that answers each request for so many bytes with them.
struct RawLoopback(TcpStream);

impl RawLoopback {
    fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let client = TcpStream::connect(listener.local_addr()?)?;
        client.set_nodelay(true)?;
        let (mut peer, _) = listener.accept()?;
        peer.set_nodelay(true)?;
        // The thread ends with the connection.
        thread::spawn(move || -> std::io::Result<()> {
            let bytes = vec![7; 1 << 20];
            let mut request = [0; 8];
            loop {
                peer.read_exact(&mut request)?;
                let mut left = u64::from_le_bytes(request) as usize;
                while left > 0 {
                    let now = left.min(bytes.len());
                    peer.write_all(&bytes[..now])?;
                    left -= now;
                }
            }
        });
        Ok(Self(client))
    }

    fn ask(&mut self, len: usize, times: usize) -> Result<()> {
        let mut answer = vec![0; len];
        for _ in 0..times {
            self.0.write_all(&(len as u64).to_le_bytes())?;
            self.0.read_exact(&mut answer)?;
            black_box(&answer);
        }
        Ok(())
    }

    fn stream(&mut self, len: usize) -> Result<()> {
        self.0.write_all(&(len as u64).to_le_bytes())?;
        let mut piece = vec![0; PIECE];
        for _ in 0..len / PIECE {
            self.0.read_exact(&mut piece)?;
            black_box(&piece);
        }
        Ok(())
    }
}

fn attach(address: &str, consistency: Consistency) -> Result<RemoteFs<Tcp>> {
    let server = Tcp {
        address: address.to_owned(),
    };
    let attachment = Attachment {
        consistency,
        ..Attachment::default()
    };
    Ok(RemoteFs::attach(server, &attachment)?)
}

fn done<T>(result: fs_core::Result<T>) -> Result<T> {
    result.map_err(|code| anyhow!("{code:?}"))
}

fn open(files: &RemoteFs<Tcp>, path: &str, open: OpenFlags) -> Result<RemoteDescriptor<Tcp>> {
    let root = files.preopens().remove(0).descriptor;
    done(root.open_at(PathFlags::empty(), path, open, RW))
}

fn write<D: Descriptor>(file: &D, bytes: &[u8]) -> Result<()> {
    let mut rest = bytes;
    let written = file.write_at(WriteAt::End, bytes.len(), |piece| {
        let (now, later) = rest.split_at(piece.len());
        piece.copy_from_slice(now);
        rest = later;
    });
    done(written).map(drop)
}

/// A large and a small file.
fn plant(files: &RemoteFs<Tcp>) -> Result<()> {
    let large = open(files, "large", OpenFlags::CREATE)?;
    let piece: Vec<u8> = (0..1 << 20).map(|byte| byte as u8).collect();
    for _ in 0..FILE >> 20 {
        write(&large, &piece)?;
    }
    write(&open(files, "small", OpenFlags::CREATE)?, &piece[..PAGE])
}

/// A file in this process.
fn local() -> Result<impl Descriptor> {
    let files = done(MemFs::builder(StrictClock::new(now)).build())?;
    let new = OpenFlags::CREATE;
    let file = done(files.root().open_at(PathFlags::empty(), "large", new, RW))?;
    write(&file, &vec![7; 4 << 20])?;
    Ok(file)
}

/// Reads pages all over the large file.
fn random(files: &RemoteFs<Tcp>, times: usize) -> Result<()> {
    let file = open(files, "large", OpenFlags::empty())?;
    pages(&file, FILE, times)
}

/// Reads pages of the first 4 MiB.
fn near<D: Descriptor>(file: &D, times: usize) -> Result<()> {
    pages(file, 4 << 20, times)
}

fn pages<D: Descriptor>(file: &D, within: usize, times: usize) -> Result<()> {
    let mut page = vec![0; PAGE];
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..times {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let number = (seed >> 33) as usize % (within / PAGE);
        fill(file, (number * PAGE) as u64, &mut page)?;
    }
    Ok(())
}

fn read_all<D: Descriptor>(file: &D, len: usize) -> Result<()> {
    let mut piece = vec![0; PIECE];
    for offset in (0..len).step_by(PIECE) {
        fill(file, offset as u64, &mut piece)?;
    }
    Ok(())
}

fn fill<D: Descriptor>(file: &D, offset: u64, buffer: &mut [u8]) -> Result<()> {
    let mut filled = 0;
    let read = file.read_at(offset, buffer.len(), |piece| {
        buffer[filled..filled + piece.len()].copy_from_slice(piece);
        filled += piece.len();
    });
    black_box(&buffer);
    done(read).map(drop)
}

/// The medians of two ways, in seconds.
struct Ratio {
    base: f64,
    ours: f64,
}

/// Runs two ways in turns.
fn ratio(
    rounds: usize,
    mut base: impl FnMut() -> Result<()>,
    mut ours: impl FnMut() -> Result<()>,
) -> Result<Ratio> {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        let start = Instant::now();
        base()?;
        times[0].push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        ours()?;
        times[1].push(start.elapsed().as_secs_f64());
    }
    let [base, ours] = &mut times;
    Ok(Ratio {
        base: median(base),
        ours: median(ours),
    })
}

impl Ratio {
    fn print(&self, what: &str, parts: f64, unit: &str, scale: f64) {
        let [base, ours] = [self.base, self.ours].map(|time| time / parts * scale);
        let ratio = ours / base;
        println!("  {what:<24} {base:>9.2} {unit}  {ours:>9.2} {unit}  {ratio:>6.2}");
    }
}
