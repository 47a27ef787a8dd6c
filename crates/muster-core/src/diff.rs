//! From documents and field changes to edits: what a client sent against what it had read.
//!
//! The ground is the roster as of the client's base (for a draft: that roster with the draft on
//! it). Law: applying `week(ground, doc)` to the ground gives back the document.

mod fields;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use crate::decide::Rejection;
use crate::draft::{CommitmentEdit, Draft, Edits, ShiftEdit};
use crate::entry::{Actor, Origin, Reference, ReferenceKind, Source};
use crate::event::Event;
use crate::id::{ActivityCodeId, AgentId, ShiftId};
use crate::instant::Interval;
use crate::roster::{Roster, overlay};
use crate::shift::{Activity, Commitment, ExternalIds, Shift, ShiftBody, Span, Tags};

/// An activity as a client writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityDoc {
    /// What it is spent on.
    pub code: ActivityCodeId,
    /// Elapsed minutes after the shift's start.
    pub offset_min: u32,
    /// Elapsed length in minutes.
    pub length_min: u32,
    /// Whether it is paid; as its code says, when absent.
    pub paid: Option<bool>,
}

/// A shift as a client writes it: what is absent stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShiftDoc {
    /// Its id, if the client knows it.
    pub id: Option<ShiftId>,
    /// See [`ShiftBody::owner`].
    pub owner: Option<AgentId>,
    /// See [`ShiftBody::span`].
    pub span: Option<Span>,
    /// Everything else than on-queue work, the agent's own activities included.
    pub activities: Option<Vec<ActivityDoc>>,
    /// See [`ShiftBody::site`].
    pub site: Option<Option<Arc<str>>>,
    /// See [`ShiftBody::work_plan`].
    pub work_plan: Option<Option<Arc<str>>>,
    /// See [`ShiftBody::external_ids`].
    pub external_ids: Option<ExternalIds>,
    /// See [`ShiftBody::note`].
    pub note: Option<Option<Arc<str>>>,
    /// See [`ShiftBody::tags`].
    pub tags: Option<Tags>,
    /// Where it stands in the request, for errors.
    pub pointer: String,
}

/// One agent's whole week as a client writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeekDoc {
    /// The agent.
    pub agent: AgentId,
    /// All the agent's shifts that start in the week.
    pub shifts: Vec<ShiftDoc>,
}

/// A roster with a draft's wishes on it, whatever they clash with: what the draft shows.
#[must_use]
pub fn drafted(base: &Roster, draft: &Draft) -> Roster {
    let source = Source {
        revision: draft.origin.revision,
        at: draft.origin.at,
        actor: draft.origin.actor.clone(),
        about: draft.origin.about.clone(),
    };
    imposed(base, &draft.edits(), Origin::from(source))
}

/// A roster with edits applied, right or wrong.
#[must_use]
pub fn applied(base: &Roster, edits: &Edits) -> Roster {
    let actor = Actor::onlooker();
    let about = Reference { kind: ReferenceKind::Draft, id: Arc::default() };
    let (revision, at) = (base.revision(), base.at());
    imposed(base, edits, Origin::from(Source { revision, at, actor, about }))
}

fn imposed(base: &Roster, edits: &Edits, origin: Origin) -> Roster {
    let mut roster = base.clone();
    for edit in &edits.shifts {
        if roster.shift(&edit.id).is_some() {
            roster.apply_event(&Event::ShiftDeleted { id: edit.id.clone() }, &origin);
        }
        if let Some(body) = &edit.draft {
            let event = Event::ShiftCreated { id: edit.id.clone(), body: body.clone() };
            roster.apply_event(&event, &origin);
        }
    }
    for edit in &edits.commitments {
        let removed = roster.commitments_of(&edit.agent, edit.within).cloned().collect();
        let (agent, added) = (edit.agent.clone(), edit.draft.clone());
        roster.apply_event(&Event::CommitmentsChanged { agent, removed, added }, &origin);
    }
    roster
}

/// The edits that lead from the ground to a document that gives the listed agents' whole weeks.
///
/// # Errors
/// [`Rejection::Invalid`] names the field that cannot be.
pub fn week(
    ground: &Roster,
    first: Date,
    docs: &[WeekDoc],
    mint: &mut dyn FnMut() -> ShiftId,
) -> Result<Edits, Rejection> {
    let during = ground.unit().and_then(|unit| unit.week(first));
    let during = during.ok_or_else(|| Rejection::invalid("/weekDate", &first, "is no week"))?;
    let matched = matches(ground, during, docs)?;
    let mut edits = Edits::default();
    let mut kept: BTreeSet<ShiftId> = BTreeSet::new();
    for (doc, matched) in docs.iter().zip(&matched) {
        let mut pieces = Vec::with_capacity(doc.shifts.len());
        for (shift, known) in doc.shifts.iter().zip(matched) {
            let known = known.as_ref().and_then(|id| ground.shift(id));
            let piece = one(ground, &doc.agent, shift, known, mint)?;
            let start = piece.body.span.start;
            if !during.contains(start) {
                let problem = format!("is not in the week of {first}");
                let pointer = format!("{}/start", shift.pointer);
                return Err(Rejection::invalid(&pointer, &start, &problem));
            }
            if !kept.insert(piece.id.clone()) {
                let pointer = format!("{}/id", shift.pointer);
                return Err(Rejection::invalid(&pointer, &piece.id, "comes twice"));
            }
            pieces.push(piece);
        }
        let known = ground.shifts_starting(&doc.agent, during).map(Shift::interval);
        let within = hull(during, known.chain(pieces.iter().map(|piece| piece.body.interval())));
        let is_spoken_of = |shift: &Shift| during.contains(shift.body.span.start);
        edits.commitments.push(own(ground, &doc.agent, within, &is_spoken_of, &pieces));
        edits.shifts.extend(pieces.into_iter().map(Piece::edit));
    }
    for doc in docs {
        let gone = ground.shifts_starting(&doc.agent, during).filter(|s| !kept.contains(&s.id));
        edits.shifts.extend(gone.map(|shift| ShiftEdit {
            id: shift.id.clone(),
            base: Some(shift.body.clone()),
            draft: None,
        }));
    }
    Ok(edits.normalized())
}

/// The edits that change one shift, or make it.
///
/// # Errors
/// [`Rejection::Invalid`] names the field that cannot be.
pub fn shift(
    ground: &Roster,
    doc: &ShiftDoc,
    mint: &mut dyn FnMut() -> ShiftId,
) -> Result<Edits, Rejection> {
    let known = doc.id.as_ref().and_then(|id| ground.shift(id));
    let owner = doc.owner.as_ref().or(known.map(|shift| &shift.body.owner));
    let missing = || Rejection::invalid(&format!("{}/agentId", doc.pointer), &"", "is missing");
    let owner = owner.ok_or_else(missing)?;
    let piece = one(ground, owner, doc, known, mint)?;
    let within = hull(piece.body.interval(), known.map(Shift::interval).into_iter());
    let is_spoken_of = |shift: &Shift| shift.id == piece.id;
    let pieces = [piece.clone()];
    let commitments = vec![own(ground, owner, within, &is_spoken_of, &pieces)];
    Ok(Edits { shifts: vec![piece.edit()], commitments }.normalized())
}

fn hull(first: Interval, others: impl Iterator<Item = Interval>) -> Interval {
    others.fold(first, |a, b| {
        Interval::new(a.start().min(b.start()), a.end().max(b.end())).unwrap_or(a)
    })
}

/// An agent's own activities, before and after. What lies in no shift that is spoken of stays; so
/// does what the document leaves unsaid; where it gives a shift's activities, they are all.
fn own(
    ground: &Roster,
    agent: &AgentId,
    within: Interval,
    is_spoken_of: &dyn Fn(&Shift) -> bool,
    pieces: &[Piece],
) -> CommitmentEdit {
    let base: Vec<_> = ground.commitments_of(agent, within).cloned().collect();
    let known = ground.shifts_of(agent, within).filter(|shift| is_spoken_of(shift));
    let said = pieces.iter().filter(|piece| piece.says_activities);
    let spoken: Vec<Interval> =
        known.map(Shift::interval).chain(said.map(|piece| piece.body.interval())).collect();
    let stays = |c: &&Commitment| !spoken.iter().any(|place| c.meets(*place));
    let mut draft: Vec<_> = base.iter().filter(stays).cloned().collect();
    draft.extend(pieces.iter().flat_map(|piece| piece.own.iter().cloned()));
    draft.sort();
    draft.dedup();
    CommitmentEdit { agent: agent.clone(), within, base, draft }
}

/// For every shift of every document, the shift of the ground that it means: by id, else by an id
/// of another system, else by agent, date and largest overlap.
fn matches(
    ground: &Roster,
    during: Interval,
    docs: &[WeekDoc],
) -> Result<Vec<Vec<Option<ShiftId>>>, Rejection> {
    let mut taken: BTreeSet<ShiftId> = BTreeSet::new();
    let mut matched: Vec<Vec<Option<ShiftId>>> = Vec::new();
    for doc in docs {
        let known = |shift: &ShiftDoc| {
            shift.id.clone().or_else(|| {
                let ids = shift.external_ids.iter().flatten();
                ids.filter_map(|(system, id)| ground.shift_by_external_id(system, id))
                    .next()
                    .cloned()
            })
        };
        let ids: Vec<Option<ShiftId>> = doc.shifts.iter().map(known).collect();
        taken.extend(ids.iter().flatten().cloned());
        matched.push(ids);
    }
    for (doc, ids) in docs.iter().zip(&mut matched) {
        let free = ground.shifts_starting(&doc.agent, during).filter(|s| !taken.contains(&s.id));
        let free: Vec<&Shift> = free.collect();
        by_overlap(ground, doc, &free, ids);
    }
    let agents: Vec<&AgentId> = docs.iter().map(|doc| &doc.agent).collect();
    let mut seen = BTreeSet::new();
    match agents.into_iter().find(|agent| !seen.insert(*agent)) {
        None => Ok(matched),
        Some(agent) => Err(Rejection::invalid("/agentSchedules", agent, "is listed twice")),
    }
}

fn by_overlap(ground: &Roster, doc: &WeekDoc, free: &[&Shift], ids: &mut [Option<ShiftId>]) {
    let Some(unit) = ground.unit() else { return };
    let mut pairs = Vec::new();
    for (n, shift) in doc.shifts.iter().enumerate().filter(|(n, _)| ids[*n].is_none()) {
        let Some(span) = &shift.span else { continue };
        for known in free {
            let same_date = unit.zone.date(span.start) == unit.zone.date(known.body.span.start);
            let shared = span.interval().intersection(known.interval());
            if let Some(shared) = shared.filter(|_| same_date) {
                pairs.push((std::cmp::Reverse(shared.minutes()), n, &known.id));
            }
        }
    }
    pairs.sort();
    let mut used = BTreeSet::new();
    for (_, n, id) in pairs {
        if ids[n].is_none() && used.insert(id) {
            ids[n] = Some(id.clone());
        }
    }
}

/// The edit of one shift, and the owner's own activities in it.
#[derive(Clone)]
struct Piece {
    id: ShiftId,
    base: Option<Arc<ShiftBody>>,
    body: Arc<ShiftBody>,
    own: Vec<Commitment>,
    /// Whether the document gives the shift's activities.
    says_activities: bool,
}

impl Piece {
    fn edit(self) -> ShiftEdit {
        ShiftEdit { id: self.id, base: self.base, draft: Some(self.body) }
    }
}

fn one(
    ground: &Roster,
    owner: &AgentId,
    doc: &ShiftDoc,
    known: Option<&Shift>,
    mint: &mut dyn FnMut() -> ShiftId,
) -> Result<Piece, Rejection> {
    let base = known.map(|shift| shift.body.clone());
    let missing = || Rejection::invalid(&format!("{}/start", doc.pointer), &"", "is missing");
    let mut body = match (&base, &doc.span) {
        (Some(base), _) => (**base).clone(),
        (None, Some(span)) => fresh(owner, span),
        (None, None) => return Err(missing()),
    };
    body.owner = owner.clone();
    fields::set(&mut body, doc)?;
    let own = match &doc.activities {
        Some(activities) => {
            let wanted = fields::activities(ground, doc, &body, activities)?;
            set_activities(ground, known, &mut body, wanted)
        }
        None => kept_commitments(ground, owner, known),
    };
    let id = known.map(|shift| shift.id.clone()).or_else(|| doc.id.clone());
    let id = id.unwrap_or_else(mint);
    Ok(Piece { id, base, body: Arc::new(body), own, says_activities: doc.activities.is_some() })
}

/// Gives a shift the activities that are wanted, and its owner the rest of them. What shows as it
/// did is not touched: an activity of the shift under one of the agent's keeps its whole length.
fn set_activities(
    ground: &Roster,
    known: Option<&Shift>,
    body: &mut ShiftBody,
    wanted: Vec<Activity>,
) -> Vec<Commitment> {
    let is_own = |activity: &&Activity| ground.is_agent_bound(&activity.code);
    let own: Vec<Activity> = wanted.iter().filter(is_own).cloned().collect();
    if overlay(&body.activities, own.iter().cloned()) != wanted {
        let of_shift = wanted.iter().filter(|activity| !is_own(activity));
        body.activities = of_shift.cloned().collect();
    }
    let shown = known.map(|shift| ground.activities(&shift.body)).unwrap_or_default();
    let is_same = known.is_some_and(|shift| {
        shift.body.owner == body.owner && shift.body.span.start == body.span.start
    });
    if is_same && shown.iter().filter(is_own).eq(&own) {
        kept_commitments(ground, &body.owner, known)
    } else {
        own.iter().map(|activity| commitment(body, activity)).collect()
    }
}

/// What the owner does in a known shift; in a shift that was somebody else's, not what they did.
fn kept_commitments(ground: &Roster, owner: &AgentId, known: Option<&Shift>) -> Vec<Commitment> {
    let of = |shift: &Shift| -> Vec<Commitment> {
        ground.commitments_of(owner, shift.interval()).cloned().collect()
    };
    known.map(of).unwrap_or_default()
}

fn commitment(body: &ShiftBody, activity: &Activity) -> Commitment {
    Commitment {
        start: body.span.start.plus_min(i64::from(activity.offset_min)),
        length_min: activity.length_min,
        code: activity.code.clone(),
        paid: activity.paid,
    }
}

fn fresh(owner: &AgentId, span: &Span) -> ShiftBody {
    ShiftBody {
        owner: owner.clone(),
        span: span.clone(),
        activities: Arc::from([]),
        site: None,
        work_plan: None,
        external_ids: ExternalIds::new(),
        note: None,
        tags: Tags::new(),
    }
}

/// The edits that lead back: from the state after a publish to the state before it.
#[must_use]
pub fn inverse(before: &Roster, after: &Roster) -> Edits {
    let mut edits = Edits::default();
    for item in before.shifts.diff(&after.shifts) {
        let edit = |id: &ShiftId, base: Option<&Arc<Shift>>, draft: Option<&Arc<Shift>>| {
            let body = |shift: &Arc<Shift>| shift.body.clone();
            ShiftEdit { id: id.clone(), base: base.map(body), draft: draft.map(body) }
        };
        edits.shifts.push(match item {
            imbl::ordmap::DiffItem::Add(id, new) => edit(id, Some(new), None),
            imbl::ordmap::DiffItem::Remove(id, old) => edit(id, None, Some(old)),
            imbl::ordmap::DiffItem::Update { old, new } => edit(old.0, Some(new.1), Some(old.1)),
        });
    }
    for item in before.timelines.diff(&after.timelines) {
        let (agent, old, new) = match item {
            imbl::ordmap::DiffItem::Add(agent, new) => (agent, None, Some(new)),
            imbl::ordmap::DiffItem::Remove(agent, old) => (agent, Some(old), None),
            imbl::ordmap::DiffItem::Update { old, new } => (old.0, Some(old.1), Some(new.1)),
        };
        let all = |t: Option<&Arc<crate::roster::Timeline>>| -> Vec<Commitment> {
            t.map(|t| t.commitments.iter().cloned().collect()).unwrap_or_default()
        };
        edits.commitments.extend(own_change(agent, all(new), all(old)));
    }
    edits.normalized()
}

fn own_change(
    agent: &AgentId,
    base: Vec<Commitment>,
    draft: Vec<Commitment>,
) -> Option<CommitmentEdit> {
    let differs = |a: &[Commitment], b: &[Commitment]| -> Vec<Interval> {
        let changed = a.iter().filter(|c| !b.contains(c));
        changed.filter_map(|c| Interval::new(c.start, c.end())).collect()
    };
    let mut changed = differs(&base, &draft).into_iter().chain(differs(&draft, &base));
    let within = hull(changed.next()?, changed);
    let inside = |all: Vec<Commitment>| all.into_iter().filter(|c| c.meets(within)).collect();
    Some(CommitmentEdit { agent: agent.clone(), within, base: inside(base), draft: inside(draft) })
}
