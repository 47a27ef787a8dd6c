//! What findings say to people.

use muster_core::conflict::{Finding, Kind, Subject};
use muster_core::shift::Atom;

/// What a finding says to people: lower case, with the values and the limit.
#[must_use]
pub fn message(finding: &Finding) -> String {
    let text = match finding.kind {
        Kind::FieldChangedBoth => changed_both(finding),
        Kind::StaleOverwriteSuspected => format!(
            "the {} of {} would be again what it was before somebody else changed it",
            part(finding),
            shifts(finding)
        ),
        Kind::DeletedButChanged => {
            format!("{} is deleted here and was changed meanwhile", shifts(finding))
        }
        Kind::ChangedButDeleted => {
            format!("{} is changed here and was deleted meanwhile", shifts(finding))
        }
        Kind::ShiftOverlap => {
            format!("{} overlap by {} min", shifts(finding), finding.magnitude)
        }
        Kind::TimeOffApprovedOverlap => on_time_off(finding, "approved"),
        Kind::TimeOffPendingOverlap => on_time_off(finding, "pending"),
        Kind::TimeOffOverlapsTimeOff => {
            format!("{} share {} min", time_off(finding), finding.magnitude)
        }
        Kind::TimeOffAlreadyDecided => format!("{} was decided before", time_off(finding)),
        Kind::TimeOffLimitExhausted => full(finding),
        Kind::Unavailable => said(finding, "they cannot work"),
        Kind::PreferenceViolated => said(finding, "they would rather not work"),
        Kind::RestTimeShort => rest(finding),
        Kind::MaxConsecutiveHours => too_long(finding, "of work in one go"),
        Kind::MaxHoursDay => sum(finding, "in the day"),
        Kind::MaxHoursWeek | Kind::MinHoursWeek => sum(finding, "in the week"),
        Kind::MaxHoursPeriod | Kind::MinHoursPeriod => sum(finding, "in the period"),
        Kind::MaxHoursAverage => sum(finding, "a week on average"),
        Kind::MaxConsecutiveDays | Kind::MinConsecutiveDays => running(finding),
        Kind::MinDaysOff => {
            let days = days(finding.observed);
            format!("{days} off between {}, of at least {}", shifts(finding), finding.limit)
        }
        Kind::MaxWeekends => count(finding, "weekends with work"),
        Kind::MaxShifts => count(finding, "shifts"),
        Kind::SuccessionForbidden => {
            format!("{} may not be worked on two days running", shifts(finding))
        }
        Kind::WeeklyRestShort => longest_rest(finding),
        Kind::BreakMissing => breaks(finding),
        Kind::MaxNightHours => too_long(finding, "of work at night"),
        Kind::ForbiddenHours => {
            let (minutes, agent) = (finding.magnitude, agent(finding));
            format!("{} has {minutes} min at a time when {agent} may not work", shifts(finding))
        }
        Kind::NoticeShort => notice(finding),
        Kind::PeriodLocked => {
            format!("{} lies {} days before the end of the lock", shifts(finding), finding.observed)
        }
        Kind::SkillMissing => format!("{} asks for {}", shifts(finding), skills(finding)),
        Kind::StaffingBelowMinimum => missing(finding),
        Kind::TrunkCapacityExceeded => crowded(finding, "on trunk group", "lines"),
        Kind::SiteSeatsExceeded => crowded(finding, "at site", "seats"),
        Kind::ActivityOutsideShift => outside(finding),
        Kind::SwapTermsChanged
        | Kind::SwapShiftTaken
        | Kind::SwapAlreadyDecided
        | Kind::SwapExpired
        | Kind::SwapWithdrawn
        | Kind::SwapTimeUnequal
        | Kind::SwapOneSided
        | Kind::SwapNoticeShort
        | Kind::SwapLimitReached => of_swap(finding),
        Kind::ShiftStarted => started(finding),
        Kind::SubjectGone => gone(finding),
        Kind::ExternalIdDuplicate => duplicate(finding),
    };
    text + &clocks(finding)
}

/// What the clocks have to do with it.
fn clocks(finding: &Finding) -> String {
    match finding.clock_change_min {
        None => String::new(),
        Some(minutes) if finding.is_because_of_clock_change() => {
            format!(", because of a clock change of {minutes:+} min")
        }
        Some(minutes) => format!(", a clock change of {minutes:+} min included"),
    }
}

fn listed(name: &str, plural: &str, ids: &[String]) -> String {
    match ids {
        [] => format!("a {name}"),
        [one] => format!("{name} {one}"),
        [first @ .., last] if ids.len() <= 4 => {
            format!("{plural} {} and {last}", first.join(", "))
        }
        [first, second, ..] => {
            format!("{plural} {first}, {second} and {} more", ids.len() - 2)
        }
    }
}

fn ids(finding: &Finding, pick: impl Fn(&Subject) -> Option<String>) -> Vec<String> {
    finding.subjects.iter().filter_map(pick).collect()
}

fn shifts(finding: &Finding) -> String {
    let ids: Vec<String> = finding.shifts().map(ToString::to_string).collect();
    listed("shift", "shifts", &ids)
}

fn time_off(finding: &Finding) -> String {
    let id = |subject: &Subject| {
        let Subject::TimeOff(id) = subject else { return None };
        Some(id.to_string())
    };
    listed("time-off request", "time-off requests", &ids(finding, id))
}

fn swap(finding: &Finding) -> String {
    let id = |subject: &Subject| {
        let Subject::Swap(id) = subject else { return None };
        Some(id.to_string())
    };
    listed("swap", "swaps", &ids(finding, id))
}

fn of_swap(finding: &Finding) -> String {
    let (agent, swap, Finding { observed, limit, .. }) = (agent(finding), swap(finding), finding);
    match finding.kind {
        Kind::SwapTermsChanged => {
            format!("{} was moved after both agents agreed to {swap}", shifts(finding))
        }
        Kind::SwapShiftTaken => {
            format!("{} of {swap} has gone to somebody else or away", shifts(finding))
        }
        Kind::SwapExpired => format!("the offer of {swap} is over"),
        Kind::SwapWithdrawn => format!("{swap} was withdrawn"),
        Kind::SwapTimeUnequal => {
            format!("{swap} changes the paid time of {agent} by {observed} min, of at most {limit}")
        }
        Kind::SwapOneSided => format!("{swap} gives {agent} a shift for none, or none for one"),
        Kind::SwapNoticeShort => {
            let (observed, limit) = (hours(*observed), hours(*limit));
            format!("a shift of {swap} begins in {observed}, of at least {limit}")
        }
        Kind::SwapLimitReached => {
            format!("{observed} shifts of the week come to {agent} by swaps, of at most {limit}")
        }
        _ => format!("{swap} was decided before"),
    }
}

fn skills(finding: &Finding) -> String {
    let id = |subject: &Subject| {
        let Subject::Skill(name) = subject else { return None };
        Some(name.to_string())
    };
    let skills = listed("skill", "skills", &ids(finding, id));
    match &finding.agent {
        Some(agent) => format!("{skills}, which {agent} lacks on one of its days"),
        None => format!("{skills}, which its agent lacks on one of its days"),
    }
}

fn agent(finding: &Finding) -> String {
    finding.agent.as_ref().map_or_else(|| "the agent".to_owned(), ToString::to_string)
}

/// `10:00`, the way rest and work are counted.
fn hours(minutes: i64) -> String {
    let sign = if minutes < 0 { "-" } else { "" };
    let minutes = minutes.abs();
    format!("{sign}{}:{:02}", minutes / 60, minutes % 60)
}

fn days(count: i64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

fn by(finding: &Finding, what: &str) -> String {
    format!(": {what} {} min", finding.magnitude)
}

fn part(finding: &Finding) -> &'static str {
    match finding.clash.as_ref().map(|clash| clash.atom) {
        Some(Atom::Exists) => "existence",
        Some(Atom::Owner) => "agent",
        Some(Atom::Span) => "start and length",
        Some(Atom::Activities) => "activities",
        Some(Atom::Site) => "site",
        Some(Atom::WorkPlan) => "work plan",
        Some(Atom::ExternalIds) => "external ids",
        Some(Atom::Note) => "note",
        Some(Atom::Tags) => "tags",
        // A clash of an agent's own activities names no atom where it is found in a draft.
        None => "activities",
    }
}

fn changed_both(finding: &Finding) -> String {
    let part = part(finding);
    if finding.shifts().next().is_none() {
        return format!("{part} of {} were changed to two values since the base", agent(finding));
    }
    format!("the {part} of {} changed to two values since the base", shifts(finding))
}

fn on_time_off(finding: &Finding, status: &str) -> String {
    let (shift, time_off) = (shifts(finding), time_off(finding));
    format!("{shift} shares {} min with {status} {time_off}", finding.magnitude)
}

fn said(finding: &Finding, what: &str) -> String {
    let id = |subject: &Subject| {
        let Subject::Availability(id) = subject else { return None };
        Some(id.to_string())
    };
    let (agent, said) = (agent(finding), ids(finding, id).concat());
    let (shift, minutes) = (shifts(finding), finding.magnitude);
    format!("{shift} has {minutes} min when {agent} says {what} ({said})")
}

fn full(finding: &Finding) -> String {
    let Finding { limit, rule, .. } = finding;
    let name = rule.as_deref().unwrap_or_default();
    let request = time_off(finding);
    format!("{request} has no place{}: limit {name} lets {limit} off", from(finding))
}

fn rest(finding: &Finding) -> String {
    let (observed, limit) = (hours(finding.observed), hours(finding.limit));
    format!("rest {observed} of {limit} between {}", shifts(finding)) + &by(finding, "short by")
}

fn longest_rest(finding: &Finding) -> String {
    let (observed, limit) = (hours(finding.observed), hours(finding.limit));
    format!("longest rest {observed} of {limit}{}", from(finding)) + &by(finding, "short by")
}

fn too_long(finding: &Finding, what: &str) -> String {
    let (observed, limit) = (hours(finding.observed), hours(finding.limit));
    format!("{observed} {what}, of at most {limit}, in {}", shifts(finding))
        + &by(finding, "too long by")
}

fn running(finding: &Finding) -> String {
    let Finding { observed, limit, magnitude, .. } = finding;
    let days = days(*observed);
    match observed > limit {
        true => format!("{days} of work running, of at most {limit}: {magnitude} too many"),
        false => format!("{days} of work running, of at least {limit}: {magnitude} too few"),
    }
}

/// The stretch of time it is about, by its beginning.
fn from(finding: &Finding) -> String {
    finding.interval.map(|place| format!(" from {}", place.start())).unwrap_or_default()
}

fn sum(finding: &Finding, place: &str) -> String {
    let (observed, limit) = (hours(finding.observed), hours(finding.limit));
    let (bound, excess) = match finding.observed > finding.limit {
        true => ("at most", "too many by"),
        false => ("at least", "short by"),
    };
    format!("{observed} {place}{}, of {bound} {limit}", from(finding)) + &by(finding, excess)
}

fn count(finding: &Finding, what: &str) -> String {
    let Finding { observed, limit, magnitude, .. } = finding;
    let from = from(finding);
    format!("{observed} {what} in the period{from}, of at most {limit}: {magnitude} too many")
}

/// Less than asked for is missing; more than asked for is when it begins.
fn breaks(finding: &Finding) -> String {
    let Finding { observed, limit, .. } = finding;
    match observed < limit {
        true => format!("{} has {observed} min of break, of at least {limit}", shifts(finding)),
        false => {
            let (observed, limit) = (hours(*observed), hours(*limit));
            format!("the break of {} begins after {observed}, of at most {limit}", shifts(finding))
        }
    }
}

fn notice(finding: &Finding) -> String {
    let Finding { observed, limit, .. } = finding;
    let cost = finding.cost_min.map(|minutes| format!(", which costs {minutes} min of pay"));
    let cost = cost.unwrap_or_default();
    format!("{} is changed {observed} days before, of at least {limit}{cost}", shifts(finding))
}

/// The skill, trunk group or site that a finding about all agents together is about.
fn name(finding: &Finding) -> Option<String> {
    let name = |subject: &Subject| match subject {
        Subject::Skill(name) | Subject::Site(name) => Some(name.to_string()),
        Subject::Trunk(id) => Some(id.to_string()),
        Subject::Shift(_)
        | Subject::TimeOff(_)
        | Subject::Swap(_)
        | Subject::Commitment(_)
        | Subject::ExternalId(..)
        | Subject::Availability(_) => None,
    };
    ids(finding, name).into_iter().next()
}

fn missing(finding: &Finding) -> String {
    let Finding { observed, limit, magnitude, .. } = finding;
    let skill = name(finding).map(|skill| format!(" with skill {skill}")).unwrap_or_default();
    let count = if *observed == 1 { "1 agent".to_owned() } else { format!("{observed} agents") };
    format!("{count}{skill} on the queue of at least {limit}{}: {magnitude} missing", span(finding))
}

fn crowded(finding: &Finding, place: &str, room: &str) -> String {
    let Finding { observed, limit, magnitude, .. } = finding;
    let (name, span) = (name(finding).unwrap_or_default(), span(finding));
    format!(
        "{observed} agents {place} {name}, which has {limit} {room},{span}: {magnitude} too many"
    )
}

/// The stretch of time it is about.
fn span(finding: &Finding) -> String {
    let place = finding.interval;
    place.map(|place| format!(" from {} to {}", place.start(), place.end())).unwrap_or_default()
}

fn outside(finding: &Finding) -> String {
    let code = |subject: &Subject| {
        let Subject::Commitment(c) = subject else { return None };
        Some(format!("activity {} at {} of {}", c.code, c.start, agent(finding)))
    };
    match ids(finding, code).into_iter().next() {
        Some(own) => format!("{own} lies {} min outside every shift", finding.magnitude),
        None => {
            let shift = shifts(finding);
            format!("an activity of {shift} ends {} min after it", finding.magnitude)
        }
    }
}

fn started(finding: &Finding) -> String {
    match finding.interval {
        Some(interval) => format!("{} has begun at {}", shifts(finding), interval.start()),
        None => format!("{} has begun", shifts(finding)),
    }
}

fn gone(finding: &Finding) -> String {
    match &finding.agent {
        Some(agent) => {
            format!("{} needs agent {agent}, who is not in this unit", shifts(finding))
        }
        None => format!("{} does not exist any more", shifts(finding)),
    }
}

fn duplicate(finding: &Finding) -> String {
    let external = finding.subjects.iter().find_map(|subject| {
        let Subject::ExternalId(system, id) = subject else { return None };
        Some(format!("{system} {id}"))
    });
    let external = external.unwrap_or_else(|| "an external id".to_owned());
    format!("{external} names one shift and would name another: {}", shifts(finding))
}
