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
