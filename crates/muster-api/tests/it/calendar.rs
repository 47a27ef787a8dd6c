//! Agents' calendars, read by a parser that is not ours.

#![expect(clippy::unwrap_used, reason = "what reads calendars is part of the tests")]

mod read;
mod zones;

use expect_test::expect;
use muster_api::calendar::feed;
use muster_core::id::{AgentId, OrganizationId};
use muster_core::limits;
use muster_core::testing::World;

use self::read::{Seen, events};

fn acme() -> OrganizationId {
    OrganizationId::parse("acme").unwrap()
}

fn agent(id: &str) -> AgentId {
    AgentId::parse(id).unwrap()
}

fn shown(world: &World, id: &str) -> Option<String> {
    feed(world.head(), &acme(), &agent(id), world.now)
}

/// An event by the beginning of its id, up to the `@`.
fn seen(world: &World, agent: &str, id: &str) -> Option<Seen> {
    events(&shown(world, agent).unwrap()).remove(id)
}

/// `STATUS sequence`.
fn status(world: &World, agent: &str, id: &str) -> String {
    let seen = seen(world, agent, id);
    seen.map_or("absent".to_owned(), |seen| format!("{} {}", seen.status, seen.sequence))
}

#[test]
fn a_calendar_has_shifts_and_approved_time_off() {
    let world = World::of(
        "
        site Europe/Paris
        ana mon 09:00-17:00 phone 12:00-12:30 lunch +type:early +vip note=call;back,_soon site=Lyon
        ana own mon 16:30-17:00 meeting
        ana off tue..wed approved
        ana off thu 10:00-11:00 approved
        ana off fri pending
        ben tue 09:00-17:00
        ",
    );
    let text = shown(&world, "ana").unwrap();
    assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')));
    // Zones have tests of their own.
    let (before, rest) = text.split_once("BEGIN:VTIMEZONE").unwrap();
    let (_, after) = rest.rsplit_once("END:VTIMEZONE\r\n").unwrap();
    expect![[r#"
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//Muster//Agent calendar//EN
        CALSCALE:GREGORIAN
        NAME:site: shifts
        X-WR-CALNAME:site: shifts
        REFRESH-INTERVAL;VALUE=DURATION:PT1H
        X-PUBLISHED-TTL:PT1H
        BEGIN:VEVENT
        UID:shift-ana-mon@648ff8c08debda4a.muster
        DTSTAMP:20260312T230000Z
        LAST-MODIFIED:20260312T230000Z
        SEQUENCE:3
        STATUS:CONFIRMED
        DTSTART;TZID=Europe/Paris:20260316T090000
        DTEND;TZID=Europe/Paris:20260316T170000
        SUMMARY:Shift: early
        LOCATION:Lyon
        DESCRIPTION:12:00–12:30 Meal\n16:30–17:00 Meeting\ncall\;back\, soon
        CATEGORIES:Shift
        END:VEVENT
        BEGIN:VEVENT
        UID:timeoff-ana-off-tue-0@648ff8c08debda4a.muster
        DTSTAMP:20260312T230000Z
        LAST-MODIFIED:20260312T230000Z
        SEQUENCE:4
        STATUS:CONFIRMED
        DTSTART;VALUE=DATE:20260317
        DTEND;VALUE=DATE:20260319
        SUMMARY:Time off
        CATEGORIES:Time off
        END:VEVENT
        BEGIN:VEVENT
        UID:timeoff-ana-off-thu-0@648ff8c08debda4a.muster
        DTSTAMP:20260312T230000Z
        LAST-MODIFIED:20260312T230000Z
        SEQUENCE:5
        STATUS:CONFIRMED
        DTSTART;TZID=Europe/Paris:20260319T100000
        DTEND;TZID=Europe/Paris:20260319T110000
        SUMMARY:Time off
        CATEGORIES:Time off
        END:VEVENT
        END:VCALENDAR
    "#]]
    .assert_eq(&format!("{before}{after}").replace("\r\n", "\n"));
    assert_eq!(shown(&world, "nobody"), None);
}

#[test]
fn a_sequence_moves_with_changes_of_its_event_and_only_then() {
    let mut world = World::of(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana tue 09:00-17:00
        ana wed 09:00-17:00
        ben sat 09:00-17:00
        ana off fri approved
        ",
    );
    let all = |world: &World| events(&shown(world, "ana").unwrap());
    let moved = |world: &mut World, line: &str| -> Vec<String> {
        let before = all(world);
        world.now = world.now.plus_min(1);
        let answer = world.send(line);
        assert!(!answer.starts_with("refused"), "{answer}");
        let (after, head) = (all(world), world.head());
        assert!(before.keys().all(|id| after.contains_key(id)), "{line}: an event is gone");
        let changed = after.iter().filter(|(id, seen)| before.get(*id) != Some(*seen));
        let changed = changed.map(|(id, seen)| {
            assert_eq!(seen.sequence, i64::try_from(head.revision().0).unwrap(), "{line}: {id}");
            assert_eq!(seen.modified, head.at(), "{line}: {id}");
            let before = before.get(id).map_or(0, |before| before.sequence);
            assert!(before < seen.sequence, "{line}: {id}");
            id.clone()
        });
        changed.collect()
    };
    assert_eq!(moved(&mut world, "edit ana mon 10:00-18:00"), ["shift-ana-mon"]);
    assert_eq!(moved(&mut world, "edit ana tue 09:00-17:00 note=new"), ["shift-ana-tue"]);
    assert_eq!(moved(&mut world, "edit ana own wed 10:00-11:00 meeting"), ["shift-ana-wed"]);
    assert_eq!(moved(&mut world, "edit ana not wed 10:00-11:00 meeting"), ["shift-ana-wed"]);
    assert_eq!(moved(&mut world, "edit ben sat 10:00-17:00"), [""; 0]);
    assert_eq!(moved(&mut world, "rule REST_TIME_SHORT ack minRestMinutes=60"), [""; 0]);
    assert_eq!(moved(&mut world, "edit ana thu 09:00-17:00"), ["shift-ana-thu"]);
    assert_eq!(moved(&mut world, "swap w1 ana-mon for ben-sat"), [""; 0]);
    assert_eq!(moved(&mut world, "accept w1 ben"), [""; 0]);
    assert_eq!(moved(&mut world, "approve w1"), ["shift-ana-mon", "shift-ben-sat"]);
    assert_eq!(moved(&mut world, "edit delete ana-thu"), ["shift-ana-thu"]);
}

#[test]
fn what_was_shown_and_is_no_more_stays_as_cancelled() {
    let mut world = World::of(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana wed 09:00-17:00
        ben tue 09:00-17:00
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > approve w1
        ",
    );
    assert_eq!(status(&world, "ana", "shift-ana-mon"), "CANCELLED 7");
    assert_eq!(status(&world, "ben", "shift-ana-mon"), "CONFIRMED 7");
    let id = |agent| seen(&world, agent, "shift-ana-mon").unwrap().uid;
    assert_ne!(id("ana"), id("ben"), "who reads both loses neither");
    // What becomes of it with Ben is nothing to Ana.
    world.send("edit ben mon 10:00-18:00 id=ana-mon");
    assert_eq!(status(&world, "ana", "shift-ana-mon"), "CANCELLED 7");
    world.send("give-back w1");
    assert_eq!(status(&world, "ana", "shift-ana-mon"), "CONFIRMED 9");
    assert_eq!(status(&world, "ben", "shift-ana-mon"), "CANCELLED 9");
    world.send("edit delete ana-wed");
    let gone = seen(&world, "ana", "shift-ana-wed").unwrap();
    assert_eq!((gone.status.as_str(), gone.sequence), ("CANCELLED", 10));
    // Nobody keeps it for longer than the calendar goes back.
    world.now = gone.end.plus_days(limits::CALENDAR_BACK_DAYS);
    assert_eq!(status(&world, "ana", "shift-ana-wed"), "CANCELLED 10");
    world.now = world.now.plus_days(1);
    assert_eq!(status(&world, "ana", "shift-ana-wed"), "absent");
}

#[test]
fn time_off_is_shown_once_it_was_granted() {
    let mut world = World::of(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > off ana tue..wed id=t1
        > off ana fri id=t2
        ",
    );
    assert_eq!(status(&world, "ana", "timeoff-t1-0"), "absent");
    world.send("approve-off t1");
    world.send("deny-off t2");
    assert_eq!(status(&world, "ana", "timeoff-t1-0"), "CONFIRMED 5");
    assert_eq!(status(&world, "ana", "timeoff-t2-0"), "absent", "it was never shown");
    world.send("cancel-off t1");
    assert_eq!(status(&world, "ana", "timeoff-t1-0"), "CANCELLED 7");
}

#[test]
fn a_calendar_is_of_a_while_and_of_who_is_there() {
    let mut world = World::of(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana is
        ",
    );
    let now = world.now;
    for (days, is_shown) in [(-177, true), (-178, false), (32, true), (33, false)] {
        world.now = now.plus_days(days);
        let status = status(&world, "ana", "shift-ana-mon");
        assert_eq!(status != "absent", is_shown, "{days} days later: {status}");
    }
    world.now = now;
    world.send("leave ana");
    assert_eq!(shown(&world, "ana"), None);
}
