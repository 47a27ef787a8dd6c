//! A week as the API spells it: what the demo's clients read, change and send back.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use muster_core::id::{ActivityCodeId, AgentId, ShiftId};
use muster_core::shift::{self, ExternalIds, ShiftBody, Span};
use muster_core::{Instant, Zone};
use serde::{Deserialize, Serialize};

/// A stretch of a shift that is not on-queue work.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Activity {
    pub(crate) offset_minutes: u32,
    pub(crate) length_minutes: u32,
    pub(crate) activity_code_id: String,
    pub(crate) paid: bool,
}

/// A shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shift {
    pub(crate) id: String,
    pub(crate) agent_id: String,
    pub(crate) start: Timestamp,
    pub(crate) length_minutes: u32,
    pub(crate) time_zone: String,
    pub(crate) activities: Vec<Activity>,
    #[serde(default)]
    pub(crate) note: Option<String>,
    #[serde(default)]
    pub(crate) tags: BTreeSet<String>,
}

/// One agent's whole week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AgentWeek {
    pub(crate) agent_id: String,
    pub(crate) shifts: Vec<Shift>,
}

/// A week of many agents, with the version it was read at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document {
    pub(crate) schedule_version: u64,
    pub(crate) agent_schedules: Vec<AgentWeek>,
}

impl Document {
    /// One agent's week.
    pub(crate) fn agent(&self, id: &str) -> Option<&AgentWeek> {
        self.agent_schedules.iter().find(|week| week.agent_id == id)
    }
}

impl Shift {
    /// The shift as the core knows it.
    pub(crate) fn body(&self) -> Result<ShiftBody> {
        let zone = Zone::find(&self.time_zone).context("read a shift's zone")?;
        let start = Instant::from_timestamp(self.start);
        let mut activities = self
            .activities
            .iter()
            .map(|activity| {
                Ok(shift::Activity {
                    offset_min: activity.offset_minutes,
                    length_min: activity.length_minutes,
                    code: ActivityCodeId::parse(&activity.activity_code_id)?,
                    paid: activity.paid,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        activities.sort();
        Ok(ShiftBody {
            owner: AgentId::parse(&self.agent_id)?,
            span: Span { start, length_min: self.length_minutes, zone },
            activities: activities.into(),
            site: None,
            work_plan: None,
            external_ids: ExternalIds::new(),
            note: self.note.as_deref().map(Arc::from),
            tags: self.tags.iter().map(|tag| Arc::from(tag.as_str())).collect(),
        })
    }

    /// Its id as the core knows it.
    pub(crate) fn id(&self) -> Result<ShiftId> {
        Ok(ShiftId::parse(&self.id)?)
    }

    /// The first activity of a code.
    pub(crate) fn activity(&mut self, code: &str, nth: usize) -> Option<&mut Activity> {
        self.activities.iter_mut().filter(|activity| activity.activity_code_id == code).nth(nth)
    }
}
