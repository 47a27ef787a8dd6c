//! Shift swaps.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use muster_api::clock_change::ClockChangesView;
use muster_api::list::{EvaluatedAt, ListView};
use muster_api::swap::{
    AcceptIn, DeclineIn, EvaluationView, SwapAction, SwapBulkIn, SwapFilterIn, SwapIn,
    SwapOutcomeView, SwapStatusIn, SwapView,
};
use muster_api::terms::VerdictIn;
use muster_api::{parse, parse_or_default};
use muster_core::clock_change;
use muster_core::command::Action;
use muster_core::decide::{self, Outcome};
use muster_core::id::{AgentId, SwapId, UnitId};
use muster_core::swap::Swap;
use muster_core::{Instant, Revision};
use muster_ledger::SubjectKind;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::desk::{Answer, Desk};
use crate::error::ApiError;
use crate::http::page::size;
use crate::http::query::{Params, Path, id};
use crate::http::{App, Call, Page, created, document, json, listed, told};
use crate::limits;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Filter {
    /// Without it, the swaps of all units, if they fit one page.
    business_unit_id: Option<UnitId>,
    /// Only what stands there.
    #[schemars(with = "Option<SwapStatusIn>")]
    status: Option<String>,
    /// Only what is about this agent.
    agent_id: Option<AgentId>,
    /// Only swaps that changed after this revision.
    after: Option<Revision>,
    /// Most entities on the page.
    #[schemars(range(min = 1, max = limits::PAGE_SIZE))]
    page_size: Option<usize>,
    /// The `nextCursor` of the page before this one.
    cursor: Option<String>,
}

/// What a swap must be like to be listed.
struct Wanted<'a> {
    status: Option<SwapStatusIn>,
    agent: Option<&'a AgentId>,
    after: Option<Revision>,
    now: Instant,
    /// Whose own swaps these are, and what is on the board; all, for who is no agent.
    own: Option<&'a AgentId>,
}

impl Wanted<'_> {
    fn is_met(&self, swap: &Swap) -> bool {
        self.status.is_none_or(|status| status.0 == Some(swap.state_at(self.now)))
            && self.agent.is_none_or(|agent| swap.offer.is_of(agent))
            && self.after.is_none_or(|after| swap.origin.revision > after)
            && self.own.is_none_or(|own| swap.offer.is_of(own) || swap.offer.is_on_board())
    }
}

pub(crate) async fn list(
    State(app): State<App>,
    call: Call,
    Params(filter): Params<Filter>,
) -> Result<Response, ApiError> {
    let said = filter.status.as_deref();
    let status = said
        .map(str::parse::<SwapStatusIn>)
        .transpose()
        .map_err(|error| ApiError::bad_input("status", said.unwrap_or_default(), &error))?;
    let (agent, now) = (filter.agent_id.as_ref(), app.clock().now());
    let own = call.caller.actor.agent.as_ref();
    let mut wanted = Wanted { status, agent, after: filter.after, now, own };
    let Some(unit) = &filter.business_unit_id else {
        size(filter.page_size)?;
        return everywhere(&app, &call, &wanted).await;
    };
    let desk = app.desk(&call, unit).await?;
    let page = Page::new(filter.page_size, filter.cursor).open(&desk, &call, app.clock()).await?;
    wanted.now = page.roster.now(now);
    let swaps = page.roster.swaps().filter(|swap| wanted.is_met(swap));
    let (swaps, next_cursor) = page.take(swaps, |swap| swap.offer.id.as_str());
    let view = |swap| SwapView::new(unit, swap, wanted.now);
    let entities = swaps.into_iter().map(view).collect();
    let revision = page.roster.revision();
    Ok(listed(revision, &ListView::<SwapView<'_>> { entities, next_cursor, revision }))
}

/// The swaps of all of the organization's units: what a poll that names none is after.
async fn everywhere(app: &App, call: &Call, wanted: &Wanted<'_>) -> Result<Response, ApiError> {
    let mut rosters = Vec::new();
    for unit in app.units().list(&call.caller.organization).await? {
        let roster = app.desk(call, &unit).await?.head();
        rosters.push((unit, roster));
    }
    let mut entities: Vec<SwapView<'_>> = Vec::new();
    for (unit, roster) in &rosters {
        let now = roster.now(wanted.now);
        let swaps = roster.swaps().filter(|swap| wanted.is_met(swap));
        entities.extend(swaps.map(|swap| SwapView::new(unit, swap, now)));
    }
    if entities.len() > limits::PAGE_SIZE {
        let problem = format!("must be named: more than {} swaps match", limits::PAGE_SIZE);
        return Err(ApiError::bad_input("businessUnitId", "", &problem));
    }
    // A list over units has no revision of its own.
    Ok(listed(Revision::ZERO, &ListView::whole(entities, Revision::ZERO)))
}

async fn desk_of(app: &App, call: &Call, swap: &SwapId) -> Result<Desk, ApiError> {
    app.desk_with(call, SubjectKind::Swap, swap).await
}

/// The unit of a new offer: named, or that of the agent or shift that offers.
async fn desk_of_new(app: &App, call: &Call, input: &SwapIn) -> Result<Desk, ApiError> {
    if let Some(unit) = &input.business_unit_id {
        return app.desk(call, unit).await;
    }
    if let Some(leg) = input.legs.first() {
        return app.desk_with(call, SubjectKind::Agent, &leg.agent_id).await;
    }
    // Who picks a shift up gives none.
    let sides = [input.initiator.as_ref(), input.receiver.as_ref()];
    let side = sides.into_iter().flatten().next().ok_or_else(|| ApiError::missing("/initiator"))?;
    match (&side.agent_id, &side.shift_id) {
        (Some(agent), _) => app.desk_with(call, SubjectKind::Agent, agent).await,
        (None, Some(shift)) => app.desk_with(call, SubjectKind::Shift, shift).await,
        (None, None) => Err(ApiError::missing("/initiator/agentId")),
    }
}

/// All agents of a swap live in one unit.
async fn check_unit(app: &App, call: &Call, desk: &Desk, input: &SwapIn) -> Result<(), ApiError> {
    let receiver = input.receiver.as_ref().and_then(|side| side.agent_id.as_ref());
    for agent in receiver.into_iter().chain(input.legs.iter().map(|leg| &leg.agent_id)) {
        let other = app.desk_with(call, SubjectKind::Agent, agent).await?;
        if other.key() != desk.key() {
            return Err(ApiError::cross_unit("the receiver's unit", &other.key().unit));
        }
    }
    Ok(())
}

pub(crate) async fn offer(
    State(app): State<App>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let input: SwapIn = parse(&body)?;
    let desk = desk_of_new(&app, &call, &input).await?;
    check_unit(&app, &call, &desk, &input).await?;
    let offer = input.offer(&desk.head(), &mut || app.mint(&call))?;
    let swap = offer.id.clone();
    let answer = app.ask(&desk, &call, Action::OfferSwap(offer)).await?;
    let is_new = answer.before.swap(&swap).is_none();
    let view = view(&desk, &answer, &swap)?;
    Ok(created(is_new, answer.revision, &view))
}

/// The swap as it stands after an answer.
fn view<'a>(desk: &'a Desk, answer: &'a Answer, swap: &SwapId) -> Result<SwapView<'a>, ApiError> {
    let known = answer.after.swap(swap).ok_or_else(|| ApiError::unknown("swap", swap))?;
    let view = SwapView::new(&desk.key().unit, known, answer.at);
    Ok(match &answer.result {
        Ok(Outcome::Swap { findings, .. }) => SwapView {
            clock_changes: clocks(answer, known),
            ..view.with_findings(told::findings(findings))
        },
        _ => view,
    })
}

/// What clock changes do to the shifts of a swap: of an open one, when they change hands.
fn clocks(answer: &Answer, swap: &Swap) -> Option<ClockChangesView> {
    if !swap.state_at(answer.at).is_open() {
        return told::clocks(answer);
    }
    ClockChangesView::new(&clock_change::of_swap(&answer.after, &swap.offer))
}

/// Decides many swaps, each on its own: some may be refused while others pass.
pub(crate) async fn bulk(
    State(app): State<App>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let input: SwapBulkIn = parse(&body)?;
    input.check()?;
    if input.action == SwapAction::Cancel {
        call.caller.may("wfm:swap:write")?;
    }
    let swaps = match (&input.ids, &input.filter) {
        (Some(ids), _) => ids.clone(),
        (None, Some(filter)) => matching(&app, &call, filter).await?,
        (None, None) => Vec::new(),
    };
    if swaps.len() > limits::PAGE_SIZE {
        let problem = format!("swaps are more than {}", limits::PAGE_SIZE);
        return Err(ApiError::bad_input("/ids", &swaps.len().to_string(), &problem));
    }
    let mut outcomes = Vec::with_capacity(swaps.len());
    let mut revision = Revision::ZERO;
    for swap in swaps {
        // By its id: a filter names other swaps in other places when it is sent again.
        let decided = decide_one(&app, &call.operation(swap.as_str()), &input, &swap).await;
        revision = revision.max(decided.as_ref().map_or(revision, |answer| answer.revision));
        outcomes.push(outcome(swap, decided));
    }
    Ok(json(revision, &ListView::whole(outcomes, revision)))
}

async fn decide_one(
    app: &App,
    call: &Call,
    input: &SwapBulkIn,
    swap: &SwapId,
) -> Result<Answer, ApiError> {
    let (id, verdict) = (swap.clone(), input.verdict());
    let action = match input.action {
        SwapAction::Approve => Action::ApproveSwap { id, verdict },
        SwapAction::Deny => Action::DenySwap { id, verdict },
        SwapAction::Cancel => Action::CancelSwap(id),
    };
    let desk = desk_of(app, call, swap).await?;
    app.ask(&desk, call, action).await
}

fn outcome(id: SwapId, decided: Result<Answer, ApiError>) -> SwapOutcomeView {
    match decided {
        Ok(answer) => {
            let status = answer.after.swap(&id).map(|known| known.state_at(answer.at));
            let clock_changes = told::clocks(&answer);
            SwapOutcomeView { id, status_code: 200, status, clock_changes, problem: None }
        }
        Err(error) => {
            let problem = error.into_problem();
            SwapOutcomeView {
                id,
                status_code: problem.status,
                status: None,
                clock_changes: None,
                problem: Some(problem),
            }
        }
    }
}

/// The swaps that a filter names, by id.
async fn matching(app: &App, call: &Call, filter: &SwapFilterIn) -> Result<Vec<SwapId>, ApiError> {
    let missing = || ApiError::missing("/filter/businessUnitId");
    let unit = filter.business_unit_id.as_ref().ok_or_else(missing)?;
    let roster = app.desk(call, unit).await?.head();
    let now = roster.now(app.clock().now());
    let wanted = |swap: &&Swap| {
        filter.status.is_none_or(|status| status.0 == Some(swap.state_at(now)))
            && filter.agent_id.as_ref().is_none_or(|agent| swap.offer.is_of(agent))
    };
    Ok(roster.swaps().filter(wanted).map(|swap| swap.offer.id.clone()).collect())
}

/// What would happen: of one swap, or of each of many on the state as it is.
pub(crate) async fn evaluate(
    State(app): State<App>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let mut input: SwapIn = parse(&body)?;
    if input.swaps.is_empty() {
        let view = evaluated(&app, &call, input).await?;
        return Ok(json(view.evaluated_at.revision, &view));
    }
    let swaps = std::mem::take(&mut input.swaps);
    if input != SwapIn::default() {
        let problem = "stands beside a swap: evaluate one or many";
        return Err(ApiError::bad_input("/swaps", &swaps.len().to_string(), problem));
    }
    if swaps.len() > limits::PAGE_SIZE {
        let problem = format!("are more than {}", limits::PAGE_SIZE);
        return Err(ApiError::bad_input("/swaps", &swaps.len().to_string(), &problem));
    }
    let mut views = Vec::with_capacity(swaps.len());
    for (n, swap) in swaps.into_iter().enumerate() {
        let place = format!("/swaps/{n}");
        views.push(evaluated(&app, &call, swap).await.map_err(|error| error.within(&place))?);
    }
    let revision = views.iter().map(|view| view.evaluated_at.revision).max().unwrap_or_default();
    Ok(json(revision, &ListView::whole(views, revision)))
}

async fn evaluated(app: &App, call: &Call, input: SwapIn) -> Result<EvaluationView, ApiError> {
    let known = input.id.clone();
    let is_named = input.initiator.is_none() && input.legs.is_empty();
    let desk = match &known {
        Some(swap) if is_named => desk_of(app, call, swap).await?,
        Some(_) | None => desk_of_new(app, call, &input).await?,
    };
    let roster = desk.head();
    let now = roster.now(app.clock().now());
    let offer = match known.as_ref().and_then(|swap| roster.swap(swap)) {
        Some(swap) => swap.offer.clone(),
        None => input.offer(&roster, &mut || app.mint(call))?,
    };
    call.caller.may_see(offer.agents())?;
    let findings = decide::evaluate(&roster, &call.caller.actor, &offer, now);
    let at = EvaluatedAt::new(roster.revision(), now);
    let clocks = clock_change::of_swap(&roster, &offer);
    let view = EvaluationView::new(&offer, told::findings(&findings), at);
    Ok(EvaluationView { clock_changes: ClockChangesView::new(&clocks), ..view })
}

pub(crate) async fn show(
    State(app): State<App>,
    Path(swap): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let swap: SwapId = id(&swap)?;
    let desk = desk_of(&app, &call, &swap).await?;
    let roster = desk.head();
    let known = roster.swap(&swap).ok_or_else(|| ApiError::unknown("swap", &swap))?;
    let now = roster.now(app.clock().now());
    // What is on the board is for everybody to see.
    if !known.offer.is_on_board() {
        call.caller.may_see(known.offer.agents())?;
    }
    let view = SwapView::new(&desk.key().unit, known, now);
    Ok(document(&call, roster.revision(), known.origin.revision, &view))
}

/// Asks for something to be done to a swap, and answers how it stands then.
async fn done(app: &App, call: &Call, swap: SwapId, action: Action) -> Result<Response, ApiError> {
    let desk = desk_of(app, call, &swap).await?;
    let answer = app.ask(&desk, call, action).await?;
    Ok(json(answer.revision, &view(&desk, &answer, &swap)?))
}

pub(crate) async fn accept(
    State(app): State<App>,
    Path(swap): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let swap: SwapId = id(&swap)?;
    let AcceptIn { agent_id, shift_id } = parse(&body)?;
    let action = Action::AcceptSwap { id: swap.clone(), agent: agent_id, shift: shift_id };
    done(&app, &call, swap, action).await
}

pub(crate) async fn decline(
    State(app): State<App>,
    Path(swap): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let swap: SwapId = id(&swap)?;
    let DeclineIn { agent_id, .. } = parse_or_default(&body)?;
    let action = Action::DeclineSwap { id: swap.clone(), agent: agent_id };
    done(&app, &call, swap, action).await
}

pub(crate) async fn cancel(
    State(app): State<App>,
    Path(swap): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let swap: SwapId = id(&swap)?;
    done(&app, &call, swap.clone(), Action::CancelSwap(swap)).await
}

pub(crate) async fn approve(
    State(app): State<App>,
    Path(swap): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let swap: SwapId = id(&swap)?;
    let verdict = parse_or_default::<VerdictIn>(&body)?.verdict()?;
    done(&app, &call, swap.clone(), Action::ApproveSwap { id: swap, verdict }).await
}

pub(crate) async fn deny(
    State(app): State<App>,
    Path(swap): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let swap: SwapId = id(&swap)?;
    let verdict = parse_or_default::<VerdictIn>(&body)?.verdict()?;
    done(&app, &call, swap.clone(), Action::DenySwap { id: swap, verdict }).await
}

pub(crate) async fn revert(
    State(app): State<App>,
    Path(swap): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let swap: SwapId = id(&swap)?;
    let verdict = parse_or_default::<VerdictIn>(&body)?.verdict()?;
    done(&app, &call, swap.clone(), Action::RevertSwap { id: swap, verdict }).await
}
