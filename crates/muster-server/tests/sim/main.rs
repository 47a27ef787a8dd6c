//! Simulation: three nodes on one simulated database, with clients, clocks and a network that
//! fail as a seed says. The desk, the ledger's protocol and the core are the real ones. Time is
//! virtual and there is one thread, so that a seed always makes the same history.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod check;
mod client;
mod cluster;
mod dice;
mod faults;
mod history;
mod network;
mod record;
mod setting;
mod weather;
mod wish;
mod wishes;

use crate::history::Counts;

/// Histories of one test; all of them together are what CI runs.
const HISTORIES: u64 = 625;

fn add(sum: &mut Counts, counts: Counts) {
    for (what, count) in counts {
        *sum.entry(what).or_default() += count;
    }
}

fn run(seeds: std::ops::Range<u64>) -> Counts {
    let mut sum = Counts::new();
    for seed in seeds {
        add(&mut sum, history::run(seed).counts);
    }
    sum
}

macro_rules! histories {
    ($($name:ident $nth:literal)*) => {$(
        #[test]
        fn $name() {
            let counts = run($nth * HISTORIES..($nth + 1) * HISTORIES);
            println!("{counts:#?}");
        }
    )*};
}

histories! {
    histories_0 0 histories_1 1 histories_2 2 histories_3 3
    histories_4 4 histories_5 5 histories_6 6 histories_7 7
}

/// Shows one history: `MUSTER_SIM_SEED` says which.
#[test]
#[ignore = "shows the history it is told to"]
fn one_history() {
    let seed = number("MUSTER_SIM_SEED", 0);
    let (end, trace) = history::traced(seed);
    println!("{}\n{end:#?}", trace.join("\n"));
}

#[test]
fn a_seed_makes_the_same_history_again() {
    for seed in [7, 77, 777, 7_777] {
        let (one, two) = (history::traced(seed), history::traced(seed));
        let apart = one.1.iter().zip(&two.1).find(|(a, b)| a != b);
        assert_eq!(apart, None, "seed {seed}");
        assert_eq!(one, two, "seed {seed}");
    }
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}
