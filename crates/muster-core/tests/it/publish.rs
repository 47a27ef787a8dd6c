//! Publishing: per agent, all or nothing, with acknowledgements, back again.

use expect_test::expect;

use crate::check_decide;

#[test]
fn a_draft_goes_live_and_is_closed() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00 12:00-12:30 lunch
        ben mon 09:00-17:00
        > draft d1 ana mon 10:00-18:00 12:00-12:30 lunch; ben tue 09:00-17:00
        > publish d1
        > show
        > publish d1
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-18:00 12:00-12:30 lunch; ben tue 09:00-17:00
            r4: draft d1
            > publish d1
            r5: published ana ben
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            ana-mon: ana mon 10:00-18:00 12:00-12:30 lunch
            ben-mon: ben mon 09:00-17:00
            ben-tue: ben tue 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            draft d1 "d1" 2026-03-16 closed
            > publish d1
            refused:
                schedule "d1" is closed: everything in it went live
        "#]],
    );
}

#[test]
fn a_draft_with_nothing_in_it_publishes_nothing() {
    check_decide(
        "
        site Europe/Paris
        > draft d1
        > publish d1
        ",
        expect![[r#"
            > draft d1
            r2: draft d1
            > publish d1
            no entry: published
        "#]],
    );
}

#[test]
fn an_agent_in_conflict_is_held_and_stays_in_the_draft() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        > draft d1 ana mon 10:00-18:00; ben mon 10:00-18:00
        > edit ben mon 11:00-19:00
        > publish d1
        > show
        > publish d1
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-18:00; ben mon 10:00-18:00
            r4: draft d1
            > edit ben mon 11:00-19:00
            r5: edited ben
            > publish d1
            r6: published ana | left in d1
              held ben
                block FIELD_CHANGED_BOTH ben [ben-mon] mon 11:00-19:00
                    Span: mon 09:00-17:00 -> mon 10:00-18:00 | mon 11:00-19:00
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            ana-mon: ana mon 10:00-18:00
            ben-mon: ben mon 11:00-19:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            draft d1 "d1" 2026-03-16 open
              ben-mon: ben mon 09:00-17:00
                -> ben mon 10:00-18:00
            > publish d1
            refused:
                block FIELD_CHANGED_BOTH ben [ben-mon] mon 11:00-19:00
                    Span: mon 09:00-17:00 -> mon 10:00-18:00 | mon 11:00-19:00
        "#]],
    );
}

#[test]
fn all_or_nothing_publishes_nothing_when_one_is_held() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        > draft d1 ana mon 10:00-18:00; ben mon 10:00-18:00
        > edit ben mon 11:00-19:00
        > publish(atomic) d1
        > publish(atomic,keep=live/ben-mon/span) d1
        > show
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-18:00; ben mon 10:00-18:00
            r4: draft d1
            > edit ben mon 11:00-19:00
            r5: edited ben
            > publish(atomic) d1
            refused:
                block FIELD_CHANGED_BOTH ben [ben-mon] mon 11:00-19:00
                    Span: mon 09:00-17:00 -> mon 10:00-18:00 | mon 11:00-19:00
            > publish(atomic,keep=live/ben-mon/span) d1
            r6: published ana ben | merged ben | changed ana
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            ana-mon: ana mon 10:00-18:00
            ben-mon: ben mon 11:00-19:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            draft d1 "d1" 2026-03-16 closed
        "#]],
    );
}

#[test]
fn agents_tied_by_an_owner_edit_stand_or_fall_together() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        cleo tue 09:00-17:00
        dan mon 09:00-17:00
        # ana's shift goes to ben, ben's to cleo, whom it would overlap; dan is nobody's business
        > draft d1 ben mon 09:00-17:00 id=ana-mon; cleo tue 09:00-17:00 id=ben-tue
        > redraft d1 dan mon 10:00-18:00
        > publish d1
        ",
        expect![[r#"
            > draft d1 ben mon 09:00-17:00 id=ana-mon; cleo tue 09:00-17:00 id=ben-tue
            r6: draft d1
            > redraft d1 dan mon 10:00-18:00
            r7: draft d1
            > publish d1
            r8: published dan | left in d1
              held ana ben cleo
                block SHIFT_OVERLAP cleo [ben-tue, cleo-tue] tue 09:00-17:00 480 min
        "#]],
    );
}

#[test]
fn agents_tied_by_a_swap_approved_since_stand_or_fall_together() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        > draft d1 ana mon 10:00-18:00; ben tue 09:00-22:00
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > approve w1
        > publish d1
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-18:00; ben tue 09:00-22:00
            r4: draft d1
            > swap w1 ana-mon for ben-tue
            r5: swap w1 PENDING_PARTNER
            > accept w1 ben
            r6: swap w1 PENDING_APPROVAL
            > approve w1
            r7: swap w1 APPROVED
            > publish d1
            refused:
                block MAX_CONSECUTIVE_HOURS ana [ben-tue] tue 09:00-22:00 780/720 min
        "#]],
    );
}

#[test]
fn agents_tied_by_a_chain_of_swaps_stand_or_fall_together() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        cleo wed 09:00-17:00
        > draft d1 ana mon 10:00-18:00; ben fri 09:00-22:00
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > approve w1
        > swap w2 ana-mon for cleo-wed
        > accept w2 cleo
        > approve w2
        > publish d1
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-18:00; ben fri 09:00-22:00
            r5: draft d1
            > swap w1 ana-mon for ben-tue
            r6: swap w1 PENDING_PARTNER
            > accept w1 ben
            r7: swap w1 PENDING_APPROVAL
            > approve w1
            r8: swap w1 APPROVED
            > swap w2 ana-mon for cleo-wed
            r9: swap w2 PENDING_PARTNER
            > accept w2 cleo
            r10: swap w2 PENDING_APPROVAL
            > approve w2
            r11: swap w2 APPROVED
            > publish d1
            refused:
                block MAX_CONSECUTIVE_HOURS ben [ben-fri] fri 09:00-22:00 780/720 min
        "#]],
    );
}

#[test]
fn a_swap_that_nobody_has_decided_ties_nobody() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        > draft d1 ana mon 10:00-18:00; ben tue 09:00-22:00
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > publish d1
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-18:00; ben tue 09:00-22:00
            r4: draft d1
            > swap w1 ana-mon for ben-tue
            r5: swap w1 PENDING_PARTNER
            > accept w1 ben
            r6: swap w1 PENDING_APPROVAL
            > publish d1
            r7: published ana | left in d1
              held ben
                block MAX_CONSECUTIVE_HOURS ben [ben-tue] tue 09:00-22:00 780/720 min
        "#]],
    );
}

#[test]
fn only_some_agents_go_live_when_asked() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        > draft d1 ana mon 10:00-18:00; ben mon 10:00-18:00
        > publish(only=ben) d1
        > publish(only=cleo) d1
        > publish d1
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-18:00; ben mon 10:00-18:00
            r4: draft d1
            > publish(only=ben) d1
            r5: published ben | left in d1
            > publish(only=cleo) d1
            no entry: published | left in d1
            > publish d1
            r6: published ana
        "#]],
    );
}

#[test]
fn what_needs_an_acknowledgement_is_held_until_somebody_answers_for_it() {
    check_decide(
        "
        site Europe/Paris
        ana off mon pending
        > draft d1 ana mon 09:00-17:00
        > publish d1
        > publish(ack) d1
        ",
        expect![[r#"
            > draft d1 ana mon 09:00-17:00
            r3: draft d1
            > publish d1
            refused:
                ack TIME_OFF_PENDING_OVERLAP ana [ana-mon, ana-off-mon] mon 09:00-17:00 480 min
            > publish(ack) d1
            r4: published ana
              ack TIME_OFF_PENDING_OVERLAP ana [ana-mon, ana-off-mon] mon 09:00-17:00 480 min
        "#]],
    );
}

#[test]
fn an_acknowledgement_covers_what_shrank() {
    check_decide(
        "
        site Europe/Paris
        rule REST_TIME_SHORT ack
        ana mon 14:00-22:00
        > draft d1 ana tue 06:00-12:00
        > publish(look) d1
        > edit ana mon 14:00-21:00
        > publish(ack-old) d1
        ",
        expect![[r#"
            > draft d1 ana tue 06:00-12:00
            r4: draft d1
            > publish(look) d1
            refused:
                ack REST_TIME_SHORT ana [ana-mon, ana-tue] mon 22:00-06:00 480/660 min
            > edit ana mon 14:00-21:00
            r5: edited ana
            > publish(ack-old) d1
            r6: published ana
              ack REST_TIME_SHORT ana [ana-mon, ana-tue] mon 21:00-06:00 540/660 min
        "#]],
    );
}

#[test]
fn an_acknowledgement_does_not_cover_what_grew() {
    check_decide(
        "
        site Europe/Paris
        rule REST_TIME_SHORT ack
        ana mon 14:00-22:00
        > draft d1 ana tue 06:00-12:00
        > publish(look) d1
        > edit ana mon 14:00-23:00
        > publish(ack-old) d1
        ",
        expect![[r#"
            > draft d1 ana tue 06:00-12:00
            r4: draft d1
            > publish(look) d1
            refused:
                ack REST_TIME_SHORT ana [ana-mon, ana-tue] mon 22:00-06:00 480/660 min
            > edit ana mon 14:00-23:00
            r5: edited ana
            > publish(ack-old) d1
            refused:
                ack REST_TIME_SHORT ana [ana-mon, ana-tue] mon 23:00-06:00 420/660 min
        "#]],
    );
}

#[test]
fn what_blocks_is_not_acknowledged_away() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > draft d1 ana mon 10:00-12:00 id=two
        > publish(ack) d1
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-12:00 id=two
            r3: draft d1
            > publish(ack) d1
            refused:
                block SHIFT_OVERLAP ana [ana-mon, two] mon 10:00-12:00 120 min
        "#]],
    );
}

#[test]
fn a_document_without_a_base_is_taken_where_nothing_is_live() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben is skill=french
        > document d1 ben mon 09:00-17:00
        > document d2 ana tue 09:00-17:00
        > @2 document d2 ana tue 09:00-17:00
        > document d3
        ",
        expect![[r#"
            > document d1 ben mon 09:00-17:00
            r4: published ben
            > document d2 ana tue 09:00-17:00
            refused:
                1 agents have shifts in this week: name the version you read
            > @2 document d2 ana tue 09:00-17:00
            r5: published ana
            > document d3
            no entry: published
        "#]],
    );
}

#[test]
fn what_a_document_cannot_publish_becomes_a_draft() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        > edit ben mon 11:00-19:00
        > @3 document d1 ana mon 10:00-18:00; ben mon 10:00-18:00
        > show
        > @3 document d1 ana mon 10:00-18:00; ben mon 10:00-18:00
        > @3 document d1 ana mon 10:00-18:00; ben mon 12:00-20:00
        > @3 document d2 ben mon 10:00-18:00
        ",
        expect![[r#"
            > edit ben mon 11:00-19:00
            r4: edited ben
            > @3 document d1 ana mon 10:00-18:00; ben mon 10:00-18:00
            r5: published ana | left in d1
              held ben
                block FIELD_CHANGED_BOTH ben [ben-mon] mon 11:00-19:00
                    Span: mon 09:00-17:00 -> mon 10:00-18:00 | mon 11:00-19:00
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            ana-mon: ana mon 10:00-18:00
            ben-mon: ben mon 11:00-19:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            draft d1 "d1" 2026-03-16 open
              ben-mon: ben mon 09:00-17:00
                -> ben mon 10:00-18:00
            > @3 document d1 ana mon 10:00-18:00; ben mon 10:00-18:00
            no entry: published ana | merged ana | left in d1
              held ben
                block FIELD_CHANGED_BOTH ben [ben-mon] mon 11:00-19:00
                    Span: mon 09:00-17:00 -> mon 10:00-18:00 | mon 11:00-19:00
            > @3 document d1 ana mon 10:00-18:00; ben mon 12:00-20:00
            refused:
                schedule "d1" exists already with other content
            > @3 document d2 ben mon 10:00-18:00
            refused:
                block FIELD_CHANGED_BOTH ben [ben-mon] mon 11:00-19:00
                    Span: mon 09:00-17:00 -> mon 10:00-18:00 | mon 11:00-19:00
        "#]],
    );
}

#[test]
fn a_publish_is_undone_by_its_inverse() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben mon 09:00-17:00 12:00-12:30 lunch
        > agent cleo
        > draft d1 ana mon 10:00-18:00; delete ben-mon; cleo tue 09:00-17:00
        > publish d1
        > edit ana mon 10:00-18:00 +vip
        > revert 6
        > show
        > revert 4
        ",
        expect![[r#"
            > agent cleo
            r4: done
            > draft d1 ana mon 10:00-18:00; delete ben-mon; cleo tue 09:00-17:00
            r5: draft d1
            > publish d1
            r6: published ana ben cleo
            > edit ana mon 10:00-18:00 +vip
            r7: edited ana
            > revert 6
            r8: edited ana ben cleo | merged ana
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            cleo is here
            ana-mon: ana mon 09:00-17:00 +vip
            ben-mon: ben mon 09:00-17:00 12:00-12:30 lunch
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            draft d1 "d1" 2026-03-16 closed
            > revert 4
            refused:
                /revision: 4 published nothing in this week
        "#]],
    );
}
