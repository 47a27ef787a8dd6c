//! Background work that one node at a time does, by a lease in the ledger.
//!
//! A node that stood still may go on after its lease has run out, and nothing here can keep it
//! from that. So whatever such work writes names the lease, and the ledger refuses it once another
//! node has taken the work; and before it does what cannot be undone, it asks [`Term::holds`].

use std::fmt;

use muster_ledger::{Lease, Ledger};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::limits;

/// Who takes leases: this process, from its start to its end.
#[derive(Clone)]
pub struct Holder {
    ledger: Ledger,
    id: String,
    stopping: watch::Receiver<bool>,
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The time for which this node has a piece of work: as long as its lease is renewed.
#[derive(Debug, Clone)]
pub struct Term {
    lease: Lease,
    until: watch::Receiver<Instant>,
}

impl Term {
    /// What is to be named in everything that the work writes.
    #[must_use]
    pub fn lease(&self) -> &Lease {
        &self.lease
    }

    /// Whether the lease has not run out, as far as this process can tell: by its own clock, from
    /// before it asked for it.
    #[must_use]
    pub fn holds(&self) -> bool {
        Instant::now() < *self.until.borrow()
    }
}

impl Holder {
    /// Under an id that nobody else has, until the server says that it stops.
    #[must_use]
    pub fn new(ledger: Ledger, id: String, stopping: watch::Receiver<bool>) -> Self {
        Self { ledger, id, stopping }
    }

    /// Does a piece of background work whenever this node holds its lease; comes back when the
    /// server stops, the lease given up.
    ///
    /// The work begins anew with each term. It is dropped wherever it waits when the lease is lost;
    /// what it spawned has to end with it. When it ends by itself, the lease is given up, and the
    /// work begins anew some time later, here or elsewhere.
    pub async fn run<W: Future<Output = ()>>(&self, name: &str, work: impl Fn(Term) -> W) {
        let mut stopping = self.stopping.clone();
        loop {
            self.take(name, &work).await;
            tokio::select! {
                biased;
                _ = stopping.wait_for(|stopping| *stopping) => return,
                () = sleep(limits::LEASE_RENEWED) => {}
            }
        }
    }

    /// Takes the work if it is free, and does it until the term is over.
    async fn take<W: Future<Output = ()>>(&self, name: &str, work: &impl Fn(Term) -> W) {
        let until = Instant::now() + limits::LEASE;
        let mut stopping = self.stopping.clone();
        let asked = tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping) => return,
            asked = self.ledger.lease(name, &self.id, limits::LEASE) => asked,
        };
        let lease = match asked {
            Ok(Some(lease)) => lease,
            Ok(None) => return,
            Err(error) => return tracing::debug!(name, %error, "lease not taken"),
        };
        tracing::debug!(name, fence = lease.fence, "lease taken");
        let (renewed, until) = watch::channel(until);
        tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping) => {}
            () = self.renew(&lease, &renewed) => {
                tracing::warn!(name, fence = lease.fence, "lease lost");
            }
            () = work(Term { lease: lease.clone(), until }) => {}
        }
        // If nobody hears it, the lease runs out.
        let released = timeout(limits::LEASE_RELEASE, self.ledger.release(&lease)).await;
        if let Ok(Err(error)) = released {
            tracing::debug!(name, %error, "lease not released");
        }
    }

    /// Renews a lease for as long as that goes well.
    async fn renew(&self, lease: &Lease, until: &watch::Sender<Instant>) {
        let mut pause = limits::LEASE_RENEWED;
        loop {
            sleep(pause).await;
            let (asked, end) = (Instant::now(), *until.borrow());
            let ask = self.ledger.lease(&lease.name, &self.id, limits::LEASE);
            match timeout_at(end, ask).await {
                Ok(Ok(Some(renewed))) if renewed == *lease => {
                    until.send_replace(asked + limits::LEASE);
                    pause = limits::LEASE_RENEWED;
                }
                Ok(Err(error)) if Instant::now() + limits::LEASE_AGAIN < end => {
                    tracing::debug!(name = lease.name, %error, "lease not renewed");
                    pause = limits::LEASE_AGAIN;
                }
                // Another fence: it had run out. Its work begins anew.
                Ok(Ok(_) | Err(_)) | Err(_) => return,
            }
        }
    }
}
