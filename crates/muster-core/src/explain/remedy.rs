//! Remedies: thought of by kind, kept when they work.
//!
//! A remedy works when the conflict is gone after it and nothing new stands in the way. Some
//! remedies carry the intent themselves (publish again, acknowledging this); others clear the way
//! for it (deny the request, then publish).

use crate::acknowledge::Answers;
use crate::change;
use crate::command::{Action, Command, Resolution, Terms, Verdict};
use crate::conflict::{Finding, Fingerprint, Kind, Severity, Subject};
use crate::decide::{Rejection, decide, evaluate};
use crate::draft::{Edits, ShiftEdit};
use crate::explain::levels::leading;
use crate::explain::{REMEDIES, Remedy, Scene, swap};
use crate::id::{CommandId, ShiftId, TimeOffId};
use crate::limits;
use crate::merge::{self, Keep};
use crate::roster::Roster;
use crate::shift::Atom;
use crate::time_off::{TimeOffRequest, TimeOffStatus};

const PUBLISH: &[&str] = &["wfm:schedule:publish"];
const ACKNOWLEDGE: &[&str] = &["wfm:schedule:publish", "wfm:conflict:acknowledge"];
const EDIT: &[&str] = &["wfm:schedule:write"];
const TIME_OFF: &[&str] = &["wfm:timeoff:approve"];
const TIME_OFF_ACKNOWLEDGE: &[&str] = &["wfm:timeoff:approve", "wfm:conflict:acknowledge"];
const TIME_OFF_WRITE: &[&str] = &["wfm:timeoff:write"];
const SWAP_ACKNOWLEDGE: &[&str] = &["wfm:swap:approve", "wfm:conflict:acknowledge"];

pub(super) fn checked(scene: &Scene<'_>, finding: &Finding) -> Vec<Remedy> {
    let mut candidates = acknowledging(scene, finding);
    candidates.extend(deciding(scene.roster, finding));
    candidates.extend(withdrawing(scene.roster, finding));
    candidates.extend(editing(scene, finding));
    candidates.extend(swap::swapping(scene, finding));
    candidates.retain(|remedy| works(scene, finding, &remedy.action));
    candidates.truncate(limits::REMEDIES);
    candidates
}

pub(super) fn remedy(
    id: &'static str,
    title: String,
    action: Action,
    requires: &'static [&str],
) -> Remedy {
    debug_assert!(REMEDIES.contains(&id), "{id} is not among the names of remedies");
    Remedy { id, title, action, requires }
}

fn acknowledging(scene: &Scene<'_>, finding: &Finding) -> Vec<Remedy> {
    if finding.severity != Severity::Ack {
        return Vec::new();
    }
    let fingerprint = finding.fingerprint().into();
    let mut decision = scene.command.action.clone();
    if let Action::ApproveSwap { verdict, .. } | Action::RevertSwap { verdict, .. } = &mut decision
    {
        verdict.acknowledge.push(fingerprint);
        let title = "go ahead with the swap, acknowledging this".to_owned();
        return vec![remedy("acknowledge", title, decision, SWAP_ACKNOWLEDGE)];
    }
    if let Action::ApproveTimeOff { verdict, .. } = &mut decision {
        verdict.acknowledge.push(fingerprint);
        let title = "approve it all the same, acknowledging this".to_owned();
        return vec![remedy("acknowledge", title, decision, TIME_OFF_ACKNOWLEDGE)];
    }
    let action = scene.command.action.with_terms(|terms| terms.acknowledge.push(fingerprint));
    let title = "go ahead, acknowledging this".to_owned();
    action.map(|action| remedy("acknowledge", title, action, ACKNOWLEDGE)).into_iter().collect()
}

/// Decisions on time off that stands in the way.
fn deciding(roster: &Roster, finding: &Finding) -> Vec<Remedy> {
    let requests = finding.subjects.iter().filter_map(|subject| {
        let Subject::TimeOff(id) = subject else { return None };
        roster.time_off(id)
    });
    let mut remedies = Vec::new();
    for time_off in requests {
        let id = &time_off.request.id;
        let verdict = Verdict::default();
        if time_off.status == TimeOffStatus::Pending {
            let action = Action::DenyTimeOff { id: id.clone(), verdict };
            let title = format!("deny time-off request {id}, then send this again");
            remedies.push(remedy("decide_time_off", title, action, TIME_OFF));
        } else if time_off.status == TimeOffStatus::Approved {
            let action = Action::CancelTimeOff(id.clone());
            let title = format!("cancel time-off request {id}, then send this again");
            remedies.push(remedy("cancel_time_off", title, action, TIME_OFF_WRITE));
        } else if finding.kind == Kind::TimeOffAlreadyDecided {
            let again = TimeOffRequest {
                id: TimeOffId::parse(&again(id.as_str())).unwrap_or_else(|_| id.clone()),
                ..time_off.request.clone()
            };
            let action = Action::RequestTimeOff(again);
            let title = "ask for the same time again, as a new request".to_owned();
            remedies.push(remedy("request_again", title, action, TIME_OFF_WRITE));
        }
    }
    remedies
}

/// What the agent said about the time is taken back.
fn withdrawing(roster: &Roster, finding: &Finding) -> Vec<Remedy> {
    let said = finding.subjects.iter().filter_map(|subject| {
        let Subject::Availability(id) = subject else { return None };
        roster.availability(finding.agent.as_ref()?, id)
    });
    let remedies = said.map(|known| {
        let (agent, id) = (known.value.agent.clone(), known.value.id.clone());
        let title = format!("withdraw what {agent} said ({id}), then send this again");
        let action = Action::WithdrawAvailability { agent, id };
        remedy("withdraw_availability", title, action, TIME_OFF_WRITE)
    });
    remedies.collect()
}

/// An id for the same thing asked for anew.
pub(super) fn again(id: &str) -> String {
    let room = limits::ID_LEN - ":again".len();
    format!("{}:again", &id[..id.len().min(room)])
}

/// Values that clash, and edits that can be left out.
fn editing(scene: &Scene<'_>, finding: &Finding) -> Vec<Remedy> {
    let mut remedies = Vec::new();
    let spoken: Vec<&ShiftId> = finding
        .shifts()
        .filter(|id| scene.edits.shifts.iter().any(|edit| edit.id == **id))
        .collect();
    if let (Some(clash), Some(shift)) = (&finding.clash, spoken.first()) {
        let value = |keep| vec![Resolution { shift_id: (*shift).clone(), atom: clash.atom, keep }];
        let mine = "set it to your value".to_owned();
        remedies.extend(resolving(scene, "take_yours", mine, value(Keep::Yours)));
        let theirs = "go ahead with everything else and keep what is live".to_owned();
        remedies.extend(resolving(scene, "keep_live", theirs, value(Keep::Live)));
        return remedies;
    }
    if finding.kind.is_level() {
        remedies.extend(leaving(scene, &leading(scene, finding)));
    }
    for shift in &spoken {
        let left = Resolution { shift_id: (*shift).clone(), atom: Atom::Exists, keep: Keep::Live };
        let title = format!("go ahead with everything else and leave shift {shift} as it is live");
        remedies.extend(resolving(scene, "leave_out", title, vec![left]));
    }
    if finding.kind == Kind::ExternalIdDuplicate {
        remedies.extend(update_existing(scene, finding));
    }
    remedies
}

/// Everything but some shifts; nothing, if they are too many to be named.
fn leaving(scene: &Scene<'_>, shifts: &[ShiftId]) -> Option<Remedy> {
    let title = match shifts {
        [] => return None,
        [_, ..] if shifts.len() > limits::REMEDY_SHIFTS => return None,
        [shift] => format!("go ahead with everything else and leave shift {shift} as it is live"),
        [..] => format!(
            "go ahead with everything else and leave the {} shifts that change there as they are \
             live",
            shifts.len()
        ),
    };
    let left = |shift: &ShiftId| Resolution {
        shift_id: shift.clone(),
        atom: Atom::Exists,
        keep: Keep::Live,
    };
    resolving(scene, "leave_out", title, shifts.iter().map(left).collect())
}

fn resolving(
    scene: &Scene<'_>,
    id: &'static str,
    title: String,
    resolutions: Vec<Resolution>,
) -> Option<Remedy> {
    if let Action::EditShifts { edits, terms } = &scene.command.action {
        // A direct edit is said again from what is live now, with the decision in it.
        let mut terms = terms.clone();
        terms.resolutions.extend(resolutions);
        let edits = rebased(scene.roster, edits, &terms)?;
        terms.resolutions.clear();
        return Some(remedy(id, title, Action::EditShifts { edits, terms }, EDIT));
    }
    let extend = |terms: &mut Terms| terms.resolutions.extend(resolutions);
    let action = scene.command.action.with_terms(extend)?;
    Some(remedy(id, title, action, PUBLISH))
}

/// Edits from what is live to what merging gives; `None` when something still clashes, when
/// nothing is left, or when it is too long to be said again.
fn rebased(roster: &Roster, edits: &Edits, terms: &Terms) -> Option<Edits> {
    if edits.shifts.len() > limits::REMEDY_SHIFTS {
        return None;
    }
    let resolved = terms.resolved();
    let mut moved = Edits { shifts: Vec::new(), commitments: edits.commitments.clone() };
    for edit in &edits.shifts {
        let live = roster.shift(&edit.id).map(|shift| shift.body.clone());
        let merged = merge::shift(edit, live.as_deref(), &resolved);
        if !merged.clashes.is_empty() {
            return None;
        }
        let draft = merged.change.applied(live.as_deref());
        moved.shifts.push(ShiftEdit { id: edit.id.clone(), base: live, draft });
    }
    let moved = moved.normalized();
    (!moved.is_empty()).then_some(moved)
}

/// The same values for the shift that has the id already.
fn update_existing(scene: &Scene<'_>, finding: &Finding) -> Option<Remedy> {
    let other = finding.shifts().find_map(|id| scene.roster.shift(id))?;
    let mine = scene.edits.shifts.iter().find(|edit| finding.shifts().any(|id| *id == edit.id))?;
    let Action::EditShifts { terms, .. } = &scene.command.action else { return None };
    let base = Some(other.body.clone());
    let edit = ShiftEdit { id: other.id.clone(), base, draft: mine.draft.clone() };
    let edits = Edits { shifts: vec![edit], commitments: Vec::new() };
    let title = format!("change shift {} instead, which has that id", other.id);
    let action = Action::EditShifts { edits, terms: terms.clone() };
    Some(remedy("update_existing", title, action, EDIT))
}

/// Tries a remedy on the state: the conflict is gone after it, and nothing new gates.
fn works(scene: &Scene<'_>, finding: &Finding, action: &Action) -> bool {
    let command = Command { actor: scene.command.actor.clone(), action: action.clone() };
    match (scene.terms(), &finding.agent) {
        (Some(terms), Some(agent)) => {
            let edits = scene.component(agent);
            let before = gates(scene, scene.roster, &edits, terms);
            let after = gates_after(scene, &command, &edits, terms);
            after.is_some_and(|after| is_cleared(finding, &before, &after))
        }
        (Some(terms), None) if finding.kind.is_level() => {
            let edits = &scene.edits;
            let first = || gates(scene, scene.roster, edits, terms);
            if !scene.may_reweigh() {
                return false;
            }
            let before = scene.gates.get_or_init(first);
            let after = gates_after(scene, &command, edits, terms);
            after.is_some_and(|after| is_cleared(finding, before, &after))
        }
        _ => clears_the_way(scene, finding, &command),
    }
}

/// What stops these edits once a remedy was followed; `None` when it cannot be.
fn gates_after(
    scene: &Scene<'_>,
    remedy: &Command,
    edits: &Edits,
    terms: &Terms,
) -> Option<Vec<Finding>> {
    Some(match (&remedy.action, remedy.action.terms()) {
        (Action::EditShifts { edits, terms }, _) => gates(scene, scene.roster, edits, terms),
        (_, Some(terms)) => gates(scene, scene.roster, edits, terms),
        (_, None) => gates(scene, &applied(scene, remedy)?, edits, terms),
    })
}

fn is_cleared(finding: &Finding, before: &[Finding], after: &[Finding]) -> bool {
    let known: Vec<Fingerprint> = before.iter().map(Finding::fingerprint).collect();
    let key = finding.fingerprint().key();
    let is_gone = after.iter().all(|f| f.fingerprint().key() != key);
    is_gone && after.iter().all(|f| change::is_covered(f, &known))
}

fn gates(scene: &Scene<'_>, roster: &Roster, edits: &Edits, terms: &Terms) -> Vec<Finding> {
    let actor = &scene.command.actor;
    let components = change::weigh(roster, actor, edits, terms, scene.now);
    let gating = components.into_iter().flat_map(|component| component.gating);
    let answers = Answers::new(roster, &terms.acknowledge);
    gating.filter(|finding| !answers.covers(finding)).collect()
}

fn applied(scene: &Scene<'_>, command: &Command) -> Option<Roster> {
    let decision = decide(scene.roster, command, scene.now).ok()?;
    let mut roster = scene.roster.clone();
    let id = CommandId::parse("remedy").expect("it is an id");
    let entry = decision.entry(&roster, command, &id, scene.now)?;
    roster.apply(&entry);
    Some(roster)
}

/// For commands that are not edits of shifts: the remedy itself is accepted, and either it is the
/// way out or the command gets past this finding after it.
fn clears_the_way(scene: &Scene<'_>, finding: &Finding, remedy: &Command) -> bool {
    let Some(roster) = applied(scene, remedy) else { return false };
    if let Action::OfferSwap(offer) = &remedy.action {
        // What is offered can be approved, as far as the rules go.
        let findings = evaluate(scene.roster, &remedy.actor, offer, scene.now);
        return findings.iter().all(|found| found.severity < Severity::Block);
    }
    let ends_it = matches!(
        remedy.action,
        Action::DenySwap { .. }
            | Action::ApproveSwap { .. }
            | Action::RevertSwap { .. }
            | Action::ApproveTimeOff { .. }
            | Action::RequestTimeOff(_)
    );
    if ends_it {
        return true;
    }
    match decide(&roster, scene.command, scene.now) {
        Ok(_) => true,
        Err(Rejection::Conflict { findings }) => {
            let key = finding.fingerprint().key();
            findings.iter().all(|f| f.fingerprint().key() != key)
        }
        Err(_) => false,
    }
}
