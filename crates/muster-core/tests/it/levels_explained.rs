//! Why too few or too many are there, and what can be done.

use expect_test::{Expect, expect};
use muster_core::explain::explain;
use muster_core::testing::{World, by};

/// Plays a fixture, then explains why a command is held or refused, and follows each remedy: what
/// is held after it.
#[expect(clippy::needless_pass_by_value, reason = "expectations are written in place")]
fn check_explained(fixture: &str, line: &str, expected: Expect) {
    let world = World::of(fixture);
    let command = by(None, world.action(line));
    let findings = World::findings(&world.decide(&command.action));
    let mut told = String::new();
    for explained in explain(world.head(), &command, &findings, world.now) {
        let finding = &explained.finding;
        let (from, magnitude) = (finding.interval.expect("a stretch").start(), finding.magnitude);
        told += &format!("{} by {magnitude} from {from}\n", finding.kind.name());
        for cause in &explained.causes {
            told += &format!("  r{}: {}\n", cause.revision, cause.summary);
        }
        for remedy in &explained.remedies {
            let held = World::findings(&world.clone().run(&remedy.action));
            let shift = remedy.title.split(' ').find(|word| word.contains("-mon"));
            told += &format!("  {} {shift:?}, then {} held\n", remedy.id, held.len());
        }
    }
    expected.assert_eq(&told);
}

#[test]
fn what_is_missing_is_explained_by_who_went_and_who_asked() {
    let fixture = "
        site Europe/Paris
        rule STAFFING_BELOW_MINIMUM ack
        ana is skill=french
        ben is skill=french
        cleo is skill=french
        dan is skill=german
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        cleo mon 09:00-17:00
        dan mon 09:00-17:00
        cleo off mon approved
        staff mon 09:00-17:00 2 french
        dan mon 09:00-17:00 id=again
        > draft d ana mon 12:00-17:00; ben mon 09:00-15:00; ben tue 09:00-17:00
    ";
    check_explained(
        fixture,
        "publish d",
        expect![[r#"
            STAFFING_BELOW_MINIMUM by 1 from 2026-03-16T08:00:00Z
              r12: the unit's settings were changed (site)
              r11: TimeOff requested 2026-03-16, approved
              r9: shift cleo-mon was edited
              r8: shift ben-mon was edited
              acknowledge None, then 1 held
              leave_out Some("ana-mon"), then 1 held
            STAFFING_BELOW_MINIMUM by 1 from 2026-03-16T14:00:00Z
              r12: the unit's settings were changed (site)
              r11: TimeOff requested 2026-03-16, approved
              r9: shift cleo-mon was edited
              r8: shift ben-mon was edited
              acknowledge None, then 1 held
              leave_out Some("ben-mon"), then 1 held
        "#]],
    );
    check_explained(
        fixture,
        "edit ana mon 12:00-17:00",
        expect![[r#"
            STAFFING_BELOW_MINIMUM by 1 from 2026-03-16T08:00:00Z
              r12: the unit's settings were changed (site)
              r11: TimeOff requested 2026-03-16, approved
              r9: shift cleo-mon was edited
              r8: shift ben-mon was edited
              acknowledge None, then 0 held
        "#]],
    );
    check_explained(
        fixture,
        "edit ana mon 12:00-17:00; ana tue 09:00-17:00",
        expect![[r#"
            STAFFING_BELOW_MINIMUM by 1 from 2026-03-16T08:00:00Z
              r12: the unit's settings were changed (site)
              r11: TimeOff requested 2026-03-16, approved
              r9: shift cleo-mon was edited
              r8: shift ben-mon was edited
              acknowledge None, then 0 held
              leave_out Some("ana-mon"), then 0 held
        "#]],
    );
}

#[test]
fn what_is_too_much_is_explained_by_who_came_and_who_asked() {
    let fixture = "
        site Europe/Paris
        rule SITE_SEATS_EXCEEDED block
        rule TRUNK_CAPACITY_EXCEEDED ack
        ana mon 09:00-17:00 site=lyon
        ben mon 09:00-17:00 site=lille
        cleo mon 09:00-12:00
        seats lyon 1; lille 1
        trunks all 3
    ";
    check_explained(
        fixture,
        "edit ben mon 09:00-17:00 site=lyon; ana tue 09:00-17:00; cleo mon 10:00-14:00 site=lille",
        expect![[r#"
            SITE_SEATS_EXCEEDED by 1 from 2026-03-16T08:00:00Z
              r7: the unit's settings were changed (site)
              r4: shift ana-mon was edited
              leave_out Some("ben-mon"), then 1 held
            SITE_SEATS_EXCEEDED by 1 from 2026-03-16T09:00:00Z
              r7: the unit's settings were changed (site)
              r5: shift ben-mon was edited
              leave_out Some("cleo-mon"), then 1 held
        "#]],
    );
}
