//! Jobs.

use muster_core::id::JobId;
use muster_ledger::{JobChange, JobProgress, JobRow, Ledger, PlainWrite, RowChange, WriteError};

use crate::engine::Engine;
use crate::given::{day, organization};

fn id(id: &str) -> JobId {
    JobId::parse(id).unwrap()
}

fn progress(is_open: bool, more: u8) -> JobProgress {
    JobProgress { is_open, more: vec![more] }
}

fn job(owner: &str, name: &str, at: i64) -> JobRow {
    JobRow {
        organization: organization(owner),
        id: id(name),
        created_at: day(at),
        request: name.as_bytes().to_vec(),
        turn: 1,
        progress: progress(true, 0),
    }
}

async fn write(ledger: &Ledger, changes: Vec<JobChange>) -> Result<(), WriteError> {
    let changes = changes.into_iter().map(RowChange::Job).collect();
    ledger.write_plain(PlainWrite::of(changes)).await
}

fn moved(name: &str, turn: u64, progress: JobProgress) -> JobChange {
    JobChange::Move { organization: organization("acme"), id: id(name), turn, progress }
}

fn keep(outcomes: &[(u64, &str)]) -> JobChange {
    let outcomes = outcomes.iter().map(|(n, body)| (*n, body.as_bytes().to_vec())).collect();
    JobChange::Keep { organization: organization("acme"), id: id("j"), outcomes }
}

pub(crate) async fn a_job_is_added_once_and_open_until_it_is_done(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let all = [job("acme", "j", 1), job("acme", "i", 2), job("zeta", "j", 0)];
    write(&ledger, all.clone().map(JobChange::Add).into()).await.unwrap();
    let again = write(&ledger, vec![JobChange::Add(job("acme", "j", 9))]).await;
    assert!(matches!(again, Err(WriteError::Moved)));
    let [acme, zeta] = [organization("acme"), organization("zeta")];
    assert_eq!(ledger.find_job(&acme, &id("j")).await.unwrap().as_ref(), Some(&all[0]));
    assert_eq!(ledger.find_job(&zeta, &id("i")).await.unwrap(), None);
    let open = [(zeta, id("j")), (acme.clone(), id("j")), (acme.clone(), id("i"))];
    assert_eq!(ledger.open_jobs(9).await.unwrap(), open);
    assert_eq!(ledger.open_jobs(1).await.unwrap(), open[..1]);
    write(&ledger, vec![moved("j", 1, progress(false, 7))]).await.unwrap();
    assert_eq!(ledger.open_jobs(9).await.unwrap(), [open[0].clone(), open[2].clone()]);
    let done = JobRow { turn: 2, progress: progress(false, 7), ..all[0].clone() };
    assert_eq!(ledger.find_job(&acme, &id("j")).await.unwrap(), Some(done));
}

pub(crate) async fn what_an_operation_came_to_is_kept_once(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let acme = organization("acme");
    write(&ledger, vec![JobChange::Add(job("acme", "j", 1))]).await.unwrap();
    let both = vec![keep(&[(0, "a"), (1, "b")]), moved("j", 1, progress(true, 1))];
    write(&ledger, both).await.unwrap();
    // Who was late says the same of its operations, and is refused for the turn.
    let late = vec![keep(&[(1, "other"), (2, "c")]), moved("j", 1, progress(true, 2))];
    assert!(matches!(write(&ledger, late).await, Err(WriteError::Moved)));
    write(&ledger, vec![keep(&[(1, "other"), (2, "c")])]).await.unwrap();
    let name = id("j");
    let kept = |from, limit| ledger.job_outcomes(&acme, &name, from, limit);
    let text = |(n, body): (u64, Vec<u8>)| (n, String::from_utf8(body).unwrap());
    let [all, one] = [kept(0, 9).await.unwrap(), kept(1, 1).await.unwrap()]
        .map(|outcomes| outcomes.into_iter().map(text).collect::<Vec<_>>());
    let of = |n: u64, body: &str| (n, body.to_owned());
    assert_eq!(all, [of(0, "a"), of(1, "b"), of(2, "c")]);
    assert_eq!(one, [of(1, "b")]);
}

pub(crate) async fn old_jobs_are_forgotten_with_their_outcomes(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let acme = organization("acme");
    let jobs = [job("acme", "j", 1), job("acme", "i", 2)].map(JobChange::Add);
    write(&ledger, jobs.into()).await.unwrap();
    write(&ledger, vec![keep(&[(0, "a")]), JobChange::Forget(day(2))]).await.unwrap();
    assert_eq!(ledger.find_job(&acme, &id("j")).await.unwrap(), None);
    assert_eq!(ledger.job_outcomes(&acme, &id("j"), 0, 9).await.unwrap(), []);
    assert!(ledger.find_job(&acme, &id("i")).await.unwrap().is_some());
}
