//! Remedies: thought of by kind, kept when they work.

use crate::acknowledge::Answers;
use crate::command::{Action, Terms};
use crate::conflict::{Finding, Severity};
use crate::explain::{REMEDIES, Remedy, Scene, Way, editing, swap, time_off, tried};
use crate::id::ScheduleId;
use crate::limits;
use crate::roster::Roster;

const ACKNOWLEDGE: &[&str] = &["wfm:schedule:publish", "wfm:conflict:acknowledge"];
const TIME_OFF_ACKNOWLEDGE: &[&str] = &["wfm:timeoff:approve", "wfm:conflict:acknowledge"];
const SWAP_ACKNOWLEDGE: &[&str] = &["wfm:swap:approve", "wfm:conflict:acknowledge"];

pub(super) fn checked(scene: &Scene<'_>, finding: &Finding) -> Vec<Remedy> {
    let answered = scene.command.action.acknowledged();
    if Answers::new(scene.roster, answered).covers(finding) {
        return Vec::new();
    }
    let mut candidates: Vec<Remedy> = acknowledging(scene, finding).into_iter().collect();
    candidates.extend(time_off::deciding(scene, finding));
    candidates.extend(time_off::withdrawing(scene.roster, finding));
    candidates.extend(editing::editing(scene, finding));
    candidates.extend(swap::swapping(scene, finding));
    let mut works = Vec::new();
    for remedy in candidates {
        // Of several places for a break, the first one that does.
        let is_there = works.iter().any(|other: &Remedy| {
            (other.id, &other.title, other.way) == (remedy.id, &remedy.title, remedy.way)
        });
        if works.len() < limits::REMEDIES && !is_there && tried::works(scene, finding, &remedy) {
            debug_assert!(REMEDIES.contains(&remedy.id), "{}: a name of a remedy?", remedy.id);
            works.push(remedy);
        }
    }
    works
}

fn acknowledging(scene: &Scene<'_>, finding: &Finding) -> Option<Remedy> {
    if finding.severity != Severity::Ack {
        return None;
    }
    let fingerprint = finding.fingerprint().into();
    let mut action = scene.command.action.clone();
    let (title, requires) = if let Action::ApproveSwap { verdict, .. }
    | Action::RevertSwap { verdict, .. } = &mut action
    {
        verdict.acknowledge.push(fingerprint);
        ("go ahead with the swap", SWAP_ACKNOWLEDGE)
    } else if let Action::ApproveTimeOff { verdict, .. } = &mut action {
        verdict.acknowledge.push(fingerprint);
        ("approve it all the same", TIME_OFF_ACKNOWLEDGE)
    } else {
        action = with_terms(scene, |terms| terms.acknowledge.push(fingerprint))?;
        ("go ahead", ACKNOWLEDGE)
    };
    let cost = finding.cost_min.map(|minutes| format!(", which costs {minutes} min of pay"));
    let title = format!("{title}, acknowledging this{}", cost.unwrap_or_default());
    Some(Remedy { id: "acknowledge", title, action, way: Way::Itself, requires })
}

/// The command on other terms. A document whose id names another schedule by now leaves what
/// is held under a new one.
pub(super) fn with_terms(scene: &Scene<'_>, change: impl FnOnce(&mut Terms)) -> Option<Action> {
    let roster = scene.roster;
    if let Some((edits, mut terms)) = scene.direct() {
        change(&mut terms);
        return Some(Action::EditShifts { edits, terms });
    }
    let mut action = scene.command.action.with_terms(change)?;
    if let Action::PublishDocument { id, .. } = &mut action
        && is_taken(roster, id)
    {
        let known = |id: &str| ScheduleId::parse(id).is_ok_and(|id| is_taken(roster, &id));
        *id = ScheduleId::parse(&again(id.as_str(), known)).ok()?;
    }
    Some(action)
}

/// Whether an id names a schedule already.
pub(super) fn is_taken(roster: &Roster, id: &ScheduleId) -> bool {
    roster.draft(id).is_some() || roster.week_by_id(id).is_some()
}

/// An id for the same thing asked for anew.
pub(super) fn again(id: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let named = |n: u32| {
        let suffix = if n == 1 { ":again".to_owned() } else { format!(":again{n}") };
        format!("{}{suffix}", &id[..id.len().min(limits::ID_LEN - suffix.len())])
    };
    (1..).map(named).find(|id| !is_taken(id)).unwrap_or_default()
}
