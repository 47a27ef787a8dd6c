//! Acknowledging by rule, and what is kept of it.

use std::collections::BTreeSet;

use expect_test::expect;
use muster_core::acknowledge::{AckRule, AckWhere, Acknowledgement, Answered, narrow};
use muster_core::command::{Action, Terms};
use muster_core::conflict::{Finding, Kind, Severity};
use muster_core::decide::{Plan, plan};
use muster_core::entry::ReferenceKind;
use muster_core::event::Event;
use muster_core::instant::Interval;
use muster_core::roster::Image;
use muster_core::testing::{World, by};

use crate::check_decide;

/// What is kept: fingerprint's magnitude, agent, revision, reason, whether it is there now.
fn kept(world: &World) -> Vec<String> {
    let mut all: Vec<_> = world.head().acknowledged().collect();
    all.sort_by_key(|one| (one.origin.revision, one.finding.agent.clone()));
    let line = |one: &&muster_core::roster::Acknowledged| {
        let finding = &one.finding;
        let agent = finding.agent.as_ref().map(ToString::to_string).unwrap_or_default();
        let stands = one.stands(world.head());
        let (kind, revision) = (finding.kind.name(), one.origin.revision);
        let reason = one.reason.as_deref().unwrap_or("nothing said");
        let by = if one.rule.is_some() { "rule" } else { "fingerprint" };
        let size = finding.magnitude;
        format!("r{revision} {kind} {agent} {size} by {by}: {reason}; stands {stands:?}")
    };
    all.iter().map(line).collect()
}

const THREE: &str = "
    site Europe/Paris
    rule REST_TIME_SHORT ack
    ana is group=north
    ben is group=north
    cleo is group=south
    ana mon 14:00-22:00
    ben mon 14:00-22:00
    cleo mon 14:00-22:00
    > draft d1 ana tue 06:00-12:00; ben tue 07:00-12:00; cleo tue 08:00-12:00
";

/// Who is published with a rule; whoever is not is held.
fn published(rule: &str) -> String {
    let mut world = World::of(THREE);
    let answer = world.send(&format!("publish(rule=REST_TIME_SHORT/{rule}) d1"));
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_rule_covers_what_it_says_and_nothing_else() {
    // 480, 540 and 600 of 660 minutes: 180, 120 and 60 are missing.
    let cases = [
        ("agents=ana", "ana"),
        ("agents=ana+cleo", "ana cleo"),
        ("group=north", "ana ben"),
        ("group=south", "cleo"),
        ("shifts=ben-tue", "ben"),
        ("shifts=ben-mon", "ben"),
        ("from=mon/until=tue", "ana ben cleo"),
        ("from=mon/up-to=120", "ben cleo"),
        ("from=mon/up-to=119", "cleo"),
        ("group=north/shifts=cleo-tue+ben-tue", "ben"),
    ];
    for (rule, who) in cases {
        let answer = published(rule);
        assert!(answer.contains(&format!("published {who}")), "{rule}: {answer}");
        let others = ["ana", "ben", "cleo"].into_iter().filter(|name| !who.contains(name));
        let told = answer.split('|').next().unwrap_or_default().to_owned();
        others.for_each(|name| assert!(!told.contains(name), "{rule}: {answer}"));
    }
    // The rests reach from Monday to Tuesday; Eva is nobody; an empty list names nobody.
    for rule in ["from=tue", "until=mon", "agents=eva", "group=east", "shifts=ana-wed"] {
        assert!(published(rule).starts_with("refused"), "{rule}");
    }
    let mut world = World::of(THREE);
    let other = world.send("publish(rule=MAX_HOURS_DAY/from=mon) d1");
    assert!(other.starts_with("refused"), "{other}");
}

#[test]
fn only_what_went_live_is_kept_with_what_covered_it() {
    let mut world = World::of(THREE);
    world.send("publish(rule=REST_TIME_SHORT/agents=ana/until=tue,reason=by_phone) d1");
    let found = World::findings(&world.decide(&world.action("publish d1")));
    let mut terms = Terms { reason: Some("Ben asked for it".into()), ..Terms::default() };
    let bens = found.iter().find(|f| f.agent.as_ref().is_some_and(|id| id.as_str() == "ben"));
    terms.acknowledge = vec![bens.expect("ben is held").fingerprint().into()];
    world.run(&Action::Publish { id: "d1".parse().unwrap(), terms }).unwrap();
    expect![[r#"
        [
            "r10 REST_TIME_SHORT ana 180 by rule: by rule; stands Some(true)",
            "r11 REST_TIME_SHORT ben 120 by fingerprint: Ben asked for it; stands Some(true)",
        ]
    "#]]
    .assert_debug_eq(&kept(&world));
    // What shrinks still stands; what grows is something else; what is gone does not.
    world.send("edit ana mon 14:00-21:30");
    let stands = |world: &World| -> Vec<Option<bool>> {
        let mut all: Vec<_> = world.head().acknowledged().collect();
        all.sort_by_key(|one| one.finding.agent.clone());
        all.iter().map(|one| one.stands(world.head())).collect()
    };
    assert_eq!(stands(&world), [Some(true), Some(true)]);
    world.send("edit(ack) ben mon 14:00-22:30");
    expect![[r#"
        [
            "r10 REST_TIME_SHORT ana 180 by rule: by rule; stands Some(true)",
            "r13 REST_TIME_SHORT ben 150 by fingerprint: nothing said; stands Some(true)",
        ]
    "#]]
    .assert_debug_eq(&kept(&world));
    world.send("edit delete ben-tue");
    assert_eq!(stands(&world), [Some(true), Some(false)]);
    let image = Image::of(world.head());
    assert_eq!(image.clone().roster().as_ref(), Some(world.head()));
}

#[test]
fn what_grew_since_the_plan_is_not_covered_and_what_shrank_is() {
    let script = |edit: &str| {
        let mut world = World::of(THREE);
        let (id, terms) = ("d1".parse().unwrap(), Terms::default());
        let actor = by(None, world.action("publish d1")).actor;
        let shown = plan(world.head(), &actor, &id, &terms, world.now).unwrap();
        let then = world.head().clone();
        world.send(edit);
        let from = Some(world.clock.week);
        let place = AckWhere { from, ..AckWhere::default() };
        let reason = "agreed".into();
        let rule = AckRule { kind: Kind::RestTimeShort, place, up_to: None, reason };
        let publish = |world: &mut World, plan: Option<&Plan>| {
            let mut acknowledge = vec![Acknowledgement::Rule(Box::new(rule.clone()))];
            if plan.is_some() {
                narrow(&mut acknowledge, &then, plan);
            }
            let terms = Terms { acknowledge, ..Terms::default() };
            let done = world.run(&Action::Publish { id: id.clone(), terms }).unwrap();
            let live = |event: &Event| match event {
                Event::Published { agents, .. } => Some(agents.clone()),
                _ => None,
            };
            let agents = done.events.iter().find_map(live).unwrap();
            agents.iter().map(ToString::to_string).collect::<BTreeSet<_>>()
        };
        let free = publish(&mut world.clone(), None);
        (free, publish(&mut world, Some(&shown)))
    };
    let all = BTreeSet::from(["ana", "ben", "cleo"].map(str::to_owned));
    let same = script("edit ana wed 09:00-17:00");
    assert_eq!(same, (all.clone(), all.clone()));
    let shrunk = script("edit ana mon 14:00-21:00");
    assert_eq!(shrunk, (all.clone(), all.clone()));
    let grown = script("edit ben mon 14:00-22:30");
    let without = BTreeSet::from(["ana", "cleo"].map(str::to_owned));
    assert_eq!(grown, (all, without));
}

#[test]
fn what_blocks_is_covered_by_no_rule() {
    check_decide(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        > draft d1 ana mon 10:00-12:00 id=two
        > publish(rule=SHIFT_OVERLAP/agents=ana) d1
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-12:00 id=two
            r3: draft d1
            > publish(rule=SHIFT_OVERLAP/agents=ana) d1
            refused:
                block SHIFT_OVERLAP ana [ana-mon, two] mon 10:00-12:00 120 min
        "#]],
    );
}

#[test]
fn a_finding_without_an_agent_is_covered_by_its_days() {
    check_decide(
        "
        site Europe/Paris
        rule STAFFING_BELOW_MINIMUM ack
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        staff mon 09:00-17:00 2
        > draft d1 ana mon 10:00-17:00
        > publish(rule=STAFFING_BELOW_MINIMUM/agents=ana) d1
        > publish(rule=STAFFING_BELOW_MINIMUM/from=tue) d1
        > publish(rule=STAFFING_BELOW_MINIMUM/from=mon/until=mon) d1
        ",
        expect![[r#"
            > draft d1 ana mon 10:00-17:00
            r6: draft d1
            > publish(rule=STAFFING_BELOW_MINIMUM/agents=ana) d1
            refused:
                ack STAFFING_BELOW_MINIMUM - [] mon 09:00-10:00 1/2 agents
            > publish(rule=STAFFING_BELOW_MINIMUM/from=tue) d1
            refused:
                ack STAFFING_BELOW_MINIMUM - [] mon 09:00-10:00 1/2 agents
            > publish(rule=STAFFING_BELOW_MINIMUM/from=mon/until=mon) d1
            r7: published ana
              ack STAFFING_BELOW_MINIMUM - [] mon 09:00-10:00 1/2 agents
        "#]],
    );
}

#[test]
fn swaps_and_time_off_are_approved_by_rules_too() {
    let mut world = World::of(
        "
        site Europe/Paris
        rule SWAP_TIME_UNEQUAL ack
        ana mon 09:00-17:00
        ben tue 09:00-15:00
        limit one mon 1
        cleo is zone=Europe/Paris
        dora is zone=Europe/Paris
        > off cleo mon id=t1
        > approve-off t1
        > off dora mon id=t2
        > swap w1 ana-mon for ben-tue
        > accept w1 ben
        ",
    );
    assert!(world.send("approve w1").starts_with("refused"));
    world.send("approve(rule=SWAP_TIME_UNEQUAL/shifts=ana-mon) w1");
    world.send("approve-off(rule=TIME_OFF_LIMIT_EXHAUSTED/agents=dora) t2");
    expect![[r#"
        [
            "r13 SWAP_TIME_UNEQUAL ana 120 by rule: by rule; stands None",
            "r13 SWAP_TIME_UNEQUAL ben 120 by rule: by rule; stands None",
            "r14 TIME_OFF_LIMIT_EXHAUSTED dora 1 by rule: by rule; stands None",
        ]
    "#]]
    .assert_debug_eq(&kept(&world));
}

#[test]
fn what_is_long_over_is_forgotten() {
    let mut world = World::of(THREE);
    world.send("publish(rule=REST_TIME_SHORT/agents=ana) d1");
    assert_eq!(kept(&world).len(), 1);
    // The rest ends on Tuesday, four days after the fixture's clock.
    world.now = world.now.plus_days(4 + 34);
    let mut later = world.clone();
    world.send("publish(rule=REST_TIME_SHORT/agents=ben) d1");
    assert_eq!(kept(&world).len(), 2);
    later.now = later.now.plus_days(2);
    later.send("publish(rule=REST_TIME_SHORT/agents=ben) d1");
    let agents: Vec<_> = later.head().acknowledged().map(|one| &one.finding.agent).collect();
    assert_eq!(agents, [&Some("ben".parse().unwrap())]);
}

#[test]
fn of_too_many_those_that_are_over_first_are_forgotten() {
    let mut world = World::of("site Europe/Paris");
    let day = world.clock.zone.day(world.clock.week).unwrap();
    let most = muster_core::limits::ACKNOWLEDGED;
    let one = |n: usize| {
        let end = day.end().plus_min(if n == 7 { -1 } else { 0 });
        let finding = Finding::new(Kind::RestTimeShort, Severity::Ack, None);
        let finding = finding.during(Interval::new(day.start(), end));
        (format!("{n:016x}.1").parse().unwrap(), Answered { finding, rule: None })
    };
    let (fingerprints, findings) = (0..=most).map(one).unzip();
    let event = Event::Acknowledged { fingerprints, findings, rules: Vec::new(), reason: None };
    world.happen(ReferenceKind::ShiftEdit, "s1", vec![event]);
    assert_eq!(world.head().acknowledged().count(), most);
    assert!(world.head().acknowledged().all(|one| one.fingerprint.key() != 7));
}

#[test]
fn an_old_entry_with_fingerprints_alone_is_read() {
    let old = r#"{"acknowledged":{"fingerprints":["00000000000000ff.30"]}}"#;
    let event: Event = serde_json::from_str(old).unwrap();
    assert_eq!(serde_json::to_string(&event).unwrap(), old);
    let mut world = World::of("site Europe/Paris");
    world.happen(ReferenceKind::ShiftEdit, "s1", vec![event]);
    assert_eq!(world.head().acknowledged().count(), 0);
}
