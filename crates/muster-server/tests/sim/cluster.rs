//! Three nodes, each of which may die and come back with nothing in its memory.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use muster_core::Instant;
use muster_ledger::Ledger;
use muster_ledger::sim::{Node, Sim};
use muster_server::clock::{Clock, Manual};
use muster_server::units::Units;
use tokio::sync::{mpsc, watch};

use crate::record::Record;
use crate::setting;

pub(crate) const NODES: usize = 3;

/// A node from its start to its death.
#[derive(Clone)]
pub(crate) struct Process {
    pub(crate) node: Node,
    pub(crate) units: Units,
}

struct Slot {
    generation: u32,
    process: Option<Process>,
    clock: Arc<Manual>,
}

/// The nodes.
#[derive(Clone)]
pub(crate) struct Cluster {
    sim: Sim,
    record: Record,
    slots: Arc<Mutex<Vec<Slot>>>,
    deaths: mpsc::UnboundedSender<usize>,
}

impl Cluster {
    /// Starts the nodes, and somebody who starts those again that die.
    pub(crate) fn start(sim: Sim, record: Record) -> Self {
        let (deaths, died) = mpsc::unbounded_channel();
        let slot = || Slot { generation: 0, process: None, clock: Manual::at(setting::now()) };
        let slots = Arc::new(Mutex::new((0..NODES).map(|_| slot()).collect()));
        let cluster = Self { sim, record, slots, deaths };
        for place in 0..NODES {
            cluster.revive(place);
        }
        tokio::spawn(cluster.clone().keep_alive(died));
        cluster
    }

    async fn keep_alive(self, mut died: mpsc::UnboundedReceiver<usize>) {
        while let Some(place) = died.recv().await {
            let cluster = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(700)).await;
                cluster.revive(place);
            });
        }
    }

    fn revive(&self, place: usize) {
        let mut slots = self.slots.lock().unwrap();
        let slot = &mut slots[place];
        slot.generation += 1;
        let node = self.sim.node(&format!("n{place}.{}", slot.generation));
        let notes = self.record.clone();
        let notes = Arc::new(move |noted| notes.get().notes.push(noted));
        let (ledger, clock) = (Ledger::simulated(&node), Clock::manual(slot.clock.clone()));
        let units = Units::new(ledger, clock, Some(notes), watch::channel(()).1);
        let followed = units.clone();
        tokio::spawn(async move { followed.follow().await });
        slot.process = Some(Process { node, units });
    }

    /// The process in a place; none when it died and its successor has not started.
    pub(crate) fn process(&self, place: usize) -> Option<Process> {
        self.slots.lock().unwrap()[place].process.clone()
    }

    pub(crate) fn crash(&self, place: usize) {
        let Some(process) = self.slots.lock().unwrap()[place].process.take() else { return };
        process.node.crash();
        // Nobody hears it when the history is over.
        let _ = self.deaths.send(place);
    }

    /// A process stands still for a while.
    pub(crate) fn stop(&self, place: usize, time: Duration) {
        let Some(process) = self.process(place) else { return };
        self.record.count("node stands still");
        self.record.tell(|| format!("n{place} stands still for {time:?}"));
        process.node.stop();
        tokio::spawn(async move {
            tokio::time::sleep(time).await;
            process.node.go_on();
        });
    }

    /// Whoever stands still goes on.
    pub(crate) fn go_on(&self) {
        let slots = self.slots.lock().unwrap();
        slots.iter().filter_map(|slot| slot.process.as_ref()).for_each(|p| p.node.go_on());
    }

    pub(crate) fn set_clock(&self, place: usize, now: Instant) {
        self.slots.lock().unwrap()[place].clock.set(now);
    }
}
