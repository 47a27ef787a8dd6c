//! What the core promises, told in commands and in laws.

mod diff;
mod diff_shift;
mod documents;
mod drafts;
mod edits;
mod generate;
mod laws;
mod oracle;
mod publish;
mod registry;
mod scenario_clocks;
mod scenarios;
mod sequences;
mod steps;
mod swap_rules;
mod swaps;
mod time_off;

use expect_test::Expect;
use muster_core::testing::World;

/// Plays a fixture with commands and compares what is answered.
#[expect(clippy::needless_pass_by_value, reason = "expectations are written in place")]
fn check_decide(script: &str, expected: Expect) {
    expected.assert_eq(&World::play(script));
}
