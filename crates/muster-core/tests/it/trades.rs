//! Trades of several agents, the board, what a unit says of swaps, and swaps that are undone.

use expect_test::expect;

use crate::check_decide;

/// SCENARIOS 16: every exchange of two is illegal for somebody.
const ROUND: &str = "
    site Europe/Paris
    ana is skill=french
    ana mon 22:00-06:00
    ana wed 07:00-15:00
    ben tue 14:00-22:00
    cleo mon 09:00-17:00
    cleo tue 10:00-18:00 +skill:french
";

#[test]
fn every_exchange_of_two_of_the_round_is_illegal() {
    check_decide(
        &format!(
            "{ROUND}
            > swap ab ana-mon for ben-tue
            > accept ab ben
            > swap bc ben-tue for cleo-tue
            > accept bc cleo
            > swap ca cleo-tue for ana-mon
            > accept ca ana
            "
        ),
        expect![[r#"
            > swap ab ana-mon for ben-tue
            r8: swap ab PENDING_PARTNER
                block REST_TIME_SHORT ana [ana-wed, ben-tue] tue 22:00-07:00 540/660 min
            > accept ab ben
            refused:
                block REST_TIME_SHORT ana [ana-wed, ben-tue] tue 22:00-07:00 540/660 min
            > swap bc ben-tue for cleo-tue
            r9: swap bc PENDING_PARTNER
                block SKILL_MISSING ben [cleo-tue, french] tue 10:00-18:00
            > accept bc cleo
            refused:
                block SKILL_MISSING ben [cleo-tue, french] tue 10:00-18:00
            > swap ca cleo-tue for ana-mon
            r10: swap ca PENDING_PARTNER
                block REST_TIME_SHORT cleo [ana-mon, cleo-mon] mon 17:00-22:00 300/660 min
            > accept ca ana
            refused:
                block REST_TIME_SHORT cleo [ana-mon, cleo-mon] mon 17:00-22:00 300/660 min
        "#]],
    );
}

#[test]
fn a_round_of_three_that_is_legal_only_as_a_whole_is_one_entry() {
    check_decide(
        &format!(
            "{ROUND}
            > swap w ana-mon round ben-tue round cleo-tue
            > accept w ben
            > accept w ben
            > accept w dan
            > accept w cleo
            > approve w
            > show
            "
        ),
        expect![[r#"
            > swap w ana-mon round ben-tue round cleo-tue
            r8: swap w PENDING_PARTNER
            > accept w ben
            r9: swap w PENDING_PARTNER
            > accept w ben
            no entry: swap w PENDING_PARTNER
            > accept w dan
            refused:
                /agentId: dan has no leg of this trade
            > accept w cleo
            r10: swap w PENDING_APPROVAL
            > approve w
            r11: swap w APPROVED
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here skill=french
            ben is here
            cleo is here
            ana-mon: ben mon 22:00-06:00
            ana-wed: ana wed 07:00-15:00
            ben-tue: cleo tue 14:00-22:00
            cleo-mon: cleo mon 09:00-17:00
            cleo-tue: ana tue 10:00-18:00 +skill:french
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            swap w ana ana-mon for cleo-tue, ben ben-tue for ana-mon, cleo cleo-tue for ben-tue APPROVED agreed=ben (mon 22:00-06:00) (tue 14:00-22:00) (tue 10:00-18:00)
        "#]],
    );
}

#[test]
fn a_round_is_refused_as_a_whole_where_it_is_illegal_for_one() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        cleo wed 00:00-08:00
        ana tue 20:00-23:00 id=late
        > swap w ana-mon round ben-tue round cleo-wed
        > accept w ben
        > accept w cleo
        > swap v ana-mon round cleo-wed round ben-tue
        > accept v ben
        > decline v cleo
        > approve v
        ",
        expect![[r#"
            > swap w ana-mon round ben-tue round cleo-wed
            r6: swap w PENDING_PARTNER
                block REST_TIME_SHORT ana [cleo-wed, late] tue 23:00-00:00 60/660 min
            > accept w ben
            refused:
                block REST_TIME_SHORT ana [cleo-wed, late] tue 23:00-00:00 60/660 min
            > accept w cleo
            refused:
                block REST_TIME_SHORT ana [cleo-wed, late] tue 23:00-00:00 60/660 min
            > swap v ana-mon round cleo-wed round ben-tue
            r7: swap v PENDING_PARTNER
                block REST_TIME_SHORT ana [ben-tue, late] tue 17:00-20:00 180/660 min
            > accept v ben
            refused:
                block REST_TIME_SHORT ana [ben-tue, late] tue 17:00-20:00 180/660 min
            > decline v cleo
            r8: swap v CANCELED
            > approve v
            refused:
                block SWAP_WITHDRAWN ana [ana-mon, ben-tue, cleo-wed, swap v]
        "#]],
    );
}

#[test]
fn rounds_that_are_none_are_refused() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        cleo wed 09:00-17:00
        > swap w ana-mon round ben-tue
        > swap w ana-mon round ben-tue round ana-mon
        > swap w ana-mon round ben-tue round cleo
        > swap w ana-mon round ben-tue round cleo-wed
        > accept w ana
        > accept w ben
        > edit cleo wed 10:00-18:00
        > accept w cleo
        > edit delete ben-tue
        > approve w
        ",
        expect![[r#"
            > swap w ana-mon round ben-tue
            refused:
                /legs: 2 are not 3 to 20
            > swap w ana-mon round ben-tue round ana-mon
            refused:
                /legs/0/receives: ana-mon is not given by one other leg, or is got twice
            > swap w ana-mon round ben-tue round cleo
            r5: swap w PENDING_PARTNER
            > swap w ana-mon round ben-tue round cleo-wed
            refused:
                swap "w" exists already with other content
            > accept w ana
            no entry: swap w PENDING_PARTNER
            > accept w ben
            r6: swap w PENDING_PARTNER
            > edit cleo wed 10:00-18:00
            r7: edited cleo
            > accept w cleo
            r8: swap w PENDING_APPROVAL
            > edit delete ben-tue
            r9: edited ben
            > approve w
            refused:
                block SWAP_SHIFT_TAKEN ana [ana-mon, ben-tue, swap w]
        "#]],
    );
}

#[test]
fn an_offer_on_the_board_says_what_it_wants_in_return() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        cleo wed 09:00-17:00
        dan is contract=full
        > swap w1 ana-mon in wed in thu
        > accept w1 dan
        > accept w1 ben ben-tue
        > accept w1 cleo cleo-wed
        > swap w2 ben-tue one sided
        > accept w2 cleo cleo-wed
        > accept w2 dan
        > approve w2
        > swap w3 dan for cleo-wed
        > accept w3 cleo
        > swap w4 dan
        > swap w5 ana-mon for cleo-wed one sided
        ",
        expect![[r#"
            > swap w1 ana-mon in wed in thu
            r6: swap w1 PENDING_PARTNER
            > accept w1 dan
            refused:
                /shiftId: null names no shift, though one is wanted in return
            > accept w1 ben ben-tue
            refused:
                /shiftId: ben-tue does not begin when the offer accepts
            > accept w1 cleo cleo-wed
            r7: swap w1 PENDING_APPROVAL
            > swap w2 ben-tue one sided
            r8: swap w2 PENDING_PARTNER
            > accept w2 cleo cleo-wed
            refused:
                /shiftId: cleo-wed is given in return, though the offer is one-sided
            > accept w2 dan
            r9: swap w2 PENDING_APPROVAL
            > approve w2
            r10: swap w2 APPROVED
            > swap w3 dan for cleo-wed
            r11: swap w3 PENDING_PARTNER
            > accept w3 cleo
            r12: swap w3 PENDING_APPROVAL
            > swap w4 dan
            refused:
                /initiator/shiftId: null names no shift to give
            > swap w5 ana-mon for cleo-wed one sided
            refused:
                /receiver/shiftId: cleo-wed is wanted in return, though the offer is one-sided
        "#]],
    );
}

#[test]
fn an_offer_that_ran_out_is_noted_by_whoever_says_so() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        > swap w1 ana-mon for ben-tue until sun
        > swap w2 ana-mon until sat
        > now sat 10:00
        > accept w2 ben
        > expire
        > expire
        > now 2026-03-23 00:00
        > approve w1
        > expire
        > show
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue until sun
            r4: swap w1 PENDING_PARTNER
            > swap w2 ana-mon until sat
            r5: swap w2 PENDING_PARTNER
            > now sat 10:00
            2026-03-21T09:00:00Z
            > accept w2 ben
            refused:
                block SWAP_EXPIRED ana [ana-mon, swap w2]
            > expire
            r6: done
            > expire
            no entry: done
            > now 2026-03-23 00:00
            2026-03-22T23:00:00Z
            > approve w1
            refused:
                block SWAP_EXPIRED ana [ana-mon, ben-tue, swap w1]
            > expire
            r7: done
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            ana-mon: ana mon 09:00-17:00
            ben-tue: ben tue 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            swap w1 ana's ana-mon for ben's ben-tue EXPIRED until 2026-03-21T23:00:00Z
            swap w2 ana's ana-mon for anybody EXPIRED until 2026-03-20T23:00:00Z
        "#]],
    );
}

#[test]
fn a_move_makes_agreed_swaps_agreed_anew_or_invalid() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        ana wed 05:00-13:00
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > edit ben tue 10:00-18:00
        > approve w1
        > accept w1 ben
        > approve w1
        > swap w2 ana-wed for ana-mon
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r5: swap w1 PENDING_PARTNER
            > accept w1 ben
            r6: swap w1 PENDING_APPROVAL
            > edit ben tue 10:00-18:00
            r7: edited ben
            > approve w1
            refused:
                block SWAP_TERMS_CHANGED ana [ana-mon, ben-tue, swap w1] tue 10:00-18:00
            > accept w1 ben
            r8: swap w1 PENDING_APPROVAL
            > approve w1
            r9: swap w1 APPROVED
            > swap w2 ana-wed for ana-mon
            r10: swap w2 PENDING_PARTNER
        "#]],
    );
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana wed 05:00-13:00
        ben tue 09:00-17:00
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > edit ben tue 12:00-20:00
        > approve w1
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r5: swap w1 PENDING_PARTNER
            > accept w1 ben
            r6: swap w1 PENDING_APPROVAL
            > edit ben tue 12:00-20:00
            r7: edited ben
            > approve w1
            refused:
                block SWAP_TERMS_CHANGED ana [ana-mon, ben-tue, swap w1]
        "#]],
    );
}

#[test]
fn a_swap_is_given_back_unless_somebody_has_the_shift_by_now() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        cleo wed 09:00-17:00
        > swap w1 ana-mon for ben-tue
        > give-back w1
        > accept w1 ben
        > approve w1
        > edit ben mon 09:00-17:00 id=ana-mon +vip
        > give-back w1
        > give-back w1
        > swap w2 ana-mon for ben-tue
        > accept w2 ben
        > approve w2
        > swap w3 ana-mon for cleo-wed
        > accept w3 cleo
        > approve w3
        > give-back w2
        > show
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r5: swap w1 PENDING_PARTNER
            > give-back w1
            refused:
                swap "w1" has not been approved
            > accept w1 ben
            r6: swap w1 PENDING_APPROVAL
            > approve w1
            r7: swap w1 APPROVED
            > edit ben mon 09:00-17:00 id=ana-mon +vip
            r8: edited ben
            > give-back w1
            r9: swap w1 CANCELED
            > give-back w1
            no entry: swap w1 CANCELED
            > swap w2 ana-mon for ben-tue
            r10: swap w2 PENDING_PARTNER
            > accept w2 ben
            r11: swap w2 PENDING_APPROVAL
            > approve w2
            r12: swap w2 APPROVED
            > swap w3 ana-mon for cleo-wed
            r13: swap w3 PENDING_PARTNER
            > accept w3 cleo
            r14: swap w3 PENDING_APPROVAL
            > approve w3
            r15: swap w3 APPROVED
            > give-back w2
            refused:
                block FIELD_CHANGED_BOTH cleo [ana-mon] mon 09:00-17:00
                    Owner: ben -> ana | cleo
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            cleo is here
            ana-mon: cleo mon 09:00-17:00 +vip
            ben-tue: ana tue 09:00-17:00
            cleo-wed: ben wed 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            swap w1 ana's ana-mon for ben's ben-tue CANCELED (mon 09:00-17:00) (tue 09:00-17:00)
            swap w2 ana's ana-mon for ben's ben-tue APPROVED (mon 09:00-17:00) (tue 09:00-17:00)
            swap w3 ben's ana-mon for cleo's cleo-wed APPROVED (mon 09:00-17:00) (wed 09:00-17:00)
        "#]],
    );
}

#[test]
fn a_unit_allows_reviews_or_denies_swaps() {
    check_decide(
        "
        site Europe/Paris
        rule auto-approve
        rule SWAP_TIME_UNEQUAL ack maxDifferenceMinutes=30
        rule SWAP_ONE_SIDED block
        rule SWAP_NOTICE_SHORT ack minNoticeMinutes=4320
        rule SWAP_LIMIT_REACHED block maxPerWeek=1
        ana fri 09:00-17:00
        ben sat 09:00-17:30 12:00-12:30 lunch
        cleo sun 09:00-14:00
        dan wed 09:00-17:00
        ana thu 09:00-17:00
        eve 2026-03-15 09:00-17:00
        finn 2026-03-16 09:00-17:00
        > swap w1 ana-fri for ben-sat
        > accept w1 ben
        > swap w2 ana-thu for cleo-sun
        > accept w2 cleo
        > swap w3 eve-2026-03-15 for finn-2026-03-16
        > accept w3 finn
        > approve w3
        > approve(ack) w3
        > swap w4 dan-wed to cleo
        > accept w4 cleo
        ",
        expect![[r#"
            > swap w1 ana-fri for ben-sat
            r14: swap w1 PENDING_PARTNER
            > accept w1 ben
            r15: swap w1 APPROVED
            > swap w2 ana-thu for cleo-sun
            r16: swap w2 PENDING_PARTNER
                block SWAP_LIMIT_REACHED ana [ana-thu, cleo-sun, swap w2] mon 00:00-00:00 [10080]
                ack SWAP_TIME_UNEQUAL ana [ana-thu, cleo-sun, swap w2] sun 09:00-14:00 180/30 min
                ack SWAP_TIME_UNEQUAL cleo [ana-thu, cleo-sun, swap w2] thu 09:00-17:00 180/30 min
            > accept w2 cleo
            refused:
                block SWAP_LIMIT_REACHED ana [ana-thu, cleo-sun, swap w2] mon 00:00-00:00 [10080]
            > swap w3 eve-2026-03-15 for finn-2026-03-16
            r17: swap w3 PENDING_PARTNER
                ack SWAP_NOTICE_SHORT eve [eve-2026-03-15, finn-2026-03-16, swap w3] mon 09:00-17:00 3420/4320 min
                ack SWAP_NOTICE_SHORT finn [eve-2026-03-15, finn-2026-03-16, swap w3] 2026-03-15 09:00-17:00 3420/4320 min
            > accept w3 finn
            r18: swap w3 PENDING_APPROVAL
                ack SWAP_NOTICE_SHORT eve [eve-2026-03-15, finn-2026-03-16, swap w3] mon 09:00-17:00 3420/4320 min
                ack SWAP_NOTICE_SHORT finn [eve-2026-03-15, finn-2026-03-16, swap w3] 2026-03-15 09:00-17:00 3420/4320 min
            > approve w3
            refused:
                ack SWAP_NOTICE_SHORT eve [eve-2026-03-15, finn-2026-03-16, swap w3] mon 09:00-17:00 3420/4320 min
                ack SWAP_NOTICE_SHORT finn [eve-2026-03-15, finn-2026-03-16, swap w3] 2026-03-15 09:00-17:00 3420/4320 min
            > approve(ack) w3
            r19: swap w3 APPROVED
                ack SWAP_NOTICE_SHORT eve [eve-2026-03-15, finn-2026-03-16, swap w3] mon 09:00-17:00 3420/4320 min
                ack SWAP_NOTICE_SHORT finn [eve-2026-03-15, finn-2026-03-16, swap w3] 2026-03-15 09:00-17:00 3420/4320 min
            > swap w4 dan-wed to cleo
            r20: swap w4 PENDING_PARTNER
                block SWAP_ONE_SIDED cleo [dan-wed, swap w4] wed 09:00-17:00
                block SWAP_ONE_SIDED dan [dan-wed, swap w4] wed 09:00-17:00
            > accept w4 cleo
            refused:
                block SWAP_ONE_SIDED cleo [dan-wed, swap w4] wed 09:00-17:00
                block SWAP_ONE_SIDED dan [dan-wed, swap w4] wed 09:00-17:00
        "#]],
    );
}
