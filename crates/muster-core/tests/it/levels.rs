//! What is asked of all agents together: staffing, trunks, seats.

use expect_test::expect;

use crate::check_decide;

#[test]
fn a_change_that_leaves_too_few_on_the_queue_is_held() {
    check_decide(
        "
        site Europe/Paris
        rule STAFFING_BELOW_MINIMUM ack
        ana is skill=french
        ben is skill=german
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        staff mon 09:00-17:00 2
        staff mon 10:00-12:00 1 french
        > edit ana mon 09:30-17:00
        > edit ana mon 09:00-17:00 11:00-12:30 lunch
        > edit ana mon 09:00-16:00
        > edit(ack) ana mon 09:00-16:00
        > edit ana mon 09:00-16:00 +vip
        > edit ana mon 09:00-15:30
        > edit ana mon 09:00-16:30
        > edit ben own mon 10:07-10:08 meeting
        ",
        expect![[r#"
            > edit ana mon 09:30-17:00
            refused:
                ack STAFFING_BELOW_MINIMUM - [] mon 09:00-09:30 1/2 agents
            > edit ana mon 09:00-17:00 11:00-12:30 lunch
            refused:
                ack STAFFING_BELOW_MINIMUM - [french] mon 11:00-12:00 0/1 agents
                ack STAFFING_BELOW_MINIMUM - [] mon 11:00-12:30 1/2 agents
            > edit ana mon 09:00-16:00
            refused:
                ack STAFFING_BELOW_MINIMUM - [] mon 16:00-17:00 1/2 agents
            > edit(ack) ana mon 09:00-16:00
            r9: edited ana
              ack STAFFING_BELOW_MINIMUM - [] mon 16:00-17:00 1/2 agents
            > edit ana mon 09:00-16:00 +vip
            r10: edited ana
            > edit ana mon 09:00-15:30
            refused:
                ack STAFFING_BELOW_MINIMUM - [] mon 15:30-16:00 1/2 agents
            > edit ana mon 09:00-16:30
            r11: edited ana
            > edit ben own mon 10:07-10:08 meeting
            refused:
                ack STAFFING_BELOW_MINIMUM - [] mon 10:00-10:15 1/2 agents
        "#]],
    );
}

#[test]
fn a_publish_holds_whoever_makes_it_worse_and_nobody_else() {
    check_decide(
        "
        site Europe/Paris
        rule STAFFING_BELOW_MINIMUM ack
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        cleo mon 09:00-17:00
        dan tue 09:00-17:00
        staff mon 09:00-17:00 3
        > draft d ana mon 10:00-17:00; ben mon 09:00-16:00; dan tue 10:00-18:00
        > publish(look) d
        > publish d
        > publish(ack-old) d
        ",
        expect![[r#"
            > draft d ana mon 10:00-17:00; ben mon 09:00-16:00; dan tue 10:00-18:00
            r8: draft d
            > publish(look) d
            r8: published dan | left in d
              held ana
                ack STAFFING_BELOW_MINIMUM - [] mon 09:00-10:00 2/3 agents
              held ben
                ack STAFFING_BELOW_MINIMUM - [] mon 16:00-17:00 2/3 agents
            > publish d
            r9: published dan | left in d
              held ana
                ack STAFFING_BELOW_MINIMUM - [] mon 09:00-10:00 2/3 agents
              held ben
                ack STAFFING_BELOW_MINIMUM - [] mon 16:00-17:00 2/3 agents
            > publish(ack-old) d
            r10: published ana ben
              ack STAFFING_BELOW_MINIMUM - [] mon 09:00-10:00 2/3 agents
              ack STAFFING_BELOW_MINIMUM - [] mon 16:00-17:00 2/3 agents
        "#]],
    );
}

#[test]
fn what_does_not_go_live_makes_up_for_nothing() {
    check_decide(
        "
        site Europe/Paris
        rule STAFFING_BELOW_MINIMUM block
        ana mon 09:00-17:00
        ben tue 02:00-10:00
        cleo mon 09:00-17:00
        staff mon 09:00-17:00 2
        > draft d delete ana-mon; ben mon 09:00-17:00; cleo tue 09:00-17:00
        > publish d
        > edit delete ben-tue
        > publish(only=ana) d
        > publish(atomic) d
        ",
        expect![[r#"
            > draft d delete ana-mon; ben mon 09:00-17:00; cleo tue 09:00-17:00
            r7: draft d
            > publish d
            r8: published cleo | left in d
              held ana
                block STAFFING_BELOW_MINIMUM - [] mon 09:00-17:00 1/2 agents
              held ben
                block REST_TIME_SHORT ben [ben-mon, ben-tue] mon 17:00-02:00 540/660 min
            > edit delete ben-tue
            r9: edited ben
            > publish(only=ana) d
            refused:
                block STAFFING_BELOW_MINIMUM - [] mon 09:00-17:00 1/2 agents
            > publish(atomic) d
            r10: published ana ben
        "#]],
    );
}

#[test]
fn one_for_another_is_nothing_that_gets_worse() {
    check_decide(
        "
        site Europe/Paris
        rule STAFFING_BELOW_MINIMUM block
        rule REST_TIME_SHORT off
        ana is skill=french
        ben is skill=german
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        cleo wed 09:00-17:00
        staff mon 09:00-17:00 1
        staff mon 12:00-13:00 1 french
        > swap w ana-mon for ben-tue
        > accept w ben
        > agent ben skill=french:2026-03-17..
        > accept w ben
        > agent ben skill=french:2026-03-16..2026-03-16
        > accept w ben
        > approve w
        ",
        expect![[r#"
            > swap w ana-mon for ben-tue
            r11: swap w PENDING_PARTNER
                block STAFFING_BELOW_MINIMUM - [french] mon 12:00-13:00 0/1 agents
            > accept w ben
            refused:
                block STAFFING_BELOW_MINIMUM - [french] mon 12:00-13:00 0/1 agents
            > agent ben skill=french:2026-03-17..
            r12: done
            > accept w ben
            refused:
                block STAFFING_BELOW_MINIMUM - [french] mon 12:00-13:00 0/1 agents
            > agent ben skill=french:2026-03-16..2026-03-16
            r13: done
            > accept w ben
            r14: swap w PENDING_APPROVAL
            > approve w
            r15: swap w APPROVED
        "#]],
    );
}

#[test]
fn what_stood_before_is_told_and_does_not_hold() {
    check_decide(
        "
        site Europe/Paris
        rule STAFFING_BELOW_MINIMUM block
        ana mon 09:00-17:00
        ben mon 09:00-12:00
        staff mon 09:00-17:00 3
        > edit ben mon 10:00-13:00
        > edit ana mon 09:00-17:00; ben mon 09:00-13:00
        > draft d ana mon 12:00-17:00; ben mon 09:00-16:00
        > publish d
        > edit(atomic) ana mon 13:00-17:00; cleo mon 09:00-17:00
        > agent cleo
        > edit ana mon 13:00-17:00; cleo mon 09:00-17:00
        ",
        expect![[r#"
            > edit ben mon 10:00-13:00
            refused:
                block STAFFING_BELOW_MINIMUM - [] mon 09:00-10:00 1/3 agents
            > edit ana mon 09:00-17:00; ben mon 09:00-13:00
            r6: edited ben
            > draft d ana mon 12:00-17:00; ben mon 09:00-16:00
            r7: draft d
            > publish d
            r8: published ben | left in d
              held ana
                block STAFFING_BELOW_MINIMUM - [] mon 09:00-12:00 1/3 agents
            > edit(atomic) ana mon 13:00-17:00; cleo mon 09:00-17:00
            refused:
                block STAFFING_BELOW_MINIMUM - [] mon 09:00-13:00 1/3 agents
                block SUBJECT_GONE cleo [cleo-mon] mon 09:00-17:00
            > agent cleo
            r9: done
            > edit ana mon 13:00-17:00; cleo mon 09:00-17:00
            r10: edited ana cleo
              block STAFFING_BELOW_MINIMUM - [] mon 09:00-13:00 2/3 agents standing
        "#]],
    );
}

#[test]
fn time_off_that_is_approved_tells_who_will_be_missing() {
    check_decide(
        "
        site Europe/Paris
        rule STAFFING_BELOW_MINIMUM block
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        staff mon 09:00-13:00 2
        > off ana mon 12:00-17:00
        > approve-off ana-off-mon
        > edit delete ben-mon
        > cancel-off ana-off-mon
        > edit ben mon 12:30-17:00
        > edit ben mon 13:00-17:00
        ",
        expect![[r#"
            > off ana mon 12:00-17:00
            r6: time off ana-off-mon PENDING
                info TIME_OFF_APPROVED_OVERLAP ana [ana-mon, ana-off-mon] mon 12:00-17:00 300 min
                block STAFFING_BELOW_MINIMUM - [] mon 12:00-13:00 1/2 agents
            > approve-off ana-off-mon
            r7: time off ana-off-mon APPROVED
                info TIME_OFF_APPROVED_OVERLAP ana [ana-mon, ana-off-mon] mon 12:00-17:00 300 min
                block STAFFING_BELOW_MINIMUM - [] mon 12:00-13:00 1/2 agents
            > edit delete ben-mon
            refused:
                block STAFFING_BELOW_MINIMUM - [] mon 09:00-12:00 1/2 agents
                block STAFFING_BELOW_MINIMUM - [] mon 12:00-13:00 0/2 agents
            > cancel-off ana-off-mon
            r8: time off ana-off-mon CANCELED
            > edit ben mon 12:30-17:00
            refused:
                block STAFFING_BELOW_MINIMUM - [] mon 09:00-12:30 1/2 agents
            > edit ben mon 13:00-17:00
            refused:
                block STAFFING_BELOW_MINIMUM - [] mon 09:00-13:00 1/2 agents
        "#]],
    );
}

#[test]
fn lines_and_seats_are_few() {
    check_decide(
        "
        site Europe/Paris
        rule TRUNK_CAPACITY_EXCEEDED ack
        rule SITE_SEATS_EXCEEDED block
        > agent ana skill=french
        > agent ben skill=german
        > agent cleo
        > trunks eu 1 skill=french skill=german; all 9
        > seats lyon 1; lille 0
        > edit ana mon 09:00-17:00 site=lyon
        > edit ben mon 12:00-20:00
        > edit(ack) ben mon 12:00-20:00
        > edit ben mon 12:00-20:00 site=lyon
        > edit cleo mon 17:00-20:00 site=lyon; cleo tue 09:00-10:00 site=paris
        > edit cleo mon 16:50-20:00 site=lyon
        > edit cleo tue 09:00-10:00 site=lille
        > edit ana own mon 12:00-17:00 meeting
        > trunks eu 3; us 0 group=north
        > trunks eu 3
        > edit ben 2026-03-11 09:00-17:00 site=lille
        ",
        expect![[r#"
            > agent ana skill=french
            r4: done
            > agent ben skill=german
            r5: done
            > agent cleo
            r6: done
            > trunks eu 1 skill=french skill=german; all 9
            r7: done
            > seats lyon 1; lille 0
            r8: done
            > edit ana mon 09:00-17:00 site=lyon
            r9: edited ana
            > edit ben mon 12:00-20:00
            refused:
                ack TRUNK_CAPACITY_EXCEEDED - [trunk eu] mon 12:00-17:00 2/1 agents
            > edit(ack) ben mon 12:00-20:00
            r10: edited ben
              ack TRUNK_CAPACITY_EXCEEDED - [trunk eu] mon 12:00-17:00 2/1 agents
            > edit ben mon 12:00-20:00 site=lyon
            refused:
                block SITE_SEATS_EXCEEDED - [site lyon] mon 12:00-17:00 2/1 agents
            > edit cleo mon 17:00-20:00 site=lyon; cleo tue 09:00-10:00 site=paris
            r11: edited cleo
            > edit cleo mon 16:50-20:00 site=lyon
            refused:
                block SITE_SEATS_EXCEEDED - [site lyon] mon 16:45-17:00 2/1 agents
            > edit cleo tue 09:00-10:00 site=lille
            refused:
                block SITE_SEATS_EXCEEDED - [site lille] tue 09:00-10:00 1 agents
            > edit ana own mon 12:00-17:00 meeting
            r12: edited ana
            > trunks eu 3; us 0 group=north
            refused:
                /trunks/1/managementUnitIds/0: north is not a management unit of this unit
            > trunks eu 3
            r13: done
            > edit ben 2026-03-11 09:00-17:00 site=lille
            r14: edited ben
        "#]],
    );
}

#[test]
fn who_counts_follows_skills_codes_and_units() {
    check_decide(
        "
        site Europe/Paris
        rule STAFFING_BELOW_MINIMUM ack
        ana is skill=french:2026-03-17..
        ana mon 22:00-06:00
        ben mon 22:00-06:00
        staff mon 22:00-06:00 1 french
        > staff mon 22:00-06:00 2
        > edit ana mon 22:00-06:00 00:30-00:45 break
        > code Break OnQueueWork shift paid
        > edit ana mon 22:00-06:00 00:30-00:45 break
        > agent ana skill=french
        > edit ana own mon 22:00-23:00 meeting
        > leave ben
        > edit ana mon 22:00-06:00 00:30-00:45 lunch
        ",
        expect![[r#"
            > staff mon 22:00-06:00 2
            r7: done
            > edit ana mon 22:00-06:00 00:30-00:45 break
            refused:
                ack STAFFING_BELOW_MINIMUM - [] tue 00:30-00:45 1/2 agents
                ack STAFFING_BELOW_MINIMUM - [french] tue 00:30-00:45 0/1 agents
            > code Break OnQueueWork shift paid
            r8: done
            > edit ana mon 22:00-06:00 00:30-00:45 break
            r9: edited ana
            > agent ana skill=french
            r10: done
            > edit ana own mon 22:00-23:00 meeting
            refused:
                ack STAFFING_BELOW_MINIMUM - [] mon 22:00-23:00 1/2 agents
                ack STAFFING_BELOW_MINIMUM - [french] mon 22:00-23:00 0/1 agents
            > leave ben
            r11: done
            > edit ana mon 22:00-06:00 00:30-00:45 lunch
            refused:
                ack STAFFING_BELOW_MINIMUM - [] tue 00:30-00:45 0/2 agents
                ack STAFFING_BELOW_MINIMUM - [french] tue 00:30-00:45 0/1 agents
        "#]],
    );
}

#[test]
fn what_is_asked_is_set_piece_by_piece_and_checked() {
    check_decide(
        "
        site Europe/Paris
        > staff mon 09:00-17:00 2 french
        > staff mon 09:00-17:00 2 french
        > staff mon 10:00-11:00 0 french
        > staff mon 12:00-13:00 4; mon 14:00-15:00 1
        > staff mon 12:00-13:00 4; mon 12:30-15:00 1
        > staff mon 12:05-13:00 4
        > staff mon 12:00-13:00 100001
        > staff 2056-03-16 12:00-13:00 1
        > trunks eu 1; eu 2
        > trunks eu 1000000
        > seats lyon 1; lyon 2
        ",
        expect![[r#"
            > staff mon 09:00-17:00 2 french
            r2: done
            > staff mon 09:00-17:00 2 french
            no entry: done
            > staff mon 10:00-11:00 0 french
            r3: done
            > staff mon 12:00-13:00 4; mon 14:00-15:00 1
            r4: done
            > staff mon 12:00-13:00 4; mon 12:30-15:00 1
            refused:
                /staffing/0/intervals/1/start: 2026-03-16T11:30:00Z lies in the interval from 2026-03-16T11:00:00Z already
            > staff mon 12:05-13:00 4
            refused:
                /from: 2026-03-16T11:05:00Z is not at a quarter of an hour
            > staff mon 12:00-13:00 100001
            refused:
                /staffing/0/intervals/0/agents: 100001 is more than 100000
            > staff 2056-03-16 12:00-13:00 1
            refused:
                /from: 2056-03-16T11:00:00Z is more than 7320 days from now
            > trunks eu 1; eu 2
            refused:
                /trunks/1/id: eu is listed twice
            > trunks eu 1000000
            refused:
                /trunks/0/capacity: 1000000 is more than 100000
            > seats lyon 1; lyon 2
            refused:
                /sites/1/id: lyon is listed twice
        "#]],
    );
}

#[test]
fn time_off_that_leaves_too_few_is_approved_by_somebody_or_not_at_all() {
    check_decide(
        "
        site Europe/Paris
        rule STAFFING_BELOW_MINIMUM ack
        rule auto-approve-time-off
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        cleo mon 09:00-17:00
        staff mon 09:00-17:00 1
        limit all mon 1
        > off ana mon
        > off ben mon
        > off cleo mon
        > limit all mon 3
        > show
        ",
        expect![[r#"
            > off ana mon
            r9: time off ana-off-mon APPROVED
                info TIME_OFF_APPROVED_OVERLAP ana [ana-mon, ana-off-mon] mon 09:00-17:00 480 min
            > off ben mon
            r10: time off ben-off-mon WAITLISTED
                ack TIME_OFF_LIMIT_EXHAUSTED ben (all) [ben-off-mon] mon 00:00-00:00
                info TIME_OFF_APPROVED_OVERLAP ben [ben-mon, ben-off-mon] mon 09:00-17:00 480 min
            > off cleo mon
            r11: time off cleo-off-mon WAITLISTED
                ack TIME_OFF_LIMIT_EXHAUSTED cleo (all) [cleo-off-mon] mon 00:00-00:00
                info TIME_OFF_APPROVED_OVERLAP cleo [cleo-mon, cleo-off-mon] mon 09:00-17:00 480 min
            > limit all mon 3
            r12: done
            > show
            site Europe/Paris week 2026-03-16 start Monday
            rule STAFFING_BELOW_MINIMUM ack
            rule auto-approve-time-off
            staff mon 09:00-17:00 1
            ana is here
            ben is here
            cleo is here
            ana-mon: ana mon 09:00-17:00
            ben-mon: ben mon 09:00-17:00
            cleo-mon: cleo mon 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            limit all mon 00:00-00:00 3
            ana-off-mon: ana off mon 00:00-00:00 TimeOff paid APPROVED
            ben-off-mon: ben off mon 00:00-00:00 TimeOff paid APPROVED
            cleo-off-mon: cleo off mon 00:00-00:00 TimeOff paid PENDING
        "#]],
    );
}
