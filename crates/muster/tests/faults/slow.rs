//! A node whose way to the database is slow, and breaks: also right after a commit was sent.

use crate::cluster::{Cluster, url};
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
