//! Drafts: made, edited by several, moved to the head, thrown away.

use expect_test::expect;

use crate::check_decide;

#[test]
fn a_draft_is_made_once() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > draft d1 ana mon 10:00-18:00
        > draft d1 ana mon 10:00-18:00
        > draft d1 ana mon 11:00-19:00
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-18:00
            r3: draft d1
            > draft d1 ana mon 10:00-18:00
            no entry: draft d1
            > draft d1 ana mon 11:00-19:00
            refused:
                schedule "d1" exists already with other content
        "#]],
    );
}

#[test]
fn a_draft_is_for_a_week_that_begins_on_the_units_day() {
    check_decide(
        "
        site Europe/Paris
        > draft(week=2026-03-17) d
        > draft(week=2026-03-16) d1
        ",
        expect![[r#"
            > draft(week=2026-03-17) d
            refused:
                /weekDate: 2026-03-17 is not the first day of a week in this unit, 2026-03-16 is
            > draft(week=2026-03-16) d1
            r2: draft d1
        "#]],
    );
}

#[test]
fn the_id_of_a_live_week_is_no_id_for_a_draft() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > draft week-2026-03-16-fbae041b02c41ed0fd8a
        ",
        expect![[r#"
            > draft week-2026-03-16-fbae041b02c41ed0fd8a
            refused:
                schedule "week-2026-03-16-fbae041b02c41ed0fd8a" exists already with other content
        "#]],
    );
}

#[test]
fn two_planners_edit_one_draft_and_both_live() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana tue 09:00-17:00
        > draft d1 ana mon 10:00-18:00
        > redraft d1 ana tue 10:00-18:00
        > @4 redraft d1 ana mon 10:00-18:00 +vip
        > @4 redraft d1 ana mon 10:00-18:00 site=lyon
        > show
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-18:00
            r4: draft d1
            > redraft d1 ana tue 10:00-18:00
            r5: draft d1
            > @4 redraft d1 ana mon 10:00-18:00 +vip
            r6: draft d1
            > @4 redraft d1 ana mon 10:00-18:00 site=lyon
            r7: draft d1 merged
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ana-mon: ana mon 09:00-17:00
            ana-tue: ana tue 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            draft d1 "d1" 2026-03-16 open
              ana-mon: ana mon 09:00-17:00
                -> ana mon 10:00-18:00 +vip site=lyon
              ana-tue: ana tue 09:00-17:00
                -> ana tue 10:00-18:00
        "#]],
    );
}

#[test]
fn two_planners_who_want_different_things_of_a_draft_clash() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > draft d1 ana mon 10:00-18:00
        > redraft d1 ana mon 11:00-19:00
        > @3 redraft d1 ana mon 12:00-20:00
        > @3 redraft(keep=yours/ana-mon/span) d1 ana mon 12:00-20:00
        > show
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-18:00
            r3: draft d1
            > redraft d1 ana mon 11:00-19:00
            r4: draft d1
            > @3 redraft d1 ana mon 12:00-20:00
            refused:
                block FIELD_CHANGED_BOTH ana [ana-mon]
                    Span: mon 10:00-18:00 -> mon 12:00-20:00 | mon 11:00-19:00
            > @3 redraft(keep=yours/ana-mon/span) d1 ana mon 12:00-20:00
            r5: draft d1 merged
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ana-mon: ana mon 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            draft d1 "d1" 2026-03-16 open
              ana-mon: ana mon 09:00-17:00
                -> ana mon 12:00-20:00
        "#]],
    );
}

#[test]
fn an_edit_back_to_what_was_leaves_the_draft() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > draft d1 ana mon 10:00-18:00
        > redraft d1 ana mon 09:00-17:00
        > show
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-18:00
            r3: draft d1
            > redraft d1 ana mon 09:00-17:00
            r4: draft d1
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ana-mon: ana mon 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            draft d1 "d1" 2026-03-16 open
        "#]],
    );
}

#[test]
fn the_same_edit_of_a_draft_twice_is_one_entry() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > draft d1
        > redraft d1 ana mon 10:00-18:00
        > @3 redraft d1 ana mon 10:00-18:00
        ",
        expect![[r#"
            > draft d1
            r3: draft d1
            > redraft d1 ana mon 10:00-18:00
            r4: draft d1
            > @3 redraft d1 ana mon 10:00-18:00
            no entry: draft d1 merged
        "#]],
    );
}

#[test]
fn a_meeting_on_one_day_does_not_hide_a_meeting_on_another_from_the_draft() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana tue 09:00-17:00
        ana own tue 10:00-11:00 meeting
        > draft d1 ana own mon 10:00-11:00 meeting
        > redraft d1 ana not tue 10:00-11:00 meeting
        > publish d1
        > show
        ",
        expect![[r#"
            > draft d1 ana own mon 10:00-11:00 meeting
            r5: draft d1
            > redraft d1 ana not tue 10:00-11:00 meeting
            r6: draft d1
            > publish d1
            r7: published ana
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ana-mon: ana mon 09:00-17:00
            ana-tue: ana tue 09:00-17:00
            ana own mon 10:00-11:00 meeting
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            draft d1 "d1" 2026-03-16 closed
        "#]],
    );
}

#[test]
fn a_rebase_takes_in_what_happened_meanwhile() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana tue 09:00-17:00
        ana wed 09:00-17:00
        > draft d1 ana mon 10:00-18:00; ana tue 10:00-18:00; ana wed 10:00-18:00
        > edit ana mon 09:00-17:00 +vip; ana tue 10:00-18:00; ana wed 11:00-19:00
        > rebase d1
        > show
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-18:00; ana tue 10:00-18:00; ana wed 10:00-18:00
            r5: draft d1
            > edit ana mon 09:00-17:00 +vip; ana tue 10:00-18:00; ana wed 11:00-19:00
            r6: edited ana
            > rebase d1
            r7: draft d1
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ana-mon: ana mon 09:00-17:00 +vip
            ana-tue: ana tue 10:00-18:00
            ana-wed: ana wed 11:00-19:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            draft d1 "d1" 2026-03-16 open
              ana-mon: ana mon 09:00-17:00 +vip
                -> ana mon 10:00-18:00 +vip
              ana-wed: ana wed 09:00-17:00
                -> ana wed 10:00-18:00
        "#]],
    );
}

#[test]
fn a_rebase_of_what_is_at_the_head_does_nothing() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > draft d1 ana mon 10:00-18:00
        > rebase d1
        > rebase d1
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-18:00
            r3: draft d1
            > rebase d1
            no entry: draft d1
            > rebase d1
            no entry: draft d1
        "#]],
    );
}

#[test]
fn a_clash_with_what_is_live_is_settled_in_the_draft() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        > draft d1 ana mon 10:00-18:00 +vip; ben mon 10:00-18:00
        > edit ana mon 11:00-19:00; ben mon 11:00-19:00
        > publish(atomic) d1
        > redraft(keep=live/ana-mon/span,keep=yours/ben-mon/span) d1
        > publish d1
        > show
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-18:00 +vip; ben mon 10:00-18:00
            r4: draft d1
            > edit ana mon 11:00-19:00; ben mon 11:00-19:00
            r5: edited ana ben
            > publish(atomic) d1
            refused:
                block FIELD_CHANGED_BOTH ana [ana-mon] mon 11:00-19:00
                    Span: mon 09:00-17:00 -> mon 10:00-18:00 | mon 11:00-19:00
                block FIELD_CHANGED_BOTH ben [ben-mon] mon 11:00-19:00
                    Span: mon 09:00-17:00 -> mon 10:00-18:00 | mon 11:00-19:00
            > redraft(keep=live/ana-mon/span,keep=yours/ben-mon/span) d1
            r6: draft d1
            > publish d1
            r7: published ana ben
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            ana-mon: ana mon 11:00-19:00 +vip
            ben-mon: ben mon 10:00-18:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            draft d1 "d1" 2026-03-16 closed
        "#]],
    );
}

#[test]
fn a_deletion_of_what_was_changed_is_settled_in_the_draft() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        cleo mon 09:00-17:00
        > draft d1 delete ana-mon; delete ben-mon; cleo mon 10:00-18:00
        > edit ana mon 11:00-19:00; ben mon 11:00-19:00; delete cleo-mon
        > publish(atomic) d1
        > redraft(keep=live/ana-mon/exists) d1
        > redraft(keep=yours/ben-mon/exists,keep=yours/cleo-mon/exists) d1
        > publish d1
        > show
        ",
        expect![[r#"
            > draft d1 delete ana-mon; delete ben-mon; cleo mon 10:00-18:00
            r5: draft d1
            > edit ana mon 11:00-19:00; ben mon 11:00-19:00; delete cleo-mon
            r6: edited ana ben cleo
            > publish(atomic) d1
            refused:
                block DELETED_BUT_CHANGED ana [ana-mon] mon 11:00-19:00
                    Exists: there -> gone | there
                block DELETED_BUT_CHANGED ben [ben-mon] mon 11:00-19:00
                    Exists: there -> gone | there
                block CHANGED_BUT_DELETED cleo [cleo-mon] mon 10:00-18:00
                    Exists: there -> there | gone
            > redraft(keep=live/ana-mon/exists) d1
            r7: draft d1
            > redraft(keep=yours/ben-mon/exists,keep=yours/cleo-mon/exists) d1
            r8: draft d1
            > publish d1
            r9: published ben cleo
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            cleo is here
            ana-mon: ana mon 11:00-19:00
            cleo-mon: cleo mon 10:00-18:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            draft d1 "d1" 2026-03-16 closed
        "#]],
    );
}

#[test]
fn a_meeting_moved_by_two_is_settled_in_the_draft() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana tue 09:00-17:00
        ana own mon 10:00-11:00 meeting
        > draft d1 ana not mon 10:00-11:00 meeting; ana own mon 12:00-13:00 meeting
        > redraft d1 ana own tue 12:00-13:00 training
        > edit ana not mon 10:00-11:00 meeting; ana own mon 14:00-15:00 meeting
        > edit ana own tue 15:00-16:00 training
        > publish d1
        > redraft(keep=yours/ana-mon/activities) d1
        > publish d1
        > show
        ",
        expect![[r#"
            > draft d1 ana not mon 10:00-11:00 meeting; ana own mon 12:00-13:00 meeting
            r5: draft d1
            > redraft d1 ana own tue 12:00-13:00 training
            r6: draft d1
            > edit ana not mon 10:00-11:00 meeting; ana own mon 14:00-15:00 meeting
            r7: edited ana
            > edit ana own tue 15:00-16:00 training
            r8: edited ana
            > publish d1
            refused:
                block FIELD_CHANGED_BOTH ana [ana-mon] mon 10:00-11:00
                    Activities: ? -> ? | ?
            > redraft(keep=yours/ana-mon/activities) d1
            r9: draft d1
            > publish d1
            r10: published ana | merged ana
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ana-mon: ana mon 09:00-17:00
            ana-tue: ana tue 09:00-17:00
            ana own mon 12:00-13:00 meeting
            ana own tue 12:00-13:00 training
            ana own tue 15:00-16:00 training
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            draft d1 "d1" 2026-03-16 closed
        "#]],
    );
}

#[test]
fn a_draft_thrown_away_is_gone() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > draft d1 ana mon 10:00-18:00
        > drop d1
        > publish d1
        > drop d1
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-18:00
            r3: draft d1
            > drop d1
            r4: done
            > publish d1
            refused:
                there is no schedule "d1"
            > drop d1
            refused:
                there is no schedule "d1"
        "#]],
    );
}

#[test]
fn a_closed_draft_takes_no_edits() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > draft d1 ana mon 10:00-18:00
        > publish d1
        > rebase d1
        > redraft(keep=yours/ana-mon/span) d1
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-18:00
            r3: draft d1
            > publish d1
            r4: published ana
            > rebase d1
            refused:
                schedule "d1" is closed: everything in it went live
            > redraft(keep=yours/ana-mon/span) d1
            refused:
                schedule "d1" is closed: everything in it went live
        "#]],
    );
}
