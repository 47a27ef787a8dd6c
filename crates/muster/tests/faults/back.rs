//! A ledger that goes back: its server was replaced by one that did not have the last entries.
//! What is lost is lost; but no node may build on what is not there.

use serde_json::json;

use crate::check;
use crate::cluster::Cluster;
use crate::history::Ask;
use crate::load::UNITS;
use crate::stage::Stage;
use crate::wish::Wish;

/// Takes the last entries of a unit out of the database, as if they had never come.
fn lose(cluster: &Cluster, unit: &str, count: usize) {
    cluster.ask(&format!(
        "with head as (
             select number, revision - {count} as revision from unit where id = '{unit}'
         ), entries as (
             delete from entry using head
             where entry.unit = head.number and entry.revision > head.revision
         ), commands as (
             delete from command using head
             where command.unit = head.number and command.revision > head.revision
         )
         update unit set revision = head.revision, hash = entry.hash
         from head join entry on entry.unit = head.number and entry.revision = head.revision
         where unit.number = head.number"
    ));
}

/// Puts a note on the only shift that it is about.
async fn note(stage: &Stage, node: usize, text: &str) -> u16 {
    let shift = format!("{}-00-0", UNITS[0]);
    let path = format!("/scheduling/shifts/{shift}");
    let (body, key) = (json!({ "note": text }), Some(text.to_owned()));
    let ask = Ask { method: "PATCH", path, body, key };
    stage.line.ask_once(node, UNITS[0], ask, Wish::Note(shift, text.to_owned())).await.status
}

async fn read(stage: &Stage, node: usize) -> u16 {
    let shift = format!("{}-00-0", UNITS[0]);
    let path = format!("/scheduling/shifts/{shift}");
    let ask = Ask { method: "GET", path, body: serde_json::Value::Null, key: None };
    stage.line.ask_once(node, UNITS[0], ask, Wish::ReadShift(shift)).await.status
}

/// How many entries are lost: more than a node may not have heard of yet, so that each of them
/// knows one that is beyond the ledger's end.
const LOST: usize = 3;

/// Two nodes edit a unit in turn, so that they hold it; the last edits are lost; then one of them
/// comes first, with a read or an edit.
async fn holds(reads_first: bool, first: usize) {
    let cluster = Cluster::start();
    let mut stage = Stage::on_postgres(vec![cluster.url(); 2], 10).await;
    for n in 0..6 {
        assert_eq!(note(&stage, n % 2, &format!("before-{n}")).await, 200);
    }
    lose(&cluster, UNITS[0], LOST);
    for n in 0..6 {
        let node = (first + n) % 2;
        if reads_first {
            assert_eq!(read(&stage, node).await, 200);
        }
        assert_eq!(note(&stage, node, &format!("after-{n}")).await, 200);
        assert_eq!(read(&stage, node).await, 200);
    }
    let mut ops = stage.quiet().await;
    // Nobody can be blamed for what was lost.
    ops.retain(|op| !op.ask.key.as_ref().is_some_and(|key| key.starts_with("before")));
    let entries = stage.entries(&cluster.url()).await.swap_remove(0).1;
    let mut faults = check::faults(UNITS[0], &entries, &ops, stage.id());
    // The edits that were not lost.
    faults.retain(|fault| fault.kind != check::Kind::Stranger);
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_that_lost_entries_is_not_written_past() {
    for first in [0, 1] {
        holds(false, first).await;
        holds(true, first).await;
    }
}
