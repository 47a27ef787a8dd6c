//! The functions that tests inside this crate call: a text in, a text out, compared.

use std::sync::Arc;

use expect_test::Expect;

use crate::conflict::{Clash, Kind};
use crate::draft::ShiftEdit;
use crate::id::ShiftId;
use crate::merge::{self, Change, Resolutions};
use crate::rule;
use crate::shift::{AtomValue, ShiftBody};
use crate::testing::{World, answer, print};

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

/// Merges two changes of one shift, each a line such as `ana mon 09:00-17:00 +vip`, or `nothing`.
/// Whoever asks, the outcome has to be the same, with the sides exchanged; and what was merged
/// must be able to meet the same edit again without a change.
pub(crate) fn check_merge(base: &str, ours: &str, theirs: &str, expected: Expect) {
    let world = World::of("site Europe/Paris");
    let body = |text: &str| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let line = (text != "nothing").then(|| world.clock.shift(world.head(), &words));
        line.map(|line| Arc::new(line.body))
    };
    let merged = |yours: &str, live: &str| {
        let edit = ShiftEdit { id: ShiftId::first(), base: body(base), draft: body(yours) };
        let live = body(live);
        let merged = merge::shift(&edit, live.as_deref(), &Resolutions::new());
        let after = merged.change.applied(live.as_deref());
        if merged.clashes.is_empty() {
            let again = merge::shift(&edit, after.as_deref(), &Resolutions::new());
            assert_eq!((again.change, again.clashes), (Change::None, vec![]), "merged twice");
        }
        let words = |body: Arc<ShiftBody>| print::shift_words(world.head(), &world.clock, &body);
        let mut told = vec![after.map_or_else(|| "nothing".to_owned(), words)];
        told.extend(merged.clashes.iter().map(|(kind, clash)| {
            let value = |v: &Option<AtomValue>| {
                v.as_ref().map_or("?".into(), |v| answer::value(&world.clock, v))
            };
            let (yours, live) = (value(&clash.yours), value(&clash.live));
            format!("{}: {} -> {yours} | {live}", kind.name(), value(&clash.base))
        }));
        (told, merged.clashes)
    };
    let (told, clashes) = merged(ours, theirs);
    let (mirrored, mirrored_clashes) = merged(theirs, ours);
    if clashes.is_empty() {
        assert_eq!(told, mirrored, "with the sides exchanged");
    }
    let sides = |clashes: &[(Kind, Clash)], exchange: bool| -> Vec<_> {
        let pair = |(_, c): &(Kind, Clash)| (c.yours.clone(), c.live.clone());
        let flip = |(yours, live)| if exchange { (live, yours) } else { (yours, live) };
        clashes.iter().map(pair).map(flip).collect()
    };
    assert_eq!(sides(&clashes, false), sides(&mirrored_clashes, true), "clashes exchanged");
    expected.assert_eq(&told.join("\n"));
}
