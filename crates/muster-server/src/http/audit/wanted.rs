//! Which changes are asked for.

use muster_core::Revision;
use muster_core::audit::{NAMES, Step, Touched};
use muster_core::entry::Entry;
use muster_core::id::{AgentId, ShiftId, SwapId};
use muster_core::roster::Roster;
use muster_ledger::SubjectKind;
use schemars::{Schema, SchemaGenerator, json_schema};

use crate::error::ApiError;

/// All of it has to be so.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) shift: Option<ShiftId>,
    pub(super) swap: Option<SwapId>,
    pub(super) agent: Option<AgentId>,
    pub(super) entity: Option<Entity>,
    /// A client or an agent.
    pub(super) actor: Option<String>,
}

/// A kind of things, or one of them.
#[derive(Debug)]
pub(super) struct Entity {
    kind: &'static str,
    id: Option<String>,
}

/// How an entity looks in the API's document.
pub(super) fn schema(_: &mut SchemaGenerator) -> Schema {
    let pattern = format!("^({})(/.+)?$", NAMES.join("|"));
    json_schema!({ "type": "string", "pattern": pattern, "examples": ["shift"] })
}

impl Entity {
    /// `shift`, or `shift/ID`.
    pub(super) fn parse(text: &str) -> Result<Self, ApiError> {
        let (name, id) = match text.split_once('/') {
            Some((name, id)) => (name, Some(id.to_owned())),
            None => (text, None),
        };
        let kind = NAMES.into_iter().find(|known| *known == name);
        let wrong = || {
            let problem = format!("is none of {}, alone or before /ID", NAMES.join(", "));
            ApiError::bad_input("entity", text, &problem)
        };
        let is_empty = id.as_ref().is_some_and(String::is_empty);
        Ok(Self { kind: kind.filter(|_| !is_empty).ok_or_else(wrong)?, id })
    }

    /// What knows the unit of its id.
    fn subject(&self) -> Option<(SubjectKind, String)> {
        let kind = match self.kind {
            "unit" | "rules" | "staffing" | "trunks" | "sites" => SubjectKind::Unit,
            "managementUnit" => SubjectKind::ManagementUnit,
            "agent" | "commitments" | "draftCommitments" => SubjectKind::Agent,
            "activityCode" => SubjectKind::ActivityCode,
            "shift" | "draftShift" => SubjectKind::Shift,
            "schedule" | "draft" => SubjectKind::Schedule,
            "swap" => SubjectKind::Swap,
            "timeOff" => SubjectKind::TimeOff,
            _ => return None,
        };
        Some((kind, self.id.clone()?))
    }

    fn is(&self, step: &Step<'_>, touched: &Touched<'_>) -> bool {
        self.kind == touched.name() && self.id.as_ref().is_none_or(|id| *id == touched.id(step))
    }

    /// Its id, if every entry that changes it spells it. A live schedule is named by its week, and
    /// what there is one of by nothing.
    fn spelled(&self) -> Option<&str> {
        match self.kind {
            "schedule" | "unit" | "rules" | "staffing" | "trunks" | "sites" => None,
            _ => self.id.as_deref(),
        }
    }
}

impl Wanted {
    /// The live shift, and neither what drafts want of it nor what was found about it.
    pub(super) fn shift_alone(shift: ShiftId) -> Self {
        let entity = Entity { kind: "shift", id: Some(shift.to_string()) };
        Self { shift: Some(shift), entity: Some(entity), ..Self::default() }
    }

    /// An id whose unit can be looked up.
    pub(super) fn subject(&self) -> Option<(SubjectKind, String)> {
        let shift = self.shift.as_ref().map(|id| (SubjectKind::Shift, id.to_string()));
        let swap = || self.swap.as_ref().map(|id| (SubjectKind::Swap, id.to_string()));
        let agent = || self.agent.as_ref().map(|id| (SubjectKind::Agent, id.to_string()));
        let entity = || self.entity.as_ref().and_then(Entity::subject);
        shift.or_else(swap).or_else(agent).or_else(entity)
    }

    /// What stands in the body of every entry that is asked for: ids are written as they are.
    pub(super) fn spelled(&self) -> Option<String> {
        let shift = self.shift.as_ref().map(ShiftId::as_str);
        let id = shift.or(self.swap.as_ref().map(SwapId::as_str));
        let id = id.or_else(|| self.entity.as_ref().and_then(Entity::spelled));
        id.or(self.actor.as_deref()).map(|id| format!("\"{id}\""))
    }

    /// The first entry that can be asked for, as the head tells.
    pub(super) fn first(&self, head: &Roster) -> Revision {
        let swap = self.swap.as_ref().and_then(|id| head.swap(id));
        swap.map_or(Revision(1), |swap| swap.offered.revision)
    }

    /// The places of the changes that are asked for, among all of an entry.
    pub(super) fn among(&self, step: &Step<'_>, all: &[Touched<'_>]) -> Vec<usize> {
        if !self.is_by(step.entry) {
            return Vec::new();
        }
        let places = all.iter().enumerate();
        places.filter(|(_, touched)| self.wants(step, touched)).map(|(place, _)| place).collect()
    }

    fn is_by(&self, entry: &Entry) -> bool {
        let actor = &entry.actor;
        let agent = |who: &String| actor.agent.as_ref().is_some_and(|id| id.as_str() == who);
        self.actor.as_ref().is_none_or(|who| actor.client.as_str() == who || agent(who))
    }

    fn wants(&self, step: &Step<'_>, touched: &Touched<'_>) -> bool {
        self.shift.as_ref().is_none_or(|id| touched.is_about_shift(id))
            && self.swap.as_ref().is_none_or(|id| touched.is_about_swap(step.entry, id))
            && self.agent.as_ref().is_none_or(|id| touched.is_about_agent(step, id))
            && self.entity.as_ref().is_none_or(|entity| entity.is(step, touched))
    }
}
