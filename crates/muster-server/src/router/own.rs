//! What agents' own tokens reach: of the routes below, what is the agent's own.

use axum::http::Uri;
use muster_core::id::AgentId;

use crate::access::{AccessError, Caller};

/// How it is known whether something is an agent's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Own {
    /// The path names the agent.
    Path,
    /// The query's `agentId` has to.
    Query,
    /// Who answers looks: the desk that decides, or the handler that shows it.
    Answer,
    /// It is nobody's, and everybody may know.
    Nobody,
}

/// The routes that agents' own tokens may call. A route that is not here is for others.
const ROUTES: &[(&str, &str, Own)] = &[
    ("GET", "/businessunits/{id}", Own::Nobody),
    ("GET", "/activitycodes", Own::Nobody),
    ("GET", "/agents/{id}", Own::Path),
    ("GET", "/agents/{id}/sessions", Own::Path),
    ("POST", "/agents/{id}/sessions", Own::Path),
    ("DELETE", "/agents/{id}/sessions/{session}", Own::Path),
    ("GET", "/agents/{id}/availability", Own::Path),
    ("GET", "/agents/{id}/availability/{said}", Own::Path),
    ("PUT", "/agents/{id}/availability/{said}", Own::Path),
    ("DELETE", "/agents/{id}/availability/{said}", Own::Path),
    ("GET", "/agents/{id}/calendar", Own::Path),
    ("POST", "/agents/{id}/calendar", Own::Path),
    ("DELETE", "/agents/{id}/calendar", Own::Path),
    ("GET", "/scheduling/agents/{id}/schedule", Own::Path),
    ("GET", "/events", Own::Query),
    ("POST", "/bulk", Own::Answer),
    ("GET", "/jobs/{id}", Own::Answer),
    ("GET", "/jobs/{id}/results", Own::Answer),
    ("GET", "/jobs/{id}/progress", Own::Answer),
    ("POST", "/jobs/{id}/cancel", Own::Answer),
    ("GET", "/scheduling/shifts", Own::Query),
    ("POST", "/scheduling/shifts", Own::Answer),
    ("GET", "/scheduling/shifts/{id}", Own::Answer),
    ("PUT", "/scheduling/shifts/{id}", Own::Answer),
    ("PATCH", "/scheduling/shifts/{id}", Own::Answer),
    ("DELETE", "/scheduling/shifts/{id}", Own::Answer),
    ("GET", "/scheduling/shiftswaps", Own::Answer),
    ("POST", "/scheduling/shiftswaps", Own::Answer),
    ("POST", "/scheduling/shiftswaps/evaluate", Own::Answer),
    ("GET", "/scheduling/shiftswaps/{id}", Own::Answer),
    ("POST", "/scheduling/shiftswaps/{id}/accept", Own::Answer),
    ("POST", "/scheduling/shiftswaps/{id}/decline", Own::Answer),
    ("POST", "/scheduling/shiftswaps/{id}/cancel", Own::Answer),
    ("POST", "/timeoffrequests", Own::Answer),
    ("POST", "/timeoffrequests/query", Own::Answer),
    ("POST", "/timeoffrequests/evaluate", Own::Answer),
    ("GET", "/timeoffrequests/{id}", Own::Answer),
    ("PATCH", "/timeoffrequests/{id}", Own::Answer),
    ("POST", "/timeoffrequests/{id}/cancel", Own::Answer),
];

/// Lets an agent's own token pass where it may go, as far as the request itself tells.
pub(super) fn check(
    caller: &Caller,
    method: &str,
    path: &str,
    uri: &Uri,
) -> Result<(), AccessError> {
    let Some(agent) = &caller.actor.agent else { return Ok(()) };
    let known = ROUTES.iter().find(|route| (route.0, route.1) == (method, path));
    let named = match known {
        Some((_, _, Own::Answer | Own::Nobody)) => return Ok(()),
        Some((_, _, Own::Path)) => in_path(path, uri.path()),
        Some((_, _, Own::Query)) => in_query(uri.query().unwrap_or_default()),
        None => None,
    };
    match named {
        Some(named) if named == *agent => Ok(()),
        Some(_) | None => Err(AccessError::NotOwn(agent.clone())),
    }
}

/// What stands where a route has its `{id}`.
fn in_path(route: &str, path: &str) -> Option<AgentId> {
    let mut pairs = route.split('/').zip(path.split('/'));
    let (_, id) = pairs.find(|(part, _)| *part == "{id}")?;
    AgentId::parse(id).ok()
}

fn in_query(query: &str) -> Option<AgentId> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let (_, id) = pairs.find(|(key, _)| key == "agentId")?;
    AgentId::parse(&id).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::routes;

    #[test]
    fn what_agents_may_call_are_routes() {
        for (method, path, _) in ROUTES {
            let path = format!("/api/v2/wfm{path}");
            let is_there = routes().iter().any(|r| r.method == *method && r.path == path);
            assert!(is_there, "{method} {path}");
        }
    }

    #[test]
    fn the_agent_is_found_where_the_route_has_it() {
        let found = |route, path| in_path(route, path).map(|agent| agent.to_string());
        assert_eq!(found("/agents/{id}", "/agents/ana").as_deref(), Some("ana"));
        let schedule = "/scheduling/agents/{id}/schedule";
        assert_eq!(found(schedule, "/scheduling/agents/ben/schedule").as_deref(), Some("ben"));
        assert_eq!(found("/agents/{id}", "/agents/%61na"), None);
    }
}
