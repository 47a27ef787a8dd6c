//! Weighing a change: merge every edit, try it on a copy, ask the rules about everybody it
//! touches, and sort it all into components of agents that stand or fall together.

mod external;
mod levels;
pub(crate) mod part;
mod stale;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::acknowledge::Answers;
use crate::command::Terms;
use crate::conflict::{Clash, Finding, Kind, Severity, Subject};
use crate::draft::{CommitmentEdit, Edits, ShiftEdit};
use crate::entry::{Actor, Origin, Reference, ReferenceKind, Source};
use crate::event::Event;
use crate::id::{AgentId, ShiftId};
use crate::instant::{Instant, Interval};
use crate::levels::{Delta, deltas, touched_days};
use crate::merge::{self, Change, Resolutions};
use crate::roster::Roster;
use crate::rule;
use crate::shift::{Atom, ShiftBody};

pub(crate) use levels::{found, together};

/// Agents that stand or fall together, and what a change does to them.
#[derive(Debug, Default)]
pub(crate) struct Component {
    /// The agents, sorted.
    pub(crate) agents: BTreeSet<AgentId>,
    /// What happens to them; nothing when everything is so already.
    pub(crate) events: Vec<Event>,
    /// What stops them unless it is acknowledged or resolved.
    pub(crate) gating: Vec<Finding>,
    /// What else was found.
    pub(crate) noted: Vec<Finding>,
    /// Agents whose edits met somebody else's.
    pub(crate) moved: BTreeSet<AgentId>,
    /// Agents whose shifts change.
    pub(crate) changed: BTreeSet<AgentId>,
    /// The shifts that were spoken of.
    pub(crate) shifts: Vec<ShiftId>,
    /// The agents whose own activities were spoken of.
    pub(crate) committed: Vec<AgentId>,
    /// What its agents count for from now on, and no longer.
    pub(crate) deltas: Vec<Delta>,
}

impl Component {
    /// Whether something stops it that nobody answers for.
    pub(crate) fn is_held(&self, answers: &Answers<'_>) -> bool {
        self.gating.iter().any(|finding| !answers.covers(finding))
    }
}

/// One edit, merged.
#[derive(Default)]
struct Piece {
    agents: BTreeSet<AgentId>,
    /// Whose window is touched, and where.
    touched: Vec<(AgentId, Interval)>,
    event: Option<Event>,
    findings: Vec<Finding>,
    moved: bool,
    shift: Option<ShiftId>,
    committed: Option<AgentId>,
}

/// Merges edits into a roster and finds out what they come to, component by component, in the
/// order of their first agents.
pub(crate) fn weigh(
    roster: &Roster,
    actor: &Actor,
    edits: &Edits,
    terms: &Terms,
    now: Instant,
) -> Vec<Component> {
    let mut components = alone(roster, actor, edits, terms, now);
    let together = together(roster, &components.iter().collect::<Vec<_>>(), terms);
    for (n, found) in together {
        components[n].sort_in(found);
    }
    components
}

/// The same, each component by itself: nothing is said of what is asked of all agents together.
pub(crate) fn alone(
    roster: &Roster,
    actor: &Actor,
    edits: &Edits,
    terms: &Terms,
    now: Instant,
) -> Vec<Component> {
    let pieces = pieces(roster, actor, edits, terms, now);
    let after = tried(roster, actor, &pieces, now);
    let mut moved = moved(roster, &after, &pieces);
    let mut components = ruled_components(roster, &after, pieces);
    for component in &mut components {
        let moved = component.agents.iter().filter_map(|agent| moved.remove(agent)).flatten();
        component.deltas.extend(moved);
    }
    components
}

/// Merges the edits, one by one.
fn pieces(
    roster: &Roster,
    actor: &Actor,
    edits: &Edits,
    terms: &Terms,
    now: Instant,
) -> Vec<Piece> {
    let resolutions = terms.resolved();
    let mut pieces: Vec<Piece> = Vec::with_capacity(edits.shifts.len());
    for edit in &edits.shifts {
        let mut piece = shift_piece(roster, actor, edit, &resolutions, now);
        let event = piece.event.as_ref();
        piece.findings.extend(stale::findings(roster, edit, event, &terms.suspects));
        pieces.push(piece);
    }
    let commitments = edits.commitments.iter();
    pieces.extend(commitments.map(|edit| commitment_piece(roster, edit, &resolutions)));
    external::find_shared(roster, &mut pieces);
    pieces
}

/// Sorts merged edits into components, with what the rules find about their agents.
fn ruled_components(roster: &Roster, after: &Roster, pieces: Vec<Piece>) -> Vec<Component> {
    let touched = touched(&pieces).into_iter();
    let mut findings: BTreeMap<AgentId, Vec<Finding>> = touched
        .map(|(agent, hull)| {
            let found = compared(roster, after, &agent, hull);
            (agent, found)
        })
        .collect();
    let mut components = components(pieces);
    for component in &mut components {
        let rules = component.agents.iter().filter_map(|agent| findings.remove(agent)).flatten();
        component.sort_in(rules.collect());
    }
    components
}

impl Component {
    /// Sorts findings into those that stop it and the others.
    pub(crate) fn sort_in(&mut self, found: Vec<Finding>) {
        for finding in found {
            if finding.is_gating() {
                self.gating.push(finding);
            } else if finding.severity > Severity::Off {
                self.noted.push(finding);
            }
        }
        self.gating.sort_by_cached_key(Finding::sort_key);
        self.noted.sort_by_cached_key(Finding::sort_key);
    }
}

fn shift_piece(
    roster: &Roster,
    actor: &Actor,
    edit: &ShiftEdit,
    resolutions: &Resolutions,
    now: Instant,
) -> Piece {
    let live = roster.shift(&edit.id);
    let merged = merge::shift(edit, live.map(|shift| &*shift.body), resolutions);
    let after = merged.change.applied(live.map(|shift| &*shift.body));
    let mut piece = Piece {
        shift: Some(edit.id.clone()),
        agents: part::agents_of(roster, edit),
        moved: merged.moved,
        ..Piece::default()
    };
    let bodies = [edit.base.as_deref(), edit.draft.as_deref(), live.map(|s| &*s.body)];
    let speaker = live.map(|s| &s.body.owner).or(piece.agents.first()).cloned();
    for (kind, clash) in merged.clashes {
        let severity = roster.rules().severity(kind);
        let mut finding = Finding::new(kind, severity, speaker.as_ref())
            .about([Subject::Shift(edit.id.clone())])
            .during(bodies.into_iter().rev().flatten().next().map(ShiftBody::interval));
        finding.clash = Some(Box::new(clash));
        piece.findings.push(finding);
    }
    piece.findings.extend(missing_owner(roster, edit, after.as_deref()));
    piece.event = match merged.change {
        Change::None => None,
        Change::Create(body) => Some(Event::ShiftCreated { id: edit.id.clone(), body }),
        Change::Set(set) => Some(Event::ShiftChanged { id: edit.id.clone(), set }),
        Change::Delete => Some(Event::ShiftDeleted { id: edit.id.clone() }),
    };
    if piece.event.is_some() {
        let before = live.map(|shift| &*shift.body);
        piece.findings.extend(ruled(roster, actor, edit, before, after.as_deref(), now));
        let begun = before.or(after.as_deref()).filter(|body| body.span.start <= now);
        piece.findings.extend(begun.map(|body| started(roster, actor, edit, body)));
        for body in before.into_iter().chain(after.as_deref()) {
            piece.touched.push((body.owner.clone(), body.interval()));
        }
    }
    piece
}

fn missing_owner(roster: &Roster, edit: &ShiftEdit, after: Option<&ShiftBody>) -> Option<Finding> {
    let owner = &after?.owner;
    let was_theirs = roster.shift(&edit.id).is_some_and(|shift| shift.body.owner == *owner);
    let is_here = roster.agent(owner).is_some_and(|record| !record.left);
    (!is_here && !was_theirs).then(|| {
        Finding::new(Kind::SubjectGone, Severity::Block, Some(owner))
            .about([Subject::Shift(edit.id.clone())])
            .during(after.map(ShiftBody::interval))
    })
}

/// What the rules say about a change of a shift, for whoever has it and for whoever gets it.
fn ruled(
    roster: &Roster,
    actor: &Actor,
    edit: &ShiftEdit,
    before: Option<&ShiftBody>,
    after: Option<&ShiftBody>,
    now: Instant,
) -> Vec<Finding> {
    let Some(unit) = roster.unit() else { return Vec::new() };
    let agents: BTreeSet<&AgentId> = before.into_iter().chain(after).map(|b| &b.owner).collect();
    let of = |agent: &AgentId| {
        let record = roster.agent(agent)?;
        let own = |body: Option<&'_ ShiftBody>| body.is_some_and(|body| body.owner == *agent);
        Some(rule::change_findings(
            roster,
            &rule::ShiftChange {
                unit,
                agent: &record.agent,
                shift: &edit.id,
                before: before.filter(|_| own(before)),
                after: after.filter(|_| own(after)),
                is_own_wish: actor.agent.is_some(),
                now,
            },
        ))
    };
    agents.into_iter().filter_map(of).flatten().collect()
}

/// Correcting the past is normal for planners: noted, never held. For agents it is as the unit's
/// rules say.
fn started(roster: &Roster, actor: &Actor, edit: &ShiftEdit, body: &ShiftBody) -> Finding {
    let severity = match actor.agent {
        Some(_) => roster.rules().severity(Kind::ShiftStarted),
        None => Severity::Info,
    };
    Finding::new(Kind::ShiftStarted, severity, Some(&body.owner))
        .about([Subject::Shift(edit.id.clone())])
        .during(Some(body.interval()))
}

fn commitment_piece(roster: &Roster, edit: &CommitmentEdit, resolutions: &Resolutions) -> Piece {
    let live: Vec<_> = roster.commitments_of(&edit.agent, edit.within).cloned().collect();
    let mut piece = Piece { committed: Some(edit.agent.clone()), ..Piece::default() };
    piece.agents.insert(edit.agent.clone());
    piece.moved = live != edit.base;
    let keep = |place: Interval| {
        let shifts = [place]
            .into_iter()
            .chain(places(edit))
            .flat_map(|place| roster.shifts_of(&edit.agent, place).map(|shift| shift.id.clone()));
        let mut kept = shifts.map(|id| resolutions.get(&(id, Atom::Activities)).copied());
        kept.find_map(|keep| keep)
    };
    let (removed, added) = merge::commitments(edit, &live, keep).unwrap_or_else(|place| {
        piece.findings.push(commitment_clash(roster, edit, place));
        (Vec::new(), Vec::new())
    });
    let agent = edit.agent.clone();
    for changed in removed.iter().chain(&added) {
        let place = Interval::new(changed.start, changed.end());
        piece.touched.extend(place.map(|place| (agent.clone(), place)));
    }
    if !removed.is_empty() || !added.is_empty() {
        piece.event = Some(Event::CommitmentsChanged { agent, removed, added });
    }
    piece
}

/// Where an edit of an agent's own activities changes anything.
fn places(edit: &CommitmentEdit) -> impl Iterator<Item = Interval> {
    let all = edit.draft.iter().chain(&edit.base);
    all.filter_map(|c| Interval::new(c.start, c.end()))
}

/// The clash is told about the shift in which it is resolved: the one it lies in, or else one that
/// the edit speaks of.
fn commitment_clash(roster: &Roster, edit: &CommitmentEdit, place: Interval) -> Finding {
    let severity = roster.rules().severity(Kind::FieldChangedBoth);
    let mut shifts = [place].into_iter().chain(places(edit)).filter_map(|place| {
        let shift = roster.shifts_of(&edit.agent, place).next()?;
        Some(Subject::Shift(shift.id.clone()))
    });
    let mut finding = Finding::new(Kind::FieldChangedBoth, severity, Some(&edit.agent))
        .about(shifts.next())
        .during(Some(place));
    let clash = Clash { atom: Atom::Activities, base: None, yours: None, live: None };
    finding.clash = Some(Box::new(clash));
    finding
}

/// The state with every mergeable edit applied.
fn tried(roster: &Roster, actor: &Actor, pieces: &[Piece], now: Instant) -> Roster {
    let events = pieces.iter().filter_map(|piece| piece.event.as_ref());
    let origin = passing(roster, actor.clone(), now);
    let mut after = roster.clone();
    // What is counted of all agents together is moved by what each agent's edits come to.
    events.for_each(|event| after.apply_event(event, &origin));
    after
}

/// The state after some events, for a look at what they lead to.
pub(crate) fn after(roster: &Roster, events: &[Event], now: Instant) -> Roster {
    let origin = passing(roster, Actor::onlooker(), now);
    let mut after = roster.clone();
    after.apply_events(events, &origin);
    after
}

/// The origin of what is only looked at.
fn passing(roster: &Roster, actor: Actor, now: Instant) -> Origin {
    let about = Reference { kind: ReferenceKind::ShiftEdit, id: Arc::default() };
    let revision = roster.revision().next();
    Origin::from(Source { revision, at: now, actor, about })
}

/// What everybody counts for after a change, against before it.
fn moved(before: &Roster, after: &Roster, pieces: &[Piece]) -> BTreeMap<AgentId, Vec<Delta>> {
    if !before.levels.is_watching() {
        return BTreeMap::new();
    }
    let events = pieces.iter().filter_map(|piece| piece.event.as_ref());
    let touched = touched_days(before, events, after).into_iter();
    touched
        .map(|(agent, days)| {
            let deltas = deltas(before, after, &agent, &days);
            (agent, deltas)
        })
        .collect()
}

/// Everybody whose shifts change, with the stretch of time that covers the changes.
fn touched(pieces: &[Piece]) -> BTreeMap<AgentId, Interval> {
    let mut hulls: BTreeMap<AgentId, Interval> = BTreeMap::new();
    for (agent, place) in pieces.iter().flat_map(|piece| &piece.touched) {
        let hull = hulls.entry(agent.clone()).or_insert(*place);
        let (start, end) = (hull.start().min(place.start()), hull.end().max(place.end()));
        *hull = Interval::new(start, end).unwrap_or(*hull);
    }
    hulls
}

/// What the rules find after a change; what was there before, no smaller, is standing.
pub(crate) fn compared(
    before: &Roster,
    after: &Roster,
    agent: &AgentId,
    hull: Interval,
) -> Vec<Finding> {
    let mut found = rule::findings(after, agent, hull);
    if found.is_empty() {
        return found;
    }
    let stood = rule::findings(before, agent, hull);
    for finding in &mut found {
        finding.standing = stood.iter().any(|old| old.covers(finding))
            || finding.kind.is_stretch() && stood.iter().any(|old| is_no_worse(finding, old));
        let was_masked = finding.standing && finding.kind == Kind::TimeOffApprovedOverlap;
        if was_masked {
            finding.severity = finding.severity.min(Severity::Info);
        }
    }
    found
}

/// Whether a stretch of time was as bad before, though the shifts in it were others.
fn is_no_worse(now: &Finding, before: &Finding) -> bool {
    (now.kind, &now.rule) == (before.kind, &before.rule)
        && now.magnitude <= before.magnitude
        && now.interval.zip(before.interval).is_some_and(|(now, before)| now.overlaps(before))
}

/// Groups pieces whose agents are tied, directly or through others.
fn components(pieces: Vec<Piece>) -> Vec<Component> {
    let mut group_of: BTreeMap<AgentId, usize> = BTreeMap::new();
    let mut parents: Vec<usize> = Vec::new();
    for piece in &pieces {
        let mut first: Option<usize> = None;
        for agent in &piece.agents {
            let group = *group_of.entry(agent.clone()).or_insert_with(|| {
                parents.push(parents.len());
                parents.len() - 1
            });
            match first {
                None => first = Some(group),
                Some(first) => {
                    let (a, b) = (root(&parents, first), root(&parents, group));
                    parents[a.max(b)] = a.min(b);
                }
            }
        }
    }
    let mut grouped: BTreeMap<usize, Component> = BTreeMap::new();
    for piece in pieces {
        let Some(agent) = piece.agents.first() else { continue };
        let group = root(&parents, group_of[agent]);
        grouped.entry(group).or_default().take(piece);
    }
    let mut components: Vec<Component> = grouped.into_values().collect();
    components.sort_by(|a, b| a.agents.first().cmp(&b.agents.first()));
    components
}

fn root(parents: &[usize], mut group: usize) -> usize {
    while parents[group] != group {
        group = parents[group];
    }
    group
}

impl Component {
    fn take(&mut self, piece: Piece) {
        if piece.moved {
            self.moved.extend(piece.agents.iter().cloned());
        }
        self.changed.extend(piece.touched.into_iter().map(|(agent, _)| agent));
        self.agents.extend(piece.agents);
        self.events.extend(piece.event);
        self.shifts.extend(piece.shift);
        self.committed.extend(piece.committed);
        self.sort_in(piece.findings);
    }
}
