//! What the feed tells of the conflicts of open drafts.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use muster_core::Roster;
use muster_core::command::{Action, Terms};
use muster_core::conflict::{Finding, Fingerprint, Kind, Severity};
use muster_core::decide::{self, Readiness};
use muster_core::entry::Entry;
use muster_core::feed::{self, FeedEvent};
use muster_core::id::{AgentId, Revision, ScheduleId};
use muster_core::testing::{World, by};
use proptest::prelude::*;

type Conflicts = BTreeMap<(ScheduleId, AgentId, u64), (Fingerprint, Severity)>;

/// A reader who keeps the conflicts that were opened and not closed.
#[derive(Default)]
pub(crate) struct DraftFeed {
    told: BTreeMap<Revision, Vec<FeedEvent>>,
    open: Conflicts,
    /// Of each draft, as it was when it was last asked for.
    ready: BTreeMap<ScheduleId, Readiness>,
}

impl DraftFeed {
    /// Reads what an entry tells, and looks whether what is open now is what plans show.
    pub(crate) fn read(
        &mut self,
        before: &Roster,
        entry: &Entry,
        after: &Roster,
    ) -> Result<(), TestCaseError> {
        let events = feed::events(before, entry, after);
        for event in &events {
            match event {
                FeedEvent::DraftConflictOpened(of) => {
                    for conflict in &of.conflicts {
                        let (key, value) = placed(&of.schedule, &conflict.finding);
                        let known = self.open.insert(key, value.clone());
                        prop_assert!(known != Some(value), "opened twice: {conflict:?}");
                    }
                }
                FeedEvent::DraftConflictClosed(of) => {
                    for conflict in &of.conflicts {
                        let (key, value) = placed(&of.schedule, &conflict.finding);
                        let known = self.open.remove(&key);
                        prop_assert_eq!(known, Some(value), "closed, yet not open");
                    }
                }
                _ => {}
            }
        }
        self.told.insert(entry.revision, events);
        prop_assert_eq!(&self.open, &planned(after), "after {:?}", entry);
        Ok(())
    }

    /// Looks whether what was known of each draft, brought up to date, is what is found anew.
    pub(crate) fn catch_up(&mut self, world: &World) -> Result<(), TestCaseError> {
        let ids: Vec<ScheduleId> = world.head().drafts().map(|draft| draft.id.clone()).collect();
        for id in ids {
            let known = self.ready.remove(&id);
            let anew = Readiness::of(world.head(), &id, world.now);
            let known = known.and_then(|known| {
                let seen = known.roster().revision();
                let new = world.entries().iter().filter(|entry| entry.revision > seen);
                let steps: Vec<_> = new.map(|entry| (entry, world.at(entry.revision))).collect();
                known.after(&steps, world.now)
            });
            if let (Some(known), Some(anew)) = (&known, &anew) {
                prop_assert!(known.agents().eq(anew.agents()), "{id}: {known:?} {anew:?}");
            }
            self.ready.extend(known.or(anew).map(|ready| (id, ready)));
        }
        Ok(())
    }

    /// Everybody who is held in a draft.
    fn held(&self) -> String {
        let all = self.ready.iter().flat_map(|(id, ready)| {
            let held = ready.agents().filter(|(_, is_held)| *is_held);
            held.map(move |(agent, _)| format!("{id}/{agent}"))
        });
        let all: Vec<String> = all.collect();
        if all.is_empty() { "nobody".to_owned() } else { all.join(" ") }
    }

    /// Looks whether another node, from the same entries, tells the same.
    pub(crate) fn told_again(
        &self,
        before: &Roster,
        entry: &Entry,
        after: &Roster,
    ) -> Result<(), TestCaseError> {
        if let Some(told) = self.told.get(&entry.revision) {
            prop_assert_eq!(&feed::events(before, entry, after), told);
        }
        Ok(())
    }
}

fn placed(
    draft: &ScheduleId,
    finding: &Finding,
) -> ((ScheduleId, AgentId, u64), (Fingerprint, Severity)) {
    let agent = finding.agent.clone().expect("it is about somebody");
    let fingerprint = finding.fingerprint();
    ((draft.clone(), agent, fingerprint.key()), (fingerprint, finding.severity))
}

/// What plans of all open drafts show that holds agents back, but for what is asked of all agents
/// together and what the time of day brings about.
fn planned(roster: &Roster) -> Conflicts {
    let mut all = Conflicts::new();
    for draft in roster.open_drafts() {
        let publish = Action::Publish { id: draft.id.clone(), terms: Terms::default() };
        let actor = by(None, publish).actor;
        let plan = decide::plan(roster, &actor, &draft.id, &Terms::default(), roster.at());
        let plan = plan.expect("the draft is open");
        let found = plan.agents.values().flat_map(|agent| &agent.findings);
        let holds = |f: &&Finding| {
            f.severity >= Severity::Ack
                && !f.standing
                && f.agent.is_some()
                && !matches!(f.kind, Kind::NoticeShort | Kind::ShiftStarted)
        };
        all.extend(found.filter(holds).map(|finding| placed(&draft.id, finding)));
    }
    all
}

/// What the feed tells of drafts when a command is sent, one conflict to a line.
fn told(world: &mut World, command: &str) -> String {
    let first = world.entries().len();
    world.send(command);
    let mut text = String::new();
    for entry in &world.entries()[first..] {
        let before = world.at(Revision(entry.revision.0 - 1));
        for event in feed::events(before, entry, world.at(entry.revision)) {
            let (FeedEvent::DraftConflictOpened(of) | FeedEvent::DraftConflictClosed(of)) = &event
            else {
                continue;
            };
            for conflict in &of.conflicts {
                let Finding { kind, severity, magnitude, .. } = &conflict.finding;
                let causes = conflict.causes.iter().map(|cause| cause.summary.as_str());
                let causes: Vec<_> = causes.collect();
                let line = format!(
                    "{} {} {} {} {} {magnitude} ({})\n",
                    event.kind().trim_start_matches("draft.conflict."),
                    of.schedule,
                    of.agent,
                    severity.name(),
                    kind.name(),
                    causes.join("; "),
                );
                text.push_str(&line);
            }
        }
    }
    text
}

/// Sends commands; prints what the feed tells of drafts, and who is held whenever that changes.
fn check(fixture: &str, commands: &[&str], expected: &Expect) {
    let mut world = World::of(fixture);
    let mut feed = DraftFeed::default();
    feed.catch_up(&world).expect("there is nothing to compare with");
    let mut text = String::new();
    for command in commands {
        text.push_str(&format!("> {command}\n{}", told(&mut world, command)));
        let before = feed.held();
        feed.catch_up(&world).expect("what is brought up to date is what is found anew");
        if feed.held() != before {
            text.push_str(&format!("held: {}\n", feed.held()));
        }
    }
    expected.assert_eq(&text);
}

#[test]
fn somebody_elses_edit_opens_a_conflict_and_the_way_back_closes_it() {
    check(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        > draft d1 ana mon 10:00-18:00; ben mon 10:00-18:00
        ",
        &[
            "edit ben mon 08:00-16:00",
            "edit ben mon 09:00-17:00",
            "edit ana mon 09:00-17:00 note=x",
        ],
        &expect![[r#"
            > edit ben mon 08:00-16:00
            opened d1 ben block FIELD_CHANGED_BOTH 1 (shift ben-mon was edited)
            held: d1/ben
            > edit ben mon 09:00-17:00
            closed d1 ben block FIELD_CHANGED_BOTH 1 ()
            held: nobody
            > edit ana mon 09:00-17:00 note=x
        "#]],
    );
}

#[test]
fn a_draft_tells_its_own_conflicts_when_it_is_made_edited_and_thrown_away() {
    check(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ana tue 09:00-17:00
        ",
        &[
            "draft d1 ana mon 15:00-23:00",
            "redraft d1 ana mon 16:00-00:00",
            "redraft d1 ana mon 13:00-21:00",
            "redraft d1 ana mon 16:00-00:00",
            "drop d1",
        ],
        &expect![[r#"
            > draft d1 ana mon 15:00-23:00
            opened d1 ana block REST_TIME_SHORT 60 (shift ana-tue was edited; shift ana-mon was edited)
            held: d1/ana
            > redraft d1 ana mon 16:00-00:00
            opened d1 ana block REST_TIME_SHORT 120 (shift ana-tue was edited; shift ana-mon was edited)
            > redraft d1 ana mon 13:00-21:00
            closed d1 ana block REST_TIME_SHORT 120 ()
            held: nobody
            > redraft d1 ana mon 16:00-00:00
            opened d1 ana block REST_TIME_SHORT 120 (shift ana-tue was edited; shift ana-mon was edited)
            held: d1/ana
            > drop d1
            closed d1 ana block REST_TIME_SHORT 120 ()
        "#]],
    );
}

#[test]
fn what_goes_live_takes_its_conflicts_along_and_what_is_held_keeps_them() {
    check(
        "
        site Europe/Paris
        ana off tue pending
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        ",
        &["draft d1 ana tue 09:00-17:00; ben mon 10:00-18:00", "publish d1", "publish(ack) d1"],
        &expect![[r#"
            > draft d1 ana tue 09:00-17:00; ben mon 10:00-18:00
            opened d1 ana ack TIME_OFF_PENDING_OVERLAP 480 (TimeOff requested 2026-03-17, pending)
            held: d1/ana
            > publish d1
            > publish(ack) d1
            closed d1 ana ack TIME_OFF_PENDING_OVERLAP 480 ()
            held: nobody
        "#]],
    );
}

#[test]
fn time_off_a_leaving_and_a_rule_touch_drafts_too() {
    check(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        > draft d1 ana tue 09:00-17:00; ben tue 09:00-17:00
        ",
        &["off ana tue id=t", "deny-off t", "leave ben", "rule MAX_HOURS_DAY block maxMinutes=60"],
        &expect![[r#"
            > off ana tue id=t
            opened d1 ana ack TIME_OFF_PENDING_OVERLAP 480 (TimeOff requested 2026-03-17, pending)
            held: d1/ana
            > deny-off t
            closed d1 ana ack TIME_OFF_PENDING_OVERLAP 480 ()
            held: nobody
            > leave ben
            opened d1 ben block SUBJECT_GONE 1 (agent ben was changed)
            held: d1/ben
            > rule MAX_HOURS_DAY block maxMinutes=60
            opened d1 ana block MAX_HOURS_DAY 420 (draft d1 was edited)
            opened d1 ben block MAX_HOURS_DAY 420 (draft d1 was edited)
            held: d1/ana d1/ben
        "#]],
    );
}

#[test]
fn an_id_of_another_system_that_somebody_takes_is_told() {
    check(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        > draft d1 ana tue 09:00-17:00 ext=engine/7
        ",
        &["edit ben mon 09:00-17:00 ext=engine/7", "edit ben mon 09:00-17:00 ext=engine/8"],
        &expect![[r#"
            > edit ben mon 09:00-17:00 ext=engine/7
            opened d1 ana block EXTERNAL_ID_DUPLICATE 1 (shift ben-mon was edited)
            held: d1/ana
            > edit ben mon 09:00-17:00 ext=engine/8
            closed d1 ana block EXTERNAL_ID_DUPLICATE 1 ()
            held: nobody
        "#]],
    );
}

#[test]
fn a_shift_that_a_swap_moved_is_told_about_whoever_has_it() {
    check(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        > draft d1 ana mon 09:00-19:00
        > swap w ana-mon for ben-tue
        > accept w ben
        ",
        &["approve w", "off ben mon id=t"],
        &expect![[r#"
            > approve w
            > off ben mon id=t
            opened d1 ben ack TIME_OFF_PENDING_OVERLAP 600 (TimeOff requested 2026-03-16, pending)
            held: d1/ana d1/ben
        "#]],
    );
}

#[test]
fn what_the_time_of_day_brings_about_is_not_told() {
    check(
        "
        site Europe/Paris
        rule NOTICE_SHORT ack noticeDays=14
        ana mon 09:00-17:00
        ",
        &["draft d1 ana mon 10:00-18:00", "edit ana mon 09:00-17:00 note=x"],
        &expect![[r#"
            > draft d1 ana mon 10:00-18:00
            held: d1/ana
            > edit ana mon 09:00-17:00 note=x
        "#]],
    );
}

#[test]
fn whoever_is_tied_to_an_agent_is_held_with_that_agent() {
    check(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        > draft d1 ben mon 09:00-17:00 id=ana-mon; ben tue 10:00-18:00
        ",
        &["edit ben tue 08:00-16:00", "off ana wed id=t", "redraft d1 ana mon 09:00-17:00"],
        &expect![[r#"
            > edit ben tue 08:00-16:00
            opened d1 ben block FIELD_CHANGED_BOTH 1 (shift ben-tue was edited)
            held: d1/ana d1/ben
            > off ana wed id=t
            > redraft d1 ana mon 09:00-17:00
            held: d1/ben
        "#]],
    );
}

#[test]
fn two_edits_that_give_one_id_of_another_system_hold_the_second() {
    check(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        ",
        &[
            "draft d1 ana tue 09:00-17:00 ext=engine/7; ben tue 09:00-17:00 ext=engine/7",
            "off ben fri id=t",
            "redraft d1 delete ana-tue",
        ],
        &expect![[r#"
            > draft d1 ana tue 09:00-17:00 ext=engine/7; ben tue 09:00-17:00 ext=engine/7
            opened d1 ben block EXTERNAL_ID_DUPLICATE 1 (draft d1 was edited)
            held: d1/ben
            > off ben fri id=t
            > redraft d1 delete ana-tue
            closed d1 ben block EXTERNAL_ID_DUPLICATE 1 ()
            held: nobody
        "#]],
    );
}

#[test]
fn a_week_that_is_opened_tells_what_nobody_could_know_before() {
    check(
        "
        site Europe/Paris
        rule MIN_CONSECUTIVE_DAYS block minDays=2
        ana is skill=french
        ben sun 09:00-17:00
        > draft d1 ana sun 09:00-17:00
        ",
        &["edit ben 2026-03-25 09:00-17:00; ben 2026-03-26 09:00-17:00"],
        &expect![[r#"
            > edit ben 2026-03-25 09:00-17:00; ben 2026-03-26 09:00-17:00
            opened d1 ana block MIN_CONSECUTIVE_DAYS 1 (draft d1 was edited)
            held: d1/ana
        "#]],
    );
}

#[test]
fn who_gave_a_shift_in_a_trade_is_tied_to_the_edit_of_another() {
    check(
        "
        site Europe/Paris
        ana mon 09:00-17:00
        ben tue 09:00-17:00
        cem wed 09:00-17:00
        cem thu 09:00-17:00
        > draft d1 ana mon 09:00-17:00 note=x; cem thu 10:00-18:00
        > swap w ana-mon round ben-tue round cem-wed
        > accept w ben
        > accept w cem
        ",
        &["approve w", "edit cem thu 08:00-16:00", "off cem fri id=t", "edit cem thu 09:00-17:00"],
        &expect![[r#"
            > approve w
            > edit cem thu 08:00-16:00
            opened d1 cem block FIELD_CHANGED_BOTH 1 (shift cem-thu was edited)
            held: d1/ana d1/ben d1/cem
            > off cem fri id=t
            > edit cem thu 09:00-17:00
            closed d1 cem block FIELD_CHANGED_BOTH 1 ()
            held: nobody
        "#]],
    );
}
