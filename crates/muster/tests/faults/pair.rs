//! A PostgreSQL server and a synchronous standby, of which either may be the first.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::cluster::{Cluster, url};

/// Two clusters; what is committed on the first is on the other before anybody is told.
#[derive(Debug)]
pub(crate) struct Pair {
    first: Cluster,
    other: Cluster,
}

impl Pair {
    pub(crate) async fn start() -> Self {
        let first = Cluster::start();
        let other = Cluster::following(&first);
        let pair = Self { first, other };
        pair.tie().await;
        pair
    }

    /// Where a ledger is: on whichever can be written to.
    pub(crate) fn url(&self) -> String {
        let mut ports = [self.first.port, self.other.port];
        // The same wherever the first is.
        ports.sort_unstable();
        url(&ports)
    }

    /// Has every commit wait for the standby from now on.
    async fn tie(&self) {
        self.first.ask("alter system set synchronous_standby_names = '*'");
        self.first.ask("select pg_reload_conf()");
        let synchronous = async {
            while self.first.ask("select sync_state from pg_stat_replication") != "sync" {
                // It tells nobody when it is so far.
                sleep(Duration::from_millis(50)).await;
            }
        };
        let synchronous = timeout(Duration::from_secs(60), synchronous).await;
        assert!(synchronous.is_ok(), "the standby is not synchronous after 60 s");
    }

    /// Kills the first and has the standby take its place. From now on nobody follows.
    pub(crate) fn fail_over(&mut self) {
        self.first.kill();
        self.other.promote();
        std::mem::swap(&mut self.first, &mut self.other);
    }

    /// Makes a new standby of the one that was killed.
    pub(crate) async fn mend(&mut self) {
        self.other.follow(&self.first);
        self.tie().await;
    }
}
