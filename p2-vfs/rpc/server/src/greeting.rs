//! From a greeting and a proof to a session.

use std::sync::Arc;

use fs_core::{
    Descriptor, DescriptorFlags, FileSystem, Ino, OpenFlags, PathFlags, Preopen, ReadOnly,
};
use rpc_protocol::{Challenge, Fatal, Greeting, Hello, Key, Nonce, Proof, Reason, Seq, Welcome};
use rpc_values::attributes;
use tokio::sync::OwnedMutexGuard;

use crate::execute::{Execute, Handles};
use crate::leases::Holder;
use crate::quota::Account;
use crate::registry::Slot;
use crate::server::Shared;
use crate::session::Session;
use crate::token::Access;

/// The server's side of a greeting: the challenge is sent, the proof is to come.
pub(crate) struct Challenged {
    pub(crate) challenge: Challenge,
    client: Nonce,
}

/// What a right proof opens.
struct Admitted {
    key: Key,
    access: Access,
    account: Option<Arc<Account>>,
}

/// A directory as a file system of its own.
#[derive(Clone)]
struct Subtree<D>(D);

impl<D: Descriptor> FileSystem for Subtree<D> {
    type Descriptor = D;

    fn preopens(&self) -> Vec<Preopen<D>> {
        vec![Preopen {
            descriptor: self.0.clone(),
            name: "/".to_owned(),
        }]
    }
}

/// Chooses the version and the server's nonce.
///
/// # Errors
/// `Version`.
pub(crate) fn challenge(greeting: &Greeting<'_>, nonce: Nonce) -> Result<Challenged, Fatal> {
    if let Greeting::Hello(hello) = greeting {
        let (low, high) = hello.versions;
        if !(low..=high).contains(&rpc_protocol::VERSION) {
            return Err(fatal(
                Reason::Version,
                "this server speaks version 1 of the protocol",
            ));
        }
    }
    Ok(Challenged {
        challenge: Challenge {
            version: rpc_protocol::VERSION,
            nonce,
        },
        client: greeting.nonce(),
    })
}

impl Challenged {
    /// Checks the proof for a new session and makes it.
    ///
    /// # Errors
    /// `Denied` before anything else is looked at; then `NoSubtree`, `Occupied`, `TooMany`.
    pub(crate) fn open<F>(
        &self,
        shared: &Shared<F>,
        hello: &Hello<'_>,
        proof: &Proof,
    ) -> Result<(Arc<Slot>, OwnedMutexGuard<Session>, Welcome), Fatal>
    where
        F: FileSystem,
        F::Descriptor: Send + 'static,
    {
        let server = self.challenge.nonce;
        let admitted = admit(shared, |key| key.accepts(proof, &server, &self.client))?;
        let subtree = joined(&admitted.access.subtree, hello.subtree)?;
        let root = directory(&shared.files, &subtree)?;
        let root_attributes = root.stat().map(|stat| attributes(&stat));
        let root_attributes =
            root_attributes.map_err(|_| fatal(Reason::NoSubtree, "the directory is gone"))?;
        let id = shared.registry.next_id();
        let ino = Ino(root_attributes.node);
        let (room, leases) = (shared.room.clone(), shared.leases.clone());
        let holder = Arc::new(Holder::new(id));
        let files: Box<dyn Execute> = if admitted.access.read_only || hello.read_only {
            let view = ReadOnly::new(Subtree(root)).preopens().remove(0);
            let root = (view.descriptor, ino);
            let (holder, leases) = (holder.clone(), leases.clone());
            Box::new(Handles::new(root, admitted.account, room, holder, leases))
        } else {
            let (holder, leases) = (holder.clone(), leases.clone());
            let root = (root, ino);
            Box::new(Handles::new(root, admitted.account, room, holder, leases))
        };
        let key = admitted.key.session_key(id, &server, &self.client);
        let session = Session::new(files, holder, leases);
        let (slot, session) = shared
            .registry
            .insert((id, key), session, subtree, hello.mode)
            .map_err(|reason| {
                fatal(
                    reason,
                    match reason {
                        Reason::Occupied => {
                            "the directory is in use, and one of its users wants \
                                             it for itself; attach elsewhere or wait"
                        }
                        _ => "the server has as many clients as it takes; try again later",
                    },
                )
            })?;
        let welcome = Welcome {
            features: 0,
            session: id,
            epoch: shared.epoch,
            executed: Seq(0),
            lease_ms: shared.limits.lease_ms,
            proof: admitted.key.server_proof(&server, &self.client),
            root: root_attributes,
        };
        Ok((slot, session, welcome))
    }

    /// Whether the client knows the key of the session: a stranger cannot take it over.
    pub(crate) fn is_owner(&self, slot: &Slot, proof: &Proof) -> bool {
        slot.key.accepts(proof, &self.challenge.nonce, &self.client)
    }

    /// The answer to a client that is the owner of a session.
    pub(crate) fn resumed<F>(&self, shared: &Shared<F>, slot: &Slot) -> Welcome {
        Welcome {
            features: 0,
            session: slot.id,
            epoch: shared.epoch,
            executed: Seq(0),
            lease_ms: shared.limits.lease_ms,
            proof: slot.key.server_proof(&self.challenge.nonce, &self.client),
            root: shared.no_attributes(),
        }
    }
}

pub(crate) fn unknown_session() -> Fatal {
    fatal(
        Reason::UnknownSession,
        "there is no such session: the server was started anew, or the session ended",
    )
}

pub(crate) fn fatal(reason: Reason, message: &str) -> Fatal {
    Fatal {
        reason,
        message: message.to_owned(),
    }
}

fn admit<F>(shared: &Shared<F>, accepts: impl Fn(&Key) -> bool) -> Result<Admitted, Fatal> {
    if shared.tokens.is_empty() {
        let key = Key::of_token(b"");
        return match accepts(&key) {
            true => Ok(Admitted {
                key,
                access: Access::default(),
                account: None,
            }),
            false => Err(fatal(Reason::Denied, "this server takes no token")),
        };
    }
    // Every key is tried, so that time does not tell which one was nearly right.
    let mut admitted = None;
    for (token, account) in &shared.tokens {
        if accepts(&token.key) {
            admitted = Some(Admitted {
                key: token.key.clone(),
                access: token.access.clone(),
                account: account.clone(),
            });
        }
    }
    admitted.ok_or_else(|| fatal(Reason::Denied, "the token is wrong or missing"))
}

/// The directory of a token and the one that a client asks for within it.
fn joined(base: &str, wish: &str) -> Result<String, Fatal> {
    let parts = base.split('/').chain(wish.split('/'));
    let parts: Vec<_> = parts.filter(|part| !matches!(*part, "" | ".")).collect();
    match parts.contains(&"..") {
        true => Err(fatal(
            Reason::NoSubtree,
            "a directory to attach to has no `..`",
        )),
        false => Ok(parts.join("/")),
    }
}

/// The directory at a path from the root that follows no link.
fn directory<F: FileSystem>(files: &F, path: &str) -> Result<F::Descriptor, Fatal> {
    let missing = || {
        fatal(
            Reason::NoSubtree,
            "the directory to attach to does not exist",
        )
    };
    let root = files.preopens().into_iter().next().ok_or_else(missing)?;
    let mut directory = root.descriptor;
    for name in path.split('/').filter(|name| !name.is_empty()) {
        directory = directory
            .open_at(
                PathFlags::empty(),
                name,
                OpenFlags::DIRECTORY,
                DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY,
            )
            .map_err(|_| missing())?;
    }
    Ok(directory)
}
