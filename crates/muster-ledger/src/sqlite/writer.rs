//! The one thread that writes: it takes what is queued, does all of it in one transaction with a
//! savepoint each, and answers after the commit. Many writes share one wait for the disk.

use std::collections::VecDeque;
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::fault::{self, Fault};
use super::lock::Lock;
use crate::error::{LedgerError, Unavailable};
use crate::limits;

/// The writer's queue, and the thread behind it. Dropping it waits until the queue is empty.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

/// Something to write.
trait Job: Send {
    /// Does it, inside a savepoint. `false` asks for its traces to be undone.
    fn run(&mut self, db: &Connection) -> bool;
    /// Replaces what came of it.
    fn fail(&mut self, error: LedgerError);
    /// Answers whoever waits. `lost` says why the group was not committed, if it was not.
    fn settle(self: Box<Self>, lost: Option<&Lost>);
}

/// Why a group was not committed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Lost {
    /// It changed nothing.
    Unavailable(Unavailable),
    /// It may have been committed.
    Indeterminate,
}

impl From<LedgerError> for Lost {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Indeterminate => Self::Indeterminate,
            LedgerError::Unavailable(why) => Self::Unavailable(why),
            other => Self::Unavailable(Unavailable::Failed(other.to_string())),
        }
    }
}

impl From<Lost> for LedgerError {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Unavailable(why) => why.into(),
            Lost::Indeterminate => Self::Indeterminate,
        }
    }
}

struct Work<T, E, F> {
    work: Option<F>,
    result: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Work<T, E, F>
where
    T: Send,
    E: From<LedgerError> + Send,
    F: FnOnce(&Connection) -> Result<T, Fault<E>> + Send,
{
    fn run(&mut self, db: &Connection) -> bool {
        let work = self.work.take().expect("a job is run once");
        let result = work(db).map_err(|Fault(error)| error);
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn fail(&mut self, error: LedgerError) {
        self.result = Some(Err(error.into()));
    }

    fn settle(self: Box<Self>, lost: Option<&Lost>) {
        let undone = Lost::Unavailable(Unavailable::Undone);
        let answer = match (self.result, lost) {
            (Some(result), None) => result,
            (Some(Ok(_)), Some(lost)) => Err(LedgerError::from(lost.clone()).into()),
            // It may have been refused because of a neighbour's write that is now gone.
            (Some(Err(_)), Some(_)) | (None, _) => Err(LedgerError::from(undone).into()),
        };
        // Nobody may be waiting any more; the write stands all the same.
        let _ = self.answer.send(answer);
    }
}

impl Writer {
    /// Starts the thread. It keeps the lock until its connection is closed.
    pub(super) fn start(db: Connection, lock: Option<Lock>) -> Result<Self, Fault> {
        let (queue, jobs) = mpsc::channel(limits::WRITE_QUEUE);
        let thread = std::thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || {
                let _lock = lock;
                work_off(&db, jobs);
                drop(db);
            })
            .map_err(|error| Fault(Unavailable::Failed(error.to_string()).into()))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Writes something, and waits until it is durable.
    pub(super) async fn write<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Fault<E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<LedgerError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Work { work: Some(work), result: None, answer });
        let queue = self.queue.as_ref().expect("the queue is open until the writer is dropped");
        if queue.send(job).await.is_err() {
            return Err(E::from(Unavailable::Closed.into()));
        }
        answered.await.unwrap_or_else(|_| Err(E::from(LedgerError::Indeterminate)))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the ledger's writer panicked");
        }
    }
}

fn work_off(db: &Connection, mut jobs: mpsc::Receiver<Box<dyn Job>>) {
    let mut group = VecDeque::new();
    loop {
        if group.is_empty() {
            match jobs.blocking_recv() {
                Some(job) => group.push_back(job),
                None => return,
            }
        }
        while group.len() < limits::GROUP_WRITES {
            match jobs.try_recv() {
                Ok(job) => group.push_back(job),
                Err(_) => break,
            }
        }
        write_group(db, &mut group);
    }
}

/// Writes a group. What stays in it was not begun, because the transaction was lost.
fn write_group(db: &Connection, group: &mut VecDeque<Box<dyn Job>>) {
    if let Err(error) = execute(db, "begin immediate") {
        let lost = Lost::from(Fault::<LedgerError>::from(error).0);
        return group.drain(..).for_each(|job| job.settle(Some(&lost)));
    }
    let mut done = Vec::with_capacity(group.len());
    while let Some(mut job) = group.pop_front() {
        let step = run_in_savepoint(db, &mut *job);
        if step == Step::Done {
            done.push(job);
            continue;
        }
        roll_back(db);
        // The one that did it says what happened, the others that they were undone with it.
        job.settle(None);
        let undone = Lost::Unavailable(Unavailable::Undone);
        return done.into_iter().for_each(|job| job.settle(Some(&undone)));
    }
    let lost = commit(db).err();
    done.into_iter().for_each(|job| job.settle(lost.as_ref()));
}

/// How a job left the transaction.
#[derive(PartialEq, Eq)]
enum Step {
    /// As it should: kept or undone to where it began.
    Done,
    /// After some failures, a full disk for one, SQLite rolls back everything by itself.
    TransactionLost,
}

fn run_in_savepoint(db: &Connection, job: &mut dyn Job) -> Step {
    let begun = execute(db, "savepoint job");
    let ended = begun.and_then(|()| match (job.run(db), db.is_autocommit()) {
        (_, true) => Ok(()),
        (true, false) => execute(db, "release job"),
        (false, false) => execute(db, "rollback to job").and_then(|()| execute(db, "release job")),
    });
    match (ended, db.is_autocommit()) {
        (Ok(()), false) => Step::Done,
        (Ok(()), true) => Step::TransactionLost,
        (Err(error), _) => {
            tracing::error!(error = %error, "a savepoint failed");
            job.fail(Fault::<LedgerError>::from(error).0);
            Step::TransactionLost
        }
    }
}

fn commit(db: &Connection) -> Result<(), Lost> {
    let Err(error) = execute(db, "commit") else { return Ok(()) };
    tracing::error!(error = %error, "a commit failed");
    roll_back(db);
    Err(Lost::from(fault::commit_failed(error)))
}

fn roll_back(db: &Connection) {
    if !db.is_autocommit()
        && let Err(error) = execute(db, "rollback")
    {
        tracing::error!(error = %error, "a rollback failed");
    }
}

fn execute(db: &Connection, sql: &str) -> rusqlite::Result<()> {
    db.prepare_cached(sql)?.execute([]).map(|_| ())
}
