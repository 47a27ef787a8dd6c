//! Hard cases from the field: many people at one schedule.

use expect_test::expect;
use muster_core::testing::World;

use crate::check_decide;

#[test]
fn s11_time_off_first_refuses_the_swap() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        ben off mon pending
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > approve-off ben-off-mon
        > approve(ack) w1
        > cancel-off ben-off-mon
        > approve w1
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r5: swap w1 PENDING_PARTNER
                ack TIME_OFF_PENDING_OVERLAP ben [ana-mon, ben-off-mon] mon 09:00-17:00 480 min
            > accept w1 ben
            r6: swap w1 PENDING_APPROVAL
                ack TIME_OFF_PENDING_OVERLAP ben [ana-mon, ben-off-mon] mon 09:00-17:00 480 min
            > approve-off ben-off-mon
            r7: time off ben-off-mon APPROVED
            > approve(ack) w1
            refused:
                block TIME_OFF_APPROVED_OVERLAP ben [ana-mon, ben-off-mon] mon 09:00-17:00 480 min
            > cancel-off ben-off-mon
            r8: time off ben-off-mon CANCELED
            > approve w1
            r9: swap w1 APPROVED
        "#]],
    );
}

#[test]
fn s11_the_swap_first_is_answered_for_and_then_masked() {
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
        > approve-off ben-off-mon
        > show
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
            > approve-off ben-off-mon
            r8: time off ben-off-mon APPROVED
                info TIME_OFF_APPROVED_OVERLAP ben [ana-mon, ben-off-mon] mon 09:00-17:00 480 min
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            ana-mon: ben mon 09:00-17:00
            ben-tue: ana tue 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            ben-off-mon: ben off mon 00:00-00:00 TimeOff paid APPROVED
            swap w1 ana's ana-mon for ben's ben-tue APPROVED (mon 09:00-17:00) (tue 09:00-17:00)
        "#]],
    );
}

#[test]
fn s12_a_coaching_inside_a_traded_shift_stays_and_is_named() {
    check_decide(
        "
        site Europe/Paris
        code coaching Meeting agent paid
        ana mon 09:00-17:00
        ana own mon 10:00-11:00 coaching
        ana off mon 13:00-15:00 approved
        ben tue 09:00-17:00
        # ana's coaching would lie in no shift of hers; her time off stays with her
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > edit ana not mon 10:00-11:00 coaching
        > accept w1 ben
        > approve w1
        > show
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r7: swap w1 PENDING_PARTNER
                block ACTIVITY_OUTSIDE_SHIFT ana [mon 10:00-11:00 coaching] mon 10:00-11:00 60 min
            > accept w1 ben
            refused:
                block ACTIVITY_OUTSIDE_SHIFT ana [mon 10:00-11:00 coaching] mon 10:00-11:00 60 min
            > edit ana not mon 10:00-11:00 coaching
            r8: edited ana
            > accept w1 ben
            r9: swap w1 PENDING_APPROVAL
            > approve w1
            r10: swap w1 APPROVED
            > show
            site Europe/Paris week 2026-03-16 start Monday
            code coaching Meeting Agent true true
            ana is here
            ben is here
            ana-mon: ben mon 09:00-17:00
            ben-tue: ana tue 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            ana-off-mon: ana off mon 13:00-15:00 TimeOff paid APPROVED
            swap w1 ana's ana-mon for ben's ben-tue APPROVED (mon 09:00-17:00) (tue 09:00-17:00)
        "#]],
    );
}

#[test]
fn s14_two_days_of_one_agent_are_two_edits() {
    check_decide(
        "
        site Europe/Paris
        andy mon 09:00-17:00 10:00-10:15 break
        andy tue 09:00-17:00
        # both saw revision 3: one saves Monday, the other Tuesday
        > @3 edit andy mon 10:00-18:00 11:00-11:15 break
        > @3 edit andy tue 10:00-18:00
        > show
        ",
        expect![[r#"
            > @3 edit andy mon 10:00-18:00 11:00-11:15 break
            r4: edited andy
            > @3 edit andy tue 10:00-18:00
            r5: edited andy
            > show
            site Europe/Paris week 2026-03-16 start Monday
            andy is here
            andy-mon: andy mon 10:00-18:00 11:00-11:15 break
            andy-tue: andy tue 10:00-18:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
        "#]],
    );
}

#[test]
fn s14_one_activity_changed_by_two_clashes_with_all_three_values() {
    check_decide(
        "
        site Europe/Paris
        andy mon 09:00-17:00 10:00-10:15 break
        > @2 edit andy mon 09:00-17:00 11:00-11:15 break
        > @2 edit andy mon 09:00-17:00 10:00-10:30 break
        ",
        expect![[r#"
            > @2 edit andy mon 09:00-17:00 11:00-11:15 break
            r3: edited andy
            > @2 edit andy mon 09:00-17:00 10:00-10:30 break
            refused:
                block FIELD_CHANGED_BOTH andy [andy-mon] mon 09:00-17:00
                    Activities: [60+15 Break] -> [60+30 Break] | [120+15 Break]
        "#]],
    );
}

#[test]
fn s15_two_trades_of_one_shift_one_is_approved_and_one_is_told() {
    check_decide(
        "
        site Europe/Paris
        u1 mon 09:00-17:00
        u2 tue 09:00-17:00
        u3 wed 09:00-17:00
        > swap t1 u1-mon for u2-tue
        > swap t2 u2-tue for u3-wed
        > accept t1 u2
        > accept t2 u3
        > approve t1
        > approve t2
        > show
        ",
        expect![[r#"
            > swap t1 u1-mon for u2-tue
            r5: swap t1 PENDING_PARTNER
            > swap t2 u2-tue for u3-wed
            r6: swap t2 PENDING_PARTNER
            > accept t1 u2
            r7: swap t1 PENDING_APPROVAL
            > accept t2 u3
            r8: swap t2 PENDING_APPROVAL
            > approve t1
            r9: swap t1 APPROVED
            > approve t2
            refused:
                block SWAP_SHIFT_TAKEN u2 [u2-tue, u3-wed, swap t2]
            > show
            site Europe/Paris week 2026-03-16 start Monday
            u1 is here
            u2 is here
            u3 is here
            u1-mon: u2 mon 09:00-17:00
            u2-tue: u1 tue 09:00-17:00
            u3-wed: u3 wed 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            swap t1 u1's u1-mon for u2's u2-tue APPROVED (mon 09:00-17:00) (tue 09:00-17:00)
            swap t2 u2's u2-tue for u3's u3-wed INVALIDATED (tue 09:00-17:00) (wed 09:00-17:00)
        "#]],
    );
}

#[test]
fn s18_who_is_logged_in_is_nobodys_business_and_the_clock_is() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana tue 09:00-17:00
        ben tue 18:00-22:00
        # at 08:55 the shift of 09:00 may be moved; at 10:30 a planner corrects it; ana does not
        > draft d1 ana mon 10:00-18:00
        > now mon 08:55
        > publish d1
        > now mon 10:30
        > edit ana mon 10:00-17:30
        > as ana edit ana mon 10:00-17:00
        > swap t1 ana-mon to ben
        > swap t2 ana-tue for ben-tue
        > accept t2 ben
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-18:00
            r5: draft d1
            > now mon 08:55
            2026-03-16T07:55:00Z
            > publish d1
            r6: published ana
            > now mon 10:30
            2026-03-16T09:30:00Z
            > edit ana mon 10:00-17:30
            r7: edited ana
            > as ana edit ana mon 10:00-17:00
            refused:
                block SHIFT_STARTED ana [ana-mon] mon 10:00-17:30
            > swap t1 ana-mon to ben
            refused:
                block SHIFT_STARTED ana [ana-mon] mon 10:00-17:30
            > swap t2 ana-tue for ben-tue
            r8: swap t2 PENDING_PARTNER
            > accept t2 ben
            r9: swap t2 PENDING_APPROVAL
        "#]],
    );
}

#[test]
fn s19_a_retried_publish_is_one_publish() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        > @3 document d1 ana mon 10:00-18:00
        > @3 document d1 ana mon 10:00-18:00
        > edit ben mon 10:00-18:00
        > @3 document d1 ana mon 10:00-18:00
        > show
        ",
        expect![[r#"
            > @3 document d1 ana mon 10:00-18:00
            r4: published ana
            > @3 document d1 ana mon 10:00-18:00
            no entry: published ana | merged ana
            > edit ben mon 10:00-18:00
            r5: edited ben
            > @3 document d1 ana mon 10:00-18:00
            no entry: published ana | merged ana
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ben is here
            ana-mon: ana mon 10:00-18:00
            ben-mon: ben mon 10:00-18:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
        "#]],
    );
}

#[test]
fn s26_two_patterns_of_nights_overlap_five_times() {
    check_decide(
        "
        site Europe/Paris
        ana mon 22:00-06:00
        ana tue 22:00-06:00
        ana wed 22:00-06:00
        ana thu 22:00-06:00
        ana fri 22:00-06:00
        rule REST_TIME_SHORT off
        rule MAX_CONSECUTIVE_HOURS off
        # the first morning touches no night; each of the five after it does
        > edit ana mon 02:00-08:00 id=m1
        > edit ana tue 02:00-08:00 id=m2; ana wed 02:00-08:00 id=m3; ana thu 02:00-08:00 id=m4
        > edit ana fri 02:00-08:00 id=m5; ana sat 02:00-08:00 id=m6
        # a shift that begins when another ends is fine
        > edit ana tue 06:00-08:00 id=m2
        ",
        expect![[r#"
            > edit ana mon 02:00-08:00 id=m1
            r9: edited ana
            > edit ana tue 02:00-08:00 id=m2; ana wed 02:00-08:00 id=m3; ana thu 02:00-08:00 id=m4
            refused:
                block SHIFT_OVERLAP ana [ana-mon, m2] tue 02:00-06:00 240 min
                block SHIFT_OVERLAP ana [ana-tue, m3] wed 02:00-06:00 240 min
                block SHIFT_OVERLAP ana [ana-wed, m4] thu 02:00-06:00 240 min
            > edit ana fri 02:00-08:00 id=m5; ana sat 02:00-08:00 id=m6
            refused:
                block SHIFT_OVERLAP ana [ana-thu, m5] fri 02:00-06:00 240 min
                block SHIFT_OVERLAP ana [ana-fri, m6] sat 02:00-06:00 240 min
            > edit ana tue 06:00-08:00 id=m2
            r10: edited ana
        "#]],
    );
}

/// While a draft waits, 200 trades are approved. Moving a traded shift is no conflict, giving one
/// to somebody else is: 13 are told one by one, 100 are merged, no trade is lost.

#[test]
fn s13_a_publish_meets_two_hundred_swaps() {
    let mut fixture = String::from("site Europe/Paris\n");
    for n in 0..400 {
        let day = ["mon", "tue"][n % 2];
        fixture += &format!("p{n} {day} 09:00-17:00 id=s{n}\n");
    }
    let mut world = World::of(&fixture);
    let base = world.head().revision();
    // The draft moves the first 100 shifts, and wants to give 13 others to somebody else.
    let moved = (0..100).map(|n| {
        let day = ["mon", "tue"][n % 2];
        format!("p{n} {day} 10:00-18:00 id=s{n}")
    });
    let given = (100..113).map(|n| {
        let day = ["mon", "tue"][n % 2];
        format!("spare{n} {day} 09:00-17:00 id=s{n}")
    });
    for n in 100..113 {
        world.send(&format!("agent spare{n}"));
    }
    let edits: Vec<String> = moved.chain(given).collect();
    let made = world.send(&format!("@{base} draft d1 {}", edits.join("; ")));
    assert!(made.contains("draft d1"), "{made}");
    // Meanwhile every shift is traded with its neighbour's.
    for n in (0..400).step_by(2) {
        world.send(&format!("swap w{n} s{n} for s{}", n + 1));
        world.send(&format!("accept w{n} p{}", n + 1));
        let told = world.send(&format!("approve w{n}"));
        assert!(told.contains("APPROVED"), "{told}");
    }
    let told = world.send("publish d1");
    let conflicts = told.lines().filter(|line| line.contains("FIELD_CHANGED_BOTH")).count();
    assert_eq!(conflicts, 13, "{told}");
    // No swap is lost: everybody has the neighbour's shift, and the first hundred are moved.
    for n in 0..400_usize {
        let shift = world.head().shift(&format!("s{n}").parse().unwrap()).unwrap();
        assert_eq!(shift.body.owner.as_str(), format!("p{}", n ^ 1));
        let hour = world.clock.zone.wall(shift.body.span.start).hour();
        assert_eq!(hour, if n < 100 { 10 } else { 9 }, "s{n}");
    }
    let again = world.send("publish d1");
    assert!(again.starts_with("refused"), "{again}");
}
