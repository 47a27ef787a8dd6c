//! Every route on one page, with the scope it takes.

pub(crate) mod described;
mod own;

use std::sync::LazyLock;

use axum::Router;
use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, patch, post, put};
use tokio::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::{Instrument as _, error_span, field};

use crate::access::{AccessError, Caller, ORGANIZATION};
use crate::error::ApiError;
use crate::http::bulk::Outer;
use crate::http::{
    App, Call, acknowledgements, activity_codes, adherence, agents, audit, availability, bulk,
    calendar, docs, events,
    intake::{self, Takes},
    levels, management_units, oauth, operations, rules, schedules, shifts, swaps, time_off, units,
    webhooks,
};
use crate::jobs::{self, Order};
use crate::trace::{CORRELATION, Context};
use crate::{http, limits};

/// A route: its method, its path, and the scope it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// `GET`, `POST` …
    pub method: &'static str,
    /// The path, with parameters in braces.
    pub path: &'static str,
    /// The scope; none where no token is asked for.
    pub scope: Option<&'static str>,
}

/// Stands where a route takes any token: what it leads to takes the scopes.
pub const ANY: &str = "";

type Handler = MethodRouter<App>;

/// All routes under `/api/v2/wfm`, with their handlers.
fn wfm() -> Vec<(&'static str, &'static str, &'static str, Handler)> {
    let mut routes = vec![
        ("GET", "/businessunits", "wfm:unit:read", get(units::list)),
        ("POST", "/businessunits", "wfm:unit:write", post(units::create)),
        ("GET", "/businessunits/{id}", "wfm:unit:read", get(units::show)),
        ("PATCH", "/businessunits/{id}", "wfm:unit:write", patch(units::change)),
        ("GET", "/businessunits/{id}/rules", "wfm:rule:read", get(rules::show)),
        ("PUT", "/businessunits/{id}/rules", "wfm:rule:write", put(rules::set)),
        (
            "GET",
            "/businessunits/{id}/acknowledgements",
            "wfm:schedule:read",
            get(acknowledgements::list),
        ),
        ("GET", "/businessunits/{id}/availability", "wfm:timeoff:read", get(availability::list)),
        ("GET", "/businessunits/{id}/staffing", "wfm:unit:read", get(levels::staffing)),
        ("PUT", "/businessunits/{id}/staffing", "wfm:unit:write", put(levels::put_staffing)),
        ("GET", "/businessunits/{id}/trunks", "wfm:unit:read", get(levels::trunks)),
        ("PUT", "/businessunits/{id}/trunks", "wfm:unit:write", put(levels::put_trunks)),
        ("GET", "/businessunits/{id}/sites", "wfm:unit:read", get(levels::sites)),
        ("PUT", "/businessunits/{id}/sites", "wfm:unit:write", put(levels::put_sites)),
        ("GET", "/managementunits", "wfm:unit:read", get(management_units::list)),
        ("POST", "/managementunits", "wfm:unit:write", post(management_units::create)),
        ("GET", "/managementunits/{id}", "wfm:unit:read", get(management_units::show)),
        ("PATCH", "/managementunits/{id}", "wfm:unit:write", patch(management_units::change)),
        ("GET", "/agents", "wfm:agent:read", get(agents::list)),
        ("GET", "/agents/{id}", "wfm:agent:read", get(agents::show)),
        ("PUT", "/agents/{id}", "wfm:agent:write", put(agents::put)),
        ("POST", "/agents/bulk", "wfm:agent:write", post(agents::bulk)),
        ("POST", "/agents/{id}/sessions", "wfm:adherence:write", post(adherence::open_session)),
        ("GET", "/agents/{id}/sessions", "wfm:adherence:read", get(adherence::sessions)),
        (
            "DELETE",
            "/agents/{id}/sessions/{session}",
            "wfm:adherence:write",
            delete(adherence::close_session),
        ),
        ("GET", "/agents/{id}/availability", "wfm:timeoff:read", get(availability::list_own)),
        ("GET", "/agents/{id}/availability/{said}", "wfm:timeoff:read", get(availability::show)),
        ("PUT", "/agents/{id}/availability/{said}", "wfm:timeoff:write", put(availability::put)),
        (
            "DELETE",
            "/agents/{id}/availability/{said}",
            "wfm:timeoff:write",
            delete(availability::withdraw),
        ),
        ("GET", "/activitycodes", "wfm:unit:read", get(activity_codes::list)),
        ("PUT", "/activitycodes/{id}", "wfm:unit:write", put(activity_codes::put)),
        ("POST", "/timeoffrequests", "wfm:timeoff:write", post(time_off::create)),
        ("POST", "/timeoffrequests/query", "wfm:timeoff:read", post(time_off::query)),
        ("POST", "/timeoffrequests/evaluate", "wfm:timeoff:read", post(time_off::evaluate)),
        ("GET", "/timeofflimits", "wfm:timeoff:read", get(time_off::limits)),
        ("PUT", "/timeofflimits", "wfm:timeoff:approve", put(time_off::put_limits)),
        ("GET", "/timeoffrequests/{id}", "wfm:timeoff:read", get(time_off::show)),
        ("PATCH", "/timeoffrequests/{id}", "wfm:timeoff:write", patch(time_off::change)),
        ("POST", "/timeoffrequests/{id}/approve", "wfm:timeoff:approve", post(time_off::approve)),
        ("POST", "/timeoffrequests/{id}/deny", "wfm:timeoff:approve", post(time_off::deny)),
        ("POST", "/timeoffrequests/{id}/cancel", "wfm:timeoff:write", post(time_off::cancel)),
        ("POST", "/adherence/events", "wfm:adherence:write", post(adherence::report)),
        ("GET", "/adherence", "wfm:adherence:read", get(adherence::show)),
        ("POST", BULK, ANY, post(bulk::send)),
        ("GET", "/jobs/{id}", ANY, get(http::jobs::show)),
        ("GET", "/jobs/{id}/results", ANY, get(http::jobs::results)),
        ("GET", "/jobs/{id}/progress", ANY, get(http::jobs::progress)),
        ("POST", "/jobs/{id}/cancel", ANY, post(http::jobs::cancel)),
        ("GET", "/audit", "wfm:audit:read", get(audit::list)),
        ("GET", "/audit/export", "wfm:audit:read", get(audit::export)),
    ];
    routes.extend(telling());
    routes.extend(scheduling());
    routes
}

fn telling() -> Vec<(&'static str, &'static str, &'static str, Handler)> {
    let (read, write) = ("wfm:event:read", "wfm:event:write");
    vec![
        ("GET", EVENTS, read, get(events::feed)),
        ("GET", "/webhooks", read, get(webhooks::list)),
        ("POST", "/webhooks", write, post(webhooks::create)),
        ("GET", "/webhooks/{id}", read, get(webhooks::show)),
        ("PATCH", "/webhooks/{id}", write, patch(webhooks::change)),
        ("DELETE", "/webhooks/{id}", write, delete(webhooks::delete)),
        ("GET", "/webhooks/{id}/deliveries", read, get(webhooks::deliveries)),
        ("POST", "/webhooks/{id}/replay", write, post(webhooks::replay)),
        ("POST", "/webhooks/{id}/secret", write, post(webhooks::rotate)),
        ("POST", "/webhooks/{id}/ping", write, post(webhooks::ping)),
    ]
}

fn scheduling() -> Vec<(&'static str, &'static str, &'static str, Handler)> {
    let (read, write, publish) =
        ("wfm:schedule:read", "wfm:schedule:write", "wfm:schedule:publish");
    macro_rules! both {
        ($rest:literal) => {
            [concat!("/schedules/{id}", $rest), concat!("/scheduling/schedules/{id}", $rest)]
        };
    }
    let mut routes = vec![
        ("GET", "/schedules", read, get(schedules::list)),
        ("POST", "/schedules", write, post(schedules::create)),
        ("GET", "/scheduling/agents/{id}/schedule", read, get(schedules::agent_view)),
        ("GET", "/agents/{id}/calendar", read, get(calendar::show)),
        ("POST", "/agents/{id}/calendar", read, post(calendar::make)),
        ("DELETE", "/agents/{id}/calendar", read, delete(calendar::revoke)),
        ("GET", "/scheduling/shifts", "wfm:shift:read", get(shifts::list)),
        ("POST", "/scheduling/shifts", "wfm:shift:write", post(shifts::create)),
        ("GET", "/scheduling/shifts/{id}", "wfm:shift:read", get(shifts::show)),
        ("PUT", "/scheduling/shifts/{id}", "wfm:shift:write", put(shifts::put)),
        ("PATCH", "/scheduling/shifts/{id}", "wfm:shift:write", patch(shifts::change)),
        ("DELETE", "/scheduling/shifts/{id}", "wfm:shift:write", delete(shifts::delete)),
        ("GET", "/scheduling/shifts/{id}/history", "wfm:shift:read", get(audit::history)),
        ("GET", "/scheduling/shiftswaps", "wfm:swap:read", get(swaps::list)),
        ("POST", "/scheduling/shiftswaps", "wfm:swap:write", post(swaps::offer)),
        ("POST", "/scheduling/shiftswaps/evaluate", "wfm:swap:read", post(swaps::evaluate)),
        ("POST", "/scheduling/shiftswaps/bulk", "wfm:swap:approve", post(swaps::bulk)),
        ("GET", "/scheduling/shiftswaps/{id}", "wfm:swap:read", get(swaps::show)),
        ("POST", "/scheduling/shiftswaps/{id}/accept", "wfm:swap:write", post(swaps::accept)),
        ("POST", "/scheduling/shiftswaps/{id}/decline", "wfm:swap:write", post(swaps::decline)),
        ("POST", "/scheduling/shiftswaps/{id}/cancel", "wfm:swap:write", post(swaps::cancel)),
        ("POST", "/scheduling/shiftswaps/{id}/approve", "wfm:swap:approve", post(swaps::approve)),
        ("POST", "/scheduling/shiftswaps/{id}/deny", "wfm:swap:approve", post(swaps::deny)),
        ("POST", "/scheduling/shiftswaps/{id}/revert", "wfm:swap:approve", post(swaps::revert)),
    ];
    for path in both!("") {
        routes.push(("GET", path, read, get(schedules::show)));
        routes.push(("PUT", path, write, put(schedules::put)));
        routes.push(("PATCH", path, write, patch(schedules::change)));
        routes.push(("DELETE", path, write, delete(schedules::delete)));
    }
    routes.extend(both!("/validate").map(|p| ("POST", p, read, post(schedules::validate))));
    routes.extend(both!("/publish").map(|p| ("POST", p, publish, post(schedules::publish))));
    routes.extend(both!("/revert").map(|p| ("POST", p, publish, post(schedules::revert))));
    routes.extend(both!("/rebase").map(|p| ("POST", p, write, post(schedules::rebase))));
    routes.extend(both!("/status").map(|p| ("GET", p, read, get(schedules::status))));
    routes
}

/// Every route there is.
#[must_use]
pub fn routes() -> Vec<Route> {
    let open = [
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
        ("POST", "/oauth/token"),
        ("GET", "/calendar/{file}"),
        ("GET", "/api/v2/docs"),
        ("GET", "/api/v2/docs/openapi.json"),
    ];
    let open = open.map(|(method, path)| Route { method, path, scope: None });
    let wfm = wfm().into_iter().map(|(method, path, scope, _)| Route {
        method,
        path: Box::leak(format!("/api/v2/wfm{path}").into_boxed_str()),
        scope: Some(scope),
    });
    open.into_iter().chain(wfm).collect()
}

/// The server's routes.
pub fn router(app: App) -> Router {
    let mut wfm_routes = Router::new();
    for (method, path, scope, handler) in wfm() {
        let guard = Guard { app: app.clone(), method, path, scope };
        let guard = from_fn_with_state(guard, enter);
        wfm_routes = wfm_routes.route(path, handler.layer(guard));
    }
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(operations::ready))
        .route("/metrics", get(operations::metrics))
        .route("/oauth/token", post(oauth::token))
        .route("/calendar/{file}", get(calendar::read).layer(from_fn_with_state(app.clone(), take)))
        .route("/api/v2/docs", get(docs::page))
        .route("/api/v2/docs/openapi.json", get(docs::document))
        // `enter` has read the body within our own limit.
        .nest("/api/v2/wfm", wfm_routes.layer(DefaultBodyLimit::disable()))
        .fallback(|| async { ApiError::no_route() })
        .method_not_allowed_fallback(|| async { ApiError::no_method() })
        .layer(CatchPanicLayer::custom(|_| ApiError::broken().into_response()))
        .layer(from_fn_with_state(app.clone(), measure))
        .layer(from_fn_with_state(app.clone(), correlate))
        .with_state(app)
}

/// The routes that a bulk's operations may take, without their own checks of tokens.
pub(crate) fn operations(app: &App) -> Router {
    static ROUTES: LazyLock<Router<App>> = LazyLock::new(|| {
        let mut routes = Router::new();
        for (method, path, scope, handler) in wfm() {
            if is_operation(method, path) {
                let guard = Within { method, path, scope };
                let handler = handler.layer(from_fn_with_state(guard, step_in));
                routes = routes.route(path, handler);
            }
        }
        routes
            .fallback(|| async { ApiError::no_route() })
            .method_not_allowed_fallback(|| async { ApiError::no_method() })
            .layer(DefaultBodyLimit::disable())
    });
    ROUTES.clone().with_state(app.clone())
}

/// Whether a route may be an operation of a bulk, or a job.
fn is_operation(method: &str, path: &str) -> bool {
    method != "GET" && !matches!(path, BULK | "/jobs/{id}/cancel")
}

/// What writes beside the ledger, or more than once: not with others that it would stand or fall
/// with.
const NOT_TOGETHER: &[&str] = &[
    "/businessunits",
    "/agents/{id}/sessions",
    "/agents/{id}/sessions/{session}",
    "/agents/{id}/calendar",
    "/adherence/events",
    "/scheduling/shiftswaps/bulk",
];

/// What is known of the route of an operation.
#[derive(Debug, Clone, Copy)]
struct Within {
    method: &'static str,
    path: &'static str,
    scope: &'static str,
}

/// Lets an operation in on behalf of the caller of its bulk.
async fn step_in(
    State(Within { method, path, scope }): State<Within>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let outer = parts.extensions.remove::<Outer>().ok_or_else(ApiError::no_token)?;
    let Outer { caller, key, stage } = outer;
    if stage.is_some() && NOT_TOGETHER.contains(&path) {
        let problem = "cannot stand or fall with others: send it with atomicity item";
        return Err(ApiError::bad_input("path", parts.uri.path(), problem));
    }
    may(&caller, method, path, scope, &parts.uri)?;
    let most = limits::BODY_BYTES;
    let body = to_bytes(body, most).await.map_err(|_| ApiError::too_large(most))?;
    let call = Call::new(caller, &parts, &body)?.within(key, stage);
    parts.extensions.insert(call);
    Ok(next.run(Request::from_parts(parts, Body::from(body))).await)
}

/// What the guard of a route knows of it.
#[derive(Debug, Clone)]
struct Guard {
    app: App,
    method: &'static str,
    path: &'static str,
    scope: &'static str,
}

/// Checks the token and how much it may ask, and says in the answer what is left of that.
async fn enter(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let caller = match caller(&guard.app, &parts).await {
        Ok(caller) => caller,
        Err(error) => return ApiError::from(error).into_response(),
    };
    tracing::Span::current().record("client", field::display(&caller.actor.client));
    let gate = guard.app.gate().clone();
    let (quota, admitted) = gate.ask(&caller);
    let mut response = match admitted {
        Ok(()) => match guard.admit(caller, parts, body, next).await {
            Ok(response) => response,
            Err(error) => error.into_response(),
        },
        Err(not_now) => ApiError::from(not_now).into_response(),
    };
    gate.tell(quota, response.headers_mut());
    response
}

/// Who is calling.
async fn caller(app: &App, parts: &Parts) -> Result<Caller, AccessError> {
    let token = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = token.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    let named = parts.headers.get_all(ORGANIZATION).iter();
    let named = named.map(|name| String::from_utf8_lossy(name.as_bytes()).into_owned());
    // Named twice, it is none of the token's.
    let named = named.reduce(|all, name| format!("{all}, {name}"));
    app.access().caller(bearer.ok_or(AccessError::NoToken)?, named.as_deref()).await
}

impl Guard {
    /// Checks the scope and whose it is, reads the body, and hands on what handlers need.
    async fn admit(
        &self,
        caller: Caller,
        parts: Parts,
        body: Body,
        next: Next,
    ) -> Result<Response, ApiError> {
        let Self { app, method, path, scope } = self;
        may(&caller, method, path, scope, &parts.uri)?;
        let bounds = &app.settings().bounds;
        let takes = if *path == BULK { Takes::JsonOrLines } else { Takes::Json };
        let body = intake::read(&parts.headers, body, takes, bounds.body_time).await?;
        let call = Call::new(caller, &parts, &body)?;
        let order = match call.is_async() && is_operation(method, path) {
            true => Some((call.clone(), Order::of_request(&call, &parts, &body)?)),
            false => None,
        };
        let mut request = Request::from_parts(parts, Body::from(body));
        request.extensions_mut().insert(call);
        if *path == EVENTS {
            return Ok(next.run(request).await);
        }
        let _slot = app.gate().slot()?;
        let handled = async {
            match order {
                Some((call, order)) => jobs::begin(app, &call, order).await,
                None => Ok(next.run(request).await),
            }
        };
        let answer = tokio::time::timeout(bounds.request_time, handled).await;
        answer.unwrap_or_else(|_| Err(ApiError::too_slow(bounds.request_time)))
    }
}

/// The route whose requests wait for something to happen, as long as the client says: they are
/// neither counted among those that are handled nor limited in time.
const EVENTS: &str = "/events";

/// The route that takes JSON lines.
const BULK: &str = "/bulk";

/// Has a request without a token count among those that are handled.
async fn take(State(app): State<App>, request: Request, next: Next) -> Result<Response, ApiError> {
    let _slot = app.gate().slot()?;
    Ok(next.run(request).await)
}

/// Checks that a caller may go there.
fn may(
    caller: &Caller,
    method: &str,
    path: &str,
    scope: &'static str,
    uri: &Uri,
) -> Result<(), AccessError> {
    if scope != ANY {
        caller.may(scope)?;
    }
    own::check(caller, method, path, uri)
}

/// Whose log lines tell of every request.
const ACCESS: &str = "muster_server::access";

/// Counts every request, takes its time, by the route that took it, and logs it.
async fn measure(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let most = app.settings().bounds.url_bytes;
    let url = request.uri().path_and_query().map_or(0, |url| url.as_str().len());
    let response = match url <= most {
        true => next.run(request).await,
        false => ApiError::url_too_long(most).into_response(),
    };
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    app.units().metrics().request(route, status, took);
    if let Some(context) = Context::current() {
        context.ended(method.as_str(), route, status);
    }
    if app.is_logged(route) {
        let bytes = response.body().size_hint().exact();
        // To the microsecond.
        let ms = (took.as_secs_f64() * 1e6).round() / 1e3;
        tracing::info!(target: ACCESS, %method, route, status, ms, bytes, "answered");
    }
    response
}

/// Gives every request an id, in its log lines and its answer, and its place in a trace.
async fn correlate(State(app): State<App>, request: Request, next: Next) -> Response {
    let traces = app.settings().traces.as_ref();
    let context = Context::new(request.headers(), traces, app.clock());
    let header = context.id().parse();
    let (id, trace) = (context.id(), context.trace().map(field::display));
    // Of the level of errors, so that whatever is logged has it.
    let span = error_span!("request", request.id = id, trace.id = trace, client = field::Empty);
    let mut response = context.scope(next.run(request)).instrument(span).await;
    if let Ok(header) = header {
        response.headers_mut().insert(CORRELATION, header);
    }
    response
}
