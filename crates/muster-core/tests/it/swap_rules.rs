//! Swaps and what the unit says about them: rules, acknowledgements, terms, begun shifts.

use expect_test::expect;

use crate::check_decide;

#[test]
fn a_swap_the_rules_forbid_is_not_accepted_and_stays_where_it_was() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben mon 18:00-22:00
        ben tue 09:00-17:00
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > edit delete ben-mon
        > accept w1 ben
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r5: swap w1 PENDING_PARTNER
                block REST_TIME_SHORT ben [ana-mon, ben-mon] mon 17:00-18:00 60/660 min
            > accept w1 ben
            refused:
                block REST_TIME_SHORT ben [ana-mon, ben-mon] mon 17:00-18:00 60/660 min
            > edit delete ben-mon
            r6: edited ben
            > accept w1 ben
            r7: swap w1 PENDING_APPROVAL
        "#]],
    );
}

#[test]
fn a_swap_is_weighed_again_when_it_is_approved() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > edit ben mon 18:00-22:00
        > approve w1
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r4: swap w1 PENDING_PARTNER
            > accept w1 ben
            r5: swap w1 PENDING_APPROVAL
            > edit ben mon 18:00-22:00
            r6: edited ben
            > approve w1
            refused:
                block REST_TIME_SHORT ben [ana-mon, ben-mon] mon 17:00-18:00 60/660 min
        "#]],
    );
}

#[test]
fn a_swap_that_needs_an_acknowledgement_gets_it_from_the_planner() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        ben off mon pending
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > approve w1
        > approve(ack) w1
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r5: swap w1 PENDING_PARTNER
                ack TIME_OFF_PENDING_OVERLAP ben [ana-mon, ben-off-mon] mon 09:00-17:00 480 min
            > accept w1 ben
            r6: swap w1 PENDING_APPROVAL
                ack TIME_OFF_PENDING_OVERLAP ben [ana-mon, ben-off-mon] mon 09:00-17:00 480 min
            > approve w1
            refused:
                ack TIME_OFF_PENDING_OVERLAP ben [ana-mon, ben-off-mon] mon 09:00-17:00 480 min
            > approve(ack) w1
            r7: swap w1 APPROVED
                ack TIME_OFF_PENDING_OVERLAP ben [ana-mon, ben-off-mon] mon 09:00-17:00 480 min
        "#]],
    );
}

#[test]
fn a_shift_moved_after_both_agreed_changes_the_terms() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > edit ben tue 10:00-18:00
        > approve w1
        > edit ben tue 09:00-17:00
        > approve w1
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r4: swap w1 PENDING_PARTNER
            > accept w1 ben
            r5: swap w1 PENDING_APPROVAL
            > edit ben tue 10:00-18:00
            r6: edited ben
            > approve w1
            refused:
                block SWAP_TERMS_CHANGED ana [ana-mon, ben-tue, swap w1] tue 10:00-18:00
            > edit ben tue 09:00-17:00
            r7: edited ben
            > approve w1
            r8: swap w1 APPROVED
        "#]],
    );
}

#[test]
fn a_tag_or_a_break_changes_no_terms_and_goes_with_the_shift() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > edit ben tue 09:00-17:00 10:00-10:15 break +vip
        > approve w1
        > show
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r4: swap w1 PENDING_PARTNER
            > accept w1 ben
            r5: swap w1 PENDING_APPROVAL
            > edit ben tue 09:00-17:00 10:00-10:15 break +vip
            r6: edited ben
            > approve w1
            r7: swap w1 APPROVED
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            ana-mon: ben mon 09:00-17:00
            ben-tue: ana tue 09:00-17:00 10:00-10:15 break +vip
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            swap w1 ana's ana-mon for ben's ben-tue APPROVED (mon 09:00-17:00) (tue 09:00-17:00)
        "#]],
    );
}

#[test]
fn a_shift_that_has_begun_is_not_swapped() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        > swap w0 ana-mon for ben-tue
        > accept w0 ben
        > now mon 09:00
        > swap w1 ana-mon for ben-tue
        > swap w2 ben-tue for ana-mon
        > approve w0
        ",
        expect![[r#"
            > swap w0 ana-mon for ben-tue
            r4: swap w0 PENDING_PARTNER
            > accept w0 ben
            r5: swap w0 PENDING_APPROVAL
            > now mon 09:00
            2026-03-16T08:00:00Z
            > swap w1 ana-mon for ben-tue
            refused:
                block SHIFT_STARTED ana [ana-mon] mon 09:00-17:00
            > swap w2 ben-tue for ana-mon
            refused:
                block SHIFT_STARTED ana [ana-mon] mon 09:00-17:00
            > approve w0
            refused:
                block SHIFT_STARTED ana [ana-mon] mon 09:00-17:00
        "#]],
    );
}

#[test]
fn a_unit_that_lets_begun_shifts_be_swapped_gets_its_way() {
    check_decide(
        "
        site Europe/Paris
        rule SHIFT_STARTED warn
        ana mon 09:00-17:00
        ben wed 09:00-17:00
        > now mon 09:00
        > swap w1 ana-mon for ben-wed
        > accept w1 ben
        > approve w1
        ",
        expect![[r#"
            > now mon 09:00
            2026-03-16T08:00:00Z
            > swap w1 ana-mon for ben-wed
            r5: swap w1 PENDING_PARTNER
                warn SHIFT_STARTED ana [ana-mon] mon 09:00-17:00
            > accept w1 ben
            r6: swap w1 PENDING_APPROVAL
                warn SHIFT_STARTED ana [ana-mon] mon 09:00-17:00
            > approve w1
            r7: swap w1 APPROVED
                warn SHIFT_STARTED ana [ana-mon] mon 09:00-17:00
        "#]],
    );
}

#[test]
fn a_clean_swap_is_approved_at_once_where_the_unit_says_so() {
    check_decide(
        "
        site Europe/Paris
        rule auto-approve
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        cleo wed 09:00-17:00
        cleo off tue pending
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > accept w1 ben
        > swap w2 ben-tue for cleo-wed
        > accept w2 cleo
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r7: swap w1 PENDING_PARTNER
            > accept w1 ben
            r8: swap w1 APPROVED
            > accept w1 ben
            no entry: swap w1 APPROVED
            > swap w2 ben-tue for cleo-wed
            r9: swap w2 PENDING_PARTNER
                ack TIME_OFF_PENDING_OVERLAP cleo [ben-tue, cleo-off-tue] tue 09:00-17:00 480 min
            > accept w2 cleo
            r10: swap w2 PENDING_APPROVAL
                ack TIME_OFF_PENDING_OVERLAP cleo [ben-tue, cleo-off-tue] tue 09:00-17:00 480 min
        "#]],
    );
}

#[test]
fn what_needs_an_acknowledgement_is_never_approved_by_itself() {
    check_decide(
        "
        site Europe/Paris
        rule auto-approve
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        ben off mon pending
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r6: swap w1 PENDING_PARTNER
                ack TIME_OFF_PENDING_OVERLAP ben [ana-mon, ben-off-mon] mon 09:00-17:00 480 min
            > accept w1 ben
            r7: swap w1 PENDING_APPROVAL
                ack TIME_OFF_PENDING_OVERLAP ben [ana-mon, ben-off-mon] mon 09:00-17:00 480 min
        "#]],
    );
}

#[test]
fn a_meeting_stays_with_its_agent() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00 10:00-10:15 break
        ana own mon 14:00-15:00 meeting
        ben mon 13:00-21:00
        > swap w1 ana-mon for ben-mon
        > accept w1 ben
        > approve w1
        > show
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-mon
            r5: swap w1 PENDING_PARTNER
            > accept w1 ben
            r6: swap w1 PENDING_APPROVAL
            > approve w1
            r7: swap w1 APPROVED
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            ana-mon: ben mon 09:00-17:00 10:00-10:15 break
            ben-mon: ana mon 13:00-21:00
            ana own mon 14:00-15:00 meeting
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            swap w1 ana's ana-mon for ben's ben-mon APPROVED (mon 09:00-17:00) (mon 13:00-21:00)
        "#]],
    );
}
