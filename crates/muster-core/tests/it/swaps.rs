//! Swaps: from the offer to the exchange, and every way to end before.

use expect_test::expect;

use crate::check_decide;

#[test]
fn two_agents_swap_and_a_planner_approves() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > approve w1
        > show
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r4: swap w1 PENDING_PARTNER
            > accept w1 ben
            r5: swap w1 PENDING_APPROVAL
            > approve w1
            r6: swap w1 APPROVED
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            ana-mon: ben mon 09:00-17:00
            ben-tue: ana tue 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            swap w1 ana's ana-mon for ben's ben-tue APPROVED (mon 09:00-17:00) (tue 09:00-17:00)
        "#]],
    );
}

#[test]
fn everything_may_be_said_twice() {
    check_decide(
        "
        site Europe/Paris
        cleo is skill=french
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        > swap w1 ana-mon for ben-tue
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > accept w1 ben
        > swap w1 ana-mon for ben-tue
        > approve w1
        > approve w1
        > accept w1 ben
        > swap w1 ana-mon to cleo
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r5: swap w1 PENDING_PARTNER
            > swap w1 ana-mon for ben-tue
            no entry: swap w1 PENDING_PARTNER
            > accept w1 ben
            r6: swap w1 PENDING_APPROVAL
            > accept w1 ben
            no entry: swap w1 PENDING_APPROVAL
            > swap w1 ana-mon for ben-tue
            no entry: swap w1 PENDING_APPROVAL
            > approve w1
            r7: swap w1 APPROVED
            > approve w1
            no entry: swap w1 APPROVED
            > accept w1 ben
            no entry: swap w1 APPROVED
            > swap w1 ana-mon to cleo
            refused:
                swap "w1" exists already with other content
        "#]],
    );
}

#[test]
fn an_offer_on_the_board_is_for_whoever_comes_first() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        cleo wed 09:00-17:00
        > swap w1 ana-mon
        > decline w1 ben
        > accept w1 ana
        > accept w1 ben ben-tue
        > accept w1 cleo cleo-wed
        > approve w1
        ",
        expect![[r#"
            > swap w1 ana-mon
            r5: swap w1 PENDING_PARTNER
            > decline w1 ben
            refused:
                /agentId: ben is not whom it is offered to
            > accept w1 ana
            refused:
                /agentId: ana made the offer
            > accept w1 ben ben-tue
            r6: swap w1 PENDING_APPROVAL
            > accept w1 cleo cleo-wed
            refused:
                block SWAP_ALREADY_DECIDED ana [ana-mon, ben-tue, swap w1]
            > approve w1
            r7: swap w1 APPROVED
        "#]],
    );
}

#[test]
fn a_shift_may_be_given_away_for_nothing() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        > swap w1 ana-mon to ben
        > accept w1 ben
        > approve w1
        > show
        ",
        expect![[r#"
            > swap w1 ana-mon to ben
            r4: swap w1 PENDING_PARTNER
            > accept w1 ben
            r5: swap w1 PENDING_APPROVAL
            > approve w1
            r6: swap w1 APPROVED
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            ana-mon: ben mon 09:00-17:00
            ben-tue: ben tue 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            swap w1 ana's ana-mon for ben APPROVED (mon 09:00-17:00)
        "#]],
    );
}

#[test]
fn an_offer_names_its_own_shift_and_somebody_else() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana tue 09:00-17:00
        ben tue 09:00-17:00
        zoe tue 09:00-17:00
        zoe left
        > swap w1 nothing for ben-tue
        > swap w1 ana-mon for ana-tue
        > swap w1 ana-mon to zoe
        > swap w1 ana-mon for zoe-tue
        > swap w1 ana-mon until mon
        > now mon 08:00
        > swap w1 ana-mon until mon
        ",
        expect![[r#"
            > swap w1 nothing for ben-tue
            refused:
                /initiator/agentId: nobody is not an agent of this unit
            > swap w1 ana-mon for ana-tue
            refused:
                /receiver/agentId: ana offers to itself
            > swap w1 ana-mon to zoe
            refused:
                /receiver/agentId: zoe is not an agent of this unit
            > swap w1 ana-mon for zoe-tue
            refused:
                /receiver/agentId: zoe is not an agent of this unit
            > swap w1 ana-mon until mon
            r7: swap w1 PENDING_PARTNER
            > now mon 08:00
            2026-03-16T07:00:00Z
            > swap w1 ana-mon until mon
            no entry: swap w1 EXPIRED
        "#]],
    );
}

#[test]
fn only_the_agent_who_was_asked_answers() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        cleo tue 09:00-17:00
        > swap w1 ana-mon for ben-tue
        > accept w1 cleo
        > accept w1 ben cleo-tue
        > decline w1 cleo
        > decline w1 ben
        > decline w1 ben
        > accept w1 ben
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r5: swap w1 PENDING_PARTNER
            > accept w1 cleo
            refused:
                /agentId: cleo is not whom it is offered to, ben is
            > accept w1 ben cleo-tue
            refused:
                /shiftId: cleo-tue is not the shift asked for
            > decline w1 cleo
            refused:
                /agentId: cleo is not whom it is offered to
            > decline w1 ben
            r6: swap w1 CANCELED
            > decline w1 ben
            no entry: swap w1 CANCELED
            > accept w1 ben
            refused:
                block SWAP_WITHDRAWN ana [ana-mon, ben-tue, swap w1]
        "#]],
    );
}

#[test]
fn an_approval_waits_for_the_other_agent() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        > swap w1 ana-mon for ben-tue
        > approve w1
        > deny w1
        > approve w1
        > cancel w1
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r4: swap w1 PENDING_PARTNER
            > approve w1
            refused:
                swap "w1" waits for the other agent's answer
            > deny w1
            r5: swap w1 DENIED
            > approve w1
            refused:
                block SWAP_ALREADY_DECIDED ana [ana-mon, ben-tue, swap w1]
            > cancel w1
            refused:
                block SWAP_ALREADY_DECIDED ana [ana-mon, ben-tue, swap w1]
        "#]],
    );
}

#[test]
fn who_withdraws_ends_the_swap() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > cancel w1
        > cancel w1
        > approve w1
        > deny w1
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r4: swap w1 PENDING_PARTNER
            > accept w1 ben
            r5: swap w1 PENDING_APPROVAL
            > cancel w1
            r6: swap w1 CANCELED
            > cancel w1
            no entry: swap w1 CANCELED
            > approve w1
            refused:
                block SWAP_WITHDRAWN ana [ana-mon, ben-tue, swap w1]
            > deny w1
            refused:
                block SWAP_WITHDRAWN ana [ana-mon, ben-tue, swap w1]
        "#]],
    );
}

#[test]
fn an_offer_that_ran_out_is_over() {
    check_decide(
        "
        site Europe/Paris
        ana wed 09:00-17:00
        ben thu 09:00-17:00
        > swap w1 ana-wed for ben-thu until tue
        > now mon 23:59
        > accept w1 ben
        > now tue 00:00
        > approve w1
        > cancel w1
        > swap w1 ana-wed for ben-thu until tue
        > edit delete ana-wed
        > approve w1
        ",
        expect![[r#"
            > swap w1 ana-wed for ben-thu until tue
            r4: swap w1 PENDING_PARTNER
            > now mon 23:59
            2026-03-16T22:59:00Z
            > accept w1 ben
            r5: swap w1 PENDING_APPROVAL
            > now tue 00:00
            2026-03-16T23:00:00Z
            > approve w1
            refused:
                block SWAP_EXPIRED ana [ana-wed, ben-thu, swap w1]
            > cancel w1
            refused:
                block SWAP_EXPIRED ana [ana-wed, ben-thu, swap w1]
            > swap w1 ana-wed for ben-thu until tue
            no entry: swap w1 EXPIRED
            > edit delete ana-wed
            r6: edited ana
            > approve w1
            refused:
                block SWAP_EXPIRED ana [ana-wed, ben-thu, swap w1]
        "#]],
    );
}

#[test]
fn one_shift_in_two_swaps_goes_to_whoever_is_approved_first() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        cleo wed 09:00-17:00
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > swap w2 ben-tue for cleo-wed
        > accept w2 cleo
        > swap w3 cleo-wed for ana-mon
        > approve w1
        > approve w2
        > accept w3 ana
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r5: swap w1 PENDING_PARTNER
            > accept w1 ben
            r6: swap w1 PENDING_APPROVAL
            > swap w2 ben-tue for cleo-wed
            r7: swap w2 PENDING_PARTNER
            > accept w2 cleo
            r8: swap w2 PENDING_APPROVAL
            > swap w3 cleo-wed for ana-mon
            r9: swap w3 PENDING_PARTNER
            > approve w1
            r10: swap w1 APPROVED
            > approve w2
            refused:
                block SWAP_SHIFT_TAKEN ben [ben-tue, cleo-wed, swap w2]
            > accept w3 ana
            refused:
                block SWAP_SHIFT_TAKEN cleo [ana-mon, cleo-wed, swap w3]
        "#]],
    );
}

#[test]
fn a_shift_given_away_or_deleted_by_a_planner_ends_its_swaps() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        cleo wed 09:00-17:00
        > swap w1 ana-mon for ben-tue
        > swap w2 ben-tue for cleo-wed
        > edit dan mon 09:00-17:00 id=ana-mon
        > show
        > agent dan skill=french
        > edit dan mon 09:00-17:00 id=ana-mon; delete cleo-wed
        > show
        > approve w1
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r5: swap w1 PENDING_PARTNER
            > swap w2 ben-tue for cleo-wed
            r6: swap w2 PENDING_PARTNER
            > edit dan mon 09:00-17:00 id=ana-mon
            refused:
                block SUBJECT_GONE dan [ana-mon] mon 09:00-17:00
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            cleo is here
            ana-mon: ana mon 09:00-17:00
            ben-tue: ben tue 09:00-17:00
            cleo-wed: cleo wed 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            swap w1 ana's ana-mon for ben's ben-tue PENDING_PARTNER
            swap w2 ben's ben-tue for cleo's cleo-wed PENDING_PARTNER
            > agent dan skill=french
            r7: done
            > edit dan mon 09:00-17:00 id=ana-mon; delete cleo-wed
            r8: edited ana cleo dan
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            cleo is here
            dan is here skill=french
            ana-mon: dan mon 09:00-17:00
            ben-tue: ben tue 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            swap w1 ana's ana-mon for ben's ben-tue INVALIDATED
            swap w2 ben's ben-tue for cleo's cleo-wed INVALIDATED
            > approve w1
            refused:
                block SWAP_SHIFT_TAKEN ana [ana-mon, ben-tue, swap w1]
        "#]],
    );
}

#[test]
fn what_nobody_knows_cannot_be_swapped() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        > approve w9
        > accept w9 ben
        > cancel w9
        > swap w1 ana-mon
        > accept w1 ben ben-wed
        > accept w1 zoe
        > accept w1 ben ana-mon
        ",
        expect![[r#"
            > approve w9
            refused:
                there is no swap "w9"
            > accept w9 ben
            refused:
                there is no swap "w9"
            > cancel w9
            refused:
                there is no swap "w9"
            > swap w1 ana-mon
            r4: swap w1 PENDING_PARTNER
            > accept w1 ben ben-wed
            refused:
                there is no shift "ben-wed"
            > accept w1 zoe
            refused:
                /receiver/agentId: zoe is not an agent of this unit
            > accept w1 ben ana-mon
            refused:
                /receiver/shiftId: ana-mon is not a shift of ben
        "#]],
    );
}
