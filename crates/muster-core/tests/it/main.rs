//! What the core promises, told in commands and in laws.

#[cfg(test)]
mod drafts;

use expect_test::Expect;
use muster_core::testing::World;

/// Plays a fixture with commands and compares what is answered.
#[expect(clippy::needless_pass_by_value, reason = "expectations are written in place")]
fn check_decide(script: &str, expected: Expect) {
    expected.assert_eq(&World::play(script));
}
