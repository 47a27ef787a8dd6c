//! Webhooks: who outside is told of a unit's events.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use muster_api::event::Cursor;
use muster_api::input::BadInput;
use muster_api::list::ListView;
use muster_api::problem::Code;
use muster_api::webhook::{DeliveryView, ReplayIn, WebhookIn, WebhookView};
use muster_api::{Problem, parse};
use muster_core::id::{UnitId, WebhookId};
use muster_core::{Instant, Revision};
use muster_ledger::{Delivery, LedgerError, PlainWrite, RowChange, WebhookRow};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::desk::Desk;
use crate::error::ApiError;
use crate::http::once::Made;
use crate::http::query::{Params, Path, id};
use crate::http::{App, Call, document, json, listed, page};
use crate::limits;
use crate::webhooks::{Progress, Secret, Sent, Settings, bytes, ping as send_ping, read, view};

/// A webhook of the caller's organization, and the desk of its unit.
async fn find(app: &App, call: &Call, hook: &str) -> Result<(WebhookRow, Desk), ApiError> {
    let hook: WebhookId = id(hook)?;
    let row = app.units().ledger().find_webhook(&call.caller.organization, &hook).await?;
    let row = row.ok_or_else(|| ApiError::unknown("webhook", &hook))?;
    let desk = app.desk(call, &row.unit).await?;
    Ok((row, desk))
}

/// Checks the fields that have limits of their own; the URL with where its name leads now.
async fn check(app: &App, input: &WebhookIn) -> Result<(), ApiError> {
    if let Some(url) = &input.url {
        let checked = app.post().reach().check_now(url).await;
        checked.map_err(|problem| BadInput::invalid("/url", url, problem))?;
    }
    let agents = input.agent_ids.iter().flatten().map(Vec::len).max().unwrap_or(0);
    if agents > limits::WEBHOOK_AGENTS {
        let problem = format!("names are too many, at most {} are taken", limits::WEBHOOK_AGENTS);
        return Err(BadInput::invalid("/agentIds", &agents, problem).into());
    }
    let types = input.event_types.iter().flatten().map(Vec::len).max().unwrap_or(0);
    if types > muster_core::feed::KINDS.len() {
        let problem = "types are more than there are: say each once";
        return Err(BadInput::invalid("/eventTypes", &types, problem).into());
    }
    Ok(())
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Filter {
    /// Those of one unit; all, when absent.
    business_unit_id: Option<UnitId>,
}

pub(crate) async fn list(
    State(app): State<App>,
    call: Call,
    Params(filter): Params<Filter>,
) -> Result<Response, ApiError> {
    // A list over units has no revision of its own.
    let revision = match &filter.business_unit_id {
        Some(unit) => app.desk(&call, unit).await?.head().revision(),
        None => Revision::ZERO,
    };
    let mut rows = app.units().ledger().webhooks(&call.caller.organization).await?;
    rows.retain(|row| filter.business_unit_id.as_ref().is_none_or(|unit| row.unit == *unit));
    let views = rows.iter().map(|row| view(row, None)).collect::<Result<Vec<_>, _>>()?;
    Ok(listed(revision, &ListView::whole(views, revision)))
}

pub(crate) async fn show(
    State(app): State<App>,
    Path(hook): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let (row, desk) = find(&app, &call, &hook).await?;
    Ok(document(&call, desk.head().revision(), Revision(row.version), &view(&row, None)?))
}

pub(crate) async fn create(
    State(app): State<App>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let input: WebhookIn = parse(&body)?;
    let unit = input.business_unit_id.clone();
    let unit = unit.ok_or_else(|| BadInput::missing("/businessUnitId"))?;
    let url = input.url.clone().ok_or_else(|| BadInput::missing("/url"))?;
    let desk = app.desk(&call, &unit).await?;
    check(&app, &input).await?;
    let hook: WebhookId = input.id.clone().unwrap_or_else(|| app.mint(&call));
    let settings = Settings {
        url,
        event_types: input.event_types.flatten(),
        agent_ids: input.agent_ids.flatten(),
        enabled: input.enabled.unwrap_or(true),
        secrets: vec![Secret::new(rand::random())],
        sees_drafts: call.caller.may("wfm:schedule:read").is_ok(),
    };
    let (app, call, desk, hook, unit, settings) = (&app, &call, &desk, &hook, &unit, &settings);
    app.write_once(call, move || async move {
        let (ledger, organization) = (app.units().ledger(), &call.caller.organization);
        let revision = desk.head().revision();
        if let Some(known) = ledger.find_webhook(organization, hook).await? {
            return same(&known, unit, settings, revision);
        }
        let all = ledger.webhooks(organization).await?;
        if all.iter().filter(|row| row.unit == *unit).count() >= limits::WEBHOOKS {
            let problem = format!("has {} webhooks, the most there may be", limits::WEBHOOKS);
            return Err(BadInput::invalid("/businessUnitId", unit, problem).into());
        }
        let now = app.clock().now();
        let cursor = Cursor { revision, index: u32::MAX };
        let progress = Progress::at(cursor, settings.enabled.then_some(now));
        let row = WebhookRow {
            organization: organization.clone(),
            id: hook.clone(),
            unit: unit.clone(),
            created_at: now,
            version: 1,
            settings: bytes(settings),
            turn: 1,
            progress: progress.stored(),
        };
        let made = view(&row, Some(newest(settings)))?;
        let changes = vec![RowChange::AddWebhook(row)];
        Ok(Made::new(StatusCode::CREATED, revision, &made, changes))
    })
    .await
}

/// Creating the same thing again is 200; its secret is not told again.
fn same(
    known: &WebhookRow,
    unit: &UnitId,
    wanted: &Settings,
    revision: Revision,
) -> Result<Made, ApiError> {
    let settings: Settings = read(&known.settings)?;
    let is_same =
        known.unit == *unit && Settings { secrets: wanted.secrets.clone(), ..settings } == *wanted;
    if !is_same {
        let detail = format!("webhook {} is there and has another content", known.id);
        let problem = Problem::new(Code::AlreadyExists, detail);
        return Err(problem.about(Some("/id".to_owned()), Some(known.id.to_string())).into());
    }
    Ok(Made::new(StatusCode::OK, revision, &view(known, None)?, Vec::new()))
}

fn newest(settings: &Settings) -> String {
    settings.secrets.first().map(|secret| secret.shown().to_owned()).unwrap_or_default()
}

/// A change of settings and progress, and what the webhook is like with it.
fn changed(
    row: &WebhookRow,
    settings: &Settings,
    progress: &Progress,
    secret: Option<String>,
) -> Result<(WebhookView, Vec<RowChange>), LedgerError> {
    let mut after = row.clone();
    let mut changes = Vec::new();
    after.settings = bytes(settings);
    after.progress = progress.stored();
    let (organization, id) = (row.organization.clone(), row.id.clone());
    if after.settings != row.settings {
        after.version += 1;
        changes.push(RowChange::SetWebhook {
            organization: organization.clone(),
            id: id.clone(),
            version: row.version,
            settings: after.settings.clone(),
        });
    }
    if after.progress != row.progress {
        let progress = after.progress.clone();
        changes.push(RowChange::MoveWebhook { organization, id, turn: row.turn, progress });
    }
    Ok((view(&after, secret)?, changes))
}

pub(crate) async fn change(
    State(app): State<App>,
    Path(hook): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let input: WebhookIn = parse(&body)?;
    check(&app, &input).await?;
    let (app, call, hook, input) = (&app, &call, &hook, &input);
    app.write_once(call, move || async move {
        let (row, desk) = find(app, call, hook).await?;
        let fixed = [
            ("/id", input.id.as_ref().map(ToString::to_string), row.id.to_string()),
            (
                "/businessUnitId",
                input.business_unit_id.as_ref().map(ToString::to_string),
                row.unit.to_string(),
            ),
        ];
        for (pointer, said, is) in fixed {
            if let Some(said) = said.filter(|said| *said != is) {
                let problem = format!("is not {is}, and it never changes");
                return Err(BadInput::invalid(pointer, &said, problem).into());
            }
        }
        let (settings, progress) = patched(&row, input, app.clock().now())?;
        let (view, changes) = changed(&row, &settings, &progress, None)?;
        let is_other = call.if_match.is_some_and(|version| version.0 != row.version);
        if is_other && !changes.is_empty() {
            let detail = format!("webhook {} has version {} now", row.id, row.version);
            let problem = Problem::new(Code::VersionMismatch, detail);
            return Err(problem.version(Revision(row.version)).into());
        }
        Ok(Made::new(StatusCode::OK, desk.head().revision(), &view, changes))
    })
    .await
}

/// What is absent stays as it was.
fn patched(
    row: &WebhookRow,
    input: &WebhookIn,
    now: Instant,
) -> Result<(Settings, Progress), LedgerError> {
    let (mut settings, mut progress): (Settings, Progress) =
        (read(&row.settings)?, read(&row.progress.more)?);
    let WebhookIn { url, event_types, agent_ids, enabled, .. } = input;
    let was_sent = settings.enabled && !progress.is_disabled;
    settings.url = url.clone().unwrap_or(settings.url);
    settings.event_types = event_types.clone().unwrap_or(settings.event_types);
    settings.agent_ids = agent_ids.clone().unwrap_or(settings.agent_ids);
    match enabled {
        // What failed before does not count any more.
        Some(true) if !was_sent => {
            settings.enabled = true;
            progress = progress.afresh(Some(now));
        }
        Some(false) => {
            settings.enabled = false;
            progress = progress.afresh(None);
        }
        Some(true) | None => {}
    }
    Ok((settings, progress))
}

pub(crate) async fn delete(
    State(app): State<App>,
    Path(hook): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let (app, call, hook) = (&app, &call, &hook);
    app.write_once(call, move || async move {
        let (row, desk) = find(app, call, hook).await?;
        let change = RowChange::RemoveWebhook { organization: row.organization, id: row.id };
        Ok(Made::gone(desk.head().revision(), vec![change]))
    })
    .await
}

pub(crate) async fn replay(
    State(app): State<App>,
    Path(hook): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let ReplayIn { after } = parse(&body)?;
    let wrong = |problem: String| BadInput::invalid("/after", &after, problem);
    let cursor: Cursor = after.parse().map_err(wrong)?;
    let (app, call, hook, wrong) = (&app, &call, &hook, &wrong);
    app.write_once(call, move || async move {
        let (row, desk) = find(app, call, hook).await?;
        let head = desk.head().revision();
        if cursor.revision > head {
            return Err(wrong(format!("is after the last entry, {head}")).into());
        }
        let (settings, known): (Settings, Progress) =
            (read(&row.settings)?, read(&row.progress.more)?);
        let is_sent = settings.enabled && !known.is_disabled;
        let due_at = is_sent.then(|| app.clock().now());
        let progress = known.back_at(cursor, due_at);
        let (view, changes) = changed(&row, &settings, &progress, None)?;
        Ok(Made::new(StatusCode::OK, head, &view, changes))
    })
    .await
}

pub(crate) async fn rotate(
    State(app): State<App>,
    Path(hook): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let fresh = Secret::new(rand::random());
    let (app, call, hook, fresh) = (&app, &call, &hook, &fresh);
    app.write_once(call, move || async move {
        let (row, desk) = find(app, call, hook).await?;
        let (mut settings, progress): (Settings, Progress) =
            (read(&row.settings)?, read(&row.progress.more)?);
        let now = app.clock().now();
        let end = now.plus_min(limits::WEBHOOK_OVERLAP_MIN);
        settings.secrets.retain(|secret| secret.is_good(now));
        // However often it is rotated: who has the last one or the one before has the time.
        settings.secrets.truncate(limits::WEBHOOK_SECRETS - 1);
        settings.secrets = settings.secrets.into_iter().map(|old| old.ending(end)).collect();
        settings.secrets.insert(0, fresh.clone());
        let (view, changes) = changed(&row, &settings, &progress, Some(newest(&settings)))?;
        Ok(Made::new(StatusCode::OK, desk.head().revision(), &view, changes))
    })
    .await
}

/// Sends something at once, and answers with what came of it. Nothing is changed but the log.
pub(crate) async fn ping(
    State(app): State<App>,
    Path(hook): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let (row, desk) = find(&app, &call, &hook).await?;
    let settings: Settings = read(&row.settings)?;
    let event = format!("ping-{}", app.clock().id());
    let sent = send_ping(app.post(), &row, &settings, &event, app.clock().now()).await;
    let WebhookRow { organization, id: webhook, .. } = row;
    let logged = Delivery { organization, webhook, at: sent.at, body: bytes(&sent) };
    let write = PlainWrite::of(vec![RowChange::LogDelivery(logged)]);
    if let Err(error) = app.units().ledger().write_plain(write).await {
        tracing::debug!(%error, "ping not logged");
    }
    Ok(json(desk.head().revision(), &sent.view()))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Log {
    /// Most on one page.
    #[schemars(range(min = 1, max = limits::PAGE_SIZE))]
    page_size: Option<usize>,
    /// Where the page starts: `nextCursor` of the one before.
    cursor: Option<String>,
}

pub(crate) async fn deliveries(
    State(app): State<App>,
    Path(hook): Path<String>,
    call: Call,
    Params(log): Params<Log>,
) -> Result<Response, ApiError> {
    let size = page::size(log.page_size)?;
    let before = |text: &String| {
        let wrong = |_| ApiError::bad_input("cursor", text, "is not a cursor");
        text.parse::<u64>().map_err(wrong)
    };
    let before = log.cursor.as_ref().map(before).transpose()?;
    let (row, desk) = find(&app, &call, &hook).await?;
    let ledger = app.units().ledger();
    let logged = ledger.deliveries(&row.organization, &row.id, before, size).await?;
    let next_cursor = logged.last().filter(|_| logged.len() == size);
    let next_cursor = next_cursor.map(|last| last.number.to_string());
    let views = logged.iter().map(|logged| read::<Sent>(&logged.body).map(Sent::view));
    let entities = views.collect::<Result<Vec<DeliveryView>, _>>()?;
    let revision = desk.head().revision();
    Ok(listed(revision, &ListView { entities, next_cursor, revision }))
}
