//! What agents had and have no longer, so that whoever was told of it can be told.

use muster_core::id::AgentId;
use muster_core::instant::Interval;
use muster_core::roster::Image;
use muster_core::testing::World;
use muster_core::{Roster, limits};

fn week(world: &World) -> Interval {
    let unit = world.head().unit().expect("a fixture begins with its site");
    unit.week(world.clock.week).expect("a week")
}

/// `shift @revision`, of what an agent has lost of the week.
fn lost(world: &World, agent: &str) -> Vec<String> {
    let agent: AgentId = agent.parse().expect("an id");
    let lost = world.head().lost_by(&agent, week(world));
    lost.map(|(id, gone)| {
        assert_eq!(gone.body.owner, agent);
        format!("{id} @{}", gone.origin.revision)
    })
    .collect()
}

fn back(roster: &Roster) -> Roster {
    Image::of(roster).roster().expect("the image points at what it has")
}

#[test]
fn who_gives_a_shift_away_has_lost_it_until_it_comes_back() {
    let mut world = World::of(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        > approve w1
        ",
    );
    assert_eq!(lost(&world, "ana"), ["ana-mon @6"]);
    assert_eq!(lost(&world, "ben"), ["ben-tue @6"]);
    assert_eq!(back(world.head()), *world.head());
    // A later change of the shift is no news to who gave it away.
    world.send("edit ben mon 10:00-18:00 id=ana-mon");
    assert_eq!(lost(&world, "ana"), ["ana-mon @6"]);
    world.send("give-back w1");
    assert_eq!(lost(&world, "ana"), ["ben-tue @8"]);
    assert_eq!(lost(&world, "ben"), ["ana-mon @8"]);
    world.send("edit delete ana-mon");
    assert_eq!(lost(&world, "ana"), ["ana-mon @9", "ben-tue @8"]);
    assert_eq!(back(world.head()), *world.head());
}

#[test]
fn what_was_lost_is_kept_as_long_as_a_calendar_shows_it() {
    let mut world = World::of("site Europe/Paris\nana mon 09:00-17:00\nana tue 09:00-17:00");
    world.send("edit delete ana-mon");
    let ana = "ana".parse().unwrap();
    let kept = |world: &World| back(world.head()).lost_by(&ana, week(world)).count();
    // A calendar that begins with a day may begin nearly a day earlier.
    world.now = week(&world).start().plus_days(limits::CALENDAR_BACK_DAYS + 1);
    world.send("edit ana tue 10:00-17:00");
    assert_eq!(kept(&world), 1);
    world.now = world.now.plus_days(1);
    world.send("edit ana tue 11:00-17:00");
    assert_eq!(kept(&world), 0);
}

#[test]
fn who_last_changed_what_is_an_agents_own_is_known_by_its_time() {
    let world = World::of(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana tue 09:00-17:00
        ana wed 22:00-06:00
        ana own tue 16:00-17:30 meeting
        ana own thu 05:00-05:30 meeting
        > edit ana not tue 16:00-17:30 meeting
        ",
    );
    let ana = "ana".parse().unwrap();
    let changed = |roster: &Roster| -> Vec<u64> {
        let shifts = roster.shifts_of(&ana, week(&world));
        let origins = shifts.map(|shift| roster.commitments_changed(&ana, shift.interval()));
        origins.map(|origin| origin.map_or(0, |origin| origin.revision.0)).collect()
    };
    // Taking the meeting out of Tuesday is a change of that day too.
    assert_eq!(changed(world.head()), [0, 7, 6]);
    assert_eq!(changed(&back(world.head())), [0, 7, 6]);
}
