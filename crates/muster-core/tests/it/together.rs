//! Commands that stand or fall together.

use expect_test::expect;
use muster_core::command::{Action, Mode, Terms};
use muster_core::decide::{decide_as_one, decided_as_one};
use muster_core::draft::Edits;
use muster_core::testing::{World, by};
use proptest::prelude::*;

use crate::check_decide;
use crate::generate::{changes, edits, fixture};

#[test]
fn an_exchange_of_two_shifts_is_no_clash_halfway() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00 id=one
        ben mon 09:00-17:00 id=two
        > edit ben mon 09:00-17:00 id=one
        > together edit ben mon 09:00-17:00 id=one & edit ana mon 09:00-17:00 id=two
        > show
        ",
        expect![[r#"
            > edit ben mon 09:00-17:00 id=one
            refused:
                block SHIFT_OVERLAP ben [one, two] mon 09:00-17:00 480 min
            > together edit ben mon 09:00-17:00 id=one & edit ana mon 09:00-17:00 id=two
            r4: edited ana ben
            r5: edited ana ben
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            one: ben mon 09:00-17:00
            two: ana mon 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
        "#]],
    );
}

#[test]
fn one_that_is_refused_takes_the_others_with_it() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana tue 09:00-17:00
        ana off mon 12:00-14:00 pending id=off
        ben mon 09:00-17:00
        > together edit ana mon 10:00-18:00 & approve-off off & edit ben mon 16:00-23:00 id=m
        > show
        > together edit ana mon 10:00-18:00 & approve-off off & edit ben mon 12:00-20:00
        > show
        ",
        expect![[r#"
            > together edit ana mon 10:00-18:00 & approve-off off & edit ben mon 16:00-23:00 id=m
            r6: edited ana
              ack TIME_OFF_PENDING_OVERLAP ana [ana-mon, off] mon 12:00-14:00 120 min standing
            r7: time off off APPROVED
                info TIME_OFF_APPROVED_OVERLAP ana [ana-mon, off] mon 12:00-14:00 120 min
            refused:
                block MAX_CONSECUTIVE_HOURS ben [ben-mon, m] mon 09:00-23:00 840/720 min
                block SHIFT_OVERLAP ben [ben-mon, m] mon 16:00-17:00 60 min
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            ana-mon: ana mon 09:00-17:00
            ana-tue: ana tue 09:00-17:00
            ben-mon: ben mon 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            off: ana off mon 12:00-14:00 TimeOff paid PENDING
            > together edit ana mon 10:00-18:00 & approve-off off & edit ben mon 12:00-20:00
            r6: edited ana
              ack TIME_OFF_PENDING_OVERLAP ana [ana-mon, off] mon 12:00-14:00 120 min standing
            r7: time off off APPROVED
                info TIME_OFF_APPROVED_OVERLAP ana [ana-mon, off] mon 12:00-14:00 120 min
            r8: edited ben
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            ana-mon: ana mon 10:00-18:00
            ana-tue: ana tue 09:00-17:00
            ben-mon: ben mon 12:00-20:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            off: ana off mon 12:00-14:00 TimeOff paid APPROVED
        "#]],
    );
}

#[test]
fn what_one_makes_the_next_can_change() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > together draft d1 ana wed 09:00-17:00 & publish d1 & edit delete ana-mon
        > show
        ",
        expect![[r#"
            > together draft d1 ana wed 09:00-17:00 & publish d1 & edit delete ana-mon
            r3: draft d1
            r4: published ana
            r5: edited ana
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ana-wed: ana wed 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            draft d1 "d1" 2026-03-16 closed
        "#]],
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Cut into one command for each thing it edits, an atomic edit leads to the same state, or is
    /// refused for the same.
    #[test]
    fn edits_decided_as_one_are_one_edit((text, changes) in (fixture(), changes())) {
        let world = World::of(&text);
        let edits = edits(&world, world.head(), &changes);
        let shifts = edits.shifts.iter().map(|edit| {
            Edits { shifts: vec![edit.clone()], commitments: Vec::new() }
        });
        let own = edits.commitments.iter().map(|edit| {
            Edits { shifts: Vec::new(), commitments: vec![edit.clone()] }
        });
        let parts: Vec<_> = shifts.chain(own).map(|edits| by(None, edited(edits))).collect();
        let parts: Vec<_> = parts.iter().collect();
        prop_assume!(parts.len() > 1 && decided_as_one(&parts) == parts.len());

        let mut whole = world.clone();
        let atomic = whole.run(&edited(edits));
        match atomic {
            Err(refused) => {
                for part in decide_as_one(world.head(), &parts, world.now) {
                    prop_assert_eq!(part, Err(refused.clone()));
                }
            }
            Ok(_) => {
                let mut pieces = world.clone();
                for (command, part) in
                    parts.iter().zip(decide_as_one(world.head(), &parts, world.now))
                {
                    let part = part.expect("the whole was accepted");
                    pieces.carry_out(command, &part);
                }
                prop_assert_eq!(pieces.facts(), whole.facts());
            }
        }
    }
}

fn edited(edits: Edits) -> Action {
    Action::EditShifts { edits, terms: Terms { mode: Mode::Atomic, ..Terms::default() } }
}
