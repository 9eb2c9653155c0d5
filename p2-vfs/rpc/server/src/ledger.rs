//! The replies that a client may not have got, so that what it sends again is not done again.

use std::collections::VecDeque;

use rpc_protocol::{MAX_IN_FLIGHT, Seq};

/// The last compounds of a session and their replies.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    executed: u64,
    /// In the order of their numbers; those without a change are not in it.
    replies: VecDeque<(Seq, Vec<u8>)>,
}

/// What to do with a compound.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict<'l> {
    /// It is the next one.
    Execute,
    /// It was executed; this is its reply.
    Replay(&'l [u8]),
    /// It was executed and changed nothing: it is executed again.
    Repeat,
    /// The client left one out, or sends again what it said it had the reply of.
    Refuse,
}

impl Ledger {
    pub(crate) fn executed(&self) -> Seq {
        Seq(self.executed)
    }

    /// Forgets the replies that the client has.
    pub(crate) fn acknowledge(&mut self, ack: Seq) {
        while self.replies.front().is_some_and(|(seq, _)| *seq <= ack) {
            self.replies.pop_front();
        }
    }

    pub(crate) fn judge(&self, seq: Seq, ack: Seq) -> Verdict<'_> {
        if seq.0 == self.executed + 1 {
            return Verdict::Execute;
        }
        if seq.0 > self.executed || seq <= ack {
            return Verdict::Refuse;
        }
        match self.replies.iter().find(|(kept, _)| *kept == seq) {
            Some((_, reply)) => Verdict::Replay(reply),
            None => Verdict::Repeat,
        }
    }

    /// Bytes of the replies that are kept.
    pub(crate) fn bytes(&self) -> usize {
        self.replies.iter().map(|(_, reply)| reply.len()).sum()
    }

    /// Notes that `seq` is executed; a compound that changed something with its reply.
    ///
    /// Returns whether the client keeps within the number of compounds it may have open.
    pub(crate) fn note(&mut self, seq: Seq, change: Option<&[u8]>) -> bool {
        self.executed = self.executed.max(seq.0);
        if let Some(reply) = change {
            self.replies.push_back((seq, reply.to_vec()));
        }
        self.replies.len() <= 2 * MAX_IN_FLIGHT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_comes_again_is_answered_and_not_done() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.judge(Seq(1), Seq(0)), Verdict::Execute);
        ledger.note(Seq(1), Some(b"one"));
        ledger.note(Seq(2), None);
        assert_eq!(ledger.judge(Seq(1), Seq(0)), Verdict::Replay(b"one"));
        assert_eq!(ledger.judge(Seq(2), Seq(0)), Verdict::Repeat);
        assert_eq!(ledger.judge(Seq(3), Seq(0)), Verdict::Execute);
        assert_eq!(ledger.judge(Seq(4), Seq(0)), Verdict::Refuse);
    }

    #[test]
    fn what_was_acknowledged_is_never_taken_for_new() {
        let mut ledger = Ledger::default();
        ledger.note(Seq(1), Some(b"one"));
        ledger.acknowledge(Seq(1));
        assert_eq!(ledger.judge(Seq(1), Seq(1)), Verdict::Refuse);
    }
}
