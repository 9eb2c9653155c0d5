//! Sessions: what a client has open, and what it may not have heard of yet.

use rpc_protocol::{Compound, Malformed, ReplyBuilder, Seq};
use thiserror::Error;

use crate::execute::Execute;
use crate::ledger::{Ledger, Verdict};

/// Bytes of replies to changes that a session keeps for a client that does not acknowledge.
const MAX_REPLIES: usize = 4 << 20;

/// A client's session.
pub(crate) struct Session {
    ledger: Ledger,
    files: Box<dyn Execute>,
    builder: ReplyBuilder,
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
    pub(crate) fn new(files: Box<dyn Execute>) -> Self {
        Self {
            ledger: Ledger::default(),
            files,
            builder: ReplyBuilder::default(),
        }
    }

    /// The last compound that was executed.
    pub(crate) fn executed(&self) -> Seq {
        self.ledger.executed()
    }

    /// Forgets the replies that the client has.
    pub(crate) fn acknowledge(&mut self, ack: Seq) {
        self.ledger.acknowledge(ack);
    }

    /// Executes a compound, unless it was executed, and appends its reply.
    ///
    /// # Errors
    /// Every [`Breach`]. The operations before a malformed one are done.
    pub(crate) fn run(&mut self, compound: &Compound<'_>, out: &mut Vec<u8>) -> Result<(), Breach> {
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
        let start = out.len();
        let mut changes = false;
        for operation in compound.operations() {
            let operation = operation?;
            changes |= !operation.is_repeatable();
            self.files.execute(&operation, &mut self.builder);
        }
        self.builder.finish(compound.seq, out);
        if is_new {
            let reply = &out[start..];
            if !self.ledger.note(compound.seq, changes.then_some(reply))
                || self.ledger.bytes() > MAX_REPLIES
            {
                return Err(Breach::Unacknowledged);
            }
        }
        Ok(())
    }
}
