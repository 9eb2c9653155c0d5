//! What goes wrong, and when.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::operation::Operation;

/// One way for a request to go wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Answered with this status and error code, without any effect.
    Refuse {
        /// Such as 503.
        status: u16,
        /// Such as `SlowDown`.
        code: String,
    },
    /// The effect takes place, the connection is closed without an answer.
    LoseResponse,
    /// The connection is closed without any effect.
    Reset,
    /// The effect takes place, the answer says `412 PreconditionFailed`.
    SpuriousPrecondition,
    /// The answer's headers are right, its body ends in the middle.
    Truncate,
    /// The answer comes so much later.
    Delay(Duration),
    /// The answer never comes.
    Stall,
    /// `200 OK` with an error in the body, as CompleteMultipartUpload does, without any effect.
    ErrorInBody,
    /// All multipart uploads are gone when the request arrives.
    ForgetUploads,
}

/// A fault and the requests it hits.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What happens.
    pub fault: Fault,
    /// Hits this operation; `None` is any.
    pub operation: Option<Operation>,
    /// Hits keys that contain this.
    pub key: String,
    /// Lets so many requests pass first.
    pub skip: usize,
    /// Hits so many requests, then never again.
    pub times: usize,
}

impl Rule {
    /// Hits the next request of this operation.
    pub fn once(operation: Operation, fault: Fault) -> Self {
        Self {
            fault,
            operation: Some(operation),
            key: String::new(),
            skip: 0,
            times: 1,
        }
    }

    /// Hits every request.
    pub fn always(fault: Fault) -> Self {
        Self {
            fault,
            operation: None,
            key: String::new(),
            skip: 0,
            times: usize::MAX,
        }
    }
}

/// The rules of a server, the first that hits wins. `clone` shares them.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    rules: Arc<Mutex<Vec<Rule>>>,
}

impl Faults {
    /// Adds a rule.
    pub fn push(&self, rule: Rule) {
        self.rules
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(rule);
    }

    /// Nothing goes wrong from now on.
    pub fn clear(&self) {
        self.rules
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// What happens to this request.
    pub(crate) fn hit(&self, operation: Operation, key: &str) -> Option<Fault> {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let applies = |rule: &Rule| {
            rule.times > 0
                && rule.operation.is_none_or(|wanted| wanted == operation)
                && key.contains(&rule.key)
        };
        for rule in rules.iter_mut().filter(|rule| applies(rule)) {
            if rule.skip > 0 {
                rule.skip -= 1;
            } else {
                rule.times -= 1;
                return Some(rule.fault.clone());
            }
        }
        None
    }
}
