//! Edits of the live schedule, and what every change of it has in common.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::acknowledge::Answers;
use crate::change::{self, Component};
use crate::command::{Mode, Terms};
use crate::conflict::{Finding, Severity};
use crate::decide::draft::{check_size, check_week};
use crate::decide::swap::broken_swaps;
use crate::decide::{Decision, Held, Outcome, Published, Rejection, gating};
use crate::draft::Edits;
use crate::entry::{Actor, ReferenceKind};
use crate::event::Event;
use crate::id::{AgentId, Revision, ScheduleId};
use crate::instant::Instant;
use crate::limits;
use crate::roster::Roster;
use crate::shift::AtomValue;

/// Components sorted into those that go live and those that are held.
pub(super) struct Sorted {
    pub(super) live: Vec<Component>,
    pub(super) held: Vec<Component>,
}

pub(super) fn sort(roster: &Roster, components: Vec<Component>, terms: &Terms) -> Sorted {
    let answers = Answers::new(roster, &terms.acknowledge);
    let wanted = components.into_iter().filter(|component| terms.wants(&component.agents));
    let (held, live): (Vec<_>, Vec<_>) = wanted.partition(|component| component.is_held(&answers));
    if terms.mode == Mode::Atomic && !held.is_empty() {
        let mut all = held;
        all.extend(live);
        return Sorted { live: Vec::new(), held: all };
    }
    Sorted { live, held }
}

impl Sorted {
    /// Everything that clashes, when nothing goes live.
    pub(super) fn refusal(&self) -> Option<Rejection> {
        let is_refused = self.live.is_empty() && !self.held.is_empty();
        is_refused.then(|| Rejection::conflict(gating(&self.held.iter().collect::<Vec<_>>())))
    }

    /// What happens to shifts: weeks opened first, swaps that lose their shifts last.
    pub(super) fn events(&mut self, roster: &Roster, now: Instant) -> Vec<Event> {
        let changes: Vec<Event> =
            self.live.iter_mut().flat_map(|component| component.events.drain(..)).collect();
        let mut events = opened(roster, &changes);
        let broken = broken_swaps(roster, &changes, None, now);
        events.extend(changes);
        events.extend(broken);
        events
    }

    /// The acknowledgements that let components go live, as an event.
    pub(super) fn acknowledged(&self, roster: &Roster, terms: &Terms) -> Option<Event> {
        let answers = Answers::new(roster, &terms.acknowledge);
        let gating = self.live.iter().flat_map(|component| &component.gating);
        answers.event(gating, terms.reason.as_ref())
    }

    pub(super) fn published(&self, weeks: Vec<Date>) -> Published {
        let agents = |of: fn(&Component) -> &BTreeSet<AgentId>| -> Vec<AgentId> {
            let all: BTreeSet<_> = self.live.iter().flat_map(of).cloned().collect();
            all.into_iter().collect()
        };
        let held = self.held.iter().map(|component| Held {
            agents: component.agents.iter().cloned().collect(),
            findings: component.gating.clone(),
        });
        let noted = self.live.iter().flat_map(|c| c.noted.iter().chain(&c.gating));
        let mut warnings: Vec<Finding> =
            noted.filter(|f| f.severity >= Severity::Warn).cloned().collect();
        warnings.sort_by_cached_key(Finding::sort_key);
        warnings.dedup();
        Published {
            weeks,
            draft: None,
            published: agents(|component| &component.agents),
            merged: agents(|component| &component.moved),
            changed: agents(|component| &component.changed),
            held: held.collect(),
            warnings,
        }
    }
}

/// Weeks that these events place shifts in and that nothing had happened in before.
fn opened(roster: &Roster, changes: &[Event]) -> Vec<Event> {
    let Some(unit) = roster.unit() else { return Vec::new() };
    let starts = changes.iter().filter_map(|event| {
        if let Event::ShiftCreated { body, .. } = event {
            return Some(body.span.start);
        }
        let Event::ShiftChanged { set, .. } = event else { return None };
        set.iter().find_map(|value| {
            let AtomValue::Span(span) = value else { return None };
            Some(span.start)
        })
    });
    let weeks: BTreeSet<Date> = starts.map(|start| unit.week_of(start)).collect();
    let fresh = weeks.into_iter().filter(|week| roster.week(*week).is_none());
    fresh.map(|week| Event::WeekOpened { week, id: live_id(unit, week) }).collect()
}

/// The id of a week's live schedule: the same on every node, different in every unit.
pub(crate) fn live_id(unit: &crate::unit::BusinessUnit, week: Date) -> ScheduleId {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(unit.id.as_str());
    let hex: String = digest[..10].iter().map(|byte| format!("{byte:02x}")).collect();
    ScheduleId::parse(&format!("week-{week}-{hex}")).expect("dates and hex digits make ids")
}

/// The weeks in which edits place or find shifts.
pub(super) fn weeks_of(roster: &Roster, edits: &Edits) -> Vec<Date> {
    let Some(unit) = roster.unit() else { return Vec::new() };
    let bodies = edits.shifts.iter().flat_map(|edit| edit.base.iter().chain(&edit.draft));
    let starts = bodies.map(|body| body.span.start);
    let own = edits.commitments.iter().map(|edit| edit.within.start());
    let weeks: BTreeSet<Date> = starts.chain(own).map(|start| unit.week_of(start)).collect();
    weeks.into_iter().collect()
}

pub(super) fn check_horizon(edits: &Edits, now: Instant) -> Result<(), Rejection> {
    let (first, last) = (now.plus_days(-limits::HORIZON_DAYS), now.plus_days(limits::HORIZON_DAYS));
    let mut bodies = edits.shifts.iter().filter_map(|edit| edit.draft.as_ref());
    match bodies.find(|body| !(first..last).contains(&body.span.start)) {
        None => Ok(()),
        Some(body) => {
            let problem = format!("is more than {} days from now", limits::HORIZON_DAYS);
            Err(Rejection::invalid("/start", &body.span.start, &problem))
        }
    }
}

pub(super) fn edit(
    roster: &Roster,
    actor: &Actor,
    edits: &Edits,
    terms: &Terms,
    now: Instant,
) -> Result<Decision, Rejection> {
    check_size(edits)?;
    check_horizon(edits, now)?;
    let components = change::weigh(roster, actor, edits, terms, now);
    let mut sorted = sort(roster, components, terms);
    if let Some(refusal) = sorted.refusal() {
        return Err(refusal);
    }
    let outcome = Outcome::Edited(sorted.published(weeks_of(roster, edits)));
    let mut events = sorted.events(roster, now);
    if !events.is_empty() {
        events.extend(sorted.acknowledged(roster, terms));
    }
    let about = edits.shifts.first().map(|edit| edit.id.to_string()).unwrap_or_default();
    let decision = Decision::new(ReferenceKind::ShiftEdit, &about, outcome);
    Ok(decision.with(events).because(terms.reason.as_ref()))
}

pub(super) fn revert(
    roster: &Roster,
    actor: &Actor,
    week: Date,
    publication: Revision,
    edits: &Edits,
    terms: &Terms,
    now: Instant,
) -> Result<Decision, Rejection> {
    check_week(roster, week)?;
    let known = roster.week(week).is_some_and(|w| w.publications.contains(&publication));
    if !known {
        return Err(Rejection::invalid(
            "/revision",
            &publication,
            "published nothing in this week",
        ));
    }
    let decision = edit(roster, actor, edits, terms, now)?;
    let about =
        crate::entry::Reference { kind: ReferenceKind::Revert, id: publication.to_string().into() };
    Ok(Decision { about, ..decision })
}
