//! A database of its own on the server that the tests are given.

use std::sync::atomic::{AtomicU64, Ordering};

use muster_core::id::Revision;
use tokio_postgres::{Client, Config, NoTls};

use super::Engine;

const SERVER: &str = "MUSTER_TEST_POSTGRES";
const POOLER: &str = "MUSTER_TEST_POOLER";

static NEXT: AtomicU64 = AtomicU64::new(0);

/// Where a server is; an engine that is not there is a failure.
fn given(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!(
            "{name} is not set: run `cargo xtask test`, or one command with \
             `cargo xtask postgres -- COMMAND`"
        )
    })
}

async fn connect(url: &str) -> Client {
    let (client, connection) = url.parse::<Config>().unwrap().connect(NoTls).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    client
}

/// A database on the server, gone when this is dropped.
pub(crate) struct Postgres {
    name: String,
}

impl Postgres {
    /// A connection of the test's own.
    pub(crate) async fn connect(&self) -> Client {
        connect(&self.at(&given(SERVER))).await
    }

    /// Runs SQL beside the database, as one does who looks after the server.
    pub(crate) async fn administer(&self, sql: &str) {
        let sql = sql.replace("$database", &self.name);
        connect(&given(SERVER)).await.batch_execute(&sql).await.unwrap();
    }

    /// Waits until so many connections to the database wait for a lock.
    pub(crate) async fn until_waiting(&self, count: i64) {
        let waiting = "select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'";
        let client = self.connect().await;
        while client.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) < count {
            tokio::task::yield_now().await;
        }
    }

    /// Ends the connections to the database that a condition chooses.
    pub(crate) async fn terminate(&self, which: &str) {
        let terminate = format!(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid() and {which}"
        );
        let ended = self.connect().await.query(&terminate, &[]).await.unwrap();
        assert_ne!(ended.len(), 0, "there is no connection where {which}");
    }

    /// The address of the database at a server or a pooler.
    fn at(&self, server: &str) -> String {
        let (server, _) = server.rsplit_once('/').expect("a url ends with a database");
        format!("{server}/{}", self.name)
    }
}

impl Engine for Postgres {
    async fn fresh() -> Self {
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("muster_{}_{nth}", std::process::id());
        let server = connect(&given(SERVER)).await;
        // An earlier process of the same number may have been killed.
        server.batch_execute(&format!("drop database if exists {name}")).await.unwrap();
        server.batch_execute(&format!("create database {name} template template0")).await.unwrap();
        Self { name }
    }

    fn url(&self) -> String {
        self.at(&given(SERVER))
    }

    async fn execute(&self, sql: &str) {
        let changed = self.connect().await.execute(sql, &[]).await.unwrap();
        assert_ne!(changed, 0, "changed nothing: {sql}");
    }

    async fn flip_bit(&self, revision: Revision) {
        let flip = "update entry set body = set_byte(body, length(body) / 2,
                get_byte(body, length(body) / 2) # 4)
            where unit = 1 and revision = $1";
        let revision = i64::try_from(revision.0).unwrap();
        assert_eq!(self.connect().await.execute(flip, &[&revision]).await.unwrap(), 1);
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let drop_it = format!("drop database {} with (force)", self.name);
        // A destructor cannot wait for a future on the test's own runtime.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                connect(&given(SERVER)).await.batch_execute(&drop_it).await.unwrap();
            });
        });
        dropped.join().expect("the database is dropped");
    }
}

/// The same behind a pooler that hands out a connection per transaction.
pub(crate) struct Pooled(Postgres);

impl Pooled {
    /// The database without the pooler.
    pub(crate) fn direct(&self) -> &Postgres {
        &self.0
    }

    /// Its address.
    pub(crate) fn direct_url(&self) -> String {
        self.0.url()
    }
}

impl Engine for Pooled {
    async fn fresh() -> Self {
        Self(Postgres::fresh().await)
    }

    fn url(&self) -> String {
        self.0.at(&given(POOLER))
    }

    async fn execute(&self, sql: &str) {
        self.0.execute(sql).await;
    }

    async fn flip_bit(&self, revision: Revision) {
        self.0.flip_bit(revision).await;
    }
}
