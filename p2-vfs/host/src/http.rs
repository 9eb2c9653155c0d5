//! `wasi:http` handlers, one instance for each request, on files that all of them share.
//!
//! A request starts from nothing but the files: what one leaves in them, the next finds. An
//! instance costs microseconds with [`engine`], which keeps room for instances ready.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use fs_core::FileSystem;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{
    Cache, CacheConfig, Config, Engine, InstanceAllocationStrategy, OptLevel,
    PoolingAllocationConfig, Store, StoreLimits, StoreLimitsBuilder,
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;
use wasmtime_wasi_http::{
    RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

use crate::context::VfsCtx;
use crate::p2::{self, VfsCtxView, VfsView};

/// How often a guest lets others run.
const EPOCH: Duration = Duration::from_millis(10);

/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// What a handler's requests may take.
#[derive(Clone, Copy, Debug)]
pub struct HttpLimits {
    /// From the head of a request to the end of its handler. What is not answered by then is 504.
    pub timeout: Duration,
    /// Bytes of memory of one instance.
    pub memory: usize,
    /// How many requests are handled at a time; others wait.
    pub requests: u32,
}

impl Default for HttpLimits {
    /// 30 seconds, 256 MiB, 256 requests.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            memory: 256 << 20,
            requests: 256,
        }
    }
}

/// wasmtime with room for `limits.requests` instances, kept ready.
///
/// # Errors
/// The room cannot be had.
pub fn engine(limits: HttpLimits) -> wasmtime::Result<Engine> {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(limits.requests)
        .total_core_instances(limits.requests.saturating_mul(CORE_INSTANCES))
        .total_memories(limits.requests.saturating_mul(MEMORIES))
        .total_tables(limits.requests.saturating_mul(CORE_INSTANCES))
        .total_stacks(limits.requests)
        .max_memory_size(limits.memory)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES);
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::Speed)
        .epoch_interruption(true)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .cache(Cache::new(CacheConfig::new()).ok());
    Engine::new(&config)
}

/// What components are made of: the stock adapter is one module more, and a composed component has
/// two of everything.
const CORE_INSTANCES: u32 = 20;
const MEMORIES: u32 = 4;

/// A component of the world `wasi:http/proxy` that may use files as well, ready to answer.
pub struct HttpHandler<F: FileSystem + 'static> {
    pre: ProxyPre<Guest<F>>,
    guest: Box<MakeGuest<F>>,
    limits: HttpLimits,
    room: Semaphore,
}

/// What makes the files and the world of an instance.
type MakeGuest<F> = dyn Fn() -> wasmtime::Result<(VfsCtx<F>, WasiCtx)> + Send + Sync;

/// The data of a request's store.
struct Guest<F: FileSystem> {
    files: VfsCtx<F>,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    hooks: NoRequests,
    table: ResourceTable,
    limits: StoreLimits,
}

impl<F: FileSystem> WasiView for Guest<F>
where
    VfsCtx<F>: Send,
{
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl<F> VfsView for Guest<F>
where
    F: FileSystem<Descriptor: Send + 'static> + 'static,
    VfsCtx<F>: Send,
{
    type Files = F;

    fn vfs(&mut self) -> VfsCtxView<'_, F> {
        VfsCtxView {
            ctx: &mut self.files,
            table: &mut self.table,
        }
    }
}

impl<F: FileSystem> WasiHttpView for Guest<F>
where
    VfsCtx<F>: Send,
{
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.hooks,
        }
    }
}

/// A handler answers requests; it makes none, which would reach what the host can reach.
struct NoRequests;

type Exchange = wasmtime_wasi_http::Result<(
    Response<WasiBody>,
    Box<dyn Future<Output = wasmtime_wasi_http::Result<()>> + Send>,
)>;

impl WasiHttpHooks for NoRequests {
    fn send_request(
        &mut self,
        _: Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Box<dyn Future<Output = wasmtime_wasi_http::Result<()>> + Send>,
    ) -> Box<dyn Future<Output = Exchange> + Send> {
        Box::new(async { Err(wasmtime_wasi_http::Error::HttpRequestDenied) })
    }
}

impl<F> HttpHandler<F>
where
    F: FileSystem<Descriptor: Send + 'static> + Send + Sync + 'static,
    VfsCtx<F>: Send,
{
    /// A handler whose instances are given what `guest` returns. The component is of an engine made
    /// by [`engine`] with the same limits.
    ///
    /// # Errors
    /// The component exports no `wasi:http/incoming-handler`, or imports what it is not given.
    pub fn new(
        component: &Component,
        limits: HttpLimits,
        guest: impl Fn() -> wasmtime::Result<(VfsCtx<F>, WasiCtx)> + Send + Sync + 'static,
    ) -> wasmtime::Result<Self> {
        let mut linker = Linker::new(component.engine());
        p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
        Ok(Self {
            pre: ProxyPre::new(linker.instantiate_pre(component)?)?,
            guest: Box::new(guest),
            limits,
            room: Semaphore::new(limits.requests as usize),
        })
    }

    /// Answers every request of every connection until the future is dropped.
    ///
    /// # Errors
    /// Connections cannot be accepted any more.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) -> io::Result<Infallible> {
        let _clock = EpochClock::start(self.pre.engine().clone())?;
        loop {
            match listener.accept().await {
                Ok((connection, _)) => drop(tokio::spawn(self.clone().talk(connection))),
                // A client that is gone already, or a moment without descriptors.
                Err(error) if is_passing(&error) => tokio::time::sleep(EPOCH).await,
                Err(error) => return Err(error),
            }
        }
    }

    async fn talk(self: Arc<Self>, connection: TcpStream) {
        // Answers are small and whole; waiting for more of them would only make them late.
        drop(connection.set_nodelay(true));
        let service = service_fn(|request| {
            let handler = self.clone();
            async move { Ok::<_, Infallible>(handler.answer(request).await) }
        });
        let ended = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .serve_connection(TokioIo::new(connection), service)
            .await;
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended badly");
        }
    }

    /// Answers one request with an instance of its own.
    ///
    /// What keeps an instance from answering is 500, 503 (its memory cannot be had) or 504, with one
    /// line that says no more than that.
    pub async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Response<HyperOutgoingBody> {
        let span =
            tracing::debug_span!("request", method = %request.method(), uri = %request.uri());
        let (sender, receiver) = oneshot::channel();
        let limit = self.limits.timeout;
        // It goes on when the head of the response is there, up to the end of its time.
        let instance: JoinHandle<_> = tokio::spawn(async move {
            match timeout(limit, self.handle(request, sender)).await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => Err(Unanswered::Failed(error)),
                Err(_) => Err(Unanswered::TimeIsOver),
            }
        });
        match receiver.await {
            Ok(Ok(response)) => response,
            Ok(Err(code)) => {
                tracing::warn!(parent: &span, %code, "the handler gave up");
                plain(StatusCode::BAD_GATEWAY, "the handler gave up\n")
            }
            Err(_) => {
                let unanswered = match instance.await {
                    Ok(Err(unanswered)) => unanswered,
                    Ok(Ok(())) => Unanswered::Silent,
                    Err(panic) => Unanswered::Failed(panic.into()),
                };
                tracing::warn!(parent: &span, ?unanswered, "no answer");
                unanswered.response()
            }
        }
    }

    async fn handle(
        &self,
        request: Request<Incoming>,
        sender: oneshot::Sender<
            Result<
                Response<HyperOutgoingBody>,
                wasmtime_wasi_http::p2::bindings::http::types::ErrorCode,
            >,
        >,
    ) -> wasmtime::Result<()> {
        let _room = self.room.acquire().await?;
        let (files, wasi) = (self.guest)()?;
        let limits = StoreLimitsBuilder::new().memory_size(self.limits.memory);
        let mut store = Store::new(
            self.pre.engine(),
            Guest {
                files,
                wasi,
                http: WasiHttpCtx::new(),
                hooks: NoRequests,
                table: ResourceTable::new(),
                limits: limits.build(),
            },
        );
        store.limiter(|guest| &mut guest.limits);
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        let mut http = store.data_mut().http();
        let request = http.new_incoming_request(Scheme::Http, request)?;
        let outparam = http.new_response_outparam(sender)?;
        let proxy = self.pre.instantiate_async(&mut store).await?;
        let handler = proxy.wasi_http_incoming_handler();
        handler.call_handle(&mut store, request, outparam).await
    }
}

/// Why a request got no answer of its handler's.
#[derive(Debug)]
enum Unanswered {
    /// A trap, or no instance.
    #[expect(dead_code, reason = "for the log")]
    Failed(wasmtime::Error),
    /// It ended without an answer.
    Silent,
    TimeIsOver,
}

impl Unanswered {
    fn response(&self) -> Response<HyperOutgoingBody> {
        match self {
            Self::Failed(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "the handler failed\n"),
            Self::Silent => plain(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the handler said nothing\n",
            ),
            Self::TimeIsOver => plain(StatusCode::GATEWAY_TIMEOUT, "the handler took too long\n"),
        }
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<HyperOutgoingBody> {
    let body = Full::from(text).map_err(|never| match never {});
    let mut response = Response::new(body.boxed_unsync());
    *response.status_mut() = status;
    response
}

fn is_passing(error: &io::Error) -> bool {
    const EMFILE: i32 = 24;
    const ENFILE: i32 = 23;
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    ) || matches!(error.raw_os_error(), Some(EMFILE | ENFILE))
}

/// Moves an engine's epoch on for as long as it lives, from a thread of its own: the threads that
/// handle requests may all be busy with guests.
struct EpochClock {
    /// Its end is the end of the thread.
    _running: mpsc::Sender<Infallible>,
}

impl EpochClock {
    fn start(engine: Engine) -> io::Result<Self> {
        let (running, ended) = mpsc::channel();
        thread::Builder::new()
            .name("epochs".to_owned())
            .spawn(move || {
                while ended.recv_timeout(EPOCH) == Err(RecvTimeoutError::Timeout) {
                    engine.increment_epoch();
                }
            })?;
        Ok(Self { _running: running })
    }
}
