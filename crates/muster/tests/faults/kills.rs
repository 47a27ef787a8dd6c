//! Nodes that are killed under load, again and again.

use crate::cluster::Cluster;
use crate::report::Report;
use crate::stage::{SHORT, Size, Stage};

/// The only node of a SQLite file is killed and starts again on the same file.
pub(crate) async fn of_the_only_node(seed: u64, size: Size) -> Report {
    let mut stage = Stage::on_file(seed).await;
    let ledger = stage.ledger();
    stage.rush(size);
    for _ in 0..size.times {
        stage.goes_on(size).await;
        stage.kill(0);
    }
    stage.goes_on(size).await;
    stage.reckon(&ledger).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_killed_loses_nothing_that_it_answered() {
    let report = of_the_only_node(1, SHORT).await;
    assert_eq!(report.kills, 3);
    assert!(report.accepted > 200 && report.refused > 0, "{report:?}");
}

/// One of two nodes on one database is killed and starts again.
pub(crate) async fn of_one_of_two(seed: u64, size: Size) -> Report {
    let cluster = Cluster::start();
    let mut stage = Stage::on_postgres(vec![cluster.url(); 2], seed).await;
    stage.rush(size);
    for _ in 0..size.times {
        stage.goes_on(size).await;
        let node = stage.any_node();
        stage.kill(node);
    }
    stage.goes_on(size).await;
    stage.reckon(&cluster.url()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_nodes_one_is_killed_and_nothing_is_lost() {
    let report = of_one_of_two(2, SHORT).await;
    assert_eq!(report.kills, 3);
    assert!(report.accepted > 200 && report.refused > 0, "{report:?}");
}
