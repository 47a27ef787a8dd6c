//! Hard cases from the field: people and shifts that cross zones, units and clocks.

use expect_test::expect;
use muster_core::clock_change;
use muster_core::decide::Outcome;
use muster_core::testing::World;

use crate::check_decide;

/// Paris 09:00 to 17:00 is Singapore 16:00 to midnight on 23 March, and 15:00 to 23:00 a week
/// later.
#[test]
fn s07_a_trade_between_two_zones_counts_days_where_the_agent_lives() {
    check_decide(
        "
        site Europe/Paris week 2026-03-23
        rule MAX_HOURS_DAY block maxMinutes=480
        rule MAX_CONSECUTIVE_HOURS off
        mei is zone=Asia/Singapore
        ana mon 09:00-17:00 id=before
        ana 2026-03-30 09:00-17:00 id=after
        # Tuesday from midnight on in Singapore; a week later, from Monday 23:00 on
        mei mon 17:00-01:00 id=night
        mei 2026-03-30 17:00-01:00 id=later
        mei fri 09:00-17:00 id=fri
        # in Paris both Mondays would have 15 hours; in Singapore the first has eight
        > swap w1 before for fri
        > accept w1 mei
        > swap w2 after for fri
        > accept w2 mei
        > approve w1
        ",
        expect![[r#"
            > swap w1 before for fri
            r10: swap w1 PENDING_PARTNER
            > accept w1 mei
            r11: swap w1 PENDING_APPROVAL
            > swap w2 after for fri
            r12: swap w2 PENDING_PARTNER
                block MAX_HOURS_DAY mei [after, later] sun 18:00-18:00 540/480 min
            > accept w2 mei
            refused:
                block MAX_HOURS_DAY mei [after, later] sun 18:00-18:00 540/480 min
            > approve w1
            r13: swap w1 APPROVED
        "#]],
    );
}

/// The schedule's weeks are the unit's; the hours of a week are counted in the agent's.
#[test]
fn s07_hours_of_a_week_are_those_of_the_week_where_the_agent_lives() {
    check_decide(
        "
        site Europe/Paris week 2026-03-23
        rule MAX_HOURS_WEEK block maxMinutes=600
        mei is zone=Asia/Singapore
        # Sunday 23:00 in Paris is Monday 05:00 in Singapore
        ana sun 23:00-07:00 id=night
        mei wed 09:00-17:00 id=wed
        mei 2026-04-01 09:00-13:00 id=next
        > swap w1 night for wed
        > swap w2 night for next
        > show
        ",
        expect![[r#"
            > swap w1 night for wed
            r7: swap w1 PENDING_PARTNER
                block MAX_HOURS_WEEK mei [next, night] sun 18:00-18:00 [10080] 720/600 min
            > swap w2 night for next
            r8: swap w2 PENDING_PARTNER
            > show
            site Europe/Paris week 2026-03-23 start Monday
            rule MAX_HOURS_WEEK block maxMinutes=600
            ana is here
            mei is here zone=Asia/Singapore
            next: mei 2026-04-01 09:00-13:00
            night: ana sun 23:00-07:00
            wed: mei wed 09:00-17:00
            week 2026-03-23 week-2026-03-23-fbae041b02c41ed0fd8a
            week 2026-03-30 week-2026-03-30-fbae041b02c41ed0fd8a
            swap w1 ana's night for mei's wed PENDING_PARTNER
            swap w2 ana's night for mei's next PENDING_PARTNER
        "#]],
    );
}

#[test]
fn s12_part_of_a_day_off_inside_a_traded_shift_stays_with_the_giver() {
    check_decide(
        "
        site Europe/Paris
        code coaching Meeting agent paid
        ana mon 09:00-17:00
        ana own mon 10:00-11:00 coaching
        ana own mon 16:00-16:30 coaching
        ana off mon 13:00-15:00 approved
        ben tue 09:00-17:00
        cem mon 12:00-18:00
        # each activity is named; ana's time off lies in no shift of hers, and is hers
        > swap w1 ana-mon for ben-tue
        # cem's shift holds the second of them, and the time off: it is named, as ana is off then
        > swap w2 ana-mon for cem-mon
        # without them the trade is fine, and ben works while ana is off
        > edit ana not mon 10:00-11:00 coaching; ana not mon 16:00-16:30 coaching
        > accept w1 ben
        > approve w1
        > show
        # her two hours off cost her nothing any more, and may be given back
        > cancel-off ana-off-mon
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r9: swap w1 PENDING_PARTNER
                block ACTIVITY_OUTSIDE_SHIFT ana [mon 10:00-11:00 coaching] mon 10:00-11:00 60 min
                block ACTIVITY_OUTSIDE_SHIFT ana [mon 16:00-16:30 coaching] mon 16:00-16:30 30 min
            > swap w2 ana-mon for cem-mon
            r10: swap w2 PENDING_PARTNER
                block ACTIVITY_OUTSIDE_SHIFT ana [mon 10:00-11:00 coaching] mon 10:00-11:00 60 min
                block TIME_OFF_APPROVED_OVERLAP ana [cem-mon, ana-off-mon] mon 13:00-15:00 120 min
            > edit ana not mon 10:00-11:00 coaching; ana not mon 16:00-16:30 coaching
            r11: edited ana
            > accept w1 ben
            r12: swap w1 PENDING_APPROVAL
            > approve w1
            r13: swap w1 APPROVED
            > show
            site Europe/Paris week 2026-03-16 start Monday
            code coaching Meeting Agent true true
            ana is here
            ben is here
            cem is here
            ana-mon: ben mon 09:00-17:00
            ben-tue: ana tue 09:00-17:00
            cem-mon: cem mon 12:00-18:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            ana-off-mon: ana off mon 13:00-15:00 TimeOff paid APPROVED
            swap w1 ana's ana-mon for ben's ben-tue APPROVED (mon 09:00-17:00) (tue 09:00-17:00)
            swap w2 ana's ana-mon for cem's cem-mon INVALIDATED
            > cancel-off ana-off-mon
            r14: time off ana-off-mon CANCELED
        "#]],
    );
}

/// A shift keeps the wall time and the zone it was entered with beside its instants.
#[test]
fn s23_a_shift_keeps_its_zone_beside_its_instants_and_an_entry_names_the_release() {
    let mut world = World::of(
        "
        site Europe/Paris week 2026-03-23
        ana sat 22:00-06:00
        ",
    );
    let shift = world.head().shift(&"ana-sat".parse().unwrap()).unwrap();
    let span = &shift.body.span;
    assert_eq!(span.zone.name(), "Europe/Paris");
    assert_eq!(span.zone.wall(span.start).to_string(), "2026-03-28T22:00:00");
    let entry = world.entries().last().unwrap();
    assert_eq!(&*entry.zones, muster_core::Zone::release());
    // Whoever is moved to a zone with other clocks works the same instants; what has changed is
    // what the clock shows, and that is told of shifts that are touched next.
    let before = world.head().clone();
    world.send("agent ana zone=Africa/Tunis");
    let moved = world.head().shift(&"ana-sat".parse().unwrap()).unwrap().clone();
    assert_eq!(moved.body, before.shift(&"ana-sat".parse().unwrap()).unwrap().body);
    assert_eq!(clock_change::everywhere(&before).changes.len(), 1);
    assert_eq!(clock_change::everywhere(world.head()), clock_change::Clocks::default());
}

/// Some systems stop at a thousand receipts.
#[test]
fn s28_a_publish_that_touches_fifteen_hundred_agents_tells_them_all() {
    let mut fixture = String::from("site Europe/Paris\n");
    for n in 0..1_500 {
        fixture += &format!("p{n} mon 09:00-17:00 id=s{n}\n");
    }
    let mut world = World::of(&fixture);
    let moved: Vec<String> = (0..1_500).map(|n| format!("p{n} mon 10:00-18:00 id=s{n}")).collect();
    world.send(&format!("draft d1 {}", moved.join("; ")));
    let before = world.head().clone();
    let decision = world.run(&world.action("publish d1")).unwrap();
    let Outcome::Published(published) = decision.outcome else { panic!("it is a publish") };
    assert_eq!((published.changed.len(), published.held.len()), (1_500, 0));
    let entry = world.entries().last().unwrap();
    let feed = muster_core::feed::events(&before, entry, world.head());
    let mut agents: Vec<_> = feed.iter().filter_map(|event| event.agent()).collect();
    agents.sort();
    agents.dedup();
    assert_eq!(agents.len(), 1_500);
}

/// Meanwhile there are published shifts and open trades.
#[test]
fn s30_who_leaves_keeps_what_was_published_and_their_trades_end() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana fri 09:00-17:00
        ben tue 09:00-17:00
        cem wed 09:00-17:00
        # one is agreed, one is on the board, one is offered to ana, and one is of others
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > swap w2 ana-fri
        > swap w3 cem-wed to ana
        > swap w4 ben-tue for cem-wed
        > now mon 18:00
        > leave ana
        > approve w1
        > show
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r6: swap w1 PENDING_PARTNER
            > accept w1 ben
            r7: swap w1 PENDING_APPROVAL
            > swap w2 ana-fri
            r8: swap w2 PENDING_PARTNER
            > swap w3 cem-wed to ana
            r9: swap w3 PENDING_PARTNER
            > swap w4 ben-tue for cem-wed
            r10: swap w4 PENDING_PARTNER
            > now mon 18:00
            2026-03-16T17:00:00Z
            > leave ana
            r11: done
            > approve w1
            refused:
                block SWAP_TERMS_CHANGED ana [ana-mon, ben-tue, swap w1]
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here left
            ben is here
            cem is here
            ana-fri: ana fri 09:00-17:00
            ana-mon: ana mon 09:00-17:00
            ben-tue: ben tue 09:00-17:00
            cem-wed: cem wed 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            swap w1 ana's ana-mon for ben's ben-tue INVALIDATED (mon 09:00-17:00) (tue 09:00-17:00)
            swap w2 ana's ana-fri for anybody INVALIDATED
            swap w3 cem's cem-wed for ana INVALIDATED
            swap w4 ben's ben-tue for cem's cem-wed PENDING_PARTNER
        "#]],
    );
}

#[test]
fn s30_a_move_to_another_group_or_zone_looks_at_agreed_trades_again() {
    check_decide(
        "
        site Europe/Paris
        rule MAX_HOURS_DAY block for=contract:part maxMinutes=240
        rule MAX_HOURS_DAY block maxMinutes=480
        ana mon 09:00-17:00
        ben tue 09:00-13:00
        cem wed 09:00-17:00
        dan thu 09:00-17:00
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > swap w2 cem-wed for dan-thu
        > accept w2 dan
        # on a contract of four hours a day, ben may not take ana's eight
        > agent ben contract=part
        > approve w2
        > show
        ",
        expect![[r#"
            > swap w1 ana-mon for ben-tue
            r8: swap w1 PENDING_PARTNER
            > accept w1 ben
            r9: swap w1 PENDING_APPROVAL
            > swap w2 cem-wed for dan-thu
            r10: swap w2 PENDING_PARTNER
            > accept w2 dan
            r11: swap w2 PENDING_APPROVAL
            > agent ben contract=part
            r12: done
            > approve w2
            r13: swap w2 APPROVED
            > show
            site Europe/Paris week 2026-03-16 start Monday
            rule MAX_HOURS_DAY block maxMinutes=480
            rule MAX_HOURS_DAY block for=contract:part maxMinutes=240
            ana is here
            ben is here contract=part
            cem is here
            dan is here
            ana-mon: ana mon 09:00-17:00
            ben-tue: ben tue 09:00-13:00
            cem-wed: dan wed 09:00-17:00
            dan-thu: cem thu 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
            swap w1 ana's ana-mon for ben's ben-tue INVALIDATED (mon 09:00-17:00) (tue 09:00-13:00)
            swap w2 cem's cem-wed for dan's dan-thu APPROVED (wed 09:00-17:00) (thu 09:00-17:00)
        "#]],
    );
}
