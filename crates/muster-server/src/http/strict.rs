//! Strict writes that met something else than they expected: what changed since, by whom, and the
//! same request as a merge.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::Method;
use muster_api::availability::AvailabilityView;
use muster_api::etag::etag;
use muster_api::problem::CauseView;
use muster_api::remedy::{RemedyView, Request};
use muster_api::shift::ShiftView;
use muster_api::swap::SwapView;
use muster_api::time_off::TimeOffView;
use muster_api::{Problem, ROOT};
use muster_core::Revision;
use muster_core::command::{Action, Expected};
use muster_core::decide;
use muster_core::explain::Way;
use muster_core::id::UnitId;
use serde::Serialize;
use serde_json::Value;

use crate::desk::Answer;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Sent(Arc<(Method, String, Bytes)>);

impl Sent {
    pub(crate) fn new(method: Method, path: &str, body: Bytes) -> Self {
        Self(Arc::new((method, format!("{ROOT}{path}"), body)))
    }

    pub(crate) fn is_read(&self) -> bool {
        matches!(self.0.0, Method::GET | Method::HEAD)
    }

    pub(crate) fn is_put(&self) -> bool {
        self.0.0 == Method::PUT
    }

    /// The same, to be merged with what changed since the version that it named: without
    /// `If-Match`, and with the version in the body where the body may name it.
    fn merged(&self, version: Revision) -> Option<Request> {
        let (method, path, body) = &*self.0;
        let mut body: Option<Value> = serde_json::from_slice(body).ok();
        let is_shift = path.contains("/shifts/");
        let field = match *method {
            Method::PUT if path.contains("/schedules/") => Some("scheduleVersion"),
            Method::PATCH if path.contains("/schedules/") => Some("baseVersion"),
            Method::PUT | Method::PATCH if is_shift => Some("baseVersion"),
            // What was read is not named by them: they would delete what nobody has looked at.
            Method::DELETE => return None,
            _ => None,
        };
        if let (Some(field), Some(Value::Object(body))) = (field, &mut body) {
            body.insert(field.to_owned(), version.0.into());
        }
        let method = ["POST", "PUT", "PATCH"].into_iter().find(|name| *method == *name)?;
        Some(Request { method, href: path.clone(), body })
    }
}

/// Says what a strict write met.
pub(crate) fn explain(problem: &mut Problem, answer: &Answer, unit: &UnitId, sent: &Sent) {
    let Some(Expected::Version(version) | Expected::Weeks { version, .. }) =
        &answer.command.expects
    else {
        return;
    };
    problem.current_etag = tag(answer, unit);
    let changes = decide::changes_since(&answer.before, &answer.command);
    problem.causes = changes.iter().map(|change| CauseView::of(unit, change)).collect();
    let merge = sent.merged(*version).map(|request| RemedyView {
        id: "merge",
        title: "merge it with what has changed since".to_owned(),
        way: Way::Itself,
        request,
        requires: &[],
    });
    problem.remedies = merge.into_iter().collect();
}

/// The tag that the command's one record has now.
fn tag(answer: &Answer, unit: &UnitId) -> Option<String> {
    let Answer { before: roster, command, .. } = answer;
    let version = decide::version(roster, &command.action)?;
    if let Action::EditShifts { edits, .. } = &command.action {
        let [edit] = &edits.shifts[..] else { return None };
        return Some(of(&ShiftView::new(roster, roster.shift(&edit.id)?), version));
    }
    if let Some(id) = command.action.swap() {
        return Some(of(&SwapView::new(unit, roster.swap(id)?, answer.at), version));
    }
    if let Some(id) = command.action.time_off() {
        return Some(of(&TimeOffView::new(unit, roster, roster.time_off(id)?), version));
    }
    let Action::PutAvailability(said) = &command.action else { return None };
    let known = roster.availability(&said.agent, &said.id)?;
    Some(of(&AvailabilityView::from(known), version))
}

fn of(view: &impl Serialize, version: Revision) -> String {
    etag(&serde_json::to_vec(view).expect("answers are plain data"), version)
}
