//! Remedies as requests of this API: sent as they are, they do what they say.

mod edits;

use muster_core::acknowledge::Acknowledgement;
use muster_core::command::{Action, Resolution, Terms, Verdict};
use muster_core::explain::{Remedy, Way};
use muster_core::id::{AgentId, ShiftId};
use muster_core::roster::Roster;
use muster_core::swap::SwapOffer;
use muster_core::time_off::{Days, TimeOffRequest};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::ROOT;
use crate::swap::{LegView, SideView};
use crate::time::At;
use crate::time::IntervalText;

/// A request of this API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Request {
    /// The method.
    pub method: &'static str,
    /// The path.
    pub href: String,
    /// The body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

impl Request {
    fn post(path: String, body: Value) -> Self {
        Self { method: "POST", href: format!("{ROOT}{path}"), body: Some(body) }
    }

    fn delete(path: &str) -> Self {
        Self { method: "DELETE", href: format!("{ROOT}{path}"), body: None }
    }

    fn patch(path: String, body: Value) -> Self {
        Self { method: "PATCH", href: format!("{ROOT}{path}"), body: Some(body) }
    }
}

/// A request that resolves a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RemedyView {
    /// Its name.
    pub id: &'static str,
    /// What it does, in a planner's words.
    pub title: String,
    /// Whether it is the request with a decision in it, comes first, or comes in its place.
    pub way: Way,
    /// What to send.
    #[serde(flatten)]
    pub request: Request,
    /// The scopes that it takes.
    pub requires: &'static [&'static str],
}

impl RemedyView {
    /// A remedy as a request; `None` when it is too long to be said as one.
    #[must_use]
    pub fn new(remedy: &Remedy, roster: &Roster) -> Option<Self> {
        let request = request(&remedy.action, roster)?;
        let Remedy { id, title, action: _, way, requires } = remedy;
        Some(Self { id, title: title.clone(), way: *way, request, requires })
    }
}

/// The request that does what an action says, on the state it was thought of; `None` for actions
/// that are no remedies, and for those too long to be said as one request.
#[must_use]
pub fn request(action: &Action, roster: &Roster) -> Option<Request> {
    match action {
        Action::Publish { id, terms } => {
            let path = format!("/scheduling/schedules/{id}/publish");
            Some(Request::post(path, json!(TermsBody::new(terms))))
        }
        Action::Revert { week, publication, edits: _, terms } => {
            let path = format!("/scheduling/schedules/{}/revert", roster.week(*week)?.id);
            let mut body = json!(TermsBody::new(terms));
            body["revision"] = json!(publication);
            Some(Request::post(path, body))
        }
        Action::EditShifts { edits, terms } => edits::edit_shifts(roster, edits, terms),
        Action::EditDraft { id, edits, resolutions } => {
            edits::edit_draft(roster, id, edits, resolutions)
        }
        Action::PublishDocument { .. } => edits::publish_document(roster, action),
        Action::OfferSwap(offer) => Some(offered(offer)),
        Action::ApproveSwap { id, verdict } => {
            Some(decided(format!("/scheduling/shiftswaps/{id}/approve"), verdict))
        }
        Action::DenySwap { id, verdict } => {
            Some(decided(format!("/scheduling/shiftswaps/{id}/deny"), verdict))
        }
        Action::DeclineSwap { id, agent } => {
            Some(answered(&format!("{id}/decline"), agent.as_ref(), None))
        }
        Action::CancelSwap(id) => {
            Some(Request::post(format!("/scheduling/shiftswaps/{id}/cancel"), json!({})))
        }
        Action::RevertSwap { id, verdict } => {
            Some(decided(format!("/scheduling/shiftswaps/{id}/revert"), verdict))
        }
        Action::AcceptSwap { id, agent, shift } => {
            Some(answered(&format!("{id}/accept"), Some(agent), shift.as_ref()))
        }
        Action::RequestTimeOff(request) => Some(asked(request)),
        Action::ApproveTimeOff { id, verdict } => {
            Some(decided(format!("/timeoffrequests/{id}/approve"), verdict))
        }
        Action::DenyTimeOff { id, verdict } => {
            Some(decided(format!("/timeoffrequests/{id}/deny"), verdict))
        }
        Action::CancelTimeOff(id) => {
            Some(Request::post(format!("/timeoffrequests/{id}/cancel"), json!({})))
        }
        Action::WithdrawAvailability { agent, id } => {
            Some(Request::delete(&format!("/agents/{agent}/availability/{id}")))
        }
        Action::RebaseDraft(id) => {
            Some(Request::post(format!("/scheduling/schedules/{id}/rebase"), json!({})))
        }
        Action::PutUnit(_)
        | Action::PutManagementUnit(_)
        | Action::PutAgents(_)
        | Action::AgentLeaves(_)
        | Action::PutActivityCode(_)
        | Action::SetRules(_)
        | Action::PutStaffing(_)
        | Action::PutTrunks(_)
        | Action::PutSites(_)
        | Action::CreateDraft { .. }
        | Action::DeleteDraft(_)
        | Action::ExpireSwaps
        | Action::ChangeTimeOff { .. }
        | Action::PutAvailability(_)
        | Action::PutTimeOffLimits(_) => None,
    }
}

/// Terms as the body of a publish; what is as usual is left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TermsBody<'a> {
    mode: muster_core::command::Mode,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    acknowledge: &'a [Acknowledgement],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    resolutions: &'a [Resolution],
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_ids: Option<&'a [AgentId]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl<'a> TermsBody<'a> {
    fn new(terms: &'a Terms) -> Self {
        Self {
            mode: terms.mode,
            acknowledge: &terms.acknowledge,
            resolutions: &terms.resolutions,
            agent_ids: terms.only.as_deref(),
            reason: terms.reason.as_deref(),
        }
    }
}

fn decided(path: String, verdict: &Verdict) -> Request {
    let mut body = json!({});
    if !verdict.acknowledge.is_empty() {
        body["acknowledge"] = json!(verdict.acknowledge);
    }
    if let Some(reason) = &verdict.reason {
        body["reason"] = json!(reason);
    }
    Request::post(path, body)
}

/// What one of the agents says to a swap.
fn answered(path: &str, agent: Option<&AgentId>, shift: Option<&ShiftId>) -> Request {
    let mut body = json!({});
    if let Some(agent) = agent {
        body["agentId"] = json!(agent);
    }
    if let Some(shift) = shift {
        body["shiftId"] = json!(shift);
    }
    Request::post(format!("/scheduling/shiftswaps/{path}"), body)
}

fn offered(offer: &SwapOffer) -> Request {
    let SwapOffer {
        id,
        initiator,
        receiver,
        legs,
        one_sided,
        acceptable,
        expires_at,
        external_ids,
    } = offer;
    let mut body = json!({ "id": id, "initiator": SideView::from(initiator) });
    if let Some(receiver) = receiver {
        body["receiver"] = json!(SideView::from(receiver));
    }
    if !legs.is_empty() {
        body["legs"] = json!(legs.iter().map(LegView::from).collect::<Vec<_>>());
    }
    if *one_sided {
        body["oneSided"] = json!(true);
    }
    if !acceptable.is_empty() {
        let all: Vec<_> = acceptable.iter().copied().map(IntervalText::from).collect();
        body["acceptableIntervals"] = json!(all);
    }
    if let Some(end) = expires_at {
        body["expiresAt"] = json!(At(*end));
    }
    if !external_ids.is_empty() {
        body["externalIds"] = json!(external_ids);
    }
    Request::post("/scheduling/shiftswaps".to_owned(), body)
}

fn asked(request: &TimeOffRequest) -> Request {
    let TimeOffRequest { id, agent, code, days, intervals: _, paid, paid_min, note } = request;
    let mut body = json!({ "id": id, "agentId": agent, "activityCodeId": code, "paid": paid });
    match days {
        Days::FullDays(days) => body["fullDays"] = json!(days),
        Days::Partial(interval) => {
            body["start"] = json!(At(interval.start()));
            body["end"] = json!(At(interval.end()));
        }
    }
    if let Some(minutes) = paid_min {
        body["paidMinutes"] = json!(minutes);
    }
    if let Some(note) = note {
        body["note"] = json!(note);
    }
    Request::post("/timeoffrequests".to_owned(), body)
}

#[cfg(test)]
mod tests;
