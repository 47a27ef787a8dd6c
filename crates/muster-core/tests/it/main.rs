//! What the core promises, told in commands and in laws.

mod acknowledgements;
mod answers;
mod availability;
mod diff;
mod diff_shift;
mod documents;
mod draft_feed;
mod drafts;
mod edits;
mod generate;
mod laws;
mod levels;
mod levels_explained;
mod lost;
mod oracle;
mod publish;
mod registry;
mod remedies;
mod remedy_scenes;
mod rules;
mod scenario_clocks;
mod scenario_moves;
mod scenarios;
mod sequences;
mod steps;
mod swap_rules;
mod swaps;
mod time_off;
mod together;
mod trades;
mod waitlist;

use expect_test::Expect;
use muster_core::testing::World;

/// Plays a fixture with commands and compares what is answered.
#[expect(clippy::needless_pass_by_value, reason = "expectations are written in place")]
fn check_decide(script: &str, expected: Expect) {
    expected.assert_eq(&World::play(script));
}

/// A kind without a test would be a kind that nobody has seen.
#[test]
fn every_kind_of_finding_is_told_in_some_test() {
    let told = [
        include_str!("availability.rs"),
        include_str!("drafts.rs"),
        include_str!("edits.rs"),
        include_str!("levels.rs"),
        include_str!("publish.rs"),
        include_str!("rules.rs"),
        include_str!("scenario_clocks.rs"),
        include_str!("swap_rules.rs"),
        include_str!("swaps.rs"),
        include_str!("time_off.rs"),
        include_str!("trades.rs"),
        include_str!("waitlist.rs"),
    ]
    .concat();
    let severities = ["info", "warn", "ack", "block"];
    for kind in muster_core::conflict::Kind::ALL {
        let is_told =
            severities.iter().any(|s| told.contains(&format!("    {s} {} ", kind.name())));
        assert!(is_told, "{}", kind.name());
    }
}
