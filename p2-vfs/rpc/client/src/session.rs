//! A session with a server: compounds out, replies in, over as many connections as it takes.

use std::time::Duration;

use fs_core::{ErrorCode, Result};
use rpc_protocol::{
    Challenge, CompoundBuilder, Fatal, Handle, Hello, Key, Kind, ListingId, MAX_FRAME, Malformed,
    Mode, Nonce, Operation, Outcome, Reason, Reply, Resume, Seq, SessionId, Welcome, frame,
};
use thiserror::Error;

use crate::link::{Connector, Link, LinkError, Moment};

/// Received at once: a reply with a page of content and what is around it, at least.
const READ: usize = 68 << 10;

/// How a client attaches.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// What the server is to be convinced with; empty if it takes no token.
    pub token: Vec<u8>,
    /// The directory that becomes the root; empty for all that the token gives.
    pub subtree: String,
    /// Whether nothing is to be changed.
    pub read_only: bool,
    /// Who else may use the directory.
    pub mode: Mode,
    /// How long an operation may take, with everything that is tried to make it happen.
    pub deadline: Duration,
}

impl Default for Attachment {
    /// Without a token, to everything, together with others, 30 seconds.
    fn default() -> Self {
        Self {
            token: Vec::new(),
            subtree: String::new(),
            read_only: false,
            mode: Mode::Shared,
            deadline: Duration::from_secs(30),
        }
    }
}

/// Why a client is not attached.
#[derive(Debug, Error)]
pub enum AttachError {
    /// There is no connection.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The server refuses.
    #[error("the server refuses: {}", .0.message)]
    Refused(Fatal),
    /// What answers is no server of this protocol.
    #[error("what answers there does not speak this protocol: {0}")]
    Malformed(#[from] Malformed),
    /// What answers does not know the token.
    #[error("what answers there does not know the token; is it the right server?")]
    Impostor,
}

/// A compound that has no reply yet.
struct InFlight {
    seq: Seq,
    frame: Vec<u8>,
}

/// A session.
pub(crate) struct Session<C: Connector> {
    connector: C,
    deadline: Duration,
    id: SessionId,
    key: Key,
    /// `None` after it broke, until the next operation.
    link: Option<C::Link>,
    /// Received and not yet looked at.
    input: Vec<u8>,
    builder: CompoundBuilder,
    last: Seq,
    ack: Seq,
    /// Given up: the server does not know the session, or did not answer in time.
    is_lost: bool,
    next_handle: u32,
    next_listing: u32,
    round_trips: u64,
}

impl<C: Connector> Session<C> {
    /// Opens a session.
    ///
    /// # Errors
    /// Every [`AttachError`].
    pub(crate) fn attach(
        connector: C,
        attachment: &Attachment,
    ) -> std::result::Result<(Self, Welcome), AttachError> {
        let until = connector.now().after(attachment.deadline);
        let mut link = connector.connect(until)?;
        let nonce = connector.nonce()?;
        let key = Key::of_token(&attachment.token);
        let mut greeting = Vec::new();
        Hello {
            versions: (rpc_protocol::VERSION, rpc_protocol::VERSION),
            features: 0,
            mode: attachment.mode,
            read_only: attachment.read_only,
            nonce,
            subtree: &attachment.subtree,
        }
        .write(&mut greeting);
        let (welcome, server) = greet(&mut link, &greeting, &nonce, &key, until)?;
        let session = Self {
            key: key.session_key(welcome.session, &server, &nonce),
            connector,
            deadline: attachment.deadline,
            id: welcome.session,
            link: Some(link),
            input: Vec::new(),
            builder: CompoundBuilder::default(),
            last: Seq(0),
            ack: Seq(0),
            is_lost: false,
            next_handle: 1,
            next_listing: 0,
            round_trips: 0,
        };
        Ok((session, welcome))
    }

    /// How often the client has waited for the server.
    pub(crate) fn round_trips(&self) -> u64 {
        self.round_trips
    }

    /// A number that no open description of the session has.
    pub(crate) fn new_handle(&mut self) -> Handle {
        let handle = Handle(self.next_handle);
        self.next_handle = self.next_handle.checked_add(1).unwrap_or(1);
        handle
    }

    pub(crate) fn new_listing(&mut self) -> ListingId {
        self.next_listing = self.next_listing.wrapping_add(1);
        ListingId(self.next_listing)
    }

    /// Sends an operation with the next one that is waited for.
    pub(crate) fn defer(&mut self, operation: &Operation<'_>) {
        if self.is_lost {
            return;
        }
        self.builder.push(operation);
        if !self.builder.has_room(0) {
            // A failure shows at the next operation.
            let _ = self.exchange(|_| Ok(()));
        }
    }

    /// Has an operation done and gives what `take` makes of its outcome.
    ///
    /// # Errors
    /// The operation's own, those of `take`, and `Io` if the session is lost.
    pub(crate) fn call<T>(
        &mut self,
        operation: &Operation<'_>,
        take: impl FnOnce(Outcome<'_>) -> Result<T>,
    ) -> Result<T> {
        if self.is_lost {
            return Err(ErrorCode::Io);
        }
        let content = match operation {
            Operation::Write { data, .. } => data.len(),
            _ => 0,
        };
        if !self.builder.has_room(content) {
            self.exchange(|_| Ok(()))?;
        }
        self.builder.push(operation);
        self.exchange(take)
    }

    /// Ends the session, if the server can be reached at once.
    pub(crate) fn say_goodbye(&mut self) {
        let until = self.connector.now().after(Duration::from_secs(1));
        let mut out = Vec::new();
        if self.builder.count() > 0 {
            self.last.0 += 1;
            self.builder.finish(self.last, self.ack, &mut out);
        }
        frame::write(&mut out, Kind::Bye, |_| {});
        if let Some(link) = &mut self.link {
            // The server closes what is open when the connection ends, too, only later.
            let _ = link.send(&out, until);
        }
    }

    /// Sends what was collected and waits for its reply; `take` gets the last outcome.
    fn exchange<T>(&mut self, take: impl FnOnce(Outcome<'_>) -> Result<T>) -> Result<T> {
        self.last.0 += 1;
        let mut compound = InFlight {
            seq: self.last,
            frame: Vec::new(),
        };
        self.builder
            .finish(compound.seq, self.ack, &mut compound.frame);
        let until = self.connector.now().after(self.deadline);
        self.round_trips += 1;
        let len = self.answered(&compound, until).map_err(|_| self.lose())?;
        self.ack = compound.seq;
        let outcome = last_outcome(&self.input[..len]).map(take);
        let taken = match outcome {
            Ok(taken) => taken,
            Err(_) => Err(self.lose()),
        };
        self.input.drain(..len);
        taken
    }

    /// Gives the session up.
    fn lose(&mut self) -> ErrorCode {
        self.is_lost = true;
        self.link = None;
        ErrorCode::Io
    }

    /// Sends a compound until it is answered; the reply is the first frame of the input then, of
    /// the length that is returned.
    fn answered(
        &mut self,
        compound: &InFlight,
        until: Moment,
    ) -> std::result::Result<usize, AttachError> {
        let mut pause = Duration::from_millis(5);
        loop {
            match self.attempt(compound, until) {
                Err(AttachError::Link(LinkError::Broken(_))) => {
                    self.link = None;
                    let left = until.since(self.connector.now());
                    if left.is_zero() {
                        return Err(LinkError::Timeout.into());
                    }
                    self.connector.pause(pause.min(left));
                    pause = (pause * 2).min(Duration::from_secs(1));
                }
                ended => return ended,
            }
        }
    }

    fn attempt(
        &mut self,
        compound: &InFlight,
        until: Moment,
    ) -> std::result::Result<usize, AttachError> {
        let mut link = match self.link.take() {
            Some(link) => link,
            None => self.reconnect(until)?,
        };
        link.send(&compound.frame, until)?;
        let len = loop {
            match frame::split(&self.input, MAX_FRAME)? {
                Some((found, len)) => match found.kind {
                    Kind::Reply if found.seq == compound.seq => break len,
                    // Of a compound that was sent twice, or an answer to nothing.
                    Kind::Reply | Kind::Pong => {
                        self.input.drain(..len);
                    }
                    Kind::Fatal => return Err(AttachError::Refused(Fatal::read(found.body)?)),
                    _ => return Err(Malformed::Value("a server's frame").into()),
                },
                None => {
                    let wanted = frame::announced(&self.input).unwrap_or(0).min(MAX_FRAME);
                    let more = wanted.saturating_sub(self.input.len()).max(READ);
                    link.receive(&mut self.input, more, until)?;
                }
            }
        };
        self.link = Some(link);
        Ok(len)
    }

    /// Goes on with the session on a new connection.
    fn reconnect(&mut self, until: Moment) -> std::result::Result<C::Link, AttachError> {
        self.input.clear();
        let mut link = self.connector.connect(until)?;
        let nonce = self.connector.nonce()?;
        let mut greeting = Vec::new();
        Resume {
            session: self.id,
            ack: self.ack,
            nonce,
        }
        .write(&mut greeting);
        greet(&mut link, &greeting, &nonce, &self.key, until)?;
        Ok(link)
    }
}

/// The outcome of the last operation of a reply.
fn last_outcome(bytes: &[u8]) -> std::result::Result<Outcome<'_>, Malformed> {
    let (found, _) = frame::split(bytes, MAX_FRAME)?.ok_or(Malformed::Truncated)?;
    let reply = Reply::read(&found)?;
    let mut last = Err(Malformed::Truncated);
    for outcome in reply.outcomes() {
        last = Ok(outcome?);
    }
    reply.outcomes().recalls()?;
    last
}

/// Greets, proves, and is welcomed; gives the server's nonce, too.
fn greet(
    link: &mut impl Link,
    greeting: &[u8],
    nonce: &Nonce,
    key: &Key,
    until: Moment,
) -> std::result::Result<(Welcome, Nonce), AttachError> {
    link.send(greeting, until)?;
    let mut input = Vec::new();
    let challenge = expect(link, &mut input, Kind::Challenge, until, Challenge::read)?;
    let mut proof = Vec::new();
    key.client_proof(&challenge.nonce, nonce).write(&mut proof);
    link.send(&proof, until)?;
    let welcome = expect(link, &mut input, Kind::Welcome, until, Welcome::read)?;
    match key.accepts_server(&welcome.proof, &challenge.nonce, nonce) {
        true => Ok((welcome, challenge.nonce)),
        false => Err(AttachError::Impostor),
    }
}

/// The next frame, which is of this kind.
fn expect<T>(
    link: &mut impl Link,
    input: &mut Vec<u8>,
    kind: Kind,
    until: Moment,
    read: impl Fn(&[u8]) -> std::result::Result<T, Malformed>,
) -> std::result::Result<T, AttachError> {
    loop {
        if let Some((found, len)) = frame::split(input, rpc_protocol::MAX_GREETING)? {
            if found.kind == Kind::Fatal {
                let fatal = Fatal::read(found.body)?;
                return Err(match fatal.reason {
                    // It is going: another may come in its place.
                    Reason::ShuttingDown => LinkError::Broken(fatal.message).into(),
                    _ => AttachError::Refused(fatal),
                });
            }
            if found.kind != kind {
                return Err(Malformed::Value("a server's frame").into());
            }
            let value = read(found.body)?;
            input.drain(..len);
            return Ok(value);
        }
        link.receive(input, READ, until)?;
    }
}
