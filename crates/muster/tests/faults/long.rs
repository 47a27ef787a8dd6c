//! All faults, one after another, for as long as one likes.

use std::io::Write as _;
use std::pin::Pin;
use std::time::{Duration, Instant};

use crate::report::Report;
use crate::stage::Size;
use crate::{database, kills, paused, slow};

type Round = Pin<Box<dyn Future<Output = Report> + Send>>;

/// A fault, how often it strikes in a round, and its name.
const FAULTS: &[(&str, usize, fn(u64, Size) -> Round)] = &[
    ("the only node killed", 20, |seed, size| Box::pin(kills::of_the_only_node(seed, size))),
    ("one of two nodes killed", 20, |seed, size| Box::pin(kills::of_one_of_two(seed, size))),
    ("the database restarted", 6, |seed, size| Box::pin(database::restarted(seed, size))),
    ("the standby promoted", 3, |seed, size| Box::pin(database::failed_over(seed, size))),
    ("a node paused", 3, |seed, size| Box::pin(paused::under_load(seed, size))),
    ("a transaction stuck", 1, |seed, size| Box::pin(database::stuck(seed, size))),
    ("the database away", 2, |seed, size| Box::pin(database::away(seed, size))),
    ("a bad line", 5, |seed, size| Box::pin(slow::under_load(seed, size))),
];

fn say(text: &str) {
    let mut out = std::io::stdout();
    // Nobody reads any more: there is nobody to tell.
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// `MUSTER_FAULTS_MINUTES` says how long, `MUSTER_FAULTS_SEED` where to begin.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes as long as it is told to"]
async fn faults_for_as_long_as_told() {
    let number =
        |name: &str, usual| std::env::var(name).map_or(usual, |text| text.parse().unwrap());
    let minutes: u64 = number("MUSTER_FAULTS_MINUTES", 1);
    let seed: u64 = number("MUSTER_FAULTS_SEED", 1);
    let (begun, mut said, mut total) = (Instant::now(), 0, Report::default());
    for round in 0.. {
        if begun.elapsed() >= Duration::from_secs(minutes * 60) {
            break;
        }
        let (name, times, fault) = FAULTS[round % FAULTS.len()];
        let round_seed = seed.wrapping_add(round as u64);
        let size = Size { times, apart: (150, 600), clients: 12, replays: 1_500 };
        match tokio::spawn(fault(round_seed, size)).await {
            Ok(report) => total.add(&report),
            Err(failed) => panic!("round {round}, {name}, seed {round_seed}: {failed}"),
        }
        let minute = begun.elapsed().as_secs() / 60;
        if minute > said {
            said = minute;
            say(&format!("{minute:>4} min, {} rounds: {}", round + 1, total.line()));
        }
    }
    say(&total.table());
}
