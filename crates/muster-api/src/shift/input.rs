//! Shifts as clients write them.

use std::collections::BTreeMap;
use std::sync::Arc;

use muster_core::command::Terms;
use muster_core::diff::{ActivityDoc, ShiftDoc};
use muster_core::id::{ActivityCodeId, AgentId, ShiftId, UnitId};
use muster_core::shift::{ExternalIds, Shift, Span, Tags};
use muster_core::{Revision, Roster, Zone};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::ReadOnly;
use crate::input::{BadInput, ExternalId, Long, Short, double};
use crate::shift::schema;
use crate::terms::TermsIn;
use crate::time::TimeIn;

/// What an edit of a change set does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Op {
    /// Make the shift, or set the fields that are given.
    Put,
    /// Set fields of a shift that is there.
    Update,
    /// Take the shift away.
    Delete,
}

/// An activity as a client writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActivityIn {
    /// What it is spent on.
    pub activity_code_id: ActivityCodeId,
    /// Elapsed minutes after the shift's start.
    #[schemars(range(max = muster_core::limits::SHIFT_MIN))]
    pub offset_minutes: u32,
    /// Elapsed length in minutes.
    #[schemars(range(min = 1, max = muster_core::limits::SHIFT_MIN))]
    pub length_minutes: u32,
    /// Whether it is paid; as its code says, when absent.
    #[serde(default)]
    pub paid: Option<bool>,
}

/// A shift as a client writes it: what is absent stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(transform = schema::alone)]
pub struct ShiftIn {
    /// In a change set only: what to do.
    pub op: Option<Op>,
    /// In a change set only: which shift.
    pub shift_id: Option<ShiftId>,
    /// Its id, if the client knows or chooses it.
    pub id: Option<ShiftId>,
    /// Where a shift is made alone: the unit, if the agent's is not meant.
    pub business_unit_id: Option<UnitId>,
    /// Who works it.
    pub agent_id: Option<AgentId>,
    /// When it starts.
    pub start: Option<TimeIn>,
    /// Its elapsed length in minutes.
    #[schemars(range(min = 1, max = muster_core::limits::SHIFT_MIN))]
    pub length_minutes: Option<u32>,
    /// The zone whose wall clock it is entered with.
    pub time_zone: Option<Zone>,
    /// Everything else than on-queue work.
    #[schemars(length(max = muster_core::limits::ACTIVITIES))]
    pub activities: Option<Vec<ActivityIn>>,
    /// Where it is worked; `null` for nowhere in particular.
    #[serde(deserialize_with = "double")]
    pub site: Option<Option<Short>>,
    /// The work plan it came from; `null` for none.
    #[serde(deserialize_with = "double")]
    pub work_plan: Option<Option<Short>>,
    /// Its ids in other systems, by system.
    #[schemars(extend("maxProperties" = muster_core::limits::EXTERNAL_IDS))]
    pub external_ids: Option<BTreeMap<Short, ExternalId>>,
    /// Alias of `externalIds.trade_id`.
    #[serde(rename = "trade_id")]
    pub trade_id: Option<ExternalId>,
    /// Alias of `externalIds.swap_request_id`.
    #[serde(rename = "swap_request_id")]
    pub swap_request_id: Option<ExternalId>,
    /// A remark; `null` for none.
    #[serde(deserialize_with = "double")]
    pub note: Option<Option<Long>>,
    /// Labels.
    #[schemars(length(max = muster_core::limits::TAGS))]
    pub tags: Option<Vec<Short>>,
    /// Findings that somebody answers for, where the shift is written alone.
    #[schemars(length(max = muster_core::limits::ACKNOWLEDGEMENTS))]
    pub acknowledge: Option<Vec<muster_core::acknowledge::Acknowledgement>>,
    /// Why, where the shift is written alone.
    pub reason: Option<Long>,
    #[serde(rename = "paidMinutes")]
    _paid_minutes: ReadOnly,
    /// The base of a shift that is written alone: the revision the client had read.
    pub base_version: Option<Revision>,
    /// The same, as it was read; a whole shift that is sent back names its base by it.
    pub version: Option<Revision>,
    #[serde(rename = "lastUpdated")]
    _last_updated: ReadOnly,
    #[serde(rename = "merged")]
    _merged: ReadOnly,
    #[serde(rename = "findings")]
    _findings: ReadOnly,
    #[serde(rename = "clockChanges")]
    _clock_changes: ReadOnly,
}

impl ShiftIn {
    /// A shift that is written alone, as the core compares it with the ground the client had read.
    ///
    /// # Errors
    /// [`BadInput`] names the field that cannot be.
    pub fn doc(self, ground: &Roster) -> Result<ShiftDoc, BadInput> {
        self.refuse_op("")?;
        self.any_doc(ground, None, "")
    }

    /// The terms of a shift that is written alone.
    ///
    /// # Errors
    /// [`BadInput`] when an acknowledgement says too little, or there are more than are taken.
    pub fn terms(&self) -> Result<Terms, BadInput> {
        let acknowledge = self.acknowledge.clone().unwrap_or_default();
        TermsIn { acknowledge, reason: self.reason.clone(), ..TermsIn::default() }.terms()
    }

    /// A shift of one agent's week. `pointer` is where it stands in the request.
    ///
    /// # Errors
    /// [`BadInput`] names the field that cannot be.
    pub fn listed_doc(
        self,
        ground: &Roster,
        agent: &AgentId,
        pointer: &str,
    ) -> Result<ShiftDoc, BadInput> {
        self.refuse_op(pointer)?;
        self.refuse_terms(pointer)?;
        self.any_doc(ground, Some(agent), pointer)
    }

    fn refuse_op(&self, pointer: &str) -> Result<(), BadInput> {
        if let Some(op) = self.op {
            return Err(BadInput::unknown_field(format!("{pointer}/op"), &format!("{op:?}")));
        }
        match &self.shift_id {
            Some(id) => Err(BadInput::unknown_field(format!("{pointer}/shiftId"), id)),
            None => Ok(()),
        }
    }

    /// What is said once for the whole request cannot be said of one shift in it.
    pub(crate) fn refuse_terms(&self, pointer: &str) -> Result<(), BadInput> {
        let refuse =
            |field: &str| Err(BadInput::unknown_field(format!("{pointer}/{field}"), &"a value"));
        if self.acknowledge.is_some() {
            return refuse("acknowledge");
        }
        if self.reason.is_some() {
            return refuse("reason");
        }
        if self.business_unit_id.is_some() {
            return refuse("businessUnitId");
        }
        if self.base_version.is_some() {
            return refuse("baseVersion");
        }
        Ok(())
    }

    pub(crate) fn any_doc(
        mut self,
        ground: &Roster,
        agent: Option<&AgentId>,
        pointer: &str,
    ) -> Result<ShiftDoc, BadInput> {
        if let (Some(whose), Some(said)) = (agent, &self.agent_id)
            && whose != said
        {
            let problem = format!("is not {whose}, whose week it stands in");
            return Err(BadInput::invalid(format!("{pointer}/agentId"), said, problem));
        }
        let known = self.id.as_ref().and_then(|id| ground.shift(id));
        let owner = agent.cloned().or_else(|| self.agent_id.take());
        let span = self.span(ground, known, owner.as_ref(), pointer)?;
        let external_ids = self.external_ids(known, pointer)?;
        let activity = |a: ActivityIn| ActivityDoc {
            code: a.activity_code_id,
            offset_min: a.offset_minutes,
            length_min: a.length_minutes,
            paid: a.paid,
        };
        Ok(ShiftDoc {
            id: self.id,
            owner,
            span,
            activities: self.activities.map(|all| all.into_iter().map(activity).collect()),
            site: self.site.map(|site| site.map(|site| site.0)),
            work_plan: self.work_plan.map(|plan| plan.map(|plan| plan.0)),
            external_ids,
            note: self.note.map(|note| note.map(|note| note.0)),
            tags: self.tags.map(|tags| tags.into_iter().map(|tag| tag.0).collect::<Tags>()),
            pointer: pointer.to_owned(),
        })
    }

    /// Start and length are one atom: what is absent of them comes from the known shift.
    fn span(
        &self,
        ground: &Roster,
        known: Option<&Shift>,
        owner: Option<&AgentId>,
        pointer: &str,
    ) -> Result<Option<Span>, BadInput> {
        if self.start.is_none() && self.length_minutes.is_none() && self.time_zone.is_none() {
            return Ok(None);
        }
        let known = known.map(|shift| &shift.body);
        let missing = |field: &str| BadInput::missing(format!("{pointer}/{field}"));
        let zone = self.time_zone.as_ref().or_else(|| self.start.as_ref()?.zone());
        let owner = owner.or(known.map(|body| &body.owner));
        let zone = zone
            .or(known.map(|body| &body.span.zone))
            .or_else(|| Some(&ground.agent(owner?)?.agent.zone))
            .or(ground.unit().map(|unit| &unit.zone))
            .ok_or_else(|| missing("timeZone"))?;
        let start = match (&self.start, known) {
            (Some(start), _) => start.resolve(zone, &format!("{pointer}/start"))?,
            (None, Some(body)) => body.span.start,
            (None, None) => return Err(missing("start")),
        };
        let length_min = self
            .length_minutes
            .or(known.map(|body| body.span.length_min))
            .ok_or_else(|| missing("lengthMinutes"))?;
        Ok(Some(Span { start, length_min, zone: zone.clone() }))
    }

    /// The ids in other systems, the two aliases among them.
    fn external_ids(
        &self,
        known: Option<&Shift>,
        pointer: &str,
    ) -> Result<Option<ExternalIds>, BadInput> {
        let given = self
            .external_ids
            .as_ref()
            .map(|ids| ids.iter().map(|(system, id)| (system.0.clone(), id.0.clone())).collect());
        let aliases = [("trade_id", &self.trade_id), ("swap_request_id", &self.swap_request_id)];
        if aliases.iter().all(|(_, id)| id.is_none()) {
            return Ok(given);
        }
        let has_given = given.is_some();
        let mut ids: ExternalIds = given
            .or_else(|| known.map(|shift| shift.body.external_ids.clone()))
            .unwrap_or_default();
        for (system, id) in aliases {
            let Some(id) = id else { continue };
            let other = ids.insert(Arc::from(system), id.0.clone());
            if let Some(other) = other.filter(|other| has_given && *other != id.0) {
                let problem = format!("is not {other:?}, which externalIds.{system} says");
                let pointer = format!("{pointer}/{system}");
                return Err(BadInput::invalid(pointer, &id.0, problem));
            }
        }
        Ok(Some(ids))
    }
}
