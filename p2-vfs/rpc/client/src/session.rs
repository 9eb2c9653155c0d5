//! A session with a server: compounds out, replies in, over as many connections as it takes.

use std::collections::VecDeque;
use std::time::Duration;

use fs_core::{ErrorCode, Result};
use rpc_protocol::{
    CompoundBuilder, Fatal, Frame, Handle, Hello, Key, Kind, ListingId, MAX_FRAME, Malformed, Mode,
    Operation, Outcome, Outcomes, Reply, Resume, Seq, SessionId, Welcome, frame,
};
use thiserror::Error;

use crate::cache::{Cache, Prefetch};
use crate::greeting::greet;
use crate::input::Input;
use crate::link::{Connector, Link, LinkError, Moment};
use crate::names::Names;

/// Frames up to this size are sent though replies are outstanding: both sides have room for them.
const SMALL: usize = 16 << 10;

/// How many reads ahead may be on their way.
const WINDOWS: usize = 2;

/// How what a client sees relates to what others do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    /// Nothing is cached: each operation is one round trip, and what it gives is what the server
    /// has at that moment.
    Strict,
    /// What was written is seen by whoever opens later. The content and attributes of open files
    /// are cached under leases: as long as the client has one, nobody else changes them.
    CloseToOpen,
    /// As [`CloseToOpen`](Self::CloseToOpen), and nobody else may be attached to the directory: so
    /// new files may be made without asking, many at once.
    Private,
}

impl Consistency {
    /// What users call `strict`, `cto` and `private`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "strict" => Some(Self::Strict),
            "cto" => Some(Self::CloseToOpen),
            "private" => Some(Self::Private),
            _ => None,
        }
    }
}

/// How a client attaches.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// What the server is to be convinced with; empty if it takes no token.
    pub token: Vec<u8>,
    /// The directory that becomes the root; empty for all that the token gives.
    pub subtree: String,
    /// Whether nothing is to be changed.
    pub read_only: bool,
    /// What may be cached, and who else may use the directory.
    pub consistency: Consistency,
    /// How many bytes of content may be cached.
    pub cache: usize,
    /// Whether files of a private directory may be made and written behind the caller's back. What
    /// is not yet sent goes out when the last clone of the file system is dropped; who does not get
    /// to that must not ask for it.
    pub write_behind: bool,
    /// How long an operation may take, with everything that is tried to make it happen.
    pub deadline: Duration,
}

impl Default for Attachment {
    /// Without a token, to everything, together with others, close to open, with 32 MiB of cache
    /// and 30 seconds.
    fn default() -> Self {
        Self {
            token: Vec::new(),
            subtree: String::new(),
            read_only: false,
            consistency: Consistency::CloseToOpen,
            cache: 32 << 20,
            write_behind: true,
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
    /// When it was first sent, by the clock that leases are measured with.
    sent: Moment,
    /// What its last outcome is for, if nobody waits for it.
    prefetch: Option<Prefetch>,
    /// How long its deferred writes are.
    writes: Vec<usize>,
    /// The leases of its reply may be those of a connection that is lost.
    is_resent: bool,
}

/// A session.
pub(crate) struct Session<C: Connector> {
    connector: C,
    deadline: Duration,
    consistency: Consistency,
    id: SessionId,
    key: Key,
    /// `None` after it broke, until the next operation.
    link: Option<C::Link>,
    input: Input,
    builder: CompoundBuilder,
    in_flight: VecDeque<InFlight>,
    last: Seq,
    ack: Seq,
    /// Given up: the server does not know the session, or did not answer in time.
    is_lost: bool,
    /// How long leases last after a frame was sent, less what clocks may differ by.
    lease_time: Duration,
    /// What was leased is good until then.
    leased_until: Moment,
    /// The last reply answers a compound that was sent on more than one connection.
    was_resent: bool,
    /// How long the deferred writes are that it answers.
    answered_writes: Vec<usize>,
    pub(crate) cache: Cache,
    pub(crate) names: Names,
    /// Whether changes may wait for company: the directory is private, and a change was made.
    may_defer: bool,
    has_changed: bool,
    /// How long the deferred writes are that are being collected.
    writes: Vec<usize>,
    /// The first deferred change that failed, until somebody is told.
    failure: Option<ErrorCode>,
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
        let start = connector.now();
        let until = start.after(attachment.deadline);
        let mut link = connector.connect(until)?;
        let nonce = connector.nonce()?;
        let key = Key::of_token(&attachment.token);
        let mut greeting = Vec::new();
        Hello {
            versions: (rpc_protocol::VERSION, rpc_protocol::VERSION),
            features: 0,
            mode: match attachment.consistency {
                Consistency::Strict | Consistency::CloseToOpen => Mode::Shared,
                Consistency::Private => Mode::Private,
            },
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
            consistency: attachment.consistency,
            id: welcome.session,
            link: Some(link),
            input: Input::default(),
            builder: CompoundBuilder::default(),
            in_flight: VecDeque::new(),
            last: Seq(0),
            ack: Seq(0),
            is_lost: false,
            lease_time: Duration::from_millis(welcome.lease_ms.into()) * 9 / 10,
            leased_until: start,
            was_resent: false,
            answered_writes: Vec::new(),
            cache: Cache::new(attachment.cache),
            names: Names::default(),
            may_defer: attachment.write_behind && attachment.consistency == Consistency::Private,
            has_changed: false,
            writes: Vec::new(),
            failure: None,
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

    pub(crate) fn consistency(&self) -> Consistency {
        self.consistency
    }

    /// Whether changes may wait for company. The first one does not: then it shows whether this
    /// client may change anything.
    pub(crate) fn may_defer_changes(&self) -> bool {
        !self.is_lost && self.may_defer && self.has_changed
    }

    /// Notes that this client has changed something.
    pub(crate) fn note_change(&mut self) {
        self.has_changed = true;
    }

    /// The failure of a deferred change that nobody was told of.
    pub(crate) fn take_failure(&mut self) -> Option<ErrorCode> {
        self.failure.take()
    }

    /// Which compound is being collected.
    pub(crate) fn batch(&self) -> u64 {
        self.last.0
    }

    /// Whether one more operation with so much content fits into it.
    pub(crate) fn has_room(&self, content: usize) -> bool {
        self.builder.has_room(content)
    }

    /// Whether what is leased in the cache is still good.
    pub(crate) fn has_leases(&self) -> bool {
        !self.is_lost && self.connector.now() < self.leased_until
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
        if let Operation::Write { data, .. } = operation {
            self.writes.push(data.len());
        }
        self.builder.push(operation);
        if !self.builder.has_room(0) {
            // A failure shows at the next operation.
            let _ = self.exchange(0, |_, _| Ok(()));
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
        self.call_all(&[*operation], |_, outcomes| take(next(outcomes)?))
    }

    /// Has operations done in one round trip and gives what `take` makes of their outcomes, one for
    /// each. Leases that it notes in the cache are given up again if they are recalled already.
    ///
    /// # Errors
    /// Those of `take`, and `Io` if the session is lost.
    pub(crate) fn call_all<T>(
        &mut self,
        operations: &[Operation<'_>],
        take: impl FnOnce(&mut Cache, &mut Outcomes<'_>) -> Result<T>,
    ) -> Result<T> {
        if self.is_lost {
            return Err(ErrorCode::Io);
        }
        let content = |operation: &Operation<'_>| match operation {
            Operation::Write { data, .. } => data.len(),
            _ => 0,
        };
        let content = operations.iter().map(content).sum();
        if !self.builder.has_room(content) {
            self.exchange(0, |_, _| Ok(()))?;
        }
        for operation in operations {
            self.builder.push(operation);
        }
        self.exchange(operations.len(), take)
    }

    /// Whether one more read ahead may be on its way.
    pub(crate) fn has_room_for_prefetch(&self) -> bool {
        !self.is_lost && self.link.is_some() && self.in_flight.len() < WINDOWS
    }

    /// Sends a READ whose data goes to the cache when it comes.
    pub(crate) fn prefetch(&mut self, operation: &Operation<'_>, prefetch: Prefetch) {
        self.builder.push(operation);
        self.post(Some(prefetch));
    }

    /// Waits for data at `offset` of a file, if it is to come; says whether it was.
    ///
    /// # Errors
    /// `Io`: the session is lost.
    pub(crate) fn await_prefetch(&mut self, ino: fs_core::Ino, offset: u64) -> Result<bool> {
        let holds = |prefetch: &Prefetch| {
            let end = prefetch.offset + prefetch.len as u64;
            prefetch.ino == ino && (prefetch.offset..end).contains(&offset)
        };
        let found = self
            .in_flight
            .iter()
            .find(|compound| compound.prefetch.as_ref().is_some_and(holds));
        let Some(seq) = found.map(|compound| compound.seq) else {
            return Ok(false);
        };
        let until = self.connector.now().after(self.deadline);
        self.round_trips += 1;
        self.settle(seq, until).map_err(|_| self.lose())?;
        Ok(true)
    }

    /// Ends the session. What has waited for company is waited for; there is nobody left to be told
    /// of failures.
    pub(crate) fn say_goodbye(&mut self) {
        if !self.is_lost && self.builder.count() > 0 && self.may_defer_changes() {
            let _ = self.exchange(0, |_, _| Ok(()));
        }
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

    /// Numbers what was collected, and sends it if there is a connection.
    fn post(&mut self, prefetch: Option<Prefetch>) {
        self.last.0 += 1;
        let sent = self.connector.now();
        let mut compound = InFlight {
            seq: self.last,
            frame: Vec::new(),
            sent,
            prefetch,
            writes: std::mem::take(&mut self.writes),
            is_resent: false,
        };
        self.builder
            .finish(compound.seq, self.ack, &mut compound.frame);
        if let Some(link) = &mut self.link
            && link
                .send(&compound.frame, sent.after(self.deadline))
                .is_err()
        {
            // It is sent again on the next connection.
            self.link = None;
        }
        self.in_flight.push_back(compound);
    }

    /// Sends what was collected and waits for its reply; `take` gets the last `own` outcomes.
    fn exchange<T>(
        &mut self,
        own: usize,
        take: impl FnOnce(&mut Cache, &mut Outcomes<'_>) -> Result<T>,
    ) -> Result<T> {
        let until = self.connector.now().after(self.deadline);
        self.round_trips += 1;
        if !self.in_flight.is_empty() && self.builder.len() > SMALL {
            // Two who send much and do not listen would wait for each other.
            self.settle(self.last, until).map_err(|_| self.lose())?;
        }
        self.post(None);
        let len = self.settle(self.last, until).map_err(|_| self.lose())?;
        let taken = match self.input.frame(MAX_FRAME) {
            Ok(Some((found, _))) => {
                let own = (own, &*self.answered_writes);
                take_outcomes(&found, own, &mut self.cache, &mut self.failure, take)
            }
            Ok(None) | Err(_) => Err(Malformed::Truncated),
        };
        let taken = taken.map_err(|_| self.lose())?;
        self.input.consume(len);
        if self.was_resent {
            self.cache.give_up_leases();
        }
        taken
    }

    /// Gives the session up.
    fn lose(&mut self) -> ErrorCode {
        self.is_lost = true;
        self.link = None;
        self.in_flight.clear();
        ErrorCode::Io
    }

    /// Waits, over as many connections as it takes, until the compound `seq` is answered. If
    /// somebody waits for its outcomes, the reply is the first frame of the input then, of the
    /// length that is returned; otherwise all is done with it.
    fn settle(&mut self, seq: Seq, until: Moment) -> std::result::Result<usize, AttachError> {
        let mut pause = Duration::from_millis(5);
        loop {
            match self.attempt(seq, until) {
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

    fn attempt(&mut self, seq: Seq, until: Moment) -> std::result::Result<usize, AttachError> {
        let mut link = match self.link.take() {
            Some(link) => link,
            None => self.reconnect(until)?,
        };
        while let Some(front) = self.in_flight.front() {
            let Some((found, len)) = self.input.frame(MAX_FRAME)? else {
                self.input.receive(&mut link, until)?;
                continue;
            };
            match found.kind {
                Kind::Reply if found.seq == front.seq => {}
                // Of a compound that was sent twice, or an answer to nothing.
                Kind::Reply | Kind::Pong => {
                    self.input.consume(len);
                    continue;
                }
                Kind::Fatal => return Err(AttachError::Refused(Fatal::read(found.body)?)),
                _ => return Err(Malformed::Value("a server's frame").into()),
            }
            self.ack = front.seq;
            self.leased_until = front.sent.after(self.lease_time);
            self.was_resent = front.is_resent;
            let prefetch = front.prefetch;
            let writes = self.in_flight.pop_front().map(|front| front.writes);
            let writes = writes.unwrap_or_default();
            if let Some(prefetch) = prefetch {
                let store = |cache: &mut Cache, outcomes: &mut Outcomes<'_>| {
                    if let Outcome::Data(data) = next(outcomes)? {
                        cache.store_prefetched(&prefetch, data);
                    }
                    Ok(())
                };
                // A failure shows when somebody reads.
                let failure = &mut self.failure;
                let _ = take_outcomes(&found, (1, &writes), &mut self.cache, failure, store)?;
                self.input.consume(len);
            }
            if self.ack == seq {
                self.answered_writes = writes;
                self.link = Some(link);
                return Ok(len);
            }
        }
        self.link = Some(link);
        Ok(0)
    }

    /// Goes on with the session on a new connection: what has no reply is sent again.
    fn reconnect(&mut self, until: Moment) -> std::result::Result<C::Link, AttachError> {
        self.input.clear();
        // Recalls may have been lost.
        self.cache.give_up_leases();
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
        for compound in &mut self.in_flight {
            compound.is_resent = true;
            link.send(&compound.frame, until)?;
        }
        Ok(link)
    }
}

/// The next outcome of a reply.
///
/// # Errors
/// `Io`: there is none, or it makes no sense.
pub(crate) fn next<'a>(outcomes: &mut Outcomes<'a>) -> Result<Outcome<'a>> {
    outcomes
        .next()
        .and_then(std::result::Result::ok)
        .ok_or(ErrorCode::Io)
}

/// Hands the last `own` outcomes of a reply to `take`, then its recalls to the cache. If one of the
/// others failed, among them `writes` of these lengths, that is a `failure`, unless there is one.
fn take_outcomes<'a, T>(
    found: &Frame<'a>,
    (own, writes): (usize, &[usize]),
    cache: &mut Cache,
    failure: &mut Option<ErrorCode>,
    take: impl FnOnce(&mut Cache, &mut Outcomes<'a>) -> Result<T>,
) -> std::result::Result<Result<T>, Malformed> {
    let reply = Reply::read(found)?;
    let recalls = reply.outcomes().recalls()?;
    let mut outcomes = reply.outcomes();
    let mut writes = writes.iter();
    let others = usize::from(reply.count).checked_sub(own);
    for _ in 0..others.ok_or(Malformed::Truncated)? {
        match outcomes.next().transpose()? {
            Some(Outcome::Failed(status)) => {
                let code = rpc_values::error(status).unwrap_or(ErrorCode::Io);
                failure.get_or_insert(code);
            }
            // There was room for a part.
            Some(Outcome::Written { len, .. }) if writes.next() != Some(&(len as usize)) => {
                failure.get_or_insert(ErrorCode::InsufficientSpace);
            }
            Some(_) | None => {}
        }
    }
    let taken = take(cache, &mut outcomes);
    for recall in recalls {
        cache.recall(recall.node);
    }
    Ok(taken)
}
