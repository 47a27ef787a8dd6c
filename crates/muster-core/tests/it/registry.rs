//! The unit's own data: itself, its groups, agents, codes and rules.

use expect_test::{Expect, expect};
use muster_core::Zone;
use muster_core::agent::Agent;
use muster_core::command::Action;
use muster_core::decide::{Outcome, Rejection};
use muster_core::id::{ManagementUnitId, UnitId};
use muster_core::testing::World;
use muster_core::unit::{BusinessUnit, DayOfWeek, ManagementUnit};

use crate::check_decide;

fn unit(zone: &str, first_day: DayOfWeek) -> BusinessUnit {
    let id = UnitId::parse("site").expect("an id");
    let zone = Zone::find(zone).expect("a zone");
    BusinessUnit { id, name: "site".into(), zone, first_day }
}

fn check_put(world: &World, action: Action, expected: Expect) {
    let told = match world.decide(&action) {
        Ok(decision) => {
            assert_eq!(decision.outcome, Outcome::Done);
            format!("{} events", decision.events.len())
        }
        Err(rejection) => rejection.to_string().replace(": ", ":\n"),
    };
    expected.assert_eq(&told);
}

#[test]
fn nothing_is_asked_of_a_unit_before_it_is_made() {
    let mut world = World::of("");
    let group = ManagementUnit { id: "north".parse().unwrap(), name: "North".into() };
    let expected = expect![[r#"there is no business unit "this one""#]];
    check_put(&world, Action::PutManagementUnit(group), expected);
    let paris = unit("Europe/Paris", DayOfWeek::Monday);
    world.run(&Action::PutUnit(paris.clone())).unwrap();
    check_put(&world, Action::PutUnit(paris), expect!["0 events"]);
}

#[test]
fn a_unit_with_schedules_keeps_its_zone_and_its_first_day() {
    let world = World::of("site Europe/Paris");
    let singapore = unit("Asia/Singapore", DayOfWeek::Sunday);
    check_put(&world, Action::PutUnit(singapore), expect!["1 events"]);
    let world = World::of("site Europe/Paris\n > draft d1");
    let expected = expect![[r#"
        business unit "site" has schedules:
        its zone and first day of the week stay"#]];
    check_put(&world, Action::PutUnit(unit("Europe/Paris", DayOfWeek::Sunday)), expected);
    let world = World::of("site Europe/Paris\n ana mon 09:00-17:00");
    let expected = expect![[r#"
        business unit "site" has schedules:
        its zone and first day of the week stay"#]];
    check_put(&world, Action::PutUnit(unit("Asia/Singapore", DayOfWeek::Monday)), expected);
    let mut renamed = unit("Europe/Paris", DayOfWeek::Monday);
    renamed.name = "Lyon".into();
    check_put(&world, Action::PutUnit(renamed.clone()), expect!["1 events"]);
    renamed.id = UnitId::parse("other").unwrap();
    check_put(
        &world,
        Action::PutUnit(renamed),
        expect![[r#"
        /id:
        other is not the id of this unit"#]],
    );
}

#[test]
fn an_agent_belongs_to_a_group_of_the_unit_and_is_written_once() {
    let mut world = World::of("site Europe/Paris");
    let north = ManagementUnitId::parse("north").unwrap();
    let zone = Zone::find("Europe/Paris").unwrap();
    let agent = |id: &str| Agent {
        id: id.parse().unwrap(),
        management_unit: Some(north.clone()),
        zone: zone.clone(),
        skills: Vec::new(),
        contract: None,
        minor_until: None,
    };
    let both = Action::PutAgents(vec![agent("ana"), agent("ben")]);
    let expected = expect![[r#"
        /managementUnitId:
        north is not a management unit of this unit"#]];
    check_put(&world, both.clone(), expected);
    let group = Action::PutManagementUnit(ManagementUnit { id: north.clone(), name: "N".into() });
    world.run(&group).unwrap();
    check_put(&world, group, expect!["0 events"]);
    check_put(&world, both.clone(), expect!["2 events"]);
    world.run(&Action::PutAgents(vec![agent("ana")])).unwrap();
    check_put(&world, both, expect!["1 events"]);
}

#[test]
fn more_skills_than_one_agent_may_have_are_refused() {
    let world = World::of("site Europe/Paris");
    let words: Vec<String> = (0..257).map(|n| format!("skill=s{n}")).collect();
    let Err(refusal) = world.decide(&world.action(&format!("agent ana {}", words.join(" "))))
    else {
        panic!("257 skills")
    };
    assert!(matches!(refusal, Rejection::Invalid { .. }), "{refusal}");
}

#[test]
fn an_agent_leaves_once_and_may_come_back() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > leave ana
        > leave ana
        > leave zoe
        > agent ana
        > show
        ",
        expect![[r#"
            > leave ana
            r3: done
            > leave ana
            no entry: done
            > leave zoe
            refused:
                there is no agent "zoe"
            > agent ana
            r4: done
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here
            ana-mon: ana mon 09:00-17:00
            week 2026-03-16 week-2026-03-16-fbae041b02c41ed0fd8a
        "#]],
    );
}

#[test]
fn a_code_is_changed_and_the_defaults_are_there_from_the_start() {
    check_decide(
        "
        site Europe/Paris
        > code coaching Meeting agent paid
        > code coaching Meeting agent paid
        > code Break Break shift unpaid
        > show
        ",
        expect![[r#"
            > code coaching Meeting agent paid
            r2: done
            > code coaching Meeting agent paid
            no entry: done
            > code Break Break shift unpaid
            r3: done
            > show
            site Europe/Paris week 2026-03-16 start Monday
            code Break Break Shift false false
            code coaching Meeting Agent true true
        "#]],
    );
}

#[test]
fn rules_are_set_within_what_they_can_be() {
    check_decide(
        "
        site Europe/Paris
        > rule REST_TIME_SHORT ack minRestMinutes=600
        > rule REST_TIME_SHORT ack minRestMinutes=600
        > rule MAX_HOURS_WEEK warn maxMinutes=2400
        > rule REST_TIME_SHORT ack minRestMinutes=0
        > rule REST_TIME_SHORT ack maxMinutes=600
        > rule FIELD_CHANGED_BOTH ack
        > rule SWAP_EXPIRED off
        > show
        ",
        expect![[r#"
            > rule REST_TIME_SHORT ack minRestMinutes=600
            r2: done
            > rule REST_TIME_SHORT ack minRestMinutes=600
            no entry: done
            > rule MAX_HOURS_WEEK warn maxMinutes=2400
            r3: done
            > rule REST_TIME_SHORT ack minRestMinutes=0
            refused:
                /rules/params/minRestMinutes: 0 is not within 1..=2880
            > rule REST_TIME_SHORT ack maxMinutes=600
            refused:
                /rules/params/maxMinutes: 600 is not a parameter of this rule
            > rule FIELD_CHANGED_BOTH ack
            refused:
                /rules/severity: ack is not a severity FIELD_CHANGED_BOTH can have: block
            > rule SWAP_EXPIRED off
            refused:
                /rules/kind: SWAP_EXPIRED cannot be set
            > show
            site Europe/Paris week 2026-03-16 start Monday
            rule REST_TIME_SHORT ack minRestMinutes=600
            rule MAX_HOURS_WEEK warn maxMinutes=2400
        "#]],
    );
}
