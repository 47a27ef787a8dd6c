//! What entries of a unit's ledger changed: `GET /audit`, `GET /scheduling/shifts/{id}/history`.

mod resource;
mod wish;

use std::sync::Arc;

use muster_core::Revision;
use muster_core::audit::{Step, Touched};
use muster_core::entry::Entry;
use muster_core::id::{AgentId, ClientId, CommandId, ScheduleId, UnitId};
use muster_core::shift::{Atom, ShiftBody};
use schemars::JsonSchema;
use serde::Serialize;

use crate::acknowledgement::AboutView;
use crate::conflict::AtomView;
use crate::time::At;

pub use resource::ResourceView;
pub use wish::{DraftCommitmentsView, DraftShiftView, WantedShiftView};

/// Who asked for an entry.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActorView<'a> {
    /// The API client.
    pub client_id: &'a ClientId,
    /// The agent who acted, where agents act for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<&'a AgentId>,
}

/// An entry: one accepted command, and what it changed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntryView<'a> {
    /// The unit.
    pub business_unit_id: &'a UnitId,
    /// Its place in the unit's ledger.
    pub revision: Revision,
    /// When it was decided.
    pub at: At,
    /// Who asked for it.
    pub actor: ActorView<'a>,
    /// The command it came from.
    pub command_id: &'a CommandId,
    /// What it is about.
    pub about: AboutView,
    /// Why, in the actor's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a Arc<str>>,
    /// The revision that had last changed the rules when it was decided.
    pub policy_revision: Revision,
    /// The release of the time zone data it was decided with.
    pub time_zone_data: &'a str,
    /// How many things it changed.
    pub change_count: usize,
    /// How many of those that were asked for stand on the pages before this one.
    #[serde(skip_serializing_if = "is_none")]
    pub continued_from: usize,
    /// The things it changed that were asked for, as many as this page has room for.
    pub changes: Vec<ChangeView<'a>>,
}

fn is_none(number: &usize) -> bool {
    *number == 0
}

impl<'a> EntryView<'a> {
    /// An entry that changed `change_count` things, with some of them.
    #[must_use]
    pub fn new(
        unit: &'a UnitId,
        step: Step<'a>,
        change_count: usize,
        continued_from: usize,
        shown: impl Iterator<Item = Touched<'a>>,
    ) -> Self {
        let Entry { revision, at, actor, command, policy, zones, about, reason, events: _ } =
            step.entry;
        Self {
            business_unit_id: unit,
            revision: *revision,
            at: At(*at),
            actor: ActorView { client_id: &actor.client, agent_id: actor.agent.as_ref() },
            command_id: command,
            about: AboutView { kind: about.kind, id: about.id.clone() },
            reason: reason.as_ref(),
            policy_revision: *policy,
            time_zone_data: zones,
            change_count,
            continued_from,
            changes: shown.map(|touched| ChangeView::new(unit, step, touched)).collect(),
        }
    }
}

/// Something that an entry changed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeView<'a> {
    /// What kind of thing it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its id among the things of its kind; that of the unit for what there is one of.
    pub id: String,
    /// Whose it is, where its id does not say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<&'a AgentId>,
    /// The draft that wants it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_id: Option<&'a ScheduleId>,
    /// Who went live, where a schedule was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_agent_ids: Option<&'a [AgentId]>,
    /// What it was, spelled as the API spells it; `null` where it was not there.
    pub before: Option<ResourceView<'a>>,
    /// What it is; `null` where it is gone.
    pub after: Option<ResourceView<'a>>,
    /// Of a shift that was there and still is, the parts that changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub atoms: Vec<AtomChangeView>,
}

impl<'a> ChangeView<'a> {
    fn new(unit: &'a UnitId, step: Step<'a>, touched: Touched<'a>) -> Self {
        let (before, after) = ResourceView::pair(unit, step, touched);
        let (mut schedule_id, mut agent_id, mut published_agent_ids) = (None, None, None);
        if let Touched::DraftShift(draft, _) | Touched::DraftCommitments(draft, _) = touched {
            schedule_id = Some(draft);
        } else if let Touched::Availability(agent, _) = touched {
            agent_id = Some(agent);
        } else if let Touched::Schedule { published, .. } = touched {
            published_agent_ids = published;
        }
        let (kind, id, atoms) = (touched.name(), touched.id(&step), atoms(step, touched));
        Self { kind, id, agent_id, schedule_id, published_agent_ids, before, after, atoms }
    }
}

/// A part of a shift before and after.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AtomChangeView {
    /// Which part.
    pub atom: Atom,
    /// What it was, as the fields of a shift that hold it.
    pub before: AtomView,
    /// What it is.
    pub after: AtomView,
}

fn atoms(step: Step<'_>, touched: Touched<'_>) -> Vec<AtomChangeView> {
    let Touched::Shift(id) = touched else { return Vec::new() };
    let (Some(before), Some(after)) = (step.before.shift(id), step.after.shift(id)) else {
        return Vec::new();
    };
    let (before, after): (&ShiftBody, &ShiftBody) = (&before.body, &after.body);
    let changed = Atom::VALUED.into_iter().filter(|atom| !before.same(after, *atom));
    let view = |body: &ShiftBody, atom| AtomView(body.get(atom));
    changed
        .map(|atom| AtomChangeView { atom, before: view(before, atom), after: view(after, atom) })
        .collect()
}
