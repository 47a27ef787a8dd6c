//! Decisions on time off that stands in the way, and ways out of those that are made.

use crate::command::{Action, Verdict};
use crate::conflict::{Finding, Kind, Subject};
use crate::explain::remedy::again;
use crate::explain::{Remedy, Scene, Way};
use crate::id::TimeOffId;
use crate::roster::Roster;
use crate::time_off::{Days, TimeOff, TimeOffRequest, TimeOffStatus};

const DECIDE: &[&str] = &["wfm:timeoff:approve"];
const WRITE: &[&str] = &["wfm:timeoff:write"];

pub(super) fn deciding(scene: &Scene<'_>, finding: &Finding) -> Vec<Remedy> {
    let requests = finding.subjects.iter().filter_map(|subject| {
        let Subject::TimeOff(id) = subject else { return None };
        scene.roster.time_off(id)
    });
    if finding.kind == Kind::TimeOffAlreadyDecided {
        return requests.filter_map(|off| decided(scene, off)).collect();
    }
    if finding.kind == Kind::TimeOffLimitExhausted {
        return requests.map(denied).collect();
    }
    let own = own_request(&scene.command.action);
    let others = requests.filter(|off| Some(&off.request.id) != own);
    let mut remedies: Vec<Remedy> = others.filter_map(out_of_the_way).collect();
    remedies.extend(free_days(scene, finding));
    remedies
}

fn own_request(action: &Action) -> Option<&TimeOffId> {
    if let Action::RequestTimeOff(request) = action {
        return Some(&request.id);
    }
    let Action::ChangeTimeOff { id, .. } = action else { return None };
    Some(id)
}

/// The request ends, and the command comes again.
fn out_of_the_way(time_off: &TimeOff) -> Option<Remedy> {
    let id = time_off.request.id.clone();
    let way = Way::First;
    match time_off.status {
        TimeOffStatus::Pending | TimeOffStatus::Waitlisted => Some(Remedy {
            id: "decide_time_off",
            title: format!("deny time-off request {id}, then send this again"),
            action: Action::DenyTimeOff { id, verdict: Verdict::default() },
            way,
            requires: DECIDE,
        }),
        TimeOffStatus::Approved => Some(Remedy {
            id: "cancel_time_off",
            title: format!("cancel time-off request {id}, then send this again"),
            action: Action::CancelTimeOff(id),
            way,
            requires: WRITE,
        }),
        TimeOffStatus::Denied | TimeOffStatus::Canceled => None,
    }
}

/// What the agent said about the time is taken back.
pub(super) fn withdrawing(roster: &Roster, finding: &Finding) -> Vec<Remedy> {
    let said = finding.subjects.iter().filter_map(|subject| {
        let Subject::Availability(id) = subject else { return None };
        roster.availability(finding.agent.as_ref()?, id)
    });
    let remedies = said.map(|known| {
        let (agent, id) = (known.value.agent.clone(), known.value.id.clone());
        Remedy {
            id: "withdraw_availability",
            title: format!("withdraw what {agent} said ({id}), then send this again"),
            action: Action::WithdrawAvailability { agent, id },
            way: Way::First,
            requires: WRITE,
        }
    });
    remedies.collect()
}

/// Somebody decided before: what is approved can be given up, what is over can be asked for anew.
fn decided(scene: &Scene<'_>, time_off: &TimeOff) -> Option<Remedy> {
    let request = &time_off.request;
    let way = Way::Instead;
    match time_off.status {
        TimeOffStatus::Approved => Some(Remedy {
            id: "cancel_time_off",
            title: format!("cancel the approved request {}", request.id),
            action: Action::CancelTimeOff(request.id.clone()),
            way,
            requires: WRITE,
        }),
        TimeOffStatus::Denied | TimeOffStatus::Canceled => Some(Remedy {
            id: "request_again",
            title: "ask for it again, as a new request".to_owned(),
            action: Action::RequestTimeOff(anew(scene, request)),
            way,
            requires: WRITE,
        }),
        TimeOffStatus::Pending | TimeOffStatus::Waitlisted => None,
    }
}

/// The same request under another id, on the days that it was to be changed to.
fn anew(scene: &Scene<'_>, request: &TimeOffRequest) -> TimeOffRequest {
    let mut anew = TimeOffRequest { id: fresh_id(scene.roster, &request.id), ..request.clone() };
    if let Action::ChangeTimeOff { days: Some(days), .. } = &scene.command.action {
        asking(scene.roster, &mut anew, days.clone());
    }
    anew
}

fn asking(roster: &Roster, request: &mut TimeOffRequest, days: Days) {
    let zone = roster.agent(&request.agent).map(|record| &record.agent.zone);
    request.intervals = zone.map(|zone| days.intervals(zone)).unwrap_or_default();
    request.days = days;
}

fn fresh_id(roster: &Roster, id: &TimeOffId) -> TimeOffId {
    let known = |id: &str| TimeOffId::parse(id).is_ok_and(|id| roster.time_off(&id).is_some());
    TimeOffId::parse(&again(id.as_str(), known)).unwrap_or_else(|_| id.clone())
}

/// There is no place for it.
fn denied(time_off: &TimeOff) -> Remedy {
    let id = time_off.request.id.clone();
    Remedy {
        id: "deny_time_off",
        title: format!("deny time-off request {id}"),
        action: Action::DenyTimeOff { id, verdict: Verdict::default() },
        way: Way::Instead,
        requires: DECIDE,
    }
}

/// The days that no other request of the agent touches.
fn free_days(scene: &Scene<'_>, finding: &Finding) -> Option<Remedy> {
    let Action::RequestTimeOff(request) = &scene.command.action else { return None };
    let (Kind::TimeOffOverlapsTimeOff, Days::FullDays(days)) = (finding.kind, &request.days) else {
        return None;
    };
    let zone = &scene.roster.agent(&request.agent)?.agent.zone;
    let is_free = |day: &jiff::civil::Date| {
        let mut others = scene.roster.time_off_of(&request.agent);
        let day = zone.day(*day);
        !others.any(|other| {
            other.status.is_active() && day.is_some_and(|day| other.request.overlap_min(day) > 0)
        })
    };
    let free: Vec<_> = days.iter().copied().filter(is_free).collect();
    let mut less = request.clone();
    asking(scene.roster, &mut less, Days::FullDays(free));
    (!less.intervals.is_empty()).then(|| Remedy {
        id: "trim",
        title: "ask only for the days that are free".to_owned(),
        action: Action::RequestTimeOff(less),
        way: Way::Itself,
        requires: WRITE,
    })
}
