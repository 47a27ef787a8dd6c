//! A node that stands still for longer than anybody may hold a unit, and wakes up when others
//! have moved on.

use std::time::Duration;

use muster_ledger::limits::HOLD;
use tokio::time::sleep;

use crate::cluster::Cluster;
use crate::history::{Answer, Op};
use crate::report::{Report, p99};
use crate::stage::{SHORT, Size, Stage};

/// Longer than a unit can be held.
const PAUSE: Duration = HOLD.saturating_add(Duration::from_millis(1_500));
/// Others go on when the unit is no longer held.
const STANDSTILL: Duration = HOLD.saturating_add(Duration::from_millis(2_500));

/// Which node stood still, and when.
struct Pause {
    node: usize,
    from: Duration,
    to: Duration,
}

pub(crate) async fn under_load(seed: u64, size: Size) -> Report {
    let cluster = Cluster::start();
    let mut stage = Stage::on_postgres(vec![cluster.url(); 2], seed).await;
    stage.rush(size);
    let mut pauses = Vec::new();
    for _ in 0..size.times {
        stage.goes_on(size).await;
        let (node, from) = (stage.any_node(), stage.line.recorder.now());
        stage.node(node).pause();
        stage.report.pauses += 1;
        // The time is the point: whatever it holds is taken from it.
        sleep(PAUSE).await;
        stage.more(10).await;
        stage.node(node).resume();
        pauses.push(Pause { node, from, to: stage.line.recorder.now() });
    }
    stage.goes_on(size).await;
    let ops = stage.quiet().await;
    pauses.iter().for_each(|pause| others_went_on(pause, &ops));
    stage.reckon_of(&cluster.url(), &ops).await
}

/// While one stood still, the others did not for long.
fn others_went_on(pause: &Pause, ops: &[Op]) {
    let Pause { node, from, to } = pause;
    let meanwhile =
        |answer: &&Answer| answer.node != *node && answer.sent >= *from && answer.at <= *to;
    let answers: Vec<&Answer> =
        ops.iter().filter_map(|op| op.answer.as_ref()).filter(meanwhile).collect();
    let slow = p99(answers.iter().copied());
    assert!(slow < HOLD, "p99 {slow:?} while node {node} stood still");
    let mut times: Vec<Duration> = answers.iter().map(|answer| answer.at).collect();
    times.extend([*from, *to]);
    times.sort_unstable();
    let gap = times.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default();
    assert!(gap < STANDSTILL, "no answer for {gap:?} while node {node} stood still");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_stood_still_gives_no_wrong_answer() {
    let report = under_load(7, Size { times: 1, ..SHORT }).await;
    assert!(report.pauses == 1 && report.accepted > 100, "{report:?}");
}
