//! All faults, one after another, for as long as one likes.

use std::io::Write as _;
use std::pin::Pin;
use std::time::{Duration, Instant};

use crate::report::Report;
use crate::stage::Size;
use crate::{database, kills, paused, slow};

type Round = Pin<Box<dyn Future<Output = Report> + Send>>;

/// A fault that strikes some times in a round.
struct Fault {
    name: &'static str,
    times: usize,
    run: fn(u64, Size) -> Round,
}

const FAULTS: &[Fault] = &[
    Fault {
        name: "the only node killed",
        times: 20,
        run: |seed, size| Box::pin(kills::of_the_only_node(seed, size)),
    },
    Fault {
        name: "one of two nodes killed",
        times: 20,
        run: |seed, size| Box::pin(kills::of_one_of_two(seed, size)),
    },
    Fault {
        name: "the database restarted",
        times: 6,
        run: |seed, size| Box::pin(database::restarted(seed, size)),
    },
    Fault {
        name: "the standby promoted",
        times: 3,
        run: |seed, size| Box::pin(database::failed_over(seed, size)),
    },
    Fault {
        name: "a node paused",
        times: 3,
        run: |seed, size| Box::pin(paused::under_load(seed, size)),
    },
    Fault {
        name: "a transaction stuck",
        times: 1,
        run: |seed, size| Box::pin(database::stuck(seed, size)),
    },
    Fault {
        name: "the database away",
        times: 2,
        run: |seed, size| Box::pin(database::away(seed, size)),
    },
    Fault {
        name: "a bad line",
        times: 5,
        run: |seed, size| Box::pin(slow::under_load(seed, size)),
    },
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
        let Fault { name, times, run } = &FAULTS[round % FAULTS.len()];
        let round_seed = seed.wrapping_add(round as u64);
        let size = Size { times: *times, apart: (150, 600), clients: 12, replays: 300 };
        match tokio::spawn(run(round_seed, size)).await {
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
