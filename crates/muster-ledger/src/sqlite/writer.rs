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
        let lost_as = |lost: &Lost| Err(LedgerError::from(lost.clone()).into());
        let undone = Lost::Unavailable(Unavailable::Undone);
        let answer = match (self.result, lost) {
            (Some(result), None) => result,
            (Some(Ok(_)) | None, Some(lost)) => lost_as(lost),
            // It may have been refused because of a neighbour's write that is now gone.
            (Some(Err(_)), Some(_)) | (None, None) => lost_as(&undone),
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

#[cfg(test)]
mod tests {
    use rusqlite::ErrorCode;
    use tempfile::TempDir;
    use tokio::sync::oneshot::Receiver;

    use super::*;

    /// A database with a table of its own, in a folder that goes with it.
    fn database() -> (Connection, TempDir) {
        let folder = TempDir::new().unwrap();
        let db = Connection::open(folder.path().join("test.db")).unwrap();
        db.pragma_update(None, "journal_mode", "wal").unwrap();
        db.pragma_update(None, "foreign_keys", true).unwrap();
        db.execute_batch("create table t (id integer primary key, parent references t, body)")
            .unwrap();
        (db, folder)
    }

    type Answer = Receiver<Result<(), LedgerError>>;

    fn queue(
        group: &mut VecDeque<Box<dyn Job>>,
        work: impl FnOnce(&Connection) -> Result<(), Fault> + Send + 'static,
    ) -> Answer {
        let (answer, answered) = oneshot::channel();
        group.push_back(Box::new(Work { work: Some(work), result: None, answer }));
        answered
    }

    /// Queues a write of some rows, refused at its end if asked.
    fn write(group: &mut VecDeque<Box<dyn Job>>, ids: [i64; 2], end: Result<(), ()>) -> Answer {
        queue(group, move |db| {
            for id in ids {
                db.execute("insert into t (id) values (?1)", [id])?;
            }
            end.map_err(|()| fault::corrupt("refused"))
        })
    }

    fn rows(db: &Connection) -> Vec<i64> {
        let mut select = db.prepare("select id from t order by id").unwrap();
        select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    fn text(mut answer: Answer) -> String {
        match answer.try_recv().expect("it has been answered") {
            Ok(()) => "written".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    const UNDONE: &str = "the write was undone together with another one that failed";

    #[test]
    fn a_refused_write_leaves_no_trace_and_its_neighbours_stand() {
        let (db, _folder) = database();
        let mut group = VecDeque::new();
        let answers = [
            write(&mut group, [1, 2], Ok(())),
            write(&mut group, [3, 4], Err(())),
            write(&mut group, [3, 6], Ok(())),
        ];
        write_group(&db, &mut group);
        let refused = "the ledger is damaged: refused";
        assert_eq!(answers.map(text), ["written", refused, "written"]);
        assert_eq!(rows(&db), [1, 2, 3, 6]);
    }

    #[test]
    fn when_the_transaction_is_lost_nothing_is_written_and_the_rest_gets_another() {
        let (db, _folder) = database();
        let mut group = VecDeque::new();
        let first = write(&mut group, [1, 2], Ok(()));
        // What SQLite does by itself after some failures.
        let loses = queue(&mut group, |db| {
            db.execute_batch("insert into t (id) values (3); rollback")?;
            Err(LedgerError::from(Unavailable::Full).into())
        });
        let next = write(&mut group, [5, 6], Ok(()));
        write_group(&db, &mut group);
        assert_eq!([first, loses].map(text), [UNDONE, "the disk is full"]);
        assert_eq!((rows(&db), group.len()), (Vec::new(), 1));
        write_group(&db, &mut group);
        assert_eq!((text(next).as_str(), rows(&db)), ("written", vec![5, 6]));
    }

    #[test]
    fn a_full_disk_is_unavailable_and_changes_nothing() {
        let (db, _folder) = database();
        db.pragma_update_and_check(None, "max_page_count", 8, |_| Ok(())).unwrap();
        let mut group = VecDeque::new();
        let large = queue(&mut group, |db| {
            db.execute("insert into t (id) values (1)", [])?;
            db.execute("insert into t (id, body) values (2, zeroblob(1000000))", [])?;
            Ok(())
        });
        write_group(&db, &mut group);
        assert_eq!((text(large).as_str(), rows(&db)), ("the disk is full", Vec::new()));
        let small = write(&mut group, [3, 4], Ok(()));
        write_group(&db, &mut group);
        assert_eq!((text(small).as_str(), rows(&db)), ("written", vec![3, 4]));
    }

    #[test]
    fn a_commit_that_fails_is_indeterminate_for_those_who_wrote() {
        let (db, _folder) = database();
        let mut group = VecDeque::new();
        let orphan = queue(&mut group, |db| {
            db.execute_batch("pragma defer_foreign_keys = on")?;
            db.execute("insert into t (id, parent) values (1, 99)", [])?;
            Ok(())
        });
        let refused = write(&mut group, [1, 2], Ok(()));
        write_group(&db, &mut group);
        let unknown = "it is not known whether the change was made";
        assert_eq!([orphan, refused].map(text), [unknown, UNDONE]);
        assert!(db.is_autocommit() && rows(&db).is_empty());
    }

    #[test]
    fn a_commit_that_found_no_room_or_no_lock_changed_nothing() {
        let failed = |code| {
            fault::commit_failed(rusqlite::Error::SqliteFailure(
                rusqlite::ffi::Error { code, extended_code: 0 },
                None,
            ))
        };
        let unavailable = |code| matches!(failed(code), LedgerError::Unavailable(_));
        assert!(unavailable(ErrorCode::DiskFull) && unavailable(ErrorCode::DatabaseBusy));
        assert!(matches!(failed(ErrorCode::SystemIoFailure), LedgerError::Indeterminate));
    }

    #[test]
    fn while_another_process_writes_it_is_busy() {
        let (db, folder) = database();
        let other = Connection::open(folder.path().join("test.db")).unwrap();
        other.execute_batch("begin immediate").unwrap();
        db.busy_timeout(std::time::Duration::ZERO).unwrap();
        let mut group = VecDeque::new();
        let answers = [write(&mut group, [1, 2], Ok(())), write(&mut group, [3, 4], Ok(()))];
        write_group(&db, &mut group);
        let busy = "another process is writing";
        assert_eq!((answers.map(text), group.len()), ([busy.to_owned(), busy.to_owned()], 0));
    }
}
