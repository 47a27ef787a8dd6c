//! Connections: a bounded pool, and which of them may be used again.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use deadpool::managed::{self, Metrics, Object, PoolError, RecycleError, RecycleResult};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::error::DbError;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{AsyncMessage, Client, Config, NoTls, Row};

use super::fault::{self, Trouble};
use crate::error::{LedgerError, Unavailable};
use crate::limits;

/// A value and its type, as an unnamed statement takes it.
pub(super) type Param<'a> = (&'a (dyn ToSql + Sync), Type);

/// A connection and the task that moves its bytes.
#[derive(Debug)]
pub(super) struct Connection {
    client: Client,
    /// A commit did not wait for its replicas.
    not_replicated: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Debug)]
pub(super) struct Manager(Config);

impl managed::Manager for Manager {
    type Type = Connection;
    type Error = tokio_postgres::Error;

    async fn create(&self) -> Result<Connection, Self::Error> {
        let (client, mut connection) = self.0.connect(NoTls).await?;
        let not_replicated = Arc::new(AtomicBool::new(false));
        let noticed = Arc::clone(&not_replicated);
        let task = tokio::spawn(async move {
            // Ends with the connection; whoever waits for an answer is told why.
            while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await
            {
                if let AsyncMessage::Notice(notice) = message {
                    notice_of(&notice, &noticed);
                }
            }
        });
        Ok(Connection { client, not_replicated, task })
    }

    async fn recycle(
        &self,
        connection: &mut Connection,
        _: &Metrics,
    ) -> RecycleResult<Self::Error> {
        match connection.client.is_closed() {
            true => Err(RecycleError::message("the connection is closed")),
            false => Ok(()),
        }
    }
}

/// A wait for replicas that was cancelled is only a warning: the commit stands here and perhaps
/// nowhere else. The name of the server's function is the same in every language.
fn notice_of(notice: &DbError, not_replicated: &AtomicBool) {
    let waits = notice.routine() == Some("SyncRepWaitForLSN")
        || notice.message().contains("synchronous replication");
    if waits {
        not_replicated.store(true, Ordering::SeqCst);
        tracing::warn!(notice = %notice.message(), "a commit did not wait for its replicas");
    } else {
        tracing::debug!(notice = %notice.message(), "PostgreSQL says");
    }
}

/// A bounded number of connections to one cluster, opened as they are needed.
#[derive(Debug, Clone)]
pub(super) struct Pool(managed::Pool<Manager>);

impl Pool {
    pub(super) fn new(config: &Config, connections: usize) -> Self {
        let pool = managed::Pool::builder(Manager(with_limits(config)))
            .max_size(connections.max(1))
            .build()
            .expect("a pool without time limits of its own needs no runtime");
        Self(pool)
    }

    /// A connection, ours until it is dropped.
    pub(super) async fn lease(&self) -> Result<Lease, LedgerError> {
        match timeout(limits::LEASE, self.0.get()).await {
            Ok(Ok(object)) => Ok(Lease { object: Some(object), is_idle: true, is_open: false }),
            Ok(Err(PoolError::Backend(error))) => Err(fault::unreachable(&error)),
            Ok(Err(error)) => Err(Unavailable::Away(error.to_string()).into()),
            Err(_) => Err(Unavailable::Away("no connection to PostgreSQL".to_owned()).into()),
        }
    }

    /// Gives up the connections that nobody uses: one of their kind was lost.
    pub(super) fn forget_idle(&self) {
        self.0.retain(|_, _| false);
    }
}

/// What the URL leaves open. Reading from a server that only follows another one would be reading
/// the past.
pub(super) fn with_limits(config: &Config) -> Config {
    let mut config = config.clone();
    config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(limits::CONNECT);
    }
    if config.get_application_name().is_none() {
        config.application_name("muster");
    }
    config
}

/// A connection for one operation. Back into the pool comes only one that has answered all it was
/// asked and is in no transaction; any other is closed.
#[derive(Debug)]
pub(super) struct Lease {
    object: Option<Object<Manager>>,
    /// Everything that was asked has been answered.
    is_idle: bool,
    /// A transaction was begun and not ended.
    is_open: bool,
}

impl Lease {
    fn connection(&self) -> &Connection {
        self.object.as_ref().expect("a lease has its connection until it is dropped")
    }

    /// Asks in one round trip, without a named statement.
    pub(super) async fn ask(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, Trouble> {
        self.is_idle = false;
        let answer = timeout(limits::STATEMENT, self.connection().client.query_typed(sql, params));
        let answer = answer.await;
        self.answered(answer)
    }

    /// Opens a transaction with statements without values.
    pub(super) async fn open(&mut self, begin: &str, budget: Duration) -> Result<(), Trouble> {
        self.is_open = true;
        self.run(begin, budget).await
    }

    /// Runs statements without values.
    pub(super) async fn run(&mut self, sql: &str, budget: Duration) -> Result<(), Trouble> {
        self.is_idle = false;
        let answer = timeout(budget, self.connection().client.batch_execute(sql)).await;
        self.answered(answer)
    }

    /// Begins a transaction and asks the first question in it, in one round trip.
    pub(super) async fn begin(
        &mut self,
        begin: &str,
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, Trouble> {
        (self.is_idle, self.is_open) = (false, true);
        let client = &self.connection().client;
        // Sent in this order: each is polled once before either is waited for.
        let both = async {
            tokio::try_join!(biased; client.batch_execute(begin), client.query_typed(sql, params))
        };
        let answer = timeout(limits::STATEMENT, both).await;
        self.answered(answer).map(|((), rows)| rows)
    }

    /// Asks the last question of a transaction and ends it, in one round trip.
    pub(super) async fn end(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, Trouble> {
        self.is_idle = false;
        let client = &self.connection().client;
        let both = async {
            tokio::join!(biased; client.query_typed(sql, params), client.batch_execute("commit"))
        };
        let answer = timeout(limits::STATEMENT, both).await;
        let (asked, committed) = match answer {
            Ok(both) => both,
            Err(_) => return Err(Trouble::Late),
        };
        // What was refused is not committed, whatever became of the commit.
        let rows = self.answered(Ok(asked))?;
        match self.answered(Ok(committed)) {
            Ok(()) => {
                self.is_open = false;
                Ok(rows)
            }
            Err(trouble) => Err(Trouble::Lost(format!("{trouble:?}"))),
        }
    }

    /// Ends a transaction.
    pub(super) async fn commit(&mut self) -> Result<(), Trouble> {
        self.run("commit", limits::STATEMENT).await?;
        self.is_open = false;
        Ok(())
    }

    /// Ends a transaction that changed nothing.
    pub(super) async fn roll_back(&mut self) {
        if self.run("rollback", limits::STATEMENT).await.is_ok() {
            self.is_open = false;
        }
    }

    /// Whether a commit since the last look did not wait for its replicas.
    pub(super) fn take_not_replicated(&self) -> bool {
        self.connection().not_replicated.swap(false, Ordering::SeqCst)
    }

    fn answered<T>(
        &mut self,
        answer: Result<Result<T, tokio_postgres::Error>, tokio::time::error::Elapsed>,
    ) -> Result<T, Trouble> {
        let answer = match answer {
            Ok(answer) => answer.map_err(Trouble::from),
            Err(_) => Err(Trouble::Late),
        };
        self.is_idle = match &answer {
            Ok(_) => true,
            Err(trouble @ Trouble::Refused(_)) => !trouble.is_read_only(),
            Err(Trouble::Lost(_) | Trouble::Late) => false,
        };
        answer
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(object) = self.object.take()
            && (!self.is_idle || self.is_open)
        {
            drop(Object::take(object));
        }
    }
}
