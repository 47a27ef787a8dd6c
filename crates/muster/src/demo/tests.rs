use jiff::civil::date;

use crate::demo::centre::Centre;
use crate::demo::runs;
use crate::demo::script::Script;

fn small(seed: u64, length_ms: u64) -> (Centre, Script) {
    let centre = Centre::new("chicago", 40, seed, date(2026, 11, 30)).unwrap();
    let script = Script::new(&centre, seed, length_ms);
    (centre, script)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_comparison_store_refuses_wrongly_and_its_rush_is_measured() {
    let (centre, script) = small(1, 3_000);
    let measured = runs::versions(&centre, &script).await.unwrap();
    assert_eq!(measured.log.troubles, Vec::<String>::new());
    let verdict = &measured.verdict;
    assert!(verdict.spurious > 0, "{verdict:?}");
    assert!(verdict.publish_us.is_some(), "{verdict:?}");
    assert!(verdict.edits > 30 && verdict.accepted > 20, "{verdict:?}");
}

/// The seeds of the end-to-end runs; more with `soak_the_monday_rush`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_of_a_rush_comes_out_the_same_when_it_is_replayed() {
    let run = rush_on_muster(1, 40, 3_000).await;
    let verdict = &run.measured.verdict;
    assert!(run.replay.decisions > 60, "{:?}", run.replay);
    assert!(verdict.edits > 30 && verdict.accepted > 25, "{verdict:?}");
    assert!(verdict.publish_us.is_some(), "{verdict:?}");
    assert!(run.measured.log.states >= 80, "{}", run.measured.log.states);
    run.running.server.stop().await;
}

/// Rush after rush, each with another seed: `MUSTER_SOAK_MINUTES`, from `MUSTER_SOAK_SEED` on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes as long as it is told to"]
async fn soak_the_monday_rush() {
    let number = |name: &str, default: u64| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let length = std::time::Duration::from_secs(60 * number("MUSTER_SOAK_MINUTES", 1));
    let first = number("MUSTER_SOAK_SEED", 1);
    let began = std::time::Instant::now();
    for seed in first.. {
        let agents = usize::try_from(20 + seed * 37 % 180).unwrap();
        let run = rush_on_muster(seed, agents, 2_000 + seed % 5 * 1_000).await;
        run.running.server.stop().await;
        if began.elapsed() >= length {
            break;
        }
    }
}

async fn rush_on_muster(seed: u64, agents: usize, length_ms: u64) -> runs::MusterRun {
    let now = muster_server::clock::Clock::machine().now();
    let week = crate::demo::centre::coming_week(now).unwrap();
    let centre = Centre::new("chicago", agents, seed, week).unwrap();
    let script = Script::new(&centre, seed, length_ms);
    let run = runs::muster(&centre, &script).await.unwrap();
    assert_eq!(run.broken_promises(), Vec::<String>::new(), "seed {seed}");
    run
}
