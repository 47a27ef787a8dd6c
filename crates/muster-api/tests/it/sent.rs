//! Requests as the server's handlers read them.

use std::fmt::Debug;
use std::str::FromStr;

use muster_api::remedy::Request;
use muster_api::schedule::{ChangeSetIn, ScheduleNewIn};
use muster_api::shift::ShiftIn;
use muster_api::swap::{AcceptIn, DeclineIn, SwapIn};
use muster_api::terms::{RevertIn, TermsIn, VerdictIn};
use muster_api::time_off::TimeOffIn;
use muster_api::{BadInput, ROOT, parse, parse_or_default};
use muster_core::command::{Action, Mode, Terms};
use muster_core::diff;
use muster_core::id::{ScheduleId, ShiftId};
use muster_core::testing::World;
use muster_core::{Revision, Roster};

/// What a request asks for, of a unit that is as it was when the request was written down.
pub(crate) fn taken(world: &World, request: &Request) -> Result<Action, BadInput> {
    let body = request.body.as_ref().map(|body| serde_json::to_vec(body).expect("it is JSON"));
    let body = &body.unwrap_or_default()[..];
    let path = request.href.strip_prefix(ROOT).expect("it is of this API");
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    Ok(match (request.method, &parts[..]) {
        ("POST", ["scheduling", "schedules", id, "publish"]) => {
            let terms = parse::<TermsIn>(body)?.terms()?;
            Action::Publish { id: named(id), terms }
        }
        ("POST", ["scheduling", "schedules", id, "revert"]) => reverted(world, id, body)?,
        ("PATCH", ["scheduling", "schedules", id]) => changed(world, &named(id), body)?,
        ("POST", ["schedules"]) => document(world, body)?,
        ("POST", ["scheduling", "shifts"]) => alone(world.head(), body)?,
        ("POST", ["scheduling", "shiftswaps"]) => {
            let input: SwapIn = parse(body)?;
            let mint = &mut || named("minted");
            Action::OfferSwap(input.offer(world.head(), mint)?)
        }
        ("POST", ["scheduling", "shiftswaps", id, what]) => swapped(id, what, body)?,
        ("POST", ["timeoffrequests"]) => {
            let input: TimeOffIn = parse(body)?;
            let mint = &mut || named("minted");
            Action::RequestTimeOff(input.request(world.head(), mint)?)
        }
        ("POST", ["timeoffrequests", id, what]) => decided(id, what, body)?,
        ("DELETE", ["agents", agent, "availability", id]) => {
            let (agent, id) = (named(agent), named(id));
            Action::WithdrawAvailability { agent, id }
        }
        other => panic!("{other:?}: no route that a remedy names"),
    })
}

fn named<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("a remedy names ids")
}

fn minting() -> impl FnMut() -> ShiftId {
    let mut count = 0;
    move || {
        count += 1;
        named(&format!("minted-{count}"))
    }
}

fn reverted(world: &World, name: &str, body: &[u8]) -> Result<Action, BadInput> {
    let input: RevertIn = parse(body)?;
    let publication = input.revision.expect("a remedy names its publish");
    let week = world.head().week_by_id(&named(name)).expect("a live week").first;
    let before = world.at(Revision(publication.0 - 1));
    let edits = diff::inverse(before, world.at(publication));
    Ok(Action::Revert { week, publication, edits, terms: input.terms()? })
}

fn changed(world: &World, id: &ScheduleId, body: &[u8]) -> Result<Action, BadInput> {
    let input: ChangeSetIn = parse(body)?;
    let read = world.at(input.base_version.expect("a remedy names its base"));
    let terms = input.terms()?;
    Ok(match read.draft(id) {
        None => {
            assert!(read.week_by_id(id).is_some(), "{id}");
            let edits = ChangeSetIn::edits(input.edits, read, &mut minting())?;
            Action::EditShifts { edits, terms }
        }
        Some(draft) => {
            let ground = diff::drafted(world.at(draft.base), draft);
            let edits = ChangeSetIn::edits(input.edits, &ground, &mut minting())?;
            Action::EditDraft { id: id.clone(), edits, resolutions: terms.resolutions }
        }
    })
}

fn document(world: &World, body: &[u8]) -> Result<Action, BadInput> {
    let input: ScheduleNewIn = parse(body)?;
    assert!(input.publish);
    let ground = input.base_revision.map_or(world.head(), |base| world.at(base));
    let members = input.edits.clone().expect("a remedy says edits");
    Ok(Action::PublishDocument {
        id: input.id.clone().expect("a remedy names its draft"),
        week: input.week_date,
        name: input.name(),
        base: input.base_revision,
        edits: ChangeSetIn::edits(members, ground, &mut minting())?,
        agents: Vec::new(),
        terms: input.terms()?,
    })
}

fn alone(head: &Roster, body: &[u8]) -> Result<Action, BadInput> {
    let input: ShiftIn = parse(body)?;
    let terms = Terms { mode: Mode::Atomic, ..input.terms()? };
    let doc = input.doc(head)?;
    let mut edits = diff::shift(head, &doc, &mut minting()).expect("a shift of a remedy can be");
    edits.shifts.iter_mut().filter(|edit| Some(&edit.id) == doc.id.as_ref()).for_each(|edit| {
        edit.base = None;
    });
    Ok(Action::EditShifts { edits, terms })
}

fn swapped(id: &str, what: &str, body: &[u8]) -> Result<Action, BadInput> {
    let id = named(id);
    let verdict = || parse_or_default::<VerdictIn>(body)?.verdict();
    Ok(match what {
        "accept" => {
            let AcceptIn { agent_id, shift_id } = parse(body)?;
            Action::AcceptSwap { id, agent: agent_id, shift: shift_id }
        }
        "decline" => {
            let DeclineIn { agent_id, .. } = parse_or_default(body)?;
            Action::DeclineSwap { id, agent: agent_id }
        }
        "cancel" => Action::CancelSwap(id),
        "approve" => Action::ApproveSwap { id, verdict: verdict()? },
        "deny" => Action::DenySwap { id, verdict: verdict()? },
        "revert" => Action::RevertSwap { id, verdict: verdict()? },
        other => panic!("{other:?}: what is to be done to a swap?"),
    })
}

fn decided(id: &str, what: &str, body: &[u8]) -> Result<Action, BadInput> {
    let id = named(id);
    let verdict = || parse_or_default::<VerdictIn>(body)?.verdict();
    Ok(match what {
        "cancel" => Action::CancelTimeOff(id),
        "approve" => Action::ApproveTimeOff { id, verdict: verdict()? },
        "deny" => Action::DenyTimeOff { id, verdict: verdict()? },
        other => panic!("{other:?}: what is to be done to a request?"),
    })
}
