//! The functions that tests inside this crate call: a text in, a text out, compared.

use expect_test::Expect;

use crate::conflict::Kind;
use crate::rule;
use crate::testing::{World, answer};

/// Looks for one kind of findings in everybody's week, and compares them.
pub(crate) fn check_rule(kind: Kind, fixture: &str, expected: Expect) {
    let world = World::of(fixture);
    let (roster, clock) = (world.head(), &world.clock);
    let week = roster.unit().and_then(|unit| unit.week(unit.week_of(world.now.plus_days(4))));
    let mut told = String::new();
    for record in roster.agents() {
        let found = rule::findings(roster, &record.agent.id, week.expect("a week"));
        for finding in found.iter().filter(|finding| finding.kind == kind) {
            told += &format!("{}\n", answer::finding(roster, clock, finding));
        }
    }
    expected.assert_eq(&told);
}
