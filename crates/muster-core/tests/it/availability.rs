//! What agents say of when they can, or would like to, work.

use expect_test::expect;
use muster_core::decide::Rejection;
use muster_core::explain::explain;
use muster_core::roster::Image;
use muster_core::testing::{World, by};

#[test]
fn work_that_was_there_first_is_told_and_new_work_is_held() {
    let told = World::play(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana tue 09:00-17:00
        > says ana cannot weekly mon,wed 12:00-14:00
        > says ana cannot weekly mon,wed 12:00-14:00
        > edit ana tue 10:00-18:00
        > edit ana mon 09:00-16:00
        > edit ana wed 13:00-20:00
        > edit(ack) ana wed 13:00-20:00
        > edit(ack-old) ana wed 12:30-20:00
        > unsay ana ana-weekly-mon
        > edit ana wed 12:30-20:00
        > unsay ana ana-weekly-mon
        ",
    );
    expect![[r#"
        > says ana cannot weekly mon,wed 12:00-14:00
        r4: said
            info UNAVAILABLE ana [ana-mon, ana-weekly-mon] mon 09:00-17:00 120 min
        > says ana cannot weekly mon,wed 12:00-14:00
        no entry: said
            info UNAVAILABLE ana [ana-mon, ana-weekly-mon] mon 09:00-17:00 120 min
        > edit ana tue 10:00-18:00
        r5: edited ana
        > edit ana mon 09:00-16:00
        r6: edited ana
          ack UNAVAILABLE ana [ana-mon, ana-weekly-mon] mon 09:00-16:00 120 min standing
        > edit ana wed 13:00-20:00
        refused:
            ack UNAVAILABLE ana [ana-wed, ana-weekly-mon] wed 13:00-20:00 60 min
        > edit(ack) ana wed 13:00-20:00
        r7: edited ana
          ack UNAVAILABLE ana [ana-wed, ana-weekly-mon] wed 13:00-20:00 60 min
        > edit(ack-old) ana wed 12:30-20:00
        refused:
            ack UNAVAILABLE ana [ana-wed, ana-weekly-mon] wed 12:30-20:00 90 min
        > unsay ana ana-weekly-mon
        r8: said
        > edit ana wed 12:30-20:00
        r9: edited ana
        > unsay ana ana-weekly-mon
        refused:
            there is no availability "ana-weekly-mon"
    "#]]
    .assert_eq(&told);
}

#[test]
fn preferences_are_told_and_hold_nothing() {
    let told = World::play(
        "
        site Europe/Paris
        ana avoids weekly sat,sun
        ana likes weekly mon,tue,wed,thu,fri 07:00-15:00
        > rule PREFERENCE_VIOLATED warn
        > draft d1 ana mon 07:00-15:00; ana tue 09:00-17:00; ana sat 09:00-17:00
        > publish d1
        > rule PREFERENCE_VIOLATED off
        > edit ana sun 09:00-17:00
        ",
    );
    expect![[r#"
        > rule PREFERENCE_VIOLATED warn
        r4: done
        > draft d1 ana mon 07:00-15:00; ana tue 09:00-17:00; ana sat 09:00-17:00
        r5: draft d1
        > publish d1
        r6: published ana
          warn PREFERENCE_VIOLATED ana [ana-tue, ana-weekly-mon] tue 09:00-17:00 120 min
          warn PREFERENCE_VIOLATED ana [ana-sat, ana-weekly-sat] sat 09:00-17:00 480 min
        > rule PREFERENCE_VIOLATED off
        r7: done
        > edit ana sun 09:00-17:00
        r8: edited ana
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_swap_onto_time_that_its_agent_cannot_work_is_answered_for() {
    let told = World::play(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        ben cannot mon
        > swap s1 ana-mon for ben-tue
        > accept s1 ben
        > approve s1
        > approve(ack) s1
        ",
    );
    expect![[r#"
        > swap s1 ana-mon for ben-tue
        r5: swap s1 PENDING_PARTNER
            ack UNAVAILABLE ben [ana-mon, ben-cannot-mon] mon 09:00-17:00 480 min
        > accept s1 ben
        r6: swap s1 PENDING_APPROVAL
            ack UNAVAILABLE ben [ana-mon, ben-cannot-mon] mon 09:00-17:00 480 min
        > approve s1
        refused:
            ack UNAVAILABLE ben [ana-mon, ben-cannot-mon] mon 09:00-17:00 480 min
        > approve(ack) s1
        r7: swap s1 APPROVED
            ack UNAVAILABLE ben [ana-mon, ben-cannot-mon] mon 09:00-17:00 480 min
    "#]]
    .assert_eq(&told);
}

#[test]
fn what_cannot_be_is_refused() {
    let told = World::play(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > says ben cannot mon
        > says ana cannot 2066-01-01
        > says ana cannot weekly mon from=2026-03-20 to=2026-03-19
        > leave ana
        > says ana cannot mon
        ",
    );
    expect![[r#"
        > says ben cannot mon
        refused:
            there is no agent "ben"
        > says ana cannot 2066-01-01
        refused:
            /start: 2065-12-31T23:00:00Z is more than 7320 days from now
        > says ana cannot weekly mon from=2026-03-20 to=2026-03-19
        refused:
            /weekly/validUntil: 2026-03-19 is before validFrom, 2026-03-20
        > leave ana
        r3: done
        > says ana cannot mon
        refused:
            there is no agent "ana"
    "#]]
    .assert_eq(&told);
}

#[test]
fn the_cause_is_what_was_said_and_taking_it_back_helps() {
    let world = World::of(
        "
        site Europe/Paris
        ana tue 09:00-17:00
        ana cannot mon id=exam
        ",
    );
    let command = by(None, world.action("edit ana mon 09:00-17:00"));
    let refused = world.decide(&command.action);
    let Err(Rejection::Conflict { findings }) = refused else { panic!("{refused:?}") };
    let explained = explain(world.head(), &command, &findings, world.now);
    let [explained] = &explained[..] else { panic!("{explained:?}") };
    let causes: Vec<_> = explained.causes.iter().map(|cause| &cause.summary).collect();
    assert_eq!(causes, ["agent ana said when they can work"]);
    let remedies: Vec<_> = explained.remedies.iter().map(|remedy| remedy.id).collect();
    assert_eq!(remedies, ["acknowledge", "withdraw_availability"]);
    for remedy in &explained.remedies {
        let mut world = world.clone();
        let done = world.run(&remedy.action);
        assert!(done.is_ok(), "{}: {done:?}", remedy.id);
        let again = world.run(&command.action);
        assert!(again.is_ok(), "{}: {again:?}", remedy.id);
    }
}

#[test]
fn who_takes_back_all_that_was_said_is_stored_as_if_nothing_had_been() {
    let mut world =
        World::of("site Europe/Paris\nana is skill=s0\nana mon 09:00-17:00\nben is skill=s0");
    world.send("says ben cannot weekly mon,wed 12:00-14:00");
    world.send("unsay ben ben-weekly-mon");
    assert_eq!(Image::of(world.head()).roster().as_ref(), Some(world.head()));
}
