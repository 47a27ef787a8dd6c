//! Which operations are tied: those that speak of one agent, shift, swap, request or draft, and
//! those whose agents a swap, a request or a draft ties in the state that there is.

use std::collections::{BTreeMap, BTreeSet};

use muster_core::Roster;
use muster_core::id::OrganizationId;
use muster_ledger::SubjectKind;
use serde_json::Value;

use crate::desk::DeskError;
use crate::http::bulk::Operation;
use crate::http::schedules::spoken_of as spoken_of_draft;
use crate::units::Units;

/// Something that ties all who speak of it.
type Knot = (SubjectKind, String);

/// The tied operations among a stretch of them: each by its place, in order.
pub(crate) type Components = Vec<Vec<usize>>;

/// Operations cut into stretches. What speaks of nobody in particular (a rule, a code) may concern
/// everybody, and is a stretch of its own: what comes before it is done before it.
pub(crate) async fn stretches(
    units: &Units,
    organization: &OrganizationId,
    operations: &[Operation],
) -> Result<Vec<Components>, DeskError> {
    let mut stretches: Vec<Components> = Vec::new();
    let mut open = Tied::default();
    for (n, operation) in operations.iter().enumerate() {
        let knots = knots(units, organization, spoken_of(operation)).await?;
        if knots.is_empty() {
            stretches.push(std::mem::take(&mut open).components());
            stretches.push(vec![vec![n]]);
        } else {
            open.push(n, knots);
        }
    }
    stretches.push(open.components());
    stretches.retain(|stretch| !stretch.is_empty());
    Ok(stretches)
}

/// Components as they grow.
#[derive(Debug, Default)]
struct Tied {
    components: BTreeMap<usize, Vec<usize>>,
    /// Which component has a knot, by its first operation.
    of: BTreeMap<Knot, usize>,
}

impl Tied {
    fn push(&mut self, n: usize, knots: BTreeSet<Knot>) {
        let met: BTreeSet<usize> = knots.iter().filter_map(|k| self.of.get(k).copied()).collect();
        let first = met.first().copied().unwrap_or(n);
        for other in met.into_iter().filter(|other| *other != first) {
            let moved = self.components.remove(&other).unwrap_or_default();
            self.components.entry(first).or_default().extend(moved);
            self.of.values_mut().filter(|of| **of == other).for_each(|of| *of = first);
        }
        self.components.entry(first).or_default().push(n);
        self.of.extend(knots.into_iter().map(|knot| (knot, first)));
    }

    fn components(self) -> Components {
        let sorted = |mut component: Vec<usize>| {
            component.sort_unstable();
            component
        };
        self.components.into_values().map(sorted).collect()
    }
}

/// What an operation names, in its path and its body.
fn spoken_of(operation: &Operation) -> BTreeSet<Knot> {
    let parts: Vec<&str> = operation.bare_path().split('/').collect();
    let mut knots = BTreeSet::new();
    for pair in parts.windows(2) {
        if let [collection, id] = pair
            && let Some(kind) = kind(collection)
            && !matches!(*id, "bulk" | "evaluate" | "query")
        {
            knots.insert((kind, (*id).to_owned()));
        }
    }
    let body: Value = serde_json::from_slice(operation.body()).unwrap_or_default();
    let made = parts.last().and_then(|collection| kind(collection));
    if let (Some(kind), Some(id)) = (made, body.get("id").and_then(Value::as_str)) {
        knots.insert((kind, id.to_owned()));
    }
    for agent in body.get("agents").and_then(Value::as_array).into_iter().flatten() {
        let id = agent.get("id").and_then(Value::as_str);
        knots.extend(id.map(|id| (SubjectKind::Agent, id.to_owned())));
    }
    collect(&body, &mut knots);
    knots
}

/// What lies under a part of a path.
fn kind(collection: &str) -> Option<SubjectKind> {
    match collection {
        "agents" => Some(SubjectKind::Agent),
        "shifts" => Some(SubjectKind::Shift),
        "shiftswaps" => Some(SubjectKind::Swap),
        "timeoffrequests" => Some(SubjectKind::TimeOff),
        "schedules" => Some(SubjectKind::Schedule),
        _ => None,
    }
}

/// The agents and shifts that a body names, however deep.
fn collect(value: &Value, knots: &mut BTreeSet<Knot>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let kind = match name.as_str() {
                    "agentId" => Some(SubjectKind::Agent),
                    "shiftId" | "gives" => Some(SubjectKind::Shift),
                    _ => None,
                };
                match (kind, member) {
                    (Some(kind), Value::String(id)) => {
                        knots.insert((kind, id.clone()));
                    }
                    (_, member) => collect(member, knots),
                }
            }
        }
        Value::Array(members) => members.iter().for_each(|member| collect(member, knots)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The same, with the agents whom the state ties to it. A live week ties nobody by itself.
async fn knots(
    units: &Units,
    organization: &OrganizationId,
    spoken_of: BTreeSet<Knot>,
) -> Result<BTreeSet<Knot>, DeskError> {
    let mut knots = BTreeSet::new();
    for (kind, id) in spoken_of {
        let is_agent = kind == SubjectKind::Agent;
        let desk = if is_agent { None } else { units.desk_with(organization, kind, &id).await? };
        if let Some(desk) = desk {
            let head = desk.head();
            knots.extend(agents(&head, kind, &id).into_iter().map(|id| (SubjectKind::Agent, id)));
            if kind == SubjectKind::Schedule && id.parse().is_ok_and(|id| head.draft(&id).is_none())
            {
                continue;
            }
        }
        knots.insert((kind, id));
    }
    Ok(knots)
}

/// The agents of a shift, a swap, a request or a draft.
fn agents(roster: &Roster, kind: SubjectKind, id: &str) -> Vec<String> {
    let own = |id: &muster_core::id::AgentId| id.to_string();
    match kind {
        SubjectKind::Shift => {
            let shift = id.parse().ok().and_then(|id| roster.shift(&id));
            shift.map(|shift| own(&shift.body.owner)).into_iter().collect()
        }
        SubjectKind::Swap => {
            let swap = id.parse().ok().and_then(|id| roster.swap(&id));
            swap.into_iter().flat_map(|swap| swap.offer.agents()).map(own).collect()
        }
        SubjectKind::TimeOff => {
            let request = id.parse().ok().and_then(|id| roster.time_off(&id));
            request.map(|known| own(&known.request.agent)).into_iter().collect()
        }
        SubjectKind::Schedule => {
            let draft = id.parse().ok().and_then(|id| roster.draft(&id));
            let agents = draft.map(|draft| spoken_of_draft(&draft.edits())).unwrap_or_default();
            agents.iter().map(own).collect()
        }
        SubjectKind::Unit
        | SubjectKind::ManagementUnit
        | SubjectKind::Agent
        | SubjectKind::ActivityCode => Vec::new(),
    }
}
