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
