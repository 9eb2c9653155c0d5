//! The listener: delays, faults and the log around the operations.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use s3s::Body;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::fault::{Fault, Faults};
use crate::log::{Entry, Log};
use crate::operation::Operation;
use crate::service::Service;
use crate::store::{Quirks, Store};

/// The access key that requests must be signed with.
pub const ACCESS_KEY: &str = "testd";

/// The secret key that requests must be signed with.
pub const SECRET_KEY: &str = "testd-secret";

/// How a server starts.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// How long every answer waits.
    pub latency: Duration,
    /// What the store does otherwise than S3.
    pub quirks: Quirks,
    /// Buckets that exist from the start.
    pub buckets: Vec<String>,
}

impl Default for Config {
    /// Any free port of loopback, no latency, one bucket, `test`.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            latency: Duration::ZERO,
            quirks: Quirks::default(),
            buckets: vec!["test".to_owned()],
        }
    }
}

/// A running server. Dropping it ends it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    store: Store,
    faults: Faults,
    log: Log,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Listens, and answers on the present tokio runtime.
    ///
    /// # Errors
    /// Those of binding the address.
    pub async fn start(config: Config) -> io::Result<Self> {
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        let store = Store::new(config.quirks);
        config
            .buckets
            .iter()
            .for_each(|name| store.create_bucket(name));
        let mut builder = S3ServiceBuilder::new(Service {
            store: store.clone(),
        });
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let front = Front {
            service: builder.build(),
            store: store.clone(),
            faults: Faults::default(),
            log: Log::default(),
            latency: config.latency,
        };
        Ok(Self {
            address,
            store,
            faults: front.faults.clone(),
            log: front.log.clone(),
            accepting: tokio::spawn(accept(listener, front)),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL for clients, in path style.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it holds.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// What it was asked.
    pub fn log(&self) -> &Log {
        &self.log
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, front: Front) {
    // Connections end with the set, and the set with this task.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => { connections.spawn(serve(stream, front.clone())); }
                // Out of descriptors: those of closed connections come back.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, front: Front) {
    // Without this, the other side's delayed acknowledgement looks like 40 ms of server.
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |request| front.clone().answer(request));
    // An error here is the client's: it went away, or a fault closed the connection.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// The connection is to be closed without an answer.
#[derive(Debug)]
struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("closed on purpose")
    }
}

impl std::error::Error for Closed {}

#[derive(Clone)]
struct Front {
    service: S3Service,
    store: Store,
    faults: Faults,
    log: Log,
    latency: Duration,
}

impl Front {
    async fn answer(self, request: Request<Incoming>) -> Result<Response<Body>, Closed> {
        let (operation, key) = Operation::of(&request);
        let sent = request.headers().get(http::header::CONTENT_LENGTH);
        let sent = sent.and_then(|value| value.to_str().ok()?.parse().ok());
        let fault = self.faults.hit(operation, &key);
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        let answer = self.act(request, fault).await;
        self.log.push(Entry {
            operation,
            key,
            status: answer
                .as_ref()
                .ok()
                .map(|response| response.status().as_u16()),
            sent: sent.unwrap_or_default(),
        });
        answer
    }

    async fn act(
        &self,
        request: Request<Incoming>,
        fault: Option<Fault>,
    ) -> Result<Response<Body>, Closed> {
        match fault {
            None => self.call(request).await,
            Some(Fault::Refuse { status, code }) => {
                let status = StatusCode::from_u16(status).map_err(|_| Closed)?;
                drain(request).await?;
                Ok(error(status, &code))
            }
            Some(Fault::LoseResponse) => {
                self.call(request).await?;
                Err(Closed)
            }
            Some(Fault::Reset) => Err(Closed),
            Some(Fault::SpuriousPrecondition) => {
                self.call(request).await?;
                Ok(error(StatusCode::PRECONDITION_FAILED, "PreconditionFailed"))
            }
            Some(Fault::Truncate) => self.call(request).await.map(truncated),
            Some(Fault::Delay(time)) => {
                tokio::time::sleep(time).await;
                self.call(request).await
            }
            Some(Fault::Stall) => std::future::pending().await,
            Some(Fault::ErrorInBody) => {
                drain(request).await?;
                Ok(error(StatusCode::OK, "InternalError"))
            }
            Some(Fault::ForgetUploads) => {
                self.store.forget_uploads();
                self.call(request).await
            }
        }
    }

    async fn call(&self, request: Request<Incoming>) -> Result<Response<Body>, Closed> {
        let request = request.map(Body::from);
        self.service.call(request).await.map_err(|_| Closed)
    }
}

/// Reads what the client sends, so that it is ready for the answer.
async fn drain(request: Request<Incoming>) -> Result<(), Closed> {
    request.collect().await.map(drop).map_err(|_| Closed)
}

fn error(status: StatusCode, code: &str) -> Response<Body> {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <Error><Code>{code}</Code><Message>{code}, on purpose</Message></Error>"
    );
    let mut response = Response::new(Body::from(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static("application/xml"),
    );
    response
}

/// The same headers, and half of the first piece of the body.
fn truncated(response: Response<Body>) -> Response<Body> {
    response.map(|body| {
        let first = TryStreamExt::map_err(body, io::Error::other).take(1);
        let half = first.map_ok(|piece| piece.slice(..piece.len() / 2));
        let end = futures::stream::once(async {
            // The connection sends what it has when the body makes it wait.
            tokio::task::yield_now().await;
            Err(io::Error::other(Closed))
        });
        let frames = half.chain(end).map_ok(http_body::Frame::data);
        Body::http_body_unsync(http_body_util::StreamBody::new(frames))
    })
}
