//! A connection: frames in, frames out, one after the other.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use fs_core::FileSystem;
use rpc_protocol::{
    Compound, Fatal, Greeting, Hello, Kind, MAX_FRAME, MAX_GREETING, Malformed, Nonce, Proof,
    Reason, Resume, Seq, Welcome, frame,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout;

use crate::greeting::{self, Challenged, fatal, unknown_session};
use crate::registry::{Claim, Slot};
use crate::server::Shared;
use crate::session::Session;

/// How long a peer may take to prove who it is, and to take a frame.
const PATIENCE: Duration = Duration::from_secs(10);

/// Replies are collected up to this many bytes while more frames are there to be executed.
const BATCH: usize = 256 << 10;

/// How much is read at once.
const READ: usize = 64 << 10;

/// Why a connection ended.
enum End {
    /// The client said so.
    Bye,
    /// The client is gone, or somebody else has its session: it may come again.
    Lost,
    /// The client did what it must not: its session ends.
    Breach(Fatal),
}

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        Self::Lost
    }
}

/// Serves a connection until it ends, and its session after that as long as it may be resumed.
pub(crate) async fn serve<F, S>(shared: Arc<Shared<F>>, stream: S)
where
    F: FileSystem + Send + Sync + 'static,
    F::Descriptor: Send + 'static,
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut connection = Connection {
        stream,
        input: Vec::new(),
        start: 0,
    };
    let greeted = timeout(PATIENCE, connection.greet(&shared)).await;
    let mut admission = match greeted {
        Ok(Ok(admission)) => admission,
        Ok(Err(End::Breach(fatal))) => return connection.refuse(&fatal).await,
        Ok(Err(End::Bye | End::Lost)) | Err(_) => return,
    };
    let slot = admission.slot.clone();
    let mut claim = slot.claim();
    let end = {
        // Whoever had the session before lets go as soon as it is at a place to stop at.
        let mut session = match admission.session.take() {
            Some(session) => session,
            None => slot.session.clone().lock_owned().await,
        };
        session.acknowledge(admission.ack);
        session.give_up_leases();
        admission.welcome.executed = session.executed();
        tokio::select! {
            end = connection.run(&shared, &mut session, &admission.welcome) => end,
            () = claim.lost() => Err(End::Breach(fatal(
                Reason::Superseded,
                "another connection took the session over",
            ))),
        }
    };
    match end {
        Err(End::Bye) | Ok(()) => shared.registry.remove(slot.id),
        Err(End::Lost) => keep(&shared, &slot, claim).await,
        Err(End::Breach(fatal)) if fatal.reason == Reason::Superseded => {
            connection.refuse(&fatal).await;
        }
        Err(End::Breach(fatal)) => {
            tracing::warn!(session = slot.id.0, "{}", fatal.message);
            shared.registry.remove(slot.id);
            connection.refuse(&fatal).await;
        }
    }
}

/// Keeps a session without a connection until somebody takes it, or for as long as is allowed.
async fn keep<F>(shared: &Shared<F>, slot: &Slot, mut claim: Claim) {
    tokio::select! {
        () = tokio::time::sleep(shared.limits.resume_window) => shared.registry.remove(slot.id),
        () = claim.lost() => {}
        () = shared.ended() => {}
    }
}

/// A client that has proved who it is.
struct Admission {
    slot: Arc<Slot>,
    /// If it is new; another connection may have one that is not.
    session: Option<OwnedMutexGuard<Session>>,
    /// All but the last compound that was executed.
    welcome: Welcome,
    /// The client has the replies up to this one.
    ack: Seq,
}

/// Finds or makes the session that a greeting is about.
///
/// # Errors
/// Why the client is refused.
fn admit<F>(
    shared: &Shared<F>,
    challenged: &Challenged,
    greeting: &Greeting<'_>,
    proof: &Proof,
) -> Result<Admission, Fatal>
where
    F: FileSystem,
    F::Descriptor: Send + 'static,
{
    match greeting {
        Greeting::Hello(hello) => {
            let (slot, session, welcome) = challenged.open(shared, hello, proof)?;
            Ok(Admission {
                slot,
                session: Some(session),
                welcome,
                ack: Seq(0),
            })
        }
        Greeting::Resume(resume) => {
            let slot = shared.registry.get(resume.session);
            let slot = slot.filter(|slot| challenged.is_owner(slot, proof));
            let slot = slot.ok_or_else(unknown_session)?;
            Ok(Admission {
                welcome: challenged.resumed(shared, &slot),
                slot,
                session: None,
                ack: resume.ack,
            })
        }
    }
}

struct Connection<S> {
    stream: S,
    /// What was received; what is before `start` has been dealt with.
    input: Vec<u8>,
    start: usize,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    async fn greet<F>(&mut self, shared: &Shared<F>) -> Result<Admission, End>
    where
        F: FileSystem,
        F::Descriptor: Send + 'static,
    {
        let (kind, body) = self.small_frame().await?;
        let greeting = match kind {
            Kind::Hello => Greeting::Hello(Hello::read(&body).map_err(malformed)?),
            Kind::Resume => Greeting::Resume(Resume::read(&body).map_err(malformed)?),
            _ => return Err(End::Breach(not_a_greeting())),
        };
        let nonce = Nonce(shared.random().map_err(|_| End::Lost)?);
        let challenged = greeting::challenge(&greeting, nonce).map_err(End::Breach)?;
        let mut out = Vec::new();
        challenged.challenge.write(&mut out);
        self.send(&out).await?;
        let (kind, body) = self.small_frame().await?;
        if kind != Kind::Proof {
            return Err(End::Breach(not_a_greeting()));
        }
        let proof = Proof::read(&body).map_err(malformed)?;
        admit(shared, &challenged, &greeting, &proof).map_err(End::Breach)
    }

    /// Executes what comes until the connection ends.
    async fn run<F>(
        &mut self,
        shared: &Shared<F>,
        session: &mut Session,
        welcome: &Welcome,
    ) -> Result<(), End> {
        let mut out = Vec::new();
        welcome.write(&mut out);
        loop {
            while out.len() < BATCH
                && let Some((frame, len)) =
                    frame::split(&self.input[self.start..], MAX_FRAME).map_err(malformed)?
            {
                match frame.kind {
                    Kind::Compound => {
                        let compound = Compound::read(&frame).map_err(malformed)?;
                        session.run(&compound, &mut out).await.map_err(|breach| {
                            End::Breach(fatal(Reason::Malformed, &breach.to_string()))
                        })?;
                    }
                    Kind::Ping => frame::write(&mut out, Kind::Pong, |_| {}),
                    Kind::Pong => {}
                    Kind::Bye => return Err(End::Bye),
                    _ => return Err(End::Breach(not_a_greeting())),
                }
                self.start += len;
            }
            if !out.is_empty() {
                timeout(shared.limits.send_timeout, self.send(&out))
                    .await
                    .map_err(|_| End::Lost)??;
                out.clear();
                out.shrink_to(BATCH);
                continue;
            }
            tokio::select! {
                read = timeout(shared.limits.idle_timeout, self.receive(MAX_FRAME)) => {
                    read.map_err(|_| End::Breach(fatal(
                        Reason::Superseded,
                        "the session was idle for too long",
                    )))??;
                }
                () = shared.ended() => {
                    return Err(End::Breach(fatal(Reason::ShuttingDown, "the server ends")));
                }
            }
        }
    }

    async fn send(&mut self, out: &[u8]) -> io::Result<()> {
        self.stream.write_all(out).await?;
        self.stream.flush().await
    }

    /// Reads some bytes behind what is there.
    async fn receive(&mut self, max: usize) -> Result<(), End> {
        self.input.drain(..self.start);
        self.start = 0;
        if self.input.is_empty() {
            self.input.shrink_to(READ);
        }
        // No more than the frame that has begun, or a readful: nobody makes the server hold more.
        let wanted = frame::announced(&self.input).map_or(0, |len| len.min(max));
        let room = wanted.saturating_sub(self.input.len()).max(READ.min(max));
        self.input.reserve(room.min(READ));
        let mut limited = (&mut self.stream).take(room as u64);
        match limited.read_buf(&mut self.input).await? {
            0 => Err(End::Lost),
            _ => Ok(()),
        }
    }

    /// A frame of a peer that has not proved anything.
    async fn small_frame(&mut self) -> Result<(Kind, Vec<u8>), End> {
        loop {
            let split = frame::split(&self.input[self.start..], MAX_GREETING);
            if let Some((frame, len)) = split.map_err(malformed)? {
                let found = (frame.kind, frame.body.to_vec());
                self.start += len;
                return Ok(found);
            }
            self.receive(MAX_GREETING).await?;
        }
    }

    /// Says why the connection ends, if the peer listens.
    async fn refuse(&mut self, fatal: &Fatal) {
        let mut out = Vec::new();
        fatal.write(&mut out);
        // The peer may be gone: then there is nobody to tell.
        let _ = timeout(PATIENCE, async {
            self.stream.write_all(&out).await?;
            self.stream.shutdown().await
        })
        .await;
    }
}

fn malformed(error: Malformed) -> End {
    End::Breach(fatal(Reason::Malformed, &error.to_string()))
}

fn not_a_greeting() -> Fatal {
    fatal(Reason::Malformed, "a frame that has no place here")
}
