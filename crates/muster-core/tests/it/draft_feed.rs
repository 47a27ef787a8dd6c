//! What the feed tells of the conflicts of open drafts.

use std::collections::BTreeMap;

use muster_core::command::{Action, Terms};
use muster_core::conflict::{Finding, Fingerprint, Kind, Severity};
use muster_core::decide;
use muster_core::entry::Entry;
use muster_core::feed::{self, FeedEvent};
use muster_core::id::{AgentId, Revision, ScheduleId};
use muster_core::testing::{World, by};
use muster_core::Roster;
use proptest::prelude::*;

type Conflicts = BTreeMap<(ScheduleId, AgentId, u64), (Fingerprint, Severity)>;

/// A reader who keeps the conflicts that were opened and not closed.
#[derive(Default)]
pub(crate) struct DraftFeed {
    told: BTreeMap<Revision, Vec<FeedEvent>>,
    open: Conflicts,
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

fn check(fixture: &str, commands: &[&str], expected: &expect_test::Expect) {
    let mut world = World::of(fixture);
    let lines = commands.iter().map(|command| format!("> {command}\n{}", told(&mut world, command)));
    expected.assert_eq(&lines.collect::<String>());
}
