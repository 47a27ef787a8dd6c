//! Which schedule an id names, and the documents it is shown as.

use axum::response::Response;
use jiff::civil::Date;
use muster_api::schedule::{EditedView, Head, ScheduleView};
use muster_core::command::{Action, Terms};
use muster_core::decide::Outcome;
use muster_core::draft::{Draft, Edits};
use muster_core::id::{AgentId, ScheduleId, UnitId};
use muster_core::roster::Week;
use muster_core::{Revision, Roster};

use crate::desk::{Answer, Desk};
use crate::error::ApiError;
use crate::http::page::Open;
use crate::http::schedules::{Part, ground};
use crate::http::{told, written};

/// A live week or a draft.
pub(super) enum Which<'a> {
    Live(&'a Week),
    Draft(&'a Draft),
}

impl Which<'_> {
    pub(super) fn week(&self) -> Date {
        match self {
            Self::Live(week) => week.first,
            Self::Draft(draft) => draft.week,
        }
    }

    pub(super) fn version(&self) -> Revision {
        match self {
            Self::Live(week) => week.version,
            Self::Draft(draft) => draft.origin.revision,
        }
    }

    /// What it means to edit it: the live week at once, a draft as a wish.
    pub(super) fn edited(&self, edits: Edits, terms: Terms) -> Action {
        match self {
            Self::Live(_) => Action::EditShifts { edits, terms },
            Self::Draft(draft) => {
                let id = draft.id.clone();
                Action::EditDraft { id, edits, resolutions: terms.resolutions }
            }
        }
    }

    fn head<'a>(&'a self, unit: &'a UnitId) -> Head<'a> {
        match self {
            Self::Live(week) => Head::live(unit, week),
            Self::Draft(draft) => Head::draft(unit, draft),
        }
    }
}

pub(super) fn which<'a>(roster: &'a Roster, schedule: &ScheduleId) -> Result<Which<'a>, ApiError> {
    let live = roster.week_by_id(schedule).map(Which::Live);
    let draft = || roster.draft(schedule).map(Which::Draft);
    live.or_else(draft).ok_or_else(|| ApiError::unknown("schedule", schedule))
}

/// The agents that a read asks for: one, a management unit's, or all that have shifts.
fn agents<'a>(ground: &'a Roster, week: Date, part: &Part) -> Vec<&'a AgentId> {
    if let Some(agent) = &part.agent_id {
        return ground.agent(agent).map(|record| &record.agent.id).into_iter().collect();
    }
    let shown = ScheduleView::agents(ground, week);
    let Some(unit) = &part.management_unit_id else { return shown.collect() };
    let is_in = |agent: &&AgentId| {
        let record = ground.agent(agent);
        let own = record.and_then(|record| record.agent.management_unit.as_ref());
        own == Some(unit)
    };
    shown.filter(is_in).collect()
}

/// One page of a schedule.
pub(super) fn page<'a>(
    unit: &'a UnitId,
    page: &Open,
    which: &'a Which<'a>,
    ground: &'a Roster,
    part: &Part,
) -> ScheduleView<'a> {
    let agents = agents(ground, which.week(), part);
    let (agents, next_cursor) = page.take(agents.into_iter(), |agent| agent.as_str());
    let mut view = ScheduleView::new(which.head(unit), ground, agents);
    view.next_cursor = next_cursor;
    view.head.schedule_version = version(which, ground, part);
    if matches!(which, Which::Live(_)) {
        view.head.base_revision = view.head.schedule_version;
    }
    view
}

/// The revision that last changed what is shown: one agent's week does not change when another
/// agent's does.
pub(super) fn version(which: &Which<'_>, ground: &Roster, part: &Part) -> Revision {
    match (which, &part.agent_id) {
        (Which::Live(week), Some(agent)) => ground.agent_week_version(agent, week.first),
        (Which::Live(_) | Which::Draft(_), _) => which.version(),
    }
}

/// Whether what a client read had changed by the time its write was decided.
fn has_moved(answer: &Answer, schedule: &ScheduleId, agents: &[&AgentId], token: Revision) -> bool {
    match which(&answer.before, schedule) {
        Ok(Which::Live(week)) => {
            let version = |agent: &&AgentId| answer.before.agent_week_version(agent, week.first);
            agents.iter().any(|agent| version(agent) > token)
        }
        Ok(Which::Draft(draft)) => draft.origin.revision > token,
        Err(_) => false,
    }
}

/// The answer to a write: the document as it is now, for the agents that were written.
pub(super) async fn edited(
    desk: &Desk,
    schedule: &ScheduleId,
    answer: &Answer,
    agents: Option<&[AgentId]>,
    token: Option<Revision>,
) -> Result<Response, ApiError> {
    let roster = &answer.after;
    let which = which(roster, schedule)?;
    let ground = ground(desk, roster, &which).await?;
    let unit = &desk.key().unit;
    let listed: Vec<&AgentId> = match agents {
        Some(agents) => {
            let known = agents.iter().filter_map(|agent| ground.agent(agent));
            known.map(|record| &record.agent.id).collect()
        }
        None => ScheduleView::agents(&ground, which.week()).collect(),
    };
    let (merged, published) = match &answer.result {
        Ok(Outcome::Edited(published)) => (!published.merged.is_empty(), Some(published)),
        Ok(Outcome::Draft { merged, .. }) => (*merged, None),
        _ => (false, None),
    };
    // What is answered is not what was sent either where somebody changed another part of it.
    let merged = merged || token.is_some_and(|token| has_moved(answer, schedule, &listed, token));
    let held = published.map(|p| told::held(answer, &p.held)).unwrap_or_default();
    let warnings = published.map(|p| told::findings(&p.warnings)).unwrap_or_default();
    let view = EditedView {
        schedule: ScheduleView::new(which.head(unit), &ground, listed),
        revision: answer.revision,
        merged,
        merged_agents: published.map(|p| p.merged.as_slice()).unwrap_or_default(),
        held,
        warnings,
        clock_changes: match &which {
            Which::Live(_) => told::clocks(answer),
            Which::Draft(draft) => told::drafted_clocks(answer, draft),
        },
    };
    Ok(written(merged, answer.revision, which.version(), &view))
}
