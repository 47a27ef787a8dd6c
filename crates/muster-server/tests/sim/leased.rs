//! Background work by a lease, on a clock that stands still while anybody has something to do.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use muster_ledger::Ledger;
use muster_ledger::sim::{Fate, Node, Operation, Sim, Turn};
use muster_server::leased::{Holder, Term};
use muster_server::limits::{LEASE, LEASE_AGAIN, LEASE_RENEWED};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

/// Which node did the work under which fence, and from when to when.
type Done = Arc<Mutex<Vec<Stint>>>;

#[derive(Debug, Clone)]
struct Stint {
    node: &'static str,
    fence: u64,
    from: Instant,
    to: Option<Instant>,
}

/// Says when the work was dropped.
struct Ends(Done, usize);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.lock().unwrap()[self.1].to = Some(Instant::now());
    }
}

/// A node that wants to do the work.
struct Worker {
    node: Node,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

fn worker(sim: &Sim, name: &'static str, done: &Done) -> Worker {
    let (node, (stop, stops)) = (sim.node(name), watch::channel(false));
    let holder = Holder::new(Ledger::simulated(&node), name.to_owned(), stops);
    let done = done.clone();
    let work = move |term: Term| {
        let (done, from) = (done.clone(), Instant::now());
        async move {
            let stint = Stint { node: name, fence: term.lease().fence, from, to: None };
            let nth = {
                let mut done = done.lock().unwrap();
                done.push(stint);
                done.len() - 1
            };
            let _ends = Ends(done, nth);
            loop {
                assert!(term.holds(), "{name} works without a lease");
                sleep(Duration::from_millis(100)).await;
            }
        }
    };
    let task = tokio::spawn(async move { holder.run("work", work).await });
    Worker { node, stop, task }
}

/// The stints in short; no two of them at the same time.
fn stints(done: &Done) -> Vec<(&'static str, u64)> {
    let all = done.lock().unwrap().clone();
    for pair in all.windows(2) {
        assert!(pair[0].to.is_some_and(|to| to <= pair[1].from), "{pair:?}");
    }
    all.into_iter().map(|stint| (stint.node, stint.fence)).collect()
}

async fn two(sim: &Sim) -> (Done, [Worker; 2]) {
    let done = Done::default();
    let one = worker(sim, "one", &done);
    sleep(Duration::from_millis(10)).await;
    let two = worker(sim, "two", &done);
    (done, [one, two])
}

#[tokio::test(start_paused = true)]
async fn who_renews_in_time_keeps_the_work() {
    let (done, [one, two]) = two(&Sim::new()).await;
    sleep(100 * LEASE).await;
    assert_eq!(stints(&done), [("one", 1)]);
    assert!(!one.task.is_finished() && !two.task.is_finished());
}

#[tokio::test(start_paused = true)]
async fn who_is_cut_off_stops_before_another_begins() {
    let (done, [one, _two]) = two(&Sim::new()).await;
    sleep(LEASE).await;
    one.node.stop();
    sleep(3 * LEASE).await;
    assert_eq!(stints(&done), [("one", 1), ("two", 2)]);
    one.node.go_on();
    sleep(10 * LEASE).await;
    assert_eq!(stints(&done), [("one", 1), ("two", 2)]);
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_is_away_for_a_moment_ends_nothing() {
    let sim = Sim::new();
    let (done, [_one, _two]) = two(&sim).await;
    let back = Instant::now() + LEASE / 2;
    sim.set_fates(Some(Box::new(move |_, operation| {
        let is_away = operation == Operation::Write && Instant::now() < back;
        Fate { turn: if is_away { Turn::Refused } else { Turn::Done }, ..Fate::default() }
    })));
    sleep(10 * LEASE).await;
    assert_eq!(stints(&done), [("one", 1)]);
}

#[tokio::test(start_paused = true)]
async fn who_stops_gives_the_work_up() {
    let (done, [one, _two]) = two(&Sim::new()).await;
    sleep(LEASE).await;
    let stopped = Instant::now();
    one.stop.send_replace(true);
    one.task.await.unwrap();
    assert_eq!(stopped.elapsed(), Duration::ZERO);
    sleep(LEASE_RENEWED + LEASE_AGAIN).await;
    assert_eq!(stints(&done), [("one", 1), ("two", 2)]);
}
