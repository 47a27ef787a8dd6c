//! Single shifts of the live schedule.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use muster_api::list::ListView;
use muster_api::parse;
use muster_api::schedule::removal;
use muster_api::shift::{MadeShiftView, ShiftIn, ShiftView, WrittenShiftView};
use muster_api::time::Bound;
use muster_core::command::{Action, Mode, Terms};
use muster_core::decide::Outcome;
use muster_core::diff;
use muster_core::draft::Edits;
use muster_core::id::{AgentId, ShiftId, UnitId};
use muster_core::{Interval, Revision, Roster};
use muster_ledger::SubjectKind;
use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::desk::{Answer, Desk};
use crate::error::ApiError;
use crate::http::query::{Params, Path, bound, id, week_of};
use crate::http::{
    App, Call, Page, base, created, document, listed, stale, told, withdrawn, written,
};
use crate::limits;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Filter {
    /// The unit.
    business_unit_id: UnitId,
    /// Only what is about this agent.
    agent_id: Option<AgentId>,
    /// Only this week, by its first day.
    week_date: Option<Date>,
    /// From this civil day or instant on.
    #[schemars(with = "Option<Bound>")]
    from: Option<String>,
    /// Before this civil day or instant.
    #[schemars(with = "Option<Bound>")]
    to: Option<String>,
    /// Most entities on the page.
    #[schemars(range(min = 1, max = limits::PAGE_SIZE))]
    page_size: Option<usize>,
    /// The `nextCursor` of the page before this one.
    cursor: Option<String>,
}

impl Filter {
    /// `weekDate`, or `from` and `to`: the stretch of time that shifts share.
    fn during(&self, roster: &Roster) -> Result<Option<Interval>, ApiError> {
        let Some(unit) = roster.unit() else { return Ok(None) };
        if let Some(week) = self.week_date {
            return week_of(unit, week).map(Some);
        }
        let from = bound("from", self.from.as_deref(), &unit.zone)?;
        let to = bound("to", self.to.as_deref(), &unit.zone)?;
        if from.is_none() && to.is_none() {
            return Ok(None);
        }
        let from = from.unwrap_or(muster_core::Instant::MIN);
        let to = to.unwrap_or(muster_core::Instant::MAX);
        let interval = Interval::new(from, to);
        let late = || ApiError::bad_input("to", &to.to_string(), "is not after from");
        interval.ok_or_else(late).map(Some)
    }
}

pub(crate) async fn list(
    State(app): State<App>,
    call: Call,
    Params(filter): Params<Filter>,
) -> Result<Response, ApiError> {
    let desk = app.desk(&call, &filter.business_unit_id).await?;
    let page = Page::new(filter.page_size, filter.cursor.clone());
    let page = page.open(&desk, &call, app.clock()).await?;
    let roster = &page.roster;
    let during = filter.during(roster)?;
    let wanted = |shift: &&muster_core::shift::Shift| {
        filter.agent_id.as_ref().is_none_or(|agent| shift.body.owner == *agent)
            && during.is_none_or(|during| shift.interval().overlaps(during))
    };
    let shifts = roster.shifts().filter(wanted);
    let (shifts, next_cursor) = page.take(shifts, |shift| shift.id.as_str());
    let entities = shifts.into_iter().map(|shift| ShiftView::new(roster, shift)).collect();
    let revision = roster.revision();
    Ok(listed(revision, &ListView::<ShiftView<'_>> { entities, next_cursor, revision }))
}

async fn desk_of(app: &App, call: &Call, shift: &ShiftId) -> Result<Desk, ApiError> {
    app.desk_with(call, SubjectKind::Shift, shift).await
}

pub(crate) async fn show(
    State(app): State<App>,
    Path(shift): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let shift: ShiftId = id(&shift)?;
    let desk = desk_of(&app, &call, &shift).await?;
    let roster = call.roster(&desk).await?;
    let known = roster.shift(&shift).ok_or_else(|| ApiError::unknown("shift", &shift))?;
    call.caller.may_see([&known.body.owner])?;
    Ok(document(&call, roster.revision(), known.version(), &ShiftView::new(&roster, known)))
}

/// A single edit stands or falls as one, with what the agent has in it.
fn alone(edits: Edits, terms: Terms) -> Action {
    Action::EditShifts { edits, terms: Terms { mode: Mode::Atomic, ..terms } }
}

pub(crate) async fn create(
    State(app): State<App>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let input: ShiftIn = parse(&body)?;
    let desk = match (&input.business_unit_id, &input.agent_id) {
        (Some(unit), _) => app.desk(&call, unit).await?,
        (None, Some(agent)) => app.desk_with(&call, SubjectKind::Agent, agent).await?,
        (None, None) => return Err(ApiError::missing("/agentId")),
    };
    let head = desk.head();
    let terms = input.terms()?;
    let mut doc = input.doc(&head)?;
    let shift = match &doc.id {
        Some(id) => id.clone(),
        None => match known_shift(&head, &doc) {
            Some(known) if is_same(&head, &doc, known)? => known.clone(),
            // The core says that the id of the other system is taken, and by which shift.
            Some(_) => app.mint(&call),
            None => imported_id(&desk, &doc).unwrap_or_else(|| app.mint(&call)),
        },
    };
    doc.id = Some(shift.clone());
    // Nothing is known of what the client read: it wants a new shift, or the very one that is
    // there.
    let mut edits = diff::shift(&head, &doc, &mut || shift.clone())?;
    for edit in edits.shifts.iter_mut().filter(|edit| edit.id == shift) {
        edit.base = None;
    }
    let answer = app.ask(&desk, &call, alone(edits, terms)).await?;
    let is_new = answer.before.shift(&shift).is_none();
    let missing = || ApiError::unknown("shift", &shift);
    let made = answer.after.shift(&shift).ok_or_else(missing)?;
    call.caller.may_see([&made.body.owner])?;
    let (shift, clock_changes) = (ShiftView::new(&answer.after, made), told::clocks(&answer));
    Ok(created(is_new, answer.revision, &MadeShiftView { shift, clock_changes }))
}

/// The shift that has one of the document's ids of other systems.
fn known_shift<'a>(head: &'a Roster, doc: &diff::ShiftDoc) -> Option<&'a ShiftId> {
    let mut ids = doc.external_ids.iter().flatten();
    ids.find_map(|(system, id)| head.shift_by_external_id(system, id))
}

/// Whether a shift is what the document says, as far as it says anything.
fn is_same(head: &Roster, doc: &diff::ShiftDoc, known: &ShiftId) -> Result<bool, ApiError> {
    let doc = diff::ShiftDoc { id: Some(known.clone()), ..doc.clone() };
    Ok(diff::shift(head, &doc, &mut || known.clone())?.is_empty())
}

/// The id of a shift that another system has an id for: the same one each time, so that two
/// imports of it at the same moment make one shift.
fn imported_id(desk: &Desk, doc: &diff::ShiftDoc) -> Option<ShiftId> {
    let (system, external) = doc.external_ids.iter().flatten().next()?;
    let mut hash = Sha256::new();
    for part in [desk.key().unit.as_str(), system, external] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let hex: String = hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    let id = ShiftId::parse(&hex).ok()?;
    let head = desk.head();
    (head.shift(&id).is_none() && head.gone(&id).is_none()).then_some(id)
}

pub(crate) async fn put(
    State(app): State<App>,
    Path(shift): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let shift: ShiftId = id(&shift)?;
    let desk = desk_of(&app, &call, &shift).await?;
    let input: ShiftIn = parse(&body)?;
    let token = input.base_version.or(call.if_match).or(input.version);
    let version = desk.head().shift(&shift).map(muster_core::shift::Shift::version);
    let token = token.ok_or_else(|| ApiError::needs_token(version.unwrap_or_default()))?;
    write(&app, &call, &desk, shift, input, Some(token)).await
}

pub(crate) async fn change(
    State(app): State<App>,
    Path(shift): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let shift: ShiftId = id(&shift)?;
    let desk = desk_of(&app, &call, &shift).await?;
    let input: ShiftIn = parse(&body)?;
    let token = input.base_version.or(call.if_match);
    write(&app, &call, &desk, shift, input, token).await
}

async fn write(
    app: &App,
    call: &Call,
    desk: &Desk,
    shift: ShiftId,
    mut input: ShiftIn,
    token: Option<Revision>,
) -> Result<Response, ApiError> {
    if let Some(other) = input.id.as_ref().filter(|other| **other != shift) {
        return Err(ApiError::bad_input("/id", other.as_str(), "is not the shift of the path"));
    }
    let ground = base(desk, token).await?;
    let known = ground.shift(&shift).ok_or_else(|| ApiError::unknown("shift", &shift))?;
    // What changes nothing is shown too.
    call.caller.may_see([&known.body.owner])?;
    let mut terms = input.terms()?;
    // What is absent is as it was in the shift that the path names.
    input.id = Some(shift.clone());
    let doc = input.doc(&ground)?;
    let edits = diff::shift(&ground, &doc, &mut || shift.clone())?;
    if call.sent().is_put() {
        let actor = &call.caller.actor;
        terms.suspects = stale::suspects(app, desk, actor, &ground, &edits).await;
    }
    let answer = app.ask(desk, call, alone(edits, terms)).await?;
    answered(&answer, &shift)
}

fn answered(answer: &Answer, shift: &ShiftId) -> Result<Response, ApiError> {
    let missing = || ApiError::unknown("shift", shift);
    let known = answer.after.shift(shift).ok_or_else(missing)?;
    let (merged, findings) = match &answer.result {
        Ok(Outcome::Edited(done)) => (!done.merged.is_empty(), told::findings(&done.warnings)),
        _ => (false, Vec::new()),
    };
    let (shift, clock_changes) = (ShiftView::new(&answer.after, known), told::clocks(answer));
    let view = WrittenShiftView { shift, merged, findings, clock_changes };
    Ok(written(merged, answer.revision, known.version(), &view))
}

pub(crate) async fn delete(
    State(app): State<App>,
    Path(shift): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let shift: ShiftId = id(&shift)?;
    let desk = desk_of(&app, &call, &shift).await?;
    let ground = base(&desk, call.if_match).await?;
    if ground.shift(&shift).is_none() && desk.head().gone(&shift).is_none() {
        return Err(ApiError::unknown("shift", &shift));
    }
    let edits = removal(&ground, &shift);
    let answer = app.ask(&desk, &call, alone(edits, Terms::default())).await?;
    Ok(withdrawn(answer.revision))
}
