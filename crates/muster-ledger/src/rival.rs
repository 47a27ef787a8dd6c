//! The same edits the way the field makes them, as SQL on the same server, to measure against:
//! version columns with retry, and row locks taken in order. Not part of any ledger.
//!
//! An edit is the decision on a swap: two shifts change hands, the swap is approved, and a line of
//! history says so. Both ways check that the shifts still belong to those who swap.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, Error, NoTls, Statement, Transaction};

use crate::error::{LedgerError, Unavailable};
use crate::url::{self, Location};

/// A database of its own on a server, for as long as a measurement takes.
#[derive(Debug)]
pub struct Scratch {
    server: Config,
    name: String,
    url: String,
}

/// A process of the database server that waits for us.
#[derive(Debug)]
pub struct Backend {
    pid: u32,
    _client: Client,
}

impl Backend {
    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }
}

/// How edits that meet are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A version per agent's week, compared when it is written; whoever is late starts again, after
    /// a pause that doubles.
    VersionColumns,
    /// Both agents' rows are locked before anything is read, in the order of their ids.
    RowLocks,
}

/// One client of the rival: a connection with its statements prepared.
#[derive(Debug)]
pub struct Rival {
    client: Client,
    way: Way,
    /// By how much it waits before it tries again, a little different for each client.
    pause: Duration,
    statements: Statements,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Statements {
    weeks: Statement,
    locked: Statement,
    shifts: Statement,
    bump: Statement,
    hand_over: Statement,
    approve: Statement,
    history: Statement,
}

const TABLES: &str = "
    create table rival_week (agent bigint primary key, version bigint not null)
        with (fillfactor = 50);
    create table rival_shift (id bigint primary key, agent bigint not null, body jsonb not null)
        with (fillfactor = 50);
    create table rival_swap (id text primary key, status text not null);
    create table rival_history (
        id bigint generated always as identity primary key, swap text not null,
        before jsonb not null, after jsonb not null, at timestamptz not null default now()
    );";

fn failed(error: &Error) -> LedgerError {
    Unavailable::Away(error.to_string()).into()
}

async fn connect(config: &Config) -> Result<(Client, JoinHandle<()>), LedgerError> {
    let (client, connection) = config.connect(NoTls).await.map_err(|error| failed(&error))?;
    // Ends with its client.
    Ok((client, tokio::spawn(async move { drop(connection.await) })))
}

impl Scratch {
    /// Makes a database on the server that a URL names.
    ///
    /// # Errors
    /// [`LedgerError::UnsupportedUrl`] when it names none; [`LedgerError::Unavailable`].
    pub async fn create(url: &str, name: &str) -> Result<Self, LedgerError> {
        let Location::Postgres(server) = url::parse(url)? else {
            return Err(LedgerError::UnsupportedUrl { start: url.to_owned() });
        };
        let (client, _) = connect(&server).await?;
        let drop = format!("drop database if exists {name} with (force)");
        client.batch_execute(&drop).await.map_err(|error| failed(&error))?;
        let create = format!("create database {name}");
        client.batch_execute(&create).await.map_err(|error| failed(&error))?;
        let (start, query) = url.split_once('?').map_or((url, None), |(a, b)| (a, Some(b)));
        let place = start.find("//").map_or(0, |place| place + 2);
        let start = start[place..].find('/').map_or(start, |end| &start[..place + end]);
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        let url = format!("{start}/{name}{query}");
        Ok(Self { server: *server, name: name.to_owned(), url })
    }

    /// The database's URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A process of the server, for as long as it is kept; its parent is the server itself, if
    /// that runs on this machine.
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`].
    pub async fn backend(&self) -> Result<Backend, LedgerError> {
        let (client, _) = connect(&self.server).await?;
        let row = client.query_one("select pg_backend_pid()", &[]).await;
        let pid: i32 = row.map_err(|error| failed(&error))?.get(0);
        Ok(Backend { pid: pid.unsigned_abs(), _client: client })
    }

    /// Removes the database.
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`].
    pub async fn remove(self) -> Result<(), LedgerError> {
        let (client, _) = connect(&self.server).await?;
        let drop = format!("drop database {} with (force)", self.name);
        client.batch_execute(&drop).await.map_err(|error| failed(&error))
    }
}

/// A swap of the rival: its number, and two agents with a shift each.
#[derive(Debug, Clone, Copy)]
pub struct Trade {
    /// The first agent and the shift that is given away.
    pub gives: (i64, i64),
    /// The second agent and the shift that is received.
    pub receives: (i64, i64),
}

/// Makes the rival's tables, with shifts by number and who works them.
///
/// # Errors
/// [`LedgerError::Unavailable`].
pub async fn prepare(scratch: &Scratch, shifts: &[(i64, i64)]) -> Result<(), LedgerError> {
    let Location::Postgres(config) = url::parse(scratch.url())? else { return Ok(()) };
    let (client, _) = connect(&config).await?;
    client.batch_execute(TABLES).await.map_err(|error| failed(&error))?;
    let (ids, agents): (Vec<i64>, Vec<i64>) = shifts.iter().copied().unzip();
    let weeks =
        "insert into rival_week select distinct agent, 0 from unnest($1::bigint[]) as t (agent)";
    client.execute(weeks, &[&agents]).await.map_err(|error| failed(&error))?;
    let shifts = "insert into rival_shift
        select id, agent, jsonb_build_object('start', '2026-03-30T07:00:00Z', 'minutes', 480)
        from unnest($1::bigint[], $2::bigint[]) as t (id, agent)";
    client.execute(shifts, &[&ids, &agents]).await.map_err(|error| failed(&error))?;
    client.batch_execute("analyze").await.map_err(|error| failed(&error))
}

impl Rival {
    /// The `nth` client.
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`].
    pub async fn connect(scratch: &Scratch, way: Way, nth: usize) -> Result<Self, LedgerError> {
        let Location::Postgres(config) = url::parse(scratch.url())? else {
            return Err(LedgerError::UnsupportedUrl { start: scratch.url().to_owned() });
        };
        let (client, task) = connect(&config).await?;
        let statements = Statements::prepare(&client).await.map_err(|error| failed(&error))?;
        let pause = Duration::from_micros(400 + 37 * (nth as u64 % 64));
        Ok(Self { client, way, pause, statements, task })
    }

    /// Decides a swap, however often that has to be tried. Answers how often it was.
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`].
    pub async fn decide(&mut self, swap: &str, trade: Trade) -> Result<u32, LedgerError> {
        let mut pause = self.pause;
        for tries in 1.. {
            let transaction = self.client.transaction().await.map_err(|error| failed(&error))?;
            let done = match self.way {
                Way::VersionColumns => versioned(transaction, &self.statements, swap, trade).await,
                Way::RowLocks => locked(transaction, &self.statements, swap, trade).await,
            };
            if done.map_err(|error| failed(&error))? {
                return Ok(tries);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(50));
        }
        Ok(0)
    }
}

impl Drop for Rival {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Statements {
    async fn prepare(client: &Client) -> Result<Self, Error> {
        let weeks = "select agent, version from rival_week where agent = any($1) order by agent";
        Ok(Self {
            weeks: client.prepare(weeks).await?,
            locked: client.prepare(&format!("{weeks} for update")).await?,
            shifts: client
                .prepare("select id, agent, body from rival_shift where id = any($1) order by id")
                .await?,
            bump: client
                .prepare(
                    "update rival_week set version = version + 1 where agent = $1 and version = $2",
                )
                .await?,
            hand_over: client.prepare("update rival_shift set agent = $2 where id = $1").await?,
            approve: client.prepare("insert into rival_swap values ($1, 'APPROVED')").await?,
            history: client
                .prepare(
                    "insert into rival_history (swap, before, after) values
                         ($1, jsonb_build_object('shifts', $2::bigint[], 'agents', $3::bigint[]),
                          jsonb_build_object('shifts', $2::bigint[], 'agents', $4::bigint[]))",
                )
                .await?,
        })
    }
}

/// Reads without a lock, and writes only what has the version it had.
async fn versioned(
    transaction: Transaction<'_>,
    statements: &Statements,
    swap: &str,
    trade: Trade,
) -> Result<bool, Error> {
    let agents = [trade.gives.0, trade.receives.0];
    let weeks = transaction.query(&statements.weeks, &[&agents.as_slice()]).await?;
    if !is_owned(&transaction, statements, trade).await? {
        return Ok(false);
    }
    for week in weeks {
        let (agent, version): (i64, i64) = (week.get(0), week.get(1));
        if transaction.execute(&statements.bump, &[&agent, &version]).await? == 0 {
            return Ok(false);
        }
    }
    hand_over(transaction, statements, swap, trade).await
}

/// Locks first, and then reads and writes at leisure.
async fn locked(
    transaction: Transaction<'_>,
    statements: &Statements,
    swap: &str,
    trade: Trade,
) -> Result<bool, Error> {
    let agents = [trade.gives.0, trade.receives.0];
    let weeks = transaction.query(&statements.locked, &[&agents.as_slice()]).await?;
    if !is_owned(&transaction, statements, trade).await? {
        return Ok(false);
    }
    for week in weeks {
        let (agent, version): (i64, i64) = (week.get(0), week.get(1));
        transaction.execute(&statements.bump, &[&agent, &version]).await?;
    }
    hand_over(transaction, statements, swap, trade).await
}

async fn is_owned(
    transaction: &Transaction<'_>,
    statements: &Statements,
    trade: Trade,
) -> Result<bool, Error> {
    let ids = [trade.gives.1, trade.receives.1];
    let shifts = transaction.query(&statements.shifts, &[&ids.as_slice()]).await?;
    let owned = |(agent, shift): (i64, i64)| {
        shifts.iter().any(|row| row.get::<_, i64>(0) == shift && row.get::<_, i64>(1) == agent)
    };
    Ok(owned(trade.gives) && owned(trade.receives))
}

async fn hand_over(
    transaction: Transaction<'_>,
    statements: &Statements,
    swap: &str,
    trade: Trade,
) -> Result<bool, Error> {
    let Trade { gives, receives } = trade;
    transaction.execute(&statements.hand_over, &[&gives.1, &receives.0]).await?;
    transaction.execute(&statements.hand_over, &[&receives.1, &gives.0]).await?;
    transaction.execute(&statements.approve, &[&swap]).await?;
    let (shifts, agents) = ([gives.1, receives.1], [gives.0, receives.0]);
    let after = [receives.0, gives.0];
    let history: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
        [&swap, &shifts.as_slice(), &agents.as_slice(), &after.as_slice()];
    transaction.execute(&statements.history, &history).await?;
    transaction.commit().await?;
    Ok(true)
}
