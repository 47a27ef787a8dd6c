//! What time off does to an agent's work: told before it is decided, and with the decision.

use crate::change;
use crate::conflict::{Finding, Kind, Severity, Subject};
use crate::event::Event;
use crate::instant::Instant;
use crate::roster::Roster;
use crate::time_off::{TimeOffRequest, TimeOffStatus};

/// The shifts that the request lies on: told, never in the way.
pub(super) fn masked(roster: &Roster, request: &TimeOffRequest) -> Vec<Finding> {
    let Some(hull) = request.hull() else { return Vec::new() };
    let shifts = roster.shifts_of(&request.agent, hull);
    shifts
        .filter_map(|shift| {
            let shared_min = request.overlap_min(shift.interval());
            let subjects = [Subject::Shift(shift.id.clone()), Subject::TimeOff(request.id.clone())];
            (shared_min > 0).then(|| {
                Finding::new(Kind::TimeOffApprovedOverlap, Severity::Info, Some(&request.agent))
                    .about(subjects)
                    .during(shift.interval().intersection(hull))
                    .measured_min(shared_min, 0)
            })
        })
        .collect()
}

/// What the rules find anew once a request stands elsewhere: what an approval breaks, what comes
/// back when time off is given up. Told, never in the way.
pub(super) fn broken(
    roster: &Roster,
    request: &TimeOffRequest,
    status: TimeOffStatus,
    now: Instant,
) -> Vec<Finding> {
    let Some(hull) = request.hull() else { return Vec::new() };
    let mut events = Vec::new();
    if roster.time_off(&request.id).is_none() {
        events.push(Event::TimeOffRequested(request.clone()));
    }
    events.push(Event::TimeOffDecided { id: request.id.clone(), status });
    let after = change::after(roster, &events, now);
    let mut found = change::compared(roster, &after, &request.agent, hull);
    found.extend(change::found(roster, &after, &events));
    // What lies on time off is told as what is masked.
    found.retain(|finding| {
        !finding.standing
            && !matches!(finding.kind, Kind::TimeOffApprovedOverlap | Kind::TimeOffPendingOverlap)
    });
    found
}
