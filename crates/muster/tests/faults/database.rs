//! The database under the nodes: restarted, gone for a while, stuck, replaced by its standby.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Stdio};
use std::time::Duration;

use serde_json::json;
use tokio::task::block_in_place;
use tokio::time::{sleep, timeout};

use crate::call::{Line, Once};
use crate::cluster::Cluster;
use crate::history::Ask;
use crate::load::UNITS;
use crate::pair::Pair;
use crate::report::Report;
use crate::stage::{SHORT, Size, Stage};
use crate::wish::Wish;

/// By when a node says that it cannot answer now: a lock is waited for, and then the patience of
/// a batch is over.
const BUDGET: Duration = Duration::from_secs(25);

/// PostgreSQL stops in the middle of everything and recovers.
pub(crate) async fn restarted(seed: u64, size: Size) -> Report {
    let mut cluster = Cluster::start();
    let mut stage = Stage::on_postgres(vec![cluster.url(); 2], seed).await;
    stage.rush(size);
    for _ in 0..size.times {
        stage.goes_on(size).await;
        cluster.crash();
        cluster.run();
        stage.report.restarts += 1;
    }
    stage.goes_on(size).await;
    stage.reckon(&cluster.url()).await
}

/// The first server is killed under load and its standby takes its place.
pub(crate) async fn failed_over(seed: u64, size: Size) -> Report {
    let mut pair = Pair::start().await;
    let mut stage = Stage::on_postgres(vec![pair.url(); 2], seed).await;
    stage.rush(size);
    for round in 0..size.times {
        if round > 0 {
            pair.mend().await;
        }
        stage.goes_on(size).await;
        pair.fail_over();
        stage.report.promotions += 1;
    }
    stage.goes_on(size).await;
    stage.reckon(&pair.url()).await
}

/// An edit that changes something each time.
fn edit(unit: &str, n: usize) -> (Ask, Wish) {
    let (shift, tag) = (format!("{unit}-00-0"), format!("direct-{n}"));
    let path = format!("/scheduling/shifts/{shift}");
    let (body, key) = (json!({ "tags": [tag] }), Some(tag.clone()));
    (Ask { method: "PATCH", path, body, key }, Wish::Tag(shift, tag))
}

async fn edited(line: &Line, unit: &str, n: usize) -> Once {
    let (ask, wish) = edit(unit, n);
    line.ask_once(0, unit, ask, wish).await
}

#[track_caller]
fn is_told_to_come_back(once: Once) {
    assert_eq!(once.status, 503, "{once:?}");
    assert!(once.retry_after.is_some_and(|seconds| seconds <= 60), "{once:?}");
    assert!(once.took < BUDGET, "{once:?}");
}

/// There is no database for a while. Nodes say so, and go on by themselves.
pub(crate) async fn away(seed: u64, size: Size) -> Report {
    let mut cluster = Cluster::start();
    let mut stage = Stage::on_postgres(vec![cluster.url(); 2], seed).await;
    stage.rush(size);
    for n in 0..size.times {
        stage.goes_on(size).await;
        cluster.crash();
        is_told_to_come_back(edited(&stage.line, UNITS[0], n).await);
        assert_eq!(stage.line.ready(1).await, 503);
        cluster.run();
        stage.report.restarts += 1;
        let is_back = async {
            while stage.line.ready(1).await != 200 {
                // Nobody tells when a node is ready again.
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_secs(30), is_back).await.expect("ready again within 30 s");
    }
    stage.goes_on(size).await;
    stage.reckon(&cluster.url()).await
}

/// Somebody who has a unit's head and does nothing with it. Dropped, it lets go.
struct Stuck {
    psql: Child,
    input: ChildStdin,
}

impl Stuck {
    fn on(cluster: &Cluster, unit: &str) -> Self {
        let mut psql = cluster.psql();
        psql.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut psql = psql.spawn().unwrap();
        let mut input = psql.stdin.take().unwrap();
        writeln!(input, "begin;\nselect id from unit where id = '{unit}' for update;").unwrap();
        let mut line = String::new();
        let output = psql.stdout.as_mut().unwrap();
        block_in_place(|| BufReader::new(output).read_line(&mut line)).unwrap();
        assert_eq!(line.trim(), unit);
        Self { psql, input }
    }
}

impl Drop for Stuck {
    fn drop(&mut self) {
        let _ = writeln!(self.input, "rollback;\n\\q");
        let _ = block_in_place(|| self.psql.wait());
    }
}

/// A transaction has a unit's head and does not end. Edits of that unit are told to come back,
/// others go on; and so do all when it ends.
pub(crate) async fn stuck(seed: u64, size: Size) -> Report {
    let cluster = Cluster::start();
    let mut stage = Stage::on_postgres(vec![cluster.url(); 2], seed).await;
    stage.rush(size);
    for n in 0..size.times {
        stage.goes_on(size).await;
        let stuck = Stuck::on(&cluster, UNITS[0]);
        let (here, there) =
            tokio::join!(edited(&stage.line, UNITS[0], n), edited(&stage.line, UNITS[1], n));
        is_told_to_come_back(here);
        assert!(there.status == 200 && there.took < here.took, "{there:?}, {here:?}");
        drop(stuck);
        let after = edited(&stage.line, UNITS[0], size.times + n).await;
        assert_eq!(after.status, 200, "{after:?}");
    }
    stage.goes_on(size).await;
    stage.reckon(&cluster.url()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_recovers_and_everything_goes_on() {
    let report = restarted(3, Size { times: 1, ..SHORT }).await;
    assert!(report.restarts == 1 && report.accepted > 100, "{report:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_takes_over_with_all_that_was_answered() {
    let report = failed_over(4, Size { times: 1, ..SHORT }).await;
    assert!(report.promotions == 1 && report.accepted > 100, "{report:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_database_clients_are_told_to_come_back() {
    let report = away(5, Size { times: 1, ..SHORT }).await;
    assert!(report.restarts == 1 && report.unavailable > 0, "{report:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stuck_transaction_stops_nobody_else() {
    let report = stuck(6, Size { times: 1, ..SHORT }).await;
    assert!(report.unavailable > 0 && report.accepted > 100, "{report:?}");
}
