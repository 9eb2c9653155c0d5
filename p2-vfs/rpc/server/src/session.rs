//! Sessions: what a client has open, and what it may not have heard of yet.

use std::sync::Arc;

use rpc_protocol::{Compound, Malformed, ReplyBuilder, Seq};
use thiserror::Error;
use tokio::time::timeout_at;

use crate::execute::Execute;
use crate::leases::{Holder, Leases};
use crate::ledger::{Ledger, Verdict};

/// Bytes of replies to changes that a session keeps for a client that does not acknowledge.
const MAX_REPLIES: usize = 4 << 20;

/// A client's session.
pub(crate) struct Session {
    ledger: Ledger,
    files: Box<dyn Execute>,
    holder: Arc<Holder>,
    leases: Arc<Leases>,
    /// Of the next compound: it stays if the connection is lost while the compound waits.
    progress: Progress,
}

/// What is done of a compound.
#[derive(Default)]
struct Progress {
    /// Has the outcomes.
    builder: ReplyBuilder,
    /// How many operations.
    done: usize,
    /// Whether one of them changed something.
    has_changed: bool,
}

/// Why a session ends at the server's wish.
#[derive(Debug, Error)]
pub(crate) enum Breach {
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error("compound {0}: neither the next one nor one that waits for its reply")]
    OutOfOrder(u64),
    #[error("more compounds without an acknowledgement than are allowed")]
    Unacknowledged,
}

impl Session {
    pub(crate) fn new(files: Box<dyn Execute>, holder: Arc<Holder>, leases: Arc<Leases>) -> Self {
        Self {
            ledger: Ledger::default(),
            files,
            holder,
            leases,
            progress: Progress::default(),
        }
    }

    /// Takes all leases back, as recalls may have been lost with a connection.
    pub(crate) fn give_up_leases(&mut self) {
        self.files.give_up_leases();
    }

    /// The last compound that was executed.
    pub(crate) fn executed(&self) -> Seq {
        self.ledger.executed()
    }

    /// Forgets the replies that the client has.
    pub(crate) fn acknowledge(&mut self, ack: Seq) {
        self.ledger.acknowledge(ack);
    }

    /// Executes a compound, unless it was executed, and appends its reply. Where it waits for a
    /// lease it may be given up, and goes on when the compound comes again.
    ///
    /// # Errors
    /// Every [`Breach`]. The operations before a malformed one are done.
    pub(crate) async fn run(
        &mut self,
        compound: &Compound<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Breach> {
        self.holder.renew();
        self.ledger.acknowledge(compound.ack);
        let is_new = match self.ledger.judge(compound.seq, compound.ack) {
            Verdict::Execute => true,
            Verdict::Repeat => false,
            Verdict::Replay(reply) => {
                out.extend_from_slice(reply);
                return Ok(());
            }
            Verdict::Refuse => return Err(Breach::OutOfOrder(compound.seq.0)),
        };
        // What changes nothing never waits.
        let mut again = Progress::default();
        let progress = match is_new {
            true => &mut self.progress,
            false => &mut again,
        };
        for operation in compound.operations().skip(progress.done) {
            let operation = operation?;
            while let Err(wait) = self.files.execute(&operation, &mut progress.builder) {
                let returned = self.leases.returned().notified();
                // One that was returned just now is missed; it runs out soon.
                let _ = timeout_at(wait.0.into(), returned).await;
            }
            progress.has_changed |= !operation.is_repeatable();
            progress.done += 1;
        }
        let start = out.len();
        self.holder.deliver(&mut progress.builder);
        progress.builder.finish(compound.seq, out);
        progress.done = 0;
        let has_changed = std::mem::take(&mut progress.has_changed);
        if is_new {
            let reply = has_changed.then_some(&out[start..]);
            if !self.ledger.note(compound.seq, reply) || self.ledger.bytes() > MAX_REPLIES {
                return Err(Breach::Unacknowledged);
            }
        }
        Ok(())
    }
}
