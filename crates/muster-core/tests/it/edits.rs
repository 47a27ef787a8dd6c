//! Edits of what is live: what stands in the way, and what stood there before.

use expect_test::expect;

use crate::check_decide;

#[test]
fn what_stood_before_does_not_block() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana mon 16:00-20:00
        > draft d1 ana mon 09:00-17:00 +vip
        > publish d1
        > edit ana mon 08:00-16:30
        > edit ana mon 09:00-17:00
        ",
        expect![[r#"
            > draft d1 ana mon 09:00-17:00 +vip
            r4: draft d1
            > publish d1
            r5: published ana
              block SHIFT_OVERLAP ana [ana-mon, ana-mon-2] mon 16:00-17:00 60 min standing
            > edit ana mon 08:00-16:30
            r6: edited ana
              block SHIFT_OVERLAP ana [ana-mon, ana-mon-2] mon 16:00-16:30 30 min standing
            > edit ana mon 09:00-17:00
            refused:
                block SHIFT_OVERLAP ana [ana-mon, ana-mon-2] mon 16:00-17:00 60 min
        "#]],
    );
}

#[test]
fn work_laid_on_approved_time_off_blocks_and_work_that_lay_there_does_not() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana off mon 12:00-14:00 approved
        > edit ana mon 09:00-17:00 +vip
        > edit ana mon 09:00-13:00
        > edit ana mon 09:00-13:30
        ",
        expect![[r#"
            > edit ana mon 09:00-17:00 +vip
            r4: edited ana
            > edit ana mon 09:00-13:00
            r5: edited ana
            > edit ana mon 09:00-13:30
            refused:
                block TIME_OFF_APPROVED_OVERLAP ana [ana-mon, ana-off-mon] mon 12:00-13:30 90 min
        "#]],
    );
}

#[test]
fn an_agent_who_left_gets_no_work_and_keeps_the_past() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana left
        > edit ana mon 10:00-18:00
        > edit ana tue 10:00-18:00
        > edit zoe tue 10:00-18:00
        ",
        expect![[r#"
            > edit ana mon 10:00-18:00
            r4: edited ana
            > edit ana tue 10:00-18:00
            refused:
                block SUBJECT_GONE ana [ana-tue] tue 10:00-18:00
            > edit zoe tue 10:00-18:00
            refused:
                block SUBJECT_GONE zoe [zoe-tue] tue 10:00-18:00
        "#]],
    );
}

#[test]
fn an_id_of_another_system_names_one_shift() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00 ext=verint/7
        ben is skill=french
        cleo is skill=french
        > edit ben mon 09:00-17:00 ext=verint/7
        > edit ben mon 09:00-17:00 ext=verint/8; cleo mon 09:00-17:00 ext=verint/8
        > show
        ",
        expect![[r#"
            > edit ben mon 09:00-17:00 ext=verint/7
            refused:
                block EXTERNAL_ID_DUPLICATE ben [ana-mon, ben-mon, verint/7]
            > edit ben mon 09:00-17:00 ext=verint/8; cleo mon 09:00-17:00 ext=verint/8
            r5: edited ben
              held cleo
                block EXTERNAL_ID_DUPLICATE cleo [ben-mon, cleo-mon, verint/8]
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here skill=french
            cleo is here skill=french
            ana-mon: ana mon 09:00-17:00 ext=verint/7
            ben-mon: ben mon 09:00-17:00 ext=verint/8
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
        "#]],
    );
}

#[test]
fn the_past_may_be_corrected_and_it_is_said() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > now tue 12:00
        > edit ana mon 09:00-16:00
        > as ana edit ana mon 09:00-15:00
        ",
        expect![[r#"
            > now tue 12:00
            2026-03-17T11:00:00Z
            > edit ana mon 09:00-16:00
            r3: edited ana
            > as ana edit ana mon 09:00-15:00
            refused:
                block SHIFT_STARTED ana [ana-mon] mon 09:00-16:00
        "#]],
    );
}

#[test]
fn nothing_lies_further_away_than_twenty_years() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > edit ana 2046-06-01 09:00-17:00
        > edit ana 2046-03-01 09:00-17:00
        > edit ana 2005-06-01 09:00-17:00
        ",
        expect![[r#"
            > edit ana 2046-06-01 09:00-17:00
            refused:
                /start: 2046-06-01T07:00:00Z is more than 7320 days from now
            > edit ana 2046-03-01 09:00-17:00
            r3: edited ana
            > edit ana 2005-06-01 09:00-17:00
            refused:
                /start: 2005-06-01T07:00:00Z is more than 7320 days from now
        "#]],
    );
}

#[test]
fn an_id_of_another_system_given_up_and_taken_ties_both_agents() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00 ext=verint/7
        ben tue 09:00-17:00 ext=verint/8
        cleo wed 09:00-17:00
        > draft d1 ana mon 09:00-17:00 ext=verint/8; ben tue 09:00-22:00 ext=verint/7
        > publish d1
        > redraft d1 ben tue 09:00-18:00 ext=verint/7
        > publish d1
        > edit delete ben-tue; cleo thu 09:00-17:00 ext=verint/7
        > edit ben fri 09:00-17:00 ext=verint/7
        ",
        expect![[r#"
            > draft d1 ana mon 09:00-17:00 ext=verint/8; ben tue 09:00-22:00 ext=verint/7
            r5: draft d1
            > publish d1
            refused:
                block MAX_CONSECUTIVE_HOURS ben [ben-tue] tue 09:00-22:00 780/720 min
            > redraft d1 ben tue 09:00-18:00 ext=verint/7
            r6: draft d1
            > publish d1
            r7: published ana ben
            > edit delete ben-tue; cleo thu 09:00-17:00 ext=verint/7
            r8: edited ben cleo
            > edit ben fri 09:00-17:00 ext=verint/7
            refused:
                block EXTERNAL_ID_DUPLICATE ben [ben-fri, cleo-thu, verint/7]
        "#]],
    );
}

#[test]
fn one_shift_is_edited_once_in_a_command_and_is_no_longer_than_two_days() {
    check_decide(
        "
        site Europe/Paris
        rule MAX_CONSECUTIVE_HOURS off
        ana mon 09:00-17:00
        > edit ana mon 10:00-18:00; ana mon 11:00-19:00
        > edit ana mon 10:00-18:00 [2881]
        > edit ana mon 10:00-18:00 [2880]
        > edit ana tue 10:00-18:00 [0]
        ",
        expect![[r#"
            > edit ana mon 10:00-18:00; ana mon 11:00-19:00
            refused:
                /id: ana-mon is edited twice
            > edit ana mon 10:00-18:00 [2881]
            refused:
                /lengthMinutes: 2881 is not within 1..=2880
            > edit ana mon 10:00-18:00 [2880]
            r4: edited ana
            > edit ana tue 10:00-18:00 [0]
            refused:
                /lengthMinutes: 0 is not within 1..=2880
        "#]],
    );
}

#[test]
fn hours_are_summed_in_every_week_an_edit_touches_however_far_apart() {
    check_decide(
        "
        site Europe/Paris
        rule MAX_HOURS_WEEK block maxMinutes=480
        ana 2028-03-13 09:00-17:00 id=old
        > edit ana mon 09:00-17:00; ana 2028-03-14 09:00-17:00 id=new
        ",
        expect![[r#"
            > edit ana mon 09:00-17:00; ana 2028-03-14 09:00-17:00 id=new
            refused:
                block MAX_HOURS_WEEK ana [new, old] 2028-03-13 00:00-00:00 [10080] 960/480 min
        "#]],
    );
}

#[test]
fn a_shift_is_worked_by_somebody_who_can_and_long_enough_for_its_break() {
    check_decide(
        "
        site Europe/Paris
        rule MIN_HOURS_WEEK block minMinutes=240
        ana mon 09:00-17:00 16:00-16:15 break
        ben is skill=french
        > edit ana mon 09:00-17:00 16:00-16:15 break +skill:french
        > edit ben mon 09:00-17:00 16:00-16:15 break +skill:french id=ana-mon
        > edit ben mon 09:00-16:10 16:00-16:15 break id=ana-mon
        > edit ben mon 09:00-12:30 +skill:french id=ana-mon
        ",
        expect![[r#"
            > edit ana mon 09:00-17:00 16:00-16:15 break +skill:french
            refused:
                block SKILL_MISSING ana [ana-mon, french] mon 09:00-17:00
            > edit ben mon 09:00-17:00 16:00-16:15 break +skill:french id=ana-mon
            r5: edited ana ben
            > edit ben mon 09:00-16:10 16:00-16:15 break id=ana-mon
            refused:
                block ACTIVITY_OUTSIDE_SHIFT ben [ana-mon] mon 09:00-16:10 5 min
            > edit ben mon 09:00-12:30 +skill:french id=ana-mon
            refused:
                block MIN_HOURS_WEEK ben [ana-mon] mon 00:00-00:00 [10080] 210/240 min
        "#]],
    );
}

#[test]
fn what_a_document_puts_back_is_held_while_it_would_change_something() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > edit ana mon 10:00-18:00
        > edit(stale=ana-mon) ana mon 09:00-17:00
        > edit(stale=ana-mon) ana mon 10:00-18:00
        > edit(stale=ana-mon) delete ana-mon
        > rule STALE_OVERWRITE_SUSPECTED warn
        > edit(stale=ana-mon) ana mon 09:00-17:00
        ",
        expect![[r#"
            > edit ana mon 10:00-18:00
            r3: edited ana
            > edit(stale=ana-mon) ana mon 09:00-17:00
            refused:
                ack STALE_OVERWRITE_SUSPECTED ana [ana-mon] mon 10:00-18:00
                    Span: ? -> mon 09:00-17:00 | mon 10:00-18:00
            > edit(stale=ana-mon) ana mon 10:00-18:00
            no entry: edited
            > edit(stale=ana-mon) delete ana-mon
            refused:
                ack STALE_OVERWRITE_SUSPECTED ana [ana-mon] mon 10:00-18:00
                    Exists: ? -> gone | there
            > rule STALE_OVERWRITE_SUSPECTED warn
            r4: done
            > edit(stale=ana-mon) ana mon 09:00-17:00
            r5: edited ana
              warn STALE_OVERWRITE_SUSPECTED ana [ana-mon] mon 10:00-18:00
                    Span: ? -> mon 09:00-17:00 | mon 10:00-18:00
        "#]],
    );
}
