//! Time off: asked, changed, decided, withdrawn; what it masks is told.

use expect_test::expect;

use crate::check_decide;

#[test]
fn a_request_is_asked_once() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > off ana mon..tue
        > off ana mon..tue
        > off ana mon id=ana-off-mon
        ",
        expect![[r#"
            > off ana mon..tue
            r3: time off ana-off-mon PENDING
                info TIME_OFF_APPROVED_OVERLAP ana [ana-mon, ana-off-mon] mon 09:00-17:00 480 min
            > off ana mon..tue
            no entry: time off ana-off-mon PENDING
            > off ana mon id=ana-off-mon
            refused:
                time-off request "ana-off-mon" exists already with other content
        "#]],
    );
}

#[test]
fn a_request_is_approved_and_says_what_it_masks() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > off ana mon..tue
        > approve-off ana-off-mon
        > approve-off ana-off-mon
        > deny-off ana-off-mon
        > cancel-off ana-off-mon
        > approve-off ana-off-mon
        > show
        ",
        expect![[r#"
            > off ana mon..tue
            r3: time off ana-off-mon PENDING
                info TIME_OFF_APPROVED_OVERLAP ana [ana-mon, ana-off-mon] mon 09:00-17:00 480 min
            > approve-off ana-off-mon
            r4: time off ana-off-mon APPROVED
                info TIME_OFF_APPROVED_OVERLAP ana [ana-mon, ana-off-mon] mon 09:00-17:00 480 min
            > approve-off ana-off-mon
            no entry: time off ana-off-mon APPROVED
            > deny-off ana-off-mon
            refused:
                block TIME_OFF_ALREADY_DECIDED ana [ana-off-mon] mon 00:00-00:00 [2880]
            > cancel-off ana-off-mon
            r5: time off ana-off-mon CANCELED
            > approve-off ana-off-mon
            refused:
                block TIME_OFF_ALREADY_DECIDED ana [ana-off-mon] mon 00:00-00:00 [2880]
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ana-mon: ana mon 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            ana-off-mon: ana off mon 00:00-00:00 [2880] TimeOff paid CANCELED
        "#]],
    );
}

#[test]
fn a_denied_request_stays_denied() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > off ana mon
        > deny-off ana-off-mon
        > deny-off ana-off-mon
        > approve-off ana-off-mon
        > cancel-off ana-off-mon
        ",
        expect![[r#"
            > off ana mon
            r3: time off ana-off-mon PENDING
                info TIME_OFF_APPROVED_OVERLAP ana [ana-mon, ana-off-mon] mon 09:00-17:00 480 min
            > deny-off ana-off-mon
            r4: time off ana-off-mon DENIED
            > deny-off ana-off-mon
            no entry: time off ana-off-mon DENIED
            > approve-off ana-off-mon
            refused:
                block TIME_OFF_ALREADY_DECIDED ana [ana-off-mon] mon 00:00-00:00
            > cancel-off ana-off-mon
            refused:
                block TIME_OFF_ALREADY_DECIDED ana [ana-off-mon] mon 00:00-00:00
        "#]],
    );
}

#[test]
fn a_withdrawn_request_makes_room() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > off ana mon..tue id=a
        > off ana tue..wed id=b
        > cancel-off a
        > cancel-off a
        > off ana tue..wed id=b
        ",
        expect![[r#"
            > off ana mon..tue id=a
            r3: time off a PENDING
                info TIME_OFF_APPROVED_OVERLAP ana [ana-mon, a] mon 09:00-17:00 480 min
            > off ana tue..wed id=b
            refused:
                block TIME_OFF_OVERLAPS_TIME_OFF ana [a, b] mon 00:00-00:00 [2880] 1440 min
            > cancel-off a
            r4: time off a CANCELED
            > cancel-off a
            no entry: time off a CANCELED
            > off ana tue..wed id=b
            r5: time off b PENDING
        "#]],
    );
}

#[test]
fn days_that_touch_share_no_time() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > off ana mon
        > off ana tue
        > off ana mon 22:00-01:00 id=late
        ",
        expect![[r#"
            > off ana mon
            r3: time off ana-off-mon PENDING
                info TIME_OFF_APPROVED_OVERLAP ana [ana-mon, ana-off-mon] mon 09:00-17:00 480 min
            > off ana tue
            r4: time off ana-off-tue PENDING
            > off ana mon 22:00-01:00 id=late
            refused:
                block TIME_OFF_OVERLAPS_TIME_OFF ana [ana-off-mon, late] mon 00:00-00:00 120 min
                block TIME_OFF_OVERLAPS_TIME_OFF ana [ana-off-tue, late] tue 00:00-00:00 60 min
        "#]],
    );
}

#[test]
fn only_an_undecided_request_is_changed() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > off ana mon
        > off ana wed id=w
        > change-off ana-off-mon tue..wed
        > change-off ana-off-mon tue
        > change-off ana-off-mon tue
        > approve-off ana-off-mon
        > change-off ana-off-mon mon
        > change-off ana-off-mon tue
        > show
        ",
        expect![[r#"
            > off ana mon
            r3: time off ana-off-mon PENDING
                info TIME_OFF_APPROVED_OVERLAP ana [ana-mon, ana-off-mon] mon 09:00-17:00 480 min
            > off ana wed id=w
            r4: time off w PENDING
            > change-off ana-off-mon tue..wed
            refused:
                block TIME_OFF_OVERLAPS_TIME_OFF ana [ana-off-mon, w] wed 00:00-00:00 1440 min
            > change-off ana-off-mon tue
            r5: time off ana-off-mon PENDING
            > change-off ana-off-mon tue
            no entry: time off ana-off-mon PENDING
            > approve-off ana-off-mon
            r6: time off ana-off-mon APPROVED
            > change-off ana-off-mon mon
            refused:
                block TIME_OFF_ALREADY_DECIDED ana [ana-off-mon] tue 00:00-00:00
            > change-off ana-off-mon tue
            no entry: time off ana-off-mon APPROVED
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ana-mon: ana mon 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            ana-off-mon: ana off tue 00:00-00:00 TimeOff paid APPROVED
            w: ana off wed 00:00-00:00 TimeOff paid PENDING
        "#]],
    );
}

#[test]
fn a_request_names_an_agent_a_time_and_a_code_that_are_there() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        zoe left
        ben mon 09:00-17:00
        ben left
        > off zoe mon
        > off ben mon
        > off ana tue..mon
        > off ana 2046-06-01
        > off ana 2026-04-01..2027-06-01
        > approve-off nothing
        ",
        expect![[r#"
            > off zoe mon
            refused:
                /agentId: zoe is not an agent of this unit
            > off ben mon
            refused:
                /agentId: ben is not an agent of this unit
            > off ana tue..mon
            refused:
                /fullDays: [] names no time
            > off ana 2046-06-01
            refused:
                /start: 2046-05-31T22:00:00Z is more than 7320 days from now
            > off ana 2026-04-01..2027-06-01
            refused:
                /fullDays: 427 days are more than 400
            > approve-off nothing
            refused:
                there is no time-off request "nothing"
        "#]],
    );
}

#[test]
fn days_off_are_days_of_the_agents_zone() {
    check_decide(
        "
        site Europe/Paris week 2026-03-23
        ana is zone=America/Chicago
        ben is zone=Europe/Paris
        > off ana sun
        > off ben sun
        > show
        ",
        expect![[r#"
            > off ana sun
            r4: time off ana-off-sun PENDING
            > off ben sun
            r5: time off ben-off-sun PENDING
            > show
            site Europe/Paris week 2026-03-23 start Monday
            ana is here zone=America/Chicago
            ben is here
            ana-off-sun: ana off sun 07:00-07:00 TimeOff paid PENDING
            ben-off-sun: ben off sun 00:00-00:00 TimeOff paid PENDING
        "#]],
    );
}
