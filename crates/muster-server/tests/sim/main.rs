//! Simulation: three nodes on one simulated database, with clients, clocks and a network that
//! fail as a seed says. The desk, the ledger's protocol and the core are the real ones. Time is
//! virtual and there is one thread, so that a seed always makes the same history.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod asked;
mod check;
mod client;
mod cluster;
mod counts;
mod dice;
mod directed;
mod faults;
mod history;
mod leased;
mod network;
mod record;
mod setting;
mod weather;
mod wish;
mod wishes;

use crate::counts::Counts;

/// Histories of one test; all of them together are what CI runs.
const HISTORIES: u64 = 625;

fn run(seeds: impl Iterator<Item = u64>) -> Counts {
    let mut sum = Counts::default();
    seeds.for_each(|seed| sum.add(&history::run(seed).counts));
    sum
}

macro_rules! histories {
    ($($name:ident $nth:literal)*) => {$(
        #[test]
        fn $name() {
            let counts = run($nth * HISTORIES..($nth + 1) * HISTORIES);
            counts.check(HISTORIES);
        }
    )*};
}

histories! {
    histories_0 0 histories_1 1 histories_2 2 histories_3 3
    histories_4 4 histories_5 5 histories_6 6 histories_7 7
}

/// `MUSTER_SOAK_MINUTES` says how long, `MUSTER_SOAK_SEED` where to begin.
#[test]
#[ignore = "takes as long as it is told to"]
fn soak_histories_one_after_another() {
    let (minutes, seed) = (number("MUSTER_SOAK_MINUTES", 1), number("MUSTER_SOAK_SEED", 1));
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let begun = std::time::Instant::now();
    let work = move |thread: u64| {
        let seeds = (0..).map(move |n| (seed << 32) + n * threads + thread);
        run(seeds.take_while(|_| begun.elapsed().as_secs() < minutes * 60))
    };
    let all: Vec<_> = (0..threads).map(|n| std::thread::spawn(move || work(n))).collect();
    let mut sum = Counts::default();
    all.into_iter().for_each(|thread| sum.add(&thread.join().unwrap()));
    show(&format!("{sum}"));
    sum.check(sum.of("histories"));
}

/// Shows one history: `MUSTER_SIM_SEED` says which.
#[test]
#[ignore = "shows the history it is told to"]
fn one_history() {
    let seed = number("MUSTER_SIM_SEED", 0);
    let (end, trace) = history::traced(seed);
    show(&format!("{}\n{:?}\n{}", trace.join("\n"), end.hashes, end.counts));
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

#[expect(clippy::print_stdout, reason = "somebody wants to see it")]
fn show(text: &str) {
    println!("{text}");
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}
