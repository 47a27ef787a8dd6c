//! A node whose way to the database is slow, and breaks: also right after a commit was sent.

use std::time::Duration;

use serde_json::Value;

use crate::cluster::{Cluster, url};
use crate::history::Ask;
use crate::load::UNITS;
use crate::proxy::Proxy;
use crate::report::Report;
use crate::stage::{SHORT, Size, Stage};

pub(crate) async fn under_load(seed: u64, size: Size) -> Report {
    let cluster = Cluster::start();
    let proxy = Proxy::to(cluster.port, seed).await;
    let ledgers = vec![cluster.url(), url(&[proxy.port])];
    let mut stage = Stage::on_postgres(ledgers, seed).await;
    proxy.cut_one_in(25);
    stage.rush(size);
    for _ in 0..=size.times {
        stage.goes_on(size).await;
    }
    stage.report.cuts = proxy.cuts();
    stage.reckon(&cluster.url()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_on_a_bad_line_gives_no_wrong_answer() {
    let report = under_load(8, SHORT).await;
    assert!(report.cuts > 20 && report.accepted > 200, "{report:?}");
}

/// How late the database's answers are: a question and its answer take twice as long.
const LATE: Duration = Duration::from_millis(100);
/// Long enough for one question to the database, not for all that loading a unit takes.
const IMPATIENCE: Duration = Duration::from_millis(500);

/// Whoever asks for a unit that is not loaded yet goes away before it is. The next one finds it
/// further on, not at the beginning.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_unit_is_loaded_though_nobody_waits_for_it() {
    let cluster = Cluster::start();
    let proxy = Proxy::to(cluster.port, 9).await;
    let mut stage = Stage::on_postgres(vec![url(&[proxy.port])], 9).await;
    proxy.late_by(LATE);
    stage.kill(0);
    let path = format!("/scheduling/shifts/{}-00-0", UNITS[0]);
    let ask = Ask { method: "GET", path, body: Value::Null, key: None };
    let mut is_read = false;
    for _ in 0..20 {
        let answer = stage.line.send(&stage.node(0).url, &ask, IMPATIENCE).await;
        is_read |= answer.is_ok_and(|answer| answer.status() == 200);
    }
    assert!(is_read, "20 clients waited for {IMPATIENCE:?} each, and none got an answer");
}
